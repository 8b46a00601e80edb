"""Whether a data set of one's own can be trained with, read off the names of its files alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from imgcls.datasets import advice, contents, own, shelf
from imgcls.datasets.advice import Advice
from imgcls.datasets.card import read_card

#: As long as one of these has to be said, no network can be trained.
_IN_THE_WAY = {advice.ONLY_ONE, advice.TOO_FEW, advice.NO_PART}


@dataclass(frozen=True)
class Readiness:
    """How far somebody is with collecting.

    Args:
        counts: class → images; empty classes are among them.
        advice: what is to be known before training; first what makes it impossible.
        can_train: at least two classes have images, and each of them enough.
    """

    counts: Mapping[str, int]
    advice: tuple[Advice, ...]
    can_train: bool

    @property
    def images(self) -> int:
        return sum(self.counts.values())


def readiness(name: str) -> Readiness:
    """How far the data set is, as it lies there now; no picture is opened.

    Raises:
        UnknownNameError: there is no such data set.
        InputError: its card is damaged.
    """
    place = shelf.place_of(name)
    held, card = contents.classes(place), read_card(place)
    counts = {label: len(files) for label, files in held.items()}
    parts = {label: [card.part(f"{label}/{file}") for file in files] for label, files in held.items()}
    said = tuple(sorted(advice.on_classes(counts, parts), key=lambda one: one.template not in _IN_THE_WAY))
    is_enough = sum(count > 0 for count in counts.values()) >= own.LEAST_CLASSES
    return Readiness(counts, said, is_enough and not any(one.template in _IN_THE_WAY for one in said))
