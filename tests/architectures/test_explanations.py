"""A gradient method with a layer and one without on every architecture: sound, and nothing is changed.

All methods are asked through the command line, `tests/commands/test_explain_every_network.py`.
"""

from __future__ import annotations

import pytest

from imgcls.architectures import ARCHITECTURES, build_model, check_image_shape
from imgcls.errors import RecipeError
from imgcls.explain import explain, method
from imgcls.explain.engine import explainable_layers, has_relu
from tests.architectures.trial import LARGE, STARTS_FROM, choice
from tests.explain.nets import cheap, pictures
from tests.explain.sound import check_sound

CLASSES = 5


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


@pytest.mark.parametrize("method_name", ["grad-cam", "saliency"])
@pytest.mark.parametrize("name", [name for name in ARCHITECTURES.names() if name not in LARGE])
def test_gradients_explain_every_network(name, method_name, networks):
    model, known = networks(name), method(method_name)
    images = pictures(model, 2)
    before = [variable.numpy().tobytes() for variable in model.variables]
    found = explain(model, images, [0, 3], known.name, options=cheap(known.name))
    assert [variable.numpy().tobytes() for variable in model.variables] == before
    for image, each in zip(images, found, strict=True):
        check_sound(model, known, image, each)


#: Networks of which a method says that it does not fit; all others get a map from every method.
WITHOUT_LAYER = ("linear", "mlp")
WITHOUT_RELU = ("linear", "convnext", "vit-tiny", "lenet-5")


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES.names() if name not in LARGE])
def test_a_network_fits_unless_it_has_no_map_or_no_relu(name, networks):
    model = networks(name)
    assert bool(explainable_layers(model)) == (name not in WITHOUT_LAYER)
    assert has_relu(model) == (name not in WITHOUT_RELU)
