"""What can be done about images that went wrong: look why, correct their labels, train again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from imgcls.datasets.corrections import Correction, correct, current_corrections
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import Kept
from imgcls.explain.explanation import STATUS_SHORT, STATUS_WORDS, Status
from imgcls.explain.picture import overlay
from imgcls.figures.bars import percentage
from imgcls.recipe import Recipe
from imgcls.runs import Run
from imgcls.saved_model import is_saved
from pages.components.answers import ask, waiting
from pages.components.current import Picture, carry, look_at
from pages.components.evaluate_images import Seen, keys_of
from pages.components.evaluate_nearest import nearest_images
from pages.components.notices import note, show_error
from pages.components.picture import Labelled, show_columns
from pages.components.services import engine
from pages.components.words import _

#: Images whose maps are drawn at once.
_MOST = 6
_SIDE = 168


def repair(run: Run, kept: Kept, seen: Seen, chosen: Sequence[int]) -> None:
    """Heatmaps of the chosen test images, and the buttons that correct them."""
    if seen.images is None:
        return
    if not chosen:
        note(_("Choose images to see why, and to correct them."))
    else:
        _why(run, kept, seen, chosen[:_MOST])
        _ask_why(run, kept, seen, chosen)
        if len(chosen) > _MOST:
            st.caption(_("The first {shown} of {count:,} are shown.", shown=_MOST, count=len(chosen)))
        nearest_images(run, kept, seen, chosen)
    _correct(run, kept, seen, chosen)
    _again(run, kept)


def _why(run: Run, kept: Kept, seen: Seen, places: Sequence[int]) -> None:
    """For each image the evidence for its true class and for the class that it is taken for."""
    assert seen.images is not None
    if not is_saved(run):
        return
    images = seen.images.images[kept.indices[list(places)]]
    both = np.concatenate([images, images])
    classes = [*map(int, kept.labels[list(places)]), *map(int, kept.predicted[list(places)])]
    place = f"evaluate why {run.id}"
    try:
        answer = ask(place, "explain_images", {"images": both}, model=run.id, method="grad-cam", classes=classes)
    except ImgclsError as error:
        show_error(error)
        return
    if answer is None:
        waiting(place)
        return
    maps, shares = answer.arrays["maps"], answer.arrays["probabilities"]
    statuses = answer.facts["statuses"]
    columns = [
        _column(
            seen,
            images[index],
            [(maps[at], classes[at], shares[at], statuses[at]) for at in (index, index + len(images))],
        )
        for index in range(len(images))
    ]
    st.markdown(_("#### Why? The evidence (Grad-CAM) for the true class, and for the one it says"))
    show_columns(columns, least=6, most=10)
    note(_("Where both light up the same part, the classes share it. Below a map that is empty stands the reason."))
    for status in sorted({status for status in statuses if status != "ok"}):
        reason = STATUS_WORDS[Status(status)]
        note(f"{_(STATUS_SHORT[Status(status)])}: {_(reason.means)} {_(reason.advice)}")


def _ask_why(run: Run, kept: Kept, seen: Seen, chosen: Sequence[int]) -> None:
    """The first of the chosen images, with its true class, goes on to Explain."""
    assert seen.images is not None
    if not is_saved(run):
        return
    text = _("Opens the first of the chosen images on Explain: any class, any method, and how far to believe the map.")
    if st.button(_("Ask why"), key=f"repair why {run.id}", help=text):
        label = seen.class_names[kept.labels[chosen[0]]]
        pixels = seen.images.images[kept.indices[chosen[0]]]
        pixels = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
        carry(Picture(_("a {name}", name=label), pixels, label), run.id)
        st.switch_page("pages/explain.py")


def _column(seen: Seen, image: np.ndarray, found: Sequence[tuple[np.ndarray, int, np.ndarray, str]]) -> list[Labelled]:
    cells = [Labelled(image, _("the image"), (_("the image"),))]
    for heat, label, shares, status in found:
        name = seen.class_names[label]
        words = _("for {name}: {share}", name=name, share=percentage(float(shares[label])))
        pixels = overlay(image, heat, side=_SIDE)
        lines = (words,) if status == "ok" else (words, _(STATUS_SHORT[Status(status)]))
        cells.append(Labelled(pixels, words, lines))
    return cells


def _correct(run: Run, kept: Kept, seen: Seen, chosen: Sequence[int]) -> None:
    assert seen.images is not None
    names, keys = seen.class_names, keys_of(seen, kept, chosen)
    proposed = int(kept.predicted[chosen[0]]) if chosen else 0  # a wrong label is often what the network says
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.selectbox(
            _("Class for the chosen"),
            names,
            proposed,
            format_func=lambda name: _("as {name}", name=name),
            key=f"repair class {run.id} {proposed}",
            label_visibility="collapsed",
            width=150,
        )
        if st.button(_("Relabel"), disabled=not keys, key=f"repair relabel {run.id}"):
            _note_down(run, {key: Correction(label=label) for key in keys})
        if st.button(_("Leave out"), disabled=not keys, key=f"repair drop {run.id}"):
            _note_down(run, {key: Correction(dropped=True) for key in keys})
        if st.button(_("As it was"), disabled=not keys, key=f"repair undo {run.id}"):
            _note_down(run, {key: Correction() for key in keys})
    corrected = len(current_corrections(run.recipe.dataset).images.keys() & set(keys))
    if corrected:
        note(_("Of the chosen images, corrected now: {count}. “As it was” takes that back.", count=corrected))


def _note_down(run: Run, changes: dict[str, Correction]) -> None:
    try:
        correct(run.recipe.dataset, changes)
    except ImgclsError as error:
        show_error(error)
        return
    st.toast(
        _("1 image is corrected.") if len(changes) == 1 else _("{count} images are corrected.", count=len(changes))
    )


def again(run: Run) -> Recipe:
    """The recipe of a run with the corrections that count now."""
    corrections = current_corrections(run.recipe.dataset).identifier()
    return run.recipe.model_copy(update={"corrections": corrections})


def _again(run: Run, kept: Kept) -> None:
    note(
        _(
            "These are test images: a correction makes the test fairer, not the network better. Wrong labels among "
            "the training images are corrected on the Data page."
        )
    )
    wanted = again(run)
    if wanted.corrections == run.recipe.corrections:
        return
    count = len(current_corrections(run.recipe.dataset).images)
    if st.button(_("Train it again with the corrections"), type="primary", key=f"repair again {run.id}"):
        try:
            look_at(engine().submit(wanted))
        except ImgclsError as error:
            show_error(error)
            return
        st.switch_page("pages/train.py")
    if count == 1:
        note(_("1 correction of this data set counts now; this run was trained with others, or none."))
    else:
        note(
            _(
                "{count:,} corrections of this data set count now; this run was trained with others, or none.",
                count=count,
            )
        )
