"""One's own finished runs, by their settings: mean, spread and interval over the seeds, and who leads."""

from __future__ import annotations

import streamlit as st

from imgcls.comparison.same_test import by_test
from imgcls.comparison.spread import Group, groups, lead, say_lead
from imgcls.datasets import DATASETS
from imgcls.language import translator
from imgcls.lessons.choosing import interval_of_mean
from imgcls.runs import RunSummary, get_run, list_runs
from pages.components.compare_fair import test_names
from pages.components.durations import duration
from pages.components.glossary import terms
from pages.components.lesson import no_network_yet
from pages.components.notices import literal, note
from pages.components.words import _, language

_KEY = "choosing find"


def find_it() -> None:
    runs = [run for run in list_runs() if run.result.get("test_accuracy") is not None]
    if not runs:
        no_network_yet()
        return
    tests = by_test(get_run(run.id) for run in runs)
    names = dict(zip(test_names(tests), tests, strict=True))
    chosen = st.selectbox(_("Data set"), list(names), format_func=_titled, key=f"{_KEY} dataset", width=420)
    some = {run.id: run for run in runs if run.id in {one.id for one in names[chosen]}}
    known = sorted(groups(names[chosen]), key=lambda group: len(group.accuracies) < 2)
    _table(known, some)
    several = [group for group in known if len(group.accuracies) > 1]
    if len(several) > 1 and (found := lead(several)) is not None:
        labels = [_label(group, some) for group in several]
        show = st.success if found.is_real else st.warning
        show(literal(say_lead(found, labels, translator(language()))))
    else:
        st.info(_("Train two networks from three seeds each, and here it says which of them is better."))
    terms("seed", "test accuracy", "parameter")
    note(_("Spread: the standard deviation from seed to seed, in points. The interval is that of Student's t."))
    st.page_link("pages/compare.py", label=_("A race of your own networks, on Compare"))


def _titled(name: str) -> str:
    return _(DATASETS.get(name).title) if name in DATASETS else name


def _table(known: list[Group], runs: dict[str, RunSummary]) -> None:
    st.table(
        {
            _("Network"): [literal(_label(group, runs)) for group in known],
            _("Seeds"): [str(len(group.accuracies)) for group in known],
            _("Mean test accuracy"): [f"{group.mean:.1%}" if group.mean is not None else "–" for group in known],
            _("Spread"): [f"± {100 * group.deviation:.1f}" if group.deviation is not None else "–" for group in known],
            _("95 % interval"): [_interval(group) for group in known],
            _("Parameters"): [f"{runs[group.ids[0]].result.get('parameters') or 0:,}" for group in known],
            _("Trained for"): [duration(group.mean_seconds or 0.0) for group in known],
        },
        hide_index=True,
        border="horizontal",
        width="content",
    )


def _interval(group: Group) -> str:
    if group.mean is None or group.deviation is None:
        return _("one seed: unknown")
    half = interval_of_mean(group.deviation, len(group.accuracies))
    return f"{100 * (group.mean - half):.1f} – {100 * (group.mean + half):.1f} %"


def _label(group: Group, runs: dict[str, RunSummary]) -> str:
    """The title of its newest run, without its seed."""
    title = runs[group.ids[0]].title
    return title.rpartition(" · ")[0] or title
