"""Every limit is in the README with its variable, default and reason, and holds somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from imgcls.errors import InputError
from imgcls.limits import LIMITS, limit

ROOT = Path(__file__).resolve().parents[2]


def table() -> dict[str, list[str]]:
    """Rows of the README's table of limits by name: [limit, default, variable, reason]."""
    text = (ROOT / "README.md").read_text()
    begin = text.index("| Limit | Default | Variable | Why |")
    lines = text[begin:].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].split(" (")[0].strip("`"): row for row in rows}


def test_the_table_has_every_limit_and_no_other() -> None:
    assert list(table()) == list(LIMITS)


@pytest.mark.parametrize("name", LIMITS)
def test_a_row_says_what_the_code_says(name: str) -> None:
    known = LIMITS[name]
    shown, default, variable, reason = table()[name]
    assert f"({known.unit})" in shown
    assert variable == f"`{known.environment}`"
    assert reason == known.reason
    if name == "slots":  # as many as the machine can carry
        assert default == "cores ÷ 2"
    else:
        assert float(default.replace(",", "")) == known.default


def test_every_limit_holds_somewhere(sources: list[Path]) -> None:
    asked = {
        node.args[0].value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in ("limit", "most_megabytes")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    by_loop = {"epochs", "batch_size"}  # imgcls/training/check.py walks over both
    assert "limit(field)" in (ROOT / "imgcls" / "training" / "check.py").read_text()
    assert set(LIMITS) - asked - by_loop == set()
    assert asked - set(LIMITS) == set()


@pytest.mark.parametrize("name", LIMITS)
def test_a_variable_changes_its_limit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMITS[name].environment, "7")
    assert limit(name) == 7


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("text", ["-1", "nan", "inf", "many", "1e999", "1,5"])
def test_nonsense_is_refused_by_name(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMITS[name].environment, text)
    with pytest.raises(InputError, match=LIMITS[name].environment):
        limit(name)


def test_reasons_are_reasons() -> None:
    for known in LIMITS.values():
        assert re.fullmatch(r"[a-z_]+", known.name)
        assert len(known.reason) > 20
        assert known.unit
