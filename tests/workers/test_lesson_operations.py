"""The lessons' formulas with a trained network's numbers: they add up to what the network computes."""

from __future__ import annotations

import json
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pytest

from imgcls.architectures import build_model
from imgcls.errors import InputError, UnknownNameError
from imgcls.lessons.convolution import Window, convolve
from imgcls.lessons.normalisation import normalise, statistics
from imgcls.lessons.pooling import pool
from imgcls.models import TrainedModel, load_trained
from imgcls.recipe import Choice
from imgcls.workers import lesson_operations
from imgcls.workers.lesson_operations import (
    blocks_off,
    body_features,
    by_keras,
    changes,
    lesson_layers,
    moved,
    normalised,
    pooled_maps,
    residual_blocks,
    without,
)


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (28, 28, 1), np.uint8)


def test_layers_and_their_windows(tiny_run):
    facts, arrays = lesson_layers({"model": tiny_run.id}, {})
    assert [(layer["name"], layer["kind"]) for layer in facts["layers"]] == [
        ("conv_1", "conv"),
        ("pool_1", "max"),
        ("conv_2", "conv"),
        ("pool_2", "max"),
    ]
    assert facts["layers"][2]["from"] == [13, 13, 32]
    assert facts["additions"] == []
    assert arrays == {}


def test_refusals(tiny_run, image):
    with pytest.raises(UnknownNameError, match="pool_1, pool_2"):
        pooled_maps({"model": tiny_run.id, "layer": "conv_1"}, {"image": image})
    with pytest.raises(InputError, match="Expected images of the shape"):
        pooled_maps({"model": tiny_run.id, "layer": "pool_1"}, {"image": image[:5]})


def test_pooling_keeps_the_largest_of_each_window(tiny_run, image):
    facts, arrays = pooled_maps({"model": tiny_run.id, "layer": "pool_1"}, {"image": image})
    before, after = arrays["before"], arrays["after"]
    np.testing.assert_allclose(after, before.reshape(13, 2, 13, 2, -1).max(axis=(1, 3)), atol=1e-6)
    assert facts["moved_after"] > 0
    assert facts["moved_before"] > 0


def test_what_a_shift_changes_is_measured_with_black_coming_in(tiny_run):
    image = np.zeros((28, 28, 1), np.uint8)
    image[:, -1] = 255  # wrapped round, it would come in on the other side
    facts, _ = pooled_maps({"model": tiny_run.id, "layer": "pool_1"}, {"image": image})
    model = load_trained(tiny_run.id)
    moved = [np.pad(image, ((0, 0), (1, 0), (0, 0)))[:, :28], np.pad(image, ((0, 0), (0, 1), (0, 0)))[:, 1:]]
    moved += [np.pad(image, ((1, 0), (0, 0), (0, 0)))[:28], np.pad(image, ((0, 1), (0, 0), (0, 0)))[1:]]
    import keras

    layer = model.keras_model.get_layer("pool_1")
    part = keras.Model(model.keras_model.input, layer.output)
    maps = np.asarray(part(model.inputs(np.stack([image, *moved])), training=False))
    wanted = np.abs(maps[1:] - maps[:1]).mean() / np.abs(maps[0]).mean()
    assert facts["moved_after"] == pytest.approx(float(wanted), rel=1e-5)


def test_a_network_without_residual_blocks_has_none(tiny_run):
    facts, arrays = blocks_off({"model": tiny_run.id}, {})
    assert facts["blocks"] == []
    assert len(arrays["without"]) == 0
    assert facts["whole"] > 0.3


def test_without_its_f_a_block_is_a_way_straight_through(monkeypatch):
    import keras

    model = build_model(Choice(name="resnet-8"), (28, 28, 1), 10, 0)
    blocks = residual_blocks(model)
    assert len(blocks) == 3
    monkeypatch.setattr(lesson_operations, "load_trained", lambda name: SimpleNamespace(keras_model=model))
    assert lesson_layers({"model": "a"}, {})[0]["additions"] == list(blocks)
    block = next(iter(blocks))
    copy = without(model, block)
    images = np.random.default_rng(0).uniform(size=(4, 28, 28, 1)).astype(np.float32)
    add = copy.get_layer(block)
    shortcut = add.input[1 - blocks[block]]
    start, end = keras.Model(copy.input, [shortcut, add.output])(images, training=False)
    np.testing.assert_allclose(np.asarray(start), np.asarray(end), atol=1e-6)
    different = np.asarray(model(images, training=False)) - np.asarray(copy(images, training=False))
    assert np.abs(different).max() > 1e-4


def test_a_normalised_channel_is_the_formula(tiny_run, monkeypatch):
    import keras

    from imgcls.workers import lesson_operations

    model = build_model(Choice(name="resnet-8"), (28, 28, 1), 10, 0)
    layer = next(one for one in model.layers if isinstance(one, keras.layers.BatchNormalization))
    layer.moving_mean.assign(layer.moving_mean + 0.3)
    layer.gamma.assign(layer.gamma * 1.5)
    card = load_trained(tiny_run.id).card
    monkeypatch.setattr(lesson_operations, "load_trained", lambda name: TrainedModel(card, model))
    facts, found = normalised({"model": tiny_run.id, "layer": layer.name, "channel": 2, "batch": 4}, {})
    x = found["before"].astype(float)
    scale = facts["gamma"] / np.sqrt(facts["moving_variance"] + facts["epsilon"])
    np.testing.assert_allclose(found["inference"], scale * (x - facts["moving_mean"]) + facts["beta"], atol=1e-4)
    assert facts["gamma"] == pytest.approx(1.5)
    assert found["training"].std() == pytest.approx(1.5, rel=0.05)


