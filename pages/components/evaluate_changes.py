"""What another run on the same data set does differently, image by image."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.comparison.differences import say_differences
from imgcls.errors import ImgclsError
from imgcls.evaluation.changes import changes
from imgcls.evaluation.kept import Kept, kept_test
from imgcls.language import translator
from imgcls.runs import Run, RunSummary, get_run, list_runs
from imgcls.training.data_card import data_version
from pages.components.evaluate_images import Seen, image_strip, more_than_shown
from pages.components.notices import literal, note, show_error
from pages.components.words import _, language


def what_changed(run: Run, kept: Kept, seen: Seen) -> None:
    others = _others(run)
    if not others:
        st.info(
            _("There is no other tested run on this data set yet: train it again, with corrections or other settings.")
        )
        return
    chosen = st.selectbox(
        _("Compared with"), list(others), format_func=lambda one: _named(others[one]), key=f"changes {run.id}"
    )
    try:
        earlier = get_run(chosen)
        before = kept_test(earlier)
    except ImgclsError as error:
        show_error(error)
        return
    note(literal(say_differences([others[chosen].recipe, run.recipe], translator(language()))))
    if len({data_version(one.folder) for one in (earlier, run)} - {None}) > 1:
        # the same positions hold other images
        st.info(_("The data set was changed between the two runs: their test images cannot be matched one by one."))
        return
    found = changes(before, kept)
    if not found.common:
        st.info(_("They were tested on different images: there is nothing to compare one by one."))
        return
    _summary(found.common, found.before, found.after, len(found.relabelled))
    for key, title, places in (
        ("fixed", _("#### Fixed: {count:,}", count=len(found.fixed)), found.fixed),
        ("broken", _("#### Newly broken: {count:,}", count=len(found.broken)), found.broken),
    ):
        _strip(run, kept, seen, f"{key} {chosen}", title, places)
    note(_("Wrong both times: {count:,}.", count=len(found.still_wrong)))


def _strip(run: Run, kept: Kept, seen: Seen, key: str, title: str, places: np.ndarray) -> None:
    st.markdown(title)
    if len(places):
        more_than_shown(places)
        image_strip(f"changes {key} {run.id}", title.lstrip("# "), kept, seen, places)


def _summary(common: int, before: int, after: int, relabelled: int) -> None:
    st.markdown(
        _(
            "Of the **{common:,}** test images that both have seen, the other run gets {before:,} right and this one "
            "**{after:,}**.",
            common=common,
            before=before,
            after=after,
        )
    )
    if relabelled:
        note(
            _(
                "{count:,} of them have another label now than when the other run was tested; both are judged by the "
                "labels of this run.",
                count=relabelled,
            )
        )


def _others(run: Run) -> dict[str, RunSummary]:
    """Tested runs on the same data set, the newest first."""
    return {
        row.id: row
        for row in list_runs()
        if row.id != run.id and row.result.get("test_accuracy") is not None and row.recipe.dataset == run.recipe.dataset
    }


def _named(row: RunSummary) -> str:
    return f"{row.title} · {row.result['test_accuracy']:.1%}"
