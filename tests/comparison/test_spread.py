"""Means, spreads and what is left of a difference, against scipy's intervals."""

from __future__ import annotations

import pytest
from scipy import stats

from imgcls.comparison.spread import Group, groups, lead, say_lead, t_quantile
from imgcls.recipe import Choice, Recipe


@pytest.mark.parametrize("freedom", [1, 2, 5, 30, 500])
def test_quantiles_of_t(freedom):
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)


def group(*values: float, first: int = 0, seconds: float = 10.0) -> Group:
    return Group((), dict(enumerate(values, first)), (seconds,) * len(values))


def test_the_margin_is_the_paired_t_interval():
    one, two = (0.95, 0.96, 0.955), (0.94, 0.945, 0.95)
    found = lead([group(*two), group(*one, seconds=20.0)])
    interval = stats.ttest_rel(one, two).confidence_interval()
    assert (found.best, found.next, found.pairs, found.cost) == (1, 0, 3, 2.0)
    assert found.difference == pytest.approx((interval.high + interval.low) / 2)
    assert found.margin == pytest.approx((interval.high - interval.low) / 2, rel=1e-3)


def test_the_best_of_several_has_a_wider_interval():
    one, two, three = (0.95, 0.96, 0.955), (0.94, 0.945, 0.95), (0.90, 0.91, 0.90)
    found = lead([group(*two), group(*three), group(*one)])
    interval = stats.ttest_rel(one, two).confidence_interval(1 - 0.05 / 2)
    assert (found.best, found.next, found.rivals) == (2, 0, 2)
    assert found.margin == pytest.approx((interval.high - interval.low) / 2, rel=1e-6)
    assert "the best of 3" in say_lead(found, ("a", "b", "c"))
    assert "the best of" not in say_lead(lead([group(*one), group(*two)]), ("a", "b"))


def test_other_seeds_are_not_paired():
    one, two = (0.95, 0.96, 0.955), (0.94, 0.945, 0.95, 0.93)
    found = lead([group(*one), group(*two, first=7)])
    interval = stats.ttest_ind(one, two, equal_var=False).confidence_interval()
    assert found.pairs == 0
    # degrees of freedom are rounded down here: never narrower
    assert 1.0 <= found.margin / ((interval.high - interval.low) / 2) < 1.1


def test_what_is_said_names_its_evidence():
    names = ("resnet-20", "plain-20")
    real = lead([group(0.96, 0.97, 0.965), group(0.94, 0.952, 0.945, seconds=9.0)])
    assert real.is_real
    assert say_lead(real, names).startswith("“resnet-20” beats “plain-20” by 1.9 ± 0.3 points")
    assert say_lead(real, names).endswith("It costs 1.1× the time.")
    chance = lead([group(0.96, 0.94, 0.95), group(0.94, 0.96, 0.945)])
    assert not chance.is_real
    assert "may be chance" in say_lead(chance, names)
    single = lead([group(0.96), group(0.90)])
    assert single.margin is None
    assert not single.is_real
    assert "only more seeds can tell" in say_lead(single, names)
    assert lead([group(0.9), group()]) is None


def test_what_makes_no_repeat_is_another_group(ended):
    """The same settings, but edited data, a rate changed live, or stopped by hand: each stands for itself."""
    runs = [
        ended(0.90, Recipe(seed=0)),
        ended(0.92, Recipe(seed=1)),
        ended(0.10, Recipe(seed=2), version="edited"),
        ended(0.20, Recipe(seed=3), rates=(0.1,)),
        ended(0.30, Recipe(seed=4), reason="stopped", steps=100),
        ended(0.94, Recipe(seed=5), reason="early", steps=400),
    ]
    assert [one.ids for one in groups(runs)] == [
        (runs[0].id, runs[1].id, runs[5].id),
        (runs[2].id,),
        (runs[3].id,),
        (runs[4].id,),
    ]


def test_two_runs_of_one_seed_are_one_measurement(ended):
    runs = [ended(0.90, Recipe(seed=0)), ended(0.96, Recipe(seed=0)), ended(0.95, Recipe(seed=1))]
    (found,) = groups(runs)
    assert found.accuracies == pytest.approx({0: 0.93, 1: 0.95})
    assert (found.repeats, len(found.seconds)) == (1, 3)


def test_a_default_that_is_said_is_the_same_setting(ended):
    said, silent = Choice(name="plain-20", batch_norm=True), Choice(name="plain-20")
    assert (
        len(groups([ended(recipe=Recipe(architecture=said)), ended(recipe=Recipe(architecture=silent, seed=1))])) == 1
    )
