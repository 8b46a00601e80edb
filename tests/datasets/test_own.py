"""A data set of one's own is a data set like the others, as the disk has it now."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgcls.datasets import DATASETS, Part, cache, dataset_facts, dataset_options, load, own, split_indices
from imgcls.datasets.card import Card, write_card
from imgcls.errors import DatasetError, ImageError, InputError, RecipeError, UnknownNameError
from imgcls.home import home
from imgcls.preparation.choose import prepare_for
from imgcls.recipe import Choice, Split
from tests.datasets.people import bring, decoded, encoded, picture


@pytest.fixture
def pets(home_folder) -> Path:
    """A data set that somebody has put in its place by hand: 8 cats and 9 dogs, 40 × 48."""
    return bring(home_folder / "datasets" / "pets")


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    """Nothing is in memory that another test has loaded."""
    monkeypatch.setattr(cache, "_memory", type(cache._memory)())


def test_it_is_listed_behind_the_built_in_ones(pets):
    assert DATASETS.names() == [*DATASETS.built_in(), "pets"]
    assert [entry.name for entry in DATASETS] == DATASETS.names()
    assert "pets" in DATASETS
    entry = DATASETS.get("pets")
    assert (entry.name, entry.title, entry.is_own) == ("pets", "pets", True)
    assert entry.described() == f"17 images in 2 classes. They lie in {pets}."
    assert entry.version() == own.version("pets")
    assert all((entry.source, entry.licence))


def test_a_folder_as_keras_and_torchvision_read_it(pets):
    """Facts and images of a folder with nothing of ours in it."""
    facts = DATASETS.get("pets").usual
    assert (facts.image_shape, facts.class_names, facts.size) == ((64, 64, 3), ("cats", "dogs"), 17)
    assert (facts.preparation, facts.fixed) == ("fit", (0, 0, 0, 0))
    images = load(Choice(name="pets"))
    assert images.images.shape == (17, 64, 64, 3)
    assert images.labels.tolist() == [0] * 8 + [1] * 9
    assert images.labels.dtype == np.int64
    assert images.class_names == ("cats", "dogs")
    assert images.parts is None
    assert images.keys == own.keys("pets")
    assert images.keys[0] == "cats/photo 0.png"
    for array in (images.images, images.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_images_are_what_prediction_makes_of_the_same_picture(pets):
    for options in ({}, {"fit": "pad"}, {"side": 32, "colour": "grey"}, {"side": 9, "fit": "pad"}):
        choice = Choice(name="pets", **options)
        facts, images = dataset_facts(choice), load(choice)
        assert images.image_shape == facts.image_shape
        for place in (0, 16):
            pixels = decoded(own.image_path("pets", images.key(place)).read_bytes())
            wanted = prepare_for(facts.preparation, pixels, facts.image_shape).image
            assert np.array_equal(images.images[place], wanted)


def test_pad_shows_what_crop_cuts_off(pets):
    wide = np.zeros((40, 120, 3), np.uint8)
    wide[:, -20:] = 255
    (pets / "cats" / "photo 0.png").write_bytes(encoded(wide))
    cropped, padded = (load(Choice(name="pets", fit=fit)).images[0] for fit in ("crop", "pad"))
    assert cropped.max() == 0
    assert padded.max() == 255


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"side": 7}, r"dataset\.side.* at least 8"),
        ({"side": 225}, r"dataset\.side.* at most 224"),
        ({"colour": "red"}, r"dataset\.colour.* one of"),
        ({"fit": "stretch"}, r"dataset\.fit.* one of"),
        ({"confetti": 3}, r"dataset\.confetti"),
    ],
)
def test_other_options_are_refused(pets, options, words):
    with pytest.raises(RecipeError, match=words):
        load(Choice(name="pets", **options))


def test_the_usual_options_are_the_cards(pets):
    write_card(pets, Card(side=28, colour="grey", fit="pad", source="pets.zip"))
    facts = DATASETS.get("pets").usual
    assert (facts.image_shape, facts.preparation) == ((28, 28, 1), "pad")
    assert load(Choice(name="pets")).images.shape == (17, 28, 28, 1)
    assert dataset_options(Choice(name="pets")).model_dump() == {"side": 28, "colour": "grey", "fit": "pad"}
    assert "from pets.zip" in DATASETS.get("pets").described()
    json.dumps(DATASETS.get("pets").options.model_json_schema())


def test_options_have_what_a_page_needs_for_its_controls(pets):
    for name, field in DATASETS.get("pets").options.model_fields.items():
        assert field.title, name
        assert field.description, name


def test_parts_are_the_cards(pets):
    parts = {f"cats/photo {number}.png": "test" for number in range(3)}
    parts |= {f"dogs/photo {number}.png": "not_test" for number in range(6)}
    write_card(pets, Card(parts={**parts, "dogs/photo 6.png": "validation", "dogs/gone.png": "train"}))
    images = load(Choice(name="pets"))
    assert images.parts is not None
    assert images.parts.dtype == np.int8
    assert images.parts.tolist() == [Part.TEST] * 3 + [Part.FREE] * 5 + [Part.NOT_TEST] * 6 + [1] + [Part.FREE] * 2
    assert DATASETS.get("pets").usual.fixed == (0, 1, 3, 6)


# -- the cache


def test_pictures_are_opened_once_for_each_version(pets, monkeypatch):
    first = load(Choice(name="pets"))
    with monkeypatch.context() as patch:
        patch.setattr(own, "decode_image", lambda data, name: pytest.fail("opened again"))
        assert load(Choice(name="pets")).images is first.images
        patch.setattr(cache, "_memory", type(cache._memory)())
        assert np.array_equal(load(Choice(name="pets")).images, first.images)
        with pytest.raises(pytest.fail.Exception):
            load(Choice(name="pets", side=32))


CHANGES = {
    "added": lambda pets: (pets / "cats" / "new.png").write_bytes(encoded(picture(99))),
    "removed": lambda pets: (pets / "cats" / "photo 0.png").unlink(),
    "replaced": lambda pets: (pets / "cats" / "photo 0.png").write_bytes(encoded(picture(99))),
    "moved": lambda pets: (pets / "cats" / "photo 0.png").rename(pets / "dogs" / "photo 99.png"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_by_others_are_seen(pets, name):
    before, version = load(Choice(name="pets")), DATASETS.get("pets").version()
    CHANGES[name](pets)
    after = load(Choice(name="pets"))
    assert DATASETS.get("pets").version() != version
    assert len(after) == DATASETS.get("pets").usual.size == len(own.keys("pets"))
    assert (after.keys, after.images.tobytes()) != (before.keys, before.images.tobytes())
    for place, key in enumerate(after.keys):
        pixels = decoded((pets / key).read_bytes())
        assert np.array_equal(after.images[place], prepare_for("fit", pixels, (64, 64, 3)).image)


def test_what_was_made_of_earlier_versions_is_deleted(pets):
    kept = home() / "cache" / "datasets"
    for number in range(4):
        for side in (16, 32):
            load(Choice(name="pets", side=side))
        assert len(list(kept.glob("own-*.npz"))) == 2
        (pets / "cats" / f"new {number}.png").write_bytes(encoded(picture(100 + number)))


def test_only_what_is_new_is_opened(pets, monkeypatch):
    """Or one more image in a large data set would take as long as all of them."""
    before = load(Choice(name="pets"))
    (pets / "cats" / "photo 3.png").rename(pets / "dogs" / "moved.png")
    (pets / "cats" / "photo 5.png").write_bytes(encoded(picture(98)))
    (pets / "cats" / "a new one.png").write_bytes(encoded(picture(99)))
    decode, opened = own.decode_image, []
    monkeypatch.setattr(own, "decode_image", lambda data, name: opened.append(name) or decode(data, name))
    after = load(Choice(name="pets"))
    assert sorted(opened) == ["pets/cats/a new one.png", "pets/cats/photo 5.png"]
    assert np.array_equal(after.images[after.keys.index("dogs/moved.png")], before.images[3])
    monkeypatch.setattr(cache, "_memory", type(cache._memory)())
    own.forget_cached("pets")
    again = load(Choice(name="pets"))
    assert len(opened) == 2 + 18
    assert np.array_equal(again.images, after.images)


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:300], lambda data: data[:-40] + b"x" * 40])
def test_a_damaged_cache_is_made_again(pets, monkeypatch, damage):
    before = load(Choice(name="pets"))
    (path,) = (home() / "cache" / "datasets").glob("own-*.npz")
    monkeypatch.setattr(cache, "_memory", type(cache._memory)())
    (pets / "cats" / "a new one.png").write_bytes(encoded(picture(99)))
    path.write_bytes(damage(path.read_bytes()))
    after = load(Choice(name="pets"))
    assert np.array_equal(after.images[1:], before.images)


@pytest.mark.slow
def test_keras_reads_the_same_folder(pets):
    import keras

    load(Choice(name="pets"))
    write_card(pets, Card())
    found = keras.utils.image_dataset_from_directory(pets, image_size=(64, 64), batch_size=17, shuffle=False, verbose=0)
    assert found.class_names == ["cats", "dogs"]
    (_, labels) = next(iter(found))
    assert labels.numpy().tolist() == load(Choice(name="pets")).labels.tolist()


def test_two_data_sets_do_not_share_what_is_made_of_them(pets):
    shutil.copytree(pets, pets.parent / "pets 2")
    load(Choice(name="pets"))
    (pets.parent / "pets 2" / "cats" / "photo 0.png").unlink()
    assert len(load(Choice(name="pets 2"))) == 16
    assert len(load(Choice(name="pets"))) == 17
    assert len(list((home() / "cache" / "datasets").glob("own-*.npz"))) == 2


# -- what is not as it should be


@pytest.mark.parametrize("data", [b"", b"no picture", encoded(picture(1))[:300]])
def test_a_picture_that_went_bad_is_named(pets, data):
    (pets / "dogs" / "photo 3.png").write_bytes(data)
    with pytest.raises(ImageError, match=r"“pets/dogs/photo 3\.png”"):
        load(Choice(name="pets"))
    assert DATASETS.get("pets").usual.size == 17  # it is still listed


def test_a_damaged_card_is_named_and_does_not_hide_the_data_set(pets):
    (pets / ".imgcls.json").write_text("{")
    assert DATASETS.get("pets").usual.size == 17
    with pytest.raises(InputError, match=r"\.imgcls\.json is damaged"):
        load(Choice(name="pets"))


def test_a_data_set_of_one_class_waits_for_the_second(pets):
    shutil.rmtree(pets / "dogs")
    (pets / "dogs").mkdir()
    assert "pets" not in DATASETS.names()
    assert own.names() == ["pets"]
    assert own.classes("pets") == {"cats": 8, "dogs": 0}
    assert DATASETS.get("pets").usual.class_names == ("cats",)
    with pytest.raises(DatasetError, match=r"at least 2 classes in the data set “pets”. Received: 1 \(cats\)"):
        load(Choice(name="pets"))
    shutil.rmtree(pets / "cats")
    assert DATASETS.get("pets").usual.size == 0
    with pytest.raises(DatasetError, match="Received: 0"):
        load(Choice(name="pets"))


def test_a_name_that_has_become_that_of_a_built_in_data_set(home_folder):
    bring(home_folder / "datasets" / "mnist-5k")
    assert DATASETS.names().count("mnist-5k") == 1
    assert not DATASETS.get("mnist-5k").is_own
    assert own.names() == ["mnist-5k"]  # it can still be exported


def test_an_empty_class_is_left_out(pets):
    (pets / "birds").mkdir()
    assert DATASETS.get("pets").usual.class_names == load(Choice(name="pets")).class_names == ("cats", "dogs")


def test_a_data_set_that_is_gone(pets):
    entry = DATASETS.get("pets")
    shutil.rmtree(pets)
    assert "pets" not in DATASETS
    for ask in (lambda: DATASETS.get("pets"), lambda: load(Choice(name="pets"))):
        with pytest.raises(UnknownNameError, match="no data set “pets”"):
            ask()
    for ask in (lambda: entry.load(entry.options()), entry.version, lambda: own.keys("pets")):
        with pytest.raises(UnknownNameError, match="“pets” among your own"):
            ask()


@pytest.mark.parametrize("name", ["../../runs", "/etc", ".", "pets/cats", ".pets.lock", "a" * 64])
def test_names_that_lead_elsewhere(pets, name):
    with pytest.raises(UnknownNameError):
        load(Choice(name=name))


@pytest.mark.parametrize("key", ["cats/nope.png", "../pets/cats/photo 0.png", "cats", "", "/etc/passwd", "cats/../x"])
def test_keys_that_lead_elsewhere(pets, key):
    with pytest.raises(UnknownNameError, match="no image"):
        own.image_path("pets", key)


def test_too_many_images_for_the_memory(pets, monkeypatch):
    monkeypatch.setenv("IMGCLS_DATASET_MEGABYTES", "0.2")
    with pytest.raises(DatasetError, match=r"at most 0\.2 MB .* 17 of 64 × 64 × 3.* smaller side, or grey"):
        load(Choice(name="pets"))
    assert len(load(Choice(name="pets", colour="grey"))) == 17


def test_it_is_split_like_any_other(pets):
    images = load(Choice(name="pets"))
    parts = split_indices(images.labels, Split(), 0, images.parts, images.class_names)
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [11, 2, 4]
    part = images.take(parts.test)
    assert [part.key(place).split("/")[0] for place in range(4)] == ["cats", "cats", "dogs", "dogs"]


def test_torchvision_s_and_keras_s_rule_sees_the_same_classes(pets):
    """Both take every folder for a class, torchvision also a hidden one: there must be no others."""
    load(Choice(name="pets"))
    write_card(pets, Card())
    assert sorted(path.name for path in pets.iterdir() if path.is_dir()) == ["cats", "dogs"]
    for path in pets.glob("*/*"):
        Image.open(path).verify()
