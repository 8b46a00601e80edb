"""Splits are disjoint, whole, stratified, and the same for the same seed for ever."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter

import numpy as np
import pytest

from imgcls.datasets import DATASETS, Part, cache, load, split_indices, verdicts
from imgcls.datasets.importing import import_dataset
from imgcls.errors import RecipeError
from imgcls.recipe import Choice, Split
from tests.datasets.people import bring, encoded, picture
from tests.datasets.placed import PLACE


def digest(parts) -> str:
    return hashlib.sha256(b"".join(part.tobytes() for part in (parts.train, parts.validation, parts.test))).hexdigest()


@pytest.fixture(scope="module")
def digits(mnist_file):
    with np.load(mnist_file) as file:
        return file["images"], file["labels"]


def check(labels, parts):
    whole = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(whole) == list(range(len(labels)))
    for part in (parts.train, parts.validation, parts.test):
        assert part.dtype == np.int64
        assert (np.diff(part) > 0).all()


def test_exactly_70_10_20_of_every_class(digits):
    labels = digits[1]
    parts = split_indices(labels, Split(), seed=0)
    check(labels, parts)
    assert np.bincount(labels[parts.train]).tolist() == [350] * 10
    assert np.bincount(labels[parts.validation]).tolist() == [50] * 10
    assert np.bincount(labels[parts.test]).tolist() == [100] * 10


@pytest.mark.parametrize("seed", range(20))
def test_any_shares_of_any_counts(seed):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 5, 400)
    validation = random.uniform(0.05, 0.4)
    split = Split(validation=validation, test=random.uniform(0.05, 0.5))
    parts = split_indices(labels, split, seed)
    check(labels, parts)
    for label, count in enumerate(np.bincount(labels)):
        for part, share in ((parts.validation, split.validation), (parts.test, split.test)):
            assert abs((labels[part] == label).sum() - count * share) <= 0.5


def test_the_same_seed_gives_the_same_parts_for_ever(digits):
    labels = digits[1]
    assert digest(split_indices(labels, Split(), 0)) == digest(split_indices(labels.copy(), Split(), 0))
    assert digest(split_indices(labels, Split(), 0))[:16] == "8ca717b8bfd76209"


def test_other_seeds_and_shares_give_other_parts(digits):
    labels = digits[1]
    seeds = {digest(split_indices(labels, Split(), seed)) for seed in range(5)}
    assert len(seeds | {digest(split_indices(labels, Split(test=0.3), 0))}) == 6


def test_no_test_image_is_among_the_training_images(digits):
    """By content: but for digits that are in the data set twice, and those are few."""
    images, labels = digits
    hashes = np.array([hashlib.sha256(image.tobytes()).hexdigest() for image in images])
    twice = len(hashes) - len(set(hashes))
    print(f"{twice} of {len(hashes)} digits are there twice")
    parts = split_indices(labels, Split(), 0)
    seen = set(hashes[parts.train]) | set(hashes[parts.validation])
    assert sum(one in seen for one in hashes[parts.test]) <= twice <= 5
    assert load(Choice(name="mnist-5k")).take(parts.test).labels.tolist() == labels[parts.test].tolist()


# -- every data set, by the content of its images

#: Few images where there is a choice, so that they are drawn quickly; of those that are downloaded, small copies.
FEW = {"textures": {"per_class": 50}, "shapes": {"images": 400}, "shortcut": {"images": 400}}
SMALL = {"mnist": {"images": 100}, "fashion-mnist": {"images": 100}, "cifar-10": {"images": 100}, "cifar-100": {}}


def contents(name: str, options: dict) -> tuple:
    """The images of a data set, and the hash of each one's pixels."""
    images = load(Choice(name=name, **options))
    return images, np.array([hashlib.sha256(one.tobytes()).hexdigest() for one in images.images])


def assert_disjoint(images, hashes, twice: set[str]) -> None:
    """No picture is in two parts, but for those that are known to be there twice; for several seeds and shares."""
    counts = Counter(hashes.tolist())
    assert {one for one, count in counts.items() if count > 1} == twice
    for seed, split in ((0, Split()), (1, Split()), (2, Split(validation=0.2, test=0.3))):
        parts = split_indices(images.labels, split, seed, images.parts, images.class_names)
        check(images.labels, parts)
        train, validation, test = (
            set(hashes[part].tolist()) - twice for part in (parts.train, parts.validation, parts.test)
        )
        assert all((train, validation, test))
        assert not train & validation
        assert not (train | validation) & test
        again = split_indices(images.labels.copy(), split, seed, images.parts, images.class_names)
        assert digest(parts) == digest(again)


@pytest.mark.parametrize("name", [name for name in DATASETS.built_in() if name not in SMALL])
def test_no_picture_is_in_two_parts(name):
    assert_disjoint(*contents(name, FEW.get(name, {})), twice=set())


@pytest.mark.parametrize("name", SMALL)
def test_no_picture_is_in_two_parts_of_what_others_published(name, tmp_path, monkeypatch):
    """Their test part is their own; only validation images are drawn."""
    monkeypatch.setattr(cache, "_memory", {})
    monkeypatch.setattr(verdicts, "_known", {})
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    PLACE[name](tmp_path)
    images, hashes = contents(name, SMALL[name])
    assert_disjoint(images, hashes, twice=set())
    for seed in (0, 1):
        parts = split_indices(images.labels, Split(), seed, images.parts, images.class_names)
        assert set(parts.test) == set(np.flatnonzero(images.parts == Part.TEST))


def test_no_picture_of_ones_own_is_in_two_parts_unless_it_was_brought_twice(tmp_path):
    source = bring(tmp_path / "pets", {"cats": 30, "dogs": 40})
    shutil.copy(source / "cats" / "photo 3.png", source / "cats" / "again.png")
    import_dataset("pets", source)
    images, hashes = contents("pets", {})
    (twice,) = [one for one, count in Counter(hashes.tolist()).items() if count == 2]
    assert_disjoint(images, hashes, {twice})


def test_the_parts_that_somebody_made_are_kept(tmp_path):
    for part, seed in (("train", 0), ("val", 100), ("test", 200)):
        for label in ("cats", "dogs"):
            (tmp_path / "pets" / part / label).mkdir(parents=True)
            for number in range(6):
                picture_file = tmp_path / "pets" / part / label / f"{number}.png"
                picture_file.write_bytes(encoded(picture(seed + number + 50 * (label == "dogs"))))
    import_dataset("pets", tmp_path / "pets")
    images, hashes = contents("pets", {})
    assert_disjoint(images, hashes, twice=set())
    for seed in range(3):
        parts = split_indices(images.labels, Split(), seed, images.parts, images.class_names)
        assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [12, 12, 12]


@pytest.mark.parametrize(
    ("counts", "split", "label", "count"),
    [
        ([50, 2], Split(), 1, 2),
        ([4, 50], Split(), 0, 4),
        ([50, 50], Split(validation=0.005), 0, 50),
        ([50, 50], Split(validation=0.5, test=0.495), 0, 50),
        ([1, 1], Split(), 0, 1),
    ],
)
def test_a_class_that_is_too_small_is_refused(counts, split, label, count):
    with pytest.raises(RecipeError, match=f"Class {label} has {count} images"):
        split_indices(np.repeat([0, 1], counts), split, 0)


def test_three_of_a_class_are_enough_where_the_shares_allow():
    parts = split_indices(np.zeros(3, np.int64), Split(validation=0.33, test=0.33), 0)
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [1, 1, 1]
