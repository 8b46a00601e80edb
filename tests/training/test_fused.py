"""The fused kernel against Keras's own batch norm."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.training.fused import fuse_batch_norm


def network(precision: str = "float32", **options):
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    x = inputs = keras.Input((6, 5, 2))
    x = layers.Conv2D(3, 3, dtype=precision, name="conv")(x)
    x = layers.BatchNormalization(momentum=0.8, dtype=precision, name="norm", **options)(x)
    x = layers.Flatten(dtype="float32")(layers.ReLU(dtype=precision)(x))
    return keras.Model(inputs, layers.Dense(4, dtype="float32")(x))


def trained_once(model, images, wanted):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        outputs = model(images, training=True)
        loss = tf.reduce_mean((outputs - wanted) ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    norm = model.get_layer("norm")
    return outputs.numpy(), [g.numpy() for g in gradients], norm.moving_mean.numpy(), norm.moving_variance.numpy()


def both(images, **options):
    stock, fused = network(**options), network(**options)
    fuse_batch_norm(fused)
    wanted = np.random.default_rng(1).random((len(images), 4), np.float32)
    return trained_once(stock, images, wanted), trained_once(fused, images, wanted), fused


@pytest.mark.parametrize("count", [1, 2, 7, 64])
def test_outputs_gradients_and_statistics_are_keras_own(count):
    images = np.random.default_rng(0).normal(1, 3, (count, 6, 5, 2)).astype(np.float32)
    stock, fused, model = both(images)
    assert model.get_layer("norm").call.__name__ == "call"
    for one, other in zip(stock, fused, strict=True):
        for left, right in zip(np.atleast_1d(one) if not isinstance(one, list) else one, other, strict=True):
            np.testing.assert_allclose(right, left, atol=2e-5, rtol=1e-4)


def test_half_precision_stays_near():
    images = np.random.default_rng(0).normal(0, 1, (32, 6, 5, 2)).astype(np.float32)
    stock, fused, model = both(images, precision="mixed_bfloat16")
    assert model.get_layer("norm").compute_dtype == "bfloat16"
    np.testing.assert_allclose(fused[0], stock[0], atol=0.05)
    np.testing.assert_allclose(fused[2], stock[2], atol=0.01)


def test_in_a_traced_step_the_statistics_move_too():
    import tensorflow as tf

    model = network()
    fuse_batch_norm(model)
    images = np.random.default_rng(0).normal(1, 3, (8, 6, 5, 2)).astype(np.float32)
    before = model.get_layer("norm").moving_mean.numpy().copy()
    tf.function(lambda: model(images, training=True))()
    assert not np.array_equal(before, model.get_layer("norm").moving_mean.numpy())


def test_inference_is_untouched():
    images = np.random.default_rng(0).random((4, 6, 5, 2), np.float32)
    stock, fused = network(), network()
    fuse_batch_norm(fused)
    np.testing.assert_array_equal(fused(images, training=False), stock(images, training=False))


def test_a_frozen_layer_stays_in_inference_mode():
    images = np.random.default_rng(0).random((4, 6, 5, 2), np.float32)
    model = network()
    fuse_batch_norm(model)
    model.get_layer("norm").trainable = False
    np.testing.assert_array_equal(model(images, training=True), model(images, training=False))
    np.testing.assert_array_equal(model.get_layer("norm").moving_mean.numpy(), 0)


@pytest.mark.parametrize("options", [{"scale": False}, {"center": False}, {"axis": 1}])
def test_what_the_kernel_cannot_do_is_left_alone(options):
    model = network(**options)
    before = model.get_layer("norm").call
    fuse_batch_norm(model)
    assert model.get_layer("norm").call == before


def test_what_is_saved_is_the_stock_layer(tmp_path):
    import keras

    model = network()
    fuse_batch_norm(model)
    images = np.random.default_rng(0).random((4, 6, 5, 2), np.float32)
    model(images, training=True)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    norm = again.get_layer("norm")
    assert type(norm) is keras.layers.BatchNormalization
    assert "call" not in vars(norm)
    np.testing.assert_allclose(again(images, training=False), model(images, training=False), atol=1e-6)
