"""MixUp is what Keras's layer makes with the same share; Cutout by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.comparison.differences import differences
from imgcls.lessons.augmentation import CHANGES, SHARES, cost, cut_out, mixed, race, square
from imgcls.training.check import check_recipe


def test_mixup_by_hand() -> None:
    first, second = np.array([200.0, 0.0]), np.array([40.0, 100.0])
    np.testing.assert_allclose(mixed(first, second, 0.7), [152.0, 30.0], atol=1e-9)
    np.testing.assert_allclose(mixed(first, second, 1.0), first)


def test_mixup_is_that_of_keras() -> None:
    import keras

    random = np.random.default_rng(0)
    images = random.uniform(0, 255, (2, 6, 6, 1)).astype("float32")
    labels = np.eye(2, dtype="float32")
    layer = keras.layers.MixUp(0.9, seed=1)
    for _try in range(20):  # a pair may be drawn as itself
        made = layer({"images": images, "labels": labels}, training=True)
        for place in range(2):
            share = float(np.asarray(made["labels"])[place, place])
            wanted = mixed(images[place], images[1 - place], share)
            np.testing.assert_allclose(np.asarray(made["images"])[place], wanted, atol=255e-6)


@pytest.mark.parametrize(
    ("centre", "side", "hidden"), [((3, 3), 4, 16), ((0, 0), 4, 4), ((7, 7), 2, 2 * 2), ((4, 4), 0, 0)]
)
def test_the_square_is_cut_off_at_the_edge(centre: tuple[int, int], side: int, hidden: int) -> None:
    mask = square((8, 8), centre, side)
    assert mask.sum() == hidden
    assert (cut_out(np.ones((8, 8, 1)), mask) == 0).sum() == hidden


def test_the_cost_of_an_answer_is_the_loss_of_keras() -> None:
    import keras

    label = np.array([0.7, 0.3])
    for answer in ([0.99, 0.01], [0.7, 0.3], [0.2, 0.8]):
        wanted = float(keras.losses.categorical_crossentropy(label[None], np.array([answer]))[0])
        assert cost(np.array(answer), label) == pytest.approx(wanted, abs=1e-6)


def test_no_answer_costs_less_than_the_mixture_itself() -> None:
    label = np.array([0.7, 0.3])
    others = [cost(np.array([share, 1 - share]), label) for share in np.linspace(0.01, 0.99, 99)]
    assert min(others) == pytest.approx(cost(label, label), abs=1e-9)


@pytest.mark.parametrize("share", SHARES)
def test_the_race_differs_in_the_augmentation_alone(share: float) -> None:
    recipes = race(share=share)
    assert list(recipes) == ["", *CHANGES]
    assert [[choice.name for choice in recipe.augmentation] for recipe in recipes.values()] == [
        [],
        *([name] for name in CHANGES),
    ]
    assert {one.partition(".")[0] for one in differences(recipes.values())} == {"augmentation"}
    for recipe in recipes.values():
        check_recipe(recipe)
