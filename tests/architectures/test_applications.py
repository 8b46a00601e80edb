"""Keras Applications: the plain application number for number, flat, from standard layers, and open to a stranger."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model, check_image_shape, parameter_count
from imgcls.architectures.applications import WITH_HEAD
from imgcls.architectures.transfer import parts
from imgcls.architectures.weights.downloaded import DOWNLOADED
from imgcls.errors import CheckpointError, MissingWeightsError, RecipeError, UnknownNameError
from imgcls.models import load_trained, model_card
from imgcls.recipe import Choice
from tests.architectures import legacy
from tests.architectures.stranger import predict_abroad

#: name → the module of its `preprocess_input`, and the blocks that can be frozen
APPLICATIONS = {
    "MobileNetV2": ("mobilenet_v2", 19),
    "ResNet50V2": ("resnet_v2", 17),
    "DenseNet121": ("densenet", 62),
    "EfficientNetV2B0": ("efficientnet_v2", 23),
    "ConvNeXtTiny": ("convnext", 22),
}
SIDE = 64


@pytest.fixture(autouse=True)
def no_keras_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def choice(name: str, **options: Any) -> Choice:
    return Choice(name=f"applications/{name}", **{"side": SIDE, **options})


def pictures(height: int = SIDE, width: int = SIDE, channels: int = 3) -> np.ndarray:
    """Noise, and the same in the shadow."""
    noise = np.random.default_rng(0).integers(0, 256, (height, width, channels))
    shadow = np.linspace(0.1, 1, width)[None, :, None]
    return np.stack([noise, noise * shadow]).astype(np.uint8)


def inputs(name: str, images: np.ndarray) -> np.ndarray:
    preprocessing = ARCHITECTURES.get(f"applications/{name}").preprocessing
    return images.astype(np.float32) * np.float32(preprocessing.scale) + np.float32(preprocessing.offset)


def features_of(model: Any, batch: np.ndarray) -> np.ndarray:
    import keras

    return np.asarray(keras.Model(model.inputs[0], parts(model).features.output)(batch, training=False))


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> dict[str, tuple[Any, Any]]:
    """name → the plain application with drawn weights, and its file; made when asked for. `…-with-head`: with it."""
    place = tmp_path_factory.mktemp("published")

    class Made(dict):
        def __missing__(self, name: str) -> tuple[Any, Any]:
            import keras

            make = getattr(keras.applications, name.removesuffix(WITH_HEAD))
            if name.endswith(WITH_HEAD):
                plain = make(weights=None, input_shape=(224, 224, 3))
            else:
                plain = make(include_top=False, weights=None, input_shape=(SIDE, SIDE, 3), pooling="avg")
            path = place / f"{name}.h5"
            legacy.save(legacy.drawn(plain), path)
            self[name] = plain, path
            return self[name]

    return Made()


@pytest.fixture
def cached(published, monkeypatch, home_folder):
    """Put the file of a drawn application where its download would be: `cached("MobileNetV2")` → the application."""

    def cached(name: str) -> Any:
        plain, path = published[name]
        weights = legacy.publish(monkeypatch, name, path)
        place = home_folder / "cache" / "weights"
        place.mkdir(parents=True, exist_ok=True)
        (place / weights.file).symlink_to(path)
        return plain

    return cached


# -- the networks


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[] if one == "MobileNetV2" else pytest.mark.slow) for one in APPLICATIONS]
)
def test_it_is_the_plain_application_number_for_number(name, cached):
    import keras

    plain = cached(name)
    images = pictures()
    model = build_model(choice(name), (SIDE, SIDE, 3), 5, seed=0)
    module = getattr(keras.applications, APPLICATIONS[name][0])
    wanted = np.asarray(plain(module.preprocess_input(images.astype(np.float32)), training=False))
    found = features_of(model, inputs(name, images))
    assert wanted.std(axis=1).min() > 1e-3
    assert np.abs(wanted[0] - wanted[1]).max() > 1e-3
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4 * np.abs(wanted).max())
    check_graph(name, model)


def check_graph(name: str, model: Any) -> None:
    """Flat, of Keras's own layers, counted without being built, and in sensible blocks."""
    import keras

    assert not [layer.name for layer in model.layers if isinstance(layer, keras.Model)]
    assert {type(layer).__module__.split(".layers.")[0] for layer in model.layers} == {"keras.src"}
    assert model.count_params() == parameter_count(choice(name, weights="none"), (28, 30, 1), model.output.shape[1])
    assert model.output.dtype == "float32"
    found = parts(model)
    told = ARCHITECTURES.get(f"applications/{name}").blocks(None)
    assert len(found.blocks) == told == APPLICATIONS[name][1]
    assert [layer.name for layer in found.head] == ["dropout", "logits"]
    assert len(found.features.output.shape) == 2


