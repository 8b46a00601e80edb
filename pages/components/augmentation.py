"""Which augmentations, how strong, and what may be wrong with them for these images."""

from __future__ import annotations

import streamlit as st

from imgcls.augmentation import AUGMENTATIONS, doubtful
from imgcls.datasets import dataset_facts
from imgcls.recipe import MOST_AUGMENTATIONS, Choice
from pages.components.notices import note
from pages.components.options import option_controls
from pages.components.words import _


def augmentation_controls(
    start: tuple[Choice, ...], dataset: Choice, key: str, open_up_to: int = 0
) -> tuple[Choice, ...]:
    """The augmentations that are chosen, in the order in which they are applied.

    Args:
        start: what the controls begin with.
        dataset: the data set, for what makes little sense there.
        key: names the controls within the session.
        open_up_to: the options of those that have no more than this many are unfolded.
    """
    begun = {choice.name: choice.options for choice in start}
    names = st.multiselect(
        _("Augmentation"),
        AUGMENTATIONS.names(),
        list(begun),
        format_func=lambda name: _(AUGMENTATIONS.get(name).title),
        placeholder=_("none"),
        max_selections=MOST_AUGMENTATIONS,
        help=_("Training images are changed a little each time they are seen, so that fewer of them go further."),
        key=key,
    )
    chosen = []
    for name in names:
        entry = AUGMENTATIONS.get(name)
        few = len(entry.options.model_fields) <= open_up_to
        with st.expander(_("Options of {name}", name=_(entry.title)), expanded=few):
            st.caption(_(entry.summary))
            options = option_controls(entry.options, begun.get(name, {}), f"{key} {name}")
        chosen.append(Choice(name=name, **options))
        if doubt := doubtful(chosen[-1], dataset_facts(dataset)):
            note(_(doubt))
    return tuple(chosen)
