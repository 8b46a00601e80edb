"""A network that begins where a run ended: its body with its weights, a new head, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model, parameter_count
from imgcls.architectures.transfer import learned_variables
from imgcls.errors import CheckpointError, RecipeError, RunStateError
from imgcls.models import load_trained
from imgcls.recipe import Choice, Recipe, recipe_from
from imgcls.runs import create_run, delete_run, get_run
from imgcls.training.check import check_recipe
from tests.conftest import train_here


def start(run, **options):
    return Choice(name="from-run", run=run.id, **options)


def inputs_of(name, images):
    preprocessing = ARCHITECTURES.get(name).preprocessing
    return images.astype(np.float32) * preprocessing.scale + preprocessing.offset


PICTURES = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 1), np.uint8)


def features(model, inputs):
    import keras

    body = keras.Model(model.inputs, model.get_layer("logits").input)
    return np.asarray(body(inputs, training=False))


def test_the_body_says_what_it_said_in_the_run(tiny_run):
    source = load_trained(tiny_run.id)
    shape = source.card.image_shape
    images = np.random.default_rng(0).integers(0, 256, (4, *shape), np.uint8)
    model = build_model(start(tiny_run), shape, 5, seed=0)
    assert model.output_shape == (None, 5)
    wanted = features(source.keras_model, source.inputs(images))
    np.testing.assert_allclose(features(model, inputs_of("from-run", images)), wanted, atol=1e-6)
    assert {variable.path for variable in learned_variables(model)} == {"logits/kernel", "logits/bias"}


def test_a_flat_graph_that_plain_keras_opens(tiny_run, tmp_path):
    import keras

    model = build_model(start(tiny_run), (20, 24, 3), 5, seed=0)
    assert not [layer for layer in model.layers if isinstance(layer, keras.Model)]
    images = np.random.default_rng(0).random((2, 20, 24, 3), np.float32)
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "images.npy", images)
    code = (
        "import keras, numpy; model = keras.saving.load_model('model.keras', compile=False);"
        "print(numpy.asarray(model(numpy.load('images.npy'), training=False)).tolist())"
    )
    out = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    np.testing.assert_allclose(
        json.loads(out.stdout.splitlines()[-1]), np.asarray(model(images, training=False)), atol=1e-5
    )


@pytest.mark.parametrize("shape", [(28, 28, 1), (20, 24, 3)])
def test_its_parameters_are_counted_before_it_is_built(tiny_run, shape, monkeypatch):
    model = build_model(start(tiny_run), shape, 5, seed=0)
    assert parameter_count(start(tiny_run), shape, 5) == model.count_params()
    monkeypatch.setenv("IMGCLS_PARAMETERS", "1000")
    with pytest.raises(RecipeError, match=r"at most 1,000 parameters\. Received: 121,930"):
        check_recipe(Recipe(architecture=start(tiny_run)))


def test_a_run_that_noted_no_features_is_counted_when_it_is_built(tiny_run):
    card = json.loads((tiny_run.folder / "model.json").read_text())
    del card["features"]
    (tiny_run.folder / "model.json").write_text(json.dumps(card))
    assert parameter_count(start(tiny_run), (28, 28, 1), 5) is None
    assert build_model(start(tiny_run), (28, 28, 1), 5, seed=0).output_shape == (None, 5)


def test_blocks_are_freed_from_the_head_on(tiny_run):
    shape = load_trained(tiny_run.id).card.image_shape
    counts = [
        len(build_model(start(tiny_run, trainable_blocks=blocks), shape, 5, seed=0).trainable_variables)
        for blocks in (0, 1, 2, 100)
    ]
    # seed-cnn: the head; dense_1; conv_2 with its pooling; conv_1: each a kernel and a bias
    assert counts == [2, 4, 6, 8]


def test_a_run_from_a_run_from_a_run(bars, tiny_run):
    """Each is trained and saved; names that a body has already are not given twice."""
    before = tiny_run
    for _ in range(2):
        recipe = recipe_from(
            {
                "dataset": {"name": "bars"},
                "architecture": {"name": "from-run", "run": before.id, "trainable_blocks": 1},
                "training": {"epochs": 1, "batch_size": 40},
            }
        )
        check_recipe(recipe)
        run = create_run(recipe, {})
        assert train_here(run.folder) == "completed"
        assert (
            load_trained(run.id).logits(np.zeros((1, *load_trained(run.id).card.image_shape), np.uint8)).shape[0] == 1
        )
        before = get_run(run.id)
    model = build_model(start(before), (9, 9, 3), 2, seed=0)
    assert "resize" in {layer.name for layer in model.layers}


def test_colours_become_the_grey_that_the_body_knows(tiny_run):
    source = load_trained(tiny_run.id)
    height, width, channels = source.card.image_shape
    assert channels == 1
    images = np.random.default_rng(0).integers(0, 256, (3, height, width, 3), np.uint8)
    model = build_model(start(tiny_run, trainable_blocks=100), (height, width, 3), 5, seed=0)
    assert not model.get_layer("luma").trainable
    grey = (inputs_of("from-run", images) @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    scale = 255 * source.card.preprocessing.scale
    wanted = features(source.keras_model, grey * scale + source.card.preprocessing.offset)
    np.testing.assert_allclose(features(model, inputs_of("from-run", images)), wanted, atol=1e-5)


# -- refused, before there is a run


def recipe_of(run_id):
    return Recipe(dataset=Choice(name="mnist-5k"), architecture=Choice(name="from-run", run=run_id))


def test_no_run_chosen():
    with pytest.raises(RecipeError, match="Choose a run that has ended"):
        check_recipe(recipe_of(""))


@pytest.mark.parametrize("name", ["20260131-093000-1a2b3c", "../../etc/passwd", "imagenet"])
def test_a_run_that_is_not_there(name):
    with pytest.raises(RecipeError, match="may have been deleted"):
        check_recipe(recipe_of(name))


def test_a_deleted_run(tiny_run):
    check_recipe(recipe_of(tiny_run.id))
    delete_run(tiny_run)
    with pytest.raises(RecipeError, match="may have been deleted"):
        check_recipe(recipe_of(tiny_run.id))


def test_a_run_that_waits():
    run = create_run(Recipe(), {"ticket": 1, "engine": "none"})
    with pytest.raises(RunStateError, match="has none"):
        check_recipe(recipe_of(run.id))


@pytest.mark.parametrize("name", ["model.keras", "model.json"])
def test_a_damaged_model(tiny_run, name):
    path = tiny_run.folder / name
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="damaged"):
        check_recipe(recipe_of(tiny_run.id))
