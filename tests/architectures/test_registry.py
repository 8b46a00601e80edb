"""Every architecture, on every data set that it takes: a flat graph with float32 logits that trains and travels."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, architecture_options, build_model, check_image_shape
from imgcls.datasets import DATASETS, load
from imgcls.errors import RecipeError, UnknownNameError
from imgcls.recipe import Choice

#: Loads every saved model in a process that has Keras but not this package, and predicts.
STRANGER = """
import importlib.util, json, sys
from pathlib import Path
assert importlib.util.find_spec("imgcls") is None, "imgcls can be imported"
import keras, numpy as np
for file in Path(sys.argv[1]).glob("*.keras"):
    model = keras.saving.load_model(file, safe_mode=True)
    inputs = np.load(file.with_suffix(".inputs.npy"))
    np.save(file.with_suffix(".outputs.npy"), np.asarray(model(inputs, training=False)))
"""


def fits(name: str, image_shape) -> bool:
    try:
        check_image_shape(Choice(name=name), image_shape)
    except RecipeError:
        return False
    return True


PAIRS = [
    (name, dataset.name) for name in ARCHITECTURES.names() for dataset in DATASETS if fits(name, dataset.image_shape)
]


def built(name: str, dataset: str, seed: int = 0, precision: str = "float32"):
    entry = DATASETS.get(dataset)
    return build_model(Choice(name=name), entry.image_shape, len(entry.class_names), seed, precision)


def some(dataset: str, count: int = 8) -> np.ndarray:
    images = load(Choice(name=dataset))
    return images.images[:: len(images) // count][:count]


def inputs_of(name: str, images: np.ndarray) -> np.ndarray:
    preprocessing = ARCHITECTURES.get(name).preprocessing
    return images.astype(np.float32) * preprocessing.scale + preprocessing.offset


@pytest.fixture(scope="module")
def abroad(tmp_path_factory, mnist_file):
    """Every pair saved here, and what a process without imgcls makes of it: {(name, dataset): (here, there)}."""
    place = tmp_path_factory.mktemp("abroad")
    here = {}
    for name, dataset in PAIRS:
        model, inputs = built(name, dataset), inputs_of(name, some(dataset))
        model.save(place / f"{name}@{dataset}.keras")
        np.save(place / f"{name}@{dataset}.inputs.npy", inputs)
        here[name, dataset] = np.asarray(model(inputs, training=False))
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "IMGCLS"))}
    done = subprocess.run(
        [sys.executable, "-I", "-c", STRANGER, str(place)], cwd=place, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {
        (name, dataset): (logits, np.load(place / f"{name}@{dataset}.outputs.npy"))
        for (name, dataset), logits in here.items()
    }


@pytest.mark.parametrize("name", ARCHITECTURES.names())
def test_every_architecture_is_described_and_fits_a_data_set(name):
    entry = ARCHITECTURES.get(name)
    for text in (entry.title, entry.paper, entry.summary):
        assert text
    assert 1 <= entry.sides[0] < entry.sides[1]
    assert any(pair[0] == name for pair in PAIRS)


@pytest.mark.parametrize(("name", "dataset"), PAIRS)
def test_every_architecture(name, dataset, abroad):
    import keras

    from imgcls.training.data import Batches
    from imgcls.training.loop import make_optimizer
    from imgcls.training.step import Steps

    entry, classes = DATASETS.get(dataset), len(DATASETS.get(dataset).class_names)
    model = built(name, dataset)

    # one flat graph of Keras's own layers
    assert not [layer.name for layer in model.layers if isinstance(layer, keras.Model)]
    assert all(type(layer).__module__.startswith("keras.") for layer in model.layers)
    assert model.input_shape == (None, *entry.image_shape)
    assert model.output_shape == (None, classes)

    # logits, in float32 whatever the precision
    head = model.layers[-1]
    assert head.dtype_policy.compute_dtype == "float32"
    assert getattr(head, "activation", keras.activations.linear) is keras.activations.linear
    assert built(name, dataset, precision="mixed_bfloat16").output.dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"

    # the same seed, the same weights
    first, same, other = (built(name, dataset, seed).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(one, two) for one, two in zip(first, same, strict=True))
    assert not all(np.array_equal(one, two) for one, two in zip(first, other, strict=True))

    # one step changes every trainable weight and leaves numbers
    images = load(Choice(name=dataset)).take(np.arange(0, entry.size, entry.size // 16)[:16])
    before = [np.array(variable.numpy()) for variable in model.trainable_variables]
    steps = Steps(model, make_optimizer("adam"), ARCHITECTURES.get(name).preprocessing)
    losses, _ = steps.train(Batches(images, 16, 0).epoch(0), np.array([0.001]))
    assert np.isfinite(losses).all()
    for variable, old in zip(model.trainable_variables, before, strict=True):
        assert np.isfinite(variable.numpy()).all()
        assert not np.array_equal(variable.numpy(), old), variable.path

    # a stranger with Keras alone gets the same numbers
    here, there = abroad[name, dataset]
    assert here.dtype == there.dtype == np.float32
    np.testing.assert_allclose(there, here, rtol=1e-5, atol=1e-6)
    assert np.ptp(here) > 0


@pytest.mark.parametrize("name", ARCHITECTURES.names())
def test_image_sizes_out_of_range_are_refused(name):
    smallest, largest = ARCHITECTURES.get(name).sides
    for height, width in ((smallest - 1, smallest), (smallest, largest + 1)):
        with pytest.raises(RecipeError, match=rf"from {smallest} to {largest} pixels .* {height} × {width}"):
            check_image_shape(Choice(name=name), (height, width, 1))
    for side in (smallest, largest):
        check_image_shape(Choice(name=name), (side, side, 3))


@pytest.mark.parametrize("name", ARCHITECTURES.names())
def test_the_smallest_image_really_works(name):
    side = ARCHITECTURES.get(name).sides[0]
    model = build_model(Choice(name=name), (side, side, 3), 2, seed=0)
    assert np.asarray(model(np.zeros((1, side, side, 3), np.float32), training=False)).shape == (1, 2)


@pytest.mark.parametrize("name", ARCHITECTURES.names())
def test_an_unknown_option_is_refused_with_its_name(name):
    with pytest.raises(RecipeError, match=r"“architecture\.confetti”\. Received: 3"):
        architecture_options(Choice(name=name, confetti=3))


def test_an_unknown_architecture_is_refused():
    with pytest.raises(UnknownNameError, match=r"no architecture “vgg”\. Expected one of: seed-cnn"):
        build_model(Choice(name="vgg"), (28, 28, 1), 10, seed=0)


def test_the_policy_of_before_comes_back_though_a_builder_fails(monkeypatch):
    import keras

    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setitem(ARCHITECTURES.get("seed-cnn").__dict__, "build", broken)
    with pytest.raises(ZeroDivisionError):
        build_model(Choice(name="seed-cnn"), (28, 28, 1), 10, 0, "mixed_bfloat16")
    assert keras.config.dtype_policy().name == "float32"


def test_listing_architectures_needs_no_keras():
    code = "import sys, imgcls.architectures, imgcls.datasets; print([m for m in sys.modules if m in ('keras','tensorflow')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
