"""LeNet-5, by the numbers of the paper's section II.B where it keeps to them."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import build_model
from imgcls.recipe import Choice


def test_the_layers_of_the_paper():
    model = build_model(Choice(name="lenet-5"), (32, 32, 1), 10, seed=0)
    listing = [(layer.name, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers[1:]]
    assert listing == [
        ("c1", (28, 28, 6), 156),  # as in the paper
        ("s2", (14, 14, 6), 0),  # the paper: 12
        ("c3", (10, 10, 16), 2_416),  # the paper: 1,516, because of its table I
        ("s4", (5, 5, 16), 0),  # the paper: 32
        ("flatten", (400,), 0),
        ("c5", (120,), 48_120),  # as in the paper
        ("f6", (84,), 10_164),  # as in the paper
        ("logits", (10,), 850),
    ]
    assert model.count_params() == 61_706


@pytest.mark.parametrize("side", [8, 25, 28, 31])
def test_small_images_stand_in_the_middle_of_a_field_of_32(side):
    import keras

    model = build_model(Choice(name="lenet-5"), (side, side, 1), 10, seed=0)
    assert model.count_params() == 61_706
    field = keras.Model(model.input, model.get_layer("field").output)(np.ones((1, side, side, 1)), training=False)
    seen = np.asarray(field)[0, :, :, 0]
    start = (32 - side) // 2
    assert seen.shape == (32, 32)
    assert seen[start : start + side, start : start + side].all()
    assert seen.sum() == side * side


def test_options_change_what_they_name():
    model = build_model(Choice(name="lenet-5", activation="relu", pooling="max"), (28, 28, 1), 10, seed=0)
    assert type(model.get_layer("s2")).__name__ == type(model.get_layer("s4")).__name__ == "MaxPooling2D"
    assert {model.get_layer(name).activation.__name__ for name in ("c1", "c3", "c5", "f6")} == {"relu"}
    usual = build_model(Choice(name="lenet-5"), (28, 28, 1), 10, seed=0)
    assert type(usual.get_layer("s2")).__name__ == "AveragePooling2D"
    assert usual.get_layer("c1").activation.__name__ == "tanh"
