"""Folders and archives of every usual layout: the same pictures with the same classes from both."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from imgcls.datasets import archive, found
from imgcls.datasets.found import FoundFile, Listing, Skipped, found_files
from imgcls.datasets.names import is_name
from imgcls.datasets.registry import Part
from imgcls.errors import DatasetError, ImgclsError, InputError

Make = Callable[[Iterable[str]], Path]


@pytest.fixture(params=["folder", "archive"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Writes files of these names into a folder or an archive; a name that ends in a slash is a folder."""

    def folder(names: Iterable[str]) -> Path:
        for name in names:
            path = tmp_path / "mine" / name
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if not name.endswith("/"):
                path.write_bytes(name.encode())
        return tmp_path / "mine"

    def packed(names: Iterable[str]) -> Path:
        with zipfile.ZipFile(tmp_path / "mine.zip", "w") as target:
            for name in names:
                target.writestr(name, b"" if name.endswith("/") else name.encode())
        return tmp_path / "mine.zip"

    return folder if request.param == "folder" else packed


LAYOUTS: dict[str, tuple[list[str], dict[str, str]]] = {
    "plain": (["pear/2.jpg", "apple/1.jpg"], {"apple/1.jpg": "apple", "pear/2.jpg": "pear"}),
    "wrapped": (["fruit/apple/1.jpg", "fruit/pear/2.jpg"], {"fruit/apple/1.jpg": "apple", "fruit/pear/2.jpg": "pear"}),
    "wrapped thrice": (
        ["a/b/c/apple/1.jpg", "a/b/c/pear/2.jpg"],
        {"a/b/c/apple/1.jpg": "apple", "a/b/c/pear/2.jpg": "pear"},
    ),
    "wrapped with a text": (
        ["fruit/apple/1.jpg", "fruit/pear/2.jpg", "readme.txt", "docs/how to.pdf"],
        {"fruit/apple/1.jpg": "apple", "fruit/pear/2.jpg": "pear"},
    ),
    "wrapped with a cover": (
        ["fruit/cover.png", "fruit/apple/1.jpg", "fruit/pear/2.jpg"],
        {"fruit/apple/1.jpg": "apple", "fruit/pear/2.jpg": "pear"},
    ),
    "deeper": (
        ["apple/red/1.jpg", "apple/green/new/2.jpg", "apple/3.jpg", "pear/4.jpg"],
        {"apple/3.jpg": "apple", "apple/green/new/2.jpg": "apple", "apple/red/1.jpg": "apple", "pear/4.jpg": "pear"},
    ),
    "parts": (
        ["train/apple/1.jpg", "train/pear/2.jpg", "val/apple/3.jpg", "test/pear/4.jpg"],
        {
            "train/apple/1.jpg": "apple TRAIN",
            "val/apple/3.jpg": "apple VALIDATION",
            "train/pear/2.jpg": "pear TRAIN",
            "test/pear/4.jpg": "pear TEST",
        },
    ),
    "parts by other words": (
        ["set/TRAINING/a/1.jpg", "set/Validation/b/2.jpg", "set/testing/a/3.jpg", "set/valid/a/4.jpg"],
        {
            "set/TRAINING/a/1.jpg": "a TRAIN",
            "set/valid/a/4.jpg": "a VALIDATION",
            "set/testing/a/3.jpg": "a TEST",
            "set/Validation/b/2.jpg": "b VALIDATION",
        },
    ),
    "parts with deeper folders": (
        ["train/apple/red/1.jpg", "test/pear/2.jpg"],
        {"train/apple/red/1.jpg": "apple TRAIN", "test/pear/2.jpg": "pear TEST"},
    ),
    "parts that write a class differently": (
        ["train/Apple/1.jpg", "test/apple/2.jpg", "test/pear/3.jpg"],
        {"train/Apple/1.jpg": "Apple TRAIN", "test/apple/2.jpg": "Apple TEST", "test/pear/3.jpg": "pear TEST"},
    ),
    "test part without classes": (
        ["train/apple/1.jpg", "train/pear/2.jpg", "test/3.jpg"],
        {"train/apple/1.jpg": "apple", "train/pear/2.jpg": "pear"},
    ),
    "one part only": (
        ["train/apple/1.jpg", "train/pear/2.jpg"],
        {"train/apple/1.jpg": "apple", "train/pear/2.jpg": "pear"},
    ),
    "a part beside other folders": (["train/1.jpg", "apple/2.jpg"], {"apple/2.jpg": "apple", "train/1.jpg": "train"}),
    "every ending": (
        ["a/1.JPG", "a/2.jpeg", "a/3.jfif", "b/1.Png", "b/2.webp", "b/3.jpe"],
        {"a/1.JPG": "a", "a/2.jpeg": "a", "a/3.jfif": "a", "b/1.Png": "b", "b/2.webp": "b", "b/3.jpe": "b"},
    ),
    "Chinese and signs": (
        ["苹果/一.jpg", "🍐/2.jpg", "👍🏽/3.jpg", "手写 数字/4.jpg"],
        {"🍐/2.jpg": "pear", "👍🏽/3.jpg": "thumbs up sign _", "手写 数字/4.jpg": "手写 数字", "苹果/一.jpg": "苹果"},
    ),
    "hidden": (
        ["a/1.jpg", "b/2.jpg", "a/.3.jpg", ".git/x/4.jpg", "__MACOSX/a/._1.jpg", "a/Thumbs.db", "b/.DS_Store"],
        {"a/1.jpg": "a", "b/2.jpg": "b"},
    ),
    "counted": (
        ["10/1.jpg", "2/10.jpg", "2/9.jpg", "1/1.jpg", "02/1.jpg"],
        {"1/1.jpg": "1", "02/1.jpg": "02", "2/9.jpg": "2", "2/10.jpg": "2", "10/1.jpg": "10"},
    ),
}  # fmt: skip


