"""Completeness: the shares of integrated gradients should add up to the score that they share out.

Sundararajan et al. 2017, proposition 1, https://arxiv.org/abs/1703.01365
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.explain import Explanation, engine_scores
from imgcls.explain.fill import filled
from imgcls.explain.integrated_gradients import IntegratedGradientsOptions
from imgcls.language import N_
from imgcls.trust.question import Question

#: The gap, as a share of what is shared out, up to which the shares count as adding up.
ADDS_UP = 0.02

YES = N_("The shares add up to the score: nothing is lost or invented on the way.")
NO = N_("The shares do not add up to the score: choose more steps before you read the map.")


@dataclass(frozen=True)
class Completeness:
    """What the shares add up to, and what they should: S(x) − S(x₀), in logits."""

    shares: float
    score: float

    @property
    def gap(self) -> float:
        """The difference as a share of the score that was to be shared out."""
        return abs(self.shares - self.score) / max(abs(self.score), 1e-12)


def completeness(question: Question, found: Explanation | None = None) -> Completeness:
    """Add up the shares of integrated gradients, the question's method; `found` is its map if it is known."""
    options = IntegratedGradientsOptions.model_validate(dict(question.options))
    found = found or question.explain()[0]
    nothing = filled(question.image[None], options.baseline, question.values)
    logits = engine_scores(question.model, np.concatenate([question.image[None], nothing]))
    scores = logits[:, question.target]
    if question.against is not None:
        scores = scores - logits[:, question.against]
    return Completeness(float(found.raw.astype(np.float64).sum()), float(scores[0]) - float(scores[1]))


def verdict(found: Completeness) -> str:
    """What the gap says, in one sentence marked with `N_`."""
    return YES if found.gap <= ADDS_UP else NO
