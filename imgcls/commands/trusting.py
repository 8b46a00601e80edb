"""explain --trust: how far a map can be believed, by the checks of the Explain page and in its words."""

from __future__ import annotations

import math
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from imgcls.commands.pricing import passes_of, tell_price
from imgcls.commands.telling import telling
from imgcls.models import ModelCard

if TYPE_CHECKING:
    from imgcls.explain import Explanation, Method
    from imgcls.trust.told import Check, Sentence

_WHAT = "Checking the map"


def trusted(
    card: ModelCard, chosen: Method, arguments: dict[str, Any], image: np.ndarray, explanation: Explanation
) -> tuple[dict[str, Any] | None, list[str]]:
    """Check one map: what was found as JSON values, None where there is no map, and in words.

    Args:
        arguments: `model`, `method`, `layer` and `options`, as the map was asked for.
        image: uint8, as the network sees it.
    """
    from imgcls.trust import told
    from imgcls.trust.pointing import has_masks
    from imgcls.workers.trust_operations import trust_map

    if not explanation.drawn:
        return None, [told.NO_MAP]
    points = has_masks(card.name)
    _tell_price(card, passes_of(card, chosen, arguments), points)
    asked = {**arguments, "class": explanation.target, "against": explanation.against}
    with telling(_WHAT):
        facts = trust_map(asked, {"image": image})[0]
    found = told.checks(facts)
    if points:
        facts["pointing"] = _pointing(arguments)
        found.append(told.pointed(facts["pointing"]))
    summary = _said(told.whole(facts))
    lines = [summary, told.NO_PROOF, *(line for check in found for line in _lines(check))]
    return {"summary": summary, **_plain(facts)}, lines


def _tell_price(card: ModelCard, passes: int, points: bool) -> None:
    from imgcls.trust.pointing import POINTED
    from imgcls.trust.price import passes_of_checks, passes_of_pointing

    pointing = passes_of_pointing(passes, POINTED) if points else 0
    tell_price(card, _WHAT, sum(passes_of_checks(passes).values()) + pointing)


def _pointing(arguments: dict[str, Any]) -> dict[str, Any]:
    """The pointing game over test images of the run, each with the class that it is of."""
    from imgcls.trust.pointing import POINTED
    from imgcls.workers.trust_operations import trust_pointing

    with telling("Looking where the maps are hottest"):
        return trust_pointing({**arguments, "count": POINTED}, {})[0]


def _lines(check: Check) -> list[str]:
    from imgcls.trust import told

    named = zip_longest(check.names, check.notes)
    notes = [f"    {name + ': ' if name else ''}{_said(sentence)}" for name, sentence in named]
    return [check.title, f"  {told.mark(check.verdict)} {check.verdict}", *notes]


def _said(sentence: Sentence) -> str:
    text, values = sentence
    return text.format(**values)


def _plain(value: Any) -> Any:
    """JSON knows no number that is none."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value
