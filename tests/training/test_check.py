"""A recipe that makes no sense here is refused before anything is made for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imgcls.augmentation import AUGMENTATIONS
from imgcls.datasets.registry import fixed
from imgcls.errors import MissingDataError, RecipeError, UnknownNameError
from imgcls.home import home
from imgcls.recipe import Recipe, recipe_from
from imgcls.training.check import check_parameters, check_recipe
from tests.datasets.placed import PLACE


def test_the_default_recipe_is_fine():
    check_recipe(Recipe())


def test_every_augmentation_is_fine():
    for name in AUGMENTATIONS.names():
        check_recipe(recipe_from({"augmentation": [{"name": name}]}))


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        ({"dataset": {"name": "cifar"}}, UnknownNameError, "no data set “cifar”. Expected one of: "),
        ({"architecture": {"name": "vgg"}}, UnknownNameError, "no architecture “vgg”. Expected one of: "),
        ({"dataset": {"name": "mnist-5k", "x": 1}}, RecipeError, "no setting “dataset.x”. Received: 1"),
        (
            {"architecture": {"name": "seed-cnn", "width": 9}},
            RecipeError,
            "no setting “architecture.width”. Received: 9",
        ),
        (
            {"augmentation": [{"name": "flip"}, {"name": "blur"}]},
            UnknownNameError,
            "no augmentation “blur”. Expected",
        ),
        (
            {"augmentation": [{"name": "rotate", "degrees": 181}]},
            RecipeError,
            "“augmentation.rotate.degrees” must be at most 180.0. Received: 181",
        ),
        (
            {"augmentation": [{"name": "flip"}, {"name": "shift", "far": 1}]},
            RecipeError,
            "no setting “augmentation.shift.far”. Received: 1",
        ),
        ({"training": {"epochs": 51}}, RecipeError, "“training.epochs” must be at most 50. Received: 51"),
        ({"training": {"batch_size": 1025}}, RecipeError, "“training.batch_size” must be at most 1024. Received: 1025"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(data, kind, words):
    recipe = recipe_from(data)
    with pytest.raises(kind) as refused:
        check_recipe(recipe)
    assert words in str(refused.value)
    assert not (home() / "runs").exists()


def test_limits_are_asked_for(monkeypatch):
    monkeypatch.setenv("IMGCLS_EPOCHS", "9")
    with pytest.raises(RecipeError, match=r"at most 9\. Received: 10"):
        check_recipe(Recipe())
    monkeypatch.setenv("IMGCLS_EPOCHS", "10")
    check_recipe(Recipe())


def test_an_image_that_is_too_small_is_refused(bars, monkeypatch):
    monkeypatch.setitem(bars.__dict__, "facts", fixed(replace(bars.usual, image_shape=(9, 12, 1))))
    with pytest.raises(RecipeError, match=r"from 10 to 224 pixels a side\. Received: 9 × 12"):
        check_recipe(recipe_from({"dataset": {"name": "bars"}}))


def test_a_network_that_is_too_large_is_refused(monkeypatch):
    check_parameters(30_000_000)
    with pytest.raises(RecipeError, match=r"at most 30,000,000 parameters\. Received: 30,000,001\."):
        check_parameters(30_000_001)
    monkeypatch.setenv("IMGCLS_PARAMETERS", "100")
    with pytest.raises(RecipeError):
        check_parameters(101)


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar-10", "cifar-100"])
def test_a_data_set_that_is_not_here_is_refused_and_leaves_nothing(name, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(MissingDataError) as refused:
        check_recipe(recipe_from({"dataset": {"name": name, "images": 1000}}))
    assert refused.value.values["name"] == name
    assert not home().joinpath("runs").exists()
    PLACE[name](tmp_path)
    check_recipe(recipe_from({"dataset": {"name": name, "images": 1000}}))


@pytest.mark.parametrize(
    "data",
    [
        {"dataset": {"name": "mnist", "images": 1}},
        {"dataset": {"name": "mnist"}, "training": {"epochs": 51}},
        {"dataset": {"name": "mnist"}, "augmentation": [{"name": "elastics"}]},
    ],
)
def test_nobody_downloads_what_cannot_be_trained_on(data, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises((RecipeError, UnknownNameError)):
        check_recipe(recipe_from(data))
