"""From a picture to what the network sees, stage by stage, so that a reader can follow it.

`fit` only brings the size; `mnist_style` also finds the strokes, inverts and centres them; `choose`
takes the one that a model's data set names.
"""

from imgcls.preparation.prepared import Prepared, Step

__all__ = ["Prepared", "Step"]
