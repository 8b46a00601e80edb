"""Steps in bfloat16: the same network, learning the same, and float32 in everything but its steps."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import Preprocessing, build_model
from imgcls.datasets import load
from imgcls.recipe import Choice
from imgcls.training.data import Batches
from imgcls.training.half import in_half, processor_has_bfloat16, quick_relu
from imgcls.training.optimizer import make_optimizer
from imgcls.training.step import Steps


@pytest.mark.parametrize(
    ("flags", "has"),
    [
        ("fpu avx2 avx512_bf16 amx_bf16", True),
        ("fpu avx2 avx512_bf16", True),
        ("fpu avx2 avx512f amx_bf16x", False),
        ("", False),
    ],
)
def test_what_the_processor_says(tmp_path, flags, has):
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nmodel name\t: amx_bf16\nflags\t\t: {flags}\n")
    assert processor_has_bfloat16(file) is has


def test_a_processor_that_says_nothing_has_none(tmp_path):
    assert not processor_has_bfloat16(tmp_path / "missing")


def network(name: str = "cnn"):
    block = {"width": 8, "batch_norm": True}
    options = {"blocks": [block, block]} if name == "cnn" else {}
    return build_model(Choice(name=name, **options), (28, 28, 1), 10, seed=0)


def test_it_ends_where_it_began_also_by_an_error():
    model = network()
    before = [layer.dtype_policy.name for layer in model.layers]
    with in_half(model):
        assert {layer.compute_dtype for layer in model.layers[:-1]} == {"bfloat16"}
        assert model.layers[-1].compute_dtype == "float32"
    with pytest.raises(ZeroDivisionError), in_half(model):
        _ = 1 / 0
    assert [layer.dtype_policy.name for layer in model.layers] == before == ["float32"] * len(before)


def steps_of(half: bool, name: str = "cnn") -> Steps:
    steps = Steps(network(name), make_optimizer("adam"), Preprocessing())
    steps.half = half
    return steps


def test_only_the_steps_compute_in_it(tmp_path):
    import keras

    images = load(Choice(name="mnist-5k")).take(np.arange(0, 5000, 40))
    full, half = steps_of(False), steps_of(True)
    # the same answers before, and whatever was traced meanwhile: predicting is float32
    np.testing.assert_array_equal(half.predict(images.images), full.predict(images.images))
    losses = [steps.train(Batches(images, 25, 0).epoch(0), np.full(4, 0.001))[0] for steps in (full, half)]
    assert not np.array_equal(*losses)
    np.testing.assert_allclose(losses[1], losses[0], rtol=0.02)
    logits = half.predict(images.images)
    plain = np.asarray(half.model(images.images.astype(np.float32) / 255, training=False))
    np.testing.assert_allclose(logits, plain, atol=1e-5)
    assert {variable.dtype for variable in half.model.variables} <= {"float32", "uint32"}
    # and so is what is saved
    half.model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert {layer.dtype_policy.name for layer in again.layers} == {"float32"}
    np.testing.assert_allclose(again(images.images.astype(np.float32) / 255, training=False), plain, atol=1e-6)


def test_gradients_are_those_of_float32_but_for_their_digits():
    images = load(Choice(name="mnist-5k")).take(np.arange(0, 5000, 40))
    before = network().get_weights()
    moved = []
    for half in (False, True):
        steps = steps_of(half)
        steps.train(Batches(images, 125, 0).epoch(0), np.array([0.001]))
        moved.append(steps.gradient_norms)
        for one, other in zip(steps.model.get_weights(), before, strict=True):
            assert one.dtype == other.dtype == np.float32
    np.testing.assert_allclose(moved[1], moved[0], rtol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["seed-cnn", "resnet-8"])
def test_it_learns_as_much(name):
    """Three epochs of 2,000 digits: the accuracy on others differs by less than its own error of two points."""
    images = load(Choice(name="mnist-5k"))
    train, test = images.take(np.arange(0, 5000, 2)), images.take(np.arange(1, 5000, 2))
    found = []
    for half in (False, True):
        steps = steps_of(half, name)
        batches = Batches(train, 50, 0)
        for epoch in range(3):
            steps.train(batches.epoch(epoch), np.full(batches.per_epoch, 0.002))
        found.append((steps.predict(test.images).argmax(1) == test.labels).mean())
    assert min(found) > 0.9
    assert abs(found[0] - found[1]) < 0.02


def test_a_relu_by_bits_is_a_relu():
    import tensorflow as tf

    values = np.array([0.0, -0.0, 1.0, -1.0, 3e38, -3e38, 1e-30, -1e-30, np.inf, -np.inf, np.nan], np.float32)
    x = tf.constant(np.concatenate([values, np.random.default_rng(0).normal(0, 5, 1000).astype(np.float32)]))
    half = tf.cast(x, tf.bfloat16)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(half)
        ours, stock = quick_relu(half), tf.nn.relu(half)
    np.testing.assert_array_equal(tf.cast(ours, tf.float32), tf.cast(stock, tf.float32))
    one, other = (tf.cast(tape.gradient(y, half), tf.float32) for y in (ours, stock))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(quick_relu(x), tf.nn.relu(x))  # of float32 it is TensorFlow's own
