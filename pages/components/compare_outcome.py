"""What a comparison comes to: spread over seeds, cost, and image by image."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import streamlit as st

from imgcls.comparison.agreement import Agreement, agreement
from imgcls.comparison.pareto import pareto_front
from imgcls.comparison.spread import Group, groups, lead, say_lead
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import kept_test
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.pareto import pareto_figure
from imgcls.language import translator
from imgcls.runs import Run
from imgcls.trials import Standing, Trials, differences, same_test, score_of, setting_words
from pages.components.compare_one_image import both_on_one
from pages.components.durations import duration
from pages.components.evaluate_images import image_strip, test_images
from pages.components.expectation import expected_winner
from pages.components.glossary import terms
from pages.components.notices import literal, note, show_error
from pages.components.style import is_dark
from pages.components.words import _, language, listed


def show_comparison(trials: Trials, standing: Standing[str]) -> None:
    """Below the table of all runs; each part only where there is something to say."""
    if standing.is_active:
        return
    ended = [run for run in trials.runs.values() if score_of(run) is not None]
    if len(ended) < 2:
        return
    _expected(trials, ended)
    _spread(trials, ended)
    _settings(trials, ended)
    if len({run.recipe.dataset for run in ended}) == 1:
        _cost(trials, ended)
    _image_by_image(trials, ended)


def _expected(trials: Trials, ended: Sequence[Run]) -> None:
    """Who was expected to win, and who has the highest mean."""
    expected = expected_winner(trials.runs)
    known = groups(ended)
    if expected is None:
        return
    means = {_group_name(trials, group): group.mean or 0.0 for group in known}
    guessed = next((_group_name(trials, group) for group in known if expected in group.ids), None)
    if guessed is None or len(means) < 2:
        return
    best = max(means, key=lambda name: means[name])
    values = {"best": literal(best), "guessed": literal(guessed), "points": 100 * (means[best] - means[guessed])}
    if best == guessed:
        st.markdown(_("You expected **{guessed}** to win, and it has the highest test accuracy.", **values))
    else:
        st.markdown(_("You expected **{guessed}** to win; **{best}** is {points:.1f} points above it.", **values))


def _spread(trials: Trials, ended: Sequence[Run]) -> None:
    """Mean and spread of what was trained from several seeds, and what can be said of it."""
    known = groups(ended)
    found = lead(known)
    if len(known) == len(ended):
        return  # one seed each: the table above has said it
    names = [_group_name(trials, group) for group in known]
    st.markdown(_("#### Over the seeds"))
    st.table(
        {
            _("Variant"): [literal(name) for name in names],
            _("Seeds"): [str(len(group.accuracies)) for group in known],
            _("Mean test accuracy"): [f"{group.mean:.1%}" if group.mean is not None else "–" for group in known],
            _("Spread"): [f"± {100 * group.deviation:.1f}" if group.deviation is not None else "–" for group in known],
            _("Trained for"): [duration(group.mean_seconds or 0.0) for group in known],
        },
        hide_index=True,
        border="horizontal",
        width="content",
    )
    if found is not None:
        st.success(literal(say_lead(found, names, translator(language()))))
    note(_("Spread: the standard deviation from seed to seed, in points. The interval is that of Student's t."))


def _group_name(trials: Trials, group: Group) -> str:
    """A run's label without its seed."""
    return trials.labels[group.ids[0]].rpartition(" · ")[0] or trials.labels[group.ids[0]]


def _settings(trials: Trials, ended: Sequence[Run]) -> None:
    """Only the settings that differ."""
    recipes = [run.recipe for run in ended]
    paths = differences(recipes)
    if not paths:
        return
    with st.expander(_("Settings that differ")):
        said = [recipe.model_dump(mode="json") for recipe in recipes]
        translate = translator(language())
        rows = {_("Run"): [literal(trials.labels[run.id]) for run in ended]}
        for path in paths:
            title = listed(translate(word) for word in setting_words([path])) or path
            rows[title] = [literal(_value(one, path)) for one in said]
        st.table(rows, hide_index=True)


