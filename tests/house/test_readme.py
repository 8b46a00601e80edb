"""The README tells the truth about the files and the commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/streamlit run app.py"
TEST = (
    "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt -r tests/requirements.txt && .venv/bin/pytest"
)

#: At the root only because a tool looks for them there.
TOOLS = {"requirements.txt", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"}


def readme() -> str:
    return (ROOT / "README.md").read_text()


def blocks() -> list[str]:
    """What stands between fences."""
    return [re.sub(r"^\w*\n", "", part) for part in re.split(r"^```", readme(), flags=re.MULTILINE)[1::2]]


def tree() -> set[str]:
    """The paths in the README's tree; folders end in a slash."""
    (block,) = [block for block in blocks() if block.startswith("app.py ")]
    found, folder = set(), ""
    for line in block.splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split()
        if line.startswith("  "):
            found |= {folder + name for name in names}
        else:
            found |= set(names)
            folder = names[-1] if names[-1].endswith("/") else folder
    return found


def in_repository(repository: list[Path], *folder: str) -> set[str]:
    """What stands directly in a folder; folders end in a slash."""
    below = [path.relative_to(ROOT).parts for path in repository]
    depth = len(folder)
    return {
        parts[depth] + ("/" if len(parts) > depth + 1 else "")
        for parts in below
        if parts[:depth] == folder and len(parts) > depth
    }


def test_the_tree_has_every_folder_of_the_root(repository: list[Path]) -> None:
    shown = {name for name in tree() if name.strip("/").count("/") == 0}
    there = {name for name in in_repository(repository) if not name.startswith(".")}
    assert shown - there == set()
    assert there - shown - TOOLS == set()


def test_the_tree_has_every_part_of_the_library(repository: list[Path]) -> None:
    shown = {name.removeprefix("imgcls/") for name in tree() if name.startswith("imgcls/")} - {""}
    assert shown == in_repository(repository, "imgcls")


def test_the_tree_has_the_folders_of_the_pages(repository: list[Path]) -> None:
    shown = {name.removeprefix("pages/") for name in tree() if name.startswith("pages/")} - {""}
    there = in_repository(repository, "pages")
    assert shown - there == set()
    assert {name for name in there if name.endswith("/")} - shown == set()


def test_every_page_has_a_row(repository: list[Path]) -> None:
    titles = re.findall(r"^\| (\w+) \|", readme(), re.MULTILINE)
    files = {name.removesuffix(".py") for name in in_repository(repository, "pages") if name.endswith(".py")}
    files -= {"__init__"}
    titles = titles[titles.index("Start") : titles.index("Start") + len(files)]
    assert {title.lower().replace("start", "home") for title in titles} == files


@pytest.mark.parametrize("command", [START, TEST])
def test_the_two_commands_are_there_to_copy(command: str) -> None:
    assert command in readme().splitlines()


def test_ci_runs_what_the_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    for part in ("python3 -m venv .venv", "-r requirements.txt -r tests/requirements.txt", ".venv/bin/pytest"):
        assert part in TEST
        assert part in script
    assert re.search(r"^\.venv/bin/pytest$", script, re.MULTILINE)
    assert "set -euo pipefail" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_every_link_to_a_file_leads_to_one() -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)]+)\)", readme())
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_commands_it_names_are_known() -> None:
    from imgcls.cli import _parser

    known = next(action for action in _parser()._actions if action.choices and action.dest == "command").choices
    assert known is not None
    lines = re.findall(r"^python -m imgcls ([\w |-]+)", readme(), re.MULTILINE)
    shown = {word for line in lines for word in re.match(r"[a-z]+(?: \| [a-z]+)*", line)[0].split(" | ")}  # type: ignore[index]
    assert shown == set(known)


def test_the_options_it_names_are_known() -> None:
    from imgcls.cli import _parser

    known = next(action for action in _parser()._actions if action.choices and action.dest == "command").choices
    assert known is not None
    options = {option for command in known.values() for option in command._option_string_actions}  # type: ignore[union-attr]
    block = "\n".join(block for block in blocks() if block.startswith("python -m imgcls "))
    assert set(re.findall(r"(?<!\w)--[a-z-]+", block)) - options == set()


def test_the_notebook_example_uses_public_names() -> None:
    import imgcls

    (names,) = re.findall(r"from imgcls import (.+)", readme())
    assert set(names.split(", ")) <= set(imgcls.__all__)


def test_no_place_is_left_empty() -> None:
    assert not re.findall(r"\b[A-Z]{2,}_HERE\b|TODO|FIXME|TBD", readme())
