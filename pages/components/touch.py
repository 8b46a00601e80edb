"""Touch it: hide a part and see the answer move; say where you would look, then see where the network does."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.explain import Explanation
from imgcls.explain.fill import filled
from imgcls.explain.overlap import hottest, overlap, shifted
from imgcls.explain.picture import enlarge
from imgcls.explain.picture import overlay as heated
from imgcls.figures.bars import percentage
from imgcls.models import ModelCard
from pages.components.answers import ask, waiting
from pages.components.notices import literal, note
from pages.components.picture import show_picture
from pages.components.region import RegionWords, region
from pages.components.words import _

#: Regions elsewhere whose mean is told beside.
ELSEWHERE = 5
SIDE = 252
#: You and the map, only you, only the map: of different lightness, for those who do not see red and green apart.
_BOTH, _YOURS, _MAPS = (255, 255, 255), (0, 165, 224), (240, 150, 20)


def _words() -> RegionWords:
    return {
        "size": _("Brush"),
        "undo": _("Undo"),
        "clear": _("Clear"),
        "hint": _("Without a mouse: arrow keys move the brush, the space bar paints."),
    }


def hide_panel(card: ModelCard, image: np.ndarray, explanation: Explanation) -> None:
    """Paint over a part of the picture and see the probabilities before and after."""
    left, right = st.columns([4, 7], gap="large")
    with left:
        mask = region("hide", image, _("Paint what to hide"), _words())
        fill = _fill()
    with right:
        if mask is None:
            st.info(_("Paint over a part of the picture: here you see what the network says without it."))
            return
        _hidden(card, image, explanation, mask, fill)


def _fill() -> str:
    fills = {"grey": _("grey"), "black": _("black"), "mean": _("its mean colour"), "blur": _("a blur")}
    chosen: str = st.selectbox(_("Hide it behind"), list(fills), format_func=fills.__getitem__, key="hide behind")
    return chosen


def _hidden(card: ModelCard, image: np.ndarray, explanation: Explanation, mask: np.ndarray, fill: str) -> None:
    """What the network says without a part, with as much hidden elsewhere, and with nothing but this part."""
    behind = filled(image[None].astype(np.float32), fill, (0.0, 255.0))[0]  # type: ignore[arg-type]
    heat = hottest(explanation.map, int(mask.sum())) if explanation.drawn else mask
    masks = [mask, heat, ~mask, *shifted(mask, ELSEWHERE)]
    pictures = [np.rint(np.where(one[..., None], behind, image)).astype(np.uint8) for one in masks]
    images = np.stack([image, *pictures])
    answer = ask("touch", "predict", {"images": images}, model=card.name, version=card.version)
    if answer is None:
        waiting("touch")
        return
    shares = answer.arrays["probabilities"]
    target = explanation.target
    before, after = float(shares[0, target]), float(shares[1, target])
    best = int(shares[1].argmax())
    name = literal(card.class_names[target])
    st.markdown(
        _(
            "#### Hiding this takes **{name}** from {before} to {after}",
            name=name,
            before=percentage(before),
            after=percentage(after),
        )
    )
    if best != int(shares[0].argmax()):
        st.markdown(_("Now it says **{other}**.", other=literal(card.class_names[best])))
    shown, bars = st.columns([2, 3], gap="medium")
    with shown:
        show_picture(pictures[0], _("What the network sees now"), _("What the network sees now"))
    with bars:
        _bars(card, shares[0], shares[1], target)
    elsewhere = percentage(float(shares[4:, target].mean()))
    told = [_("As large a part elsewhere takes it to {share}, on average.", share=elsewhere)]
    left = percentage(float(shares[3, target]))
    told.append(_("With all else hidden and only this left, it is {share}.", share=left))
    if explanation.drawn:
        share = percentage(float(shares[2, target]))
        told.insert(0, _("As many of the map's hottest pixels hidden instead take it to {share}.", share=share))
    st.markdown(" ".join(told))


def _bars(card: ModelCard, before: np.ndarray, after: np.ndarray, target: int) -> None:
    """The classes that matter before or after, each with both probabilities."""
    wanted = dict.fromkeys([target, *np.argsort(-before)[:3].tolist(), *np.argsort(-after)[:3].tolist()])
    for place in list(wanted)[:5]:
        first, second = float(before[place]), float(after[place])
        words = f"{literal(card.class_names[place])}: {percentage(first)} → {percentage(second)}"
        st.progress(min(1.0, second), words)


def look_panel(card: ModelCard, image: np.ndarray, explanation: Explanation) -> None:
    """First the person paints where they would look; then the map is laid beside it, and that part is hidden."""
    if not explanation.drawn:
        st.info(_("There is no map to compare with."))
        return
    name = literal(card.class_names[explanation.target])
    left, right = st.columns([4, 7], gap="large")
    with left:
        mask = region("look", image, _("Paint where you would look"), _words())
        fill = _fill() if mask is not None else ""
    with right:
        if mask is None:
            st.info(_("Paint the part by which **you** would know that it is {name}. Then see the overlap.", name=name))
            return
        _agreement(image, explanation, mask)
        # the same question as for a part that is hidden: does the answer hang on what the person would look at?
        _hidden(card, image, explanation, mask, fill)


def _agreement(image: np.ndarray, explanation: Explanation, mask: np.ndarray) -> None:
    own = hottest(explanation.map, int(mask.sum()))
    found = overlap(explanation.map, mask)
    first, second = st.columns(2)
    with first:
        show_picture(coloured(image, mask, own), _("You and the network"), _("You and the network"), width=SIDE)
    with second:
        show_picture(heated(image, explanation.map, side=2 * SIDE), _("Its map"), _("Its map"), width=SIDE)
    st.markdown(
        _("White: both of you. Blue: only you. Orange: only the map, as many of its hottest pixels as you painted.")
    )
    st.markdown(
        _(
            "#### {inside:.0%} of the map's heat lies where you looked; by chance it would be {area:.0%}",
            inside=found.heat_inside,
            area=found.area,
        )
    )
    if found.heat_inside > 1.5 * found.area:
        told = _("You and the network look at much the same.")
    elif found.heat_inside < 0.75 * found.area:
        told = _("The network looks elsewhere. Either the map is wrong, or it knows something that you do not.")
    else:
        told = _("The map agrees with you no better than chance would.")
    st.markdown(told)
    share = found.intersection_over_union
    note(_("Intersection over union of your part and its equally large hottest part: {share:.2f}.", share=share))


def coloured(image: np.ndarray, yours: np.ndarray, maps: np.ndarray, side: int = 504) -> np.ndarray:
    """The picture in grey with the two regions in colours: uint8 (H, W, 3)."""
    large = enlarge(image, side).astype(np.float32)
    grey = 0.6 * np.repeat(large.mean(axis=2, keepdims=True), 3, axis=2)
    rows = (np.arange(large.shape[0]) * yours.shape[0]) // large.shape[0]
    columns = (np.arange(large.shape[1]) * yours.shape[1]) // large.shape[1]
    mine, theirs = (part[rows[:, None], columns[None]] for part in (yours, maps))
    for where, colour in ((mine & theirs, _BOTH), (mine & ~theirs, _YOURS), (theirs & ~mine, _MAPS)):
        grey[where] = 0.45 * grey[where] + 0.55 * np.array(colour, np.float32)
    return np.rint(grey).astype(np.uint8)
