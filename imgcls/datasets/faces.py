"""100 faces and 100 pieces of background in 25 × 25 pixels, as packaged by scikit-image."""

from __future__ import annotations

import numpy as np

from imgcls.datasets.cache import cached_arrays
from imgcls.datasets.installed import installed_file
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet, fixed
from imgcls.language import N_
from imgcls.registry import Options

CLASSES = ("face", "no face")
EACH = 100


def _read() -> dict[str, np.ndarray]:
    grey = np.load(installed_file("skimage", "data", "lfw_subset.npy"), allow_pickle=False)  # (200, 25, 25), 0…1
    return {
        "images": np.round(grey[..., np.newaxis] * 255).astype(np.uint8),
        "labels": np.repeat(np.arange(2, dtype=np.int64), EACH),
    }


def _load(options: Options) -> ImageSet:
    arrays = cached_arrays("faces", _read)
    return ImageSet(arrays["images"], arrays["labels"], CLASSES)


DATASETS.add(
    Dataset(
        name="faces",
        title=N_("Faces and no faces"),
        summary=N_(
            "100 faces and 100 pieces of background from news photographs, grey, 25 × 25 pixels. So few images that a "
            "network soon knows them by heart: watch training and validation part, and what augmentation does about "
            "it. With 40 test images, one more or less is 2.5 points of accuracy."
        ),
        source=(
            "Huang, Mattar, Lee, Learned-Miller 2012: Learning to Align from Scratch (Labeled Faces in the Wild); 200 "
            "pieces in scikit-image"
        ),
        licence="None stated: news photographs, published for research. Not for judging people.",
        facts=fixed(Facts((25, 25, 1), CLASSES, 2 * EACH)),
        load=_load,
    )
)
