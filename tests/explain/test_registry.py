"""The registry, and every registered method on every kind of net."""

from __future__ import annotations

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.errors import UnknownNameError
from imgcls.explain import STATUS_WORDS, Status, explain, method, methods
from imgcls.explain.registry import NoOptions, register_method

NAMES = [known.name for known in methods()]


def pooled(size=(12, 10, 3), policy="float32"):
    inputs = keras.Input(size)
    x = layers.Conv2D(6, 3, strides=2, padding="same", bias_initializer="ones", dtype=policy)(inputs)
    x = layers.BatchNormalization(dtype=policy)(x)
    x = layers.ReLU(dtype=policy)(x)
    x = layers.GlobalAveragePooling2D(dtype=policy)(x)
    return keras.Model(inputs, layers.Dense(4, dtype="float32")(x))


def flattened():
    convolution = layers.Conv2D(4, 3, activation="relu", bias_initializer="ones")
    parts = [convolution, layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.5), layers.Dense(4)]
    return keras.Sequential([keras.Input((9, 9, 1)), *parts])


def mlp():
    inputs = keras.Input((6, 6, 1))
    x = layers.Dense(8, activation="relu")(layers.Flatten()(inputs))
    return keras.Model(inputs, layers.Dense(4)(x))


NETS = {
    "pooled": pooled,
    "flattened": flattened,
    "mlp": mlp,
    "bfloat16": lambda: pooled(policy="mixed_bfloat16"),
    "rgba": lambda: pooled((8, 8, 4)),
    "one pixel": lambda: pooled((1, 1, 1)),
}


@pytest.fixture(scope="module")
def nets():
    """Each kind of net, trained for one step, so that there is an optimizer state to damage."""
    keras.utils.set_random_seed(0)
    built = {kind: build() for kind, build in NETS.items()}
    for net in built.values():
        net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
        net.train_on_batch(pictures(net), np.arange(4))
    return built


def pictures(net):
    return np.random.default_rng(0).random((4, *net.inputs[0].shape[1:])).astype("float32")


def state(net):
    return [variable.numpy().tobytes() for variable in (*net.variables, *net.optimizer.variables)]


@pytest.mark.parametrize("kind", NETS)
@pytest.mark.parametrize("name", NAMES)
def test_every_method_on_every_net(name, kind, nets):
    net = nets[kind]
    images, targets = pictures(net), [0, 3, 1, 2]
    before = state(net)
    batch = explain(net, images, targets, name)
    loop = [explain(net, images[i : i + 1], targets[i], name)[0] for i in range(4)]
    assert state(net) == before
    for together, alone, target in zip(batch, loop, targets, strict=True):
        check(together, method(name), images.shape[1:3], target)
        assert together.status == alone.status
        largest = np.abs(alone.raw).max(initial=1e-6)
        np.testing.assert_allclose(together.raw, alone.raw, atol=(1e-2 if kind == "bfloat16" else 1e-5) * largest)


def check(found, known, size, target):
    assert (found.method, found.target) == (known.name, target)
    assert found.raw.ndim == 2
    assert found.raw.dtype == found.map.dtype == np.float32
    assert found.map.shape == size
    assert found.logits.shape == found.probabilities.shape == (4,)
    for array in (found.raw, found.map, found.logits, found.probabilities):
        assert np.isfinite(array).all()
    assert found.map.min() >= 0
    assert found.map.max() == (1 if found.drawn else 0)
    assert found.status in STATUS_WORDS
    assert (found.layer is None) == (found.layer_shape == ())
    if found.layer:
        assert known.needs_layer
        assert found.raw.shape == found.layer_shape[:2]


@pytest.mark.parametrize("name", NAMES)
def test_every_method_draws_something(name, nets):
    drawn = [
        each.drawn for kind in ("pooled", "flattened") for each in explain(nets[kind], pictures(nets[kind]), None, name)
    ]
    assert any(drawn) or not method(name).class_specific


@pytest.mark.parametrize("name", NAMES)
def test_every_method_says_what_its_reader_should_know(name):
    known = method(name)
    assert known.name == known.name.lower()
    for text in (known.title, known.paper, known.question, known.limits_text, known.cost):
        assert text.strip()
    assert "https://" in known.paper
    known.options()  # every option has a default
    for field in known.options.model_fields.values():
        assert field.description, "an option's help text is its label on the page"


def test_an_mlp_has_no_place_to_explain(nets):
    for found in explain(nets["mlp"], pictures(nets["mlp"]), None, "grad-cam"):
        assert found.status == Status.NO_SPATIAL_LAYER
        assert found.layer is None
        assert found.raw.shape == (0, 0)


def test_an_unknown_method_is_refused_and_the_known_ones_are_named():
    with pytest.raises(UnknownNameError, match=r"no explanation method “gradcam”.*grad-cam"):
        method("gradcam")


def test_a_name_is_registered_once():
    words = {"title": "t", "paper": "p", "question": "q", "limits_text": "l", "cost": "c"}
    with pytest.raises(ValueError, match="'grad-cam', which is registered already"):
        register_method("grad-cam", needs_layer=True, **words)(lambda subject, options: subject.images)
    assert method("grad-cam").options is NoOptions


def test_reading_the_registry_imports_no_keras():
    # the Streamlit server does; facts.md says what keras in its process costs
    code = (
        "import sys, imgcls.explain, imgcls.explain.picture; imgcls.explain.methods();"
        "print([name for name in ('keras', 'tensorflow', 'streamlit', 'matplotlib') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip() == "[]"
