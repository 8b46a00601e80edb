"""The plain preparation keeps what it should and averages what it shrinks."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from imgcls.preparation.fit import CROPPED, GREY, PADDED, RESIZED, grey, prepare, resized


def striped(height: int, width: int) -> np.ndarray:
    """Uint8 (h, w, 3): left third red, middle green, right blue."""
    picture = np.zeros((height, width, 3), np.uint8)
    for channel, part in enumerate(np.array_split(np.arange(width), 3)):
        picture[:, part, channel] = 255
    return picture


def titles(*args: object, **options: object) -> list[str]:
    return [step.title for step in prepare(*args, **options).steps]


@pytest.mark.parametrize("mode", ["crop", "pad"])
@pytest.mark.parametrize("size", [(8, 8), (300, 20), (20, 300), (480, 640), (8, 8192)])
@pytest.mark.parametrize("target", [(28, 28, 1), (32, 24, 3), (224, 224, 3)])
def test_any_picture_gets_the_shape(size: tuple[int, int], target: tuple[int, int, int], mode: str) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    prepared = prepare(picture, *target, mode=mode)
    assert prepared.image.shape == target
    assert prepared.image.dtype == np.uint8
    assert np.array_equal(prepared.steps[-1].image, prepared.image)


def test_a_picture_of_the_right_shape_is_untouched() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    prepared = prepare(picture, 32, 32, 3)
    assert np.array_equal(prepared.image, picture)
    assert prepared.steps == ()


def test_a_grey_picture_keeps_its_values() -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert np.array_equal(grey(values.repeat(3, axis=2)), values)
    assert np.array_equal(prepare(values.repeat(3, axis=2), 16, 16, 1).image, values)


def test_grey_weighs_colours_like_the_eye() -> None:
    assert list(grey(striped(1, 3))[0, :, 0]) == [76, 150, 29]  # 0.299, 0.587, 0.114 of 255


def test_crop_keeps_the_middle() -> None:
    image = prepare(striped(10, 30), 10, 10, 3).image
    assert np.array_equal(np.unique(image.reshape(-1, 3), axis=0), [[0, 255, 0]])
    assert titles(striped(10, 30), 10, 10, 3) == [CROPPED]
    assert titles(striped(10, 30), 5, 5, 1) == [GREY, CROPPED, RESIZED]


def test_crop_of_a_tall_picture_for_a_wide_network() -> None:
    picture = np.zeros((40, 10, 3), np.uint8)
    picture[18:22] = 200  # the middle 4 rows
    assert prepare(picture, 4, 10, 3).image.min() == 200
    assert list(prepare(picture, 6, 10, 3).image[:, 0, 0]) == [0, 200, 200, 200, 200, 0]


def test_pad_keeps_everything_on_the_border_s_colour() -> None:
    picture = np.full((10, 30, 3), 200, np.uint8)
    picture[4:6, 10:20] = 0
    prepared = prepare(picture, 30, 30, 3, mode="pad")
    assert [step.title for step in prepared.steps] == [PADDED]
    assert np.array_equal(prepared.image[10:20], picture)
    assert (prepared.image[:10] == 200).all()
    assert (prepared.image[20:] == 200).all()


def test_strokes_at_the_border_do_not_tint_the_padding() -> None:
    picture = np.full((10, 30, 3), 200, np.uint8)
    picture[0, 3:9] = 0
    assert (prepare(picture, 30, 30, 3, mode="pad").image[:10] == 200).all()


def test_shrinking_averages() -> None:
    board = np.indices((224, 224)).sum(axis=0) % 2 * 255
    image = resized(board.astype(np.uint8)[..., np.newaxis], 28, 28)
    assert np.abs(image.astype(int) - 127).max() <= 2  # picking single pixels would give 0 or 255


def test_shrinking_in_two_passes_is_as_good_as_in_one() -> None:
    coarse = Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8))
    picture = np.asarray(coarse.resize((1600, 1200)))
    exact = np.asarray(Image.fromarray(picture).resize((96, 96), Image.Resampling.BILINEAR))
    assert np.abs(resized(picture, 96, 96).astype(int) - exact).max() <= 8


@pytest.mark.parametrize(("channels", "mode"), [(2, "crop"), (4, "pad"), (3, "stretch")])
def test_other_wishes_are_refused(channels: int, mode: str) -> None:
    with pytest.raises(ValueError, match="Received"):
        prepare(striped(10, 30), 10, 10, channels, mode=mode)
