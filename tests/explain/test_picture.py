"""Heat maps as pictures: what is see-through, what stays a pixel, what is said in words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from imgcls.explain import Explanation, Status
from imgcls.explain.explanation import DRAWN
from imgcls.explain.picture import Captions, enlarge, heat_rgba, legend, overlay, panel

RNG = np.random.default_rng(0)
STRONGEST = [248, 214, 71]  # inferno at 90 %: golden, for its end is nearly white
RAMP = np.linspace(0, 1, 101, dtype=np.float32)[None]


def brightness(rgb):
    return rgb[..., :3] @ np.array([0.2126, 0.7152, 0.0722])


def explanation(status=Status.OK, size=(28, 28)):
    heat = np.zeros(size, np.float32)
    heat[: size[0] // 2, : size[1] // 2] = 1
    return Explanation(
        method="grad-cam",
        layer="conv",
        layer_shape=(*size, 4),
        target=7,
        raw=heat,
        map=heat,
        logits=np.zeros(2, np.float32),
        probabilities=np.full(2, 0.5, np.float32),
        status=status,
        seconds=0.1,
    )


def test_no_evidence_is_see_through_and_strong_evidence_as_opaque_as_asked():
    heat = heat_rgba(RAMP, opacity=0.6)
    assert (heat.shape, heat.dtype) == ((1, 101, 4), np.uint8)
    assert heat[0, 0, 3] == 0
    assert heat[0, -1, 3] == round(0.6 * 255)
    assert (np.diff(heat[0, :, 3].astype(int)) >= 0).all()


def test_more_evidence_is_always_brighter():
    for picture in (heat_rgba(RAMP)[0], legend(101, 1)[0], overlay(np.zeros((1, 101, 1), np.uint8), RAMP, side=101)[0]):
        assert (np.diff(brightness(picture)) > -1).all()  # rounding to whole numbers may cost one
        assert brightness(picture[-1]) - brightness(picture[0]) > 100


def test_strong_evidence_reads_on_black_and_on_white():
    # WCAG's contrast for graphics is 3:1; these are relative luminances
    def luminance(rgb):
        linear = np.where(rgb <= 10, rgb / 3294, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
        return linear @ np.array([0.2126, 0.7152, 0.0722])

    for middle in (0.5, 1.0):
        map = np.zeros((8, 8), np.float32)
        map[4:] = middle
        heated = overlay(np.zeros((8, 8, 1), np.uint8), map, side=80).astype(float)
        assert (luminance(heated[-1, 0]) + 0.05) / (luminance(heated[0, 0]) + 0.05) > 3
        on_white = overlay(np.full((8, 8, 1), 255, np.uint8), map, side=80).astype(float)
        assert np.abs(on_white[-1, 0] - on_white[0, 0]).max() > 60


def test_pixels_stay_pixels_and_heat_is_smooth():
    image = RNG.integers(0, 256, (28, 28, 1), np.uint8)
    plain = overlay(image, np.zeros((5, 5), np.float32), side=280)
    assert plain.shape == (280, 280, 3)
    blocks = plain.reshape(28, 10, 28, 10, 3)
    assert (blocks == blocks[:, :1, :, :1]).all()
    corner = np.zeros((2, 2), np.float32)
    corner[0, 0] = 1
    heated = overlay(np.zeros((28, 28, 1), np.uint8), corner, side=280).astype(int)
    assert np.abs(np.diff(heated, axis=0)).max() < 8  # no steps of a cell of the map


def test_a_picture_without_evidence_is_grey_and_a_little_dimmer():
    image = RNG.integers(0, 256, (10, 12, 3), np.uint8)
    shown = overlay(image, np.zeros((10, 12), np.float32), side=12)
    assert (shown[..., 0] == shown[..., 1]).all()
    assert (shown[..., 0] == shown[..., 2]).all()
    assert 150 < shown.max() <= 0.75 * 255 + 1


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((28, 28, 1), (280, 280, 3)),
        ((28, 28), (280, 280, 3)),
        ((32, 32, 3), (256, 256, 3)),
        ((20, 40, 4), (140, 280, 3)),
        ((8, 8, 2), (280, 280, 3)),
        ((1, 1, 1), (280, 280, 3)),
        ((600, 300, 3), (280, 140, 3)),
        ((2000, 1, 3), (280, 1, 3)),
    ],
)
def test_every_shape_of_picture_fits(shape, expected):
    image = RNG.integers(0, 256, shape, np.uint8)
    assert enlarge(image, 280).shape == expected
    shown = overlay(image, np.ones((3, 3), np.float32))
    assert (shown.shape, shown.dtype) == (expected, np.uint8)


def test_what_is_see_through_is_shown_on_white():
    image = np.zeros((1, 2, 4), np.uint8)
    image[0, 1] = (10, 20, 30, 255)
    assert enlarge(image, 2).tolist() == [[[255, 255, 255], [10, 20, 30]]]


def test_the_legend_goes_from_nothing_to_the_brightest():
    strip = legend(200, 16)
    assert (strip.shape, strip.dtype) == ((16, 200, 3), np.uint8)
    assert strip[0, 0].tolist() == [0, 0, 0]
    assert strip[0, -1].tolist() == STRONGEST
    assert (strip == strip[:1]).all()


def test_a_panel_shows_original_overlay_and_map_at_one_size():
    image = RNG.integers(0, 256, (28, 28, 1), np.uint8)
    page = panel(image, explanation(), "Evidence for 7", side=280)
    assert page.dtype == np.uint8
    top = next(row for row in range(len(page)) if (page[row, 12:292] == enlarge(image, 280)[0]).all())
    original, middle, heat = (page[top : top + 280, 12 + 292 * i : 292 + 292 * i] for i in range(3))
    np.testing.assert_array_equal(original, enlarge(image, 280))
    np.testing.assert_array_equal(middle, overlay(image, explanation().map, side=280))
    assert heat[10, 10].tolist() == STRONGEST
    assert heat[-10, -10].tolist() == [0, 0, 0]
    assert (page[top + 280 + 12 :, 292:] != 255).any()  # the legend


@pytest.mark.parametrize("status", [status for status in Status if status not in DRAWN])
@pytest.mark.parametrize("side", [60, 280])
def test_a_map_that_means_nothing_is_not_drawn(status, side):
    image = RNG.integers(0, 256, (28, 28, 1), np.uint8)
    drawn = panel(image, explanation(), "Evidence for 7", side)
    refused = panel(image, explanation(status), "Evidence for 7", side)
    assert refused.shape == drawn.shape  # nothing jumps
    assert (refused[..., 0] == refused[..., 2]).all()  # no heat, no legend: grey throughout


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("ends", ("little", "much"), ("wenig", "viel")),
        ("title", "Evidence for 7", "Evidence for 8"),
        ("below", ("Layer conv (5 × 5) of a network",), ("Layer conv (7 × 7) of a network",)),
    ],
)
def test_the_words_are_the_callers(field, one, other):
    image = np.zeros((28, 28, 1), np.uint8)
    first, second = (panel(image, explanation(), [Captions(**{"title": "t", field: said})]) for said in (one, other))
    assert first.shape == second.shape
    assert (first != second).any()


def test_what_stands_in_place_of_a_map_is_the_callers():
    image, refused = np.zeros((28, 28, 1), np.uint8), explanation(Status.GRADIENT_VANISHED)
    own = panel(image, refused, [Captions("t", instead=(refused.words.means, refused.words.advice))])
    np.testing.assert_array_equal(own, panel(image, refused, "t"))
    assert (own != panel(image, refused, [Captions("t", instead=("梯度为零。", "请换一层。"))])).any()


def test_below_the_pictures_stands_what_a_reader_must_know():
    image = np.zeros((28, 28, 1), np.uint8)
    bare = panel(image, explanation(), "t")
    told = panel(
        image, explanation(), [Captions("t", ("Layer conv of a network", "What it cannot say: " + "much. " * 40))]
    )
    np.testing.assert_array_equal(told[: len(bare) - 4], bare[:-4])
    assert len(told) > len(bare) + 3 * 18  # the long sentence is broken
    assert (told[len(bare) :] != 255).any()
    assert (told[:, -6:] == 255).all()  # and stays on the page


def test_of_several_captions_the_first_that_can_be_lettered_is_written(monkeypatch):
    image = np.zeros((28, 28, 1), np.uint8)
    chinese, english, number = (Captions(title) for title in ("证据", "café \u1234\uf8ff", "class 1 of 2"))
    pages = {each.title: panel(image, explanation(), [each]) for each in (chinese, english, number)}
    known = {"证据"}
    monkeypatch.setattr(
        "imgcls.explain.picture.can_be_lettered", lambda text: any(text.startswith(title) for title in known)
    )
    np.testing.assert_array_equal(panel(image, explanation(), [chinese, number]), pages["证据"])
    known.clear()
    np.testing.assert_array_equal(panel(image, explanation(), [chinese, number]), pages["class 1 of 2"])


@pytest.mark.parametrize("title", ["", "5×5 – café", "much too long a title " * 30, "证据"])
def test_no_title_breaks_the_page(title):
    page = panel(np.zeros((28, 28, 3), np.uint8), explanation(), title, side=56)
    assert page.shape[1] == 3 * 56 + 4 * 12


def test_a_map_of_another_size_covers_the_picture():
    image = np.zeros((28, 28, 1), np.uint8)
    coarse = dataclasses.replace(explanation(), map=np.eye(2, dtype=np.float32))
    assert panel(image, coarse, "t").shape == panel(image, explanation(), "t").shape
