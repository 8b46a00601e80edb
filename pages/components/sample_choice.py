"""One of some test images, chosen by looking at them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from imgcls.figures.sheet import picture_sheet
from pages.components.sheet import Cell, pick_from_sheet
from pages.components.words import _

#: Images that are offered, and the least width of one of them, in pixels.
MOST, _LEAST = 10, 46


def choose_sample(key: str, label: str, images: np.ndarray, names: Sequence[str], start: int = 0) -> int:
    """The place of the chosen image; thumbnails of the first ones are shown, one of them marked.

    Args:
        key: names the choice within the session; it is kept while the session lasts.
        label: what is chosen, translated; it stands above, and is read to those who do not see it.
        images: uint8 (n, h, w, c), n ≥ 1; names: their classes.
        start: the place that is marked at first.
    """
    count, store = min(MOST, len(images)), f"sample: {key}"
    kept = min(int(st.session_state.get(store, start)), count - 1)
    cells = [Cell(_("{number}: {name}", number=place + 1, name=names[place]), names[place]) for place in range(count)]
    st.markdown(label)
    picked = pick_from_sheet(key, label, picture_sheet(np.asarray(images[:count])), cells, kept, least=_LEAST)
    st.session_state[store] = kept if picked is None else picked
    return int(st.session_state[store])