@pytest.mark.slow  # two large networks
def test_names_do_not_depend_on_what_was_built_before():
    one, two = (build_model(choice("DenseNet121", weights="none"), (SIDE, SIDE, 3), 3, seed=0) for _ in range(2))
    assert [layer.name for layer in one.layers] == [layer.name for layer in two.layers]
    assert one.get_config() == two.get_config()


@pytest.mark.slow  # a third ConvNeXt
def test_keras_convnext_at_a_side_that_leaves_pixels_over(cached):
    import keras

    plain = cached("ConvNeXtTiny")
    larger = keras.applications.ConvNeXtTiny(include_top=False, weights=None, input_shape=(75, 75, 3), pooling="avg")
    larger.set_weights(plain.get_weights())
    images = pictures(75, 75)
    model = build_model(choice("ConvNeXtTiny", side=75), (75, 75, 3), 5, seed=0)
    wanted = np.asarray(larger(images.astype(np.float32), training=False))
    np.testing.assert_allclose(features_of(model, inputs("ConvNeXtTiny", images)), wanted, rtol=1e-3, atol=1e-3)


def test_grey_is_three_equal_channels_and_any_size_is_resized(cached):
    cached("MobileNetV2")
    grey = build_model(choice("MobileNetV2"), (28, 28, 1), 3, seed=0)
    colour = build_model(choice("MobileNetV2"), (28, 28, 3), 3, seed=0)
    images = pictures(28, 28, 1)
    one = np.asarray(grey(inputs("MobileNetV2", images), training=False))
    two = np.asarray(colour(inputs("MobileNetV2", images.repeat(3, axis=3)), training=False))
    np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)


@pytest.mark.slow  # five networks, saved and loaded
def test_a_stranger_with_keras_alone_gets_the_same_numbers(tmp_path, cached):
    models = {}
    for name in APPLICATIONS:
        cached(name)
        models[name] = build_model(choice(name, side=32), (32, 32, 3), 4, seed=0), inputs(name, pictures(32, 32))
    found = predict_abroad(tmp_path, models)
    for name, (model, batch) in models.items():
        wanted = np.asarray(model(batch, training=False))
        assert np.ptp(wanted) > 0
        np.testing.assert_allclose(found[name], wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max(), err_msg=name)


# -- with the old head


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[] if one == "MobileNetV2" else pytest.mark.slow) for one in APPLICATIONS]
)
def test_with_its_old_head_it_is_a_model_that_knows_imagenet(name, cached):
    import keras

    plain = cached(f"{name}{WITH_HEAD}")
    trained = load_trained(f"applications/{name}")
    assert trained.card.name == f"applications/{name}"
    assert (len(trained.card.class_names), trained.card.image_shape) == (1000, (224, 224, 3))
    images = pictures(224, 224)
    module = getattr(keras.applications, APPLICATIONS[name][0])
    head = plain.layers[-1]  # its softmax would take drawn weights' logits to 0
    features = keras.Model(plain.inputs, head.input)(module.preprocess_input(images.astype(np.float32)), training=False)
    wanted = np.asarray(features) @ head.kernel.numpy() + head.bias.numpy()
    found = trained.logits(images)
    assert np.ptp(wanted) > 0.1
    np.testing.assert_allclose(found, wanted, atol=1e-3 * np.ptp(wanted))


def test_the_body_may_come_from_the_file_with_the_head(cached):
    plain = cached(f"MobileNetV2{WITH_HEAD}")
    check_image_shape(choice("MobileNetV2"), (28, 28, 1))  # nothing is missed
    model = build_model(choice("MobileNetV2"), (SIDE, SIDE, 3), 5, seed=0)
    for layer in model.layers:
        if layer.weights and layer.name != "logits":
            for one, other in zip(layer.weights, plain.get_layer(layer.name).weights, strict=True):
                np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_without_its_head_it_can_be_trained_and_not_asked(cached):
    cached("MobileNetV2")
    check_image_shape(choice("MobileNetV2"), (28, 28, 1))
    with pytest.raises(MissingWeightsError, match=r"MobileNetV2-with-head \(15 MB\) are not on this machine yet"):
        model_card("applications/mobilenet-v2")
    with pytest.raises(UnknownNameError, match="applications/MobileNetV2"):
        model_card("applications/VGG16")


# -- freezing


