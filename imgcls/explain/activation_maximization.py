"""Activation maximization: a picture, made from noise, to which the network reacts as strongly as it can.

Erhan et al. 2009, *Visualizing Higher-Layer Features of a Deep Network*; the search is tf-keras-vis's
(https://github.com/keisen/tf-keras-vis).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from imgcls.errors import InputError
from imgcls.explain.explanation import STATUS_WORDS, Status, without_rounding
from imgcls.explain.registry import Family, Subject, register_method
from imgcls.language import N_
from imgcls.registry import Options

if TYPE_CHECKING:
    import keras


class ActivationMaximizationOptions(Options):
    """What is to be excited, and how long."""

    steps: int = Field(
        100, ge=1, le=500, title=N_("steps"), description=N_("More steps: a clearer picture, and a longer wait.")
    )
    filter: int | None = Field(
        None,
        ge=1,
        title=N_("filter"),
        description=N_("Excite this filter of the layer in place of the class; the first is 1."),
    )
    smoothness: float = Field(
        0.1, ge=0, le=10, title=N_("smoothness"), description=N_("How much neighbouring pixels should agree.")
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, title=N_("seed"), description=N_("Another seed, another beginning."))


@register_method(
    "activation-maximization",
    title=N_("Activation maximization"),
    paper="Erhan et al. 2009; Simonyan et al. 2013, https://arxiv.org/abs/1312.6034",
    question=N_("What would a picture look like that excites this class, or this filter, more than any other?"),
    limits_text=N_(
        "It says nothing about your picture. What excites most is seldom what the class looks like, and another seed "
        "makes another picture."
    ),
    cost=N_("One pass forward and one back for each step."),
    family=Family.SYNTHESIS,
    passes=lambda options, size: 3 * options.steps,
    options=ActivationMaximizationOptions,
)
def activation_maximization(subject: Subject, options: ActivationMaximizationOptions) -> np.ndarray:
    """Images `(n, h, w, c)` float32 in the values of the model's input, one for each target.

    A score that no step of the search has moved leaves a picture of noise: it is not shown as one that excites.
    """
    made: dict[tuple[int, int], tuple[np.ndarray, bool]] = {}
    pairs = list(zip(subject.targets.tolist(), subject.against.tolist(), strict=True))
    for target, against in pairs:
        if (target, against) not in made:
            made[target, against] = _made(subject, target, against, options)
    for place, pair in enumerate(pairs):
        if not made[pair][1]:
            subject.hindrances[place] = Status.GRADIENT_VANISHED
    return np.stack([made[pair][0] for pair in pairs])


def _made(
    subject: Subject, target: int, against: int, options: ActivationMaximizationOptions
) -> tuple[np.ndarray, bool]:
    """The picture `(h, w, c)`, and whether the score moved while it was searched for."""
    import tensorflow as tf
    from tf_keras_vis.activation_maximization import ActivationMaximization
    from tf_keras_vis.activation_maximization.regularizers import TotalVariation2D

    low, high = map(float, subject.values)  # the search wants two of one type
    height, width, channels = subject.images.shape[1:]
    middle, spread = (low + high) / 2, (high - low) / 20
    draws = np.random.default_rng(options.seed)
    seed = middle + spread * draws.standard_normal((1, height, width, channels))
    jitter = _Jitter(draws, min(height, width) // 56)  # 4, as usual, for pictures of 224
    seen = _seen(subject, options)
    scores: list[float] = []
    found = ActivationMaximization(seen, clone=False)(
        lambda outputs: _score(outputs, target, against, options),
        seed_input=tf.constant(seed, tf.float32),
        input_range=(low, high),
        # pixels that run out of the range would lead the search where no picture is
        input_modifiers=[jitter, lambda pictures: tf.clip_by_value(pictures, low, high)],
        # as for pixels from 0 to 1, whatever the range of the input
        regularizers=[TotalVariation2D(weight=options.smoothness / (high - low))] if min(height, width) > 1 else [],
        steps=options.steps,
        # a step is a fiftieth of the way from black to white, for inputs of any range
        optimizer=tf.optimizers.Adam((high - low) / 50),
        callbacks=[_follower(subject.progress, options.steps, scores)],
        # a softmax on top would stop the search as soon as the class is sure
        activation_modifiers=None,
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )
    scores += np.asarray(_score(seen(found, training=False), target, against, options), float).reshape(-1).tolist()
    moved = bool(without_rounding(np.ptp(scores), max(map(abs, scores))) > 0)
    return np.clip(np.asarray(jitter.back(found)[0], np.float32), low, high), moved


def _seen(subject: Subject, options: ActivationMaximizationOptions) -> keras.Model:
    """The model as a flat graph that ends where the excitement is measured; it shares the weights."""
    import keras

    from imgcls.explain import engine

    if options.filter is None:
        return keras.Model([subject.model.inputs[0]], [subject.model.outputs[0]], name="imgcls_excited")
    layer = subject.layer or engine.default_layer(subject.model)
    known = {entry["name"]: entry["shape"][2] for entry in engine.explainable_layers(subject.model)}
    if layer is None:
        raise InputError(STATUS_WORDS[Status.NO_SPATIAL_LAYER].means)
    if options.filter > known[layer]:
        raise InputError(
            N_("Expected a filter from 1 to {last} of the layer “{layer}”. Received: {filter}"),
            last=known[layer],
            layer=layer,
            filter=options.filter,
        )
    return keras.Model([subject.model.inputs[0]], [engine.output_of(subject.model, layer)], name="imgcls_excited")


def _score(outputs: Any, target: int, against: int, options: ActivationMaximizationOptions) -> Any:
    import tensorflow as tf

    if options.filter is not None:
        return tf.reduce_mean(tf.cast(outputs[..., options.filter - 1], tf.float32), axis=(1, 2))
    logits = tf.cast(outputs, tf.float32)
    return logits[:, target] - (logits[:, against] if against >= 0 else 0.0)


class _Jitter:
    """Shows the picture moved by up to `most` pixels at each step, so that no single pixel decides.

    The library's own moves it on and on, away from where a network that knows of places looks for it, and draws
    from a state that all share.
    """

    def __init__(self, draws: np.random.Generator, most: int) -> None:
        self._draws, self._most, self._at = draws, most, np.zeros(2, int)

    def __call__(self, pictures: Any) -> Any:
        return self._moved(pictures, self._draws.integers(-self._most, self._most + 1, 2))

    def back(self, pictures: Any) -> Any:
        """The pictures where they were in the beginning."""
        return self._moved(pictures, np.zeros(2, int))

    def _moved(self, pictures: Any, to: np.ndarray) -> Any:
        import tensorflow as tf

        by, self._at = to - self._at, to
        return tf.roll(pictures, shift=by.tolist(), axis=(1, 2))


def _follower(progress: Any, steps: int, scores: list[float]) -> Any:
    from tf_keras_vis.activation_maximization.callbacks import Callback

    class Follower(Callback):
        """Tells how far the search is, and notes the score; what `progress` raises ends it."""

        def __call__(self, i: int, values: Any, grads: Any, score_values: Any, *given: Any, **named: Any) -> None:
            progress(i, steps)
            scores.append(float(np.asarray(score_values[0]).reshape(-1)[0]))

    return Follower()
