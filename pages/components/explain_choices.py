"""What is asked about a picture: methods, classes, layer, and how strong the heat is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.explain import method, methods
from imgcls.explain.registry import NoOptions
from imgcls.models import ModelCard
from pages.components.explain_link import FILTER, METHODS, layer_key, take_link
from pages.components.options import option_controls
from pages.components.words import _

#: Methods side by side.
MOST_METHODS = 6
#: In place of a class: the one that the picture is of, where that is known.
_TRUE = "true"


@dataclass(frozen=True)
class Asked:
    """What is to be explained, and how.

    Args:
        methods: names, in the order in which they are shown.
        target: the class; None for the predicted one.
        against: the class that it is held against; None for none.
        layer: where class activation maps are made; None where the network has no such layer.
        opacity: of the heat, 0 to 1.
        options: of each method, what differs from its usual ones.
    """

    methods: tuple[str, ...]
    target: int | None
    against: int | None
    layer: str | None
    opacity: float
    options: Mapping[str, dict[str, Any]] = field(default_factory=dict)


def choices(card: ModelCard, found: Answer, label: str | None) -> Asked:
    """The controls above the maps.

    Args:
        found: the answer to the operation `layers`.
        label: the name of the class that the picture is of; None where nobody knows.
    """
    take_link(card, found)
    chosen = st.multiselect(
        _("Methods, side by side"),
        [one.name for one in methods()],
        default=st.session_state.get(METHODS, ["grad-cam"]),
        format_func=lambda name: _(method(name).title),
        max_selections=MOST_METHODS,
        key=METHODS,
    )
    left, rather, middle, right = st.columns([4, 4, 5, 3])
    with left:
        target = _target(card, label)
    with rather:
        against = st.selectbox(
            _("Rather than"),
            [None, *range(len(card.class_names))],
            format_func=lambda place: _("no other") if place is None else card.class_names[place],
            help=_("Why this class rather than that one: the map of the difference of their two logits."),
            key=f"against {card.name}",
        )
    with middle:
        layer = _layer(card, found)
    with right:
        opacity = st.slider(_("Opacity of the heat"), 0.0, 1.0, 0.6, 0.05, key="opacity")
    return Asked(tuple(chosen), target, against, layer, opacity, _options(chosen))


def _target(card: ModelCard, label: str | None) -> int | None:
    known: dict[int | str | None, str] = {None: _("what it predicts"), **dict(enumerate(card.class_names))}
    options: list[int | str | None] = list(known)
    if label in card.class_names:
        options.insert(1, _TRUE)
    target = st.selectbox(
        _("Evidence for"),
        options,
        format_func=lambda place: _("what it truly is: {name}", name=label) if place == _TRUE else known[place],
        key="target",
    )
    if target == _TRUE:
        return card.class_names.index(str(label))
    return None if target is None else int(target)


def _layer(card: ModelCard, found: Answer) -> str | None:
    layers = {entry["name"]: entry for entry in found.facts["layers"]}
    names, default, key = list(layers), found.facts["default"], layer_key(card)
    now = st.session_state.get(key, default)
    chosen: str | None = st.selectbox(
        _("Layer"),
        names,
        index=names.index(now) if now in names else 0,
        format_func=lambda name: _layer_label(layers[name], name == default),
        help=_(
            "For class activation maps. Deeper layers know more and see coarser. The last one that is still a picture "
            "is the usual choice: between it and the answer nothing moves from place to place any more."
        ),
        key=key,
    )
    return chosen


def _layer_label(entry: Mapping[str, Any], is_default: bool) -> str:
    size = " × ".join(str(part) for part in entry["shape"][:2])
    label = f"{entry['name']} ({size})"
    return _("{label}, the usual choice", label=label) if is_default else label


def _options(chosen: list[str]) -> dict[str, dict[str, Any]]:
    """What the reader changed of the methods that have something to change."""
    adjustable = [method(name) for name in chosen if method(name).options is not NoOptions]
    if not adjustable:
        return {}
    found: dict[str, dict[str, Any]] = {}
    with st.expander(_("Settings of the methods"), expanded=st.session_state.get(FILTER) is not None):
        for one in adjustable:
            st.markdown(f"**{_(one.title)}**")
            columns = st.columns(2)
            with columns[0]:
                found[one.name] = option_controls(one.options, {}, f"method {one.name}")
            with columns[1]:
                st.caption(f"{_(one.question)} {_(one.limits_text)}")
    return {name: options for name, options in found.items() if options}
