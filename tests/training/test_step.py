"""The traced step, against Keras's own."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import Preprocessing, measure
from imgcls.datasets import ImageSet
from imgcls.training.data import Batches
from imgcls.training.optimizer import make_optimizer
from imgcls.training.step import MOST, Group, Steps


def network(regular: bool = False, norm: bool = False):
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    inputs = keras.Input((4, 4, 1))
    x = layers.Flatten()(inputs)
    if norm:
        x = layers.BatchNormalization()(x)
        x = layers.Dropout(0.5)(x)
    x = layers.Dense(5, activation="tanh", kernel_regularizer="l2" if regular else None)(x)
    return keras.Model(inputs, layers.Dense(3)(x))


@pytest.fixture(scope="module")
def images():
    random = np.random.default_rng(0)
    return ImageSet(random.integers(0, 256, (30, 4, 4, 1), np.uint8), random.integers(0, 3, 30), ("a", "b", "c"))


@pytest.mark.parametrize(("name", "regular"), [("adam", True), ("adamw", False), ("sgd", False), ("rmsprop", False)])
def test_trains_as_keras_does(images, name, regular):
    ours, theirs = network(regular), network(regular)
    scaling = Preprocessing(scale=1 / 128, offset=-1)
    theirs.compile(make_optimizer(name), _loss(), metrics=["accuracy"], jit_compile=False)
    batches, rates = Batches(images, 12, seed=0), np.array([0.01, 0.02, 0.005])
    losses, hits = Steps(ours, make_optimizer(name), scaling).train(batches.epoch(0), rates)
    assert losses.shape == hits.shape == (3,)
    for place, (pixels, labels) in enumerate(batches.epoch(0)):
        theirs.optimizer.learning_rate = rates[place]
        scaled = pixels.numpy() / 128.0 - 1
        before = theirs(scaled, training=False).numpy()
        theirs.reset_metrics()
        theirs.train_on_batch(scaled, labels)
        assert hits[place] == pytest.approx((before.argmax(1) == labels.numpy().argmax(1)).mean())
        assert losses[place] == pytest.approx(float(_loss()(labels, before)), abs=1e-5)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5)


def _loss():
    import keras

    return keras.losses.CategoricalCrossentropy(from_logits=True)


def test_predict_is_the_models_inference_and_leaves_no_trace(images, monkeypatch):
    monkeypatch.setattr(measure, "PASS_IMAGES", 7)
    model = network(norm=True)
    steps = Steps(model, make_optimizer("adam"), Preprocessing())
    before = model.get_weights()
    logits = steps.predict(images.images)
    assert logits.dtype == np.float32
    assert logits.shape == (30, 3)
    wanted = np.asarray(model(images.images.astype(np.float32) / 255, training=False))
    np.testing.assert_allclose(logits, wanted, atol=1e-6)
    np.testing.assert_array_equal(steps.predict(images.images), steps.predict(images.images))
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_training_is_training(images):
    """Batch statistics move, dropout drops."""
    model = network(norm=True)
    mean = next(variable for variable in model.variables if "moving_mean" in variable.path)
    before = np.array(mean.numpy())
    Steps(model, make_optimizer("sgd"), Preprocessing()).train(Batches(images, 30, 0).epoch(0), np.array([0.0]))
    assert not np.array_equal(before, mean.numpy())


def test_any_number_of_steps_and_batch_sizes_is_traced_at_most_twice(images, monkeypatch):
    monkeypatch.setattr(measure, "PASS_IMAGES", 7)
    model = network()
    steps = Steps(model, make_optimizer("sgd"), Preprocessing())
    batches = Batches(images, 4, seed=0)  # the eighth batch is smaller
    for epoch, counts in enumerate(([1, 2, 5], [8], [3, 5])):
        run = batches.epoch(epoch)
        for count in counts:
            losses, _ = steps.train(run, np.full(count, 0.1))
            assert losses.shape == (count,)
    assert steps._train.experimental_get_tracing_count() <= 2
    for count in (1, 7, 30):
        steps.predict(images.images[:count])
    assert steps._predict.experimental_get_tracing_count() <= 2


def test_batches_gathered_in_the_step_train_as_those_of_a_pipeline(images):
    import tensorflow as tf

    batches, found = Batches(images, 8, seed=0), []  # the fourth batch is smaller
    pipeline = tf.data.Dataset.from_generator(
        lambda: batches.epoch(1),
        output_signature=(tf.TensorSpec((None, 4, 4, 1), tf.uint8), tf.TensorSpec((None, 3), tf.float32)),
    )
    for run in (batches.epoch(1), iter(pipeline)):
        steps = Steps(network(), make_optimizer("adam"), Preprocessing())
        parts = [steps.train(run, np.full(count, 0.01)) for count in (1, 3)]
        found.append((np.concatenate([losses for losses, _ in parts]), steps.model.get_weights()))
    (losses, weights), (others, theirs) = found
    np.testing.assert_array_equal(losses, others)
    for one, other in zip(weights, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


def test_more_steps_than_the_epoch_has_batches(images):
    steps, batches = Steps(network(), make_optimizer("sgd"), Preprocessing()), Batches(images, 10, seed=0)
    with pytest.raises(ValueError, match="at most 2 more batches"):
        steps.train(batches.epoch(0, skip=1), np.full(3, 0.1))


def test_most_steps_of_one_call(images):
    steps = Steps(network(), make_optimizer("sgd"), Preprocessing())
    batches = Batches(images.take(np.arange(MOST) % 30), 1, seed=0)
    losses, _ = steps.train(batches.epoch(0), np.full(MOST, 0.01))
    assert np.isfinite(losses).all()
    assert len(losses) == MOST


def test_gradient_norms_are_those_of_the_last_step(images):
    """Against Keras's own gradients of the same batch, from the same weights."""
    import tensorflow as tf

    model = network()
    steps = Steps(model, make_optimizer("sgd"), Preprocessing())
    assert np.isnan(steps.gradient_norms).all()
    batches = Batches(images, 10, seed=0)
    steps.train(batches.epoch(0), np.array([0.1, 0.1]))
    before = [variable.numpy() for variable in model.trainable_variables]
    steps.train(batches.epoch(0, skip=2), np.array([0.1]))
    for variable, value in zip(model.trainable_variables, before, strict=True):
        variable.assign(value)
    pixels, labels = next(batches.epoch(0, skip=2))
    with tf.GradientTape() as tape:
        logits = model(tf.cast(pixels, tf.float32) / 255, training=True)
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, logits))
    kernels = [variable for variable in model.trainable_variables if variable.name == "kernel"]
    wanted = [np.linalg.norm(gradient.numpy()) for gradient in tape.gradient(loss, kernels)]
    np.testing.assert_allclose(steps.gradient_norms, wanted, rtol=1e-4)
    assert steps.kernel_layers == [layer.name for layer in model.layers if hasattr(layer, "kernel")]


def test_each_group_goes_at_its_own_rate(images):
    """With plain gradient descent a hundredth of the rate is a hundredth of the way."""
    import keras

    def changes(factor):
        model = network()
        before = model.get_weights()
        first, rest = model.trainable_variables[:1], model.trainable_variables[1:]
        groups = [Group(keras.optimizers.SGD(), first, factor), Group(keras.optimizers.SGD(), rest)]
        Steps(model, groups, Preprocessing()).train(Batches(images, 30, 0).epoch(0), np.array([0.1]))
        return [new - old for new, old in zip(model.get_weights(), before, strict=True)]

    whole, slow = changes(1.0), changes(0.01)
    np.testing.assert_allclose(slow[0], 0.01 * whole[0], atol=1e-6)
    assert np.abs(whole[0]).max() > 1e-4
    for one, other in zip(whole[1:], slow[1:], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-7)
