"""The end of a run: model, evaluation and result, written so that a reader never meets half of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from imgcls.atomic import read_arrays, read_json
from imgcls.errors import CheckpointError, InputError, PlaceError, error_from_json
from imgcls.evaluation.metrics import accuracy, cross_entropy
from imgcls.runs.status import RESULT, Status, derive_status
from imgcls.training import finish as finish_module
from imgcls.training.finish import CARD, EVALUATION, MODEL, finish, save_model, write_failure


@pytest.fixture
def ended(begin, bar_recipe):
    session = begin(bar_recipe(epochs=2), one_by_one=False)
    assert session.run() == "completed"
    return session


def test_the_result_is_the_truth(ended):
    result = finish(ended, "completed")
    assert read_json(ended.folder / RESULT) == json.loads(json.dumps(result))
    assert derive_status(ended.folder) is Status.COMPLETED
    assert (result["status"], result["reason"], result["epochs"], result["steps"]) == ("completed", None, 2, 6)
    assert result["parameters"] == ended.model.count_params()
    assert result["recipe_hash"] == ended.recipe.hash()
    assert result["images_per_second"] == pytest.approx(210 / result["train_seconds"], rel=0.1)
    assert result["model_sha256"] == hashlib.sha256((ended.folder / MODEL).read_bytes()).hexdigest()

    kept = read_arrays(ended.folder / EVALUATION)
    np.testing.assert_array_equal(kept["indices"], ended.data.test_indices)
    np.testing.assert_array_equal(kept["labels"], ended.data.test.labels)
    np.testing.assert_allclose(kept["probabilities"].sum(axis=1), 1)
    assert result["test_accuracy"] == accuracy(kept["logits"], kept["labels"])
    assert result["test_loss"] == pytest.approx(cross_entropy(kept["logits"], kept["labels"]).mean())
    assert result["test_images"] == 30


def test_the_model_is_the_best_epoch_and_the_card_says_how_to_use_it(ended):
    import keras

    best = ended.checkpoints.best()
    for variable in ended.model.variables:  # what is in memory now does not matter
        variable.assign(np.zeros(variable.shape))
    finish(ended, "completed")
    model = keras.saving.load_model(ended.folder / MODEL, safe_mode=True)
    for one, other in zip(model.get_weights(), best, strict=True):
        np.testing.assert_array_equal(one, other)
    card = read_json(ended.folder / CARD)
    images = ended.data.test.images
    logits = np.asarray(model(images.astype(np.float32) * card["scale"] + card["offset"], training=False))
    np.testing.assert_allclose(logits, read_arrays(ended.folder / EVALUATION)["logits"], atol=1e-5)
    assert card["class_names"] == ["left", "middle", "right"]
    assert card["image_shape"] == [12, 12, 1]


@pytest.mark.parametrize("ending", ["completed", "early", "stopped", "time", "diverged"])
def test_every_ending_has_a_status_and_a_sentence(ended, ending):
    ended.bad_loss = float("nan")
    result = finish(ended, ending)
    assert Status(result["status"]).is_over
    if ending == "completed":
        assert result["reason"] is None
    else:
        sentence = str(error_from_json(result["reason"]))
        assert "{" not in sentence
        assert len(sentence) > 30


def test_a_failure_is_a_result():
    from imgcls.home import folder

    place = folder("runs", "x")
    write_failure(place, InputError("Expected {a}.", a="b"))
    assert derive_status(place) is Status.FAILED
    assert str(error_from_json(read_json(place / RESULT)["reason"])) == "Expected b."


def test_without_a_whole_checkpoint_there_is_no_result(ended):
    for path in (ended.folder / "checkpoints").glob("*.npz"):
        path.write_bytes(b"")
    with pytest.raises(CheckpointError):
        finish(ended, "completed")
    assert derive_status(ended.folder) is Status.INTERRUPTED


def test_reader_sees_a_result_only_with_all_that_it_names(ended, fault, sweep):
    names = (RESULT, MODEL, CARD, EVALUATION)

    def prepare():
        for name in names:
            (ended.folder / name).unlink(missing_ok=True)

    def check(succeeded):
        assert (ended.folder / RESULT).exists() == succeeded
        assert derive_status(ended.folder) is (Status.COMPLETED if succeeded else Status.INTERRUPTED)
        assert ended.checkpoints.newest()[0].step == 6
        if succeeded:
            result = read_json(ended.folder / RESULT)
            assert result["model_sha256"] == hashlib.sha256((ended.folder / MODEL).read_bytes()).hexdigest()
            assert read_arrays(ended.folder / EVALUATION)["labels"].shape == (30,)
            assert read_json(ended.folder / CARD)

    operations = sweep(fault, prepare=prepare, attempt=lambda: finish(ended, "completed"), check=check)
    assert operations >= 13


def test_the_model_of_before_stays_when_saving_fails(ended, monkeypatch):
    finish(ended, "completed")
    before = (ended.folder / MODEL).read_bytes()
    for error in (RuntimeError("h5py: no space"), OSError(28, "No space left on device")):

        def fail(path, error=error):
            path.write_bytes(b"half")
            raise error

        monkeypatch.setattr(ended.model, "save", fail)
        with pytest.raises(PlaceError, match="The disk is full"):
            save_model(ended.folder, ended.model)
        assert (ended.folder / MODEL).read_bytes() == before


def test_the_draft_is_replaced_in_one_step(ended, monkeypatch):
    seen = []
    monkeypatch.setattr(finish_module.os, "replace", lambda old, new: seen.append((old.name, new.name)))
    digest = save_model(ended.folder, ended.model)
    assert seen == [(".draft.keras", MODEL)]
    assert digest == hashlib.sha256((ended.folder / ".draft.keras").read_bytes()).hexdigest()
    assert not (ended.folder / MODEL).exists()


FULL = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
import keras
from imgcls.errors import PlaceError
from imgcls.training.finish import save_model
model = keras.Sequential([keras.Input((100,)), keras.layers.Dense(1000)])
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    save_model(Path(sys.argv[1]), model)
except PlaceError as error:
    print("refused:", error)
"""


@pytest.mark.slow
def test_a_disk_that_is_really_full(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], env=environment, capture_output=True, text=True, timeout=200
    )
    assert "refused: The disk is full" in done.stdout, done.stderr[-2000:]
    assert not (tmp_path / MODEL).exists()
