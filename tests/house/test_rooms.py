"""Rule 1: no Streamlit in the library, no Keras in the server."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"keras", "tensorflow", "tf_keras_vis", "tf_keras", "jax", "torch"}


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of what the import statements below `tree` ask for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_at_once(tree: ast.Module) -> Iterator[str]:
    """What importing the module imports: everything but functions' bodies and `if TYPE_CHECKING:`."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(node)
        waiting += ast.iter_child_nodes(node)


def file_of(name: str) -> Path | None:
    """The file of one of our modules; None for anything else."""
    place = ROOT.joinpath(*name.split("."))
    for path in (place / "__init__.py", place.with_suffix(".py")):
        if path.exists() and name.split(".")[0] in ("imgcls", "pages"):
            return path
    return None


def reachable(start: list[Path]) -> dict[Path, list[str]]:
    """Our files that `start` import at once, however far away, and what each of them imports at once."""
    found: dict[Path, list[str]] = {}
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = list(imported_at_once(ast.parse(path.read_text())))
        for name in found[path]:
            parts = name.split(".")
            prefixes = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
            waiting += [file for prefix in prefixes if (file := file_of(prefix))]
    return found


def test_the_library_does_not_know_streamlit(sources: list[Path]) -> None:
    library = [path for path in sources if path.is_relative_to(ROOT / "imgcls")]
    assert len(library) > 40
    guilty = {
        str(path.relative_to(ROOT)): name
        for path in library
        for name in imported(ast.parse(path.read_text()))
        if name.split(".")[0] in ("streamlit", "pages", "app")
    }
    assert guilty == {}


def test_no_page_asks_for_keras_at_all(sources: list[Path]) -> None:
    interface = [path for path in sources if not path.is_relative_to(ROOT / "imgcls")]
    guilty = {
        str(path.relative_to(ROOT)): name
        for path in interface
        for name in imported(ast.parse(path.read_text()))
        if name.split(".")[0] in HEAVY
    }
    assert guilty == {}


def test_nothing_that_a_page_imports_imports_keras(sources: list[Path]) -> None:
    pages = [path for path in sources if not path.is_relative_to(ROOT / "imgcls")]
    found = reachable(pages)
    assert ROOT / "imgcls" / "models.py" in found
    assert ROOT / "imgcls" / "engines" / "local.py" in found
    guilty = {
        str(path.relative_to(ROOT)): name
        for path, names in found.items()
        for name in names
        if name.split(".")[0] in HEAVY
    }
    assert guilty == {}


def test_importing_the_library_imports_no_keras() -> None:
    found = reachable([ROOT / "imgcls" / "__init__.py", ROOT / "imgcls" / "cli.py"])
    guilty = {str(path): name for path, names in found.items() for name in names if name.split(".")[0] in HEAVY}
    assert guilty == {}


def test_components_do_not_import_pages(sources: list[Path]) -> None:
    components = [path for path in sources if path.parent.name == "components"]
    pages = {f"pages.{path.stem}" for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__"}
    assert not [name for path in components for name in imported(ast.parse(path.read_text())) if name in pages]


def test_a_server_that_has_shown_every_page_has_no_keras(walk: dict[str, Any]) -> None:
    assert walk["exceptions"] == []
    assert len(walk["steps"]) >= 20
    assert walk["loaded"] == {}
