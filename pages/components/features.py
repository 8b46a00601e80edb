"""What it saves to compute the features of a frozen body once: both times side by side."""

from __future__ import annotations

import streamlit as st

from imgcls.runs import Curve
from pages.components.durations import short_duration
from pages.components.words import _


def tell_feature_times(curve: Curve) -> None:
    """How long the features took, and an epoch with and without them; nothing where there are none, or no epoch yet."""
    whole = [epoch for epoch in curve.epochs if not epoch.get("partial")]
    if not (curve.features and whole and curve.features["image_seconds"]):
        return
    total, cached = curve.features["total"], curve.features["cached"]
    images = curve.start.get("train_images", 0) + curve.start.get("validation_images", 0)
    body = curve.features["image_seconds"] * images
    epoch = whole[-1]["seconds"] / len(whole)
    took = curve.features["seconds"]
    with st.container(border=True):
        st.markdown(_("**The body is frozen: its features were computed once**"))
        left, right = st.columns(2)
        left.metric(_("An epoch now"), short_duration(epoch))
        right.metric(_("With the body in every epoch"), short_duration(body + epoch))
        if cached == total:
            words = _("The features of all {total:,} images were kept from an earlier run.", total=total)
        elif cached:
            words = _(
                "{cached:,} of {total:,} images were kept from an earlier run, the others took {time}.",
                cached=cached,
                total=total,
                time=short_duration(took),
            )
        else:
            words = _("The features of {total:,} images took {time}, once.", total=total, time=short_duration(took))
        st.caption(words)
