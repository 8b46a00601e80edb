"""HiResCAM: each place of a layer weighted by its own gradient, with no average over the map.

Draelos and Carin 2020, *Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural
networks*, https://arxiv.org/abs/2011.08891
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.registry import Family, NoOptions, Subject, register_method
from imgcls.language import N_


@register_method(
    "hirescam",
    title=N_("HiResCAM"),
    paper="Draelos and Carin 2020, https://arxiv.org/abs/2011.08891",
    question=N_("Which places of the layer did the score of this class really use?"),
    limits_text=N_(
        "It is exact for networks whose layer is followed by one linear layer; deeper in the network it is a first "
        "approximation. It is as coarse as the layer's map."
    ),
    cost=N_("One pass forward and one back: milliseconds."),
    family=Family.LAYER,
)
def hirescam(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps Σₖ ∂S/∂Aₖ ⊙ Aₖ: `(n, h', w')` float32, negative where a region speaks against the class."""
    return np.einsum("nhwk,nhwk->nhw", subject.seen.activation_gradients, subject.seen.activations)
