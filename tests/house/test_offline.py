"""Nothing is fetched: no page calls anybody but this machine."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def test_a_server_that_has_shown_every_page_has_called_nobody(walk: dict[str, Any]) -> None:
    assert len(walk["steps"]) >= 20
    assert walk["called"] == []


def test_a_call_would_be_seen() -> None:
    code = """
import runpy, socket
walker = runpy.run_path("tests/house/walk_pages.py")
walker["watch_sockets"]()
for call in (lambda: socket.create_connection(("example.org", 80)), lambda: socket.socket().connect(("192.0.2.1", 80))):
    try:
        call()
    except OSError:
        pass
print(walker["report"]["called"])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "['example.org', '192.0.2.1']", done.stderr


def without_comments(path: Path) -> str:
    if path.suffix != ".py":
        return path.read_text()
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    return " ".join(token.string for token in tokens if token.type != tokenize.COMMENT)


def test_no_page_makes_the_browser_fetch_anything(sources: list[Path]) -> None:
    """Addresses in scripts and styles, fonts, and Material icons, which come from a server of their own."""
    fetched = re.compile(
        r"https?://|@import|(?<!\w)url\(|:material/|<script|<link|fetch\(|XMLHttpRequest|EventSource|WebSocket"
    )
    pages = [path for path in sources if not path.is_relative_to(ROOT / "imgcls")]
    pages.append(ROOT / ".streamlit" / "config.toml")
    guilty = {
        str(path.relative_to(ROOT)): found[0] for path in pages if (found := fetched.search(without_comments(path)))
    }
    assert guilty == {}
