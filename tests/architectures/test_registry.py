"""Every architecture, on every data set that it takes: a flat graph with float32 logits that trains and travels."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from imgcls.architectures import (
    ARCHITECTURES,
    architecture_options,
    build_model,
    check_image_shape,
    parameter_count,
)
from imgcls.datasets import DATASETS, ImageSet, load
from imgcls.errors import RecipeError, UnknownNameError
from imgcls.recipe import Choice
from imgcls.training.half import in_half
from tests.architectures.stranger import predict_abroad
from tests.architectures.trial import LARGE, STARTS_FROM, choice, everyday


@pytest.fixture(autouse=True)
def _a_run_to_start_from(tiny_run):
    STARTS_FROM["run"] = tiny_run.id


@pytest.fixture(scope="module")
def home_with_a_run(trained_once):
    """For fixtures that live longer than a test's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGCLS_HOME", str(trained_once.parents[1]))
        STARTS_FROM["run"] = trained_once.name
        yield


def fits(name: str, image_shape) -> bool:
    smallest, largest = ARCHITECTURES.get(name).sides
    if name == "from-run":  # while tests are collected there is no run
        return smallest <= min(image_shape[:2]) and max(image_shape[:2]) <= largest
    try:
        check_image_shape(choice(name), image_shape)
    except RecipeError:
        return False
    return True


#: What a network wants changed before it takes its largest images.
FOR_LARGE = {"vit-tiny": {"patch": 16}}

#: In the place of a data set, for a network that takes none of those that are registered.
NONE = "colours"


def pairs() -> list[tuple[str, str]]:
    found = []
    for name in ARCHITECTURES.names():
        here = [dataset for dataset in DATASETS if dataset.download is None]
        takes = [dataset.name for dataset in here if fits(name, dataset.usual.image_shape)]
        found += [(name, dataset) for dataset in takes or [NONE]]
    return found


PAIRS = pairs()
#: Of each network the first data set that it takes; of those the ones for every day. All others are slow.
SEEDED = [pair for place, pair in enumerate(PAIRS) if pair[0] not in dict(PAIRS[:place])]
FIRST = [pair for pair in SEEDED if pair[0] not in LARGE]