def _value(recipe: object, path: str) -> str:
    for name in path.split("."):
        recipe = recipe.get(name) if isinstance(recipe, dict) else recipe
    if isinstance(recipe, dict):
        return listed(f"{name} {value}" for name, value in recipe.items())
    if isinstance(recipe, list | tuple):
        return "; ".join(_value(one, "") for one in recipe) or "–"
    return "–" if recipe in (None, "") else str(recipe)


def _cost(trials: Trials, ended: Sequence[Run]) -> None:
    st.markdown(_("#### What the accuracy costs"))
    terms("parameter", "multiply-add", "test accuracy")
    costs = {
        "train_seconds": _("seconds of training"),
        "parameters": _("parameters"),
        "multiply_adds": _("multiply-adds of one image"),
    }
    for column, (field, words) in zip(st.columns(3), costs.items(), strict=True):
        some = [run for run in ended if (run.result or {}).get(field)]
        if len(some) < 2:
            continue
        values = np.array([float((run.result or {})[field]) for run in some])
        accuracies = np.array([score.accuracy for run in some if (score := score_of(run))])
        names = [trials.labels[run.id] for run in some]
        front = pareto_front(values, accuracies)
        with column:
            figure = pareto_figure(values, accuracies, names, front, is_dark(), (words, _("test accuracy")))
            alt = _("Test accuracy against {cost}", cost=words)
            st.plotly_chart(figure, key=f"cost {field}", config=PLOT_CONFIG, theme=None, alt=alt)
            cheap = listed(literal(names[place]) for place in front)
            note(_("None is cheaper and better than: {names}.", names=cheap))


def _image_by_image(trials: Trials, ended: Sequence[Run]) -> None:
    st.markdown(_("#### Two of them, image by image"))
    pairs = [(one, two) for one, two in combinations(ended, 2) if one.recipe.dataset == two.recipe.dataset]
    pairs.sort(key=lambda pair: pair[0].recipe.seed != pair[1].recipe.seed)  # of one seed first: one split, one test
    if not pairs:
        st.info(_("They have different data sets: their accuracies can be read, but not compared image by image."))
        return
    place = st.selectbox(
        _("Which two"),
        range(len(pairs)),
        format_func=lambda at: " – ".join(trials.labels[run.id] for run in pairs[at]),
        key="compare pair",
    )
    first, second = pairs[place]
    try:
        one, two = kept_test(first), kept_test(second)
    except ImgclsError as error:
        show_error(error)
        return
    found = agreement(one, two)
    if not found.common:
        st.info(_("They have no test image in common: another seed, another split."))
        return
    names = [literal(trials.labels[run.id]) for run in (first, second)]
    _counts(found, names)
    if not same_test([first.recipe, second.recipe]):
        note(_("Only the {count:,} test images that both have are compared.", count=found.common))
    seen, chosen = test_images(first), []
    for key, places, words in (
        ("first", found.first, _("**Only {name} is right**: {count:,}", name=names[0], count=len(found.first))),
        ("second", found.second, _("**Only {name} is right**: {count:,}", name=names[1], count=len(found.second))),
    ):
        st.markdown(words)
        if len(places):
            strip = f"compare {key} {first.id} {second.id}"
            chosen += image_strip(strip, _("Test images"), one, seen, places, choose=True)
    note(_("Below the images: what {name} says.", name=names[0]))
    both_on_one((first, second), (one, two), seen, chosen)


def _counts(found: Agreement, names: Sequence[str]) -> None:
    columns = st.columns(4)
    told = (
        (_("Both right"), len(found.both)),
        (_("Only the first"), len(found.first)),
        (_("Only the second"), len(found.second)),
        (_("Both wrong"), len(found.neither)),
    )
    for column, (words, count) in zip(columns, told, strict=True):
        column.metric(words, f"{count:,}")
    p = found.p_value
    values = {"first": names[0], "second": names[1], "p": f"{p:.2g}"}
    if p < 0.05:
        st.markdown(
            _(
                "If {first} and {second} were equally good, so lopsided a result would come by chance with probability "
                "{p} (McNemar's exact test): on these images the difference is real.",
                **values,
            )
        )
    else:
        st.markdown(
            _(
                "If {first} and {second} were equally good, a result as lopsided would come by chance with probability "
                "{p} (McNemar's exact test): these images cannot tell them apart.",
                **values,
            )
        )
    note(_("The test knows chance in the choice of images, not in the seed: that takes several seeds."))
