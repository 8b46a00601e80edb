"""Every explanation method on every architecture: it answers, says what its answer is worth, and changes nothing.

Networks that take long are asked through the command line, `tests/commands/test_explain_every_network.py`.
"""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model, check_image_shape
from imgcls.errors import RecipeError
from imgcls.evaluation.metrics import softmax
from imgcls.explain import Status, explain, methods
from imgcls.explain.engine import explainable_layers, has_relu
from imgcls.explain.registry import Family
from tests.architectures.trial import LARGE, STARTS_FROM, choice
from tests.explain.nets import cheap, pictures

#: One gradient method of each family that has one: a pass with a layer and one without.
EVERYDAY = ("grad-cam", "saliency")

CLASSES = 5


#: Of these a method that looks at hundreds of pictures takes minutes.
LONG = (*LARGE, "efficientnet-lite0")


def cases() -> list:
    found = []
    for name in ARCHITECTURES.names():
        for known in methods():
            everyday = known.name in EVERYDAY
            marks = [pytest.mark.slow] if name in LARGE or not everyday else []
            if everyday or name not in LONG:
                found.append(pytest.param(name, known, id=f"{name}-{known.name}", marks=marks))
    return found


def image_shape(name: str) -> tuple[int, int, int]:
    for shape in ((28, 28, 1), (32, 32, 3)):
        try:
            check_image_shape(choice(name), shape)
        except RecipeError:
            continue
        return shape
    raise AssertionError(f"{name} takes neither grey nor colour images")


@pytest.fixture(scope="module")
def networks(trained_once):
    """Each network, built when it is first asked for."""
    built = {}

    def network(name):
        if name not in built:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("IMGCLS_HOME", str(trained_once.parents[1]))
                STARTS_FROM["run"] = trained_once.name
                built[name] = build_model(choice(name), image_shape(name), CLASSES, seed=0)
        return built[name]

    return network


@pytest.mark.parametrize(("name", "known"), cases())
def test_every_method_explains_every_network(name, known, networks):
    model = networks(name)
    images = pictures(model, 2)
    before = [variable.numpy().tobytes() for variable in model.variables]
    found = explain(model, images, [0, 3], known.name, options=cheap(known.name))
    assert [variable.numpy().tobytes() for variable in model.variables] == before
    misfit = known.misfit(bool(explainable_layers(model)), has_relu(model))
    for image, each in zip(images, found, strict=True):
        assert each.map.shape == images.shape[1:3]
        for array in (each.raw, each.map, each.logits):
            assert np.isfinite(array).all()
        if misfit:
            assert (each.status, each.raw.shape, each.drawn) == (misfit, (0, 0), False)
        elif known.family == Family.SYNTHESIS:
            assert (each.status, each.picture.shape) == (Status.OK, images.shape[1:])
        elif known.name == "rise" and not each.raw.any():
            assert each.status in (Status.SATURATED, Status.NO_EFFECT)
            assert moved(model, image, each) < 1e-4, "it is said that nothing moves the probability"
        else:
            assert each.status in (Status.OK, Status.NOT_CLASS_SPECIFIC, Status.NO_POSITIVE_EVIDENCE)
            assert each.raw.shape == (each.layer_shape[:2] if known.needs_layer else images.shape[1:3])
            assert each.map.max() == each.drawn


def answers(model, images):
    return softmax(model(images, training=False).numpy())


def moved(model, image, each):
    """How far the probability of the class lies, at most, from that of pictures of which one half is hidden."""
    half = np.stack([image, image, image])
    half[1, : len(image) // 2] = image.mean((0, 1))
    half[2, len(image) // 2 :] = image.mean((0, 1))
    return float(np.ptp(answers(model, half)[:, each.target]))


#: Networks of which a method says that it does not fit; all others get a map from every method.
WITHOUT_LAYER = ("linear", "mlp")
WITHOUT_RELU = ("linear", "convnext", "vit-tiny", "lenet-5")


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES.names() if name not in LARGE])
def test_a_network_fits_unless_it_has_no_map_or_no_relu(name, networks):
    model = networks(name)
    assert bool(explainable_layers(model)) == (name not in WITHOUT_LAYER)
    assert has_relu(model) == (name not in WITHOUT_RELU)
