"""What is proposed against a confusion changes one thing, can be trained, and fits the run that it is for."""

from __future__ import annotations

import pytest

from imgcls.coach.remedies import remedies
from imgcls.comparison.differences import differences
from imgcls.language import translator
from imgcls.recipe import Choice, Recipe, Training
from imgcls.training.check import check_recipe

EVEN = [350] * 10


def kinds(recipe, counts=EVEN, true=4):
    return [one.kind for one in remedies(recipe, counts, true)]


@pytest.mark.parametrize(
    ("recipe", "counts", "expected"),
    [
        (Recipe(), EVEN, ["augmentation", "epochs", "network"]),
        (Recipe(), None, ["augmentation", "epochs", "network"]),
        (Recipe(), [350] * 4 + [30] + [350] * 5, ["balance", "augmentation", "epochs", "network"]),
        (Recipe(subset=0.5), EVEN, ["images", "augmentation", "epochs", "network"]),
        (Recipe(label_noise=0.2), EVEN, ["labels", "augmentation", "epochs", "network"]),
        (Recipe(augmentation=(Choice(name="flip"),)), EVEN, ["epochs", "network"]),
        (Recipe(training=Training(epochs=50)), EVEN, ["augmentation", "network"]),
        (Recipe(architecture=Choice(name="resnet-200")), EVEN, ["augmentation", "epochs"]),
    ],
)
def test_what_is_proposed(recipe, counts, expected):
    assert kinds(recipe, counts) == expected


def test_each_changes_one_thing_and_can_be_trained():
    recipe = Recipe(subset=0.5, label_noise=0.1)
    found = remedies(recipe, [350] * 4 + [30] + [350] * 5, 4)
    assert len(found) == 6
    for one in found:
        check_recipe(one.experiment.recipe)
        assert len(differences([recipe, one.experiment.recipe])) == 1
        assert one.experiment.say()
        assert one.experiment.say(translator("zh_CN")) != one.experiment.say()
        assert translator("zh_CN")(one.why) != one.why


def test_what_does_not_fit_the_images_is_not_proposed():
    """Two more poolings would leave nothing of pictures of 8 × 8."""
    tiny = Recipe(dataset=Choice(name="digits-8x8"), architecture=Choice(name="seed-cnn"))
    for one in remedies(tiny, None, 0):
        check_recipe(one.experiment.recipe)
