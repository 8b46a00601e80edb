"""The registry, and every registered method on every kind of net."""

from __future__ import annotations

import subprocess
import sys
import threading

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.errors import UnknownNameError
from imgcls.explain import STATUS_WORDS, Status, explain, method, methods
from imgcls.explain.registry import FAMILY_WORDS, HEAVY, Family, NoOptions, Size, register_method
from tests.explain.nets import change_head, cheap, gap_net, pictures

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


def state(net):
    return [variable.numpy().tobytes() for variable in (*net.variables, *net.optimizer.variables)]


@pytest.mark.parametrize("kind", NETS)
@pytest.mark.parametrize("name", NAMES)
def test_every_method_on_every_net(name, kind, nets):
    net = nets[kind]
    images, targets = pictures(net), [0, 3, 1, 2]
    before = state(net)
    batch = explain(net, images, targets, name, options=cheap(name))
    loop = [explain(net, images[i : i + 1], targets[i], name, options=cheap(name))[0] for i in range(4)]
    assert state(net) == before
    for together, alone, target in zip(batch, loop, targets, strict=True):
        check(together, method(name), images.shape[1:], target)
        assert together.status == alone.status
        largest = np.abs(alone.raw).max(initial=1e-6)
        np.testing.assert_allclose(together.raw, alone.raw, atol=(1e-2 if kind == "bfloat16" else 1e-5) * largest)
        np.testing.assert_array_equal(together.picture, alone.picture)


def check(found, known, shape, target):
    assert (found.method, found.target, found.against) == (known.name, target, None)
    assert found.raw.ndim == 2
    assert found.raw.dtype == found.map.dtype == np.float32
    assert found.map.shape == shape[:2]
    assert found.logits.shape == found.probabilities.shape == (4,)
    for array in (found.raw, found.map, found.logits, found.probabilities):
        assert np.isfinite(array).all()
    assert found.map.min() >= 0
    assert found.map.max() == (1 if found.drawn else 0)
    assert found.status in STATUS_WORDS
    assert found.signed == known.signed
    assert (found.layer is None) == (found.layer_shape == ())
    assert (found.layer is not None) == (known.needs_layer and found.status != Status.NO_SPATIAL_LAYER)
    check_size(found, known, shape)


def check_size(found, known, shape):
    made = known.family == Family.SYNTHESIS
    assert (found.picture is not None) == made
    if made:
        assert (found.picture.shape, found.picture.dtype) == (shape, np.uint8)
    if made or found.status in (Status.NO_SPATIAL_LAYER, Status.NO_RELU):
        assert found.raw.shape == (0, 0)
    else:
        assert found.raw.shape == (found.layer_shape[:2] if known.needs_layer else shape[:2])


@pytest.mark.parametrize("name", NAMES)
def test_every_method_makes_something(name, nets):
    made = [
        each.drawn or each.picture is not None
        for kind in ("pooled", "flattened")
        for each in explain(nets[kind], pictures(nets[kind]), None, name, options=cheap(name))
    ]
    assert any(made)


