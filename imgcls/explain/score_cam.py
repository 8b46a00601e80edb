"""Score-CAM: channels of a layer weighted by the score of the image seen through each, without gradients.

Wang et al. 2020, *Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks*,
https://arxiv.org/abs/1910.01279
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.explanation import softmax, upsample, without_rounding
from imgcls.explain.grad_cam import weighted_sum
from imgcls.explain.registry import AT_ONCE, Family, NoOptions, Subject, register_method
from imgcls.language import N_


@register_method(
    "score-cam",
    title=N_("Score-CAM"),
    paper="Wang et al. 2020, https://arxiv.org/abs/1910.01279",
    question=N_("Through which channels of the layer is the picture still recognised as this class?"),
    limits_text=N_(
        "It is as coarse as the layer's map. The picture behind a mask is a picture that the network never saw, and "
        "a channel that is bright everywhere hides nothing and gets a high score for that."
    ),
    cost=N_("One pass forward for each channel of the layer: seconds for large networks."),
    family=Family.LAYER,
    passes=lambda options, size: 3 + size.layer_channels,
    signed=False,
)
def score_cam(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps: `(n, h', w')` float32, Σₖ wₖ Aₖ with w the softmax over the channels of the *logits* (algorithm 1).

    The mask is each channel at the image's size, brought to 0 … 1; it multiplies the model's input. One softmax and
    no more: the score of the paper's baseline image is the same for all channels and cancels in it.
    """
    total = len(subject.images) * subject.seen.activations.shape[-1]
    weights = np.stack([_weights(_scores(subject, place, total)) for place in range(len(subject.images))])
    return weighted_sum(weights, subject.seen.activations)


def _weights(scores: np.ndarray) -> np.ndarray:
    """A softmax over the channels; all 0 where every channel leaves the same score: that says nothing of any."""
    differences = without_rounding(scores - scores.mean(), float(np.abs(scores).max()))
    return softmax(scores) if differences.any() else np.zeros_like(scores)


def _scores(subject: Subject, place: int, total: int) -> np.ndarray:
    """The score of one image seen through each channel: `(k,)`."""
    image, activations = subject.images[place], subject.seen.activations[place]
    channels = activations.shape[-1]
    found = []
    for start in range(0, channels, AT_ONCE):
        subject.progress(place * channels + start, total)
        masks = [
            _mask(channel, image.shape[:2]) for channel in np.moveaxis(activations[..., start : start + AT_ONCE], -1, 0)
        ]
        seen = image * np.stack(masks)[..., None]
        found.append(subject.scores(seen.astype(np.float32), np.full(len(seen), place)))
    return np.concatenate(found)


def _mask(channel: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """A channel at `size`, from 0 to 1; one that is the same everywhere hides all."""
    large = upsample(channel, (size[0], size[1]))
    low, high = large.min(), large.max()
    return (large - low) / (high - low) if high > low else np.zeros_like(large)
