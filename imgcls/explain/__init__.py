"""Explaining a prediction. No Keras is imported until something is explained.

`explain(model, images, targets)` gives one `Explanation` an image; `methods()` lists the methods. Layers are
listed by `imgcls.explain.engine`, pictures are drawn by `imgcls.explain.picture`.
"""

from imgcls.explain import grad_cam as _grad_cam  # noqa: F401  importing a method's file registers it
from imgcls.explain.explain import explain
from imgcls.explain.explanation import STATUS_WORDS, Explanation, Status
from imgcls.explain.registry import Method, method, methods

__all__ = ["STATUS_WORDS", "Explanation", "Method", "Status", "explain", "method", "methods"]
