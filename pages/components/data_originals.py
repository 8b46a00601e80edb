"""How large one's own pictures are before they are brought to the side that a network sees."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets import DATASETS
from imgcls.datasets.originals import Originals, Size, originals
from imgcls.errors import InputError
from imgcls.limits import limit
from pages.components.data_choice import Asked
from pages.components.notices import note
from pages.components.words import _


def tell_originals(asked: Asked) -> None:
    """The smallest, the middle and the largest size in a sentence; nothing for data sets that come with the app."""
    if not DATASETS.get(asked.dataset.name).is_own:
        return
    try:
        found = _originals(asked.dataset.name, asked.version)
    except InputError:  # changed a moment ago; what opens the pictures says so
        return
    if found is not None:
        note(_words(found))


@st.cache_data(show_spinner=False, max_entries=64)
def _originals(name: str, version: str) -> Originals | None:
    return originals(name)


def _words(found: Originals) -> str:
    if found.are_alike:
        said = _("The pictures themselves are all of {size} pixels (height × width).", size=_size(found.largest))
    else:
        said = _(
            "The pictures themselves are of {smallest} to {largest} pixels (height × width), the middle one of "
            "{median}.",
            smallest=_size(found.smallest),
            largest=_size(found.largest),
            median=_size(found.median),
        )
    most = int(limit("dataset_side"))
    if max(found.largest) < most:
        return said
    return said + " " + _("Larger ones were shrunk when they came: {most} is the longest side that is kept.", most=most)


def _size(size: Size) -> str:
    return f"{size[0]} × {size[1]}"
