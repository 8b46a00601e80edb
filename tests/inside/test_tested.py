"""The units of all layers on test images: what was found batch by batch is what one look at all of it finds."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.errors import Cancelled
from imgcls.inside import tested
from imgcls.inside.tested import MOST, units_on
from imgcls.language import N_
from imgcls.models import load_trained


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (25, 28, 28, 1), np.uint8)


def test_the_nine_best_of_every_unit(tiny_run, images, monkeypatch):
    import keras

    monkeypatch.setattr(tested, "images_a_pass", lambda model: 7)
    trained, heard = load_trained(tiny_run.id), []
    found = units_on(trained, images, lambda done, total: heard.append((done, total)))
    assert heard == [(0, 25), (7, 25), (14, 25), (21, 25)]
    assert list(found) == ["conv_1", "pool_1", "conv_2", "pool_2", "flatten", "dense_1", "logits"]
    for name in ("conv_2", "logits"):
        look = keras.Model(trained.keras_model.input, trained.keras_model.get_layer(name).output)
        values = np.asarray(look(trained.inputs(images), training=False))
        flat = values.reshape(25, -1, values.shape[-1])
        order = np.argsort(-flat.max(axis=1), axis=0, kind="stable")[:MOST]
        np.testing.assert_array_equal(found[name].images, order)
        best = np.take_along_axis(flat.max(axis=1), order, axis=0)
        np.testing.assert_allclose(found[name].values, best, atol=1e-5)
        places = np.take_along_axis(flat.argmax(axis=1), order, axis=0)
        np.testing.assert_array_equal(found[name].places[best > 0], places[best > 0])
        assert found[name].lowest == pytest.approx(values.min(), abs=1e-5)
    assert found["conv_2"].columns == 11
    assert found["logits"].columns == 0
    alive = (np.asarray(keras.Model(trained.keras_model.input, trained.keras_model.get_layer("dense_1").output)(
        trained.inputs(images), training=False)) > 0).any(axis=0)  # fmt: skip
    assert found["dense_1"].dead == pytest.approx(1 - alive.mean())
    assert found["logits"].dead is None


def test_it_can_be_ended(tiny_run, images):
    def no_more(done: int, total: int) -> None:
        raise Cancelled(N_("It was cancelled."))

    with pytest.raises(Cancelled):
        units_on(load_trained(tiny_run.id), images, no_more)
