"""Letters for pictures: which texts can be written, and with what."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from imgcls.explain import lettering
from imgcls.explain.lettering import can_be_lettered, font_for


@pytest.fixture
def no_fonts(monkeypatch):
    """A machine without matplotlib, and without any font of its own."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(lettering, "_OF_SYSTEMS", (("no such font.ttf", 0),))
    lettering._fonts.cache_clear()
    yield
    lettering._fonts.cache_clear()


@pytest.mark.parametrize("text", ["evidence for 7 (98 %)", "5×5 – café, Straße", "Ωμέγα", "кошка", "", "a\nb"])
def test_what_dejavu_knows_can_be_written(text):
    assert can_be_lettered(text)
    assert font_for(text, 16).getname()[0] == "DejaVu Sans"


def test_what_no_font_has_cannot():
    assert not can_be_lettered("cat \uf8ff\U000fffff")
    assert font_for("cat \uf8ff\U000fffff", 16).getname()[0] == "DejaVu Sans"


def test_chinese_is_written_where_the_system_has_a_font_and_refused_where_not(no_fonts):
    assert not can_be_lettered("证据")
    assert can_be_lettered("evidence")


def test_chinese_letters_differ_from_one_another_if_they_can_be_written():
    if not can_be_lettered("证据"):
        pytest.skip("no Chinese font on this machine")
    font = font_for("证据", 24)
    assert bytes(font.getmask("证")) != bytes(font.getmask("据"))
    assert np.asarray(font.getmask("证")).any()


def test_a_font_is_found_for_the_whole_text():
    if can_be_lettered("证"):
        assert can_be_lettered("Grad-CAM：支持“7”的依据 (98 %)")
