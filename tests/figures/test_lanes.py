"""The four lanes can be told apart by whoever looks, and their names do not overlap."""

from __future__ import annotations

from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from imgcls.figures.colours import contrast, ink
from imgcls.figures.lanes import lane_style, name_notes, name_places, sample_line
from imgcls.race import Variant

both_themes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])

#: Linear RGB as those see it who lack one kind of cone. Machado, Oliveira and Fernandes (2009), severity 1.0.
SIGHT = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Linear RGB → CIE L*a*b*, in which a distance of 2 can just be seen."""
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.maximum(matrix @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883], 1e-4))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@both_themes
@pytest.mark.parametrize("sight", SIGHT)
def test_colours_differ_for_everyone(dark, sight):
    seen = [lab(np.array(SIGHT[sight]) @ linear(lane_style(variant, dark).colour)) for variant in Variant]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 20


@both_themes
def test_lines_stand_out_and_names_can_be_read(dark):
    for variant in Variant:
        style = lane_style(variant, dark)
        assert contrast(style.colour, ink(dark)["paper"]) >= 3
        assert contrast(style.text, ink(dark)["paper"]) >= 4.5


def test_dashes_differ_too():
    assert len({lane_style(variant, False).dash for variant in Variant}) == 4
    assert lane_style(Variant.BOTH, False).plotly_dash == "solid"
    assert lane_style(Variant.BATCH_NORM, False).plotly_dash == "10px,5px"


@both_themes
def test_the_key_is_a_drawing(dark):
    for variant in Variant:
        (path,) = ElementTree.fromstring(sample_line(variant, dark))
        assert path.get("stroke") == lane_style(variant, dark).colour
        assert bool(path.get("stroke-dasharray")) == (variant is not Variant.BOTH)


@pytest.mark.parametrize(
    "ends",
    [
        [0.5, 0.5, 0.5, 0.5],
        [0.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 1.0, 0.99],
        [0.0, 0.1, 0.9, 1.0],
        [0.3, 0.31, 0.45, 0.44],
        [-5.0, 0.02, 7.0, 0.98],
        [0.05, 0.12, 0.2, 0.3],
    ],
)
def test_names_keep_apart_and_inside(ends):
    places = name_places({name: (1.0, y) for name, y in zip("abcd", ends, strict=True)}, 0, 1, 200)
    pixels = sorted(200 * place.y + place.lift for place in places.values())
    assert all(upper - lower >= 17.99 for lower, upper in pairwise(pixels))
    assert pixels[0] >= 8.9
    assert pixels[-1] <= 191.1
    # who is higher stays higher
    order = sorted("abcd", key=lambda name: 200 * places[name].y + places[name].lift)
    assert [ends["abcd".index(name)] for name in order] == sorted(ends)


def test_far_names_stand_at_their_lines():
    places = name_places({"a": (1, 0.2), "b": (2, 0.8)}, 0, 1, 200)
    assert [(place.x, place.y, place.lift) for place in places.values()] == [(1, 0.2, 0), (2, 0.8, 0)]
    assert name_places({}, 0, 1, 200) == {}


def test_notes_are_written_in_their_words_and_colours():
    (note,) = name_notes(name_places({"a": (1, 0.5)}, 0, 1, 200), {"a": "word"}, {"a": "#123456"})
    assert (note["text"], note["font"]["color"], note["x"], note["y"]) == ("word", "#123456", 1, 0.5)
