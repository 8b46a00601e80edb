"""Words open where they stand: each word of the glossary on some page, and some words in every step of every lesson."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from imgcls.lessons import GLOSSARY, LESSONS

PAGES = Path(__file__).resolve().parents[2] / "pages"
#: Numbers that bear a word of the glossary → its name there.
LABELS = {
    "Parameters": "parameter",
    "Multiply-adds": "multiply-add",
    "Test accuracy": "test accuracy",
    "Best validation": "validation",
    "Validation accuracy": "validation",
    "Balanced accuracy": "balanced accuracy",
}
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


def calls_terms(path: Path) -> bool:
    """Whether a file opens any words in place, by name or not."""
    calls = (node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return any(isinstance(call, ast.Name) and call.id in ("term", "terms") for call in calls)


@cache
def drawn_by(path: Path) -> frozenset[Path]:
    """A page and the components that it draws with, and those that they draw with."""
    found, ahead = {path}, [path]
    while ahead:
        text = ahead.pop().read_text(encoding="utf-8")
        names = re.findall(r"from pages\.components\.(\w+) import", text)
        new = {PAGES / "components" / f"{name}.py" for name in names if name != "glossary"} - found
        found |= new
        ahead += new
    return frozenset(found)


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
        ("home", {"convolution", "epoch", "loss", "validation", "grad-cam"}),
        ("runs", {"test accuracy", "validation", "epoch", "batch", "learning rate", "seed"}),
        ("preview", {"parameter", "multiply-add", "feature map", "batch"}),
        ("monitor", {"validation", "loss", "learning rate", "test accuracy"}),
        ("race_form", {"batch norm", "vanishing gradient"}),
        ("imbalance_form", {"class weight", "resampling"}),
    ],
)
def test_words_open_where_a_page_first_uses_them(file: str, words: set[str]) -> None:
    assert words <= everywhere()[file]


def test_each_lesson_opens_words_on_its_card() -> None:
    assert calls_terms(PAGES / "learn.py"), "they are the lesson's own: no constants"
    assert all(set(one.words) <= set(GLOSSARY) and len(one.words) >= 2 for one in LESSONS)


@pytest.mark.parametrize("page", sorted(path.stem for path in PAGES.glob("[a-z]*.py")))
def test_every_page_opens_words(page: str) -> None:
    assert any(calls_terms(path) for path in drawn_by(PAGES / f"{page}.py"))


@pytest.mark.parametrize("page", sorted(path.stem for path in PAGES.glob("[a-z]*.py")))
def test_a_number_that_a_page_names_by_a_word_of_the_glossary_has_it_open_there(page: str) -> None:
    files = drawn_by(PAGES / f"{page}.py")
    opens = set().union(*(opened(path) for path in files))
    named = {word for label, word in LABELS.items() if any(f'_("{label}")' in path.read_text() for path in files)}
    assert named <= opens
