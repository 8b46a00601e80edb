"""Every activation that is offered exists in Keras, and starts with weights that suit it."""

from __future__ import annotations

from typing import get_args

import pytest

from imgcls.architectures.activations import Activation, initializer


@pytest.mark.parametrize("name", get_args(Activation))
def test_keras_knows_it_and_its_starting_weights(name):
    import keras

    assert keras.activations.get(name).__name__ == name
    keras.initializers.get(initializer(name))


def test_rectifiers_start_twice_as_wide():
    """A rectifier lets half of the variance through: He's 2 / fan-in; tanh lets all of it: about 1 / fan-in."""
    import numpy as np
    from keras import initializers

    spread = {
        name: float(np.var(np.asarray(initializers.get(initializer(name))((500, 500))))) * 500
        for name in ("relu", "tanh")
    }
    assert spread["relu"] == pytest.approx(2, rel=0.05)
    assert spread["tanh"] == pytest.approx(1, rel=0.05)
