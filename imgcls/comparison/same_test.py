"""Which runs were tested on the same images: only their accuracies measure the same thing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from imgcls.comparison.differences import differences, spelled_out
from imgcls.datasets import DATASETS, dataset_facts
from imgcls.errors import ImgclsError
from imgcls.recipe import Recipe, recipe_from_code
from imgcls.runs import Run
from imgcls.training.data import divided
from imgcls.training.data_card import data_version

#: Settings that decide which images are tested, and which answers count as right.
_TEST = ("dataset", "split", "corrections", "seed")


def same_test(runs: Iterable[Run]) -> bool:
    """Whether runs were tested on the same images with the same labels; see `same_test_of`."""
    known = list(runs)
    return same_test_of([run.recipe for run in known], [data_version(run.folder) for run in known])


def same_test_of(recipes: Iterable[Recipe], versions: Sequence[str | None] = ()) -> bool:
    """Whether recipes are tested on the same images with the same labels.

    Where the settings of their data differ the images themselves are compared: two data sets may have one test in
    common, and another seed leaves a data set's own test part alone. Data that cannot be had any more count as others.

    Args:
        versions: of each one's data set when it began, None where nobody noted it; empty: as they are now.
    """
    known = list(recipes)
    noted = list(versions) or [None] * len(known)
    if any(len(found) > 1 for found in _versions(known, noted).values()):
        return False  # one data set, edited in between
    if not any(path.split(".")[0] in _TEST for path in differences(known)):
        return True
    try:
        return _are_as_noted(known, noted) and _tested_alike(known)
    except ImgclsError:  # deleted, not downloaded, damaged
        return False


def _versions(recipes: Sequence[Recipe], versions: Sequence[str | None]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for recipe, version in zip(recipes, versions, strict=True):
        if version is not None:
            found.setdefault(recipe.dataset.name, set()).add(version)
    return found


def _are_as_noted(recipes: Sequence[Recipe], versions: Sequence[str | None]) -> bool:
    """Whether the images that can be had now are those that the runs were tested on."""
    return all(
        version in (None, DATASETS.get(recipe.dataset.name).version())
        for recipe, version in zip(recipes, versions, strict=True)
    )


def _tested_alike(recipes: Sequence[Recipe]) -> bool:
    facts = [dataset_facts(recipe.dataset) for recipe in recipes]
    if any((one.image_shape, one.class_names) != (facts[0].image_shape, facts[0].class_names) for one in facts):
        return False  # seen without opening any image
    return len({_test_digest(recipe) for recipe in recipes}) == 1


def _test_digest(recipe: Recipe) -> str:
    """The same for the same test images with the same labels."""
    settings = Recipe(**{name: getattr(recipe, name) for name in _TEST})
    return _known_digest(settings.to_code(), DATASETS.get(recipe.dataset.name).version())


@lru_cache(maxsize=64)
def _known_digest(code: str, version: str) -> str:
    """Of a recipe by its code; `version` is that of its data set."""
    images, parts = divided(recipe_from_code(code))
    test = images.take(parts.test)
    found = hashlib.sha256(repr((images.class_names, test.images.shape)).encode())
    for array in (test.images, test.labels):
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


def by_test(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs whose accuracies may be laid side by side, in the order in which they come.

    Together are those that differ in nothing of their data but the seed, which draws another test from the same
    images, and those whose tests are the same images although their data are called otherwise.
    """
    known = list(runs)
    order = {run.id: place for place, run in enumerate(known)}
    by_data: dict[str, list[Run]] = {}
    for run in known:
        by_data.setdefault(_data(run), []).append(run)
    found: list[list[Run]] = []
    for members in by_data.values():
        alike = next((some for some in found if _is_one_test(some, members)), None)
        if alike is None:
            found.append(members)
        else:
            alike[:] = sorted([*alike, *members], key=lambda run: order[run.id])
    return found


def _data(run: Run) -> str:
    """What decides which images are tested, but for the seed."""
    said = spelled_out(run.recipe)
    settings = {name: said[name] for name in _TEST if name != "seed"}
    return json.dumps([settings, data_version(run.folder) or ""], sort_keys=True)


def _is_one_test(some: Sequence[Run], others: Sequence[Run]) -> bool:
    """Whether runs of other data were tested on the same images, by two of one seed where there are such."""
    seeds = {run.recipe.seed: run for run in some}
    pairs = [(seeds[run.recipe.seed], run) for run in others if run.recipe.seed in seeds] or [(some[0], others[0])]
    return same_test(pairs[0])


def images_of(run: Run) -> tuple[str, str | None]:
    """What a position in a run's data set stands for: the data set with its options, and its version if noted."""
    return json.dumps(spelled_out(run.recipe)["dataset"], sort_keys=True), data_version(run.folder)


def same_images(one: Run, other: Run) -> bool:
    """Whether a position in the data set is the same image for both, so that they can be compared image by image."""
    return are_same_images(images_of(one), images_of(other))


def are_same_images(one: tuple[str, str | None], other: tuple[str, str | None]) -> bool:
    """The same of what `images_of` says; a version that nobody noted may be any."""
    return one[0] == other[0] and (None in (one[1], other[1]) or one[1] == other[1])


def trained_alike(one: Run, other: Run) -> bool:
    """Whether two runs of one data set learned from the same images with the same labels; no, where nobody knows."""
    if not same_images(one, other):
        return False
    try:
        if not _are_as_noted([run.recipe for run in (one, other)], [data_version(run.folder) for run in (one, other)]):
            return False
        parts = [divided(run.recipe) for run in (one, other)]
    except ImgclsError:
        return False
    (first, here), (second, there) = parts
    return np.array_equal(here.train, there.train) and np.array_equal(
        first.labels[here.train], second.labels[there.train]
    )
