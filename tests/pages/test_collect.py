"""Your data: from nothing to a data set that is trained, and back, step by step; whatever people bring."""

from __future__ import annotations

import base64
import io
import threading
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from imgcls.datasets import DATASETS, editing, own, shelf
from imgcls.datasets.advice import needed
from imgcls.datasets.background import works_under_way
from imgcls.datasets.card import read_card
from imgcls.datasets.importing import import_dataset
from imgcls.recipe import Choice
from imgcls.training.check import check_recipe
from pages.components import camera as camera_module
from pages.components import canvas as canvas_module
from pages.components import collect_work
from pages.components import sheet as sheet_module
from pages.components.camera import decode_shots
from pages.components.collect_actions import packed, recipe_for
from pages.components.collect_link import link_to
from pages.components.collect_work import name_for
from pages.components.notices import literal
from tests.datasets.people import bring, encoded, picture

SCRIPT = "<script>alert(1)</script>"
#: A name as somebody may give it who knows Markdown, as far as a folder can have it.
AWKWARD = "a__b__c"


class Grids:
    """The grids of pictures: what each was sent, and what is chosen in one from now on."""

    def __init__(self) -> None:
        self.data: dict[str, dict[str, Any]] = {}
        self.chosen: tuple[str, list[int]] = ("", [])

    def choose(self, *places: int) -> None:
        self.chosen = (self.data["collect pictures"]["version"], list(places))

    def __call__(self, *, key: str, data: dict[str, Any], **_: Any) -> Any:
        self.data[key] = data
        version, places = self.chosen
        sent = {"version": version, "places": places} if data["version"] == version else None
        return SimpleNamespace(chosen=sent)

    def keys(self) -> list[str]:
        return [cell["name"] for cell in self.data["collect pictures"]["cells"]]


@pytest.fixture(autouse=True)
def grids(monkeypatch: pytest.MonkeyPatch) -> Grids:
    grids = Grids()
    monkeypatch.setattr(sheet_module, "_sheet", grids)
    return grids


def made(**counts: int) -> str:
    """A data set “pets”; no two of its pictures are alike."""
    name = editing.create("pets")
    for place, (label, count) in enumerate(counts.items()):
        editing.add_class(name, label)
        for number in range(count):
            editing.add_pixels(name, label, picture(100 * place + number))
    return name


def field(app: AppTest, kind: str, label: str) -> Any:
    (found,) = [widget for widget in getattr(app, kind) if widget.label == label]
    return found


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def submit(app: AppTest, label: str) -> AppTest:
    field(app, "button", label).click().run()
    assert not app.exception
    return app


def upload(app: AppTest, files: Iterable[tuple[str, bytes]]) -> AppTest:
    app.file_uploader[0].set_value([(name, data, "image/png") for name, data in files]).run()
    assert not app.exception
    return app


def said(app: AppTest) -> list[str]:
    return [str(error.value) for error in app.error]


# -- how it begins


def test_with_nothing_there_it_says_what_will_be_here(visit: Any, words: Any) -> None:
    app = visit("collect")
    assert not app.exception
    assert not app.error
    assert "Start with two classes" in words(app)
    assert "Bring a ZIP archive or a folder" in words(app)
    assert "python -m imgcls dataset import NAME FOLDER-or-ZIP" in [code.value for code in app.code]
    assert not app.selectbox


def test_two_names_are_enough_to_begin(visit: Any, words: Any) -> None:
    app = visit("collect")
    app.text_input(key="collect start name").set_value("  Cups ")
    app.text_input(key="collect start 1").set_value("cup")
    app.text_input(key="collect start 2").set_value("no cup")
    submit(app, "Begin")
    assert own.names() == ["Cups"]
    assert own.classes("Cups") == {"cup": 0, "no cup": 0}
    assert field(app, "selectbox", "Data set").value == "Cups"
    assert "**cup**" in words(app)
    assert "**no cup**" in words(app)
    assert app.button(key="collect train").disabled


def test_without_a_name_it_gets_one_that_is_free(visit: Any) -> None:
    editing.create("My Pictures")
    app = visit("collect", session={"dataset": ""})
    app.text_input(key="collect start 1").set_value("a")
    app.text_input(key="collect start 2").set_value("b")
    submit(app, "Begin")
    assert own.names() == ["My Pictures", "my pictures 2"]