def told(file: FoundFile) -> str:
    return file.class_name if file.part is Part.FREE else f"{file.class_name} {file.part.name}"


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name: str, made: Make) -> None:
    names, expected = LAYOUTS[name]
    with found_files(made(names)) as listing:
        assert [(file.name, told(file)) for file in listing.files] == list(expected.items())  # in this order
        assert set(listing.class_names) == {file.class_name for file in listing.files}
        assert [file.read() for file in listing.files] == [file.name.encode() for file in listing.files]


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["10/1.jpg", "9/1.jpg", "8/1.jpg"], ("8", "9", "10")),
        (["b10/1.jpg", "B9/1.jpg", "a/1.jpg"], ("a", "B9", "b10")),
        (["梨/1.jpg", "apple/1.jpg"], ("apple", "梨")),
    ],
)
def test_classes_stand_in_the_order_of_people(names: list[str], classes: tuple[str, ...], made: Make) -> None:
    with found_files(made(names)) as listing:
        assert listing.class_names == classes


def reasons(listing: Listing) -> dict[str, str]:
    assert all(isinstance(one, Skipped) and isinstance(one.reason, ImgclsError) for one in listing.skipped)
    assert all(one.name in str(one.reason) for one in listing.skipped)
    return {one.name: one.reason.template for one in listing.skipped}


def test_what_is_left_out_is_listed_with_its_reason(made: Make) -> None:
    names = [
        "apple/1.jpg",
        "pear/2.jpg",
        "cover.png",
        "notes.txt",
        "apple/film.gif",
        "pear/more.zip",
        "plum/",
        "fig/a.txt",
    ]
    with found_files(made([*names, "fig/"])) as listing:
        assert len(listing.files) == 2
        assert listing.class_names == ("apple", "pear")
        assert reasons(listing) == {
            "apple/film.gif": found.OTHER_ENDING,
            "cover.png": found.NO_CLASS,
            "fig": found.EMPTY_CLASS,
            "fig/a.txt": found.OTHER_ENDING,
            "notes.txt": found.OTHER_ENDING,
            "pear/more.zip": found.NESTED,
            "plum": found.EMPTY_CLASS,
        }


def test_a_class_that_is_empty_in_one_part_is_not_empty(made: Make) -> None:
    with found_files(made(["train/a/1.jpg", "train/b/2.jpg", "test/a/3.jpg", "test/b/", "test/c/"])) as listing:
        assert reasons(listing) == {"test/c": found.EMPTY_CLASS}


def refusal(path: Path) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        found_files(path)
    assert isinstance(caught.value, InputError)
    assert caught.value.exit_code == 2
    json.dumps(caught.value.to_json())
    return caught.value