def test_the_body_is_frozen_when_it_has_learned_and_only_then(cached):
    cached("MobileNetV2")
    random = build_model(choice("MobileNetV2", weights="none"), (32, 32, 3), 3, seed=0)
    assert all(layer.trainable for layer in random.layers)
    learned = build_model(choice("MobileNetV2"), (32, 32, 3), 3, seed=0)
    assert [weight.path for weight in learned.trainable_weights] == ["logits/kernel", "logits/bias"]
    some = build_model(choice("MobileNetV2", trainable_blocks=2), (32, 32, 3), 3, seed=0)
    assert {weight.path.split("/")[0] for weight in some.trainable_weights} == {
        *(f"block_16_{part}" for part in ("expand", "expand_BN", "depthwise", "depthwise_BN", "project", "project_BN")),
        *("Conv_1", "Conv_1_bn", "logits"),
    }


# -- names


@pytest.mark.parametrize(
    "name",
    [
        "applications/MobileNetV2",
        "applications/mobilenet-v2",
        "applications/mobilenetv2",
        "APPLICATIONS/MOBILENETV2",
        "applications/Mobile-Net-V2",
    ],
)
def test_a_name_in_any_case_and_with_any_dashes(name):
    assert ARCHITECTURES.get(name).name == "applications/MobileNetV2"
    assert name in ARCHITECTURES
    assert ARCHITECTURES.names().count("applications/MobileNetV2") == 1


@pytest.mark.parametrize("name", ["applications/", "applications/VGG16", "applications/MobileNetV2 ", "MobileNet", ""])
def test_another_name_is_refused(name):
    with pytest.raises(UnknownNameError, match="applications/MobileNetV2"):
        ARCHITECTURES.get(name)


def test_without_its_family_it_is_our_own_for_small_images():
    assert ARCHITECTURES.get("MobileNetV2").name == "mobilenet-v2"


def test_keras_has_each_of_these_under_this_name():
    import keras

    assert [name for name in ARCHITECTURES.names() if name.startswith("applications/")] == [
        f"applications/{name}" for name in APPLICATIONS
    ]
    assert all(hasattr(keras.applications, name) for name in APPLICATIONS)
    assert DOWNLOADED.names() == [kind for name in APPLICATIONS for kind in (name, f"{name}{WITH_HEAD}")]


# -- the weights


@pytest.mark.slow  # Keras builds all five before it asks
def test_addresses_and_checksums_are_those_that_keras_downloads():
    """Keras asks for its files itself here, and is told nothing."""
    import keras

    asked: dict[str, tuple[str, str | None]] = {}

    class Enough(Exception):
        pass

    def get_file(file: str, origin: str, cache_subdir: str = "", file_hash: str | None = None) -> None:
        asked[file] = origin, file_hash
        raise Enough

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras.src.utils.file_utils.get_file", get_file)
        for name, top in itertools.product(APPLICATIONS, (False, True)):
            with pytest.raises(Enough):
                getattr(keras.applications, name)(include_top=top, input_shape=(224, 224, 3))
    known = {weights.file: (weights.url, weights.checksum or None) for weights in DOWNLOADED}
    assert known == asked


def test_missing_weights_are_refused_before_there_is_a_run():
    with pytest.raises(MissingWeightsError, match=r"The weights of MobileNetV2 \(9 MB\) are not on this machine yet"):
        check_image_shape(choice("MobileNetV2"), (28, 28, 1))
    with pytest.raises(MissingWeightsError):
        build_model(choice("MobileNetV2"), (28, 28, 1), 3, seed=0)
    check_image_shape(choice("MobileNetV2", weights="none"), (28, 28, 1))


@pytest.mark.parametrize("other", ["fewer", "another"])
def test_a_file_of_another_network_is_refused(other, monkeypatch, home_folder, tmp_path):
    import keras

    x = image = keras.Input((8, 8, 3))
    for width in [8] * 156 if other == "another" else [8]:
        x = keras.layers.Conv2D(width, 1, use_bias=False)(x)
    legacy.save(keras.Model(image, x), tmp_path / "other.h5")
    weights = legacy.publish(monkeypatch, "MobileNetV2", tmp_path / "other.h5")
    (home_folder / "cache" / "weights").mkdir(parents=True)
    (home_folder / "cache" / "weights" / weights.file).symlink_to(tmp_path / "other.h5")
    with pytest.raises(CheckpointError, match="Expected the weights of MobileNetV2: 260 arrays"):
        build_model(choice("MobileNetV2"), (32, 32, 3), 3, seed=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": "imagenet-21k"}, r"“architecture\.weights” must be one of: 'imagenet' or 'none'"),
        ({"dropout": 0.9}, r"“architecture\.dropout” must be at most 0\.8"),
        ({"side": 31}, r"“architecture\.side” must be at least 32"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(RecipeError, match=message):
        check_image_shape(choice("ResNet50V2", **options), (32, 32, 3))


def test_listing_them_needs_no_keras():
    code = "import sys; from imgcls.architectures import applications; print({'keras', 'h5py'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