@pytest.mark.parametrize(
    ("name", "first", "second", "expected"),
    [
        ("pets", "cat", "", "Expected a name"),
        ("pets", "cat", "Cat", "There is a class"),
        ("pets", SCRIPT, "cat", "Expected a name"),
        ("../pets", "cat", "dog", "Expected a name"),
        ("mnist-5k", "cat", "dog", "comes with the app"),
        ("COM1", "cat", "dog", "Windows"),
        ("Mine", "cat", "dog", "already"),
    ],
)
def test_a_name_that_cannot_be_leaves_nothing_behind(
    visit: Any, markup: Any, name: str, first: str, second: str, expected: str
) -> None:
    editing.create("mine")
    app = visit("collect", session={"dataset": ""})
    for key, value in (("name", name), ("1", first), ("2", second)):
        app.text_input(key=f"collect start {key}").set_value(value)
    submit(app, "Begin")
    assert len(said(app)) == 1
    assert expected in said(app)[0]
    assert own.names() == ["mine"]
    assert markup(app, SCRIPT) == []
    assert app.text_input(key="collect start 1").value == first, "what was typed is still there"


def test_chinese_names(visit: Any, words: Any, grids: Grids) -> None:
    app = visit("collect")
    for key, value in (("name", "我的图片"), ("1", "猫"), ("2", "狗")):
        app.text_input(key=f"collect start {key}").set_value(value)
    submit(app, "Begin")
    upload(app, [("一.png", encoded(picture(1)))])
    assert own.classes("我的图片") == {"狗": 1, "猫": 0} or own.classes("我的图片") == {"猫": 1, "狗": 0}
    assert "**猫**" in words(app)


def test_a_link_to_what_is_gone_is_said_once(visit: Any) -> None:
    made(cat=1, dog=0)
    app = visit("collect", link={"dataset": "gone"})
    assert len(said(app)) == 1
    assert "gone" in said(app)[0]
    assert said(app.run()) == []
    assert field(app, "selectbox", "Data set").value == "pets"


def test_every_data_set_can_be_chosen_also_a_damaged_one(visit: Any) -> None:
    made(cat=1, dog=1)
    editing.create("broken")
    (shelf.place_of("broken") / ".imgcls.json").write_text('{"side": "x"}')
    app = visit("collect", link={"dataset": "broken"})
    assert not app.exception
    assert "damaged" in said(app)[0]
    field(app, "selectbox", "Data set").set_value("pets").run()
    assert said(app) == []
    field(app, "selectbox", "Data set").set_value("").run()
    assert field(app, "button", "Begin")


# -- pictures come in


def test_good_files_are_kept_and_bad_ones_named(visit: Any, words: Any, grids: Grids) -> None:
    made(cat=0, dog=0)
    app = visit("collect")
    before = app.file_uploader[0].key
    upload(
        app,
        [
            ("one.png", encoded(picture(1))),
            ("notes.png", b"no picture at all"),
            ("two.jpg", encoded(picture(2), "jpg")),
            (f"{SCRIPT}.png", b""),
        ],
    )
    assert own.classes("pets") == {"cat": 2, "dog": 0}
    text = words(app)
    assert "2 files were left out." in text
    assert literal("notes.png") in text
    assert "<script>" not in text.replace(r"\<script\>", "")
    assert literal("2 pictures were added to “cat”.") in text
    assert [bar.text for bar in app.get("progress")] == ["2 pictures", "0 pictures"]
    assert grids.keys() == ["cat/0002.jpg", "cat/0001.png"], "the newest first"
    assert app.file_uploader[0].key != before, "the uploader is empty again"
    app.run()
    assert own.classes("pets") == {"cat": 2, "dog": 0}, "nothing is added twice"


def test_twenty_bad_files_are_listed_and_the_others_in_a_fold(visit: Any) -> None:
    made(cat=0, dog=0)
    app = upload(visit("collect"), [(f"{number}.png", b"x") for number in range(23)])
    assert "3 more" in [one.label for one in app.expander]
    assert own.classes("pets")["cat"] == 0


def test_a_run_that_was_interrupted_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    from pages.components.collect_adding import Addition

    made(cat=0, dog=0)
    addition = Addition("pets", "cat")
    for _ in range(2):
        addition.add("the same file", encoded(picture(1)), "one.png")
    assert own.classes("pets")["cat"] == 1


