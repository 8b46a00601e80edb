"""Test images that are also among the images for training or validation: the test is no test of them."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning

import numpy as np
import streamlit as st

from imgcls.datasets.duplicates import leaks
from imgcls.datasets.look import Look, left_out
from imgcls.datasets.registry import Part
from imgcls.figures.sheet import picture_sheet, side_by_side
from pages.components.data_actions import change, changes_so_far
from pages.components.data_choice import Asked, part_words
from pages.components.durations import duration
from pages.components.notices import note
from pages.components.sheet import Cell, choose_from_sheet
from pages.components.words import _

#: Up to so many images twins are looked for without being asked.
AT_ONCE = 10_000
#: Pairs of a page.
PAGE = 40
#: Seconds that the page waits for the search, and between two looks at one that takes longer.
_PATIENCE, _TICK = 0.3, 0.5

Pairs = list[tuple[int, int, float]]


def twins_view(asked: Asked, seen: Look) -> None:
    st.markdown(
        _(
            "A test image that the network has trained on is answered from memory. Here every test image is compared "
            "with all others; equal and nearly equal ones are twins."
        )
    )
    pairs = search(asked, seen)
    if pairs is None:
        _wait_or_ask(asked, seen)
    elif not pairs:
        st.success(_("No test image has a twin among the images for training and validation."))
    else:
        _show(asked, seen, pairs)


def search(asked: Asked, seen: Look, wait: bool = False) -> Pairs | None:
    """What was found; None as long as it is not known, or nobody has asked.

    Args:
        asked: the data set.
        seen: the same, opened.
        wait: give it a moment.
    """
    if not is_asked_for(asked, seen):
        return None
    try:
        return _search(_key(asked, seen), seen).result(timeout=_PATIENCE if wait else 0)
    except StillRunning:
        return None


def is_asked_for(asked: Asked, seen: Look) -> bool:
    """Whether twins are looked for: in small data sets always, in large ones if somebody wants it."""
    return len(seen.labels) <= AT_ONCE or bool(st.session_state.get(f"data twins wanted {asked.key}"))


def _key(asked: Asked, seen: Look) -> str:
    return f"{asked.key} {hashlib.sha256(seen.parts.tobytes()).hexdigest()}"


@st.cache_resource(show_spinner=False, max_entries=16)
def _search(key: str, _seen: Look) -> Future[Pairs]:
    """In a thread: numpy lets others go on meanwhile. Any session that looks at the same parts gets the same answer."""
    return _searcher().submit(leaks, _seen.images, _seen.split)


@st.cache_resource(show_spinner=False)
def _searcher() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "twins")


def _wait_or_ask(asked: Asked, seen: Look) -> None:
    if is_asked_for(asked, seen):
        st.info(_("Looking for twins among {count:,} images …", count=len(seen.labels)))
        wait_for_search(asked, seen)
        return
    seconds = duration(_seconds(seen))
    if st.button(_("Look for twins (about {time})", time=seconds), type="primary", key="data look for twins"):
        st.session_state[f"data twins wanted {asked.key}"] = True
        st.rerun()


def wait_for_search(asked: Asked, seen: Look) -> None:
    """Draw the page anew when the search is over."""
    if is_asked_for(asked, seen):
        st.fragment(_look_again, run_every=_TICK)(asked, seen)


def _look_again(asked: Asked, seen: Look) -> None:
    if search(asked, seen) is not None:
        st.rerun()


def _show(asked: Asked, seen: Look, pairs: Pairs) -> None:
    st.warning(
        _("1 test image has a twin that the network trains on or is chosen by.")
        if len(pairs) == 1
        else _("{count:,} test images have a twin that the network trains on or is chosen by.", count=len(pairs))
    )
    pages = -(-len(pairs) // PAGE)
    page = st.pagination(pages, key=f"data twins page {len(pairs)}") - 1 if pages > 1 else 0
    some = pairs[page * PAGE : (page + 1) * PAGE]
    above = st.container()
    first, second = (np.array([pair[place] for pair in some]) for place in (0, 1))
    pictures = seen.images.images
    picked = choose_from_sheet(
        "data twins",
        _("Pairs of twins"),
        picture_sheet(side_by_side(pictures[first], pictures[second])),
        [_cell(seen, pair) for pair in some],
        two_lines=True,
        version=f"{hash((_key(asked, seen), page))} {changes_so_far()}",
        least=150,
    )
    with above:
        _leave_out(asked, seen, [some[place] for place in picked] or pairs, bool(picked))


def _leave_out(asked: Asked, seen: Look, pairs: Pairs, is_choice: bool) -> None:
    copies = np.unique([pair[0] for pair in pairs])
    if len(copies) == 1:
        label = _("Leave out the copy")
    elif is_choice:
        label = _("Leave out {count:,} copies", count=len(copies))
    else:
        label = _("Leave out all {count:,} copies", count=len(copies))
    if st.button(label, type="primary", key="data leave out copies"):
        change(asked, left_out(seen, copies))
    note(_("The copy for training or validation is left out; the test keeps its image. Or choose some of the pairs."))


def _cell(seen: Look, pair: tuple[int, int, float]) -> Cell:
    names, words = seen.images.class_names, part_words()
    parts = [words[Part(int(seen.parts[place]))] for place in pair[:2]]
    labels = [names[seen.labels[place]] for place in pair[:2]]
    name = _(
        "{name} for {part}, beside {other} for {other_part}; distance {distance:.1f} grey values",
        name=labels[0],
        part=parts[0],
        other=labels[1],
        other_part=parts[1],
        distance=pair[2],
    )
    differ = labels[0] != labels[1]
    return Cell(name, " · ".join(parts), " · ".join(labels), "flipped" if differ else "")


def _seconds(seen: Look) -> float:
    """About how long a search takes; measured on two cores, for 1,000 to 20,000 images of 28 to 224 pixels a side."""
    split, pixels = seen.split, float(np.prod(seen.images.image_shape))
    pairs = len(split.test) * (len(split.train) + len(split.validation))
    return len(seen.labels) * (25e-6 + 4e-10 * pixels) + 30e-9 * pairs
