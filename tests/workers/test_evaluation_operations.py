"""The validation images are looked at once, and what was answered is kept beside the run."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.evaluation.calibration import fitted_temperature
from imgcls.evaluation.metrics import accuracy, cross_entropy
from imgcls.evaluation.validation import VALIDATION, keep_validation, known_validation
from imgcls.models import load_trained, model_card
from imgcls.training.data import divided, run_data, trained_on
from imgcls.workers.evaluation_operations import nearest, validation


def test_logits_of_the_validation_images_are_kept(tiny_run, monkeypatch):
    version = model_card(tiny_run.id).version
    assert known_validation(tiny_run, version) is None
    facts, arrays = validation({"model": tiny_run.id}, {})
    images, parts = divided(tiny_run.recipe)
    assert facts["images"] == len(parts.validation)
    assert set(arrays) == {"logits", "labels"}
    np.testing.assert_array_equal(arrays["labels"], images.labels[parts.validation])
    alone = load_trained(tiny_run.id).logits(images.images[parts.validation[:3]])
    np.testing.assert_allclose(arrays["logits"][:3], alone, rtol=1e-4, atol=1e-4)
    # it is what training measured after its last epoch
    assert 0.4 < accuracy(arrays["logits"], arrays["labels"]) < 0.9

    # kept for these weights, and not computed again
    known = known_validation(tiny_run, version)
    np.testing.assert_array_equal(known[0], arrays["logits"])
    monkeypatch.setattr("imgcls.workers.evaluation_operations.run_data", None)
    again = validation({"model": tiny_run.id}, {})[1]
    np.testing.assert_array_equal(again["logits"], arrays["logits"])

    temperature = fitted_temperature(*known)
    assert cross_entropy(known[0] / temperature, known[1]).mean() <= cross_entropy(*known).mean()


def test_of_other_weights_or_damaged_counts_as_unknown(tiny_run):
    keep_validation(tiny_run, "these", np.zeros((2, 10), np.float32), np.zeros(2, np.int64))
    assert known_validation(tiny_run, "these") is not None
    assert known_validation(tiny_run, "others") is None
    keep_validation(tiny_run, "these", np.zeros((2, 10), np.float32), np.zeros(3, np.int64))
    assert known_validation(tiny_run, "these") is None
    (tiny_run.folder / VALIDATION).write_bytes(b"PK\x03\x04 nonsense")
    assert known_validation(tiny_run, "these") is None


@pytest.mark.parametrize("missing", ["logits", "version"])
def test_a_file_that_lacks_something(tiny_run, missing):
    arrays = {"logits": np.zeros((2, 10)), "labels": np.zeros(2), "version": np.array("these")}
    np.savez(tiny_run.folder / VALIDATION, **{name: array for name, array in arrays.items() if name != missing})
    assert known_validation(tiny_run, "these") is None


def test_the_nearest_training_images(tiny_run, monkeypatch):
    """Against what keras says of all of them, without anything that is kept."""
    import keras

    facts, arrays = nearest({"model": tiny_run.id, "places": [4, 0], "count": 5}, {})
    images, parts = divided(tiny_run.recipe)
    indices, labels = trained_on(images, parts, tiny_run.recipe)
    assert facts["images"] == len(indices) == len(run_data(tiny_run.recipe).train)
    assert arrays["indices"].shape == arrays["labels"].shape == arrays["cosines"].shape == (2, 5)
    assert set(arrays["indices"].ravel()) <= set(indices), "of what it was trained on alone"
    told = dict(zip(indices.tolist(), labels.tolist(), strict=True))
    assert [told[one] for one in arrays["indices"].ravel().tolist()] == arrays["labels"].ravel().tolist()

    trained = load_trained(tiny_run.id)
    body = keras.Model(trained.keras_model.inputs, trained.keras_model.layers[-1].input)
    seen = lambda places: np.asarray(body(trained.inputs(images.images[places]), training=False))  # noqa: E731
    one, all_of_them = seen(parts.test[[4]])[0], seen(indices)
    cosines = all_of_them @ one / np.linalg.norm(all_of_them, axis=1) / np.linalg.norm(one)
    np.testing.assert_allclose(arrays["cosines"][0], np.sort(cosines)[::-1][:5], atol=2e-3)

    monkeypatch.setattr("imgcls.workers.evaluation_operations._training_features", None)  # it is kept
    again = nearest({"model": tiny_run.id, "places": [0], "count": 5}, {})[1]
    np.testing.assert_array_equal(again["indices"][0], arrays["indices"][1])
