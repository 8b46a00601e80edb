"""What can be done with a whole data set of one's own: train, look at it, check, download, delete."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from imgcls.datasets import editing, own
from imgcls.datasets.packing import pack
from imgcls.datasets.readiness import Readiness
from imgcls.errors import ImgclsError
from imgcls.home import check_space, folder
from imgcls.language import translator
from imgcls.limits import limit
from imgcls.recipe import Choice, Recipe, Training
from pages.components.collect_choice import look_at_own
from pages.components.collect_link import link_line
from pages.components.collect_undo import forget_steps
from pages.components.collect_work import begin_check
from pages.components.current import look_at
from pages.components.data_choice import look_at_data
from pages.components.notices import literal, note, show_error
from pages.components.recipe_form import begin_with
from pages.components.words import _, language

#: Up to so many images are packed in the browser's time: some 100 MB, which the server holds in memory.
_PACKED = 2000
#: Sentences of advice that are shown at once.
_ADVICE = 3
#: Steps that a network needs to come from nothing to something, and the images of a step, where there are few.
_STEPS, _FEW, _SMALL_BATCH = 300, 500, 8
_ERROR = "collect delete error"


def training_button(name: str, ready: Readiness) -> None:
    """Begin to train on it, or what is missing until one can."""
    if st.button(
        _("Train on these pictures"), type="primary", width="stretch", disabled=not ready.can_train, key="collect train"
    ):
        begin_with(recipe_for(name, ready.images))
        look_at(None)  # else the page would show the last run
        st.switch_page("pages/train.py")
    translate = translator(language())
    lines = [f"- {literal(one.say(translate))}" for one in ready.advice if ready.images]
    if sum(count > 0 for count in ready.counts.values()) < own.LEAST_CLASSES:
        st.caption(_("Two classes with pictures are needed: a network learns what is different."))
    if lines:
        st.caption("\n".join(lines[:_ADVICE]))
    if more := lines[_ADVICE:]:
        with st.expander(_("{count} more", count=len(more))):
            st.caption("\n".join(more))
    if ready.can_train and not lines:
        note(_("Enough to begin with. More pictures, and more different ones, make it better."))


def recipe_for(name: str, images: int) -> Recipe:
    """A first recipe: where there are few images, an epoch is short, and more of them are needed."""
    training = Training()
    if images < _FEW:
        epochs = min(int(limit("epochs")), max(training.epochs, _STEPS * _SMALL_BATCH // max(1, images)))
        training = Training(epochs=epochs, batch_size=_SMALL_BATCH)
    return Recipe(dataset=Choice(name=name), architecture=Choice(name="cnn"), training=training)


def other_actions(name: str, ready: Readiness) -> None:
    """Small buttons for the rest."""
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Look at it"), disabled=not ready.can_train, key="collect look"):
            look_at_data(Choice(name=name))
            st.switch_page("pages/data.py")
        if st.button(
            _("Check"),
            disabled=not ready.images,
            key="collect check",
            help=_("Looks for pictures that are there twice or cannot be read."),
        ):
            _check(name)
        _download(name, ready.images)
        if st.button(_("Delete"), key="collect delete"):
            _ask_to_delete(name, ready.images)
    if error := st.session_state.pop(_ERROR, None):
        show_error(error)
    link_line(name)


def _check(name: str) -> None:
    try:
        begin_check(name)
    except ImgclsError as error:
        show_error(error)
        return
    st.rerun()


def _download(name: str, images: int) -> None:
    command = f'python -m imgcls dataset export "{name}" OUT.zip'
    if images > _PACKED:
        with st.popover(_("Download")):
            st.markdown(_("It is large. One line in a terminal on the server packs it:"))
            st.code(command, language=None, wrap_lines=True)
        return
    st.download_button(
        _("Download"),
        lambda: packed(name),
        f"{name}.zip",
        "application/zip",
        help=_("A ZIP archive with a folder for each class, which this app and others read."),
        on_click="ignore",
        disabled=not images,
        key="collect download",
    )


def packed(name: str) -> bytes:
    """The data set as a ZIP archive.

    Raises:
        InputError: it is gone, or an image cannot be read.
        PlaceError: the disk does not allow it.
    """
    check_space()
    with tempfile.TemporaryDirectory(dir=folder("cache")) as place:
        path = Path(place) / "packed.zip"
        pack(name, path)
        return path.read_bytes()


def _delete(name: str) -> None:
    try:
        editing.delete(name)
    except ImgclsError as error:
        st.session_state[_ERROR] = error  # the page says it when the dialog is closed
        return
    forget_steps(name)
    look_at_own(next(iter(own.names()), ""))


def _ask_to_delete(name: str, images: int) -> None:
    @st.dialog(_("Delete “{name}”?", name=literal(name)))
    def ask() -> None:
        st.markdown(
            _(
                "Its {count:,} pictures are lost for good, for everybody. Networks that were trained on it stay.",
                count=images,
            )
        )
        with st.container(horizontal=True, gap="small"):
            if st.button(
                _("Delete for good"), type="primary", key="collect delete now", on_click=_delete, args=(name,)
            ):
                st.rerun()
            if st.button(_("Keep it"), key="collect keep it"):
                st.rerun()

    ask()
