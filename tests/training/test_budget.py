"""Recipes made to fit a span of time: each proposal changes one thing, and its estimate keeps to the limit."""

from __future__ import annotations

import pytest

from imgcls.architectures import ARCHITECTURES, architecture_options
from imgcls.recipe import Choice, Recipe
from imgcls.training.budget import affordable_epochs, faster, shorter, smaller_network
from imgcls.training.timing import OVERHEAD, Timing, estimated_seconds

#: 3,500 images of mnist-5k in batches of 32 are 110 steps: 1.1 s an epoch, and 0.5 s to validate 500 images.
TIMING = Timing(step=0.01, validation_image=0.001, parameters=1)
EPOCH = 1.6


def changed(before: Recipe, after: Recipe) -> set[str]:
    flat = [{**one.model_dump(), **one.training.model_dump()} for one in (before, after)]
    return {name for name in flat[0] if flat[0][name] != flat[1][name]} - {"training"}


@pytest.mark.parametrize(("seconds", "wanted"), [(2, 0), (OVERHEAD + EPOCH + 0.01, 1), (20, 11), (1000, 623)])
def test_epochs_by_hand(home_folder, seconds, wanted):
    assert affordable_epochs(Recipe(), TIMING, seconds) == wanted
    assert wanted == int((seconds - OVERHEAD) / EPOCH)


@pytest.mark.parametrize("seconds", [4, 6, 10, 17])
def test_what_is_proposed_fits_and_changes_one_thing(home_folder, seconds):
    recipe = Recipe()
    assert estimated_seconds(recipe, TIMING) > seconds
    plans = shorter(recipe, TIMING, seconds)
    assert plans, "at least fewer epochs"
    for plan in plans:
        assert plan.seconds <= seconds
        assert plan.seconds == estimated_seconds(plan.recipe, TIMING)
        assert changed(recipe, plan.recipe) == {plan.kind}
    epochs = next(plan.recipe.training.epochs for plan in plans if plan.kind == "epochs")
    more = recipe.model_copy(update={"training": recipe.training.model_copy(update={"epochs": epochs + 1})})
    assert estimated_seconds(more, TIMING) > seconds, "no epoch is given away"


def test_nothing_fits_into_nothing(home_folder):
    assert shorter(Recipe(), TIMING, 1.0) == []


def test_a_share_is_never_more_than_before(home_folder):
    recipe = Recipe(subset=0.1)
    plans = shorter(recipe, Timing(step=0.1, validation_image=0.0, parameters=1), 10)
    assert [plan.recipe.subset for plan in plans if plan.kind == "subset"] in ([], [0.05], [0.02])


def test_faster_variants_change_batch_or_network(home_folder):
    found = dict(faster(Recipe()))
    assert found["batch"].training.batch_size == 128
    assert found["network"].architecture.name == "lenet-5"
    few = Recipe(subset=0.02)
    assert [kind for kind, _recipe in faster(few)] == ["network"], "an epoch of two steps teaches nothing"


@pytest.mark.parametrize("name", [entry.name for entry in ARCHITECTURES if entry.name != "from-run"])
def test_a_smaller_network_is_smaller_and_can_be_built(name):
    from imgcls.architectures import build_model, parameter_count

    whole = Choice(name=name)
    smaller = smaller_network(whole)
    if name in ("linear", "lenet-5"):
        assert smaller is None
        return
    assert smaller is not None
    architecture_options(smaller)
    if "side" in smaller.options:  # as many weights, fewer pixels
        assert smaller.options["side"] < architecture_options(whole).side
        return
    shape = (32, 32, 3)
    counts = [
        parameter_count(one, shape, 10) or build_model(one, shape, 10, 0).count_params() for one in (whole, smaller)
    ]
    assert counts[1] < counts[0]


def test_the_smallest_has_none_below():
    assert smaller_network(Choice(name="resnet-8")) is None
    assert smaller_network(Choice(name="vit-tiny", depth=1)) is None
