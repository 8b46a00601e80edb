"""The page's batch normalisation is Keras's, in training and afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.comparison.differences import differences
from imgcls.lessons.normalisation import RATES, learns, moving_statistics, normalise, statistics, tried
from imgcls.training.check import check_recipe


@pytest.mark.parametrize(("gamma", "beta"), [(1.0, 0.0), (2.0, 1.0), (-0.5, 3.0)])
def test_it_is_the_batch_normalisation_of_keras(gamma: float, beta: float) -> None:
    import keras

    layer = keras.layers.BatchNormalization(momentum=0.9)
    layer.build((None, 4, 4, 1))
    layer.gamma.assign([gamma])
    layer.beta.assign([beta])
    rng = np.random.default_rng(0)
    batches = [rng.normal(0.3, 0.7, (6, 4, 4, 1)).astype(np.float32) for _ in range(5)]
    for batch in batches:
        wanted = np.asarray(layer(batch, training=True))
        found = normalise(batch, *statistics(batch.astype(float)), gamma, beta)
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)
    mean, variance = moving_statistics(batches, 0.9)
    assert mean == pytest.approx(float(layer.moving_mean[0]), abs=1e-6)
    assert variance == pytest.approx(float(layer.moving_variance[0]), abs=1e-6)
    later = normalise(batches[0], mean, variance, gamma, beta)
    np.testing.assert_allclose(later, np.asarray(layer(batches[0], training=False)), rtol=1e-6, atol=1e-6)


def test_after_it_mean_and_spread_are_beta_and_gamma() -> None:
    x = np.random.default_rng(0).normal(30, 40, 1000)
    y = normalise(x, *statistics(x), 2.0, 1.0, epsilon=0.0)
    assert y.mean() == pytest.approx(1.0)
    assert y.std() == pytest.approx(2.0)


def test_a_channel_that_never_changes_becomes_beta() -> None:
    x = np.full(5, 7.0)
    np.testing.assert_array_equal(normalise(x, *statistics(x), 2.0, 1.0), np.ones(5))


def test_the_trials_differ_in_rate_and_batch_norm_alone() -> None:
    recipes = tried()
    assert len(recipes) == 2 * len(RATES)
    for (rate, norm), recipe in recipes.items():
        check_recipe(recipe)
        assert recipe.training.optimizer.learning_rate == rate
        assert recipe.architecture.options["batch_norm"] is norm
    changed = set(differences(list(recipes.values())))
    assert changed == {"architecture.batch_norm", "training.optimizer.learning_rate"}


@pytest.mark.parametrize(("accuracy", "expected"), [(None, False), (0.1, False), (0.29, False), (0.3, True), (1, True)])
def test_what_counts_as_learning(accuracy: float | None, expected: bool) -> None:
    assert learns(accuracy, 10) is expected
