"""After the strategies' race: what accuracy alone would have told, and recall class by class."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from imgcls.evaluation.imbalance import Outcome
from imgcls.evaluation.of_run import outcome_of
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.recalls import recall_figure
from imgcls.models import model_card
from imgcls.runs import Run
from imgcls.trials import Score, Standing, Trials, score_of
from pages.components.notices import literal, note
from pages.components.style import is_dark
from pages.components.trial_table import Column, Measure
from pages.components.words import _

#: Two accuracies that differ by less than this tell the same story: a share.
_LEVEL = 0.015


def balanced_measure() -> Measure:
    """By what the strategies are compared: people's own data sets may have a test that is as unequal as they are."""
    return Measure(_("Balanced accuracy"), _balanced_score)


def _balanced_score(run: Run) -> Score | None:
    found = outcome_of(run) if score_of(run) is not None else None
    return None if found is None else Score(found.balanced, found.worth)


def outcome_columns() -> list[Column]:
    """What the table of trials says beside the balanced accuracy."""
    return [
        Column(_("Test accuracy"), lambda run: None if (score := score_of(run)) is None else score.accuracy),
        Column(_("Rare classes found"), lambda run: _of(run, lambda found: found.rare_recall)),
        Column(_("Accuracy on data as unequal as the training's"), lambda run: _of(run, lambda found: found.as_common)),
    ]


def _of(run: Run, value: Callable[[Outcome], float | None]) -> float | None:
    found = outcome_of(run)
    return None if found is None else value(found)


def show_outcomes(trials: Trials, standing: Standing[str]) -> None:
    """The sentence, and recall class by class, of those that have been tested."""
    found = {one: value for one, run in standing.runs.items() if (value := outcome_of(run)) is not None}
    st.subheader(_("Who finds the rare ones?"))
    if not found:
        note(_("Recall class by class is drawn here as soon as the first has been tested."))
        return
    st.markdown(literal(_story(trials, found)))
    names = model_card(next(iter(found))).class_names
    recalls = [(trials.labels[one], value.recall) for one, value in found.items()]
    one = next(iter(found.values()))
    axis = _("Recall on the balanced test set") if one.is_even else _("Recall on the test set")
    if not one.is_even:
        st.info(literal(_uneven(one, names)))
    counts, images = one.trained.tolist(), _("{count} images", count="{count}")
    figure = recall_figure(names, counts, recalls, is_dark(), axis, images)
    alt = "; ".join(f"{label}: {recall.mean():.1%}" for label, recall in recalls)
    alt = _("Recall of each class; on average {recalls}", recalls=alt)
    st.plotly_chart(figure, key="imbalance recalls", config=PLOT_CONFIG, theme=None, alt=alt)


def _uneven(found: Outcome, names: Sequence[str]) -> str:
    """What an unequal test means for the numbers of this page."""
    few, many = int(found.tested.argmin()), int(found.tested.argmax())
    return _(
        "The test is not balanced: it has {fewest:,} images of {few}, and {most:,} of {many}. Its accuracy follows the "
        "common classes. Balanced accuracy is the mean of the recalls: the accuracy if there were as many of each. The "
        "fewer test images a class has, the more is left to chance; the intervals take that into account.",
        fewest=int(found.tested[few]),
        few=names[few],
        most=int(found.tested[many]),
        many=names[many],
    )


def _story(trials: Trials, found: dict[str, Outcome]) -> str:
    first = next(identifier for identifier in trials.ids if identifier in found)
    best = max(found, key=lambda one: found[one].balanced)
    names = model_card(first).class_names
    plain, better = found[first], found[best]
    rarest, label = plain.rarest, trials.labels[first]
    values = {
        "first": label,
        "best": trials.labels[best],
        "alone": plain.as_common,
        "alone_best": better.as_common,
        "rarest": names[rarest],
        "count": int(plain.trained[rarest]),
        "recall": plain.recall[rarest],
        "recall_best": better.recall[rarest],
        "balanced": plain.balanced,
        "balanced_best": better.balanced,
    }
    if best == first:
        return _(
            "Measured on data as unequal as the training's, accuracy alone would read {alone:.1%} for “{first}”. Of "
            "class {rarest}, with {count} training images, it finds {recall:.0%}; where all classes are equally common "
            "it is right in {balanced:.1%}.",
            **values,
        )
    if abs(better.as_common - plain.as_common) < _LEVEL:
        return _(
            "Measured on data as unequal as the training's, accuracy alone would read {alone:.1%} for “{first}” and "
            "{alone_best:.1%} for “{best}”: hardly a difference. Yet of class {rarest}, with {count} training images, "
            "the one finds {recall:.0%} and the other {recall_best:.0%}; where all classes are equally common they are "
            "right in {balanced:.1%} and {balanced_best:.1%}.",
            **values,
        )
    return _(
        "Measured on data as unequal as the training's, accuracy alone would read {alone:.1%} for “{first}” and "
        "{alone_best:.1%} for “{best}”. Of class {rarest}, with {count} training images, the one finds {recall:.0%} "
        "and the other {recall_best:.0%}; where all classes are equally common they are right in {balanced:.1%} and "
        "{balanced_best:.1%}.",
        **values,
    )
