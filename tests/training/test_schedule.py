"""The learning rate of every step."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from imgcls.recipe import Training
from imgcls.training.schedule import schedule_factor

NAMES = get_args(Training.model_fields["schedule"].annotation)


def test_constant_is_one():
    assert schedule_factor("constant", np.arange(5), 5).tolist() == [1.0] * 5


def test_cosine_starts_at_one_and_falls_to_nearly_nothing():
    factors = schedule_factor("cosine", np.arange(100), 100)
    assert factors[0] == 1
    assert factors[50] == pytest.approx(0.5)
    assert factors[25] == pytest.approx(0.5 + 0.5 * np.sqrt(0.5))
    assert (np.diff(factors) < 0).all()
    assert 0 < factors[-1] < 0.001


def test_in_steps():
    factors = schedule_factor("step", np.arange(100), 100)
    np.testing.assert_allclose(factors[[0, 49, 50, 74, 75, 99]], [1, 1, 0.1, 0.1, 0.01, 0.01])


def test_one_cycle_rises_for_a_quarter():
    factors = schedule_factor("one-cycle", np.arange(1000), 1000)
    assert factors[0] == pytest.approx(1 / 25)
    assert factors[125] == pytest.approx((1 / 25 + 1) / 2)
    assert factors.argmax() == 250
    assert factors[250] == 1
    assert (np.diff(factors[:250]) > 0).all()
    assert (np.diff(factors[250:]) < 0).all()
    assert factors[-1] < 1e-4


def test_the_warm_up_rises_evenly():
    factors = schedule_factor("warmup-cosine", np.arange(100), 100)
    np.testing.assert_allclose(factors[:10], np.arange(1, 11) / 10)
    assert factors[10] == 1


def test_they_are_those_of_keras():
    from keras.optimizers import schedules

    steps = np.arange(200)
    cosine = schedules.CosineDecay(1.0, 200)
    np.testing.assert_allclose(schedule_factor("cosine", steps, 200), [float(cosine(at)) for at in steps], atol=1e-6)
    falling = schedules.CosineDecay(1.0, 180)
    warm = schedule_factor("warmup-cosine", steps, 200)[20:]
    np.testing.assert_allclose(warm, [float(falling(at)) for at in range(180)], atol=1e-6)
    # Keras changes the value after a boundary, not at it
    pieces = schedules.PiecewiseConstantDecay([99, 149], [1.0, 0.1, 0.01])
    np.testing.assert_allclose(schedule_factor("step", steps, 200), [float(pieces(at)) for at in steps], atol=1e-6)


@pytest.mark.parametrize("total", [1, 2, 3, 30])
@pytest.mark.parametrize("name", NAMES)
def test_a_step_has_the_same_factor_whichever_call_it_falls_into(name, total):
    whole = schedule_factor(name, np.arange(total), total)
    parts = [schedule_factor(name, np.arange(start, min(total, start + 10)), total) for start in range(0, total, 10)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert ((whole > 0) & (whole <= 1)).all()
    assert schedule_factor(name, np.arange(0), total).shape == (0,)
