"""The multilayer perceptron: its layers follow its options."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import build_model, parameter_count
from imgcls.errors import RecipeError
from imgcls.recipe import Choice, Recipe
from imgcls.training.check import check_recipe


def test_layers_are_those_that_were_asked_for():
    choice = Choice(name="mlp", hidden_layers=3, width=20, activation="tanh", dropout=0.25)
    model = build_model(choice, (5, 4, 3), 7, seed=0)
    assert [layer.name for layer in model.layers[1:]] == [
        "flatten",
        *("dense_1", "dropout_1", "dense_2", "dropout_2", "dense_3", "dropout_3"),
        "logits",
    ]
    assert [layer.activation.__name__ for layer in model.layers if hasattr(layer, "units")] == ["tanh"] * 3 + ["linear"]
    assert model.get_layer("dropout_2").rate == 0.25
    assert model.count_params() == (60 * 20 + 20) + 2 * (20 * 20 + 20) + (20 * 7 + 7)


def test_no_dropout_layer_without_dropout():
    names = [layer.name for layer in build_model(Choice(name="mlp"), (28, 28, 1), 10, seed=0).layers]
    assert names == ["image", "flatten", "dense_1", "dense_2", "logits"]


def test_shuffled_pixels_are_as_good_as_any():
    """What the summary says: shuffle pixels and first weights alike, and the scores stay."""
    model = build_model(Choice(name="mlp"), (6, 6, 1), 3, seed=0)
    random = np.random.default_rng(0)
    images, order = random.random((2, 6, 6, 1)).astype(np.float32), random.permutation(36)
    before = np.asarray(model(images, training=False))
    kernel, bias = model.get_layer("dense_1").get_weights()
    model.get_layer("dense_1").set_weights([kernel[order], bias])
    shuffled = images.reshape(2, 36)[:, order].reshape(images.shape)
    np.testing.assert_allclose(np.asarray(model(shuffled, training=False)), before, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"width": 5000}, "“architecture.width” must be at most 1024. Received: 5000"),
        ({"width": True}, "“architecture.width” must be a whole number. Received: True"),
        ({"hidden_layers": 0}, "“architecture.hidden_layers” must be at least 1. Received: 0"),
        ({"dropout": 1.0}, "“architecture.dropout” must be at most 0.9. Received: 1.0"),
        ({"activation": "step"}, "“architecture.activation” must be one of: 'relu', "),
    ],
)
def test_options_out_of_range_are_refused(options, words):
    with pytest.raises(RecipeError) as refused:
        check_recipe(Recipe(architecture=Choice(name="mlp", **options)))
    assert words in str(refused.value)


def test_too_many_parameters_are_refused_before_there_is_a_network(monkeypatch):
    choice = Choice(name="mlp", width=1024, hidden_layers=8)
    assert parameter_count(choice, (28, 28, 1), 10) == 8_161_290
    monkeypatch.setenv("IMGCLS_PARAMETERS", "8000000")
    with pytest.raises(RecipeError, match=r"at most 8,000,000 parameters\. Received: 8,161,290\."):
        check_recipe(Recipe(architecture=choice))
