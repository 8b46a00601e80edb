"""The gap between training and validation in numbers."""

from __future__ import annotations

import streamlit as st

from imgcls.lessons.overfitting import Gap
from pages.components.notices import note
from pages.components.words import _


def show_gap(gap: Gap) -> None:
    """Both gaps, with what each is the difference of."""
    one, other = st.columns(2)
    one.metric(
        _("gap in accuracy"),
        _("{points:.1f} points", points=gap.points),
        help=f"{gap.training:.1%} − {gap.validation:.1%}",
    )
    other.metric(_("gap in loss"), f"{gap.nats:.3f}", help=f"{gap.val_loss:.3f} − {gap.loss:.3f}")
    note(
        _(
            "Gap in loss = validation loss − training loss = {val_loss:.3f} − {loss:.3f}, in epoch {epochs}.",
            val_loss=gap.val_loss,
            loss=gap.loss,
            epochs=gap.epochs,
        )
    )
