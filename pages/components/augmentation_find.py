"""What one's own network says of mixtures: does it change its mind gradually, or all at once?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.trust_curves import trust_curves_figure
from imgcls.lessons.augmentation import mixed
from imgcls.models import model_card
from imgcls.runs import get_run
from pages.components.augmentation_pair import show_pair, to_picture
from pages.components.glossary import terms
from pages.components.lesson_network import answered, own_run
from pages.components.notices import note
from pages.components.sample_choice import choose_sample
from pages.components.sources import test_sample
from pages.components.style import is_dark
from pages.components.words import _

_KEY = "augmentation find"
_SHARES = np.linspace(0, 1, 21)


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        run = own_run()
        if run is None:
            return
        images, labels = test_sample(get_run(run).recipe)
        first = choose_sample(f"{_KEY} i {run}", _("Picture i"), images, labels, 0)
        second = choose_sample(f"{_KEY} j {run}", _("Picture j"), images, labels, 1)
        terms("mixup", "softmax")
        share = st.slider(_("λ"), 0.0, 1.0, 0.5, 0.05, key=f"{_KEY} share")
    one, other = np.asarray(images[first]), np.asarray(images[second])
    mixtures = np.stack([to_picture(mixed(one, other, each)) for each in _SHARES])
    with right:
        show_pair(one, other, share, (labels[first], labels[second]))
        answer = answered(f"{_KEY} answers", "explain_images", {"images": mixtures}, model=run)
        if answer is None:
            return
        names = model_card(run).class_names
        places = [names.index(labels[first]), names.index(labels[second])]
        curves = answer[1]["probabilities"][:, places].T
        st.markdown(_("#### What your network answers on the way from j to i"))
        words = (_("λ, share of picture i"), _("probability"))
        titles = [f"i: {labels[first]}", f"j: {labels[second]}"]
        st.plotly_chart(
            trust_curves_figure(_SHARES, curves, titles, is_dark(), words),
            key=f"{_KEY} curves",
            config=PLOT_CONFIG,
            theme=None,
            alt=_("Probabilities of {one} and {other} along the mixture", one=labels[first], other=labels[second]),
        )
    with left:
        at = int(np.abs(_SHARES - share).argmin())
        st.metric(labels[first], f"{curves[0, at]:.0%}")
        st.metric(labels[second], f"{curves[1, at]:.0%}")
        note(
            _(
                "A network trained with MixUp gives about λ and 1 − λ. Without it the answer mostly tips over within a "
                "narrow range, and in between it may name a third class."
            )
        )
        st.page_link("pages/augment.py", label=_("All augmentations, and whether they help"))
