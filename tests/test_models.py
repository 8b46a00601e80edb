"""Trained models: the right weights, checked, and only a few kept in memory."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from imgcls import models
from imgcls.architectures import measure
from imgcls.atomic import read_arrays, read_json, write_json
from imgcls.errors import CheckpointError, RunStateError, UnknownNameError
from imgcls.models import load_trained, model_card
from imgcls.runs import get_run
from imgcls.runs.status import RESULT
from imgcls.training.checkpoints import Checkpoints, Progress, model_weights


@pytest.fixture(autouse=True)
def _empty_cache():
    models._cache.clear()
    yield
    models._cache.clear()


def images(run, count=20):
    from imgcls.training.data import run_data

    return run_data(run.recipe).test.images[:count]


def another(run, number: int):
    """A copy of a run under another name."""
    name = f"20260131-0930{number:02d}-abcdef"
    shutil.copytree(run.folder, run.folder.with_name(name))
    return get_run(name)


# -- a finished run


def test_the_card_of_a_finished_run(tiny_run):
    card = model_card(tiny_run.id)
    assert (card.name, card.is_final, card.epoch) == (tiny_run.id, True, 1)
    assert card.class_names == tuple("0123456789")
    assert card.image_shape == (28, 28, 1)
    assert card.preparation == "mnist-style"
    assert card.version == tiny_run.result["model_sha256"]
    assert (card.preprocessing.scale, card.preprocessing.offset) == (1 / 255, 0)


def test_the_finished_model_has_the_best_checkpoints_weights_and_the_logits_of_the_evaluation(tiny_run):
    trained = load_trained(tiny_run.id)
    for one, other in zip(trained.keras_model.get_weights(), Checkpoints(tiny_run.folder).best(), strict=True):
        np.testing.assert_array_equal(one, other)
    kept = read_arrays(tiny_run.folder / "evaluation.npz")["logits"]
    logits = trained.logits(images(tiny_run, len(kept)))
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, kept, atol=1e-4)


def test_more_images_than_one_pass_takes(tiny_run, monkeypatch):
    trained, some = load_trained(tiny_run.id), images(tiny_run, 20)
    whole = trained.logits(some)
    monkeypatch.setattr(measure, "PASS_IMAGES", 7)
    np.testing.assert_allclose(trained.logits(some), whole, atol=1e-5)


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "other"])
def test_a_damaged_model_is_refused(tiny_run, damage):
    path = tiny_run.folder / "model.keras"
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
    elif damage == "other":
        data += b"x"
    path.write_bytes(data[: {"cut": len(data) // 2, "empty": 0}.get(damage, len(data))])
    with pytest.raises(CheckpointError, match="another checksum") as refused:
        load_trained(tiny_run.id)
    assert "model.keras" in str(refused.value)
    assert not models._cache


# -- a run that has not ended


def test_a_run_that_still_trains_answers_with_its_best_checkpoint(interrupted_run):
    card = model_card(interrupted_run.id)
    assert (card.is_final, card.epoch) == (False, 1)
    assert card.version == Checkpoints(interrupted_run.folder).version() != ""
    trained = load_trained(interrupted_run.id)
    for one, other in zip(trained.keras_model.get_weights(), Checkpoints(interrupted_run.folder).best(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert trained.logits(images(interrupted_run)).shape == (20, 10)


def test_new_weights_replace_the_old_ones_in_memory(interrupted_run):
    old = load_trained(interrupted_run.id)
    assert load_trained(interrupted_run.id) is old
    checkpoints = Checkpoints(interrupted_run.folder)
    best = [np.zeros_like(array) for array in checkpoints.best()]
    best[-1] += np.arange(10, dtype=np.float32)
    checkpoints.save(Progress(epoch=2, step=14, best={"epoch": 2}), best, [], best)
    new = load_trained(interrupted_run.id)
    assert new.card.version != old.card.version
    np.testing.assert_array_equal(new.logits(images(interrupted_run, 2)), [np.arange(10)] * 2)
    assert list(models._cache.values()) == [new]


def test_a_damaged_best_checkpoint_falls_back_on_the_last_and_then_is_refused(interrupted_run):
    place = interrupted_run.folder / "checkpoints"
    pointer = read_json(place / "checkpoint.json")
    (place / pointer["best"]["file"]).write_bytes(b"")
    last = model_weights(read_arrays(place / pointer["last"]["file"]))
    for one, other in zip(load_trained(interrupted_run.id).keras_model.get_weights(), last, strict=True):
        np.testing.assert_array_equal(one, other)
    models._cache.clear()
    for path in place.glob("*.npz"):
        path.write_bytes(b"")
    with pytest.raises(CheckpointError, match="Received: none"):
        load_trained(interrupted_run.id)


def test_a_model_without_its_result_is_not_final(tiny_run):
    """Between saving the model and writing the result, or when a stopped run is resumed."""
    (tiny_run.folder / RESULT).unlink()
    card = model_card(tiny_run.id)
    assert not card.is_final
    assert card.epoch == 1
    assert load_trained(tiny_run.id).logits(images(tiny_run)).shape == (20, 10)


# -- no model


@pytest.mark.parametrize("ask", [model_card, load_trained])
def test_an_unknown_run_and_a_run_without_weights_are_refused(ask, queued_run):
    for name in ("20260131-093000-1a2b3c", "../x", ""):
        with pytest.raises(UnknownNameError):
            ask(name)
    with pytest.raises(RunStateError, match=f"Run {queued_run.id} is waiting and has no weights yet"):
        ask(queued_run.id)


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"last": 3}', b"{}"])
def test_a_damaged_pointer_is_refused_as_damage(interrupted_run, content):
    (interrupted_run.folder / "checkpoints" / "checkpoint.json").write_bytes(content)
    assert model_card(interrupted_run.id).epoch == 0
    with pytest.raises(CheckpointError):
        load_trained(interrupted_run.id)


# -- memory


@pytest.mark.parametrize("most", [1, 2, 0.5])
def test_no_more_models_in_memory_than_allowed_and_the_longest_unused_goes(tiny_run, monkeypatch, most):
    monkeypatch.setenv("IMGCLS_CACHED_MODELS", str(most))
    runs = [tiny_run, another(tiny_run, 1), another(tiny_run, 2)]
    for run in (*runs, runs[1], runs[0]):
        load_trained(run.id)
        assert len(models._cache) <= max(1, most)
    wanted = [runs[0].id] if most <= 1 else [runs[1].id, runs[0].id]
    assert [name for name, _ in models._cache] == wanted


def test_a_deleted_run_is_unknown_though_it_is_in_memory(tiny_run):
    load_trained(tiny_run.id)
    shutil.rmtree(tiny_run.folder)
    with pytest.raises(UnknownNameError):
        load_trained(tiny_run.id)


def test_a_card_needs_no_keras(tiny_run):
    import subprocess
    import sys

    code = (
        "import sys; from imgcls.models import model_card; print(model_card(sys.argv[1]).epoch, 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, tiny_run.id], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]


def test_a_result_of_another_kind_does_not_matter(tiny_run):
    write_json(tiny_run.folder / RESULT, [])
    assert not model_card(tiny_run.id).is_final
