"""Four strategies trained side by side; then class weights for counts of one's own."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.figures.class_counts import class_count_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.lessons.rare import class_weights, shares
from pages.components.notices import note
from pages.components.part import part
from pages.components.rare_race import race_is_on, start_race, watch_race
from pages.components.style import is_dark
from pages.components.words import _, listed

_KEY = "rare change"
_COUNTS = {"A": 400, "B": 100, "C": 20, "D": 5}


def change_it() -> None:
    if race_is_on():
        watch_race()
        return
    start_race()
    st.divider()
    _weights()


@part
def _weights() -> None:
    st.markdown(_("#### What a weight is"))
    left, right = st.columns([4, 9], gap="large")
    with left:
        counts = np.array(
            [
                st.slider(_("Images of class {name}", name=name), 1, 500, count, key=f"{_KEY} {name}")
                for name, count in _COUNTS.items()
            ]
        )
    with right:
        _shown(counts)


def _shown(counts: np.ndarray) -> None:
    names, weights = list(_COUNTS), class_weights(counts)
    before, after = shares(counts, np.ones(len(counts))), shares(counts, weights)
    told = listed(f"{name}: {count}" for name, count in zip(names, counts, strict=True))
    st.plotly_chart(
        class_count_figure(names, counts.tolist(), counts.tolist(), is_dark(), _("Training images")),
        key=f"{_KEY} counts",
        config=PLOT_CONFIG,
        theme=None,
        alt=_("Training images of each class: {counts}", counts=told),
    )
    st.latex(r"w_c=\frac{N}{K\cdot n_c}")
    whole, classes = int(counts.sum()), len(counts)
    st.table(
        {
            _("Class"): names,
            _("Share of the loss without weights"): [f"{share:.1%}" for share in before],
            _("Weight"): [
                f"{whole} / ({classes} · {count}) = {weight:.2f}" for count, weight in zip(counts, weights, strict=True)
            ],
            _("Share of the loss with weights"): [f"{share:.1%}" for share in after],
            _("Resampled: shown in an epoch"): [
                _("{times:.1f} times", times=float(counts.max() / count)) for count in counts
            ],
        },
        hide_index=True,
        border="horizontal",
    )
    rarest = int(counts.argmin())
    st.info(
        _(
            "One mistake on class {name} now costs as much as {times:.0f} on class {common}. Resampling does the same "
            "by showing its images {times:.0f} times as often.",
            name=names[rarest],
            common=names[int(counts.argmax())],
            times=float(weights[rarest] / weights.min()),
        )
    )
    note(_("N images in all, K classes, n_c images of class c; all images are taken to cost the same at first."))
