"""What a run was trained on, kept beside it: its model can be used when the data set is gone or has changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imgcls.atomic import read_json, write_json
from imgcls.datasets import DATASETS, Facts, dataset_facts
from imgcls.errors import PlaceError
from imgcls.language import N_
from imgcls.recipe import Recipe

DATA = "data.json"


def hold_data(folder: Path, recipe: Recipe, train_counts: Sequence[int]) -> None:
    """Note the data set's facts and version when a run begins; refuse to go on with other images.

    Args:
        folder: the run's.
        recipe: what was asked.
        train_counts: training images of each class.

    Raises:
        PlaceError: the data set has changed since the run began; the run stays as it is.
    """
    if isinstance(read_json(folder / DATA), dict):
        check_same_data(folder, recipe)
        return
    facts, version = dataset_facts(recipe.dataset), DATASETS.get(recipe.dataset.name).version()
    write_json(
        folder / DATA,
        {
            "version": version,
            "class_names": list(facts.class_names),
            "image_shape": list(facts.image_shape),
            "size": facts.size,
            "preparation": facts.preparation,
            "train_counts": [int(count) for count in train_counts],
        },
    )


def check_same_data(folder: Path, recipe: Recipe) -> None:
    """Refuse to go on with a run on other images than it began with; one that has not begun may have any.

    Raises:
        PlaceError: the data set has changed since the run began.
        UnknownNameError: it is gone.
        InputError: a file of it cannot be read.
    """
    known = read_json(folder / DATA)
    version = DATASETS.get(recipe.dataset.name).version()
    if isinstance(known, dict) and known.get("version") != version:
        raise PlaceError(
            N_(
                "The data set {name} has changed since this run began: going on would mix two experiments. Begin a "
                "new run with the same settings."
            ),
            name=recipe.dataset.name,
        )


def data_of(folder: Path, recipe: Recipe) -> Facts:
    """The facts of a run's data set as they were when it began.

    Raises:
        UnknownNameError: it has not begun, or began before this was noted, and the data set is gone.
    """
    known = read_json(folder / DATA)
    try:
        height, width, channels = known["image_shape"]
        shape = (int(height), int(width), int(channels))
        return Facts(shape, tuple(known["class_names"]), int(known["size"]), known["preparation"])
    except (TypeError, KeyError, ValueError):
        return dataset_facts(recipe.dataset)


def data_version(folder: Path) -> str | None:
    """The version of a run's data set when it began; None: nobody noted it."""
    known = read_json(folder / DATA)
    return str(known["version"]) if isinstance(known, dict) and "version" in known else None


def train_counts_of(folder: Path, classes: int) -> list[int] | None:
    """Training images of each class when the run began; None: nobody noted them."""
    known = read_json(folder / DATA)
    counts = known.get("train_counts") if isinstance(known, dict) else None
    if not isinstance(counts, list) or len(counts) != classes or not all(isinstance(one, int) for one in counts):
        return None
    return counts
