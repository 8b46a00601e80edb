"""Deletion and insertion: how the answer changes when the hottest pixels go first, or come first.

Petsiuk et al. 2018, *RISE*, https://arxiv.org/abs/1806.07421. Alone the two curves say little: on pictures whose object
stands in the middle a blob in the centre does nearly as well as any method. So that blob and pixels in random order
are drawn beside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.explain import engine_scores
from imgcls.explain.explanation import softmax, upsample
from imgcls.explain.fill import filled
from imgcls.language import N_
from imgcls.trust.question import Progress, Question, nobody

#: Points of a curve, and random orders whose mean is drawn.
STEPS, RANDOM = 20, 5
#: Rankings: of the map, and the baselines.
MAP, CENTRE, CHANCE = "map", "centre", "random"

BOTH = N_("The answer hangs on what the map shows: both curves beat chance and the centre.")
ONE = N_("One of the two curves beats chance and the centre, the other does not: the map shows part of the reason.")
NEITHER = N_(
    "A blob in the centre or pixels chosen by chance do as well as this map. It does not show what the answer hangs on."
)


@dataclass(frozen=True)
class Curves:
    """Probability of the class against the share of pixels.

    Where the class is held against another ("3 rather than 8"), it is its probability if there were only these two.

    Args:
        shares: `(points,)` from 0 to 1.
        deletion, insertion: name of the order → `(points,)` probabilities.
    """

    shares: np.ndarray
    deletion: dict[str, np.ndarray]
    insertion: dict[str, np.ndarray]

    def area(self, curve: str, order: str) -> float:
        """The area under a curve, 0 to 1, by the trapezoid rule. Of a deletion little is good, of an insertion much."""
        return float(np.trapezoid(getattr(self, curve)[order], self.shares))

    @property
    def beats(self) -> tuple[bool, bool]:
        """Whether the map is better than both baselines in deletion, and in insertion."""
        falls, rises = ({order: self.area(curve, order) for order in (MAP, CENTRE, CHANCE)} for curve in CURVES)
        return falls[MAP] < min(falls[CENTRE], falls[CHANCE]), rises[MAP] > max(rises[CENTRE], rises[CHANCE])


CURVES = ("deletion", "insertion")


def curves(question: Question, heat: np.ndarray, progress: Progress = nobody) -> Curves:
    """Both curves of a map and its baselines.

    Deleted pixels become grey; insertion begins with the blurred picture.

    Args:
        heat: the *raw* map, of any size: with what speaks against the class cut off, half the picture would be of the
            same rank, and would go from top to bottom. What is of one rank after all goes in random order.
    """
    size = question.image.shape[0], question.image.shape[1]
    heat = upsample(heat, size)
    orders = {MAP: [heat], CENTRE: [-_distances(size)], CHANCE: _noise(size)}
    total = 2 * sum(map(len, orders.values()))
    done = 0
    found: dict[str, dict[str, np.ndarray]] = {}
    for curve, fill in zip(CURVES, ("grey", "blur"), strict=True):
        nothing = filled(question.image[None], fill, question.values)[0]  # type: ignore[arg-type]
        begin, end = (question.image, nothing) if curve == "deletion" else (nothing, question.image)
        found[curve] = {}
        for name, ranks in orders.items():
            each = []
            for rank in ranks:
                progress(done, total)
                each.append(_one(question, begin, end, rank))
                done += 1
            found[curve][name] = np.mean(each, axis=0)
    return Curves(np.linspace(0, 1, STEPS + 1), found["deletion"], found["insertion"])


def verdict(found: Curves) -> str:
    """What the areas say, in one sentence marked with `N_`."""
    return (NEITHER, ONE, BOTH)[sum(found.beats)]


def _one(question: Question, begin: np.ndarray, end: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """The probability of the class while pixels of `begin` become those of `end`, the hottest first: `(points,)`."""
    ties = np.random.default_rng(0).random(heat.size)
    order = np.lexsort((ties, -heat.reshape(-1)))
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    counts = np.round(np.linspace(0, 1, STEPS + 1) * order.size)
    changed = place.reshape(heat.shape)[None] < counts[:, None, None]
    pictures = np.where(changed[..., None], end, begin).astype(np.float32)
    logits = engine_scores(question.model, pictures)
    if question.against is not None:
        return softmax(logits[:, [question.target, question.against]])[:, 0]
    return softmax(logits)[:, question.target]


def _distances(size: tuple[int, ...]) -> np.ndarray:
    rows, columns = (np.arange(length) - (length - 1) / 2 for length in size)
    return np.hypot(rows[:, None] / size[0], columns[None] / size[1])


def _noise(size: tuple[int, ...]) -> list[np.ndarray]:
    draws = np.random.default_rng(0)
    return [draws.random(size) for _ in range(RANDOM)]
