"""The learning rate of every step."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.training.schedule import schedule_factor


def test_constant_is_one():
    assert schedule_factor("constant", np.arange(5), 5).tolist() == [1.0] * 5


def test_cosine_starts_at_one_and_falls_to_nearly_nothing():
    factors = schedule_factor("cosine", np.arange(100), 100)
    assert factors[0] == 1
    assert factors[50] == pytest.approx(0.5)
    assert factors[25] == pytest.approx(0.5 + 0.5 * np.sqrt(0.5))
    assert (np.diff(factors) < 0).all()
    assert 0 < factors[-1] < 0.001


@pytest.mark.parametrize("name", ["constant", "cosine"])
def test_a_step_has_the_same_factor_whichever_call_it_falls_into(name):
    whole = schedule_factor(name, np.arange(30), 30)
    parts = [schedule_factor(name, np.arange(start, start + 10), 30) for start in (0, 10, 20)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert ((whole > 0) & (whole <= 1)).all()
    assert schedule_factor(name, np.arange(0), 30).shape == (0,)
