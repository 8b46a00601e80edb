"""Data sets: a registry, one file per source, and the split into training, validation and test."""

from imgcls.datasets import mnist_5k as mnist_5k
from imgcls.datasets.registry import (
    DATASETS,
    Dataset,
    Facts,
    ImageSet,
    Part,
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
    "dataset_facts",
    "dataset_options",
    "load",
    "split_indices",
]
