"""The race: four recipes that differ in two switches, how four runs are known for one, and who is ahead."""

from __future__ import annotations

import math
import shutil

import numpy as np
import pytest

from imgcls.architectures import build_model
from imgcls.errors import InputError, UnknownNameError
from imgcls.race import (
    DEFAULT,
    DEFAULT_DEPTH,
    DEPTHS,
    Variant,
    added_parameters,
    far_apart,
    finish_of,
    lane,
    most_and_least_even,
    race_of,
    race_recipes,
)
from imgcls.recipe import Choice, Recipe, Training
from imgcls.runs import Curve, Gradients, create_run, delete_run, get_run
from imgcls.training.check import check_recipe
from tests.conftest import train_here

WAITING = {"ticket": 1, "engine": ""}


def begin(depth: int = 8, base: Recipe = DEFAULT) -> dict[Variant, str]:
    return {variant: create_run(recipe, WAITING).id for variant, recipe in race_recipes(depth, base).items()}


# -- the recipes


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_four_differ_in_two_switches_and_in_nothing_else(depth):
    recipes = race_recipes(depth)
    assert {variant: lane(recipe) for variant, recipe in recipes.items()} == {v: (depth, v) for v in Variant}
    assert {recipe.model_copy(update={"architecture": Choice(name="x")}).hash() for recipe in recipes.values()} == {
        DEFAULT.model_copy(update={"architecture": Choice(name="x")}).hash()
    }
    for recipe in recipes.values():
        check_recipe(recipe)


def test_the_default_depth_can_be_chosen():
    assert DEFAULT_DEPTH in DEPTHS


def test_the_networks_have_the_layers_that_their_variant_says():
    for variant in Variant:
        kinds = {type(layer).__name__ for layer in build_model(variant.architecture(8), (12, 12, 1), 3, 0).layers}
        assert ("BatchNormalization" in kinds, "Add" in kinds) == (variant.batch_norm, variant.skip)


@pytest.mark.parametrize("name", ["seed-cnn", "plain-9", "resnet-20x", "linear"])
def test_other_networks_are_in_no_race(name):
    recipe = Recipe(architecture=Choice(name=name))
    if name == "plain-9":
        with pytest.raises(InputError):
            lane(recipe)
    else:
        assert lane(recipe) is None


@pytest.mark.parametrize("depth", DEPTHS)
def test_what_the_page_says_of_parameters(depth):
    """Skip connections add none, as the form says; batch norm a few."""
    least, norm, skip = added_parameters(depth, DEFAULT)
    assert skip == 0
    assert 0 < norm < 0.02 * least


# -- four runs


def test_four_runs_in_any_order_are_a_race():
    ids = begin()
    race = race_of(reversed(ids.values()))
    assert [run.id for run in race.runs.values()] == list(ids.values())
    assert list(race.runs) == list(Variant)
    assert (race.depth, race.deleted) == (8, [])
    assert race.ids == tuple(reversed(ids.values()))


def test_a_deleted_run_leaves_the_others_a_race():
    ids = begin()
    delete_run(race_of(ids.values()).runs[Variant.SKIP])
    race = race_of(ids.values())
    assert race.deleted == [Variant.SKIP]
    assert len(race.runs) == 3


def test_a_race_of_which_nothing_is_left_is_refused():
    ids = begin()
    for run in race_of(ids.values()).runs.values():
        delete_run(run)
    with pytest.raises(UnknownNameError, match="None of the four runs"):
        race_of(ids.values())


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_a_race_has_four_runs(count):
    with pytest.raises(InputError, match=f"Received: {count}"):
        race_of(["20260131-093000-1a2b3c"] * count)


@pytest.mark.parametrize("bad", ["", "../../etc", "x" * 999, "２０２６"])
def test_what_is_no_identifier_is_refused(bad):
    ids = list(begin().values())
    with pytest.raises(UnknownNameError, match="There is no run"):
        race_of([*ids[:3], bad])


def test_the_same_run_twice_is_no_race():
    ids = list(begin().values())
    with pytest.raises(InputError, match="are no race"):
        race_of([ids[0], ids[0], *ids[2:]])


def test_runs_that_differ_in_more_are_no_race():
    ids = list(begin().values())
    for other in (
        race_recipes(14)[Variant.BOTH],
        race_recipes(8, DEFAULT.model_copy(update={"seed": 1}))[Variant.BOTH],
        Recipe(),
    ):
        with pytest.raises(InputError, match="are no race"):
            race_of([*ids[:3], create_run(other, WAITING).id])


