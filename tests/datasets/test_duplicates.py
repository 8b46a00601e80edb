"""The same picture is found again, and different ones are told apart: on photographs, textures and handwriting."""

from __future__ import annotations

import io
import time
import tracemalloc
from functools import cache

import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.transform import resize_local_mean
from sklearn.metrics import pairwise_distances

from imgcls.datasets import ImageSet, Part, SplitIndices, load, split_indices
from imgcls.datasets.duplicates import (
    FLAT,
    MOST_PAIRS,
    NEAR,
    NEAR_LIGHT,
    NEAR_SHARE,
    groups,
    leaks,
    near_duplicates,
    thumbnails,
)
from imgcls.recipe import Choice, Split

PHOTOGRAPHS = ("astronaut", "camera", "cat", "clock", "coffee", "coins", "hubble_deep_field", "immunohistochemistry")
SCANS = ("moon", "page", "retina", "rocket", "text", "cell", "brick", "grass", "gravel")


@cache
def pictures() -> list[np.ndarray]:
    """uint8 (h, w, 1 or 3), of 17 kinds and as many sizes."""
    found = [getattr(data, name)() for name in (*PHOTOGRAPHS, *SCANS)]
    return [picture[..., np.newaxis] if picture.ndim == 2 else picture[..., :3] for picture in found]


def flat(picture: np.ndarray) -> np.ndarray:
    return picture[..., 0] if picture.shape[2] == 1 else picture


def shaped(pixels: np.ndarray) -> np.ndarray:
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels


def again(picture: np.ndarray, quality: int) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(flat(picture)).save(stream, "JPEG", quality=quality)
    return shaped(np.asarray(Image.open(stream)))


