"""1,797 handwritten digits in 8 × 8 pixels, as packaged by scikit-learn."""

from __future__ import annotations

import numpy as np

from imgcls.datasets.cache import cached_arrays
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet, fixed
from imgcls.language import N_
from imgcls.registry import Options

DIGITS = tuple(str(digit) for digit in range(10))
LARGEST = 16  #: ink in a pixel of the source: how many of its 4 × 4 finer pixels are black


def _read() -> dict[str, np.ndarray]:
    # an import of more than a second, which most processes never need: hence here, and once
    from sklearn.datasets import load_digits

    digits = load_digits()
    ink = np.round(digits.images[..., np.newaxis] * (255 / LARGEST))
    return {"images": ink.astype(np.uint8), "labels": digits.target.astype(np.int64)}


def _load(options: Options) -> ImageSet:
    arrays = cached_arrays("digits-8x8", _read)
    return ImageSet(arrays["images"], arrays["labels"], DIGITS)


DATASETS.add(
    Dataset(
        name="digits-8x8",
        title=N_("Tiny digits (8 × 8)"),
        summary=N_(
            "1,797 handwritten digits in only 8 × 8 pixels, light on black. A network sees 64 numbers and still tells "
            "most of them apart, after seconds of training: good for a first try, and for following the arithmetic."
        ),
        source=(
            "Alpaydin, Kaynak 1998: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository; its "
            "test part in scikit-learn"
        ),
        licence="CC BY 4.0",
        facts=fixed(Facts((8, 8, 1), DIGITS, 1797, "fit", writing=True)),
        load=_load,
    )
)
