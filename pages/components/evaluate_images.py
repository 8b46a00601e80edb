"""The test images of a run, as far as they are still there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from imgcls.datasets import DATASETS, ImageSet, load
from imgcls.datasets.corrections import current_corrections
from imgcls.datasets.kept_labels import kept_labels
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import Kept
from imgcls.figures.bars import percentage
from imgcls.figures.sheet import picture_sheet
from imgcls.language import translator
from imgcls.recipe import Choice
from imgcls.runs import Run
from imgcls.training.data_card import data_of, data_version
from pages.components.notices import literal
from pages.components.sheet import Cell, Frame, choose_from_sheet, show_sheet
from pages.components.words import _, language


@dataclass(frozen=True, eq=False)
class Seen:
    """The class names of a run, its images where they are still as they were, a sentence where they are not, and whose
    they are."""

    class_names: tuple[str, ...]
    images: ImageSet | None
    missing: str | None = None
    dataset: Choice | None = None


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
    return Seen(facts.class_names, images, dataset=run.recipe.dataset)


#: Images of a strip's page.
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
    """Test images in a grid, page by page, with their class and the answer, and what has been decided about them.

    Returns:
        Of those that are chosen, the places in the test.
    """
    if seen.images is None or not len(places):
        return []
    some = _page(key, places)
    sheet, cells = picture_sheet(seen.images.images[kept.indices[some]]), _cells(kept, seen, some)
    if not choose:
        show_sheet(key, label, sheet, cells, two_lines=True, least=_LEAST)
        return []
    version = f"{seen.images.class_names} {some.tobytes().hex()[:64]} {hash(some.tobytes())}"
    chosen = choose_from_sheet(key, label, sheet, cells, two_lines=True, version=version, least=_LEAST)
    return [int(some[place]) for place in chosen]


def _page(key: str, places: np.ndarray) -> np.ndarray:
    """The places of the page that is looked at; more than one page has numbers to turn it by."""
    if len(places) <= MOST_SHOWN:
        return places
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        page = st.pagination(-(-len(places) // MOST_SHOWN), key=f"{key} page {len(places)}")
        st.caption(_("{count:,} images", count=len(places)))
    return places[(page - 1) * MOST_SHOWN : page * MOST_SHOWN]


def _cells(kept: Kept, seen: Seen, places: Sequence[int] | np.ndarray) -> list[Cell]:
    say, decided, found = answers(kept, seen), decisions(kept, seen), []
    for place in map(int, places):
        true, said = say(place)
        decision = decided(place)
        if decision is not None:
            caption, frame = decision.words, decision.frame
        else:
            caption, frame = true, "" if kept.correct[place] else "flipped"
        found.append(Cell(f"{caption}, {said}", caption, said, frame))
    return found


@dataclass(frozen=True)
class Decision:
    """What somebody has decided about the label of a test image since it was tested; `words`: translated."""

    kind: Literal["relabelled", "left out", "kept"]
    words: str

    @property
    def frame(self) -> Frame:
        return "dropped" if self.kind == "left out" else "corrected"


def decisions(kept: Kept, seen: Seen) -> Callable[[int], Decision | None]:
    """From the place of a test image to what has been decided about it; None: nothing."""
    if seen.images is None or seen.dataset is None:
        return lambda place: None
    images, names = seen.images, seen.class_names
    corrected, confirmed = current_corrections(seen.dataset).images, kept_labels(seen.dataset)

    def decided(place: int) -> Decision | None:
        key, label = images.key(int(kept.indices[place])), names[kept.labels[place]]
        one = corrected.get(key)
        if one is not None and one.dropped:
            return Decision("left out", _("left out"))
        if one is not None and one.label not in (None, label):
            return Decision("relabelled", _("now {name}", name=one.label))
        return Decision("kept", _("kept as {name}", name=label)) if confirmed.get(key) == label else None

    return decided


def keys_of(seen: Seen, kept: Kept, places: Sequence[int]) -> list[str]:
    """The names by which corrections know these test images."""
    assert seen.images is not None
    return [seen.images.key(int(kept.indices[place])) for place in places]
