"""What can be done about images that went wrong: look why, correct their labels, train again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import streamlit as st

from imgcls.datasets.corrections import Correction, correct, current_corrections, damage
from imgcls.datasets.kept_labels import forget_kept, keep_labels
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import Kept
from imgcls.explain.explanation import STATUS_SHORT, STATUS_WORDS, Status
from imgcls.explain.picture import overlay
from imgcls.figures.bars import percentage
from imgcls.origin import Origin, keep_origin
from imgcls.recipe import Recipe
from imgcls.runs import Run, get_run
from imgcls.saved_model import is_saved
from pages.components.answers import ask, waiting
from pages.components.current import Picture, carry, look_at
from pages.components.evaluate_images import Seen, decisions, keys_of
from pages.components.evaluate_nearest import nearest_images
from pages.components.missing import missing_notice, what_is_missing
from pages.components.notices import note, show_error, show_warning
from pages.components.picture import Labelled, show_sets
from pages.components.services import engine
from pages.components.words import _

#: Images whose maps are drawn at once.
_MOST = 6
_SIDE = 168


def repair(
    run: Run,
    kept: Kept,
    seen: Seen,
    places: np.ndarray,
    chosen: Sequence[int],
    cell: tuple[int, int] | None = None,
) -> None:
    """Heatmaps of the chosen test images, and the buttons that decide about their labels.

    Args:
        places: of all test images that are shown.
        chosen: of those that are chosen.
        cell: true and predicted class, where all of them are one confusion.
    """
    if seen.images is None:
        return
    if not chosen:
        note(_("Choose images to see why, and to correct them."))
    else:
        evidence(run, kept, seen, chosen[:_MOST])
        text = _(
            "Opens the first of the chosen images on Explain: any class, any method, and how far to believe the map."
        )
        ask_why(run, kept, seen, chosen[0], f"repair why {run.id}", text)
        if len(chosen) > _MOST:
            st.caption(_("The first {shown} of {count:,} are shown.", shown=_MOST, count=len(chosen)))
    _correct(run, kept, seen, places, chosen)
    _again(run, seen, cell)
    nearest_images(run, kept, seen, chosen or places[:3].tolist())


def evidence(run: Run, kept: Kept, seen: Seen, places: Sequence[int]) -> None:
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
    sets = [
        _set(
            seen,
            images[index],
            [(maps[at], classes[at], shares[at], statuses[at]) for at in (index, index + len(images))],
        )
        for index in range(len(images))
    ]
    st.markdown(_("#### Why? The evidence (Grad-CAM) for the true class, and for the one it says"))
    show_sets(sets)
    note(_("Where both light up the same part, the classes share it. Below a map that is empty stands the reason."))
    for status in sorted({status for status in statuses if status != "ok"}):
        reason = STATUS_WORDS[Status(status)]
        note(f"{_(STATUS_SHORT[Status(status)])}: {_(reason.means)} {_(reason.advice)}")


def ask_why(run: Run, kept: Kept, seen: Seen, place: int, key: str, text: str) -> None:
    """The image at this place of the test, with its true class, goes on to Explain.

    Args:
        key: of the button.
        text: what it does, translated.
    """
    assert seen.images is not None
    if not is_saved(run):
        return
    if st.button(_("Ask why"), key=key, help=text):
        label = seen.class_names[kept.labels[place]]
        pixels = seen.images.images[kept.indices[place]]
        pixels = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
        carry(Picture(_("a {name}", name=label), pixels, label), run.id)
        st.switch_page("pages/explain.py")


def _set(seen: Seen, image: np.ndarray, found: Sequence[tuple[np.ndarray, int, np.ndarray, str]]) -> list[Labelled]:
    """The image, and beside it its maps: what two of them share is seen without a look up and down."""
    cells = [Labelled(image, _("the image"), (_("the image"),))]
    for heat, label, shares, status in found:
        name = seen.class_names[label]
        words = _("for {name}: {share}", name=name, share=percentage(float(shares[label])))
        pixels = overlay(image, heat, side=_SIDE)
        lines = (words,) if status == "ok" else (words, _(STATUS_SHORT[Status(status)]))
        cells.append(Labelled(pixels, words, lines))
    return cells


def _correct(run: Run, kept: Kept, seen: Seen, places: np.ndarray, chosen: Sequence[int]) -> None:
    assert seen.images is not None
    if (damaged := damage(run.recipe.dataset)) is not None:
        show_warning(damaged)
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
        _decide(_("Relabel"), "relabel", run, {key: Correction(label=label) for key in keys})
        _decide(_("Leave out"), "drop", run, {key: Correction(dropped=True) for key in keys})
        st.button(
            _("Keep"),
            disabled=not keys,
            on_click=_keep,
            args=(run, {key: names[kept.labels[place]] for key, place in zip(keys, chosen, strict=True)}),
            help=_("The label is right, the network is not. It is noted, so that nobody need look at it again."),
            key=f"repair keep {run.id}",
        )
        _decide(_("As it was"), "undo", run, {key: Correction() for key in keys})
    corrected = len(current_corrections(run.recipe.dataset).images.keys() & set(keys))
    if corrected:
        note(_("Of the chosen images, corrected now: {count}. “As it was” takes that back.", count=corrected))
    _decided(kept, seen, places)


def _decide(label: str, name: str, run: Run, changes: dict[str, Correction]) -> None:
    key = f"repair {name} {run.id}"
    # before the page is drawn, so that the images above show what has been decided
    st.button(label, disabled=not changes, on_click=_note_down, args=(run, changes), key=key)


def _note_down(run: Run, changes: dict[str, Correction]) -> None:
    try:
        forget_kept(run.recipe.dataset, changes)
        correct(run.recipe.dataset, changes)
    except ImgclsError as error:
        show_error(error)
        return
    st.toast(
        _("1 image is corrected.") if len(changes) == 1 else _("{count} images are corrected.", count=len(changes))
    )


def _keep(run: Run, labels: dict[str, str]) -> None:
    dataset = run.recipe.dataset
    try:
        keep_labels(dataset, labels)
        corrected = current_corrections(dataset).images.keys() & labels
        if corrected:
            correct(dataset, {key: Correction() for key in corrected})
    except ImgclsError as error:
        show_error(error)


def _decided(kept: Kept, seen: Seen, places: np.ndarray) -> None:
    """How many of the images that are shown have been decided about."""
    decided = decisions(kept, seen)
    kinds = Counter(one.kind for place in places if (one := decided(int(place))) is not None)
    if kinds:
        note(
            _(
                "Decided: {done} of {count:,}. Relabelled {relabelled}, left out {left_out}, kept {confirmed}.",
                done=kinds.total(),
                count=len(places),
                relabelled=kinds["relabelled"],
                left_out=kinds["left out"],
                confirmed=kinds["kept"],
            )
        )


def again(run: Run) -> Recipe:
    """The recipe of a run with the corrections that count now."""
    corrections = current_corrections(run.recipe.dataset).identifier()
    return run.recipe.model_copy(update={"corrections": corrections})


def _again(run: Run, seen: Seen, cell: tuple[int, int] | None) -> None:
    note(
        _(
            "These are test images: a correction makes the test fairer, not the network better. Wrong labels among "
            "the training images are corrected on the Data page."
        )
    )
    wanted = again(run)
    if wanted.corrections == run.recipe.corrections or damage(run.recipe.dataset) is not None:
        return  # damaged ones would be trained without, unasked
    count = len(current_corrections(run.recipe.dataset).images)
    if missing := what_is_missing(wanted):
        missing_notice(missing)
    label, key = _("Train it again with the corrections"), f"repair again {run.id}"
    if st.button(label, type="primary", key=key, disabled=missing is not None):
        try:
            begun = engine().submit(wanted)
            keep_origin(get_run(begun), origin_in(run, seen, cell))
        except ImgclsError as error:
            show_error(error)
            return
        look_at(begun)
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


def origin_in(run: Run, seen: Seen, cell: tuple[int, int] | None) -> Origin:
    """What a next training is written down to come from: this run, and the confusion that is looked at."""
    return Origin(run.id) if cell is None else Origin(run.id, *(seen.class_names[place] for place in cell))
