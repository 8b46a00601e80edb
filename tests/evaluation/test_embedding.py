"""The map against scikit-learn, and what it is made of against Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA

from imgcls.evaluation.embedding import (
    EMBEDDING,
    Embedding,
    keep_embedding,
    known_embedding,
    penultimate,
    principal_components,
    some_places,
    tsne,
)


@pytest.mark.parametrize(("count", "width"), [(50, 8), (10, 300), (3, 2)])
def test_components_are_scikit_learns_up_to_their_sign(count, width):
    features = np.random.default_rng(0).normal(3, [*range(1, width + 1)], (count, width)).astype(np.float32)
    known = PCA(2, svd_solver="full").fit(features)
    found, explained = principal_components(features)
    expected = known.transform(features)
    np.testing.assert_allclose(np.abs(found), np.abs(expected), rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    np.testing.assert_allclose(explained, known.explained_variance_ratio_, rtol=1e-5)


def test_images_that_are_all_alike_have_no_direction():
    found, explained = principal_components(np.ones((5, 3)))
    assert not found.any()
    assert not explained.any()


def test_one_feature_is_one_direction():
    found, explained = principal_components(np.arange(4.0)[:, None])
    np.testing.assert_allclose(found, [[-1.5, 0], [-0.5, 0], [0.5, 0], [1.5, 0]])
    assert explained.tolist() == [1, 0]


def test_tsne_keeps_groups_together_and_is_the_same_every_time():
    random = np.random.default_rng(0)
    groups = np.repeat([0, 1, 2], 20)
    features = random.normal(0, 0.1, (60, 5)) + 10 * np.eye(5)[groups]
    found = tsne(features)
    np.testing.assert_array_equal(found, tsne(features))
    distances = np.linalg.norm(found[:, None] - found[None], axis=-1) + 1e9 * np.eye(60)
    assert (groups[distances.argmin(axis=1)] == groups).all()


def test_some_of_every_class():
    labels = np.repeat([0, 1, 2], [3000, 1500, 500])
    found = some_places(labels, 500)
    assert len(set(found.tolist())) == 500
    assert np.bincount(labels[found]).tolist() == pytest.approx([300, 150, 50], abs=1)
    assert some_places(labels[:10], 500).tolist() == list(range(10))


def test_what_the_last_layer_is_given():
    inputs = keras.Input((4, 4, 1))
    x = keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(3, name="logits")(x))
    images = np.random.default_rng(0).uniform(size=(2, 4, 4, 1)).astype(np.float32)
    features = np.asarray(penultimate(model)(images, training=False))
    kernel, bias = model.get_layer("logits").get_weights()
    np.testing.assert_allclose(features @ kernel + bias, model(images, training=False), rtol=1e-5, atol=1e-6)


def test_kept_for_its_weights_alone(tiny_run):
    made = Embedding(np.arange(3), np.ones((3, 2)), np.ones(2), np.zeros((3, 2)))
    keep_embedding(tiny_run, "these", made)
    assert known_embedding(tiny_run, "these").places.tolist() == [0, 1, 2]
    assert known_embedding(tiny_run, "others") is None
    (tiny_run.folder / EMBEDDING).write_bytes(b"nonsense")
    assert known_embedding(tiny_run, "these") is None


@pytest.mark.slow
def test_the_map_of_a_run(tiny_run):
    from imgcls.models import load_trained
    from imgcls.training.data import divided
    from imgcls.workers.evaluation_operations import embedding

    facts, arrays = embedding({"model": tiny_run.id}, {})
    assert facts == {"images": 1000}
    assert arrays["components"].shape == arrays["neighbours"].shape == (1000, 2)
    again = embedding({"model": tiny_run.id}, {})[1]
    np.testing.assert_array_equal(again["neighbours"], arrays["neighbours"])
    trained = load_trained(tiny_run.id)
    images, parts = divided(tiny_run.recipe)
    first = trained.inputs(images.images[parts.test])
    features = np.asarray(penultimate(trained.keras_model)(first, training=False))
    components, _ = principal_components(features)
    np.testing.assert_allclose(np.abs(arrays["components"]), np.abs(components), rtol=1e-2, atol=1e-3)