@pytest.mark.parametrize(
    ("names", "template", "words"),
    [
        (["1.jpg", "2.jpg"], found.NO_CLASSES, "Received: 2 pictures outside"),
        (["train/1.jpg", "test/2.jpg"], found.NO_CLASSES, "Received: 2 pictures outside"),
        (["apple/1.txt", "pear/"], found.NO_PICTURES, "Received: 1 other files"),
        (["apple/1.jpg"], found.ONE_CLASS, "“apple”"),
        (["fruit/apple/1.jpg", "fruit/apple/deep/2.jpg", "fruit/pear/"], found.ONE_CLASS, "“deep”"),
        (
            [f"class {n}/1.jpg" for n in range(1000)],
            found.TOO_MANY_CLASSES,
            "at most 100 class folders. Received: 1000",
        ),
    ],
)
def test_what_is_no_data_set_is_told_what_one_is(names: list[str], template: str, words: str, made: Make) -> None:
    error = refusal(made(names))
    assert error.template == template
    assert words in str(error)
    assert "mine" in str(error)
    if template not in (found.TOO_MANY_CLASSES,):
        assert "cats/1.jpg and dogs/2.jpg" in str(error)


def test_a_hundred_classes_are_few_enough(made: Make) -> None:
    with found_files(made([f"{n}/1.jpg" for n in range(100)])) as listing:
        assert listing.class_names == tuple(str(n) for n in range(100))


def test_too_many_pictures(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made([f"{n % 3}/{n}.jpg" for n in range(8)])
    monkeypatch.setenv("IMGCLS_DATASET_IMAGES", "7")
    error = refusal(path)
    assert error.template == found.TOO_MANY_IMAGES
    assert "at most 7. Received: 8" in str(error)


HOSTILE_NAMES = [
    "con", "LPT1.photos", "-", "x" * 200, "字" * 80, "<script>alert(1)</script".replace("/", "_"), "=1+1",
    "a\u202eb", "\x1b[31m", "{name}", "%s", "  spaced   out  ", "trailing.", "🍎🍎", "\u200b", "half \u0301 accent",
]  # fmt: skip


def test_names_of_classes_are_folders_names_everywhere(made: Make) -> None:
    with found_files(made([f"{name}/{place}.jpg" for place, name in enumerate(HOSTILE_NAMES)])) as listing:
        assert len(listing.class_names) == len(listing.files) == len(HOSTILE_NAMES)
        assert all(is_name(name) for name in listing.class_names), listing.class_names
        assert all(file.name.isprintable() for file in listing.files)
        assert {"_con", "_LPT1.photos", "class", "_-", "_1_1", "red apple red apple", "spaced out"} <= set(
            listing.class_names
        )


def test_two_folders_that_some_system_takes_for_one(tmp_path: Path) -> None:
    for name in ("train/Apple", "train/apple", "train/pear", "test/pear"):
        (tmp_path / "mine" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name / "1.jpg").write_bytes(b"x")
    if len(list((tmp_path / "mine" / "train").iterdir())) < 3:
        pytest.skip("this disk takes them for one itself")
    error = refusal(tmp_path / "mine")
    assert error.template == found.SAME_CLASS
    assert "“train/apple”" in str(error)
    assert "“train/Apple”" in str(error)


def test_places_that_are_neither(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    for path in (tmp_path / "missing", tmp_path / "file" / "below", tmp_path / "zero\0byte", tmp_path / ("x" * 5000)):
        assert refusal(path).template in (found.NOT_THERE, found.UNREACHABLE)
    assert refusal(Path("/dev/null")).template == found.NOT_A_SOURCE
    assert refusal(tmp_path / "file").template == archive.NOT_AN_ARCHIVE
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").template == found.NOT_A_SOURCE  # and it is not waited for


def test_an_archive_that_is_refused_is_closed(made: Make) -> None:
    path = made(["apple/1.jpg"])
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(20):
        refusal(path)
    after = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    assert after <= before + 1


def test_the_same_source_is_listed_in_the_same_order(made: Make) -> None:
    path = made([f"{n % 7}/{n * 37 % 100}.jpg" for n in range(100)])
    with found_files(path) as first, found_files(path) as second:
        names = [file.name for file in first.files]
        assert names == [file.name for file in second.files]
        assert names == sorted(names, key=lambda name: [int(piece) for piece in name[:-4].split("/")])
