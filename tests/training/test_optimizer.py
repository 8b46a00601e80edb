"""The optimizers, and what each of them changes."""

from __future__ import annotations

import pytest

from imgcls.training.optimizer import make_optimizer


@pytest.mark.parametrize(
    ("name", "kind"), [("adam", "Adam"), ("adamw", "AdamW"), ("sgd", "SGD"), ("rmsprop", "RMSprop")]
)
def test_optimizers_are_keras_own(name, kind):
    optimizer = make_optimizer(name)
    assert type(optimizer).__name__ == kind
    assert getattr(optimizer, "momentum", 0) == (0.9 if name == "sgd" else 0)
