"""The block: every variant shows what it has, at the same places."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from imgcls.figures.block import BLOCK_PARTS, WIDTH, block_drawing
from imgcls.race import Variant

SVG = "{http://www.w3.org/2000/svg}"
BATCH_NORM = "normalised"  # a word that is no variant's name
WORDS = {part: part for part in BLOCK_PARTS} | {"batch norm": BATCH_NORM}


def drawn(variant: Variant, dark: bool = False, **words: str) -> ElementTree.Element:
    return ElementTree.fromstring(block_drawing(variant, dark, str(variant), WORDS | words))


def texts(drawing: ElementTree.Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in drawing.iter(f"{SVG}text"):
        found.setdefault(str(text.text), []).append(str(text.get("y")))
    return found


@pytest.mark.parametrize("variant", list(Variant))
@pytest.mark.parametrize("dark", [False, True])
def test_a_block_has_what_its_variant_has(variant, dark):
    drawing = drawn(variant, dark)
    said = texts(drawing)
    assert len(said["convolution"]) == 2
    assert len(said.get(BATCH_NORM, [])) == 2 * variant.batch_norm
    assert bool(list(drawing.iter(f"{SVG}circle"))) == variant.skip
    assert str(variant) in said


def test_what_two_variants_share_stands_at_the_same_place():
    neither, both = texts(drawn(Variant.NEITHER)), texts(drawn(Variant.BOTH))
    assert neither["convolution"] == both["convolution"]
    assert neither["ReLU"] == both["ReLU"]


def test_nothing_leaves_the_paper():
    drawing = drawn(Variant.BOTH)
    _left, _top, width, height = map(float, str(drawing.get("viewBox")).split())
    assert width == WIDTH
    for box in drawing.iter(f"{SVG}rect"):
        assert float(box.get("x")) + float(box.get("width")) < width
        assert float(box.get("y")) + float(box.get("height")) < height


def test_words_are_text_and_nothing_else():
    assert "<b>&" in texts(drawn(Variant.NEITHER, ReLU="<b>&"))