def test_a_full_data_set_is_said_once_and_keeps_what_it_has(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made(cat=1, dog=0)
    monkeypatch.setenv("IMGCLS_DATASET_IMAGES", "2")
    app = visit("collect", session={"collect open pets": "dog"})
    upload(app, [(f"{seed}.png", encoded(picture(seed))) for seed in (11, 12, 13)])
    assert own.classes("pets") == {"cat": 1, "dog": 1}
    assert len(said(app)) == 1
    assert "full" in said(app)[0]


def test_pictures_go_into_the_class_that_is_open(visit: Any) -> None:
    made(cat=0, dog=0)
    app = visit("collect")
    press(app, "collect open dog")
    upload(app, [("one.png", encoded(picture(1)))])
    assert own.classes("pets") == {"cat": 0, "dog": 1}


def test_the_camera_adds_every_shot_once(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shots: list[dict[str, Any]] = []

    def component(*, key: str, data: dict[str, Any], **_: Any) -> Any:
        component.data = data  # type: ignore[attr-defined]
        return SimpleNamespace(shots={"session": "s", "shots": list(shots)} if shots else None)

    monkeypatch.setattr(camera_module, "_camera", component)
    made(cat=0, dog=0)
    app = visit("collect")
    app.button_group(key="collect way").set_value("camera").run()
    assert not app.exception
    for number in range(1, 4):
        url = "data:image/jpeg;base64," + base64.b64encode(encoded(picture(number), "jpg")).decode()
        shots = [*shots[-1:], {"id": number, "url": url}]  # the last one is sent again: it was not confirmed yet
        app.run()
        assert not app.exception
        assert own.classes("pets") == {"cat": number, "dog": 0}
        assert component.data["seen"] == {"session": "s", "id": number}  # type: ignore[attr-defined]
    press(app, "collect undo")
    assert own.classes("pets") == {"cat": 0, "dog": 0}, "a burst is one step"


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "x",
        {},
        {"session": "s"},
        {"session": 1, "shots": []},
        {"session": "s" * 65, "shots": []},
        {"session": "s", "shots": [{}] * 9},
        {"session": "s", "shots": [{"id": "1", "url": "data:image/jpeg;base64,"}]},
        {"session": "s", "shots": [{"id": 1, "url": "data:image/png;base64,AAAA"}]},
        {"session": "s", "shots": [{"id": 1, "url": "data:image/jpeg;base64,%%%"}]},
        {"session": "s", "shots": [{"id": 1, "url": "data:image/jpeg;base64," + "A" * 1_500_000}]},
    ],
)
def test_anything_but_shots_is_refused_in_words(sent: Any) -> None:
    from imgcls.errors import ImageError

    with pytest.raises(ImageError, match="expected a JPEG") as caught:
        decode_shots(sent)
    assert len(str(caught.value)) < 200


