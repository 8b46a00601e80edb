"""Randomise and explain again: a map that does not change does not depend on what was learned.

Adebayo et al. 2018, *Sanity Checks for Saliency Maps*, https://arxiv.org/abs/1810.03292: the cascading
randomisation, from the logits down to the first layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.language import N_
from imgcls.trust.question import Progress, Question, nobody, rank_correlation

#: How much of the network is randomised, counted in layers with weights from the head: the head alone, a third …
STAGES = (0.0, 1 / 3, 2 / 3, 1.0)
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
        map: `(h, w)` in `[0, 1]`, all 0 where it means nothing.
        status: of the explanation.
        correlation: |Spearman| of the raw map with that of the trained network; None where one is the same everywhere.
    """

    layers: int
    map: np.ndarray
    status: str
    correlation: float | None


def randomised(question: Question, seed: int = 0, progress: Progress = nobody) -> list[Stage]:
    """Explain the same class again, while more and more of the weights are shuffled.

    Within each weight the values change places, so that their size stays what it was; moving statistics of batch
    normalization stay, or the numbers would explode. The model itself is never touched: a copy is.
    """
    original = question.explain()[0]
    copy = _copy(question.model)
    layers = [layer for layer in copy.layers if layer.trainable_weights or layer.non_trainable_weights][::-1]
    draws = np.random.default_rng(seed)
    found: list[Stage] = []
    done = 0
    for place, share in enumerate(STAGES):
        progress(place, len(STAGES))
        until = min(len(layers), max(place + 1, round(share * len(layers))))
        for layer in layers[done:until]:
            _shuffle(layer, draws)
        done = until
        again = question.explain(model=copy)[0]
        correlation = rank_correlation(original.raw, again.raw)
        found.append(Stage(until, again.map, again.status, None if correlation is None else abs(correlation)))
    progress(len(STAGES), len(STAGES))
    return found


def verdict(stages: list[Stage]) -> str:
    """What the last stage says, in one sentence marked with `N_`."""
    last = stages[-1].correlation
    if last is None:
        return NOTHING
    return DEPENDS if last < LOW else HARDLY if last > HIGH else PARTLY


def _copy(model: Any) -> Any:
    """A model of its own with the same weights; a saved model of ours is a flat graph, so its recipe makes it again."""
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def _shuffle(layer: Any, draws: np.random.Generator) -> None:
    for weight in layer.weights:
        if weight.path.rsplit("/", 1)[-1].startswith(("moving_", "seed")):
            continue
        values = np.array(weight.numpy())
        weight.assign(draws.permutation(values.reshape(-1)).reshape(values.shape))
