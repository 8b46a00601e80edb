"""Each axis of a race changes what it says, and nothing else; every value can be trained."""

from __future__ import annotations

import pytest

from imgcls.architectures import ARCHITECTURES, architecture_options
from imgcls.comparison.axes import AXES, LONG_TAIL, USUAL_RATES, variants, with_batch_norm, with_skip, with_switch
from imgcls.comparison.differences import differences
from imgcls.language import translator
from imgcls.recipe import Choice, Recipe, Training
from imgcls.training.check import check_recipe

BASE = Recipe(architecture=Choice(name="plain-20"), training=Training(epochs=2))

#: In which settings two values of an axis differ.
SETTINGS = {
    "batch_norm": ["architecture.batch_norm"],
    "skip": ["architecture.skip"],
    "augmentation": ["augmentation.affine"],
    "subset": ["subset"],
    "noise": ["label_noise"],
    "balance": ["balance"],
    "rate": ["training.optimizer.learning_rate"],
    "optimizer": ["training.optimizer", "training.optimizer.learning_rate"],
    "schedule": ["training.schedule"],
    "batch": ["training.batch_size"],
}


@pytest.mark.parametrize("name", AXES)
def test_an_axis_changes_what_it_says(name):
    axis = AXES[name]
    values = {value.key: value for value in axis.values_of(axis.prepare(BASE))}
    assert set(axis.usual) <= set(values)
    assert len(axis.usual) >= 2
    usual = [values[key].recipe for key in axis.usual]
    assert differences(usual) == SETTINGS[name]
    for value in values.values():
        check_recipe(value.recipe)
        assert value.say()
        assert "{" not in value.say(translator("zh_CN"))
    assert len({value.say() for value in values.values()}) == len(values), "no two are called alike"
    assert translator("zh_CN")(axis.title) != axis.title


def test_every_axis_has_its_settings():
    assert set(SETTINGS) == set(AXES)


def test_all_combinations_from_all_networks():
    found = variants(BASE, ["plain-20", "seed-cnn"], {"batch_norm": ["on", "off"], "batch": ["32", "128"]})
    assert [one.label for one in found] == [
        "plain-20, batch norm, batches of 32",
        "plain-20, batch norm, batches of 128",
        "plain-20, no batch norm, batches of 32",
        "plain-20, no batch norm, batches of 128",
        "seed-cnn, batches of 32",
        "seed-cnn, batches of 128",
    ], "what has no such switch goes through as it is"
    assert {one.recipe.training.epochs for one in found} == {2}


def test_the_network_of_the_base_keeps_its_options():
    base = Recipe(architecture=Choice(name="densenet", growth=24))
    (own,) = variants(base, ["densenet"], {})
    assert own.recipe == base


def test_who_can_be_switched():
    assert with_switch(with_batch_norm) == ["cnn", "plain-20", "resnet-20"]
    assert with_switch(with_skip) == ["plain-20", "resnet-20"]
    for name in ARCHITECTURES.names():
        switched = with_batch_norm(Choice(name=name), False)
        assert (switched is not None) == (name in with_switch(with_batch_norm))


def test_a_stack_is_switched_in_all_of_its_blocks():
    options = architecture_options(with_batch_norm(Choice(name="cnn"), True))
    assert all(block.batch_norm for block in options.blocks)


def test_balance_is_tried_where_classes_are_rare():
    found = variants(BASE, ["plain-20"], {"balance": ["none", "class-weights"]})
    assert [one.recipe.imbalance for one in found] == [LONG_TAIL, LONG_TAIL]
    rare = BASE.model_copy(update={"imbalance": LONG_TAIL.model_copy(update={"ratio": 0.2})})
    assert variants(rare, ["plain-20"], {"balance": ["none"]})[0].recipe.imbalance.ratio == 0.2


def test_each_optimizer_begins_at_its_usual_rate_but_the_chosen_one_keeps_its_own():
    own = Training(optimizer={"name": "adam", "learning_rate": 0.01})
    found = variants(Recipe(training=own), ["seed-cnn"], {"optimizer": ["adam", "sgd"]})
    assert [one.recipe.training.optimizer.learning_rate for one in found] == [0.01, USUAL_RATES["sgd"]]


def test_rates_beyond_what_is_allowed_are_one():
    high = Recipe(training=Training(optimizer={"name": "sgd", "learning_rate": 10.0}))
    rates = [value.recipe.training.optimizer.learning_rate for value in AXES["rate"].values_of(high)]
    assert rates == [1.0, 3.0, 10.0]
