"""What an explanation costs, said before heavy work begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imgcls.commands.telling import say
from imgcls.models import ModelCard

if TYPE_CHECKING:
    from imgcls.explain import Method


def passes_of(card: ModelCard, chosen: Method, arguments: dict[str, Any]) -> int:
    """How many pictures pass through the network for one explanation; none where the method says nothing about it."""
    from imgcls.explain.explain import settings_of
    from imgcls.explain.registry import Size
    from imgcls.workers.operations import layers

    facts = layers({"model": card.name}, {})[0]
    shapes = {entry["name"]: entry["shape"] for entry in facts["layers"]}
    if chosen.misfit(bool(shapes), bool(facts["relu"])) is not None:
        return 0
    channels = int(shapes.get(arguments["layer"] or facts["default"], (0, 0, 0))[2])
    size = Size(card.image_shape[0], card.image_shape[1], channels)
    return chosen.passes(settings_of(chosen, arguments["options"]), size)


def tell_price(card: ModelCard, title: str, passes: int) -> None:
    """Say how long work will take, if it is heavy enough to be waited for."""
    from imgcls.explain.registry import HEAVY
    from imgcls.workers.operations import price

    if passes < HEAVY:
        return
    seconds = passes * price({"model": card.name}, {})[0]["seconds"]
    say(f"{title}: {passes:,} pictures pass through the network, about {max(1, round(seconds))} s")