def test_drawings_are_added_and_the_paper_is_new(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    papers: list[str] = []
    drawn = "data:image/png;base64," + base64.b64encode(encoded(picture(5, 280, 280))).decode()

    def component(*, key: str, **_: Any) -> Any:
        if key not in papers:
            papers.append(key)
        return SimpleNamespace(drawing={"png": drawn if key == papers[0] else "", "strokes": []})

    monkeypatch.setattr(canvas_module, "_surface", component)
    made(cat=0, dog=0)
    app = visit("collect")
    app.button_group(key="collect way").set_value("draw").run()
    press(app, "collect add drawing")
    assert own.classes("pets") == {"cat": 1, "dog": 0}
    assert DATASETS.get("pets").usual.writing
    assert len(papers) == 2
    assert app.button(key="collect add drawing").disabled


# -- and out, and back


def test_taken_out_and_put_back(visit: Any, grids: Grids) -> None:
    made(cat=3, dog=1)
    before = own.keys("pets")
    app = visit("collect")
    assert app.button(key="collect undo").disabled
    assert app.button(key="collect take out").disabled
    grids.choose(0, 2)
    app.run()
    press(app, "collect take out")
    assert own.keys("pets") == ("cat/0002.png", "dog/0001.png")
    assert grids.keys() == ["cat/0002.png"]
    press(app, "collect undo")
    assert own.keys("pets") == before


def test_moved_and_undone_and_what_came_before_too(visit: Any, grids: Grids) -> None:
    made(cat=0, dog=1)
    app = upload(visit("collect"), [("1.png", encoded(picture(51))), ("2.png", encoded(picture(52)))])
    grids.choose(1)
    app.run()
    press(app, "collect move")
    assert own.classes("pets") == {"cat": 1, "dog": 2}
    press(app, "collect undo")
    assert own.classes("pets") == {"cat": 2, "dog": 1}
    press(app, "collect undo")
    assert said(app) == [], "the picture that was moved there and back is known by its new key"
    assert own.classes("pets") == {"cat": 0, "dog": 1}
    assert app.button(key="collect undo").disabled


def test_undo_after_somebody_else_was_there_is_a_sentence(visit: Any, grids: Grids) -> None:
    made(cat=3, dog=1)
    app = visit("collect")
    grids.choose(0, 1)
    app.run()
    press(app, "collect take out")
    editing.restore_image("pets", "cat/0003.png")
    press(app, "collect undo")
    assert len(said(app)) == 1
    assert own.classes("pets") == {"cat": 3, "dog": 1}, "the other one went back"


def test_a_class_is_named_renamed_removed_and_put_back(visit: Any, words: Any) -> None:
    made(cat=2, dog=1)
    app = visit("collect")
    field(app, "text_input", "Another class").set_value("bird")
    submit(app, "Add the class")
    assert list(own.classes("pets")) == ["bird", "cat", "dog"]
    assert "Drop pictures of “bird” here" in app.file_uploader[0].label, "the new one is open"
    app.text_input(key="collect name cat").set_value("kitten")
    app.button(key=next(one.key for one in app.button if one.label == "Rename" and "cat" in one.form_id)).click().run()
    assert own.classes("pets") == {"bird": 0, "dog": 1, "kitten": 2}
    press(app, "collect remove kitten")
    assert own.classes("pets") == {"bird": 0, "dog": 1}
    press(app, "collect undo")
    assert own.classes("pets") == {"bird": 0, "dog": 1, "kitten": 2}
    press(app, "collect undo")
    assert own.classes("pets") == {"bird": 0, "cat": 2, "dog": 1}


@pytest.mark.parametrize("wanted", ["DOG", "", SCRIPT, "a/b", "nul"])
def test_a_name_that_clashes_or_cannot_be(visit: Any, markup: Any, wanted: str) -> None:
    made(cat=2, dog=1)
    app = visit("collect")
    field(app, "text_input", "Another class").set_value(wanted)
    submit(app, "Add the class")
    assert len(said(app)) == 1
    assert own.classes("pets") == {"cat": 2, "dog": 1}
    assert markup(app, SCRIPT) == []


def test_names_are_text_wherever_they_stand(visit: Any, markup: Any, grids: Grids) -> None:
    made(**{AWKWARD: 2, "cat": 0})
    app = visit("collect", session={"collect open pets": AWKWARD})
    upload(app, [("x.png", b""), ("1.png", encoded(picture(9)))])
    assert own.classes("pets")[AWKWARD] == 3
    assert markup(app, AWKWARD) == []
    press(app, f"collect remove {AWKWARD}")
    assert markup(app, AWKWARD) == []


# -- how the network sees them


def test_size_colour_and_fit_are_noted_and_shown(visit: Any, grids: Grids, words: Any) -> None:
    made(cat=2, dog=2)
    app = visit("collect")
    assert (grids.data["collect seen"]["width"], len(grids.data["collect seen"]["cells"])) == (64, 4)
    before = grids.data["collect seen"]["picture"]
    field(app, "select_slider", "Height and width").set_value(28).run()
    app.button_group(key="collect seen pets colour").set_value("grey").run()
    app.button_group(key="collect seen pets fit").set_value("pad").run()
    assert not app.exception
    card = read_card(shelf.place_of("pets"))
    assert (card.side, card.colour, card.fit) == (28, "grey", "pad")
    assert grids.data["collect seen"]["width"] == 28
    assert grids.data["collect seen"]["picture"] != before
    assert "4 pictures in 2 classes, seen as 28 × 28, grey" in words(app)


def test_what_somebody_else_chose_is_not_undone(visit: Any) -> None:
    made(cat=2, dog=2)
    app = visit("collect")
    editing.set_defaults("pets", 96, "grey", "pad")
    app.run()
    assert field(app, "select_slider", "Height and width").value == 96
    assert read_card(shelf.place_of("pets")).side == 96


def test_a_picture_that_has_gone_bad_does_not_stop_the_page(visit: Any) -> None:
    made(cat=2, dog=2)
    own.image_path("pets", "cat/0001.png").write_bytes(b"gone bad")
    assert not visit("collect").exception


# -- training and the rest


def test_it_can_be_trained_as_soon_as_there_is_enough(visit: Any, words: Any) -> None:
    made(cat=needed(), dog=needed() - 1)
    app = visit("collect")
    assert app.button(key="collect train").disabled
    assert f"At least {needed()} are needed" in words(app)
    press(app, "collect open dog")
    upload(app, [("1.png", encoded(picture(999)))])
    assert not app.button(key="collect train").disabled
    press(app, "collect train")
    assert "Train a network and watch it learn" in words(app)
    assert field(app, "selectbox", "Data set").value == "pets"
    assert field(app, "selectbox", "Network").value == "cnn"
    assert not app.button(key="start").disabled
    assert not app.error


@pytest.mark.parametrize("images", [12, 100, 499, 500, 5000])
def test_the_recipe_is_one_that_the_app_takes(images: int) -> None:
    made(cat=needed(), dog=needed())
    recipe = recipe_for("pets", images)
    check_recipe(recipe)
    assert recipe.dataset == Choice(name="pets")
    steps = recipe.training.epochs * images * 0.7 / recipe.training.batch_size
    assert steps >= 50, "too few steps to learn anything"
    assert steps < 2000


def test_it_leads_to_the_data_page(visit: Any, words: Any) -> None:
    made(cat=needed(), dog=needed())
    app = press(visit("collect"), "collect look")
    assert "What is in the data, and can it be trusted?" in words(app)
    assert field(app, "selectbox", "Data set").value == "pets"


def test_packed_it_can_be_read_by_others() -> None:
    made(cat=2, dog=1)
    with zipfile.ZipFile(io.BytesIO(packed("pets"))) as archive:
        assert sorted(archive.namelist()) == ["cat/0001.png", "cat/0002.png", "dog/0001.png"]
    assert list((shelf.home() / "cache").glob("tmp*")) == []


def test_it_is_deleted_only_when_asked_twice(visit: Any, words: Any) -> None:
    made(cat=2, dog=1)
    editing.create("other")
    app = visit("collect", link={"dataset": "pets"})
    press(app, "collect delete")
    assert own.names() == ["other", "pets"]
    assert "lost for good" in words(app)
    press(app, "collect delete now")
    assert own.names() == ["other"]
    assert field(app, "selectbox", "Data set").value == "other"
    press(app, "collect delete")
    press(app, "collect delete now")
    assert field(app, "button", "Begin")


def test_in_chinese_nothing_breaks(visit: Any) -> None:
    made(cat=2, dog=1)
    app = visit("collect", language="zh_CN")
    assert not app.exception
    for way in ("camera", "draw"):
        app.button_group(key="collect way").set_value(way).run()
        assert not app.exception


# -- archives


def zipped(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return stream.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    """8 cats and 9 dogs, one of which is there twice, one that is both, and two files that are no pictures."""
    folder = bring(tmp_path / "pets")
    (folder / "cats" / "again.png").write_bytes((folder / "cats" / "photo 1.png").read_bytes())
    (folder / "dogs" / "a cat.png").write_bytes((folder / "cats" / "photo 2.png").read_bytes())
    (folder / "dogs" / "notes.png").write_bytes(b"no picture")
    (folder / "cats" / "half.jpg").write_bytes(encoded(picture(77), "jpg")[:300])
    return zipped(folder)


def imported(app: AppTest, data: bytes, name: str = "my_pets (1).zip") -> AppTest:
    """Bring the archive, and wait for what comes of it."""
    app.file_uploader[0].set_value((name, data, "application/zip")).run()
    press(app, "collect import")
    return waited(app)


def waited(app: AppTest) -> AppTest:
    for work in works_under_way():
        work.wait(20)
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of uploaded files that the server keeps no longer, in bytes."""
    sizes: list[int] = []
    remove = MemoryUploadedFileManager.remove_file

    def removed(manager: Any, session_id: str, file_id: str) -> None:
        sizes.extend(len(file.data) for file in manager.get_files(session_id, [file_id]))
        remove(manager, session_id, file_id)

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", removed)
    return sizes


def test_an_archive_does_not_stay_in_memory(visit: Any, archive: bytes, let_go: list[int]) -> None:
    imported(visit("collect"), archive)
    assert let_go == [len(archive)]


def test_files_do_not_stay_in_memory(visit: Any, let_go: list[int]) -> None:
    made(cat=0, dog=0)
    files = [encoded(picture(seed)) for seed in (5, 6)]
    app = visit("collect")
    app.file_uploader[0].set_value([(f"{place}.png", data, "image/png") for place, data in enumerate(files)]).run()
    assert not app.exception
    assert own.classes("pets") == {"cat": 2, "dog": 0}
    assert sorted(let_go) == sorted(map(len, files))


def test_an_archive_may_be_larger_than_a_picture(visit: Any, words: Any) -> None:
    app = visit("collect")
    assert app.file_uploader[0].label == "A folder for each class, in a ZIP of at most 50 MB"
    assert app.file_uploader[0].proto.max_upload_size_mb == 50
    made(cat=0, dog=0)
    app = visit("collect")
    assert app.file_uploader[0].proto.max_upload_size_mb == 10


def test_an_archive_and_its_report(visit: Any, words: Any, grids: Grids, archive: bytes) -> None:
    app = imported(visit("collect"), archive)
    assert own.classes("my pets 1") == {"cats": 9, "dogs": 10}
    assert field(app, "selectbox", "Data set").value == "my pets 1", "it is looked at at once"
    text = words(app)
    assert "**19 pictures in 2 classes were imported.**" in text
    assert "2 files were left out." in text
    assert literal("notes.png") in text
    assert literal("half.jpg") in text
    assert "Groups of equal or nearly equal pictures: 2" in text
    assert "They stand in different classes" in text
    assert not list((shelf.home() / "cache" / "uploads").iterdir()), "the archive is gone"
    labels = [{cell["caption"] for cell in grids.data[f"collect twins {place}"]["cells"]} for place in (0, 1)]
    assert {"cats"} in labels
    assert {"cats", "dogs"} in labels

    field(app, "button", "Leave out the copy").click().run()
    assert own.classes("my pets 1") == {"cats": 8, "dogs": 10}
    field(app, "button", literal("Keep in “cats”").replace("“", "“")).click().run()
    assert own.classes("my pets 1") == {"cats": 8, "dogs": 9}
    assert "All twins have been dealt with." in words(app)
    press(app, "collect undo")
    press(app, "collect undo")
    assert own.classes("my pets 1") == {"cats": 9, "dogs": 10}
    press(app, "collect close")
    assert "were imported" not in words(app)


def test_nothing_is_replaced_unasked(visit: Any, archive: bytes) -> None:
    made(cat=2, dog=1)
    app = visit("collect", session={"dataset": ""})
    app.file_uploader[0].set_value(("PETS.zip", archive, "application/zip")).run()
    assert field(app, "text_input", "Name").value == "PETS"
    assert app.button(key="collect import").disabled
    assert own.classes("pets") == {"cat": 2, "dog": 1}
    app.toggle[0].set_value(True).run()
    press(app, "collect import")
    waited(app)
    assert own.classes("pets") == {"cats": 9, "dogs": 10}


WRITING = "Letters, digits or signs that must not be mirrored"


def test_an_archive_of_digits_is_said_to_be_one(visit: Any, archive: bytes) -> None:
    app = visit("collect")
    app.file_uploader[0].set_value(("signs.zip", archive, "application/zip")).run()
    assert not field(app, "toggle", WRITING).value
    field(app, "toggle", WRITING).set_value(True).run()
    waited(press(app, "collect import"))
    assert DATASETS.get("signs").usual.writing
    assert field(app, "toggle", WRITING).value


def test_what_is_said_of_writing_can_be_taken_back(visit: Any, words: Any) -> None:
    made(cat=2, dog=2)
    app = visit("collect")
    field(app, "toggle", WRITING).set_value(True).run()
    assert DATASETS.get("pets").usual.writing
    assert "These are letters, digits or signs." in words(app)
    press(app, "collect undo")
    assert read_card(shelf.place_of("pets")).said_writing is None
    assert not field(app, "toggle", WRITING).value


@pytest.mark.parametrize("data", [b"", b"no archive", zipped(Path("/nowhere"))])
def test_an_archive_that_cannot_be_used_is_a_sentence(visit: Any, data: bytes) -> None:
    app = imported(visit("collect"), data)
    assert len(said(app)) == 1
    assert own.names() == []
    press(app, "collect close")
    assert said(app) == []


@pytest.mark.parametrize("name", ["", SCRIPT, "../x", "mnist-5k"])
def test_a_name_for_an_archive_that_cannot_be(visit: Any, archive: bytes, markup: Any, name: str) -> None:
    app = visit("collect")
    app.file_uploader[0].set_value(("x.zip", archive, "application/zip")).run()
    field(app, "text_input", "Name").set_value(name).run()
    press(app, "collect import")
    assert len(said(app)) == 1
    assert own.names() == []
    assert markup(app, SCRIPT) == []
    assert works_under_way() == []


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("my_pets (1).zip", "my pets 1"),
        ("猫狗.zip", "猫狗"),
        ("...zip", "my pictures"),
        ("con.zip", "my pictures"),
        (f"{SCRIPT}.zip", "script"),
        ("a" * 300 + ".zip", "a" * 40),
    ],
)
def test_an_archive_gives_its_name(visit: Any, file: str, expected: str) -> None:
    assert name_for(file) == expected


# -- together


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("http://example.org:8501/collect", "http://example.org:8501/collect?dataset=a%20%26%20b"),
        (
            "https://example.com/app/collect?dataset=other#top",
            "https://example.com/app/collect?dataset=a%20%26%20b",
        ),
        ("", "/collect?dataset=a%20%26%20b"),
    ],
)
def test_the_link_names_the_data_set(address: str, link: str) -> None:
    assert link_to("a & b", address) == link


@pytest.mark.parametrize("address", ["http://localhost:8501/collect", "http://example.org:8501/collect"])
def test_the_link_leads_others_to_the_same_data_set(
    visit: Any, words: Any, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(type(st.context), "url", address)
    editing.create("another")
    made(cat=1, dog=1)
    app = visit("collect", link={"dataset": "pets"})
    assert f"{address}?dataset=pets" in [code.value for code in app.code]
    assert ("from this computer alone" in words(app)) == ("localhost" in address)
    assert field(app, "selectbox", "Data set").value == "pets"


# -- folders


def sent(app: AppTest, files: Iterable[tuple[str, bytes]]) -> AppTest:
    """Choose a folder, whose files a browser sends by their paths in it."""
    app.button_group(key="collect bring").set_value("folder").run()
    assert app.file_uploader[0].proto.accept_directory
    app.file_uploader[0].set_value([(name, data, "") for name, data in files]).run()
    assert not app.exception
    return app


def of_folder(folder: Path) -> list[tuple[str, bytes]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder.parent).as_posix(), path.read_bytes()) for path in paths]


def test_a_folder_is_imported_as_an_archive_of_it_is(visit: Any, words: Any, tmp_path: Path, let_go: list[int]) -> None:
    folder = bring(tmp_path / "my_pets")
    (folder / "dogs" / "notes.txt").write_text("x")
    files = of_folder(folder)
    app = sent(visit("collect"), files)
    assert field(app, "text_input", "Name").value == "my pets"
    waited(press(app, "collect import"))
    assert own.classes("my pets") == {"cats": 8, "dogs": 9}
    assert read_card(shelf.place_of("my pets")).source == "my pets"
    assert "1 file was left out." in words(app)
    assert literal("notes.txt") in words(app)
    assert sorted(let_go) == sorted(len(data) for _, data in files)
    assert not list((shelf.home() / "cache" / "uploads").iterdir())


@pytest.mark.parametrize(
    ("paths", "said_of_it"),
    [
        (["pets/1.png", "pets/2.png"], "no class folders"),
        (["1.png"], "no class folders"),
        (["pets/cats/1.png", "pets/cats/2.png"], "one class only"),
        (["pets/cats/1.txt"], "has no pictures"),
        (["pets/cats/1.png", "pets/../../dogs/1.png"], "leads out of it"),
        (["/etc/cats/1.png", "/etc/dogs/1.png"], "root of a disk"),
        (["pets/cats/1.png", "pets/Cats/2.png", "pets/dogs/1.png"], "capital letters"),
        ([f"pets/{'deep/' * 30}1.png"], "folders inside each other"),
    ],
)
def test_a_folder_that_cannot_be_used_is_a_sentence(visit: Any, paths: list[str], said_of_it: str) -> None:
    app = sent(visit("collect"), [(path, encoded(picture(place))) for place, path in enumerate(paths)])
    waited(press(app, "collect import"))
    (sentence,) = said(app)
    assert said_of_it in sentence
    assert own.names() == []
    assert not list((shelf.home() / "cache" / "uploads").iterdir())


def test_a_folder_that_is_too_large_is_let_go(visit: Any, monkeypatch: pytest.MonkeyPatch, let_go: list[int]) -> None:
    monkeypatch.setenv("IMGCLS_UPLOAD_MEGABYTES", "1")
    app = sent(visit("collect"), [(f"pets/{label}/1.png", bytes(700_000)) for label in ("cats", "dogs")])
    (sentence,) = said(app)
    assert literal("The folder “pets” is too large. Expected at most 1 MB.") in sentence
    assert let_go == [700_000, 700_000]
    assert not [button for button in app.button if button.label == "Import"]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Imports wait after their first picture: `begun` says that they are there, `go_on` lets them go on."""
    held = SimpleNamespace(begun=threading.Event(), go_on=threading.Event())

    def waiting(name: str, source: Path, replace: bool, tell: own.Tell, writing: bool | None) -> Any:
        def told(done: int, total: int) -> bool:
            held.begun.set()
            held.go_on.wait(20)
            return tell(done, total)

        return import_dataset(name, source, replace, told, writing)

    monkeypatch.setattr(collect_work, "import_dataset", waiting)
    yield held
    held.go_on.set()
    for work in works_under_way():
        work.wait(20)


def begun(app: AppTest, archive: bytes, slow: SimpleNamespace) -> AppTest:
    app.file_uploader[0].set_value(("pets.zip", archive, "application/zip")).run()
    press(app, "collect import")
    assert slow.begun.wait(20)
    return app.run()


def bars(app: AppTest) -> list[str]:
    return [bar.text for bar in app.get("progress")]


def test_an_import_is_watched_and_cancelled(visit: Any, words: Any, archive: bytes, slow: SimpleNamespace) -> None:
    app = begun(visit("collect"), archive, slow)
    assert any(literal("Importing “pets”: ") in text for text in bars(app))
    reloaded = visit("collect")
    assert not reloaded.button(key="collect cancel pets").disabled, "after a reload it can be cancelled still"
    press(app, "collect cancel pets")
    assert bars(app) == ["Stopping …"]
    assert app.button(key="collect cancel pets").disabled
    slow.go_on.set()
    waited(app)
    assert "It was stopped. Nothing has changed." in words(app)
    assert own.names() == []
    assert not list((shelf.home() / "cache" / "uploads").iterdir())


def test_others_go_on_with_what_they_do(visit: Any, words: Any, archive: bytes, slow: SimpleNamespace) -> None:
    made(cat=2, dog=1)
    other = editing.create("mine")
    app = visit("collect", session={"dataset": ""})
    app.file_uploader[0].set_value(("cups.zip", archive, "application/zip")).run()
    press(app, "collect import")
    assert slow.begun.wait(20)
    stranger = visit("collect", link={"dataset": other})
    assert any("cups" in text for text in bars(stranger))
    assert not [button for button in stranger.button if button.label == "Cancel"]
    slow.go_on.set()
    waited(app)
    stranger.run()
    assert field(app, "selectbox", "Data set").value == "cups"
    assert field(stranger, "selectbox", "Data set").value == "mine"
    assert "were imported" not in words(stranger)


def test_one_name_is_imported_to_once(visit: Any, archive: bytes, slow: SimpleNamespace) -> None:
    begun(visit("collect"), archive, slow)
    second = visit("collect")
    second.file_uploader[0].set_value(("Pets.zip", archive, "application/zip")).run()
    press(second, "collect import")
    assert "being changed elsewhere" in said(second)[0]
    assert len(list((shelf.home() / "cache" / "uploads").iterdir())) == 1, "the second archive is gone"


def test_a_check_says_what_is_wrong(visit: Any, words: Any) -> None:
    made(cat=4, dog=3)
    editing.add_pixels("pets", "dog", picture(0))
    own.image_path("pets", "cat/0003.png").write_bytes(b"gone bad")
    app = press(visit("collect"), "collect check")
    waited(app)
    text = words(app)
    assert "were looked over" in text
    assert "1 file was left out." in text
    assert "They stand in different classes" in text
    field(app, "selectbox", "Data set").set_value("").run()
    assert "were looked over" not in words(app), "the report is on another data set"


def test_a_check_that_finds_nothing_says_so(visit: Any, words: Any) -> None:
    made(cat=20, dog=20)
    app = waited(press(visit("collect"), "collect check"))
    assert "Nothing is wrong with them." in words(app)
