"""CIFAR-10 and CIFAR-100: 60,000 small photographs each, of ten or a hundred kinds of things."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imgcls.datasets.cifar_files import CifarFiles
from imgcls.datasets.cifar_names import COARSE, FINE, TEN
from imgcls.datasets.downloaded import DownloadedData
from imgcls.datasets.formats.block import Wanted
from imgcls.datasets.official import images_option, official_facts, official_images
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet
from imgcls.language import N_
from imgcls.registry import Options

SHAPE, TRAIN, TEST = (32, 32, 3), 50_000, 10_000

_SOURCE = "Krizhevsky 2009, Learning multiple layers of features from tiny images, https://www.cs.toronto.edu/~kriz/cifar.html"
# the shares of wrong labels below: Northcutt et al. 2021, https://arxiv.org/abs/2103.14749
_LICENCE = "None stated; its authors ask to be cited"


class Cifar10Options(Options):
    """How much of it is used."""

    images: int = images_option(100, TRAIN)


class Cifar100Options(Options):
    """How much of it is used, and which of its two labellings."""

    images: int = images_option(1000, TRAIN)
    labels: Literal["fine", "coarse"] = Field(
        "fine",
        title=N_("labels"),
        description=N_("fine: a hundred kinds of things. coarse: twenty groups of five kinds each."),
    )


CIFAR_10 = DownloadedData(
    "cifar-10",
    (
        (
            "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
            170_498_071,
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ),
    ),
    CifarFiles(
        archive="cifar-10-python.tar.gz",
        folder="cifar-10-batches-py",
        train=tuple(f"data_batch_{number}" for number in range(1, 6)),
        test="test_batch",
        wanted=Wanted(SHAPE, {"labels": len(TEN)}, most=10_000),
        tests=TEST,
    ).places,
)

CIFAR_100 = DownloadedData(
    "cifar-100",
    (
        (
            "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
            169_001_437,
            "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        ),
    ),
    CifarFiles(
        archive="cifar-100-python.tar.gz",
        folder="cifar-100-python",
        train=("train",),
        test="test",
        wanted=Wanted(SHAPE, {"fine_labels": len(FINE), "coarse_labels": len(COARSE)}, most=TRAIN),
        tests=TEST,
    ).places,
)


def _facts_10(options: Cifar10Options) -> Facts:
    return official_facts(SHAPE, TEN, options.images, TEST, "fit")


def _load_10(options: Cifar10Options) -> ImageSet:
    return official_images(CIFAR_10, "labels", TEN, options.images)


def _names_100(options: Cifar100Options) -> tuple[str, ...]:
    return FINE if options.labels == "fine" else COARSE


def _facts_100(options: Cifar100Options) -> Facts:
    return official_facts(SHAPE, _names_100(options), options.images, TEST, "fit")


def _load_100(options: Cifar100Options) -> ImageSet:
    return official_images(CIFAR_100, f"{options.labels}_labels", _names_100(options), options.images)


DATASETS.add(
    Dataset(
        name="cifar-10",
        title=N_("CIFAR-10: photographs of ten kinds of things (60,000)"),
        summary=N_(
            "Animals and vehicles in colour, 32 × 32 pixels; 50,000 to train on and 10,000 for the test. The data set "
            "on which many of the networks here were first tried. About one label in two hundred is wrong. Downloaded "
            "once (170 MB)."
        ),
        source=_SOURCE,
        licence=_LICENCE,
        facts=_facts_10,
        load=_load_10,
        options=Cifar10Options,
        download=CIFAR_10,
    )
)
DATASETS.add(
    Dataset(
        name="cifar-100",
        title=N_("CIFAR-100: photographs of a hundred kinds of things (60,000)"),
        summary=N_(
            "Animals, plants, people and things in colour, 32 × 32 pixels, only 500 of each kind to train on and 100 "
            "for the test. The hundred kinds come in twenty groups, which can be learned in their place. About one "
            "label in seventeen is wrong. Downloaded once (169 MB)."
        ),
        source=_SOURCE,
        licence=_LICENCE,
        facts=_facts_100,
        load=_load_100,
        options=Cifar100Options,
        download=CIFAR_100,
    )
)
