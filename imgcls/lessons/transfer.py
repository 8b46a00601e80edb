"""Ten pictures and a body that has learned before: what it makes of them, and what they can teach a new head."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from imgcls.datasets import dataset_facts, load, split_indices
from imgcls.errors import RecipeError
from imgcls.evaluation.nearest import directions
from imgcls.language import N_
from imgcls.recipe import Choice, Optimizer, Recipe, Split, Training

#: Data sets that come with the app, for whoever has no pictures yet: the last one is not made of photographs.
DATASETS = ("textures", "shapes", "faces", "mnist-5k")
#: Pictures that are compared with one another, and the most classes that they are of.
COMPARED, MOST_CLASSES = 20, 12
#: Training images to choose from.
COUNTS = (10, 20, 50, 100)
#: Pixels a side that the body is given: it learned at 224, which takes five times as long and is not needed here.
SIDE = 96
#: EfficientNet-Lite0's blocks that fine-tuning begins with.
BLOCKS = 4


class Way(StrEnum):
    """How the same few pictures are learned from; its value is its name in the session."""

    NOTHING = "from-nothing"
    HEAD = "new-head"
    TUNED = "fine-tuned"


WAY_WORDS = {
    Way.NOTHING: N_("from nothing"),
    Way.HEAD: N_("new head only"),
    Way.TUNED: N_("fine-tuned"),
}


#: The usual split first; then those with which classes of five, four and three pictures still have one in each part.
_SPLITS = (
    Split(),
    Split(validation=0.2, test=0.2),
    Split(validation=0.25, test=0.25),
    Split(validation=0.34, test=0.33),
)


def split_of(dataset: Choice) -> Split:
    """The usual split; where a class is too small for it, the first that gives each part a picture of each class.

    Raises:
        RecipeError: a class has fewer than three pictures.
        DatasetError: there are too few classes.
    """
    images = load(dataset)
    for split in _SPLITS[:-1]:
        try:
            split_indices(images.labels, split, 0, images.parts, images.class_names)
        except RecipeError:
            continue
        return split
    split_indices(images.labels, _SPLITS[-1], 0, images.parts, images.class_names)
    return _SPLITS[-1]


def counts_of(given: int) -> list[int]:
    """How many of so many training images can be chosen: round numbers below, and all of them unless they are many."""
    return [count for count in COUNTS if count < given] + ([given] if given <= COUNTS[-1] else [])


def ways(dataset: Choice, images: int, blocks: int = BLOCKS) -> dict[Way, Recipe]:
    """The same pictures, split and seed, learned from in three ways.

    Args:
        images: for training, about: every class gives the same share of its own, at least one.
        blocks: of the body that learn along where it is fine-tuned.
    """
    split = split_of(dataset)
    given = dataset_facts(dataset).sizes(split)[0]
    base = Recipe(dataset=dataset, split=split, subset=min(1.0, images / max(1, given)))
    body = {"side": SIDE}

    def way(architecture: Choice, epochs: int, rate: float) -> Recipe:
        training = Training(epochs=epochs, batch_size=10, optimizer=Optimizer(learning_rate=rate))
        return base.model_copy(update={"architecture": architecture, "training": training})

    return {
        Way.NOTHING: way(Choice(name="seed-cnn"), 30, 0.001),
        Way.HEAD: way(Choice(name="efficientnet-lite0", **body), 30, 0.003),
        Way.TUNED: way(Choice(name="efficientnet-lite0", **body, trainable_blocks=blocks), 15, 0.003),
    }


def some_of_each(labels: np.ndarray, classes: int, seed: int = 0) -> np.ndarray:
    """Places int64 (m,) of some images, class after class, as many of each: at least two, about `COMPARED` in all.

    Args:
        labels: int64 (n,). Classes beyond the first `MOST_CLASSES` are left out, and so are those with one image.
    """
    rng = np.random.default_rng(seed)
    each = max(2, COMPARED // min(classes, MOST_CLASSES))
    found = [rng.permutation(np.flatnonzero(labels == one))[:each] for one in range(min(classes, MOST_CLASSES))]
    return np.concatenate([some for some in found if len(some) > 1] or [np.zeros(0, np.int64)])


def most_alike(vectors: np.ndarray) -> np.ndarray:
    """For each of n ≥ 2 vectors, float (n, d), the place of the other one that points most nearly the same way.

    Alike is what has the largest cosine, x·y / (|x|·|y|).

    Example:
        >>> most_alike(np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.1]])).tolist()
        [2, 2, 0]
    """
    pointing = directions(vectors)
    cosines = pointing @ pointing.T
    np.fill_diagonal(cosines, -np.inf)
    return np.asarray(cosines.argmax(axis=1))


@dataclass(frozen=True, eq=False)
class Pairs:
    """Each of n pictures with the one most like it.

    Args:
        partner: int64 (n,), the place of the other one.
        same: bool (n,), whether both are of one class.
    """

    partner: np.ndarray
    same: np.ndarray

    @property
    def found(self) -> int:
        """Pictures whose partner is of their own class."""
        return int(self.same.sum())


def pairs(vectors: np.ndarray, labels: np.ndarray) -> Pairs:
    """Float (n, …) and int64 (n,) → each picture's partner."""
    partner = most_alike(vectors.reshape(len(vectors), -1))
    return Pairs(partner, labels[partner] == labels)


def by_chance(labels: np.ndarray) -> float:
    """How many of n pictures would find a partner of their own class, if each took any other one: Σ (n_c − 1)/(n − 1).

    Example:
        >>> by_chance(np.array([0, 0, 1, 1]))
        1.3333333333333333
    """
    counts = np.bincount(labels)
    return float((counts * (counts - 1)).sum() / (len(labels) - 1))
