"""LayerCAM: each place of a layer weighted by the positive part of its own gradient.

Jiang et al. 2021, *LayerCAM: Exploring Hierarchical Class Activation Maps for Localization*,
https://doi.org/10.1109/TIP.2021.3089943

Element-wise Grad-CAM, Σₖ ReLU(∂S/∂Aₖ ⊙ Aₖ), which some libraries offer beside it, has no paper of its own, and is the
same map wherever the activations are not negative. It has no file here.
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.registry import Family, NoOptions, Subject, register_method
from imgcls.language import N_


@register_method(
    "layercam",
    title=N_("LayerCAM"),
    paper="Jiang et al. 2021, https://doi.org/10.1109/TIP.2021.3089943",
    question=N_("Where is something, also in early layers, whose increase would raise the score of this class?"),
    limits_text=N_(
        "It points well and proves little: it often stays the same when the weights are randomised, because it "
        "follows what the layer reacts to more than what was learned."
    ),
    cost=N_("One pass forward and one back: milliseconds."),
    family=Family.LAYER,
)
def layercam(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps Σₖ ReLU(∂S/∂Aₖ) ⊙ Aₖ: `(n, h', w')` float32."""
    gradients = np.maximum(subject.seen.activation_gradients, 0)
    return np.einsum("nhwk,nhwk->nhw", gradients, subject.seen.activations)
