"""Collecting and mending by hand: nothing is lost, every step can be taken back, and no key is given twice."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from imgcls.datasets import DATASETS, Part, cache, editing, load, own, shelf
from imgcls.datasets.card import read_card, write_card
from imgcls.datasets.editing import (
    add_class,
    add_image,
    add_pixels,
    create,
    delete,
    move_image,
    remove_class,
    remove_image,
    removed_classes,
    removed_images,
    rename_class,
    restore_class,
    restore_image,
    set_defaults,
    set_writing,
)
from imgcls.datasets.importing import import_dataset
from imgcls.errors import ImageError, InputError, PlaceError, RecipeError, UnknownNameError
from imgcls.recipe import Choice
from tests.datasets.people import bring, content, decoded, encoded, picture


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    """Nothing is in memory that another test has loaded."""
    monkeypatch.setattr(cache, "_memory", type(cache._memory)())


@pytest.fixture
def pets() -> Path:
    """A data set of two classes with two images each, `cats/0001.png` being for the test."""
    create("pets")
    for label in ("cats", "dogs"):
        add_class("pets", label)
        for number in range(2):
            add_image("pets", label, encoded(picture(number + 10 * len(label + label[0]))))
    place = shelf.place_of("pets")
    write_card(place, read_card(place).model_copy(update={"parts": {"cats/0001.png": "test"}}))
    return place


def hidden(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "datasets").glob(".*") if not path.name.endswith(".lock"))


# -- from nothing


def test_collected_from_nothing():
    assert create("  my   shapes ", side=28, colour="grey", fit="pad") == "my shapes"
    assert own.names() == ["my shapes"]
    assert "my shapes" not in DATASETS.names()
    assert add_class("my shapes", "圆") == "圆"
    assert add_class("my shapes", " square ") == "square"
    drawing = np.zeros((280, 280, 1), np.uint8)
    drawing[40:200, 60:80] = 255
    photograph = picture(4, 600, 800)
    assert add_pixels("my shapes", "圆", drawing) == "圆/0001.png"
    assert add_image("my shapes", "圆", encoded(photograph, "jpg"), "camera.jpg") == "圆/0002.jpg"
    assert add_image("my shapes", "square", encoded(photograph)) == "square/0001.png"
    assert own.classes("my shapes") == {"square": 1, "圆": 2}
    assert np.array_equal(decoded(own.image_path("my shapes", "圆/0001.png").read_bytes()), drawing[..., 0])
    assert decoded(own.image_path("my shapes", "圆/0002.jpg").read_bytes()).shape == (384, 512, 3)
    images = load(Choice(name="my shapes"))
    assert images.images.shape == (3, 28, 28, 1)
    assert images.keys == ("square/0001.png", "圆/0001.png", "圆/0002.jpg")
    assert DATASETS.get("my shapes").usual.preparation == "pad"


@pytest.mark.parametrize("name", ["", "../x", "mnist-5k", "con", "x" * 65])
def test_bad_names_of_data_sets(name, home_folder):
    with pytest.raises(InputError):
        create(name)
    assert not list((home_folder / "datasets").glob("*"))


def test_a_name_that_is_taken(pets):
    for name in ("pets", "Pets"):
        with pytest.raises(InputError, match="“pets” already"):
            create(name)
    assert sum(own.classes("pets").values()) == 4


@pytest.mark.parametrize("options", [{"side": 7}, {"side": 1000}, {"colour": "red"}, {"fit": "stretch"}])
def test_bad_defaults(options):
    with pytest.raises(RecipeError, match=f"dataset.{next(iter(options))}"):
        create("drawings", **options)
    assert own.names() == []


@pytest.mark.parametrize("label", ["", "../x", "a/b", ".x", "cats", "CATS", "Cats "])
def test_bad_names_of_classes(pets, label):
    before = own.classes("pets")
    with pytest.raises(InputError):
        add_class("pets", label)
    with pytest.raises(InputError):
        rename_class("pets", "dogs", label)
    assert own.classes("pets") == before


def test_limits(pets, monkeypatch):
    monkeypatch.setenv("IMGCLS_DATASET_IMAGES", "4")
    monkeypatch.setenv("IMGCLS_DATASET_CLASSES", "2")
    with pytest.raises(InputError, match="at most 4 images"):
        add_image("pets", "cats", encoded(picture(1)))
    with pytest.raises(InputError, match="at most 2"):
        add_class("pets", "birds")
    monkeypatch.setenv("IMGCLS_DISK_FREE_MEGABYTES", "1e12")
    with pytest.raises(PlaceError, match="MB free"):
        add_image("pets", "cats", encoded(picture(1)))


@pytest.mark.parametrize("data", [b"", b"text", encoded(picture(1))[:200], encoded(picture(1, 4, 4))])
def test_bad_pictures(pets, data):
    before = content(pets)
    with pytest.raises(ImageError, match=r"“photo\.png”"):
        add_image("pets", "cats", data, "photo.png")
    assert content(pets) == before


def test_nothing_is_added_to_what_is_not_there(pets):
    data = encoded(picture(1))
    with pytest.raises(UnknownNameError, match=r"no class “birds” .* one of: cats, dogs"):
        add_image("pets", "birds", data)
    with pytest.raises(UnknownNameError, match="no class"):
        add_image("pets", "../pets/cats", data)
    with pytest.raises(UnknownNameError, match="no data set “birds”"):
        add_image("birds", "cats", data)
    with pytest.raises(UnknownNameError, match="no data set"):
        add_class("../runs", "cats")


# -- images


def test_removed_and_restored(pets):
    before, version = content(pets), own.version("pets")
    remove_image("pets", "cats/0001.png")
    assert own.classes("pets") == {"cats": 1, "dogs": 2}
    assert removed_images("pets") == ("cats/0001.png",)
    assert own.version("pets") != version
    restore_image("pets", "cats/0001.png")
    assert content(pets) == before
    assert own.version("pets") == version
    assert removed_images("pets") == ()
    assert load(Choice(name="pets")).parts.tolist() == [Part.TEST, -1, -1, -1]


def test_moved(pets):
    data = content(pets)["cats/0001.png"]
    assert move_image("pets", "cats/0001.png", "dogs") == "dogs/0003.png"
    assert own.classes("pets") == {"cats": 1, "dogs": 3}
    assert content(pets)["dogs/0003.png"] == data
    assert load(Choice(name="pets")).parts.tolist() == [-1, -1, -1, Part.TEST], "what is for the test stays so"
    assert move_image("pets", "dogs/0003.png", "dogs") == "dogs/0003.png"


def test_no_number_is_given_twice(pets):
    remove_image("pets", "cats/0002.png")
    assert add_image("pets", "cats", encoded(picture(1))) == "cats/0003.png"
    assert move_image("pets", "cats/0003.png", "dogs") == "dogs/0003.png"
    assert add_image("pets", "cats", encoded(picture(2))) == "cats/0004.png"
    remove_image("pets", "dogs/0003.png")
    assert add_image("pets", "dogs", encoded(picture(3))) == "dogs/0004.png"
    restore_image("pets", "cats/0002.png")
    restore_image("pets", "dogs/0003.png")
    remove_class("pets", "dogs")
    add_class("pets", "dogs")
    assert add_image("pets", "dogs", encoded(picture(4))) == "dogs/0005.png"
    assert removed_images("pets") == ()


def test_numbers_go_on_after_an_import(tmp_path):
    import_dataset("birds", bring(tmp_path / "birds", {"a": 6, "b": 6}))
    move_image("birds", "a/0006.png", "b")
    assert add_image("birds", "a", encoded(picture(1), "jpg")) == "a/0007.jpg"


def test_files_by_other_tools_are_no_obstacle(pets):
    (pets / "cats" / "IMG 77.JPG").write_bytes(encoded(picture(7), "jpg"))
    (pets / "cats" / "0040.webp").write_bytes(encoded(picture(8), "webp"))
    assert add_image("pets", "cats", encoded(picture(1))) == "cats/0041.png"
    assert move_image("pets", "cats/IMG 77.JPG", "dogs") == "dogs/0003.JPG"
    remove_image("pets", "cats/0040.webp")
    restore_image("pets", "cats/0040.webp")
    assert len(load(Choice(name="pets"))) == 7


@pytest.mark.parametrize(
    "key", ["cats/0009.png", "cats", "", "../pets/cats/0001.png", "cats/../cats/0001.png", "/etc/x"]
)
def test_images_that_are_not_there(pets, key):
    before = content(pets)
    for act in (
        lambda: remove_image("pets", key),
        lambda: restore_image("pets", key),
        lambda: move_image("pets", key, "dogs"),
    ):
        with pytest.raises(UnknownNameError):
            act()
    assert content(pets) == before


def test_moved_to_a_class_that_is_not_there(pets):
    with pytest.raises(UnknownNameError, match="no class “birds”"):
        move_image("pets", "cats/0001.png", "birds")


def test_an_image_whose_class_is_gone_brings_it_back(pets):
    remove_image("pets", "cats/0001.png")
    remove_class("pets", "cats")
    restore_image("pets", "cats/0001.png")
    assert own.classes("pets") == {"cats": 1, "dogs": 2}


def test_an_image_whose_place_is_taken_stays_where_it_is(pets):
    remove_image("pets", "cats/0001.png")
    (pets / "cats" / "0001.png").write_bytes(encoded(picture(50)))
    with pytest.raises(InputError, match="something else is in its place"):
        restore_image("pets", "cats/0001.png")
    assert removed_images("pets") == ("cats/0001.png",)


# -- classes


def test_a_class_renamed(pets):
    before = content(pets)
    remove_image("pets", "cats/0002.png")
    assert rename_class("pets", "cats", " 猫 ") == "猫"
    assert own.classes("pets") == {"dogs": 2, "猫": 1}
    assert content(pets)["猫/0001.png"] == before["cats/0001.png"]
    assert load(Choice(name="pets")).parts.tolist() == [-1, -1, Part.TEST]
    assert removed_images("pets") == ("猫/0002.png",)
    restore_image("pets", "猫/0002.png")
    assert add_image("pets", "猫", encoded(picture(1))) == "猫/0003.png"
    assert rename_class("pets", "猫", "猫") == "猫"


def test_capitals_of_a_class_changed(pets):
    assert rename_class("pets", "cats", "Cats") == "Cats"
    assert list(own.classes("pets")) == ["Cats", "dogs"]


def test_a_class_removed_and_restored(pets):
    before, version = content(pets), own.version("pets")
    remove_class("pets", "cats")
    assert own.classes("pets") == {"dogs": 2}
    assert removed_classes("pets") == {"cats": 2}
    restore_class("pets", "cats")
    assert content(pets) == before
    assert own.version("pets") == version
    assert removed_classes("pets") == {}
    with pytest.raises(UnknownNameError, match="was not taken out"):
        restore_class("pets", "cats")


def test_a_class_removed_twice_comes_back_last_first(pets):
    first = content(pets)["cats/0001.png"]
    remove_class("pets", "cats")
    add_class("pets", "cats")
    key = add_image("pets", "cats", encoded(picture(77)))
    remove_class("pets", "cats")
    restore_class("pets", "cats")
    assert own.keys("pets")[0] == key
    with pytest.raises(InputError, match="“cats” already"):
        restore_class("pets", "cats")
    rename_class("pets", "cats", "new cats")
    restore_class("pets", "cats")
    assert content(pets)["cats/0001.png"] == first


@pytest.mark.parametrize("label", ["birds", "", "..", "cats/0001.png"])
def test_classes_that_are_not_there(pets, label):
    for act in (remove_class, restore_class):
        with pytest.raises(UnknownNameError):
            act("pets", label)
    with pytest.raises(UnknownNameError):
        rename_class("pets", label, "new")


# -- the whole


def test_deleted(pets, home_folder):
    remove_image("pets", "cats/0001.png")
    load(Choice(name="pets"))
    delete("pets")
    assert own.names() == []
    assert hidden(home_folder) == []
    assert not list((home_folder / "cache" / "datasets").glob("own-*"))
    with pytest.raises(UnknownNameError, match="no data set “pets”"):
        delete("pets")
    create("pets")
    assert removed_images("pets") == ()


def test_replaced_by_an_import(pets, tmp_path):
    remove_image("pets", "cats/0001.png")
    import_dataset("pets", bring(tmp_path / "pets"), replace=True)
    assert removed_images("pets") == ()
    with pytest.raises(UnknownNameError, match="was not taken out"):
        restore_image("pets", "cats/0001.png")


def test_many_hands_at_once(pets):
    """Twelve people add to the same two classes: every image gets a key of its own."""
    keys, errors = [], []

    def add(seed: int) -> None:
        try:
            for number in range(5):
                keys.append(add_image("pets", ("cats", "dogs")[number % 2], encoded(picture(seed * 100 + number))))
        except InputError as error:
            errors.append(error)

    threads = [threading.Thread(target=add, args=(seed,)) for seed in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(keys)) == 60
    assert sum(own.classes("pets").values()) == 64


def test_somebody_else_is_at_it(pets, monkeypatch):
    monkeypatch.setattr(shelf, "_PATIENCE", 0)
    with shelf.changing("pets"), pytest.raises(InputError, match="being changed elsewhere"):
        remove_image("pets", "cats/0001.png")
    assert len(own.keys("pets")) == 4


ACTS = {
    "add": lambda: add_image("pets", "cats", encoded(picture(50, 16, 16))),
    "remove": lambda: remove_image("pets", "cats/0001.png"),
    "move": lambda: move_image("pets", "cats/0001.png", "dogs"),
    "rename": lambda: rename_class("pets", "cats", "birds"),
    "remove class": lambda: remove_class("pets", "cats"),
    "add class": lambda: add_class("pets", "birds"),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_disk_that_fails_at_any_operation(sweep, fault, home_folder, name):
    """Before or after, nothing between: no image is lost, no half file is left, no part is forgotten."""

    def prepare() -> None:
        if shelf.exists("pets"):
            delete("pets")
        create("pets")
        for label in ("cats", "dogs"):
            add_class("pets", label)
            add_image("pets", label, encoded(picture(len(label[:1]), 16, 16)))
        place = shelf.place_of("pets")
        write_card(place, read_card(place).model_copy(update={"parts": {"cats/0001.png": "test"}}))

    def state() -> tuple[object, ...]:
        place = shelf.place_of("pets")
        keys, card = own.keys("pets"), read_card(place)
        held = {key: (place / key).read_bytes() for key in keys}
        return held, own.classes("pets"), {key: card.part(key) for key in keys}, removed_images("pets")

    (home_folder / "datasets").mkdir()
    prepare()
    before = state()
    ACTS[name]()
    after = state()
    assert before != after

    def check(succeeded: bool) -> None:
        with shelf.changing("pets"):
            pass  # the next change tidies up
        assert state() in ([after] if succeeded else [before, after])
        assert set(hidden(home_folder)) <= {".pets.removed"}
        place = shelf.place_of("pets")
        left = {path.name for path in place.rglob(".*")} - {".imgcls.json", ".files.json"}
        assert left == set()

    assert sweep(fault, prepare, ACTS[name], check) >= 1


def test_every_public_function_is_tried_here():
    public = {name for name, one in vars(editing).items() if callable(one) and one.__module__ == editing.__name__}
    tried = {name for name in globals() if name in public}
    assert {name for name in public if name[0] != "_"} == tried


# -- how images are brought to a network


def test_defaults_are_kept_and_the_rest_of_the_card_with_them(tmp_path: Path) -> None:
    bring(tmp_path / "divided" / "train", {"cat": 8, "dog": 8})
    bring(tmp_path / "divided" / "test", {"cat": 2, "dog": 2})
    import_dataset("divided", tmp_path / "divided")
    before, version = read_card(shelf.place_of("divided")), own.version("divided")
    set_defaults("divided", 24, "grey", "pad")
    after = read_card(shelf.place_of("divided"))
    assert (after.side, after.colour, after.fit) == (24, "grey", "pad")
    assert after.model_copy(update={"side": before.side, "colour": before.colour, "fit": before.fit}) == before
    assert after.parts
    assert load(Choice(name="divided")).image_shape == (24, 24, 1)
    assert own.version("divided") != version


@pytest.mark.parametrize("said", [True, False])
def test_what_is_said_of_writing_counts_whatever_comes_later(pets: Path, said: bool) -> None:
    before, version = read_card(pets), own.version("pets")
    assert set_writing("pets", said) is None
    assert read_card(pets) == before.model_copy(update={"said_writing": said})
    assert own.version("pets") == version, "the images are what they were"
    add_image("pets", "cats", encoded(picture(70)), drawn=True)
    add_image("pets", "cats", encoded(picture(71)))
    assert DATASETS.get("pets").usual.writing == said
    assert set_writing("pets", None) is said
    assert not DATASETS.get("pets").usual.writing


def test_what_is_said_of_writing_on_a_failing_disk_is_the_old_or_the_new(sweep, fault) -> None:
    def prepare() -> None:
        if not shelf.exists("pets"):
            create("pets")
        set_writing("pets", False)

    def check(succeeded: bool) -> None:
        assert read_card(shelf.place_of("pets")).said_writing in ((True,) if succeeded else (False, True))

    assert sweep(fault, prepare, lambda: set_writing("pets", True), check) >= 2


@pytest.mark.parametrize("wrong", [{"side": 7}, {"side": 225}, {"colour": "red"}, {"fit": "stretch"}])
def test_defaults_out_of_range_change_nothing(wrong: dict[str, object]) -> None:
    create("pets", side=32)
    with pytest.raises(RecipeError, match="dataset"):
        set_defaults("pets", **{"side": 64, "colour": "colour", "fit": "crop", **wrong})  # type: ignore[arg-type]
    assert read_card(shelf.place_of("pets")).side == 32


def test_defaults_on_a_failing_disk_are_the_old_ones_or_the_new_ones(sweep, fault) -> None:
    def prepare() -> None:
        if not shelf.exists("pets"):
            create("pets", side=32)
        set_defaults("pets", 32, "colour", "crop")

    def check(succeeded: bool) -> None:
        side = read_card(shelf.place_of("pets")).side
        assert side in ((64,) if succeeded else (32, 64))

    assert sweep(fault, prepare, lambda: set_defaults("pets", 64, "colour", "crop"), check) >= 2
