"""The hardest images, and the mistakes that the network is surest of."""

from __future__ import annotations

import streamlit as st

from imgcls.evaluation.kept import Kept
from imgcls.evaluation.mistakes import confident_mistakes, hardest
from imgcls.runs import Run
from pages.components.evaluate_images import Seen, image_strip
from pages.components.evaluate_repair import repair
from pages.components.glossary import terms
from pages.components.notices import note
from pages.components.words import _


def mistakes(run: Run, kept: Kept, seen: Seen) -> None:
    orders = {"sure": _("Surest mistakes"), "hard": _("Highest loss")}
    order = st.segmented_control(
        _("Order"), list(orders), format_func=orders.__getitem__, default="sure", key="mistakes order"
    )
    if order == "hard":
        note(_("The loss is −log of the probability of the true class: high where the network gives it next to none."))
        terms("cross-entropy", "loss")
        places = hardest(kept, len(kept.labels))
    else:
        note(_("Wrong, and with high probability: often a wrong label, an odd image, or a shortcut that was learned."))
        places = confident_mistakes(kept, len(kept.labels))
    if not len(places):
        st.success(_("Every test image is right."))
        return
    label = _("Images that it gets wrong")
    chosen = image_strip(f"mistakes {order} {run.id}", label, kept, seen, places, choose=True)
    repair(run, kept, seen, places, chosen)
