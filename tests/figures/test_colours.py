"""The colours can be told from the page and from each other."""

from __future__ import annotations

import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from imgcls.figures.colours import PAPER_DARK, PAPER_LIGHT, class_colours, contrast, ink, mix, readable

PAPER = {False: PAPER_LIGHT, True: PAPER_DARK}
THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text())["theme"]
both_themes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#FFFFFF", "#777777") == contrast("#777777", "#FFFFFF")


@both_themes
def test_class_colours_stand_out_from_the_paper(dark: bool) -> None:
    assert [colour for colour in class_colours(10, dark) if contrast(colour, PAPER[dark]) < 3] == []


@both_themes
def test_text_and_marks_stand_out_from_the_paper(dark: bool) -> None:
    colours = ink(dark)
    assert all(contrast(colours[name], PAPER[dark]) >= 4.5 for name in ("text", "faint", "accent", "mistake"))
    assert contrast(colours["muted"], PAPER[dark]) >= 3
    assert contrast(colours["text"], colours["surface"]) >= 4.5


@both_themes
def test_ten_classes_have_ten_colours_and_the_eleventh_starts_again(dark: bool) -> None:
    eleven = class_colours(11, dark)
    assert len(set(eleven)) == 10
    assert eleven[10] == eleven[0]


@both_themes
def test_no_two_class_colours_are_near(dark: bool) -> None:
    distances = [_rgb_distance(one, other) for one, other in combinations(class_colours(10, dark), 2)]
    assert min(distances) > 40


@both_themes
def test_the_theme_has_the_same_colours(dark: bool) -> None:
    theme, colours = THEME["dark" if dark else "light"], ink(dark)
    assert theme["chartCategoricalColors"] == class_colours(10, dark)
    assert theme["backgroundColor"] == PAPER[dark] == colours["paper"]
    assert theme["textColor"] == colours["text"]
    assert theme["primaryColor"] == colours["accent"]
    assert theme["secondaryBackgroundColor"] == colours["surface"]
    assert theme["borderColor"] == colours["grid"]


def test_ink_can_be_changed_without_changing_the_next_figure() -> None:
    ink(False)["text"] = "#FF0000"
    assert ink(False)["text"] != "#FF0000"


def test_mix_ends_at_its_ends() -> None:
    assert [mix("#102030", "#FFFFFF", share) for share in (0, 1)] == ["#102030", "#FFFFFF"]


def _rgb_distance(one: str, other: str) -> float:
    return sum((int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) ** 2 for at in (1, 3, 5)) ** 0.5


@pytest.mark.parametrize("grey", range(0, 256, 5))
def test_black_or_white_can_be_read_on_every_grey(grey: int) -> None:
    background = f"#{grey:02X}{grey:02X}{grey:02X}"
    assert contrast(readable(background), background) >= 4.5
