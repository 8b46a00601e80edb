"""Balance strategies in the pipeline and in a run: what the network really sees."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from imgcls.atomic import read_json, write_json
from imgcls.balance import BALANCES, Plan, balance_plan
from imgcls.datasets import ImageSet
from imgcls.home import folder
from imgcls.recipe import Choice, recipe_from
from imgcls.runs import get_run
from imgcls.training.data import Batches, run_data

COUNTS = [60, 25, 4]


@pytest.fixture
def uneven() -> ImageSet:
    """89 pictures of 8 × 8, no two alike."""
    random = np.random.default_rng(0)
    labels = random.permutation(np.repeat(np.arange(3), COUNTS))
    return ImageSet(random.integers(0, 256, (89, 8, 8, 1), np.uint8), labels, ("many", "some", "few"))


def epoch(images, name, number=0, augmentation=(), **options):
    plan = balance_plan(Choice(name=name, **options), images.labels, 3)
    batches = Batches(images, 16, 1, augmentation, plan=plan)
    parts = [(found.numpy(), labels.numpy()) for found, labels in batches.epoch(number)]
    assert len(parts) == batches.per_epoch
    assert all(len(found) == 16 for found, _ in parts[:-1])
    seen, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
    assert len(seen) == batches.images
    return seen, labels


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("none", COUNTS),
        ("class-weights", COUNTS),
        ("focal", COUNTS),
        ("oversampling", [60, 60, 60]),
        ("undersampling", [4, 4, 4]),
        ("augment-rare", [60, 60, 60]),
    ],
)
def test_what_an_epoch_sees(uneven, name, counts):
    seen, labels = epoch(uneven, name)
    assert labels.sum(axis=0).tolist() == counts
    # every image still carries its own label
    known = {image.tobytes(): label for image, label in zip(uneven.images, uneven.labels, strict=True)}
    assert [known[image.astype(np.uint8).tobytes()] for image in seen] == labels.argmax(axis=1).tolist()


def test_only_rare_images_are_changed(uneven):
    seen, labels = epoch(uneven, "augment-rare", augmentation=(Choice(name="affine"),))
    originals = {image.tobytes() for image in uneven.images}
    untouched = np.array([image.astype(np.uint8).tobytes() in originals for image in seen])
    many = labels.argmax(axis=1) == 0
    assert untouched[many].all()
    assert untouched[~many].mean() < 0.2
    few = seen[labels.argmax(axis=1) == 2]
    assert len({image.tobytes() for image in few}) > 50  # 60 pictures made of 4


def test_mixed_labels_stay_where_nothing_is_mixed(uneven):
    _, labels = epoch(uneven, "augment-rare", augmentation=(Choice(name="mixup", alpha=1.0),))
    pure = labels.max(axis=1) == 1
    assert pure.sum() >= 60
    assert not pure.all()


def test_a_resumed_epoch_goes_on_with_the_same_batches(uneven):
    plan = Plan(drawn=np.array([10, 30, 50]))
    whole = [labels.numpy() for _, labels in Batches(uneven, 16, 1, plan=plan).epoch(3)]
    rest = [labels.numpy() for _, labels in Batches(uneven, 16, 1, plan=plan).epoch(3, skip=2)]
    for one, other in zip(whole[2:], rest, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", BALANCES.names())
def test_a_run_with_every_strategy(bars, name):
    from imgcls.training.finish import finish
    from imgcls.training.loop import train

    recipe = recipe_from(
        {
            "dataset": {"name": "bars"},
            "architecture": {"name": "linear"},
            "imbalance": {"kind": "rare", "classes": ["left"], "ratio": 0.1},
            "label_noise": 0.05,
            "balance": {"name": name},
            "training": {"epochs": 2, "batch_size": 16},
        }
    )
    place = folder("runs", "20260101-000000-aaaaaa")
    write_json(place / "recipe.json", recipe.model_dump(mode="json"))
    session, ending = train(place, recipe, threading.Event())
    result = finish(session, ending)
    assert result["status"] == "completed"
    data = run_data(recipe)
    assert np.bincount(data.test.labels).tolist() == [10, 10, 10]  # the test is as it was
    assert session.data.train.keys == data.train.keys
    run = get_run(place.name)
    assert run.status.value == "completed"
    assert read_json(place / "data.json")["class_names"] == ["left", "middle", "right"]
    per_epoch = -(-session.route.images // 16)
    assert result["steps"] == 2 * per_epoch
