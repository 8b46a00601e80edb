"""Once through the frozen body, or through the whole network in every epoch: the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import build_model
from imgcls.recipe import Choice, recipe_from
from imgcls.training.data import Batches, run_data
from imgcls.training.route import Body, HeadAlone, WholeNetwork, head_of, once, route
from imgcls.training.step import Steps

SMALL = {"name": "efficientnet-lite0", "side": 32, "dropout": 0.0}


def recipe(**architecture):
    training = {"epochs": 2, "batch_size": 40}
    return recipe_from({"dataset": {"name": "bars"}, "architecture": SMALL | architecture, "training": training})


def built(asked):
    data = run_data(asked)
    return build_model(asked.architecture, data.train.image_shape, len(data.class_names), asked.seed), data


def go_on(progress):
    return True


@pytest.mark.parametrize(
    ("architecture", "alone"),
    [
        ({}, True),
        ({"features": "every epoch"}, False),
        ({"trainable_blocks": 1}, False),
        ({"weights": "none"}, False),
        ({"name": "seed-cnn"}, False),
    ],
)
def test_the_head_alone_is_trained_where_nothing_else_changes(bars, architecture, alone):
    asked = recipe(**architecture) if "name" not in architecture else recipe_from({"architecture": architecture})
    data = run_data(asked)
    model = build_model(asked.architecture, data.train.image_shape, len(data.class_names), 0)
    assert once(model, asked) is alone
    assert isinstance(route(model, asked, data), HeadAlone if alone else WholeNetwork)


@pytest.mark.slow
def test_both_routes_learn_the_same(bars):
    """Without dropout nothing is random: the same losses step by step, the same logits, a body that stands still."""
    found = []
    for features in ("once", "every epoch"):
        asked = recipe(features=features)
        model, data = built(asked)
        body = [value.copy() for value in model.get_weights()[:-2]]
        way = route(model, asked, data)
        assert way.prepare(go_on)
        losses = [way.steps.train(way.epoch(epoch, 0), np.full(way.per_epoch, 0.003))[0] for epoch in range(3)]
        for one, other in zip(body, model.get_weights()[:-2], strict=True):
            np.testing.assert_array_equal(one, other)
        whole = Steps(model, [], way.steps._preprocessing if features == "every epoch" else _scaling(asked))
        np.testing.assert_allclose(way.test(), whole.predict(data.test.images), atol=1e-4)
        found.append((np.concatenate(losses), way.validation(), way.test(), [v.shape for v in way.learned]))
    for one, other in zip(*found, strict=True):
        if isinstance(one, np.ndarray):
            np.testing.assert_allclose(one, other, atol=2e-4)
        else:
            assert one == other


def _scaling(asked):
    from imgcls.architectures import ARCHITECTURES

    return ARCHITECTURES.get(asked.architecture.name).preprocessing


def test_features_are_computed_once_and_then_found(bars):
    told = []

    def tell(progress):
        told.append(progress)
        return True

    for _ in range(2):
        asked = recipe()
        model, data = built(asked)
        way = HeadAlone(model, asked, data)
        way.prepare(tell)
    first, second = told[: len(told) // 2 + 1], told[-1]
    total = len(data.train) + len(data.validation)
    assert (first[0].done, first[0].cached) == (0, 0)
    assert first[0].image_seconds is None
    assert [one for one in told if one.done == one.total == total]
    assert (second.done, second.total, second.cached, second.seconds) == (total, total, total, 0.0)
    assert second.image_seconds > 0


def test_augmented_copies_go_through_the_body_and_take_turns(bars):
    """Each copy is the augmented epoch of its number: image by image the features of what the pipeline makes."""
    asked = recipe(copies=2)
    asked = asked.model_copy(update={"augmentation": (Choice(name="shift"),)})
    model, data = built(asked)
    told = []
    way = route(model, asked, data)
    assert isinstance(way, HeadAlone)
    assert way.prepare(lambda progress: bool(told.append(progress)) or True)
    assert told[-1].done == told[-1].total == len(data.validation) + 2 * len(data.train)
    assert told[-1].seconds >= told[0].seconds
    seen = [np.concatenate([batch.numpy() for batch, _ in way.epoch(number, 0)]) for number in range(3)]
    assert not np.array_equal(np.sort(seen[0], 0), np.sort(seen[1], 0))
    np.testing.assert_array_equal(np.sort(seen[0], 0), np.sort(seen[2], 0))
    pipeline = Batches(data.train, 40, asked.seed, asked.augmentation)
    for number in range(2):
        images = np.concatenate([np.rint(batch.numpy()).astype(np.uint8) for batch, _ in pipeline.epoch(number)])
        wanted = way._body.run(images)
        np.testing.assert_allclose(np.sort(seen[number], 0), np.sort(wanted, 0), atol=1e-4)


def test_mixed_labels_stay_with_their_images(bars):
    asked = recipe(copies=1).model_copy(update={"augmentation": (Choice(name="mixup"),)})
    model, data = built(asked)
    way = route(model, asked, data)
    way.prepare(go_on)
    features, labels = (np.concatenate(parts) for parts in zip(*way.epoch(0, 0), strict=True))
    pipeline = Batches(data.train, 40, asked.seed, asked.augmentation)
    images, wanted = (np.concatenate(parts) for parts in zip(*pipeline.epoch(0), strict=True))
    known = {
        row.tobytes(): label for row, label in zip(way._body.run(np.rint(images).astype(np.uint8)), wanted, strict=True)
    }
    for row, label in zip(features, labels, strict=True):
        closest = min(known, key=lambda one: np.abs(np.frombuffer(one, np.float32) - row).sum())
        # shares that differ by less round to the same pixels
        np.testing.assert_allclose(label, known[closest], atol=5e-3)
    assert ((labels > 0.01).sum(1) > 1).any()


def test_equal_images_are_computed_once():
    asked = recipe_from({"architecture": SMALL})
    model = build_model(asked.architecture, (28, 28, 1), 10, 0)
    images = np.zeros((5, 28, 28, 1), np.uint8)
    told = []
    features = Body(model, _scaling(asked)).features(images, lambda progress: bool(told.append(progress)) or True)
    assert features.shape == (5, 1280)
    assert (features == features[0]).all()
    assert told[0].cached == 4


def test_who_stops_it_keeps_what_was_done(bars, monkeypatch):
    from imgcls.training import route as module

    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    asked = recipe()
    model, data = built(asked)
    way = HeadAlone(model, asked, data)
    way._body._size = 10
    assert not way.prepare(lambda progress: progress.done < 20)
    told = []
    assert HeadAlone(model, asked, data).prepare(lambda progress: bool(told.append(progress)) or True)
    # the 15 validation images and the first pass of ten training images
    assert (told[-1].cached, told[-1].done) == (25, 120)


def test_the_head_shares_its_weights_and_the_whole_is_saved_as_it_was(bars, tmp_path):
    import keras

    asked = recipe()
    model, data = built(asked)
    names = [layer.name for layer in model.layers]
    head = head_of(model)
    head.get_layer("logits").bias.assign([3.0] * len(data.class_names))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert [layer.name for layer in again.layers] == names
    np.testing.assert_array_equal(again.get_layer("logits").bias.numpy(), 3.0)
