"""The learning-rate test: its arithmetic by hand, and what it proposes by training with it."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.recipe import Recipe
from imgcls.runs import create_run, get_run
from imgcls.training.rate_finder import HIGHEST, LOWEST, MEMORY, RateTest, find_rates
from tests.conftest import train_here


def made(losses: list[float]) -> RateTest:
    return RateTest(np.geomspace(1e-5, 1, len(losses)), np.array(losses, float))


def test_the_average_is_corrected_for_its_beginning():
    one, other = 1 - MEMORY, MEMORY * (1 - MEMORY)
    found = made([2.0, 1.0, 4.0]).smoothed
    assert found[0] == pytest.approx(2.0)
    assert found[1] == pytest.approx((other * 2 + one * 1) / (one + other))
    assert made([1.5] * 9).smoothed == pytest.approx([1.5] * 9)


def test_a_tenth_of_where_the_loss_is_least():
    falling = [2.3] * 20 + list(np.linspace(2.3, 0.5, 30)) + list(np.linspace(0.6, 9, 10))
    found = made(falling)
    least = found.rates[int(np.argmin(found.smoothed))]
    assert found.proposal == pytest.approx(0.1 * least, rel=0.35), "one digit"
    assert f"{found.proposal:.0e}" == f"{0.1 * least:.0e}"


@pytest.mark.parametrize("losses", [[2.3] * 30, [2.3, 2.4, 2.5, 9.0], [2.3, np.nan], [np.nan], []])
def test_nothing_is_proposed_where_nothing_fell(losses):
    assert made(losses).proposal is None


def test_a_loss_that_ends_as_no_number_has_fallen_before():
    assert made([2.3, 1.0, 0.5, 0.4, np.nan]).proposal == 0.006  # a tenth of 10^(−5 + 5 · 3/4)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_the_proposal_trains(optimizer, home_folder):
    """With it the article's network learns digits in two epochs; its tenthousandth learns nothing to speak of."""
    base = Recipe.model_validate({"training": {"epochs": 2, "optimizer": {"name": optimizer}}})
    told: list[tuple[int, int]] = []
    found = find_rates(base, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert LOWEST <= found.rates[0] < found.rates[-1] <= HIGHEST
    assert found.proposal is not None
    accuracies = []
    for rate in (found.proposal, found.proposal / 10_000):
        training = {"epochs": 2, "optimizer": {"name": optimizer, "learning_rate": rate}}
        run = create_run(Recipe.model_validate({"training": training}), {"ticket": 1, "engine": ""})
        train_here(run.folder)
        accuracies.append(get_run(run.id).result["test_accuracy"])
    assert accuracies[0] > 0.85
    assert accuracies[1] < accuracies[0] - 0.2
