"""Patch times kernel as a drawing: every number is there, and no name is markup."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np

from imgcls.figures.products import products_svg


def test_every_number_is_written() -> None:
    patch, kernel = np.full((2, 2, 2), 0.5), np.full((2, 2, 2), -0.25)
    drawing = products_svg(patch, kernel, ["one <b>", "two"], ("a", "b", "c"), dark=False)
    texts = [node.text for node in ET.fromstring(drawing).iter() if node.tag.endswith("text")]
    assert texts.count("0.50") == texts.count("−0.25") == 8
    assert texts.count("−0.12") == 8
    assert texts.count("Σ = −0.5000") == 2
    assert "one <b>" in texts
