"""Our arrays against those of `keras.datasets`, from the same files: the independent source."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imgcls.datasets import cache, load, verdicts
from imgcls.recipe import Choice
from tests.datasets.placed import (
    Drawn,
    place_cifar_10,
    place_cifar_100,
    place_fashion_mnist,
    place_mnist,
)


@pytest.fixture
def keras_home(monkeypatch, tmp_path) -> Path:
    """Where both look; Keras is told that the files have the published checksums."""
    from keras.src.backend import config
    from keras.src.utils import file_utils

    monkeypatch.setattr(cache, "_memory", {})
    monkeypatch.setattr(verdicts, "_known", {})
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(config, "_KERAS_DIR", str(tmp_path))
    monkeypatch.setattr(file_utils, "validate_file", lambda *_, **__: True)
    monkeypatch.setattr(file_utils, "urlretrieve", lambda *_: pytest.fail("Keras asked for the network"))
    return tmp_path


def same(choice: Choice, theirs: tuple, made: Drawn) -> None:
    (x_train, y_train), (x_test, y_test) = theirs
    ours, count = load(choice), len(x_train)
    assert count == len(made.x_train)
    assert len(ours) == count + len(x_test)
    channel = () if x_train.ndim == 4 else (None,)
    np.testing.assert_array_equal(ours.images, np.concatenate([x_train, x_test])[(..., *channel)])
    np.testing.assert_array_equal(ours.labels, np.concatenate([y_train, y_test]).ravel())


def test_mnist(keras_home):
    import keras

    made = place_mnist(keras_home)
    same(Choice(name="mnist"), keras.datasets.mnist.load_data(), made)


def test_fashion_mnist(keras_home):
    import keras

    made = place_fashion_mnist(keras_home)
    same(Choice(name="fashion-mnist"), keras.datasets.fashion_mnist.load_data(), made)


@pytest.mark.parametrize("labels", ["fine", "coarse"])
def test_cifar_100(keras_home, labels):
    """Keras unpacks the archive first; what it leaves there is read before the archive."""
    import keras

    made = place_cifar_100(keras_home, layout="target archive")
    packed = load(Choice(name="cifar-100", labels=labels))
    theirs = keras.datasets.cifar100.load_data(label_mode=labels)
    same(Choice(name="cifar-100", labels=labels), theirs, made)
    np.testing.assert_array_equal(packed.images, load(Choice(name="cifar-100")).images)


def test_a_batch_of_cifar_10(keras_home):
    from keras.src.datasets.cifar import load_batch

    place_cifar_10(keras_home)
    place = keras_home / "datasets" / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    files = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    images, labels = zip(*(load_batch(str(place / file)) for file in files), strict=True)
    ours = load(Choice(name="cifar-10"))
    np.testing.assert_array_equal(ours.images, np.concatenate(images).transpose(0, 2, 3, 1))
    np.testing.assert_array_equal(ours.labels, np.concatenate(labels))


@pytest.mark.slow
def test_all_of_cifar_10(keras_home):
    """Keras takes none but whole batches."""
    import keras

    made = place_cifar_10(keras_home, train=50_000, test=10_000, layout="target archive")
    same(Choice(name="cifar-10"), keras.datasets.cifar10.load_data(), made)