def half(picture: np.ndarray) -> np.ndarray:
    image = Image.fromarray(flat(picture))
    return shaped(np.asarray(image.resize((image.width // 2, image.height // 2), Image.Resampling.BILINEAR)))


def lit(picture: np.ndarray, factor: float) -> np.ndarray:
    return np.clip(np.rint(picture * factor), 0, 255).astype(np.uint8)


DISGUISES = {
    "saved again": lambda picture: again(picture, 60),
    "half the size": half,
    "brighter": lambda picture: lit(picture, 1.02),
    "darker": lambda picture: lit(picture, 0.98),
    "all at once": lambda picture: again(lit(half(picture), 1.02), 60),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_the_same_picture_is_found_again(name):
    found = near_duplicates([*pictures(), *map(DISGUISES[name], pictures())])
    count = len(pictures())
    assert [(first, second) for first, second, _ in found] == [(place, place + count) for place in range(count)]
    assert all(0 <= distance <= NEAR for _, _, distance in found)


def test_different_digits_are_told_apart(mnist_file):
    """False alarms among 12.5 million pairs: none. The nearest two digits are 6.8 apart."""
    images = load(Choice(name="mnist-5k")).images
    assert near_duplicates(images) == []


def tiles(name: str, side: int) -> list[np.ndarray]:
    whole = shaped(getattr(data, name)())
    places = range(0, 512 - side + 1, side)
    return [whole[top : top + side, left : left + side] for top in places for left in places]


@pytest.mark.parametrize("name", ["brick", "grass", "gravel"])
@pytest.mark.parametrize("side", [32, 64, 128])
def test_pieces_of_a_texture_are_told_apart(name, side):
    assert near_duplicates(tiles(name, side)) == []


def test_pieces_of_photographs_are_told_apart():
    """Also pieces of sky, which are nearly the same everywhere."""
    pieces = [piece for name in ("astronaut", "camera", "moon") for piece in tiles(name, 64)]
    assert thumbnails(pieces).std(axis=1).min() < 3
    assert near_duplicates(pieces) == []


# -- by the numbers


def mixed(seed: int, count: int = 150) -> np.ndarray:
    """uint8 (n, 20, 24, 3): soft pictures, near copies of some, flat ones."""
    random = np.random.default_rng(seed)
    soft = [
        np.asarray(Image.fromarray(random.integers(0, 256, (4, 4, 3), np.uint8)).resize((24, 20))) for _ in range(count)
    ]
    near = [lit(soft[place], random.uniform(0.9, 1.1)) for place in range(0, count, 3)]
    noisy = [
        np.clip(soft[place] + random.normal(0, random.uniform(2, 60), (20, 24, 3)), 0, 255).astype(np.uint8)
        for place in range(0, count, 2)
    ]
    blank = [np.full((20, 24, 3), value, np.uint8) for value in (0, 0, 3, 7, 9, 30, 255)]
    return np.stack([*soft, *near, *noisy, *blank])


@pytest.mark.parametrize("seed", range(3))
def test_by_brute_force_of_others(seed, monkeypatch):
    """Thumbnails by scikit-image, distances by scikit-learn."""
    monkeypatch.setattr("imgcls.datasets.duplicates._BLOCK", 17)
    images = mixed(seed)
    grey = images @ np.array([0.299, 0.587, 0.114])
    thumbs = np.stack([resize_local_mean(one, (16, 16)).ravel() for one in grey])
    assert np.abs(thumbnails(images) - thumbs).max() < 0.01
    light, contrast = thumbs.mean(axis=1), thumbs.std(axis=1)
    distances = pairwise_distances(thumbs - light[:, np.newaxis]) / 16
    reach = np.minimum(NEAR, NEAR_SHARE * np.minimum.outer(contrast, contrast))
    flat_ones = np.minimum.outer(contrast, contrast) < FLAT
    reach[flat_ones] = 0
    near = (distances <= reach + 1e-3) & (
        np.abs(np.subtract.outer(light, light)) <= np.where(flat_ones, 0.5, NEAR_LIGHT)
    )
    wanted = np.argwhere(np.triu(near, 1)).tolist()
    found = near_duplicates(images)
    assert [[first, second] for first, second, _ in found] == wanted
    assert len(wanted) > 20
    assert np.allclose([distance for _, _, distance in found], distances[tuple(np.transpose(wanted))], atol=0.01)


def test_a_list_and_an_array_are_the_same():
    images = mixed(0)
    assert near_duplicates(list(images)) == near_duplicates(images)


@pytest.mark.parametrize("count", [0, 1])
def test_few_images(count):
    assert near_duplicates(np.zeros((count, 8, 8, 1), np.uint8)) == []


def test_flat_pictures_with_different_dots_are_different():
    dots = np.full((12, 64, 64, 1), 250, np.uint8)
    for place in range(12):
        dots[place, 5 * place : 5 * place + 4, 30:34] = 240
    assert near_duplicates(dots) == []
    assert [pair[:2] for pair in near_duplicates(np.concatenate([dots[:2], dots[:1]]))] == [(0, 2)]


def test_blank_pictures_are_twins_only_of_equals():
    sheets = np.stack([np.full((30, 30, 3), value, np.uint8) for value in (250, 247, 250, 120)])
    assert near_duplicates(sheets) == [(0, 2, 0.0)]


def test_the_smallest_and_the_largest_pictures():
    large = pictures()[0].repeat(4, axis=0).repeat(4, axis=1)
    assert len(near_duplicates([pictures()[0], large])) == 1
    small = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8)
    assert near_duplicates(small) == []


def test_five_thousand_in_seconds_and_little_memory(mnist_file):
    images = load(Choice(name="mnist-5k")).images
    near_duplicates(images[:10])
    tracemalloc.start()
    began = time.perf_counter()
    near_duplicates(images)
    seconds, memory = time.perf_counter() - began, tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(f"{seconds:.2f} s, {memory:.0f} MB")
    assert seconds < 5
    assert memory < 200


def test_a_data_set_of_one_picture():
    """Twelve million pairs: neither all told nor all held."""
    images = np.broadcast_to(pictures()[0][:64, :64], (5000, 64, 64, 3))
    tracemalloc.start()
    found = near_duplicates(images)
    memory = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert len(found) == MOST_PAIRS
    assert memory < 200
    assert groups(5000, [(first, second) for first, second, _ in found]) == [list(range(5000))]


# -- groups


def test_groups_are_joined_over_others():
    assert groups(8, [(0, 3), (3, 5), (6, 7)]) == [[0, 3, 5], [6, 7]]
    assert groups(8, []) == []
    assert groups(3, [(2, 1), (1, 2)]) == [[1, 2]]


# -- leaks


def planted() -> tuple[ImageSet, SplitIndices]:
    """60 pictures, of which places 50 … 54 are near copies of places 0 … 4."""
    random = np.random.default_rng(5)
    soft = [
        np.asarray(Image.fromarray(random.integers(0, 256, (4, 4, 3), np.uint8)).resize((24, 24))) for _ in range(55)
    ]
    images = np.stack([*soft[:50], *(lit(one, 1.02) for one in soft[:5]), *soft[50:]])
    images[59] = lit(images[0], 0.99)
    parts = np.full(60, Part.TRAIN, np.int8)
    parts[3:6] = Part.VALIDATION
    parts[50:] = Part.TEST
    parts[4] = Part.TEST  # its twin is in the test as well: no leak
    labels = np.zeros(60, np.int64)
    split = split_indices(labels, Split(), 0, parts)
    return ImageSet(images, labels, ("a",), parts), split


def test_leaks_are_found_and_nothing_else():
    images, parts = planted()
    found = leaks(images, parts)
    assert [(seen, test) for seen, test, _ in found] == [(0, 50), (1, 51), (2, 52), (3, 53), (0, 59)]
    assert all(0 < distance < NEAR for _, _, distance in found)


def test_the_nearest_twin_is_named():
    images, parts = planted()
    pixels = images.images.copy()
    pixels[10] = pixels[50]
    found = leaks(ImageSet(pixels, images.labels, images.class_names, images.parts), parts)
    assert found[0] == (10, 50, 0.0)


@pytest.mark.parametrize("block", [1, 3, 1000])
def test_blocks_change_nothing(block, monkeypatch):
    images, parts = planted()
    wanted = leaks(images, parts), near_duplicates(images.images)
    monkeypatch.setattr("imgcls.datasets.duplicates._BLOCK", block)
    for found, before in zip((leaks(images, parts), near_duplicates(images.images)), wanted, strict=True):
        assert [pair[:2] for pair in found] == [pair[:2] for pair in before]
        assert np.allclose([pair[2] for pair in found], [pair[2] for pair in before])


def test_the_digits_leak_nothing(mnist_file):
    digits = load(Choice(name="mnist-5k"))
    assert leaks(digits, split_indices(digits.labels, Split(), 0)) == []
