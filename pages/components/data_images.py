"""A page of the data set's images, to look at and to correct."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.datasets.look import Look, chosen
from imgcls.datasets.registry import Part
from pages.components.data_actions import actions, changes_so_far
from pages.components.data_choice import Asked, Filters, part_words
from pages.components.data_open import pictures_of, unlike
from pages.components.notices import empty
from pages.components.sheet import Cell, Frame, choose_from_sheet
from pages.components.words import _, listed

#: Images of a page.
PAGE = 60
#: Characters of a class's name that leave room beside it for what was done to an image.
_SHORT = 3


def images_view(asked: Asked, seen: Look, filters: Filters) -> None:
    far = unlike(asked, seen) if filters.order == "unlike" else None
    places = chosen(seen, filters.part, filters.label, filters.only, filters.order, far)
    if not len(places):
        empty(_("No such images"), _nothing(filters))
        return
    page, tint = _page(asked, seen, filters, len(places))
    some = places[page * PAGE : (page + 1) * PAGE]
    above = st.container()
    cells = [_cell(seen, int(place)) for place in some]
    picked = choose_from_sheet(
        "data images",
        _("Images of the data set"),
        pictures_of(asked, some, tint),
        cells,
        two_lines=max(map(len, asked.facts.class_names)) > _SHORT,
        version=f"{hash((asked.key, some.tobytes()))} {changes_so_far()}",
    )
    with above:
        actions(asked, seen, some[np.array(picked, np.int64)])


def _nothing(filters: Filters) -> str:
    if filters.only == "corrected":
        return _("Corrected images appear here. Choose some among all images, and give them a class or leave them out.")
    if filters.only == "flipped":
        return _("Images whose label noise makes wrong appear here. Move the slider for label noise.")
    return _("No image is in this class and this part. Choose another class or part.")


def _page(asked: Asked, seen: Look, filters: Filters, count: int) -> tuple[int, bool]:
    """Which page, from 0, and whether the objects in its pictures are tinted."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        page = st.pagination(-(-count // PAGE), key=f"data page {hash((asked.dataset.model_dump_json(), filters))}")
        tint = seen.images.masks is not None and st.toggle(
            _("Show where the object is"), key="data masks", persist_state="session"
        )
        st.caption(_how_many(count, seen))
    return page - 1, tint


def _how_many(count: int, seen: Look) -> str:
    said = _("1 image") if count == 1 else _("{count:,} images", count=count)
    if wrong := int(seen.flipped.sum()):
        told = int((seen.parts == Part.TRAIN).sum())
        said += _("; {wrong:,} of {all:,} training labels are wrong", wrong=wrong, all=told)
    return said


def _cell(seen: Look, place: int) -> Cell:
    caption, word, frame = _words(seen, place)
    names, parts = seen.images.class_names, part_words()
    part = parts.get(int(seen.parts[place]), "")  # type: ignore[call-overload]
    said = [_("Image {key}: {name}", key=seen.images.key(place), name=names[seen.labels[place]]), part]
    told = [caption, word] if frame == "flipped" else [word]
    return Cell(listed(filter(None, [*said, *told])), caption, word, frame)


def _words(seen: Look, place: int) -> tuple[str, str, Frame]:
    """The class that is written below an image, what was done to it, and the frame that says so."""
    names, one = seen.images.class_names, seen.corrections.get(place)
    name = names[seen.labels[place]]
    if one is not None and one.dropped:
        return name, _("left out"), "dropped"
    if seen.told[place] != seen.labels[place]:
        return _("says {name}", name=names[seen.told[place]]), _("is {name}", name=name), "flipped"
    done = []
    if one is not None and seen.labels[place] != seen.images.labels[place]:
        done.append(_("was {name}", name=names[seen.images.labels[place]]))
    if one is not None and one.part is not None:
        done.append(_("moved to {part}", part=part_words()[Part[one.part.upper()]]))
    return name, listed(done), "corrected" if done else ""
