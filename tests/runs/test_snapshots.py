"""Snapshots: what is read of them, and that nothing odd in them breaks a page."""

from __future__ import annotations

import math

import numpy as np
import pytest

from imgcls.runs import FIRST_STEP, Gradients, read_gradients, read_snapshot, snapshot_path


def write(folder, epoch, **arrays):
    path = snapshot_path(folder, epoch)
    path.parent.mkdir(exist_ok=True)
    np.savez(path, **arrays)
    return path


def test_an_epoch_has_its_own_file(tmp_path):
    assert snapshot_path(tmp_path, 3) == tmp_path / "snapshots" / "epoch-0003.npz"
    write(tmp_path, 3, confusion=np.eye(2))
    assert set(read_snapshot(tmp_path, 3)) == {"confusion"}
    assert read_snapshot(tmp_path, 4) == {}


@pytest.mark.parametrize("content", [b"", b"PK torn", b"PK\x03\x04 and then nothing", b"[]"])
def test_what_cannot_be_read_is_nothing(tmp_path, content):
    path = write(tmp_path, 1, confusion=np.eye(2))
    path.write_bytes(content)
    assert read_snapshot(tmp_path, 1) == {}
    assert read_gradients(tmp_path, 1) is None


def test_a_cut_file_is_nothing(tmp_path):
    path = write(tmp_path, 1, confusion=np.eye(200))
    path.write_bytes(path.read_bytes()[:900])
    assert read_snapshot(tmp_path, 1) == {}


def test_gradients_have_a_name_and_a_norm_for_each_layer(tmp_path):
    write(tmp_path, FIRST_STEP, gradient_norms=np.array([0.5, 2], np.float32), gradient_layers=np.array(["a", "b"]))
    found = read_gradients(tmp_path, FIRST_STEP)
    assert found is not None
    assert found.layers == ("a", "b")
    assert found.norms.tolist() == [0.5, 2.0]
    assert found.last_by_first == 4.0


@pytest.mark.parametrize(
    "arrays",
    [
        {"confusion": np.eye(2)},
        {"gradient_norms": np.ones(2, np.float32)},
        {"gradient_norms": np.ones(2, np.float32), "gradient_layers": np.array(["a"])},
        {"gradient_norms": np.ones((2, 1), np.float32), "gradient_layers": np.array([["a"], ["b"]])},
        {"gradient_norms": np.ones(0, np.float32), "gradient_layers": np.array([], str)},
        {"gradient_norms": np.array(["1", "2"]), "gradient_layers": np.array(["a", "b"])},
        {"gradient_norms": np.ones(2, np.float32), "gradient_layers": np.arange(2)},
    ],
)
def test_gradients_of_another_shape_are_none(tmp_path, arrays):
    write(tmp_path, 1, **arrays)
    assert read_gradients(tmp_path, 1) is None


@pytest.mark.parametrize(
    ("norms", "ratio"),
    [
        ([0.0, 1.0], math.inf),
        ([1.0, 0.0], 0.0),
        ([0.0, 0.0], math.nan),
        ([math.inf, 1.0], math.nan),
        ([1.0, math.nan], math.nan),
        ([3.0], 1.0),
    ],
)
def test_first_and_last_layer_of_odd_gradients(norms, ratio):
    found = Gradients(tuple("ab"[: len(norms)]), np.array(norms)).last_by_first
    assert found == ratio or (math.isnan(found) and math.isnan(ratio))


def test_only_positive_finite_norms_can_be_drawn():
    norms = np.array([1, 0, math.inf, math.nan, 1e-30])
    assert Gradients(tuple("abcde"), norms).drawable.tolist() == [True, False, False, False, True]


def test_the_training_loop_writes_what_is_read_here(tiny_run):
    """The contract between the loop and the lab."""
    first, last = read_gradients(tiny_run.folder, FIRST_STEP), read_gradients(tiny_run.folder, 1)
    assert first is not None
    assert last is not None
    assert first.layers == last.layers
    assert first.drawable.all()
    watched = {"filters", "pinned_raw", "pinned_status", "pinned_probabilities"}
    assert set(read_snapshot(tiny_run.folder, FIRST_STEP)) == {"gradient_norms", "gradient_layers", *watched}
