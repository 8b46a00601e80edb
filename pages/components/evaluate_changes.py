"""What another run on the same data set does differently, image by image."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.comparison.differences import say_differences
from imgcls.comparison.guard import caveats
from imgcls.comparison.same_test import same_images, trained_alike
from imgcls.errors import ImgclsError
from imgcls.evaluation.changes import CellChange, cell_change, changes
from imgcls.evaluation.kept import Kept, kept_test
from imgcls.evaluation.metrics import confusion_matrix
from imgcls.evaluation.mistakes import confused_pairs
from imgcls.language import translator
from imgcls.origin import origin_of
from imgcls.runs import Run, RunSummary, get_run, list_runs
from pages.components.evaluate_images import Seen, image_strip
from pages.components.notices import literal, note, show_error
from pages.components.words import _, language

#: Which of the sections of Evaluate is open, and what it is called here.
SECTION, CHANGES = "evaluate section", "changes"
#: Images that came into a cell or left it, from which a difference that may be chance is called one.
_CHANCE = 0.05


def open_changes(run_id: str, other: str) -> None:
    """Make Evaluate show what changed from one run to another when it is shown next."""
    st.session_state[SECTION] = CHANGES
    st.session_state[f"changes {run_id}"] = other


def what_changed(run: Run, kept: Kept, seen: Seen) -> None:
    others = _others(run)
    if not others:
        st.info(
            _("There is no other tested run on this data set yet: train it again, with corrections or other settings.")
        )
        return
    key, origin = f"changes {run.id}", origin_of(run)
    if origin is not None and origin.run in others and key not in st.session_state:
        st.session_state[key] = origin.run
    parent = None if origin is None else origin.run
    known, now = list(others), st.session_state.get(key)
    start = known.index(now) if now in known else 0
    chosen = str(
        st.selectbox(_("Compared with"), known, start, format_func=lambda one: _named(others[one], parent), key=key)
    )
    try:
        earlier = get_run(chosen)
        before = kept_test(earlier)
    except ImgclsError as error:
        show_error(error)
        return
    _settings(earlier, run)
    if not same_images(earlier, run):
        st.info(_("The data set was changed between the two runs: their test images cannot be matched one by one."))
        return
    found = changes(before, kept)
    if not found.common:
        st.info(_("They were tested on different images: there is nothing to compare one by one."))
        return
    _summary(found.common, found.before, found.after, len(found.relabelled))
    _one_confusion(run, kept, seen, before, chosen)
    for name, title, places in (
        ("fixed", _("#### Fixed: {count:,}", count=len(found.fixed)), found.fixed),
        ("broken", _("#### Newly broken: {count:,}", count=len(found.broken)), found.broken),
    ):
        _strip(run, kept, seen, f"{name} {chosen}", title, places)
    note(_("Wrong both times: {count:,}.", count=len(found.still_wrong)))


def _settings(earlier: Run, run: Run) -> None:
    """In what the two differ; corrections of test images alone are no other training."""
    recipes, translate = [earlier.recipe, run.recipe], translator(language())
    if recipes[0].corrections != recipes[1].corrections and trained_alike(earlier, run):
        recipes = [one.model_copy(update={"corrections": ""}) for one in recipes]
        note(literal(say_differences(recipes, translate)))
        note(_("The corrections in between are of images that neither was trained on."))
    else:
        note(literal(say_differences(recipes, translate)))
    names = {one.id: one.title for one in (earlier, run)}
    for one in caveats([earlier, run], names):
        if one.kind == "course":  # what no setting tells
            note(literal(one.say(translate)))


# -- one confusion


def _one_confusion(run: Run, kept: Kept, seen: Seen, before: Kept, chosen: str) -> None:
    """One cell of the confusion matrix before and after: the one that was to be mended, or any other."""
    names = seen.class_names
    st.markdown(_("#### One confusion"))
    key = f"changed cell {run.id} {chosen}"
    start = _first_cell(run, kept, seen, before)
    columns = st.columns(2)
    titles = (_("True class"), _("Taken for"))
    true, predicted = (
        int(column.selectbox(title, range(len(names)), place, lambda one: names[one], key=f"{key} {title}"))
        for column, title, place in zip(columns, titles, start, strict=True)
    )
    if true == predicted:
        note(_("Choose two different classes."))
        return
    found = cell_change(before, kept, true, predicted)
    _say(found, literal(names[true]), literal(names[predicted]))
    for name, words, places in (
        ("fixed", _("**No longer confused**: {count:,}", count=len(found.fixed)), found.fixed),
        ("moved", _("**Now taken for something else**: {count:,}", count=len(found.moved)), found.moved),
        ("broken", _("**Newly confused**: {count:,}", count=len(found.broken)), found.broken),
        ("still", _("**Still confused**: {count:,}", count=len(found.still)), found.still),
    ):
        if len(places):
            st.markdown(words)
            image_strip(f"{key} {name} {true} {predicted}", _("Images of the confusion"), kept, seen, places)


def _first_cell(run: Run, kept: Kept, seen: Seen, before: Kept) -> tuple[int, int]:
    """The confusion that the run was to mend; else the one that was the most frequent before."""
    origin, names = origin_of(run), list(seen.class_names)
    if origin is not None and origin.true in names and origin.predicted in names:
        return names.index(str(origin.true)), names.index(str(origin.predicted))
    pairs = confused_pairs(confusion_matrix(before.logits, before.labels), 1)
    return (pairs[0].true, pairs[0].predicted) if pairs else (0, min(1, len(names) - 1))


def _say(found: CellChange, true: str, predicted: str) -> None:
    values = {"true": true, "predicted": predicted, "before": found.before, "after": found.after}
    st.markdown(_("**{true} → {predicted}: {before} → {after}**", **values))
    gone, came = len(found.fixed) + len(found.moved), len(found.broken)
    if not gone + came:
        note(_("No image left this confusion, and none came into it."))
        return
    p = f"{found.p_value:.2g}"
    if found.p_value < _CHANCE:
        text = _(
            "{gone} left it, {came} came into it. That is more than the choice of images leaves to chance (McNemar's "
            "exact test, p = {p}); another seed moves some, too.",
            gone=gone,
            came=came,
            p=p,
        )
    else:
        text = _(
            "{gone} left it, {came} came into it. So few can be chance (McNemar's exact test, p = {p}).",
            gone=gone,
            came=came,
            p=p,
        )
    note(text)


# -- all of them


def _strip(run: Run, kept: Kept, seen: Seen, key: str, title: str, places: np.ndarray) -> None:
    st.markdown(title)
    if len(places):
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


def _named(row: RunSummary, origin: str | None) -> str:
    words = f"{row.title} · {row.result['test_accuracy']:.1%}"
    return _("{run} · this one was changed from it", run=words) if row.id == origin else words
