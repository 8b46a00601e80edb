"""One unit of a layer: going over its map shows the numbers that each of its values is made of.

The numbers come once, and the browser multiplies and adds: going from pixel to pixel costs no run of the page. Works by
mouse, finger and keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.components.signed_js import packed
from pages.components.unit_js import CSS, HTML, JS
from pages.components.words import _

# at import, hence once per process: registering is not part of a script run
_unit = st.components.v2.component("imgcls_unit", html=HTML, css=CSS, js=JS)

#: How activations are written.
FUNCTIONS = {
    "linear": "–",
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "silu": "SiLU",
    "gelu": "GELU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
}


def show_unit(
    key: str,
    facts: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    *,
    layer: str,
    name: str,
    checked: bool = True,
) -> None:
    """Show a unit taken apart, as the operation `inside_unit` answers it.

    Args:
        key: names it within the session.
        layer: while it stays the same, so does the place that is looked at.
        name: what the unit is called, translated: “map 3 of conv_1”.
        checked: a network has computed the same, which is then said.
    """
    _unit(key=key, data=unit_data(facts, arrays, layer, name, checked))


def unit_data(
    facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray], layer: str, name: str, checked: bool = True
) -> dict[str, Any]:
    """What the browser gets; as `show_unit`."""
    sent = {one: packed(values) for one, values in arrays.items()}
    digest = hashlib.sha256(repr((name, [(one, values["data"]) for one, values in sorted(sent.items())])).encode())
    grid = facts.get("grid") or {}
    return {
        "facts": dict(facts),
        "arrays": sent,
        "version": digest.hexdigest()[:16],
        "layer": layer,
        "name": name,
        "lead": bool(grid.get("lead") or (np.isnan(arrays["value"]).any() and facts["kind"] != "terms")),
        "sources": list(facts["sources"]),
        "inputs": _inputs(facts),
        "channels": None if facts["colours"] is None else channel_names(facts["colours"]),
        "functions": FUNCTIONS,
        "words": _words(facts, name),
        "checked": checked,
    }


def channel_names(count: int) -> list[str]:
    """Of a picture's channels."""
    return [_("grey")] if count == 1 else [_("red"), _("green"), _("blue")]


def _inputs(facts: Mapping[str, Any]) -> list[str]:
    """What each input of an addition is called; of all other kinds there is one."""
    roles: Sequence[str] = facts.get("roles") or [""] * len(facts["sources"])
    return [_role(role, name) for role, name in zip(roles, facts["sources"], strict=True)]


def _role(role: str, layer: str) -> str:
    if role == "x":
        return _("x, the skip connection: {layer}", layer=layer)
    return _("F(x): {layer}", layer=layer) if role == "F" else layer


def _words(facts: Mapping[str, Any], name: str) -> dict[str, str]:
    origin = facts.get("origin") or {}
    source = origin.get("layer") or ", ".join(facts["sources"])
    source = source if facts["colours"] is None else _("the picture")
    return {
        "input": _("How much it takes of each place")
        if facts["kind"] == "attention"
        else _("What it is given: {layer}", layer=source),
        "output": name,
        "left": _("and {count} others", count="{count}"),
        "channel": _("channel {number}", number="{number}"),
        "unit": _("unit {number} of {layer}", number="{number}", layer=source),
        "head": _("head {number}", number="{number}"),
        "token": _("class token"),
        "place": _("row {row}, column {column}", row="{row}", column="{column}"),
        "keys": _("Arrow keys move the place."),
        "hold": _("Go over the map; a click holds the place."),
        "held": _("Held: click again to let it go."),
        "covers": _("what it covers"),
        "kernel": _("the kernel"),
        "products": _("the products"),
        "others": _("{count} others", count="{count}"),
        "other": _("1 other"),
        "bias": _("bias"),
        "sum": _("sum") if facts["kind"] in ("sum", "terms", "attention", "added") else _("result"),
        "given": _("what it is given"),
        "factor": _("factor"),
        "largest": _("the largest"),
        "mean": _("the mean"),
        "added": _("sum"),
        "count": _("how many"),
        "of": _("of {count} numbers", count="{count}"),
        "norm": _("batch norm"),
        "own": _("its activation"),
        "then": _("after {step}", step="{step}"),
        "standard": _("Mean and variance are those of the {count} channels at this place.", count="{count}"),
        "copied": _(
            "Nothing is computed: it stood at {place} in {map} of {layer}.",
            place="{place}",
            map="{map}",
            layer="{layer}",
        ),
        "nothing": _("Nothing stood here before: a zero of the frame."),
        "seen": _("the picture"),
        "whole": _("the weights"),
        "picture": _("what each place adds"),
        "check": _(
            "The numbers give {computed}; the network itself computed {value} here.",
            computed="{computed}",
            value="{value}",
        ),
        "reached": _(
            "After {step} they give {computed}; the network computed {value}.",
            step="{step}",
            computed="{computed}",
            value="{value}",
        ),
    }
