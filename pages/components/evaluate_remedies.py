"""What may make one confusion rarer: a look at what was taught, and next trainings as buttons that fill in the form."""

from __future__ import annotations

import streamlit as st

from imgcls.coach.remedies import Remedy, remedies
from imgcls.language import translator
from imgcls.runs import Run
from imgcls.training.data_card import train_counts_of
from pages.components.current import look_at
from pages.components.data_choice import look_at_training_images
from pages.components.evaluate_images import Seen
from pages.components.evaluate_repair import again, origin_in
from pages.components.notices import literal, note
from pages.components.recipe_form import begin_with
from pages.components.words import _, language


def mend(run: Run, seen: Seen, true: int, predicted: int) -> None:
    """The remedies for images of one class that are taken for another."""
    names = {"true": literal(seen.class_names[true]), "predicted": literal(seen.class_names[predicted])}
    st.markdown(_("#### What may keep {true} from being taken for {predicted}?", **names))
    if seen.images is not None:
        _taught(run, seen, true, predicted)
    found = remedies(again(run), train_counts_of(run.folder, len(seen.class_names)), true)
    for remedy in found:
        _offer(run, seen, remedy, (true, predicted))
    if found:
        note(
            _(
                "Each changes one thing in the settings of this run, and fills in the form on Train. When the new run "
                "has ended, “See what changed” lays it beside this one, image by image."
            )
        )


def _taught(run: Run, seen: Seen, true: int, predicted: int) -> None:
    """The way to the training images of both classes: a wrong label there teaches the mistake."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for label in (true, predicted):
            name = seen.class_names[label]
            words = _("Check the training labels of {name}", name=literal(name))
            if st.button(words, key=f"taught {run.id} {true} {predicted} {label}"):
                look_at_training_images(run.recipe, label)
                st.switch_page("pages/data.py")
        note(_("Its training images, the most unlike their class first: a wrong label there teaches the mistake."))


def _offer(run: Run, seen: Seen, remedy: Remedy, cell: tuple[int, int]) -> None:
    translate = translator(language())
    button, why = st.columns([4, 8], vertical_alignment="center")
    with button:
        label = literal(remedy.experiment.say(translate))
        if st.button(label, width="stretch", key=f"mend {run.id} {remedy.kind}"):
            begin_with(remedy.experiment.recipe, origin_in(run, seen, cell))
            look_at(None)
            st.switch_page("pages/train.py")
    with why:
        note(translate(remedy.why))
