"""Settings are counted one by one, under the names that people know them by."""

from __future__ import annotations

import pytest

from imgcls.comparison.differences import (
    SETTING_WORDS,
    differences,
    say_differences,
    setting_word,
    setting_words,
    spelled_out,
    value_at,
)
from imgcls.language import translator
from imgcls.recipe import WATCHED, Choice, Imbalance, Optimizer, Recipe, Split, Training, recipe_from

BASE = Recipe()


def network(name: str, **options) -> Recipe:
    return Recipe(architecture=Choice(name=name, **options))


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({}, []),
        ({"seed": 1}, ["seed"]),
        ({"augmentation": (Choice(name="flip"),)}, ["augmentation.flip"]),
        ({"augmentation": (Choice(name="flip"), Choice(name="cutout"))}, ["augmentation.flip", "augmentation.cutout"]),
        ({"augmentation": (Choice(name="flip"),), "seed": 1}, ["augmentation.flip", "seed"]),
        ({"architecture": Choice(name="cnn", dense=3)}, ["architecture"]),
        ({"split": Split(test=0.5)}, ["split.test"]),
        ({"label_noise": 0.2}, ["label_noise"]),
        ({"subset": 0.2}, ["subset"]),
        ({"imbalance": Imbalance(kind="rare", ratio=0.5, classes=("3",))}, ["imbalance"]),
        ({"training": Training(epochs=3, batch_size=8)}, ["training.epochs", "training.batch_size"]),
        ({"training": Training(optimizer=Optimizer(learning_rate=0.1))}, ["training.optimizer.learning_rate"]),
        ({"training": Training(optimizer=Optimizer(name="sgd"))}, ["training.optimizer"]),
        (
            {"training": Training(optimizer=Optimizer(name="sgd", learning_rate=0.1))},
            ["training.optimizer", "training.optimizer.learning_rate"],
        ),
        ({"dataset": Choice(name="gone for good", some=1)}, ["dataset"]),
    ],
)
def test_they_are_told_by_their_path(change, paths):
    assert differences([BASE, BASE.model_copy(update=change), BASE]) == paths


def test_one_recipe_differs_from_nothing():
    assert differences([BASE]) == differences([]) == []


def test_to_say_a_default_is_no_difference():
    assert differences([network("plain-20"), network("plain-20", batch_norm=True)]) == []
    assert differences([network("cnn"), network("cnn", dense=3)]) == ["architecture.dense"]


def test_options_of_one_network_are_counted_one_by_one():
    """Depth and growth of a DenseNet are two settings, though both are the network's."""
    paths = differences([network("densenet"), network("densenet", growth=24, dropout=0.2)])
    assert paths == ["architecture.growth", "architecture.dropout"]
    said = say_differences([network("densenet"), network("densenet", growth=24, dropout=0.2)])
    assert said.startswith("They differ in more than one setting (growth rate, dropout)")


def test_of_two_networks_an_option_that_both_have_still_counts():
    assert differences([network("plain-20"), network("resnet-20")]) == ["architecture"]
    assert differences([network("plain-20"), network("resnet-32", batch_norm=False)]) == [
        "architecture",
        "architecture.batch_norm",
    ]
    assert differences([network("seed-cnn"), network("resnet-20", batch_norm=False)]) == ["architecture"]


def test_a_switch_of_all_blocks_is_one_setting():
    on, off = ([{"width": 8, "batch_norm": norm}, {"width": 16, "batch_norm": norm}] for norm in (True, False))
    recipes = [network("cnn", blocks=on), network("cnn", blocks=off)]
    assert differences(recipes) == ["architecture.blocks.*.batch_norm"]
    assert say_differences(recipes) == "All the same but for one setting: batch norm."
    assert [value_at(spelled_out(one), "architecture.blocks.*.batch_norm") for one in recipes] == [
        [True] * 2,
        [False] * 2,
    ]
    longer = network("cnn", blocks=[*on, {"width": 32}])
    assert differences([recipes[0], longer]) == ["architecture.blocks"]


def test_augmentations_are_known_by_their_name():
    def with_(*names: str, **options) -> Recipe:
        return Recipe(augmentation=tuple(Choice(name=name, **options) for name in names))

    assert differences([with_("rotate", degrees=5.0), with_("rotate", degrees=9.0)]) == ["augmentation.rotate.degrees"]
    assert differences([with_("rotate", "flip"), with_("flip", "rotate")]) == ["augmentation"], "another order"
    said = setting_word("augmentation.rotate.degrees", with_("rotate"))
    assert said == "augmentation (degrees)"
    assert setting_word("augmentation.rotate", with_("rotate")) == "augmentation (Rotate)"


def test_an_option_is_called_what_the_form_calls_it():
    assert setting_word("architecture.skip", network("resnet-20")) == "skip connections"
    assert setting_word("architecture.skip", network("resnet-20"), translator("zh_CN")) == "残差连接"
    balanced = Recipe(balance=Choice(name="focal", gamma=1.0))
    assert setting_word("balance.gamma", balanced) == "balance (gamma)"
    assert setting_word("architecture.what_is_that", network("gone")) == "what is that", "registered no more"


def test_every_setting_has_a_word():
    """Whatever part of a recipe differs, there is a word for it."""
    other = recipe_from(
        {
            "dataset": {"name": "another"},
            "split": {"validation": 0.2, "test": 0.3},
            "corrections": "0" * 12,
            "label_noise": 0.5,
            "subset": 0.5,
            "imbalance": {"kind": "rare", "ratio": 0.5, "classes": ["a"]},
            "balance": {"name": "another"},
            "augmentation": [{"name": "flip"}],
            "architecture": {"name": "another"},
            "training": {
                "epochs": 1,
                "batch_size": 1,
                "optimizer": {"name": "sgd", "learning_rate": 1.0},
                "schedule": "cosine",
                "early_stopping": 1,
                "precision": "mixed_bfloat16",
            },
            "pinned": [1],
            "seed": 1,
        }
    )
    rarer = other.model_copy(update={"imbalance": Imbalance(kind="rare", ratio=0.1, classes=("b",))})
    paths = list(dict.fromkeys([*differences([BASE, other]), *differences([other, rarer])]))
    assert {path.partition(".")[0] for path in paths} == set(Recipe.model_fields) - {"version", *WATCHED}
    words = setting_words(paths, [other])
    assert len(set(words)) == len(words)
    assert set(words) == {*SETTING_WORDS.values(), "augmentation (Flip)"} - {"augmentation"}


def test_the_sentence_says_whether_the_comparison_is_fair():
    flipped = (Choice(name="flip"),)
    assert say_differences([BASE, BASE]).startswith("The same settings for all")
    said = say_differences([BASE, Recipe(augmentation=flipped)])
    assert said == "All the same but for one setting: augmentation (Flip)."
    more = say_differences([BASE, Recipe(augmentation=flipped, training=Training(epochs=3))])
    assert more.startswith("They differ in more than one setting (augmentation (Flip), epochs): no difference")
    assert say_differences([BASE, Recipe(seed=1)], translator("en")) == "All the same but for one setting: seed."