def test_the_body_without_its_head_says_what_imagenet_says():
    from skimage import data

    trained = load_trained("imagenet")
    cat = data.chelsea()[:224, 100:324]
    grey = np.full((32, 32, 1), 90, np.uint8)
    facts, arrays = body_features({}, {"images": cat[None]})
    assert arrays["features"].shape == (1, 1280)
    logits = trained.logits(cat[None])[0]
    kernel, bias = (np.asarray(weight) for weight in trained.keras_model.layers[-1].weights)
    np.testing.assert_allclose(arrays["features"][0] @ kernel + bias, logits, atol=1e-4)
    assert "cat" in facts["said"][0] or "tabby" in facts["said"][0]
    # the two ways to the logits differ by less than 1e-4 (above), the probability by less than a quarter of that
    likelihoods = np.exp(logits - logits.max())
    assert arrays["sure"][0] == pytest.approx(likelihoods.max() / likelihoods.sum(), abs=2.5e-5)
    assert facts["body"] == 4_652_008 - 1281 * 1000  # the published count, without the head's
    assert body_features({}, {"images": grey[None]})[1]["features"].shape == (1, 1280)


def test_every_weight_of_a_network_from_nothing_has_moved(tiny_run):
    facts, _ = moved({"model": tiny_run.id}, {})
    assert not facts["learned"]
    assert facts["blocks"]
    assert all(one["moved"] > 0 for one in [*facts["blocks"], facts["head"]])
    model = load_trained(tiny_run.id).keras_model
    assert sum(one["parameters"] for one in [*facts["blocks"], facts["head"]]) == model.count_params()


def test_what_moved_is_the_distance_by_hand(tiny_run, monkeypatch):
    from imgcls.runs import get_run
    from imgcls.workers import lesson_operations

    card, recipe = load_trained(tiny_run.id).card, get_run(tiny_run.id).recipe
    model = build_model(recipe.architecture, card.image_shape, len(card.class_names), recipe.seed)
    head = model.layers[-1]
    kernel, bias = head.get_weights()
    head.set_weights([kernel * 1.5, bias])  # the biases start at 0
    monkeypatch.setattr(lesson_operations, "load_trained", lambda name: TrainedModel(card, model))
    facts, _ = moved({"model": tiny_run.id}, {})
    assert all(one["moved"] == 0 for one in facts["blocks"])
    assert facts["head"]["moved"] == pytest.approx(0.5, rel=1e-5)


def test_each_change_is_drawn_of_the_same_images(home_folder):
    asked = {"dataset": {"name": "mnist-5k"}, "augmentations": ["flip", "cutout", "mixup"], "count": 4, "seed": 0}
    facts, arrays = changes(asked, {})
    originals, (flipped, cut, mixed) = arrays["originals"].astype(float), arrays["images"].astype(float)
    json.dumps(facts)
    for one, other in zip(originals, flipped, strict=True):
        assert np.array_equal(one, other) or np.array_equal(one[:, ::-1], other)
    assert not np.array_equal(originals, flipped), "with this seed one is mirrored"
    changed = cut != originals
    assert (cut[changed] == 0).all()
    assert changed.any()
    flip_labels, _cut_labels, mixed_labels = arrays["labels"]
    truth = flip_labels.argmax(axis=1)
    assert len(set(truth.tolist())) == 4
    for place in range(4):
        share = float(mixed_labels[place, truth[place]])
        partners = [one for one in range(4) if mixed_labels[place, truth[one]] > 0 and one != place]
        other = originals[partners[0]] if partners else originals[place]
        np.testing.assert_allclose(mixed[place], share * originals[place] + (1 - share) * other, atol=0.51)
    assert not np.array_equal(changes({**asked, "seed": 1}, {})[1]["images"][0], flipped)


@pytest.mark.parametrize(
    "window", [Window(3), Window(4, 1, "same"), Window(3, 2, "same"), Window(3, 1, "same", 2), Window(2, 3)], ids=str
)
def test_what_keras_computes_is_what_the_lessons_show(window):
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(14, 14)), rng.normal(size=(window.kernel, window.kernel))
    asked = {"layer": "Conv2D", **asdict(window)}
    _facts, arrays = by_keras(asked, {"x": x, "kernel": kernel})
    np.testing.assert_allclose(arrays["y"], convolve(x[..., None], kernel[..., None], window), atol=1e-5)
    if window.dilation == 1:
        for layer, kind in (("MaxPooling2D", "max"), ("AveragePooling2D", "mean")):
            _facts, arrays = by_keras({**asked, "layer": layer}, {"x": x})
            np.testing.assert_allclose(arrays["y"], pool(x, window, kind), atol=1e-6)


def test_the_batch_normalisation_of_keras_is_the_lessons():
    x = np.random.default_rng(0).normal(50, 30, (8, 30, 30))
    _facts, arrays = by_keras({"layer": "BatchNormalization", "gamma": 2.0, "beta": -1.0}, {"x": x})
    np.testing.assert_allclose(arrays["y"], normalise(x, *statistics(x), 2.0, -1.0), atol=1e-4)


def test_what_no_layer_of_a_lesson_is_is_refused():
    with pytest.raises(UnknownNameError, match="Conv2D, MaxPooling2D"):
        by_keras({"layer": "Lambda"}, {"x": np.zeros((3, 3))})
