"""Two runs on the same test images, image by image."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import streamlit as st

from imgcls.comparison.agreement import Agreement, agreement
from imgcls.comparison.same_test import are_same_images, images_of, same_test
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import Kept, kept_test
from imgcls.runs import Run
from imgcls.trials import Trials
from pages.components.compare_one_image import both_on_one
from pages.components.evaluate_images import Seen, image_strip, test_images
from pages.components.notices import literal, note, show_error
from pages.components.words import _


def image_by_image(trials: Trials, ended: Sequence[Run]) -> None:
    st.markdown(_("#### Two of them, image by image"))
    images = {run.id: images_of(run) for run in ended}
    pairs = [(one, two) for one, two in combinations(ended, 2) if are_same_images(images[one.id], images[two.id])]
    pairs.sort(key=lambda pair: pair[0].recipe.seed != pair[1].recipe.seed)  # of one seed first: one split, one test
    if not pairs:
        st.info(
            _(
                "No two of them saw the same images: their data sets differ, or one was changed in between. Their "
                "accuracies can be read, but not compared image by image."
            )
        )
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
    if not same_test([first, second]):
        note(_("Only the {count:,} test images that both have are compared.", count=found.common))
    seen = test_images(first)
    chosen = _choose((first, second), one, seen, found, names)
    both_on_one((first, second), (one, two), seen, chosen)


def _choose(pair: tuple[Run, Run], kept: Kept, seen: Seen, found: Agreement, names: Sequence[str]) -> list[int]:
    """Any of the test images that both have, by who is right; the places of those that are chosen."""
    sets = {"first": found.first, "second": found.second, "neither": found.neither, "both": found.both}
    words = {
        "first": _("Only the first is right: {count:,}", count=len(found.first)),
        "second": _("Only the second is right: {count:,}", count=len(found.second)),
        "neither": _("Both wrong: {count:,}", count=len(found.neither)),
        "both": _("Both right: {count:,}", count=len(found.both)),
    }
    pair_key = " ".join(run.id for run in pair)
    start = next(name for name, places in sets.items() if len(places))
    name = st.segmented_control(
        _("Which images"),
        list(sets),
        format_func=words.__getitem__,
        default=start,
        required=True,
        key=f"compare set {pair_key}",
    )
    places = sets[name or start]
    note(_("The first is {first}, the second {second}. Below the images: what the first says.",
           first=names[0], second=names[1]))  # fmt: skip
    if not len(places):
        st.markdown(_("There is no such image."))
        return []
    return image_strip(f"compare {name} {pair_key}", _("Test images"), kept, seen, places, choose=True)


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
