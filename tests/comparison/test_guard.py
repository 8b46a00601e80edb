"""The guard flags each way in which a comparison is less than fair, and leaves a fair one alone."""

from __future__ import annotations

import pytest

from imgcls.comparison.guard import caveats, say_settings
from imgcls.language import translator
from imgcls.recipe import Choice, Optimizer, Recipe, Split, Training


def network(norm: bool, seed: int = 0, **more) -> Recipe:
    return Recipe(architecture=Choice(name="plain-20", batch_norm=norm), seed=seed, **more)


def fair(ended, seeds=(0, 1, 2)):
    return [ended(0.9 + norm / 50, network(norm, seed)) for norm in (False, True) for seed in seeds]


def kinds(runs, names=None):
    found = caveats(runs, names or {})
    for one in found:
        assert one.say()
        assert "{" not in one.say(translator("zh_CN"))
    return [one.kind for one in found]


def test_a_fair_race_is_left_alone(ended):
    runs = fair(ended)
    assert kinds(runs) == []
    assert say_settings(runs) == "All the same but for one setting: batch norm."


def test_one_seed_is_not_enough(ended):
    assert kinds(fair(ended, seeds=(0,))) == ["one seed"]


def test_two_options_of_one_network_are_two_settings(ended):
    runs = [
        ended(recipe=Recipe(architecture=Choice(name="densenet", growth=g, dropout=d), seed=seed))
        for g, d in ((12, 0.0), (24, 0.2))
        for seed in (0, 1)
    ]
    assert kinds(runs) == ["settings"]
    assert "growth rate, dropout" in say_settings(runs)


def test_a_rate_changed_live_is_another_setting(ended):
    runs = [*fair(ended), ended(recipe=network(True, 3), rates=(0.01,))]
    (found,) = [one for one in caveats(runs, {runs[-1].id: "changed"}) if one.kind == "course"]
    assert found.say().startswith("“changed”: the learning rate was changed while it trained (to 0.01)")


def test_a_run_that_was_stopped_has_another_budget(ended):
    runs = [*fair(ended), ended(recipe=network(True, 3), reason="stopped", steps=250)]
    (found,) = [one for one in caveats(runs, {runs[-1].id: "cut"}) if one.kind == "course"]
    assert found.say() == "“cut” was ended after 2.5 of 10 epochs: that is another budget than its settings say."


def test_early_stopping_makes_another_budget(ended):
    patient = Training(early_stopping=2)
    runs = [
        ended(recipe=network(norm, seed, training=patient), reason="early", steps=100 * (4 + seed + 2 * norm))
        for norm in (False, True)
        for seed in (0, 1)
    ]
    (found,) = caveats(runs, {runs[0].id: "off", runs[2].id: "on"})
    assert found.kind == "budget"
    assert "“off” 4–5, “on” 6–7" in found.say()
    level = [
        ended(recipe=network(norm, seed, training=patient), reason="early", steps=400)
        for norm in (False, True)
        for seed in (0, 1)
    ]
    assert kinds(level) == [], "all of them stopped at the same epoch"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"training": Training(epochs=3)}, ["settings", "budget"]),
        ({"subset": 0.5}, ["settings", "budget"]),
        ({"training": Training(optimizer=Optimizer(learning_rate=0.1))}, ["settings"]),
    ],
)
def test_a_second_setting_is_flagged_and_a_budget_is_called_one(ended, change, expected):
    runs = [ended(recipe=network(False, seed)) for seed in (0, 1)]
    runs += [ended(recipe=network(True, seed, **change)) for seed in (0, 1)]
    assert kinds(runs) == expected


def test_epochs_alone_are_what_was_asked_about(ended):
    runs = [ended(recipe=network(True, seed, training=Training(epochs=epochs))) for epochs in (3, 9) for seed in (0, 1)]
    assert kinds(runs) == []
    assert say_settings(runs) == "All the same but for one setting: epochs."


@pytest.mark.parametrize(("more", "ratio"), [(2_000, "2.0"), (12_345, "12.3")])
def test_a_much_larger_network_is_called_one(ended, more, ratio):
    runs = [ended(recipe=network(False, seed), parameters=1_000) for seed in (0, 1)]
    runs += [ended(recipe=network(True, seed), parameters=more) for seed in (0, 1)]
    (found,) = caveats(runs, {runs[0].id: "small", runs[2].id: "large"})
    assert found.kind == "size"
    assert found.say().startswith(f"“large” has {ratio} times as many parameters as “small” ({more:,} and 1,000)")


@pytest.mark.parametrize("other", [1_999, None, 0, "many"])
def test_networks_of_about_one_size_or_of_unknown_size_are_left_alone(ended, other):
    runs = [ended(recipe=network(False, seed), parameters=1_000) for seed in (0, 1)]
    runs += [ended(recipe=network(True, seed), parameters=other) for seed in (0, 1)]
    assert kinds(runs) == []


def test_the_largest_of_several_is_told_against_the_smallest(ended):
    runs = [
        ended(recipe=Recipe(architecture=Choice(name=name), seed=seed), parameters=size)
        for name, size in (("seed-cnn", 3_000), ("lenet-5", 1_000), ("resnet-20", 9_000))
        for seed in (0, 1)
    ]
    (found,) = caveats(runs, {runs[2].id: "lenet-5", runs[4].id: "resnet-20"})
    assert found.say().startswith("“resnet-20” has 9.0 times as many parameters as “lenet-5”")


def test_other_seeds_are_flagged(ended):
    runs = [ended(recipe=network(norm, seed)) for norm, seeds in ((False, (0, 1)), (True, (1, 2))) for seed in seeds]
    (found,) = caveats(runs, {runs[0].id: "off", runs[2].id: "on"})
    assert found.kind == "seeds"
    assert "“off”: 0, 1; “on”: 1, 2" in found.say()


def test_the_same_seed_twice_is_no_new_evidence(ended):
    runs = [*fair(ended), ended(0.99, network(True, 0))]
    (found,) = caveats(runs, {one.id: "on" for one in runs})
    assert found.kind == "repeats"
    assert "“on”: 1 of its runs" in found.say()


@pytest.mark.parametrize(
    ("change", "version", "expected"),
    [
        ({"dataset": Choice(name="digits-8x8")}, "", "data"),
        ({}, "edited", "version"),
        ({"split": Split(test=0.3)}, "", "split"),
        ({"corrections": "0" * 12}, "", "labels"),
    ],
)
def test_other_tests_are_flagged(ended, change, version, expected):
    runs = [ended(recipe=network(False, seed)) for seed in (0, 1)]
    runs += [ended(recipe=network(True, seed, **change), version=version) for seed in (0, 1)]
    assert expected in kinds(runs)
