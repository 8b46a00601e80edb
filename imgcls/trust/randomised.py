"""Randomise and explain again: a map that does not change does not depend on what was learned.

Adebayo et al. 2018, *Sanity Checks for Saliency Maps*, https://arxiv.org/abs/1810.03292: the cascading
randomisation, from the logits down to the first layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.explain import Explanation
from imgcls.language import N_
from imgcls.trust.question import Progress, Question, nobody, pieces, rank_correlation

#: How much of the network is randomised, counted in layers with weights from the head: the head alone, a third …
STAGES = (0.0, 1 / 3, 2 / 3, 1.0)
#: Shuffles of all weights over which the verdict is averaged: on a map of a few places one may look like by chance.
SHUFFLES = 3
#: Correlation with the map of the trained network, after all is randomised: below, the map depends on what was
#: learned; above the other, hardly.
LOW, HIGH = 0.3, 0.6

DEPENDS = N_("The map depends on what was learned: with random weights it is another one.")
PARTLY = N_("The map depends on what was learned only in part: some of it comes from the picture alone.")
HARDLY = N_(
    "The map hardly depends on what was learned: with random weights it looks much the same. Do not take it as a "
    "reason for the answer."
)
NOTHING = N_("With random weights the method draws nothing at all, so the map depends on what was learned.")


@dataclass(frozen=True)
class Stage:
    """The map after a part of the network was randomised.

    Args:
        layers: how many layers with weights, counted from the head.
        map: `(h, w)` in `[0, 1]`, all 0 where it means nothing; of the first shuffle.
        status: of the explanation.
        correlation: |Spearman| of the raw map with that of the trained network, the mean over the shuffles; one whose
            map is the same everywhere counts as 0. None where all of them are.
    """

    layers: int
    map: np.ndarray
    status: str
    correlation: float | None


class Forgetful:
    """A copy of a model that forgets as much as it is told to, and knows again: traced once, used for many maps.

    Within each weight the values change places, so that their size stays what it was; moving statistics of batch
    normalization stay, or the numbers would explode. The model itself is never touched.
    """

    def __init__(self, model: Any) -> None:
        import keras

        self._model = model
        self._copy = keras.models.clone_model(model)  # a saved model of ours is a flat graph: its recipe makes it again
        with_weights = [one for one in self._copy.layers if one.trainable_weights or one.non_trainable_weights]
        self._layers = with_weights[::-1]

    def layers(self, share: float, least: int = 1) -> int:
        """How many layers a share of them is."""
        return min(len(self._layers), max(least, round(share * len(self._layers))))

    def after(self, layers: int, seed: int) -> Any:
        """The copy with so many layers shuffled, counted from the head."""
        self._copy.set_weights(self._model.get_weights())
        draws = np.random.default_rng(seed)
        for layer in self._layers[:layers]:
            _shuffle(layer, draws)
        return self._copy


def randomised(
    question: Question,
    seed: int = 0,
    progress: Progress = nobody,
    original: Explanation | None = None,
    copy: Forgetful | None = None,
    shares: Sequence[float] = STAGES,
) -> list[Stage]:
    """Explain the same class again, while more and more of the weights are shuffled.

    Args:
        original: the map of the trained network, where it is known already.
        copy: of the question's model, where there is one already.
        shares: the stages.
    """
    copy = copy or Forgetful(question.model)
    plan = [(copy.layers(share, place + 1), SHUFFLES if share == 1.0 else 1) for place, share in enumerate(shares)]
    tellers = iter(pieces(progress, [1.0] * (sum(times for _, times in plan) + (original is None))))
    original = original or question.explain(progress=next(tellers))[0]
    found: list[Stage] = []
    for layers, times in plan:
        again = [
            question.explain(model=copy.after(layers, seed + turn), progress=next(tellers))[0] for turn in range(times)
        ]
        likeness = [rank_correlation(original.raw, one.raw) for one in again]
        found.append(Stage(layers, again[0].map, again[0].status, _mean(likeness)))
    return found


def _mean(likeness: list[float | None]) -> float | None:
    if all(one is None for one in likeness):
        return None
    return float(np.mean([0.0 if one is None else abs(one) for one in likeness]))


def verdict(stages: list[Stage]) -> str:
    """What the last stage says, in one sentence marked with `N_`."""
    last = stages[-1].correlation
    if last is None:
        return NOTHING
    return DEPENDS if last < LOW else HARDLY if last > HIGH else PARTLY


def _shuffle(layer: Any, draws: np.random.Generator) -> None:
    for weight in layer.weights:
        if weight.path.rsplit("/", 1)[-1].startswith(("moving_", "seed")):
            continue
        values = np.array(weight.numpy())
        weight.assign(draws.permutation(values.reshape(-1)).reshape(values.shape))