def some(name: str, dataset: str, count: int = 16) -> ImageSet:
    """A few images of a data set, or coloured noise in the smallest size that the network takes."""
    if dataset == NONE:
        side, random = ARCHITECTURES.get(name).sides[0], np.random.default_rng(0)
        pictures = random.integers(0, 256, (count, side, side, 3), np.uint8)
        return ImageSet(pictures, np.arange(count) % 3, ("red", "green", "blue"))
    images = load(Choice(name=dataset))
    return images.take(np.arange(0, len(images), len(images) // count)[:count])


def built(name: str, dataset: str, seed: int = 0):
    images = some(name, dataset, 1 if dataset == NONE else 16)
    return build_model(choice(name), images.image_shape, len(images.class_names), seed)


def inputs_of(name: str, images: np.ndarray) -> np.ndarray:
    preprocessing = ARCHITECTURES.get(name).preprocessing
    return images.astype(np.float32) * preprocessing.scale + preprocessing.offset


def sent_abroad(place, wanted):
    """Pairs trained for a step and saved here, and what a process without imgcls makes of them.

    {(name, dataset): (weights at first, model, losses, logits here, logits there)}
    """
    here, first, losses = {}, {}, {}
    for name, dataset in wanted:
        file, model = f"{name.replace('/', '_')}@{dataset}", built(name, dataset)
        images = some(name, dataset)
        first[file] = model.get_weights()
        losses[file] = one_step(name, model, images)
        here[file] = model, inputs_of(name, images.images)
    there = predict_abroad(place, here)
    found = {}
    for pair, (file, (model, inputs)) in zip(wanted, here.items(), strict=True):
        logits = np.asarray(model(inputs, training=False))
        found[pair] = first[file], model, losses[file], logits, there[file]
    return found


def one_step(name: str, model, images: ImageSet) -> np.ndarray:
    """The loss of one step of Adam on all images."""
    import tensorflow as tf

    from imgcls.training.data import Batches
    from imgcls.training.optimizer import make_optimizer
    from imgcls.training.step import Steps

    tf.config.run_functions_eagerly(True)  # computed at once in place of traced first: ten times sooner done
    try:
        steps = Steps(model, make_optimizer("adam"), ARCHITECTURES.get(name).preprocessing)
        return steps.train(Batches(images, len(images), 0).epoch(0), np.array([0.001]))[0]
    finally:
        tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def abroad(tmp_path_factory, home_with_a_run):
    return sent_abroad(tmp_path_factory.mktemp("abroad"), FIRST)


@pytest.fixture(scope="module")
def abroad_with(tmp_path_factory, home_with_a_run):
    """All slow pairs of one network at a time: a stranger for each pair would take minutes, one for all no memory."""
    known = {}

    def of(name):
        if name not in known:
            known.clear()
            wanted = [pair for pair in PAIRS if pair[0] == name and pair not in FIRST]
            known[name] = sent_abroad(tmp_path_factory.mktemp("abroad"), wanted)
        return known[name]

    return of


@pytest.mark.parametrize("name", ARCHITECTURES.names())
def test_every_architecture_is_described(name):
    entry = ARCHITECTURES.get(name)
    for text in (entry.title, entry.paper, entry.summary):
        assert text
    assert 1 <= entry.sides[0] < entry.sides[1]


@pytest.mark.timeout(900)  # the first one of a network waits for all of its models to travel
@pytest.mark.parametrize(
    ("name", "dataset"), [pytest.param(*pair, marks=[] if pair in FIRST else [pytest.mark.slow]) for pair in PAIRS]
)
def test_every_architecture(name, dataset, request):
    import keras

    images = some(name, dataset)
    every_day = (name, dataset) in FIRST
    found = request.getfixturevalue("abroad") if every_day else request.getfixturevalue("abroad_with")(name)
    first, model, losses, here, there = found[name, dataset]

    # one flat graph of Keras's own layers
    assert not [layer.name for layer in model.layers if isinstance(layer, keras.Model)]
    assert all(type(layer).__module__.startswith("keras.") for layer in model.layers)
    assert model.input_shape == (None, *images.image_shape)
    assert model.output_shape == (None, len(images.class_names))

    # logits, in float32
    head = model.layers[-1]
    assert head.dtype_policy.compute_dtype == "float32"
    assert getattr(head, "activation", keras.activations.linear) is keras.activations.linear

    # the same seed, the same weights: the size of an image changes nothing there
    if (name, dataset) in SEEDED:
        same, other = (built(name, dataset, seed).get_weights() for seed in (0, 1))
        assert all(np.array_equal(one, two) for one, two in zip(first, same, strict=True))
        assert not all(np.array_equal(one, two) for one, two in zip(first, other, strict=True))

    # counted right before it was built
    assert parameter_count(choice(name), images.image_shape, len(images.class_names)) in (
        model.count_params(),
        None,
    )

    # one step changes every trainable weight and leaves numbers
    assert np.isfinite(losses).all()
    trained = {id(variable) for variable in model.trainable_variables}
    for variable, old in zip(model.weights, first, strict=True):
        if id(variable) not in trained:
            continue
        assert np.isfinite(variable.numpy()).all()
        # a bias of the keys adds the same to all scores of a query, and the softmax takes it away again; ConvNeXt's
        # blocks begin scaled down to a millionth: one step may be less than what float32 can add to a 1
        stays = variable.path.endswith("/key/bias") or (name == "convnext" and variable.path.endswith("_norm/gamma"))
        assert stays or not np.array_equal(variable.numpy(), old), variable.path

    # trained and saved, opened by a stranger with Keras alone, it gives the same numbers
    assert here.dtype == there.dtype == np.float32
    assert np.ptp(here) > 0
    # to the size of the logits: before any training, batch norm in inference mode leaves some networks with tiny ones
    np.testing.assert_allclose(there, here, rtol=1e-5, atol=1e-5 * np.abs(here).max())


@pytest.mark.parametrize("name", ARCHITECTURES.names())
def test_image_sizes_out_of_range_are_refused(name):
    smallest, largest = ARCHITECTURES.get(name).sides
    for height, width in ((smallest - 1, smallest), (smallest, largest + 1)):
        with pytest.raises(RecipeError, match=rf"from {smallest} to {largest} pixels .* {height} × {width}"):
            check_image_shape(choice(name), (height, width, 1))
    for side in (smallest, largest):
        check_image_shape(choice(name, **FOR_LARGE.get(name, {})), (side, side, 3))


@pytest.mark.parametrize("name", everyday(ARCHITECTURES.names()))
def test_the_smallest_image_really_works(name):
    side = ARCHITECTURES.get(name).sides[0]
    model = build_model(choice(name), (side, side, 3), 2, seed=0)
    assert np.asarray(model(np.zeros((1, side, side, 3), np.float32), training=False)).shape == (1, 2)


@pytest.mark.parametrize("name", everyday(ARCHITECTURES.names()))
@pytest.mark.parametrize("shape", [(64, 64, 3), (61, 64, 1)])
def test_64_pixels_in_half_precision_really_work(name, shape):
    shape = (max(shape[0], ARCHITECTURES.get(name).sides[0]), *shape[1:])
    model = build_model(choice(name), shape, 3, seed=0)
    images = np.random.default_rng(0).random((2, *shape), np.float32)
    whole = np.asarray(model(images, training=False))
    with in_half(model):
        logits = np.asarray(model(images, training=False))
    assert (logits.shape, logits.dtype) == ((2, 3), np.float32)
    assert not np.array_equal(logits, whole)  # it was another precision
    np.testing.assert_allclose(logits, whole, atol=0.1 * max(1.0, np.abs(whole).max()))
    np.testing.assert_array_equal(np.asarray(model(images, training=False)), whole)  # and is no more


@pytest.mark.parametrize("name", ARCHITECTURES.names())
def test_an_unknown_option_is_refused_with_its_name(name):
    with pytest.raises(RecipeError, match=r"“architecture\.confetti”\. Received: 3"):
        architecture_options(Choice(name=name, confetti=3))


def test_an_unknown_architecture_is_refused():
    with pytest.raises(UnknownNameError, match=r"no architecture “vgg”\. Expected one of: .*seed-cnn"):
        build_model(Choice(name="vgg"), (28, 28, 1), 10, seed=0)


def test_listing_architectures_needs_no_keras():
    code = "import sys, imgcls.architectures, imgcls.datasets; print(len({'keras', 'tensorflow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
