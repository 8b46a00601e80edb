"""dataset: import, export, check and delete, as a shell sees them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from imgcls.cli import main
from imgcls.datasets import DATASETS, load, own
from imgcls.recipe import Choice
from imgcls.runs import get_run
from tests.datasets.people import bring, encoded, picture


@pytest.fixture
def pets(tmp_path) -> Path:
    return bring(tmp_path / "pets")


def answered(capsys, *arguments: object) -> dict:
    """The one JSON object of a command that goes well."""
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys, *arguments: object) -> str:
    """The one line of a command that is refused, without its progress."""
    assert main([*map(str, arguments)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = [line for line in said.err.splitlines() if line.startswith("imgcls: ")]
    assert len(lines) == 1
    assert "Traceback" not in said.err
    return lines[0]


def test_import(pets, capsys):
    (pets / "cats" / "notes.txt").write_text("x")
    (pets / "dogs" / "again.png").write_bytes((pets / "cats" / "photo 0.png").read_bytes())
    assert main(["dataset", "import", "pets", str(pets), "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert set(found) == {"dataset", "images", "classes", "left_out", "duplicates", "warnings"}
    assert (found["dataset"], found["images"], found["classes"]) == ("pets", 18, {"cats": 8, "dogs": 10})
    (left_out,) = found["left_out"]
    assert left_out["file"] == "cats/notes.txt"
    assert "another ending" in left_out["reason"]
    (twins,) = found["duplicates"]
    assert twins == {
        "images": ["cats/0001.png", "dogs/0001.png"],
        "files": ["cats/photo 0.png", "dogs/again.png"],
        "classes": ["cats", "dogs"],
        "identical": True,
        "distance": 0.0,
    }
    assert len(found["warnings"]) == 4
    assert said.err.splitlines()[0] == "import: 11%"
    assert said.err.splitlines()[-1] == "import: 100%"
    assert len(said.err.splitlines()) <= 11


def test_import_in_words(pets, capsys):
    (pets / "cats" / "notes.txt").write_text("x")
    assert main(["dataset", "import", "pets", str(pets)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "pets: 17 images in 2 classes"
    assert "8" in lines[1]
    assert "cats" in lines[1]
    assert "left out (1):" in lines
    assert "warnings (2):" in lines


def test_import_of_an_archive_and_replacing(pets, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as archive:
        for path in pets.glob("*/*"):
            archive.write(path, path.relative_to(pets))
    assert answered(capsys, "dataset", "import", "pets", tmp_path / "pets.zip")["images"] == 17
    assert "“pets” already" in refused(capsys, "dataset", "import", "pets", pets)
    (pets / "cats" / "new.png").write_bytes(encoded(picture(99)))
    assert answered(capsys, "dataset", "import", "pets", pets, "--replace")["images"] == 18


def test_it_is_listed(pets, capsys):
    main(["dataset", "import", "pets", str(pets)])
    capsys.readouterr()
    listed = answered(capsys, "datasets")["datasets"]
    assert [one["name"] for one in listed] == DATASETS.names()
    assert listed[-1]["name"] == "pets"
    assert (listed[-1]["images"], listed[-1]["classes"]) == (17, ["cats", "dogs"])
    assert listed[-1]["options"]["side"]["default"] == 40
    assert main(["datasets"]) == 0
    assert "pets" in capsys.readouterr().out.splitlines()[-1]


def test_export_and_import_again(pets, tmp_path, capsys):
    main(["dataset", "import", "pets", str(pets)])
    capsys.readouterr()
    out = tmp_path / "out.zip"
    found = answered(capsys, "dataset", "export", "pets", out)
    assert found == {"dataset": "pets", "images": 17, "out": str(out), "bytes": out.stat().st_size}
    answered(capsys, "dataset", "import", "again", out)
    first, second = load(Choice(name="pets")), load(Choice(name="again"))
    assert np.array_equal(first.images, second.images)


def test_check(pets, capsys):
    imported = answered(capsys, "dataset", "import", "pets", pets)
    checked = answered(capsys, "dataset", "check", "pets")
    assert set(checked) == set(imported)
    assert checked["classes"] == imported["classes"]


def test_writing_is_said_when_it_comes_or_later(pets, capsys):
    answered(capsys, "dataset", "import", "signs", pets, "--writing")
    assert DATASETS.get("signs").usual.writing
    assert answered(capsys, "dataset", "change", "signs", "--no-writing") == {"dataset": "signs", "writing": False}
    assert not DATASETS.get("signs").usual.writing
    assert main(["dataset", "change", "signs", "--writing"]) == 0
    assert capsys.readouterr().out == "signs is writing, which must not be mirrored\n"
    assert DATASETS.get("signs").usual.writing


def test_delete(pets, capsys):
    main(["dataset", "import", "pets", str(pets)])
    capsys.readouterr()
    assert answered(capsys, "dataset", "delete", "pets") == {"dataset": "pets", "deleted": True}
    assert own.names() == []
    assert "no data set “pets”" in refused(capsys, "dataset", "delete", "pets")


REFUSED = {
    "nothing": ([], "required"),
    "no such action": (["paint", "pets"], "invalid choice"),
    "no name": (["import"], "required"),
    "no source": (["import", "pets"], "Expected: dataset import NAME FOLDER-or-ZIP"),
    "a source that is not there": (["import", "pets", "nowhere"], "There is no “nowhere”"),
    "a source that is no archive": (["import", "pets", "text.zip"], "is no ZIP archive"),
    "a source without classes": (["import", "pets", "flat"], "no class folders"),
    "a source of one class": (["import", "pets", "lonely"], "one class only"),
    "a name that leads elsewhere": (["import", "../pets", "pets"], "Expected a name"),
    "a name of ours": (["import", "mnist-5k", "pets"], "comes with the app"),
    "a name of Windows": (["import", "con", "pets"], "Windows"),
    "export of nothing": (["export", "pets", "out.zip"], "no data set “pets”"),
    "export to nowhere": (["export", "pets"], "Expected: dataset export NAME OUT.zip"),
    "check of nothing": (["check", "pets"], "no data set “pets”"),
    "check with a path": (["check", "pets", "x"], "Received more: x"),
    "delete of ours": (["delete", "mnist-5k"], "among your own"),
    "change of nothing": (["change", "pets", "--writing"], "no data set “pets”"),
    "change into nothing": (["change", "pets"], "Received neither"),
    "check with --writing": (["check", "pets", "--writing"], "with import or change alone"),
    "delete with --replace": (["delete", "pets", "--replace"], "--replace with import alone"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line(pets, tmp_path, monkeypatch, capsys, home_folder, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.zip").write_text("some text")
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "a.png").write_bytes(encoded(picture(1)))
    bring(tmp_path / "lonely", {"cats": 3})
    arguments, words = REFUSED[name]
    assert words in refused(capsys, "dataset", *arguments)
    assert own.names() == []


@pytest.mark.parametrize("out", ["out.tar", "folder.zip", "nowhere/out.zip", "x" * 300 + ".zip"])
def test_export_to_a_bad_place(pets, tmp_path, monkeypatch, capsys, out):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.zip").mkdir()
    main(["dataset", "import", "pets", str(pets)])
    capsys.readouterr()
    line = refused(capsys, "dataset", "export", "pets", out)
    assert "ends in .zip" in line or "could not be written" in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.zip", "pets"]


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_trained_and_asked(tmp_path, capsys):
    """The whole way: a folder of one's own is imported, a network learns it, and knows a new picture of it."""
    source = tmp_path / "spots"
    random = np.random.default_rng(0)

    def spot(left: bool) -> bytes:
        pixels = random.integers(0, 80, (40, 60, 3), np.uint8)
        top, start = random.integers(5, 25), random.integers(12, 18) + (0 if left else 24)
        pixels[top : top + 10, start : start + 10] = 220
        return encoded(pixels)

    for label in ("left", "right"):
        (source / label).mkdir(parents=True)
        for number in range(60):
            (source / label / f"{number}.png").write_bytes(spot(label == "left"))
    answered(capsys, "dataset", "import", "spots", source)
    found = answered(
        capsys, "train", "--dataset", "spots", "--epochs", 6, "--batch-size", 8, "--set", "dataset.side=32"
    )
    assert found["status"] == "completed"
    assert found["test_accuracy"] >= 0.9
    assert get_run(found["run"]).recipe.dataset.options == {"side": 32}
    (tmp_path / "new.png").write_bytes(spot(left=True))
    (answer,) = answered(capsys, "predict", found["run"], tmp_path / "new.png")["images"]
    assert answer["predictions"][0]["label"] == "left"
    assert answered(capsys, "evaluate", found["run"])["test_images"] == 24
    assert main(["train", "--dataset", "spots", "--epochs", "1"]) == 0  # and with its usual options
