"""Guided backpropagation: the gradient at the pixels, of which only what is positive passes each ReLU.

Springenberg et al. 2015, *Striving for Simplicity: The All Convolutional Net*, https://arxiv.org/abs/1412.6806
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.registry import Family, NoOptions, Subject, register_method
from imgcls.explain.saliency import strongest
from imgcls.language import N_


@register_method(
    "guided-backprop",
    title=N_("Guided backpropagation"),
    paper="Springenberg et al. 2015, https://arxiv.org/abs/1412.6806",
    question=N_("Which pixels make up the patterns that excite the neurons on the way to this class?"),
    limits_text=N_(
        "It draws sharp edges of the picture whether or not the network learned anything, and hardly changes with the "
        "class: it is beautiful and proves little."
    ),
    cost=N_("One pass forward and one back: milliseconds."),
    family=Family.PIXELS,
    signed=False,
    relu=True,
)
def guided_backprop(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps: `(n, h, w)` float32, the largest magnitude of a pixel's channels; never negative."""
    from imgcls.explain import engine

    return strongest(engine.guided(subject.model, subject.images, subject.targets, subject.against))
