"""What is read of a run's time-lapse, and that nothing odd in its files breaks a page."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.runs import read_time_lapse, snapshot_path
from imgcls.runs.snapshots import pinned_path

COUNT, CLASSES = 3, 4


def frame(epoch=1, **others):
    arrays = {
        "pinned_raw": np.full((COUNT, 2, 2), float(epoch), np.float32),
        "pinned_status": np.array(["ok"] * COUNT),
        "pinned_probabilities": np.full((COUNT, CLASSES), 0.25, np.float32),
        "confusion": np.eye(CLASSES, dtype=np.int64),
        "filters": np.ones((3, 3, 1, 8), np.float32),
    }
    return {name: value for name, value in (arrays | others).items() if value is not None}


def pinned(**others):
    images = np.arange(COUNT * 20, dtype=np.uint8).reshape(COUNT, 5, 4, 1)
    return {"images": images, "labels": np.array([0, 3, 1]), "positions": np.array([7, 8, 9])} | others


@pytest.fixture
def write(tmp_path):
    """Write a run: the pinned images, and the arrays of each epoch."""

    def made(epochs, images=None):
        pinned_path(tmp_path).parent.mkdir(exist_ok=True)
        np.savez(pinned_path(tmp_path), **(images or pinned()))
        for epoch, arrays in epochs.items():
            np.savez(snapshot_path(tmp_path, epoch), **arrays)
        return tmp_path

    return made


def test_all_of_it_comes_back_in_order(write):
    first = frame(0, confusion=None, filters=None)
    found = read_time_lapse(write({10: frame(10), 2: frame(2), 0: first}))
    assert found is not None
    assert found.epochs == (0, 2, 10)
    np.testing.assert_array_equal(found.images, pinned()["images"])
    assert (found.labels.tolist(), found.positions.tolist()) == ([0, 3, 1], [7, 8, 9])
    assert [float(one.raws[0, 0, 0]) for one in found.frames] == [0, 2, 10]
    assert found.frames[0].confusion is None
    assert found.frames[0].filters is None
    assert found.frames[1].confusion is not None
    assert found.frames[1].statuses == ("ok",) * COUNT
    assert found.has_maps


def test_what_an_earlier_try_left_behind_is_not_a_part_of_it(write):
    found = read_time_lapse(write({epoch: frame(epoch) for epoch in range(6)}), last=3)
    assert found is not None
    assert found.epochs == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("count", "most", "epochs"), [(3, 5, [0, 1, 2]), (9, 3, [0, 4, 8]), (1, 2, [0]), (10, 2, [0, 9])]
)
def test_thinned_evenly_with_both_ends(write, count, most, epochs):
    found = read_time_lapse(write({epoch: frame(epoch) for epoch in range(count)}))
    assert found is not None
    assert list(found.thinned(most).epochs) == epochs


def test_a_run_without_one_has_none(tmp_path, write):
    assert read_time_lapse(tmp_path) is None
    assert read_time_lapse(write({})) is None  # images, but no epoch
    assert read_time_lapse(write({1: {"confusion": np.eye(4)}})) is None  # from before there was one


def test_a_network_without_maps(write):
    found = read_time_lapse(write({1: frame(pinned_raw=np.zeros((COUNT, 0, 0), np.float32))}))
    assert found is not None
    assert not found.has_maps


@pytest.mark.parametrize(
    "bad",
    [
        {"pinned_raw": None},
        {"pinned_raw": np.zeros((COUNT + 1, 2, 2), np.float32)},
        {"pinned_raw": np.zeros((COUNT, 2), np.float32)},
        {"pinned_raw": np.zeros((COUNT, 2, 2), int)},
        {"pinned_status": np.array(["ok"])},
        {"pinned_status": np.arange(COUNT)},
        {"pinned_probabilities": None},
        {"pinned_probabilities": np.ones((COUNT, 3), np.float32)},  # there is a class 3
        {"pinned_probabilities": np.ones(COUNT, np.float32)},
    ],
)
def test_an_epoch_that_does_not_fit_is_left_out(write, bad):
    found = read_time_lapse(write({1: frame(), 2: frame(2, **bad), 3: frame(3)}))
    assert found is not None
    assert found.epochs == (1, 3)


@pytest.mark.parametrize(
    "bad",
    [
        {"confusion": np.eye(3, dtype=int)},
        {"confusion": np.eye(4)},
        {"filters": np.ones(3)},
        {"filters": np.ones((0,) * 4)},
    ],
)
def test_of_an_epoch_only_what_fits_is_shown(write, bad):
    found = read_time_lapse(write({1: frame(**bad)}))
    assert found is not None
    (name,) = bad
    assert getattr(found.frames[0], name) is None


@pytest.mark.parametrize("content", [b"", b"PK torn", b"[]", None])
@pytest.mark.parametrize("which", ["pinned", "epoch"])
def test_torn_files(write, content, which):
    folder = write({1: frame(), 2: frame(2)})
    path = pinned_path(folder) if which == "pinned" else snapshot_path(folder, 2)
    path.write_bytes(path.read_bytes()[:300] if content is None else content)
    found = read_time_lapse(folder)
    assert found is None if which == "pinned" else found is not None and found.epochs == (1,)


@pytest.mark.parametrize(
    "bad",
    [
        {"images": np.zeros((COUNT, 5, 4, 1))},
        {"images": np.zeros((COUNT, 5, 4), np.uint8)},
        {"images": np.zeros((COUNT, 5, 4, 2), np.uint8)},
        {"images": np.zeros((0, 5, 4, 1), np.uint8), "labels": np.zeros(0, int), "positions": np.zeros(0, int)},
        {"labels": np.array([0, 1])},
        {"labels": np.array([0, -1, 2])},
        {"labels": np.array([0.0, 1.0, 2.0])},
        {"positions": np.arange(2)},
    ],
)
def test_pinned_images_that_make_no_sense_are_none(write, bad):
    assert read_time_lapse(write({1: frame()}, pinned(**bad))) is None


def test_other_files_beside_them_are_passed_over(write):
    folder = write({1: frame()})
    for name in ("epoch-.npz", "epoch-000x.npz", ".epoch-0002.npz.abc", "epoch-0003.npz.part"):
        (folder / "snapshots" / name).write_bytes(b"x")
    found = read_time_lapse(folder)
    assert found is not None
    assert found.epochs == (1,)