def test_four_threads_at_once_get_what_one_gets(nets):
    net = nets["pooled"]
    images = pictures(net)
    before, answers, start = state(net), {}, threading.Barrier(4)

    def work(number):
        start.wait()
        own = NAMES[4 * number :] + NAMES[: 4 * number]  # each begins with another method
        answers[number] = {name: explain(net, images, None, name, options=cheap(name)) for name in own}

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert state(net) == before
    for name in NAMES:
        for number, alone in enumerate(explain(net, images, None, name, options=cheap(name))):
            for given in answers.values():
                assert given[name][number].status == alone.status
                largest = np.abs(alone.raw).max(initial=1e-6)
                np.testing.assert_allclose(given[name][number].raw, alone.raw, atol=1e-5 * largest)
                if alone.picture is not None:
                    np.testing.assert_allclose(given[name][number].picture.astype(int), alone.picture, atol=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_probability_of_one_is_still_explained(name):
    # one convolution with positive weights: every pixel speaks for class 0, and the softmax is 1 to the last bit
    net = gap_net()
    net.get_layer("map").set_weights([np.abs(weight) for weight in net.get_layer("map").get_weights()])
    change_head(net, lambda kernel, bias: [1e4 * np.abs(kernel) * [1, 0, 0], bias])
    for found in explain(net, pictures(net), None, name, options={**cheap(name), **SEEN_DARK.get(name, {})}):
        assert (found.target, found.probabilities[0]) == (0, 1)
        assert np.isfinite(found.raw).all()
        if name == "rise":  # it asks how *probable* the class is, and it is so behind every mask
            assert found.status == Status.SATURATED
            assert not found.map.any()
        else:
            assert found.drawn or found.picture is not None
            assert found.picture is not None or found.map.max() == 1


#: What is hidden is hidden behind black, so that it raises the score of no class.
SEEN_DARK = {"occlusion": {"fill": "black"}, "lime": {"fill": "black"}, "rise": {"fill": "black"}}


@pytest.mark.parametrize("name", NAMES)
def test_a_score_that_depends_on_nothing_is_not_drawn(name):
    net = gap_net()
    change_head(net, lambda kernel, bias: [0 * kernel, bias + 3])
    for found in explain(net, pictures(net), 0, name, options=cheap(name)):
        if name in INDIFFERENT:
            assert np.isfinite(found.map).all()
        else:
            assert (found.status, found.map.any()) == (Status.GRADIENT_VANISHED, False)


#: Eigen-CAM does not ask for a score; to Score-CAM's softmax all channels are then alike; a picture is made anyway.
INDIFFERENT = ("eigen-cam", "score-cam", "activation-maximization")


@pytest.mark.parametrize("name", NAMES)
def test_a_diverged_network_is_not_drawn(name):
    net = gap_net()
    net.set_weights([np.full_like(weight, np.nan) for weight in net.get_weights()])
    for found in explain(net, pictures(net), 0, name, options=cheap(name)):
        assert found.status == Status.NON_FINITE
        assert not found.map.any()
        assert found.picture is None


@pytest.mark.parametrize("name", [name for name in NAMES if name != "activation-maximization"])
def test_a_constant_added_to_all_logits_changes_nothing(name):
    net = gap_net()
    images = pictures(net)
    before = explain(net, images, [0, 1, 2, 0], name, options=cheap(name))
    change_head(net, lambda kernel, bias: [kernel, bias + 2])
    for old, new in zip(before, explain(net, images, [0, 1, 2, 0], name, options=cheap(name)), strict=True):
        # differences of logits of about 2 are rounded
        np.testing.assert_allclose(old.raw, new.raw, atol=1e-5 * np.abs(old.raw).max() + 1e-6)
        assert old.status == new.status


@pytest.mark.parametrize("name", NAMES)
def test_long_work_says_how_far_it_is_and_ends_when_nobody_waits(name):
    class Gone(Exception):
        pass

    def leave(done, total):
        raise Gone

    net, heard = gap_net(), []
    explain(net, pictures(net, 2), None, name, options=cheap(name), progress=lambda *far: heard.append(far))
    assert all(0 <= done < total for done, total in heard)
    # one that asks a few dozen times more than once for its map has to tell
    assert bool(heard) == (method(name).passes(method(name).options(), Size(8, 8, 4)) > 3)
    if heard:
        with pytest.raises(Gone):
            explain(net, pictures(net, 2), None, name, options=cheap(name), progress=leave)


@pytest.mark.parametrize("name", NAMES)
def test_the_price_is_told_before(name):
    known = method(name)
    price = known.passes(known.options(), Size(224, 224, 256))
    assert price >= 3
    assert known.is_heavy == (price > HEAVY)
    for option in ("masks", "samples", "steps"):  # twice as many, about twice the price
        if option in known.options.model_fields:
            least = known.options.model_validate({option: 100})
            most = known.options.model_validate({option: 200})
            size = Size(8, 8, 4)
            assert 1.9 < known.passes(most, size) / known.passes(least, size) <= 2


def test_a_network_without_relu_has_nothing_to_guide():
    inputs = keras.Input((6, 6, 1))
    x = layers.Conv2D(4, 3, activation="gelu")(inputs)
    net = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    for found in explain(net, pictures(net), None, "guided-backprop"):
        assert found.status == Status.NO_RELU
        assert found.raw.shape == (0, 0)
        assert not found.map.any()
    assert method("guided-backprop").misfit(has_layer=False, has_relu=False) == Status.NO_RELU
    assert method("guided-backprop").misfit(has_layer=False, has_relu=True) is None
    assert method("grad-cam").misfit(has_layer=False, has_relu=True) == Status.NO_SPATIAL_LAYER
    assert method("saliency").misfit(has_layer=False, has_relu=False) is None


def test_every_family_is_there_and_has_words():
    assert {method(name).family for name in NAMES} == set(Family) == set(FAMILY_WORDS)


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
        register_method("grad-cam", family=Family.LAYER, **words)(lambda subject, options: subject.images)
    assert method("grad-cam").options is NoOptions


def test_reading_the_registry_imports_no_keras():
    # the Streamlit server does; keras in its process costs it a whole core
    code = (
        "import sys, imgcls.explain, imgcls.explain.picture; imgcls.explain.methods();"
        "print([name for name in ('keras', 'tensorflow', 'streamlit', 'matplotlib') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip() == "[]"
