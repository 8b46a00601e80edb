"""A folder or archive becomes a data set: whole, small, without what cannot be used, and never half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from imgcls.datasets import DATASETS, Part, cache, importing, load, own, shelf, split_indices
from imgcls.datasets.card import read_card
from imgcls.datasets.importing import import_dataset
from imgcls.datasets.packing import pack
from imgcls.datasets.readiness import readiness
from imgcls.engines.process import ROOT
from imgcls.errors import DatasetError, InputError, PlaceError
from imgcls.recipe import Choice, Split
from tests.datasets.people import bring, content, decoded, encoded, picture


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    """Nothing is in memory that another test has loaded."""
    monkeypatch.setattr(cache, "_memory", type(cache._memory)())


def hidden(home: Path) -> list[str]:
    """What lies beside the data sets, but for the locks."""
    return sorted(path.name for path in (home / "datasets").glob(".*") if not path.name.endswith(".lock"))


def warnings(report) -> str:
    return " ".join(map(str, report.warnings))


def test_a_folder(tmp_path):
    source = bring(tmp_path / "my pets", {"cats": 20, "dogs": 21})
    before = content(source)
    report = import_dataset("pets", source)
    assert report.name == "pets"
    assert report.counts == {"cats": 20, "dogs": 21}
    assert report.images == 41
    assert (report.left_out, report.duplicates) == ((), ())
    assert report.warnings == ()
    assert content(source) == before
    place = shelf.place_of("pets")
    assert sorted(content(place))[:2] == ["cats/0001.png", "cats/0002.png"]
    assert {path.name for path in place.iterdir() if path.name[0] != "."} == {"cats", "dogs"}
    card = read_card(place)
    assert (card.source, card.side, card.colour, card.fit, card.parts) == ("my pets", 40, "colour", "crop", {})
    assert card.last == {"cats": 20, "dogs": 21}
    assert len(load(Choice(name="pets"))) == 41
    assert DATASETS.get("pets").source == "my pets"


def test_the_pixels_are_those_of_the_files(tmp_path):
    source = bring(tmp_path / "pets")
    import_dataset("pets", source)
    kept = content(shelf.place_of("pets"))
    for number in range(8):
        wanted = decoded((source / "cats" / f"photo {number}.png").read_bytes())
        assert np.array_equal(decoded(kept[f"cats/{number + 1:04}.png"]), wanted)


@pytest.mark.parametrize("kind", ["jpg", "webp"])
def test_photographs_are_kept_as_jpeg(tmp_path, kind):
    import_dataset("pets", bring(tmp_path / "pets", kind=kind, size=(600, 900)))
    kept = content(shelf.place_of("pets"))
    assert {decoded(data).shape for data in kept.values()} == {(341, 512, 3)}
    assert all(name.endswith(".jpg") for name in kept)


def test_an_archive(tmp_path):
    source = bring(tmp_path / "pets")
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as archive:
        for name, data in content(source).items():
            archive.writestr(f"wrapped/{name}", data)
    report = import_dataset("pets", tmp_path / "pets.zip")
    assert report.counts == {"cats": 8, "dogs": 9}
    import_dataset("others", source)
    assert content(shelf.place_of("pets")) == content(shelf.place_of("others"))


@pytest.mark.parametrize(
    ("size", "grey", "side", "colour"),
    [
        ((28, 28), True, 28, "grey"),
        ((64, 64), False, 64, "colour"),
        ((65, 65), False, 64, "colour"),
        ((20, 30), False, 20, "colour"),
        ((8, 8), True, 8, "grey"),
        ((8, 300), False, 8, "colour"),
    ],
)
def test_usual_options_are_chosen_from_the_pictures(tmp_path, size, grey, side, colour):
    import_dataset("pets", bring(tmp_path / "pets", size=size, grey=grey))
    assert load(Choice(name="pets")).image_shape == (side, side, 1 if colour == "grey" else 3)


def test_pictures_of_different_sizes_and_one_in_colour(tmp_path):
    source = bring(tmp_path / "pets", size=(28, 28), grey=True)
    (source / "cats" / "new.png").write_bytes(encoded(picture(99, 30, 30)))
    import_dataset("pets", source)
    assert load(Choice(name="pets")).image_shape == (28, 28, 3)


# -- what cannot be used


def test_what_is_left_out_is_told_one_by_one(tmp_path):
    source = bring(tmp_path / "pets")
    whole = encoded(picture(1, 200, 200), "jpg")
    bad = {
        "cats/a text.png": b"this is no picture",
        "cats/cut.jpg": whole[: len(whole) // 2],
        "dogs/empty.png": b"",
        "dogs/small.png": encoded(picture(1, 7, 7)),
        "dogs/notes.txt": b"not even a claim",
        "outside.png": encoded(picture(2)),
    }
    for name, data in bad.items():
        (source / name).write_bytes(data)
    report = import_dataset("pets", source)
    assert report.counts == {"cats": 8, "dogs": 9}
    assert {one.name for one in report.left_out} == set(bad)
    said = {one.name: str(one.reason) for one in report.left_out}
    for name, words in {
        "cats/a text.png": "not a picture",
        "cats/cut.jpg": "cut off",
        "dogs/empty.png": "is empty",
        "dogs/small.png": "too small",
        "dogs/notes.txt": "another ending",
        "outside.png": "outside of them all",
    }.items():
        assert words in said[name]
        assert name.rpartition("/")[2] in said[name]
    assert sorted(content(shelf.place_of("pets")))[-1] == "dogs/0009.png"


def test_all_refused_leaves_nothing(tmp_path, home_folder):
    source = bring(tmp_path / "pets")
    for path in source.glob("*/*"):
        path.write_bytes(b"no picture")
    with pytest.raises(
        DatasetError, match=r"None of the 17 files in “pets” can be used.*The first one: .*photo 0\.png"
    ):
        import_dataset("pets", source)
    assert shelf.names() == []
    assert hidden(home_folder) == []


def test_one_class_is_refused(tmp_path, home_folder):
    source = bring(tmp_path / "pets")
    for path in source.glob("dogs/*"):
        path.write_bytes(b"no picture")
    with pytest.raises(DatasetError, match=r"at least 2 classes .* Received: 1 \(cats\)"):
        import_dataset("pets", source)
    assert shelf.names() == []
    assert hidden(home_folder) == []


def test_a_class_of_which_nothing_is_left_is_told(tmp_path):
    source = bring(tmp_path / "pets", {"cats": 8, "dogs": 9, "birds": 1})
    (source / "birds" / "photo 0.png").write_bytes(b"no picture")
    report = import_dataset("pets", source)
    assert report.counts == {"birds": 0, "cats": 8, "dogs": 9}
    assert "The class “birds” has no images yet" in warnings(report)
    assert load(Choice(name="pets")).class_names == ("cats", "dogs")


def test_warnings(tmp_path):
    report = import_dataset("pets", bring(tmp_path / "pets", {"a": 5, "b": 6, "c": 19, "d": 31}))
    said = [str(one) for one in report.warnings]
    assert "“a” has 5 images. At least 6 are needed" in said[0]
    assert "add 1." in said[0]
    assert "“b” has only 6 images" in said[1]
    assert "“c” has only 19 images" in said[2]
    assert "“d” has 31 images, “a” only 5" in said[3]
    assert len(said) == 4
    images = load(Choice(name="pets"))
    with pytest.raises(InputError, match="Class a has 5 images"):
        split_indices(images.labels, Split(), 0, images.parts, images.class_names)


@pytest.mark.parametrize(
    ("sizes", "side", "said"),
    [
        ([(40, 48)] * 12, 40, ""),
        ([(28, 28)] * 12, 28, ""),
        ([(6 * 20, 200)] * 12, 64, ""),
        ([(9, 30)] * 12, 9, ""),
        ([(200, 300)] * 8 + [(30, 60)] * 4, 64, "4 of 12 pictures are smaller than 64 × 64 pixels."),
        ([(200, 300)] * 4 + [(30, 60)] * 6 + [(20, 20)] * 2, 30, "2 of 12 pictures are smaller than 30 × 30 pixels."),
    ],
)
def test_half_of_the_pictures_or_more_are_not_enlarged(tmp_path, sizes, side, said):
    for number, (height, width) in enumerate(sizes):
        path = tmp_path / "pets" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(picture(number, height, width)))
    report = import_dataset("pets", tmp_path / "pets")
    assert read_card(shelf.place_of("pets")).side == side
    assert [str(one) for one in report.warnings if "smaller" in str(one)] == (
        [f"{said} They are enlarged and look blurred."] if said else []
    )


def test_a_single_image_is_one(tmp_path):
    report = import_dataset("pets", bring(tmp_path / "pets", {"a": 1, "b": 30}))
    assert "The class “a” has 1 image. At least 6 are needed" in warnings(report)
    assert not readiness("pets").can_train


def test_twins_are_told_with_their_files(tmp_path):
    source = bring(tmp_path / "pets", size=(200, 200))
    same = (source / "cats" / "photo 1.png").read_bytes()
    (source / "dogs" / "the same.png").write_bytes(same)
    (source / "dogs" / "a smaller one.jpg").write_bytes(encoded(decoded(same)[::2, ::2], "jpg", quality=60))
    (source / "cats" / "photo 7 again.png").write_bytes((source / "cats" / "photo 7.png").read_bytes())
    report = import_dataset("pets", source)
    across, inside = report.duplicates
    assert set(across.files) == {"cats/photo 1.png", "dogs/the same.png", "dogs/a smaller one.jpg"}
    assert (across.classes, across.identical) == (("cats", "dogs"), False)
    assert 0 < across.distance < 4
    assert set(inside.files) == {"cats/photo 7.png", "cats/photo 7 again.png"}
    assert (inside.classes, inside.identical, inside.distance) == (("cats",), True, 0.0)
    assert set(inside.keys) <= set(own.keys("pets"))
    assert "5 images have an equal or nearly equal twin" in warnings(report)
    assert "1 groups of equal or nearly equal images stand in more than one class" in warnings(report)


# -- parts


def parted(folder: Path, parts: dict[str, int]) -> Path:
    """A folder for each part, with as many cats and dogs each; no two pictures are alike."""
    bring(folder, {f"{part}/{label}": count for part, count in parts.items() for label in ("cats", "dogs")})
    return folder


@pytest.mark.parametrize(
    ("parts", "sizes"),
    [
        ({"train": 6, "val": 3, "test": 4}, (12, 6, 8)),
        ({"train": 8, "test": 4}, (14, 2, 8)),  # some of those for training become validation
        ({"train": 10, "val": 4}, (14, 10, 4)),  # some become the test, which nothing of val does
    ],
)
def test_parts_of_the_source_are_kept(tmp_path, parts, sizes):
    import_dataset("pets", parted(tmp_path / "pets", parts))
    images = load(Choice(name="pets"))
    assert images.parts is not None
    drawn = split_indices(images.labels, Split(), 0, images.parts, images.class_names)
    assert (len(drawn.train), len(drawn.validation), len(drawn.test)) == sizes
    if "test" in parts:
        assert (images.parts[drawn.test] == Part.TEST).all()
    if "val" in parts:
        assert set(np.flatnonzero(images.parts == Part.VALIDATION)) <= set(drawn.validation)


def test_a_class_that_a_part_lacks_is_told(tmp_path):
    source = parted(tmp_path / "pets", {"train": 8, "test": 4})
    bring(source, {"train/birds": 8})
    report = import_dataset("pets", source)
    assert "The class “birds” has 8 images, and of those none for one of" in warnings(report)


# -- replacing, stopping, failing


def test_a_name_that_is_taken(tmp_path):
    first = bring(tmp_path / "first", {"a": 6, "b": 6})
    import_dataset("pets", first)
    before = content(shelf.place_of("pets"))
    for name in ("pets", "PETS", " pets "):
        with pytest.raises(InputError, match="“pets” already"):
            import_dataset(name, first)
    with pytest.raises(InputError, match="“pets” already"):
        import_dataset("Pets", first, replace=True)  # a system that ignores capitals would take it for the other
    assert content(shelf.place_of("pets")) == before
    second = bring(tmp_path / "second", {"a": 6, "c": 7})
    version = own.version("pets")
    assert import_dataset("pets", second, replace=True).counts == {"a": 6, "c": 7}
    assert own.classes("pets") == {"a": 6, "c": 7}
    assert own.version("pets") != version


def test_replacing_what_is_not_there_is_fine(tmp_path):
    assert import_dataset("pets", bring(tmp_path / "pets"), replace=True).images == 17


@pytest.mark.parametrize("name", ["", "../x", "a/b", "mnist-5k", "MNIST-5K", "con", ".x", "x" * 65])
def test_bad_names_are_refused_before_anything(tmp_path, home_folder, name):
    with pytest.raises(InputError):
        import_dataset(name, bring(tmp_path / "pets"))
    assert not (home_folder / "datasets").exists()


@pytest.mark.parametrize("name", ["nowhere", "file.zip", "empty"])
def test_bad_sources_are_refused(tmp_path, home_folder, name):
    (tmp_path / "file.zip").write_bytes(b"no archive")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError):
        import_dataset("pets", tmp_path / name)
    assert shelf.names() == []


def test_a_full_disk_is_named_before_it_is_full(tmp_path, monkeypatch):
    source = bring(tmp_path / "pets")
    monkeypatch.setenv("IMGCLS_DISK_FREE_MEGABYTES", "1e12")
    with pytest.raises(PlaceError, match="MB free on the disk"):
        import_dataset("pets", source)
    assert shelf.names() == []


def test_progress_is_told_after_every_picture(tmp_path):
    told = []
    import_dataset("pets", bring(tmp_path / "pets"), tell=lambda done, total: told.append((done, total)) or True)
    assert told == [(done, 34) for done in range(1, 35)]


def test_progress_goes_one_way_whatever_is_left_out(tmp_path):
    source, told = bring(tmp_path / "pets"), []
    for number in range(3):
        (source / "dogs" / f"photo {number}.png").write_bytes(b"no picture")
    import_dataset("pets", source, tell=lambda done, total: told.append((done, total)) or True)
    assert {total for _, total in told} == {34}
    assert [done for done, _ in told] == [*range(1, 18), *range(21, 35)]


@pytest.mark.parametrize("at", [1, 5, 17, 18, 34])
def test_stopped(tmp_path, home_folder, at):
    first, second = bring(tmp_path / "first", {"a": 6, "b": 6}), bring(tmp_path / "second")
    import_dataset("pets", first)
    before = content(shelf.place_of("pets"))
    threads = threading.active_count()
    for name in ("pets", "others"):
        assert import_dataset(name, second, replace=True, tell=lambda done, total: done < at) is None
    assert shelf.names() == ["pets"]
    assert content(shelf.place_of("pets")) == before
    assert hidden(home_folder) == []
    assert threading.active_count() == threads


def test_somebody_else_imports_the_same(tmp_path, monkeypatch):
    source = bring(tmp_path / "pets")
    monkeypatch.setattr(shelf, "_PATIENCE", 0)
    with shelf.changing("pets"), pytest.raises(InputError, match="being changed elsewhere"):
        import_dataset("pets", source)
    assert shelf.names() == []


def small(folder: Path, seed: int) -> Path:
    """Two classes of one picture each."""
    for label in ("a", "b"):
        (folder / label).mkdir(parents=True)
        seed += 1
        (folder / label / "x.png").write_bytes(encoded(picture(seed, 16, 16)))
    return folder


def test_a_disk_that_fails_at_any_operation(sweep, fault, home_folder, tmp_path):
    """The old data set or the new one, and no third."""
    old, new = small(tmp_path / "old", 1), small(tmp_path / "new", 5)
    import_dataset("pets", old)
    before = content(shelf.place_of("pets"))
    import_dataset("pets", new, replace=True)
    after = content(shelf.place_of("pets"))
    assert before != after

    def check(succeeded: bool) -> None:
        assert shelf.names() == ["pets"]
        assert content(shelf.place_of("pets")) in ([after] if succeeded else [before, after])
        assert len(load(Choice(name="pets"))) == 2
        assert hidden(home_folder) == []

    operations = sweep(
        fault,
        lambda: import_dataset("pets", old, replace=True),
        lambda: import_dataset("pets", new, replace=True),
        check,
    )
    assert operations >= 15


def test_a_first_import_on_a_disk_that_fails(sweep, fault, home_folder, tmp_path):
    source = small(tmp_path / "new", 5)

    def prepare() -> None:
        (home_folder / "datasets").mkdir(exist_ok=True)
        if shelf.exists("pets"):
            with shelf.changing("pets"):
                shelf.discard("pets")

    def check(succeeded: bool) -> None:
        assert shelf.names() == ["pets"] or not succeeded
        if shelf.names():
            assert len(content(shelf.place_of("pets"))) == 2
        assert hidden(home_folder) == []

    sweep(fault, prepare, lambda: import_dataset("pets", source), check)


IMPORT = """
import sys
from pathlib import Path
from imgcls.datasets.importing import import_dataset
print("begins", flush=True)
import_dataset("pets", Path(sys.argv[1]), replace=True)
print("done", flush=True)
"""


@pytest.mark.slow
def test_killed_at_random_moments(home_folder, tmp_path):
    """SIGKILL for a process that imports: 20 times over an old data set of other pictures."""
    old, new = small(tmp_path / "old", 1), bring(tmp_path / "new", {"a": 40, "b": 40}, size=(300, 300))
    import_dataset("pets", old)
    before = content(shelf.place_of("pets"))
    draw, hit = random.Random(3), 0
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", IMPORT, str(new)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout.readline() == "begins\n"
        time.sleep(draw.random() * 1.5)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        hit += process.stdout.read() == ""
        process.stdout.close()
        assert shelf.names() == ["pets"]
        now = content(shelf.place_of("pets"))
        assert now == before or len(now) == 80
        assert hidden(home_folder) == []
        import_dataset("pets", old, replace=True)
    assert hit >= 5


def test_little_memory_at_a_time(tmp_path, monkeypatch):
    """Files are read as they are needed, not all at once."""
    source = bring(tmp_path / "pets", {"cats": 60, "dogs": 60})
    reading, most, lock = 0, 0, threading.Lock()
    keep, opened = importing._Making._keep, importing._Making._opened

    def counted(self):
        nonlocal reading, most
        for one in opened(self):
            with lock:
                reading += 1
                most = max(most, reading)
            yield one

    def kept(self, file, stored):
        nonlocal reading
        with lock:
            reading -= 1
        keep(self, file, stored)

    monkeypatch.setattr(importing._Making, "_opened", counted)
    monkeypatch.setattr(importing._Making, "_keep", kept)
    import_dataset("pets", source)
    assert 1 <= most <= 9


# -- there and back


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_an_export_comes_back_as_it_was(tmp_path, kind):
    import_dataset("pets", bring(tmp_path / "pets", kind=kind, size=(300, 600)))
    pack("pets", tmp_path / "pets.zip")
    import_dataset("again", tmp_path / "pets.zip")
    assert content(shelf.place_of("again")) == content(shelf.place_of("pets"))
    for choice in ({}, {"side": 32, "colour": "grey", "fit": "pad"}):
        first, second = (load(Choice(name=name, **choice)) for name in ("pets", "again"))
        assert np.array_equal(first.images, second.images)
        assert first.keys == second.keys
