"""Data sets with a test of their own: how many training images are used, which, and that the test stays whole."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets import DATASETS, Part, dataset_facts, dataset_options, load, split_indices, verdicts
from imgcls.datasets import cache as cached
from imgcls.datasets.cifar_names import COARSE, FINE, TEN
from imgcls.datasets.official import first_of_each
from imgcls.errors import RecipeError
from imgcls.recipe import Choice, Split
from tests.datasets.placed import PLACE, place_cifar_100, place_mnist

NAMES = sorted(PLACE)


@pytest.fixture(autouse=True)
def keras_home(monkeypatch, tmp_path):
    monkeypatch.setattr(cached, "_memory", {})
    monkeypatch.setattr(verdicts, "_known", {})
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path


# -- which images


def slow_first_of_each(labels: list[int], count: int) -> list[int]:
    """By hand: in turns, each class gives its next image, if it has one."""
    waiting = {label: [place for place, one in enumerate(labels) if one == label] for label in sorted(set(labels))}
    taken: list[int] = []
    while len(taken) < count and any(waiting.values()):
        for label in waiting:
            if waiting[label] and len(taken) < count:
                taken.append(waiting[label].pop(0))
    return sorted(taken)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [1, 3, 10, 29, 60, 99, 100, 1000])
def test_the_first_of_each_class_in_turns(seed, count):
    random = np.random.default_rng(seed)
    labels = random.choice(4, 100, p=[0.6, 0.3, 0.08, 0.02])
    assert first_of_each(labels, count).tolist() == slow_first_of_each(labels.tolist(), count)


def test_equally_many_of_each_and_fewer_are_among_more():
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(10), 100))
    some, more = first_of_each(labels, 200), first_of_each(labels, 500)
    assert np.bincount(labels[some]).tolist() == [20] * 10
    assert set(some) < set(more)
    assert len(first_of_each(labels, 205)) == 205


# -- facts


@pytest.mark.parametrize(
    ("name", "shape", "train", "classes", "preparation"),
    [
        ("mnist", (28, 28, 1), 60_000, 10, "mnist-style"),
        ("fashion-mnist", (28, 28, 1), 60_000, 10, "fit"),
        ("cifar-10", (32, 32, 3), 50_000, 10, "fit"),
        ("cifar-100", (32, 32, 3), 50_000, 100, "fit"),
    ],
)
def test_facts_are_those_that_are_published(name, shape, train, classes, preparation):
    facts = DATASETS.get(name).usual
    assert (facts.image_shape, facts.size, facts.preparation) == (shape, train + 10_000, preparation)
    assert facts.fixed == (0, 0, 10_000, train)
    assert len(set(facts.class_names)) == classes
    assert sum(facts.sizes(Split())) == facts.size
    assert facts.sizes(Split())[2] == 10_000
    fewer = dataset_facts(Choice(name=name, images=1000))
    assert (fewer.size, fewer.fixed) == (11_000, (0, 0, 10_000, 1000))


def test_the_real_names():
    assert DATASETS.get("fashion-mnist").usual.class_names[0] == "T-shirt/top"
    assert DATASETS.get("cifar-10").usual.class_names == TEN
    assert dataset_facts(Choice(name="cifar-100")).class_names == FINE
    assert dataset_facts(Choice(name="cifar-100", labels="coarse")).class_names == COARSE
    assert list(FINE) == sorted(FINE)  # as they are published
    assert list(COARSE) == sorted(COARSE)
    assert list(TEN) == sorted(TEN)
    assert (FINE[0], FINE[26], FINE[99], COARSE[0], COARSE[19]) == (
        "apple",
        "crab",
        "worm",
        "aquatic_mammals",
        "vehicles_2",
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mnist", {"images": 99}),
        ("mnist", {"images": 60_001}),
        ("cifar-10", {"images": 50_001}),
        ("cifar-100", {"images": 999}),
        ("cifar-100", {"labels": "rough"}),
        ("cifar-10", {"labels": "fine"}),
    ],
)
def test_options_out_of_range_are_refused(name, options):
    with pytest.raises(RecipeError, match=rf"dataset\.{next(iter(options))}"):
        dataset_options(Choice(name=name, **options))


# -- images


@pytest.mark.parametrize("name", NAMES)
def test_training_images_come_first_and_the_test_is_whole(name, keras_home):
    made = PLACE[name](keras_home)
    images, test = load(Choice(name=name)), len(made.x_test)
    assert images.parts.dtype == np.int8
    assert (images.parts[:-test] == Part.NOT_TEST).all()
    assert (images.parts[-test:] == Part.TEST).all()
    assert images.keys is None
    for array in (images.images, images.labels, images.parts):
        assert not array.flags.writeable


def test_fewer_training_images(keras_home):
    made = place_mnist(keras_home, train=2000, test=500)
    images = load(Choice(name="mnist", images=300))
    assert len(images) == 800
    assert np.bincount(images.labels[:300]).tolist() == [30] * 10
    np.testing.assert_array_equal(images.images[300:, ..., 0], made.x_test)
    assert (images.parts == np.repeat([Part.NOT_TEST, Part.TEST], [300, 500])).all()
    for array in (images.images, images.labels, images.parts):
        assert not array.flags.writeable


def test_an_image_has_the_same_key_however_many_are_used(keras_home):
    """So that a correction stays with it."""
    place_mnist(keras_home, train=2000, test=500)
    whole, some = load(Choice(name="mnist")), load(Choice(name="mnist", images=300))
    for place in (0, 100, 299, 300, 799):
        np.testing.assert_array_equal(whole.images[int(some.key(place))], some.images[place])
    assert some.key(300) == "2000"


def test_the_split_keeps_to_the_official_test(keras_home):
    made = place_cifar_100(keras_home, train=2000, test=200)
    images = load(Choice(name="cifar-100"))
    parts = split_indices(images.labels, Split(), 3, images.parts, images.class_names)
    np.testing.assert_array_equal(parts.test, np.arange(2000, 2200))
    np.testing.assert_array_equal(images.images[parts.test], made.x_test)
    assert len(parts.validation) == 200  # of 20 in each class an eighth, which is rounded down to two
    assert len(parts.train) + len(parts.validation) == 2000


def test_coarse_and_fine_labels_of_the_same_images(keras_home):
    made = place_cifar_100(keras_home)
    fine, coarse = load(Choice(name="cifar-100")), load(Choice(name="cifar-100", labels="coarse"))
    assert fine.images is coarse.images
    np.testing.assert_array_equal(fine.labels, made.labels(0))
    np.testing.assert_array_equal(coarse.labels, made.labels(1))
    assert (len(fine.class_names), len(coarse.class_names)) == (100, 20)


def test_a_thousand_of_a_hundred_classes_can_be_split(keras_home):
    place_cifar_100(keras_home)
    images = load(Choice(name="cifar-100", images=1000))
    assert np.bincount(images.labels[:1000]).tolist() == [10] * 100
    parts = split_indices(images.labels, Split(), 0, images.parts, images.class_names)
    assert np.bincount(images.labels[parts.validation], minlength=100).min() >= 1
