"""One class against the rest: ROC, precision over recall, and what a threshold of one's own gives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import streamlit as st

from imgcls.evaluation.kept import Kept
from imgcls.evaluation.one_class import OneClass, areas, one_class
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.one_class import one_class_figure
from imgcls.runs import Run
from pages.components.evaluate_images import Seen
from pages.components.notices import literal, note
from pages.components.style import is_dark
from pages.components.words import _


def one_class_section(run: Run, kept: Kept, seen: Seen) -> None:
    st.markdown(_("#### One class against the rest: when is it said?"))
    # logits have the digits of float32: beyond them two images of one probability would differ by rounding alone
    shares = kept.probabilities.astype(np.float32)
    under, average = areas(shares, kept.labels)
    names = range(len(seen.class_names))
    hardest = int(np.nanargmin(average)) if np.isfinite(average).any() else 0
    chosen, threshold = st.columns([4, 8])
    label = int(
        chosen.selectbox(_("Class"), names, hardest, lambda place: seen.class_names[place], key=f"one class {run.id}")
    )
    percent = threshold.slider(
        _("It is said from this probability on"), 0, 100, 50, format="%d%%", key=f"one class threshold {run.id}"
    )
    found = one_class(shares[:, label], kept.labels == label)
    if found is None:
        st.info(_("The test has no image of this class, or no other: there is nothing to tell apart."))
    else:
        _draw(run, found, percent / 100, literal(seen.class_names[label]), int((kept.labels == label).sum()), kept)
    _table(seen, kept, under, average)


def _draw(run: Run, found: OneClass, threshold: float, name: str, there: int, kept: Kept) -> None:
    place, share = found.at(threshold), there / len(kept.labels)
    hits, alarms, precise = (float(one[place]) for one in (found.found, found.false_alarms, found.precision))
    if place == 0:
        st.markdown(_("So sure it is of no image: **{name}** is never said.", name=name))
    else:
        st.markdown(_said(threshold, name, hits, there, alarms, precise))
    _curves(run, found, (hits, alarms, precise), name, share)


def _said(threshold: float, name: str, hits: float, there: int, alarms: float, precise: float) -> str:
    return _(
        "Said from {threshold:.0%} on, **{name}** is found in **{hits:.1%}** of its {there:,} images (recall); of "
        "the others {alarms:.1%} are taken for it. Of all that are taken for it **{precise:.1%}** are it "
        "(precision).",
        threshold=threshold,
        name=name,
        hits=hits,
        there=there,
        alarms=alarms,
        precise=precise,
    )


def _curves(run: Run, found: OneClass, here: tuple[float, float, float], name: str, share: float) -> None:
    hits, alarms, precise = here
    taken, of_it, right = _("others taken for it"), _("found of it (recall)"), _("right of those (precision)")
    drawn = (
        ("roc", (found.false_alarms, found.found), (alarms, hits), ((0.0, 0.0), (1.0, 1.0)), (taken, of_it)),
        ("precision", (found.found, found.precision), (hits, precise), ((0.0, share), (1.0, share)), (of_it, right)),
    )
    titles = {
        "roc": _("ROC: area under it **{area:.4f}**, 0.5 is chance", area=found.area),
        "precision": _(
            "Precision over recall: average **{area:.4f}**, {share:.2f} is chance",
            area=found.average_precision,
            share=share,
        ),
    }
    alts = {"roc": _("ROC curve of {name}", name=name), "precision": _("Precision over recall of {name}", name=name)}
    for column, (key, (x, y), point, chance, words) in zip(st.columns(2, gap="large"), drawn, strict=True):
        with column:
            st.markdown(titles[key])
            figure = one_class_figure(x, y, point, chance, is_dark(), words)
            st.plotly_chart(figure, key=f"{key} {run.id}", config=PLOT_CONFIG, theme=None, alt=alts[key])
    note(
        _(
            "The point is your threshold. Where a class is rare, the ROC looks good all the same: false alarms are a "
            "small share of the many others, and yet may be most of what is taken for it. Precision shows that."
        )
    )


def _table(seen: Seen, kept: Kept, under: np.ndarray, average: np.ndarray) -> None:
    counts = np.bincount(kept.labels, minlength=len(seen.class_names)).tolist()
    columns = {
        "class": list(seen.class_names),
        "images": counts,
        "area": [_number(value) for value in under],
        "average": [_number(value) for value in average],
    }
    st.dataframe(
        columns,
        column_config={
            "class": st.column_config.TextColumn(_("Class")),
            "images": st.column_config.NumberColumn(_("Test images")),
            "area": _bar(_("Area under the ROC (AUC)")),
            "average": _bar(_("Average precision (AP)")),
        },
        hide_index=True,
        height=min(36 * len(seen.class_names) + 40, 430),
    )
    if np.isfinite(under).any():
        means = {"area": float(np.nanmean(under)), "average": float(np.nanmean(average))}
        note(_("Mean over the classes, each counting the same: AUC {area:.4f}, AP {average:.4f}.", **means))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 4)


def _bar(title: str) -> Any:
    return st.column_config.ProgressColumn(title, min_value=0, max_value=1, format="%.4f")
