"""Stability: the map of a picture with a little noise should be the map of the picture.

Alvarez-Melis and Jaakkola 2018, *On the Robustness of Interpretability Methods*, https://arxiv.org/abs/1806.08049
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.explain import Explanation
from imgcls.language import N_
from imgcls.trust.question import Progress, Question, nobody, pieces, rank_correlation

#: Noisy copies, and the noise's standard deviation as a share of the range from black to white: hardly to be seen.
COPIES, NOISE = 5, 0.02
#: Mean correlation from which on a map counts as steady, and below which as a matter of chance.
STEADY, SHAKY = 0.8, 0.5

STAYS = N_("Noise that you hardly see leaves the map as it is.")
MOVES = N_("Noise that you hardly see changes the map somewhat: trust its large parts, not its details.")
BREAKS = N_("Noise that you hardly see makes another map of it: trust none of its details.")
ANSWER = N_("Noise that you hardly see already changes the answer, so a change of the map is no surprise.")
NO_MAP = N_("The noisy copies have no map to compare.")


@dataclass(frozen=True)
class Stability:
    """How much a map changes under noise.

    Args:
        correlations: Spearman of each noisy copy's raw map with the original's; without those that have no map.
        same_answer: the share of noisy copies that are given the same class.
    """

    correlations: tuple[float, ...]
    same_answer: float

    @property
    def mean(self) -> float | None:
        return float(np.mean(self.correlations)) if self.correlations else None


def stability(
    question: Question, seed: int = 0, progress: Progress = nobody, original: Explanation | None = None
) -> Stability:
    """Explain noisy copies of the picture, and compare with its own map, `original` if it is known."""
    tellers = iter(pieces(progress, [1.0] * (COPIES + (original is None))))
    original = original or question.explain(progress=next(tellers))[0]
    low, high = question.values
    draws = np.random.default_rng(seed)
    found: list[float] = []
    answers = 0
    for _copy in range(COPIES):
        noise = draws.standard_normal(question.image.shape) * NOISE * (high - low)
        noisy = np.clip(question.image + noise, min(low, high), max(low, high)).astype(np.float32)
        again = question.explain(noisy[None], progress=next(tellers))[0]
        correlation = rank_correlation(original.raw, again.raw)
        found += [] if correlation is None else [correlation]
        answers += int(again.logits.argmax()) == int(original.logits.argmax())
    return Stability(tuple(found), answers / COPIES)


def verdict(found: Stability) -> str:
    """What the mean says, in one sentence marked with `N_`."""
    if found.mean is None:
        return NO_MAP
    if found.same_answer < 1:
        return ANSWER
    return STAYS if found.mean >= STEADY else BREAKS if found.mean < SHAKY else MOVES
