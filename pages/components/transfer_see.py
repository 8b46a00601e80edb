"""Transfer learning, first look: which pictures are alike, by their pixels and to a network that knows photographs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from imgcls.datasets import load
from imgcls.errors import ImgclsError
from imgcls.figures.sheet import picture_sheet, side_by_side
from imgcls.lessons.transfer import BLOCKS, Pairs, by_chance, pairs, some_of_each
from imgcls.recipe import Choice
from pages.components.glossary import terms
from pages.components.lesson_network import answered
from pages.components.notices import literal, note, show_error
from pages.components.question import ask_first
from pages.components.sheet import Cell, Frame, show_sheet
from pages.components.transfer_pictures import pictures_choice
from pages.components.transfer_steps import show_steps
from pages.components.words import _

_KEY = "transfer see"
_LEAST = 92


@dataclass(frozen=True, eq=False)
class _Some:
    """n images: uint8 (n, h, w, c), their classes int64 (n,), and the classes' names."""

    images: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]


def see_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        dataset = pictures_choice()
        try:
            some = _some(dataset)
        except ImgclsError as error:
            show_error(error)
            return
        if len(some.images) < 2:
            st.info(_("Expected at least two pictures of a class. Received fewer: collect some more."))
            return
        count = len(some.images)
        st.markdown(
            _(
                "Here are {count} pictures. For each of them we look for **the one most like it** among the others: "
                "once by comparing pixels, once by comparing what a network makes of them that has learned from 1.2 "
                "million photographs, but never for these classes.",
                count=count,
            )
        )
        asked = ask_first(
            f"transfer alike {dataset.name}",
            _("How many of the {count} find one of their own class by that network?", count=count),
            low=0.0,
            high=float(count),
            step=1.0,
        )
        terms("transfer learning", "embedding")
    with right:
        if not asked.is_open:
            _pictures(some)
            return
        answer = answered(f"{_KEY} {dataset.name}", "body_features", {"images": some.images})
        if answer is None:
            return
        facts, arrays = answer
        plainly, seen = pairs(some.images.astype(float), some.labels), pairs(arrays["features"], some.labels)
        _result(some, seen, _("To the network"), "features")
        _result(some, plainly, _("By pixels"), "pixels")
    with left:
        _say(asked.number, some, plainly.found, seen.found)
        _old_head(facts, some, arrays["sure"])
    show_steps(BLOCKS, len(some.names), int(facts["body"]))


def _some(dataset: Choice) -> _Some:
    """Nothing is trained here, so pictures of all parts may be looked at: of ten every one counts."""
    images = load(dataset)
    places = some_of_each(images.labels, len(images.class_names))
    return _Some(images.images[places], images.labels[places], images.class_names)


def _pictures(some: _Some) -> None:
    cells = [Cell(some.names[label], some.names[label]) for label in some.labels]
    show_sheet(f"{_KEY} all", _("The pictures, class after class"), picture_sheet(some.images), cells, least=_LEAST)


def _result(some: _Some, found: Pairs, title: str, key: str) -> None:
    st.markdown(
        _(
            "**{title}:** {found} of {count} find their own class",
            title=title,
            found=found.found,
            count=len(some.labels),
        )
    )
    sheet = picture_sheet(side_by_side(some.images, some.images[found.partner]))
    cells = []
    for place, partner in enumerate(found.partner):
        first, second = some.names[some.labels[place]], some.names[some.labels[partner]]
        look: Frame = "" if found.same[place] else "flipped"
        cells.append(Cell(_("{first}, most like it: {second}", first=first, second=second), first, second, look))
    show_sheet(f"{_KEY} {key}", title, sheet, cells, two_lines=True, least=_LEAST)


def _say(number: float | None, some: _Some, plainly: int, seen: int) -> None:
    count, chance = len(some.labels), by_chance(some.labels)
    said = _(
        "**{seen} of {count}** by the network, **{plainly}** by pixels. By chance it would be about {chance:.0f}.",
        seen=seen,
        count=count,
        plainly=plainly,
        chance=chance,
    )
    st.info(said if number is None else _("You said {number:.0f}. It is {said}", number=number, said=said))
    if seen - plainly > count / 10:
        st.markdown(
            _(
                "What it learned from other pictures already puts yours in order. Whoever starts from here has little "
                "left to learn: that is why a few pictures can be enough."
            )
        )
    else:
        st.markdown(
            _(
                "These pictures are so unlike photographs that what it knows hardly helps. A body passes on what it "
                "has learned, and nothing else: choose other pictures and compare."
            )
        )


def _old_head(facts: dict[str, object], some: _Some, sure: np.ndarray) -> None:
    """What the head that the body had says to these pictures."""
    said = facts["said"]
    assert isinstance(said, list)
    best = int(sure.argmax())
    note(
        _(
            "Its old head does not know your classes: in a picture of “{true}” it sees “{said}” ({sure:.0%}).",
            true=literal(some.names[some.labels[best]]),
            said=literal(str(said[best])),
            sure=float(sure[best]),
        )
    )
    note(
        _(
            "Alike is what points the same way: the largest cosine, once between pixels, once between features. "
            "Framed: the two are of different classes."
        )
    )
