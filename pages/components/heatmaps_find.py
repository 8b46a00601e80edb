"""A heatmap of one's own network put to the test: hide what is hot, and hide as much elsewhere."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.explain.picture import enlarge, overlay
from imgcls.lessons.heatmaps import elsewhere, hidden, hottest
from imgcls.models import model_card
from imgcls.runs import get_run
from pages.components.glossary import terms
from pages.components.lesson_network import answered, own_run
from pages.components.notices import note
from pages.components.picture import Labelled, show_columns
from pages.components.shortcut_evidence import show_legend
from pages.components.sources import test_sample
from pages.components.words import _

_KEY = "heatmaps find"
_SHOWN, _SIDE = 6, 168


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        run = own_run()
        if run is None:
            return
        share = st.slider(_("How much is hidden, %"), 2, 40, 10, key=f"{_KEY} share") / 100
        seed = int(st.number_input(_("Seed of the other places"), 0, 1000, 0, key=f"{_KEY} seed"))
        terms("grad-cam", "softmax")
    images, labels = test_sample(get_run(run).recipe)
    places = np.unique(np.linspace(0, len(labels) - 1, _SHOWN).astype(int))
    some = np.stack([np.asarray(images[place]) for place in places])
    with right:
        first = answered(f"{_KEY} maps", "explain_images", {"images": some}, model=run)
        if first is None:
            return
        maps, before = first[1]["maps"], first[1]["probabilities"]
        masks = [hottest(_at(heat, some.shape[1:3]), share) for heat in maps]
        hot = [hidden(image, mask) for image, mask in zip(some, masks, strict=True)]
        other = [hidden(image, elsewhere(mask, seed)) for image, mask in zip(some, masks, strict=True)]
        both = np.stack([*hot, *other])
        second = answered(f"{_KEY} hidden", "explain_images", {"images": both}, model=run)
        if second is None:
            return
        answers = before.argmax(axis=1)
        after = second[1]["probabilities"][np.arange(len(both)), np.tile(answers, 2)].reshape(2, -1)
        was = before[np.arange(len(some)), answers]
        names = model_card(run).class_names
        _columns(some, maps, hot, other, [names[place] for place in answers], (was, *after))
        show_legend()
    with left:
        _say(was, after[0], after[1], share)


def _at(heat: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """A map at the size of the picture, each cell as a square."""
    rows = np.arange(size[0]) * heat.shape[0] // size[0]
    columns = np.arange(size[1]) * heat.shape[1] // size[1]
    return np.asarray(heat[np.ix_(rows, columns)])


def _columns(
    images: np.ndarray,
    maps: np.ndarray,
    hot: list[np.ndarray],
    other: list[np.ndarray],
    names: list[str],
    shares: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    was, after_hot, after_other = shares
    show_columns(
        [
            [
                Labelled(overlay(image, maps[at], side=_SIDE), _("heatmap"), (f"{names[at]} {was[at]:.0%}",)),
                Labelled(enlarge(hot[at], _SIDE), _("hottest places hidden"), (f"{after_hot[at]:.0%}",)),
                Labelled(enlarge(other[at], _SIDE), _("as much hidden elsewhere"), (f"{after_other[at]:.0%}",)),
            ]
            for at, image in enumerate(images)
        ],
        least=5.5,
        most=9,
    )
    note(
        _(
            "Above the heatmap with the answer and its probability; then the hottest places hidden; below as much "
            "hidden elsewhere, with what is left of the probability."
        )
    )


def _say(was: np.ndarray, hot: np.ndarray, other: np.ndarray, share: float) -> None:
    lost_hot, lost_other = float((was - hot).mean()), float((was - other).mean())
    one, two = st.columns(2)
    one.metric(_("lost, hottest hidden"), _("{points:.0f} points", points=100 * lost_hot))
    two.metric(_("lost, elsewhere"), _("{points:.0f} points", points=100 * lost_other))
    if lost_hot > lost_other + 0.05:
        st.success(
            _(
                "Hiding the hottest {share:.0%} costs more than hiding as much elsewhere: here the map means it.",
                share=share,
            )
        )
    else:
        st.warning(
            _(
                "Hiding the hottest {share:.0%} costs hardly more than hiding as much elsewhere: on these images "
                "do not rest on the map.",
                share=share,
            )
        )
    note(_("Mean over these images, in points of the probability of the network's own answer."))
    st.page_link("pages/explain.py", label=_("All tests of a heatmap, on Explain"))
