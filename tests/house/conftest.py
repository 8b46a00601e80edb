"""One walk through all pages for all rules that look at it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def walk(
    tmp_path_factory: pytest.TempPathFactory, trained_once: Path, interrupted_once: Path, mnist_file: Path
) -> dict[str, Any]:
    """What `walk_pages.py` reports of a fresh process that has shown every page, with and without runs."""
    home = tmp_path_factory.mktemp("walk")
    for place in (home, home / "empty"):
        (place / "cache" / "datasets").mkdir(parents=True)
        (place / "cache" / "datasets" / "mnist-5k.npz").symlink_to(mnist_file)
    kinds = {"finished": trained_once, "interrupted": interrupted_once}
    for place, (kind, folder) in enumerate({**kinds, "failed": interrupted_once, "running": interrupted_once}.items()):
        name = f"20260131-0930{place:02}-1a2b3c"
        shutil.copytree(folder, home / "runs" / name)
        (home / f"{kind}.txt").write_text(name)
        if kind == "failed":
            reason = {"type": "BrokenError", "template": "The loss became {loss}.", "values": {"loss": "nan"}}
            result = {"status": "failed", "reason": reason, "finished": 0}
            (home / "runs" / name / "result.json").write_text(json.dumps(result))
        if kind == "running":
            (home / "runs" / name / "queue.json").write_text('{"ticket": 1, "engine": ""}')
    asked = {name: value for name, value in os.environ.items() if not name.startswith("IMGCLS_")}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("walk_pages.py")), str(home)],
        env=asked | {"IMGCLS_HOME": str(home), "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    report["stderr"] = done.stderr
    return report


@pytest.fixture(scope="session")
def sources() -> list[Path]:
    """The Python files of the app: `app.py`, `pages/`, `imgcls/`."""
    return [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "imgcls").rglob("*.py"))]


@pytest.fixture(scope="session")
def repository() -> list[Path]:
    """Every file that is, or would be, in the repository."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        return [ROOT / name for name in sorted(set(names)) if name and (ROOT / name).is_file()]
    hidden = {".venv", ".git", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", "test-output"}
    return [path for path in sorted(ROOT.rglob("*")) if path.is_file() and not hidden & set(path.parts)]
