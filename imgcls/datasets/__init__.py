"""Data sets: a registry, one file per source, and the split into training, validation and test."""

# isort: off
# in the order of every list: what needs no network, then what has to be downloaded
from imgcls.datasets import mnist_5k as mnist_5k
from imgcls.datasets import digits_8x8 as digits_8x8
from imgcls.datasets import faces as faces
from imgcls.datasets import textures as textures
from imgcls.datasets import shapes as shapes
from imgcls.datasets import shortcut as shortcut
from imgcls.datasets import mnist as mnist
from imgcls.datasets import fashion_mnist as fashion_mnist
from imgcls.datasets import cifar as cifar

# isort: on
from imgcls.datasets import own as own
from imgcls.datasets.registry import (
    DATASETS,
    Dataset,
    Facts,
    ImageSet,
    Part,
    check_present,
    dataset_facts,
    dataset_options,
    load,
)
from imgcls.datasets.splits import SplitIndices, split_indices

__all__ = [
    "DATASETS",
    "Dataset",
    "Facts",
    "ImageSet",
    "Part",
    "SplitIndices",
    "check_present",
    "dataset_facts",
    "dataset_options",
    "load",
    "split_indices",
]
