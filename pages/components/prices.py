"""What work costs, told before it starts: images that pass through a network, and the seconds that takes."""

from __future__ import annotations

from imgcls.language import N_
from imgcls.models import ModelCard
from pages.components.answers import ask, waiting
from pages.components.words import _

_WAIT = N_("Finding out how long it will take …")


#: Seconds that copying and tracing a network takes, for each of its layers.
_TRACING = 0.05


def seconds_of(card: ModelCard, passes: int, traced_layers: int = 0) -> float | None:
    """About how long so many images take to pass through a network; None while that is being found out.

    Args:
        traced_layers: of a copy of the network that is made for the work.
    """
    price = ask(_place(card), "price", model=card.name, version=card.version)
    return None if price is None else passes * float(price.facts["seconds"]) + _TRACING * traced_layers


def wait_for_price(card: ModelCard) -> None:
    """Stands where a price will be told, and runs the page again when it is known."""
    waiting(_place(card), _(_WAIT))


def _place(card: ModelCard) -> str:
    return f"price {card.name}"  # two networks on one page must not take each other's question back


def price_words(passes: int, seconds: float) -> str:
    """A price in one sentence."""
    if seconds < 1:
        return _("{passes} pictures pass through the network: less than a second.", passes=f"{passes:,}")
    if seconds < 90:
        return _(
            "{passes} pictures pass through the network: about {seconds:.0f} s.", passes=f"{passes:,}", seconds=seconds
        )
    return _(
        "{passes} pictures pass through the network: about {minutes:.0f} minutes.",
        passes=f"{passes:,}",
        minutes=seconds / 60,
    )
