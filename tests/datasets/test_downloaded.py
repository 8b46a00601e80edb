"""Data sets to download: found in their places, read once, refused when damaged, brought, and done without."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imgcls.datasets import DATASETS, cache, check_present, load, verdicts
from imgcls.datasets.downloaded import DownloadedData
from imgcls.downloads import fetch
from imgcls.errors import CheckpointError, MissingDataError, PlaceError, UnknownNameError
from imgcls.language import translator
from imgcls.recipe import Choice
from tests.datasets.placed import (
    CIFAR_LAYOUTS,
    PLACE,
    place_cifar_10,
    place_cifar_100,
    place_fashion_mnist,
    place_mnist,
    place_mnist_idx,
)
from tests.downloads.internet import Internet, serving

NAMES = sorted(PLACE)


@pytest.fixture(autouse=True)
def keras_home(monkeypatch, tmp_path) -> Path:
    """An empty one, and nothing remembered."""
    monkeypatch.setattr(cache, "_memory", {})
    monkeypatch.setattr(verdicts, "_known", {})
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "keras"


@pytest.fixture
def no_network(monkeypatch):
    """Whoever asks for the network is told."""

    def refuse(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(fetch, "_open", refuse)


def data(name: str) -> DownloadedData:
    found = DATASETS.get(name).download
    assert isinstance(found, DownloadedData)
    return found


def forget(monkeypatch) -> None:
    """As a process that begins."""
    monkeypatch.setattr(cache, "_memory", {})
    monkeypatch.setattr(verdicts, "_known", {})


# -- what there is, and what is not there


def test_they_come_after_those_that_need_no_network():
    needs = [entry.download is not None for entry in DATASETS]
    assert needs == sorted(needs)
    assert [entry.name for entry in DATASETS if entry.download] == ["mnist", "fashion-mnist", "cifar-10", "cifar-100"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_there_and_all_of_it_is_said(name, no_network):
    facts = DATASETS.get(name).usual
    assert facts.size == sum(facts.fixed)
    for ask in (check_present, load):
        with pytest.raises(MissingDataError) as raised:
            ask(Choice(name=name))
        assert raised.value.values["name"] == name
        assert re.fullmatch(
            rf"The data set {name} \(\d+ MB\) is not on this machine yet\. Download it on the page Train or Data, or "
            rf"with: python -m imgcls dataset download {name}\. Without a network, mnist-5k and .* work as before\.",
            str(raised.value),
        )
        assert raised.value.exit_code == 2


def test_what_needs_no_network_is_always_there():
    check_present(Choice(name="mnist-5k"))


def test_what_there_is_not_is_not_there():
    with pytest.raises(UnknownNameError):
        check_present(Choice(name="emnist"))


# -- files in place

PLACES = {
    "mnist": (place_mnist, {}),
    "mnist, its authors' files": (place_mnist_idx, {}),
    "fashion-mnist": (place_fashion_mnist, {}),
    **{f"cifar-10, {layout}": (place_cifar_10, {"layout": layout}) for layout in CIFAR_LAYOUTS},
    **{f"cifar-100, {layout}": (place_cifar_100, {"layout": layout}) for layout in CIFAR_LAYOUTS},
}


@pytest.mark.parametrize("place", PLACES)
def test_files_in_place_are_used_without_the_network(place, keras_home, no_network, home_folder, monkeypatch):
    make, options = PLACES[place]
    made, name = make(keras_home, **options), place.split(",")[0]
    before = sorted(path for path in keras_home.rglob("*") if path.is_file())
    check_present(Choice(name=name))
    assert data(name).download() is True
    images = load(Choice(name=name))
    np.testing.assert_array_equal(images.images, made.images)
    np.testing.assert_array_equal(images.labels, made.labels())
    assert sorted(path for path in keras_home.rglob("*") if path.is_file()) == before
    assert not (home_folder / "cache" / "datasets-downloaded").exists()


@pytest.mark.parametrize("name", NAMES)
def test_read_once_then_from_our_own_copy(name, keras_home, monkeypatch, home_folder):
    made = PLACE[name](keras_home)
    load(Choice(name=name))
    (copy,) = (home_folder / "cache" / "datasets").glob(f"downloaded-{name}-*.npz")
    forget(monkeypatch)
    monkeypatch.setattr(DownloadedData, "_made", lambda *_: pytest.fail("read again"))
    np.testing.assert_array_equal(load(Choice(name=name)).images, made.images)
    assert copy.exists()


def test_other_files_are_read_anew_and_the_old_copy_goes(keras_home, monkeypatch, home_folder):
    place_mnist(keras_home)
    load(Choice(name="mnist"))
    more = place_mnist(keras_home, train=300)
    assert len(load(Choice(name="mnist"))) == 350
    np.testing.assert_array_equal(load(Choice(name="mnist")).images, more.images)
    assert len(list((home_folder / "cache" / "datasets").glob("downloaded-mnist-*.npz"))) == 1
    assert (home_folder / "cache" / "datasets" / "mnist-5k.npz").exists()


def test_a_new_copy_of_one_leaves_those_of_others(keras_home, home_folder):
    place_cifar_10(keras_home)
    place_cifar_100(keras_home)
    load(Choice(name="cifar-100"))
    load(Choice(name="cifar-10"))
    assert len(list((home_folder / "cache" / "datasets").glob("downloaded-cifar-100-*.npz"))) == 1


def test_a_copy_that_is_damaged_is_made_again(keras_home, monkeypatch, home_folder):
    made = place_mnist(keras_home)
    load(Choice(name="mnist"))
    (copy,) = (home_folder / "cache" / "datasets").glob("downloaded-mnist-*.npz")
    copy.write_bytes(copy.read_bytes()[:-100])
    forget(monkeypatch)
    np.testing.assert_array_equal(load(Choice(name="mnist")).images, made.images)


def test_keras_home_is_the_users_own_by_default(monkeypatch, tmp_path, no_network):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    place_mnist(tmp_path / ".keras")
    check_present(Choice(name="mnist"))


@pytest.mark.parametrize("number", [1, 3, 5])
def test_some_batches_are_enough(keras_home, number):
    made = place_cifar_10(keras_home, layout="old")
    for other in {1, 2, 3, 4, 5} - {number}:
        (keras_home / "datasets" / "cifar-10-batches-py" / f"data_batch_{other}").unlink()
    images = load(Choice(name="cifar-10"))
    here = slice((number - 1) * 40, number * 40)
    np.testing.assert_array_equal(images.images, np.concatenate([made.x_train[here], made.x_test]))


INCOMPLETE = {
    "a folder without a test": lambda keras: (keras / "cifar-10-batches-py" / "test_batch").unlink(),
    "a folder without training": lambda keras: [one.unlink() for one in keras.glob("*/data_batch_*")],
    "an empty folder": lambda keras: [one.unlink() for one in keras.glob("*/*")],
}


@pytest.mark.parametrize("change", INCOMPLETE.values(), ids=INCOMPLETE)
def test_half_a_data_set_is_none(keras_home, change):
    place_cifar_10(keras_home, layout="old")
    change(keras_home / "datasets")
    with pytest.raises(MissingDataError, match="not on this machine yet"):
        check_present(Choice(name="cifar-10"))


@pytest.mark.parametrize("file", range(4))
def test_three_files_of_four_are_none(keras_home, file):
    place_fashion_mnist(keras_home)
    sorted((keras_home / "datasets" / "fashion-mnist").iterdir())[file].unlink()
    with pytest.raises(MissingDataError, match="not on this machine yet"):
        check_present(Choice(name="fashion-mnist"))


def test_a_folder_in_the_place_of_a_file_is_none(keras_home):
    (keras_home / "datasets" / "mnist.npz").mkdir(parents=True)
    with pytest.raises(MissingDataError, match="not on this machine yet"):
        check_present(Choice(name="mnist"))


# -- files in place that are damaged


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


DAMAGED = {
    "mnist": (place_mnist, {}, "mnist.npz"),
    "fashion-mnist": (place_fashion_mnist, {}, "fashion-mnist/t10k-images-idx3-ubyte.gz"),
    "cifar-10": (place_cifar_10, {}, "cifar-10-batches-py-target/cifar-10-batches-py/data_batch_3"),
    "cifar-100": (place_cifar_100, {"layout": "archive"}, "cifar-100-python.tar.gz"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_named_in_one_sentence(name, keras_home, no_network, home_folder):
    make, options, file = DAMAGED[name]
    make(keras_home, **options)
    path = cut(keras_home / "datasets" / file)
    for ask in (check_present, load, check_present, load):
        with pytest.raises(MissingDataError) as raised:
            ask(Choice(name=name))
        assert str(path) in str(raised.value)
        assert f"The data set {name} cannot be read" in str(raised.value)
        assert f"python -m imgcls dataset download {name}" in str(raised.value)
        assert raised.value.values["name"] == name
    assert not list((home_folder / "cache" / "datasets").glob("downloaded-*"))


def test_a_damaged_file_is_read_once(keras_home, monkeypatch):
    place_mnist(keras_home)
    cut(keras_home / "datasets" / "mnist.npz")
    with pytest.raises(MissingDataError):
        load(Choice(name="mnist"))
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("read again"))
    with pytest.raises(MissingDataError, match="cannot be read"):
        load(Choice(name="mnist"))


def refuse_to_read(monkeypatch) -> None:
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("read again"))


def test_that_a_file_is_damaged_is_found_out_once_for_every_process(keras_home, monkeypatch):
    place_mnist(keras_home)
    path = cut(keras_home / "datasets" / "mnist.npz")
    assert data("mnist").is_unread()
    with pytest.raises(MissingDataError, match="cannot be read"):
        check_present(Choice(name="mnist"))
    forget(monkeypatch)
    assert not data("mnist").is_unread()
    refuse_to_read(monkeypatch)
    with pytest.raises(MissingDataError) as raised:
        check_present(Choice(name="mnist"))
    assert str(path) in str(raised.value)
    assert raised.value.say(translator("zh_CN")) != str(raised.value)  # it can still be said in another language


def test_that_a_file_can_be_read_is_found_out_once_for_every_process(keras_home, monkeypatch):
    place_mnist(keras_home)
    assert data("mnist").is_unread()
    check_present(Choice(name="mnist"))
    forget(monkeypatch)
    assert not data("mnist").is_unread()
    refuse_to_read(monkeypatch)
    check_present(Choice(name="mnist"))


@pytest.mark.parametrize("noted", ["", "[]", '{"format": 1, "files": {"MARK": {"template": "{what}", "values": {}}}}'])
def test_notes_that_make_no_sense_are_found_out_anew(noted, keras_home, monkeypatch, home_folder):
    place_mnist(keras_home)
    check_present(Choice(name="mnist"))
    (notes,) = (home_folder / "cache" / "checked").glob("*")
    ((mark, _said),) = json.loads(notes.read_text())["files"].items()
    notes.write_text(noted.replace("MARK", mark))
    forget(monkeypatch)
    check_present(Choice(name="mnist"))
    assert json.loads(notes.read_text())["files"] == {mark: None}


def test_where_nothing_can_be_noted_it_is_known_all_the_same(keras_home, monkeypatch):
    place_mnist(keras_home)
    cut(keras_home / "datasets" / "mnist.npz")

    def refuse(*_):
        raise PlaceError("The disk is full.")

    monkeypatch.setattr(verdicts, "write_json", refuse)
    with pytest.raises(MissingDataError, match="cannot be read"):
        check_present(Choice(name="mnist"))
    refuse_to_read(monkeypatch)
    with pytest.raises(MissingDataError, match="cannot be read"):
        check_present(Choice(name="mnist"))


def test_a_file_that_was_mended_is_read_again(keras_home):
    place_mnist(keras_home)
    cut(keras_home / "datasets" / "mnist.npz")
    with pytest.raises(MissingDataError):
        load(Choice(name="mnist"))
    place_mnist(keras_home)
    check_present(Choice(name="mnist"))
    assert len(load(Choice(name="mnist"))) == 250


def test_a_file_that_may_not_be_read_now_may_be_later(keras_home, monkeypatch):
    made = place_fashion_mnist(keras_home)
    opened = gzip.open

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(gzip, "open", refuse)
    with pytest.raises(MissingDataError, match=r"train-images.*\(Permission denied\)"):
        load(Choice(name="fashion-mnist"))
    with pytest.raises(MissingDataError, match=r"train-images.*\(Permission denied\)"):
        check_present(Choice(name="fashion-mnist"))
    monkeypatch.setattr(gzip, "open", opened)
    check_present(Choice(name="fashion-mnist"))
    np.testing.assert_array_equal(load(Choice(name="fashion-mnist")).images, made.images)


def test_where_one_place_is_damaged_the_next_is_used(keras_home):
    place_mnist(keras_home)
    cut(keras_home / "datasets" / "mnist.npz")
    made = place_mnist_idx(keras_home, train=70)
    np.testing.assert_array_equal(load(Choice(name="mnist")).images, made.images)
    check_present(Choice(name="mnist"))


def test_an_archive_of_something_else_is_named(keras_home):
    place_cifar_100(keras_home, layout="archive")
    datasets = keras_home / "datasets"
    shutil.move(datasets / "cifar-100-python.tar.gz", datasets / "cifar-10-python.tar.gz")
    with pytest.raises(MissingDataError) as raised:
        load(Choice(name="cifar-10"))
    assert "is incomplete. Expected the files data_batch_1 and test_batch in it. Received: –." in str(raised.value)


def test_a_hundred_classes_are_not_ten(keras_home):
    """The files of one data set under the names of the other."""
    place_mnist_idx(keras_home)
    for file in (keras_home / "datasets" / "mnist").glob("*labels*"):
        labels = gzip.decompress(file.read_bytes())
        file.write_bytes(gzip.compress(labels[:-1] + b"\x2a"))
    with pytest.raises(MissingDataError, match=r"train-labels.*Expected labels from 0 to 9\. Received: 42\."):
        load(Choice(name="mnist"))


# -- brought


@pytest.fixture
def internet(monkeypatch, tmp_path):
    """A server that has all of them, small; what is published of them is what it has."""
    monkeypatch.setattr(fetch, "CHUNK", 1000)
    web = tmp_path / "web"
    for name in NAMES:
        PLACE[name](web, **({"layout": "archive"} if name.startswith("cifar") else {}))
    files = {path.name: path.read_bytes() for path in web.rglob("*") if path.is_file()}
    with serving(Internet(files=files)) as made:
        base = made.url.rpartition("/")[0]
        monkeypatch.setattr(fetch, "_is_safe", lambda url: url.startswith(base))
        for name in NAMES:
            entry = DATASETS.get(name)
            published = tuple(_published(base, url, files) for url, _size, _checksum in data(name).files)
            mine = replace(entry, download=replace(data(name), files=published))
            monkeypatch.setitem(DATASETS._entries, name, mine)
        yield made


def _published(base: str, url: str, files: dict[str, bytes]) -> tuple[str, int, str]:
    file = url.rpartition("/")[2]
    return f"{base}/{file}", len(files[file]), hashlib.sha256(files[file]).hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_it_comes_whole_and_once(name, internet, home_folder, keras_home):
    told = []
    with pytest.raises(MissingDataError):
        check_present(Choice(name=name))
    assert data(name).download(lambda done, total: not told.append((done, total))) is True
    check_present(Choice(name=name))
    places = {path.name for path in (home_folder / "cache" / "datasets-downloaded" / name).iterdir()}
    assert {file for file in places if not file.endswith(".lock")} == {
        url.rpartition("/")[2] for url, *_rest in data(name).files
    }
    assert len(internet.asked) == len(data(name).files)
    assert told[0] == (0, data(name).size)
    assert told[-1] == (data(name).size, data(name).size)
    assert [done for done, _total in told] == sorted(done for done, _total in told)
    assert not keras_home.exists()
    assert data(name).download() is True
    assert len(internet.asked) == len(data(name).files)
    again = PLACE[name](keras_home)
    np.testing.assert_array_equal(load(Choice(name=name)).images, again.images)


def test_cancelled_between_two_files_goes_on_with_the_next(internet):
    wanted = data("fashion-mnist")
    first = wanted.files[0][1]
    assert wanted.download(lambda done, total: done <= first) is False
    with pytest.raises(MissingDataError):
        wanted.check()
    before = len(internet.asked)
    told = []
    assert wanted.download(lambda done, total: not told.append(done)) is True
    assert told[0] == first
    assert len(internet.asked) - before == 3


@pytest.mark.parametrize("name", NAMES)
def test_without_a_network_one_sentence_says_what_still_works(name, internet, home_folder):
    internet.status = 503
    with pytest.raises(PlaceError) as raised:
        data(name).download()
    assert not isinstance(raised.value, MissingDataError)
    assert re.fullmatch(
        rf"The data set {name} could not be downloaded: the server said 503 Service Unavailable\. Until it can be, "
        r"mnist-5k and the other data sets that come with the app, your own data sets and your finished runs work "
        r"as before\.",
        str(raised.value),
    )
    load(Choice(name="mnist-5k"))


def test_what_is_not_what_was_published_is_thrown_away(internet, home_folder):
    internet.files["mnist.npz"] = internet.files["mnist.npz"][::-1]
    with pytest.raises(CheckpointError, match=r"Expected a file of the data set mnist: [\d,]+ bytes .* try again"):
        data("mnist").download()
    assert not list((home_folder / "cache" / "datasets-downloaded" / "mnist").glob("mnist.npz*[!k]"))
    with pytest.raises(MissingDataError, match="not on this machine yet"):
        load(Choice(name="mnist"))


def test_a_download_repairs_what_is_damaged_in_keras_cache(internet, keras_home):
    place_mnist(keras_home)
    path = cut(keras_home / "datasets" / "mnist.npz")
    half = path.read_bytes()
    with pytest.raises(MissingDataError, match="cannot be read"):
        load(Choice(name="mnist"))
    assert data("mnist").download() is True
    check_present(Choice(name="mnist"))
    assert data("mnist").arrays()["images"].shape == (250, 28, 28, 1)
    assert path.read_bytes() == half  # it is not ours


def test_a_download_repairs_what_has_rotted_in_ours(internet, home_folder, monkeypatch):
    data("cifar-10").download()
    forget(monkeypatch)
    for copy in (home_folder / "cache" / "datasets").glob("downloaded-*"):
        copy.unlink()
    cut(home_folder / "cache" / "datasets-downloaded" / "cifar-10" / "cifar-10-python.tar.gz")
    with pytest.raises(MissingDataError, match="cannot be read"):
        data("cifar-10").arrays()
    assert data("cifar-10").download() is True
    assert data("cifar-10").arrays()["images"].shape == (250, 32, 32, 3)
    assert len(internet.asked) == 2


def test_a_full_disk_is_said_before_anything_is_fetched(internet, monkeypatch):
    monkeypatch.setenv("IMGCLS_DISK_FREE_MEGABYTES", "1e12")
    with pytest.raises(PlaceError, match=r"MB free on the disk"):
        data("mnist").download()
    assert internet.asked == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_published_is_small_enough_and_https(name):
    for url, size, checksum in data(name).files:
        assert url.startswith("https://")
        assert size < 200e6
        assert re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{64}", checksum)


def test_nobody_needs_keras(keras_home):
    """Reading them, too, in a process that must never import it."""
    for place in PLACE.values():
        place(keras_home)
    code = (
        "import sys\n"
        "from imgcls.datasets import load\n"
        "from imgcls.recipe import Choice\n"
        f"for name in {NAMES}: load(Choice(name=name))\n"
        "print({'keras', 'tensorflow', 'pickle5', 'h5py'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
