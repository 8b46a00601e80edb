"""What the checks of a map cost before they start: how many images pass through the network."""

from __future__ import annotations

from collections.abc import Iterable

from imgcls.trust.curves import RANDOM, STEPS
from imgcls.trust.randomised import SHUFFLES, STAGES
from imgcls.trust.stability import COPIES

#: Images that both curves of a map and its baselines show to the network.
CURVES = 2 * (2 + RANDOM) * (STEPS + 1)
#: Explanations of the randomised network.
RANDOMISED = len(STAGES) - 1 + SHUFFLES


def passes_of_checks(one: int) -> dict[str, int]:
    """The passes of each check of one map, in their order; `one` explanation takes so many."""
    return {"original": one, "randomised": RANDOMISED * one, "curves": CURVES, "stability": COPIES * one}


def passes_of_pointing(one: int, images: int) -> int:
    """The passes of the pointing game over so many images."""
    return images * (one + 1)


def passes_of_row(one: int, images: int, closely: int, pointed: bool) -> int:
    """The passes of a method's row in the table of all methods; so many of the images are looked at `closely`."""
    looked = min(images, closely) * (SHUFFLES + COPIES) * one
    return images * (one + CURVES) + looked + (passes_of_pointing(one, images) if pointed else 0)


def passes_of_ranking(ones: Iterable[int], images: int, closely: int, pointed: bool) -> int:
    """The passes of the table of all methods."""
    return sum(passes_of_row(one, images, closely, pointed) for one in ones)
