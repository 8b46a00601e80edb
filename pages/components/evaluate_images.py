"""The test images of a run, as far as they are still there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from imgcls.datasets import DATASETS, ImageSet, load
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import Kept
from imgcls.figures.bars import percentage
from imgcls.figures.sheet import picture_sheet
from imgcls.language import translator
from imgcls.runs import Run
from imgcls.training.data_card import data_of, data_version
from pages.components.notices import literal
from pages.components.sheet import Cell, choose_from_sheet, show_sheet
from pages.components.words import _, language


@dataclass(frozen=True, eq=False)
class Seen:
    """The class names of a run, its data set where it is still as it was, and a sentence where it is not."""

    class_names: tuple[str, ...]
    images: ImageSet | None
    missing: str | None = None


def test_images(run: Run) -> Seen:
    """What can be shown of a run's test; numbers need no images."""
    facts = data_of(run.folder, run.recipe)
    try:
        images, version = load(run.recipe.dataset), DATASETS.get(run.recipe.dataset.name).version()
    except ImgclsError as error:
        return Seen(facts.class_names, None, literal(error.say(translator(language()))))
    now = (images.class_names, images.image_shape, len(images))
    # as many images of the same classes can still be others
    if now != (facts.class_names, facts.image_shape, facts.size) or data_version(run.folder) not in (None, version):
        return Seen(
            facts.class_names,
            None,
            _("The data set has changed since this run was tested: its images cannot be shown, its numbers can."),
        )
    return Seen(facts.class_names, images)


#: Of a strip of images.
MOST_SHOWN = 30
#: Width of one of them in px: room for what it is taken for, and how surely.
_LEAST = 104

Say = Callable[[int], tuple[str, str]]


def answers(kept: Kept, seen: Seen) -> Say:
    """From the place of a test image to two lines: its class, and what it was taken for."""
    names = seen.class_names

    def say(place: int) -> tuple[str, str]:
        predicted = int(kept.predicted[place])
        share = percentage(float(kept.confidence[place]))
        return _("is {name}", name=names[kept.labels[place]]), _(
            "says {name} {share}", name=names[predicted], share=share
        )

    return say


def image_strip(key: str, label: str, kept: Kept, seen: Seen, places: np.ndarray, choose: bool = False) -> list[int]:
    """Test images in a grid with their class and the answer; of those that are chosen, the places in the test."""
    if seen.images is None or not len(places):
        return []
    some = places[:MOST_SHOWN]
    sheet, cells = picture_sheet(seen.images.images[kept.indices[some]]), _cells(kept, seen, some)
    if not choose:
        show_sheet(key, label, sheet, cells, two_lines=True, least=_LEAST)
        return []
    version = f"{seen.images.class_names} {some.tobytes().hex()[:64]} {hash(some.tobytes())}"
    chosen = choose_from_sheet(key, label, sheet, cells, two_lines=True, version=version, least=_LEAST)
    return [int(some[place]) for place in chosen]


def _cells(kept: Kept, seen: Seen, places: Sequence[int] | np.ndarray) -> list[Cell]:
    say, found = answers(kept, seen), []
    for place in map(int, places):
        true, said = say(place)
        found.append(Cell(f"{true}, {said}", true, said, "" if kept.correct[place] else "flipped"))
    return found


def keys_of(seen: Seen, kept: Kept, places: Sequence[int]) -> list[str]:
    """The names by which corrections know these test images."""
    assert seen.images is not None
    return [seen.images.key(int(kept.indices[place])) for place in places]


def more_than_shown(places: np.ndarray) -> None:
    if len(places) > MOST_SHOWN:
        st.caption(_("The first {shown} of {count:,} are shown.", shown=MOST_SHOWN, count=len(places)))