def test_a_folder_that_goes_while_it_is_read_is_one_sentence(monkeypatch):
    ids = begin()
    race = race_of(ids.values())
    (race.runs[Variant.SKIP].folder / "recipe.json").write_text("{")
    with pytest.raises(InputError):
        race_of(ids.values())
    shutil.rmtree(race.runs[Variant.SKIP].folder)
    assert race_of(ids.values()).deleted == [Variant.SKIP]


# -- who is ahead


def curve(*losses: float, steps: int = 0, speed: float = 100.0, partial: bool = False) -> Curve:
    epochs = [{"epoch": at, "step": at * 10, "loss": loss} for at, loss in enumerate(losses, 1)]
    if partial:
        epochs[-1]["partial"] = True
    number = list(range(1, (steps or 10 * len(losses)) + 1))
    return Curve(
        start={"steps_per_epoch": 10, "epochs": 2, "train_images": 300, "classes": 10},
        step=number,
        images_per_second=speed,
        epochs=epochs,
    )


def test_the_lowest_loss_of_the_last_common_epoch_is_ahead():
    found = finish_of(
        {
            Variant.NEITHER: curve(2.3, 2.2),
            Variant.SKIP: curve(1.0),
            Variant.BOTH: curve(0.5, 0.1),
            Variant.BATCH_NORM: curve(),
        }
    )
    assert found is not None
    assert found.epoch == 1
    assert found.losses == {Variant.BOTH: 0.5, Variant.SKIP: 1.0, Variant.NEITHER: 2.3}
    assert list(found.losses) == [Variant.BOTH, Variant.SKIP, Variant.NEITHER]
    assert found.ahead == (Variant.BOTH,)
    assert found.guessing == (Variant.NEITHER,)


def test_losses_that_are_nearly_the_same_are_level():
    found = finish_of({Variant.SKIP: curve(0.102), Variant.BOTH: curve(0.1), Variant.NEITHER: curve(0.2)})
    assert found is not None
    assert found.ahead == (Variant.BOTH, Variant.SKIP)


def test_nobody_is_ahead_before_an_epoch_has_ended():
    assert finish_of({Variant.BOTH: curve(steps=5), Variant.SKIP: Curve()}) is None
    assert finish_of({}) is None


def test_a_part_of_an_epoch_does_not_count():
    found = finish_of({Variant.BOTH: curve(0.5, 0.1, partial=True), Variant.SKIP: curve(0.6, 0.05)})
    assert found is not None
    assert (found.epoch, found.ahead) == (1, (Variant.BOTH,))


def test_a_loss_that_is_no_number_is_last():
    found = finish_of({Variant.NEITHER: curve(math.nan), Variant.BOTH: curve(0.1)})
    assert found is not None
    assert list(found.losses) == [Variant.BOTH, Variant.NEITHER]


# -- gradients


def gradients(*norms: float) -> Gradients:
    return Gradients(tuple("abcdef"[: len(norms)]), np.array(norms, float))


def test_the_most_and_the_least_even_network():
    found = {Variant.NEITHER: gradients(1, 9), Variant.SKIP: gradients(100, 1), Variant.BOTH: gradients(1, 1.5)}
    assert most_and_least_even(found) == [Variant.SKIP, Variant.BOTH]
    assert most_and_least_even({Variant.SKIP: gradients(1, 2)}) == [Variant.SKIP]
    assert most_and_least_even({Variant.SKIP: gradients(math.nan, 2)}) == []
    assert most_and_least_even(found | {Variant.BATCH_NORM: gradients(0, 2)})[0] is Variant.BATCH_NORM


def test_networks_whose_first_layers_are_far_apart():
    found = {Variant.NEITHER: gradients(0.5, 9), Variant.SKIP: gradients(50, 1), Variant.BOTH: gradients(0, 1)}
    assert far_apart(found) == (Variant.SKIP, Variant.NEITHER, 100.0)
    assert far_apart({Variant.SKIP: gradients(1), Variant.BOTH: gradients(9)}) is None
    assert far_apart({Variant.SKIP: gradients(math.nan)}) is None
    assert far_apart({}) is None


@pytest.mark.slow  # two trainings of a deep network
@pytest.mark.timeout(600)
def test_a_deep_plain_network_fails_and_both_remedies_save_it():
    """A quarter of the digits, four epochs: a plain network of 32 layers guesses, one with both switches reads."""
    base = DEFAULT.model_copy(update={"subset": 0.25, "training": Training(epochs=4, batch_size=32)})
    recipes, found = race_recipes(32, base), {}
    for variant in (Variant.NEITHER, Variant.BOTH):
        run = create_run(recipes[variant], WAITING)
        assert train_here(run.folder) == "completed"
        found[variant] = get_run(run.id).result["test_accuracy"]
    assert found[Variant.NEITHER] < 0.3
    assert found[Variant.BOTH] > 0.8
