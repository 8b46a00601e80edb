"""The three steps of transfer learning: each block is frozen or learns as the step has it, and words say so too."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from imgcls.figures.transfer_steps import HEIGHT, STEP_WORDS, STEPS, WIDTH, transfer_drawing

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {word: word for word in STEP_WORDS}


def drawn(step: str, blocks: int = 18, free: int = 4, dark: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(transfer_drawing(step, blocks, free, dark, WORDS))


def looks(drawing: ElementTree.Element) -> list[str]:
    return [str(box.get("class")) for box in drawing.iter(f"{SVG}rect") if box.get("class")]


def said(drawing: ElementTree.Element) -> list[str]:
    return [str(text.text) for text in drawing.iter(f"{SVG}text")]


def test_first_all_is_as_it_was_and_the_old_head_goes() -> None:
    drawing = drawn("load")
    assert looks(drawing) == ["plain"] * 18 + ["gone"]
    assert {"old head", "cut off", "has learned"} <= set(said(drawing))


def test_then_the_body_is_frozen_and_the_new_head_learns() -> None:
    drawing = drawn("head")
    assert looks(drawing) == ["frozen"] * 18 + ["new"]
    assert said(drawing).count("learns") == 1


@pytest.mark.parametrize("free", [1, 4, 18, 30])
def test_then_the_last_blocks_learn_along(free: int) -> None:
    drawing, learning = drawn("tune", free=free), min(free, 18)
    assert looks(drawing) == ["frozen"] * (18 - learning) + ["learns"] * learning + ["new"]
    assert said(drawing).count("learns") == 2
    assert ("frozen" in said(drawing)) == (free < 18)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_nothing_leaves_the_paper_and_words_are_text(step: str, dark: bool) -> None:
    drawing = ElementTree.fromstring(transfer_drawing(step, 18, 4, dark, {**WORDS, "body": "<b>&"}))
    assert "<b>&" in said(drawing)
    for box in drawing.iter(f"{SVG}rect"):
        if box.get("class"):
            assert float(str(box.get("x"))) + float(str(box.get("width"))) <= WIDTH
            assert float(str(box.get("y"))) + float(str(box.get("height"))) <= HEIGHT
