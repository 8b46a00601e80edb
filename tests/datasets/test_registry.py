"""Every data set is what its entry says."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets import DATASETS, ImageSet, dataset_options, load
from imgcls.errors import RecipeError, UnknownNameError
from imgcls.recipe import Choice
from tests.datasets.placed import PLACE


@pytest.fixture(scope="module")
def downloaded(tmp_path_factory):
    """A `KERAS_HOME` with small copies of the data sets that have to be downloaded."""
    place = tmp_path_factory.mktemp("keras")
    for name in PLACE:
        PLACE[name](place)
    return place


@pytest.mark.parametrize("name", DATASETS.names())
def test_every_data_set(name, downloaded, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(downloaded))
    entry = DATASETS.get(name)
    facts = entry.usual
    images = load(Choice(name=name))
    size = facts.size if entry.download is None else len(images)
    assert size <= facts.size
    assert images.images.shape == (size, *facts.image_shape)
    assert images.images.dtype == np.uint8
    assert images.image_shape == facts.image_shape
    assert facts.image_shape[2] in (1, 3)
    assert images.labels.shape == (size,) == (len(images),)
    assert images.labels.dtype == np.int64
    assert images.class_names == facts.class_names
    assert len(set(facts.class_names)) == len(facts.class_names) >= 2
    assert sorted(set(images.labels.tolist())) == list(range(len(facts.class_names)))
    assert np.ptp(images.images) > 100  # pictures, not a black table
    for text in (entry.title, entry.summary, entry.source, entry.licence):
        assert text

    again = load(Choice(name=name))
    np.testing.assert_array_equal(again.images, images.images)
    np.testing.assert_array_equal(again.labels, images.labels)
    for array in (images.images, images.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_take_keeps_images_and_labels_together():
    labels = np.arange(5)
    images = ImageSet(np.uint8(labels[:, None, None, None] * np.ones((5, 4, 3, 1))), labels, tuple("abcde"))
    part = images.take(np.array([4, 0, 0]))
    assert part.labels.tolist() == part.images[:, 0, 0, 0].tolist() == [4, 0, 0]
    assert (len(part), part.image_shape, part.class_names) == (3, (4, 3, 1), images.class_names)


def test_an_unknown_data_set_is_refused():
    with pytest.raises(UnknownNameError, match=r"no data set “emnist”\. Expected one of: .*mnist-5k"):
        load(Choice(name="emnist"))


@pytest.mark.parametrize("name", DATASETS.names())
def test_an_unknown_option_is_refused_with_its_name(name):
    with pytest.raises(RecipeError, match=r"“dataset\.confetti”\. Received: 3"):
        dataset_options(Choice(name=name, confetti=3))
