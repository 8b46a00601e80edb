"""The time-lapse as pictures: Pillow opens the film, heat is where the evidence is, and nothing odd breaks it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from imgcls.explain.picture import overlay
from imgcls.figures.timelapse import (
    FULL_MISTAKE,
    MOST_FRAMES,
    SIDE,
    evidence,
    film,
    filter_limit,
    mistake_strengths,
    shots,
    watched_pictures,
)
from imgcls.runs import Frame, TimeLapse, read_time_lapse

NAMES = ("cat", "dog", "猫", "a name that is very long indeed")


def made(epochs=3, count=4, size=(8, 8), channels=1, **others):
    random = np.random.default_rng(0)
    frames = []
    for epoch in range(epochs):
        shares = random.dirichlet(np.ones(4), count).astype(np.float32)
        arrays = {
            "raws": random.normal(size=(count, 3, 3)).astype(np.float32),
            "statuses": ("ok",) * count,
            "probabilities": shares,
            "confusion": random.integers(0, 9, (4, 4)),
            "filters": random.normal(size=(3, 3, channels, 8)).astype(np.float32),
        }
        frames.append(Frame(epoch, **(arrays | others)))
    images = random.integers(0, 255, (count, *size, channels), np.uint8)
    return TimeLapse(images, np.arange(count) % 4, np.arange(count), tuple(frames))


def opened(data):
    picture = Image.open(io.BytesIO(data))
    frames = []
    for place in range(picture.n_frames):
        picture.seek(place)
        frames.append((np.asarray(picture.convert("RGB")), picture.info.get("duration")))
    return picture, frames


def test_a_film_of_a_run(tiny_run):
    lapse = read_time_lapse(tiny_run.folder)
    assert lapse is not None
    picture, frames = opened(film(lapse, [str(digit) for digit in range(10)]))
    assert (picture.format, picture.n_frames, picture.info["loop"]) == ("GIF", 2, 0)
    assert [seconds for _, seconds in frames] == [500, 2000]
    assert np.abs(frames[0][0].astype(int) - frames[1][0]).max() > 60


@pytest.mark.parametrize(("epochs", "kept"), [(1, 1), (2, 2), (60, 60), (150, MOST_FRAMES)])
def test_no_more_frames_than_half_a_minute(epochs, kept):
    picture, _ = opened(film(made(epochs, count=1), NAMES))
    assert picture.n_frames == kept


def test_a_long_film_of_many_images_is_a_few_megabytes():
    assert len(film(made(60, count=12, size=(64, 64), channels=3), NAMES)) < 8e6


@pytest.mark.parametrize(
    "others",
    [
        {"confusion": None, "filters": None},
        {"raws": np.zeros((4, 0, 0), np.float32), "statuses": ("no_spatial_layer",) * 4},
        {"raws": np.full((4, 3, 3), np.nan, np.float32), "statuses": ("non_finite",) * 4},
        {"raws": np.full((4, 3, 3), np.inf, np.float32)},  # the status says ok all the same
        {"probabilities": np.full((4, 4), np.nan, np.float32)},
        {"statuses": ("a word from later",) * 4},
        {"filters": np.zeros((5, 5, 3, 64), np.float32)},
        {"filters": np.full((3, 3, 1, 8), np.nan, np.float32)},
        {"confusion": np.zeros((4, 4), int)},
    ],
)
def test_whatever_a_run_left_is_drawn(others):
    lapse = made(2, **others)
    assert opened(film(lapse, NAMES))[0].n_frames >= 1
    assert all(shot.watched.startswith(b"RIFF") for dark in (True, False) for shot in shots(lapse, dark))


@pytest.mark.parametrize(("size", "channels"), [((8, 8), 1), ((30, 20), 3), ((300, 200), 3), ((10, 128), 1)])
def test_watched_images_stand_side_by_side(size, channels):
    lapse = made(1, count=3, size=size, channels=channels)
    (shot,) = shots(lapse, dark=False)
    sheet = Image.open(io.BytesIO(shot.watched))
    alone = overlay(lapse.images[0], np.zeros(size, np.float32), side=SIDE)
    assert sheet.size == (3 * alone.shape[1], alone.shape[0])
    assert max(alone.shape[:2]) <= SIDE


def test_heat_is_where_the_evidence_is():
    raw = np.full((1, 3, 3), -1, np.float32)
    raw[0, 0, 2] = 5.0  # top right
    lapse = made(1, count=1, raws=raw, statuses=("ok",))
    lapse = TimeLapse(np.zeros_like(lapse.images), lapse.labels, lapse.positions, lapse.frames)
    picture = watched_pictures(lapse, lapse.frames[0])[0].astype(int)
    half = SIDE // 2
    assert picture[:half, half:].max() > 150
    assert picture[half:, :half].max() < 10  # next to nothing of it reaches there


@pytest.mark.parametrize("status", ["no_positive_evidence", "gradient_vanished", "layer_1x1", "non_finite"])
def test_a_map_that_means_nothing_is_not_drawn(status):
    frame = made(1, statuses=(status,) * 4).frames[0]
    assert not evidence(frame, 0, (8, 8)).any()


def test_one_scale_over_all_epochs():
    filters = [np.full((3, 3, 1, 8), weight, np.float32) for weight in (0.5, -4.0, 1.0)]
    frames = tuple(
        Frame(place, *(getattr(made(1).frames[0], name) for name in ("raws", "statuses", "probabilities")), None, one)
        for place, one in enumerate(filters)
    )
    lapse = made(1)
    assert filter_limit(TimeLapse(lapse.images, lapse.labels, lapse.positions, frames)) == 4.0
    assert filter_limit(made(2, filters=None)) == 1.0
    assert filter_limit(made(2, filters=np.zeros((3, 3, 1, 8), np.float32))) == 1.0


def test_mistakes_are_shares_of_their_class():
    strengths = mistake_strengths(np.array([[80, 20, 0], [0, 0, 0], [50, 0, 50]]))
    np.testing.assert_allclose(strengths, [[0, 0.2 / FULL_MISTAKE, 0], [0, 0, 0], [1, 0, 0]])
