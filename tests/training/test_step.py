"""The traced step, against Keras's own."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import Preprocessing
from imgcls.datasets import ImageSet
from imgcls.training.data import Batches
from imgcls.training.loop import make_optimizer
from imgcls.training.step import MOST, Steps


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


def test_predict_is_the_models_inference_and_leaves_no_trace(images):
    model = network(norm=True)
    steps = Steps(model, make_optimizer("adam"), Preprocessing())
    before = model.get_weights()
    logits = steps.predict(images.images, batch_size=7)
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


def test_any_number_of_steps_and_batch_sizes_is_traced_at_most_twice(images):
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
        steps.predict(images.images[:count], batch_size=7)
    assert steps._predict.experimental_get_tracing_count() <= 2


def test_most_steps_of_one_call(images):
    steps = Steps(network(), make_optimizer("sgd"), Preprocessing())
    batches = Batches(images.take(np.arange(MOST) % 30), 1, seed=0)
    losses, _ = steps.train(batches.epoch(0), np.full(MOST, 0.01))
    assert np.isfinite(losses).all()
    assert len(losses) == MOST
