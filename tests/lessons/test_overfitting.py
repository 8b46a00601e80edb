"""The remedies change one thing each; gap and weight decay by hand and as Keras has them."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import parameter_count
from imgcls.coach.history import History
from imgcls.comparison.differences import differences
from imgcls.lessons.overfitting import (
    BASE,
    REMEDY_WORDS,
    WEIGHT_DECAY,
    Gap,
    Remedy,
    closed,
    gap_of,
    left_by_decay,
    remedied,
)
from imgcls.training.check import check_recipe


def seen(loss: list[float], val_loss: list[float], accuracy: float = 1.0, validation: float = 0.85) -> History:
    count = len(loss)
    return History(
        np.array(loss), np.full(count, accuracy), np.array(val_loss), np.full(count, validation), 10, 500
    )  # fmt: skip


@pytest.mark.parametrize("remedy", [one for one in Remedy if one is not Remedy.NONE])
def test_each_remedy_changes_one_thing(remedy: Remedy) -> None:
    check_recipe(remedied(remedy))
    assert remedy in REMEDY_WORDS
    settings = {
        path.split(".")[0] if path.startswith("arch") else path for path in differences([BASE, remedied(remedy)])
    }
    assert len(settings) == 1


def test_the_smaller_network_is_smaller() -> None:
    large, small = (
        parameter_count(remedied(one).architecture, (28, 28, 1), 10) for one in (Remedy.NONE, Remedy.SMALLER)
    )
    assert large
    assert small
    assert large > 800_000 > 50 * small


def test_the_gap_by_hand() -> None:
    gap = gap_of(seen([1.0, 0.5, 0.1, 0.05], [1.0, 0.6, 0.7, 0.75]), BASE)
    assert gap is not None
    assert gap.points == pytest.approx(15.0)
    assert gap.nats == pytest.approx(0.70)
    assert gap.since == 2


def test_without_an_epoch_there_is_no_gap() -> None:
    assert gap_of(seen([], []), BASE) is None


def test_the_share_that_is_closed() -> None:
    base = Gap(1.0, 0.8, 0.0, 1.0, None, 4)
    assert closed(base, base) == 0
    assert closed(base, Gap(0.9, 0.9, 0.3, 0.55, None, 4)) == pytest.approx(0.75)
    assert closed(base, Gap(1.0, 0.7, 0.0, 1.5, None, 4)) == pytest.approx(-0.5)
    assert closed(Gap(0.5, 0.6, 1.0, 0.9, None, 4), base) == 0


def test_weight_decay_is_that_of_keras() -> None:
    import keras

    optimizer = keras.optimizers.AdamW(0.01)
    assert optimizer.weight_decay == WEIGHT_DECAY
    weight = keras.Variable(np.ones(1, "float32"))
    optimizer.build([weight])
    for _step in range(50):
        optimizer.apply([np.zeros(1, "float32")], [weight])
    assert float(np.asarray(weight.value)[0]) == pytest.approx(left_by_decay(0.01, 50), abs=1e-6)
