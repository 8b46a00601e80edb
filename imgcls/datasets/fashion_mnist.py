"""Fashion-MNIST: 70,000 pieces of clothing, in the place of MNIST's digits but harder to tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from imgcls.datasets.downloaded import DownloadedData, Place
from imgcls.datasets.formats.block import Wanted
from imgcls.datasets.idx_files import FILES, idx_place
from imgcls.datasets.official import images_option, official_facts, official_images
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet
from imgcls.downloads.keras_cache import keras_cache
from imgcls.language import N_
from imgcls.registry import Options

SHAPE, TRAIN, TEST = (28, 28, 1), 60_000, 10_000
CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
WANTED = Wanted(SHAPE, {"labels": len(CLOTHES)}, TRAIN)

_WEB = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
#: Keras has no checksums of them; these are those of its authors, https://github.com/zalandoresearch/fashion-mnist.
_PUBLISHED = (
    (26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
    (29_515, "25c81989df183df01b3e8a0aad5dffbe"),
    (4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
    (5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
)


class FashionMnistOptions(Options):
    """How much of it is used."""

    images: int = images_option(100, TRAIN)


def _places(ours: Path) -> Iterator[Place]:
    for folder in (ours, keras_cache("datasets", "fashion-mnist")):
        yield idx_place(folder, WANTED, TEST)


DATA = DownloadedData(
    "fashion-mnist",
    tuple((_WEB + file, *published) for file, published in zip(FILES, _PUBLISHED, strict=True)),
    _places,
)


def _facts(options: FashionMnistOptions) -> Facts:
    # light clothes on black, but no strokes: a photograph is neither inverted nor thinned, only brought to the size
    return official_facts(SHAPE, CLOTHES, options.images, TEST, "fit")


def _load(options: FashionMnistOptions) -> ImageSet:
    return official_images(DATA, "labels", CLOTHES, options.images)


DATASETS.add(
    Dataset(
        name="fashion-mnist",
        title=N_("Fashion-MNIST: clothes and shoes (70,000)"),
        summary=N_(
            "Ten kinds of clothes, shoes and bags from a shop's catalogue, 28 × 28 pixels, light on black; 60,000 to "
            "train on and 10,000 for the test. Made because MNIST had become too easy: shirts, coats and pullovers are "
            "hard to tell apart. Downloaded once (31 MB)."
        ),
        source=(
            "Xiao, Rasul, Vollgraf 2017, Fashion-MNIST: a novel image dataset for benchmarking machine learning "
            "algorithms, https://arxiv.org/abs/1708.07747"
        ),
        licence="MIT",
        facts=_facts,
        load=_load,
        options=FashionMnistOptions,
        download=DATA,
    )
)
