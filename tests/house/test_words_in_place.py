"""Words open where they stand: each word of the glossary on some page, and some words in every step of every lesson."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from imgcls.lessons import GLOSSARY, LESSONS

PAGES = Path(__file__).resolve().parents[2] / "pages"
STEPS = ("see", "change", "find")


def opened(path: Path) -> set[str]:
    """The words that a file opens in place: named in a call, or in a table `WORDS` that a call takes them from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "WORDS":
            found |= {str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)} & set(GLOSSARY)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("term", "terms"):
            found |= {str(part.value) for part in node.args if isinstance(part, ast.Constant)}
    return found


@cache
def everywhere() -> dict[str, set[str]]:
    return {path.stem: opened(path) for path in PAGES.rglob("*.py") if path.stem != "glossary"}


@pytest.mark.parametrize("name", GLOSSARY)
def test_a_word_opens_in_place_somewhere(name: str) -> None:
    assert any(name in words for words in everywhere().values())


def test_what_opens_is_in_the_glossary() -> None:
    assert {word for words in everywhere().values() for word in words} <= set(GLOSSARY)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.name)
def test_every_step_of_a_lesson_opens_words(lesson) -> None:
    page = lesson.page.removesuffix(".py")
    known = everywhere()
    for step in STEPS:
        # a part of a step may have a file of its own: it is imported by the step's
        text = (PAGES / "components" / f"{page}_{step}.py").read_text(encoding="utf-8")
        files = [f"{page}_{step}", *(name for name in known if f"components.{name} import" in text)]
        assert any(known[name] for name in files), f"{page}: no word opens in step “{step}”"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("recipe_form", {"epoch", "batch", "learning rate", "overfitting"}),
        ("evaluate_classes", {"recall", "precision", "f1"}),
        ("evaluate_sure", {"calibration", "ece", "logits"}),
        ("compare_cost", {"parameter", "multiply-add"}),
        ("explain", {"grad-cam", "saliency", "logits"}),
        ("race_form", {"batch norm", "vanishing gradient"}),
        ("imbalance_form", {"class weight", "resampling"}),
    ],
)
def test_words_open_where_a_page_first_uses_them(file: str, words: set[str]) -> None:
    assert words <= everywhere()[file]
