"""Beside test images the training images that the network finds most like them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import Kept
from imgcls.figures.sheet import picture_sheet
from imgcls.runs import Run
from imgcls.saved_model import is_saved
from pages.components.answers import ask, waiting_long
from pages.components.evaluate_images import Seen, answers
from pages.components.notices import literal, note, show_error
from pages.components.sheet import Cell, show_sheet
from pages.components.words import _

#: Training images beside one test image, and test images that are looked at.
_COUNT, _MOST = 8, 3
_LEAST = 104


def nearest_images(run: Run, kept: Kept, seen: Seen, places: Sequence[int]) -> None:
    """What the network was trained on that looks to it like the chosen test images."""
    if seen.images is None or not is_saved(run):
        return
    place, wanted = f"nearest {run.id}", f"nearest wanted {run.id}"
    st.markdown(_("#### Which training images look like them to the network?"))
    if not st.session_state.get(wanted):
        note(_("The network looks at its training images again; that takes some seconds, once."))
        if not st.button(_("Find them"), key=f"{place} go"):
            return
        st.session_state[wanted] = True
    some = [int(one) for one in places[:_MOST]]
    try:
        answer = ask(place, "nearest", slow=True, model=run.id, places=some, count=_COUNT)
    except ImgclsError as error:
        st.session_state.pop(wanted)
        show_error(error)
        return
    if answer is None:
        waiting_long(place, _("The network looks at its training images …"), lambda: st.session_state.pop(wanted, None))
        return
    for row, test in enumerate(some):
        _row(kept, seen, test, answer, row)
    note(
        _(
            "Of {count:,} training images. Alike are those that the layer before the last sees alike (cosine 1.00: the "
            "same to it). Framed is what it was taught as another class: a wrong label there teaches the mistake.",
            count=answer.facts["images"],
        )
    )


def _row(kept: Kept, seen: Seen, test: int, answer: Answer, row: int) -> None:
    assert seen.images is not None
    indices, labels = answer.arrays["indices"][row], answer.arrays["labels"][row]
    cosines = answer.arrays["cosines"][row]
    true, said = answers(kept, seen)(test)
    pixels = seen.images.images[np.concatenate([[kept.indices[test]], indices])]
    cells = [Cell(f"{true}, {said}", true, said)]
    for label, cosine in zip(labels, cosines, strict=True):
        name = _("taught as {name}", name=seen.class_names[label])
        alike = _("alike {cosine:.2f}", cosine=float(cosine))
        cells.append(Cell(f"{name}, {alike}", name, alike, "" if label == kept.labels[test] else "flipped"))
    words = _("The test image, and the training images most like it")
    show_sheet(f"nearest {row} {test}", words, picture_sheet(pixels), cells, two_lines=True, least=_LEAST)
    name = seen.class_names[kept.predicted[test]]
    same = int((labels == kept.predicted[test]).sum())
    st.markdown(
        _(
            "{same} of the {count} most alike were taught as **{name}**, the class that it says.",
            same=same,
            count=len(labels),
            name=literal(name),
        )
    )
