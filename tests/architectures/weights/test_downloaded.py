"""Downloaded weights: missing, damaged, in Keras's own cache, and read. How files come is in tests/downloads."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imgcls.architectures.weights.downloaded import DownloadedWeights
from imgcls.downloads import fetch
from imgcls.errors import CheckpointError, MissingWeightsError, PlaceError
from tests.downloads.internet import Internet, serving

CONTENT = np.random.default_rng(0).bytes(50_000)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch, tmp_path):
    monkeypatch.setattr(fetch, "CHUNK", 1000)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def internet(monkeypatch):
    """The one server that may be asked without https."""
    with serving(Internet(CONTENT)) as made:
        safe = fetch._is_safe
        monkeypatch.setattr(fetch, "_is_safe", lambda url: url == made.url or safe(url))
        yield made


@pytest.fixture
def weights(internet) -> DownloadedWeights:
    return DownloadedWeights("TestNet", internet.url, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def cache(home_folder) -> Path:
    return home_folder / "cache" / "weights"


def left(cache: Path) -> set[str]:
    """What lies in the cache besides the lock."""
    return {path.name for path in cache.iterdir()} - {"file.bin.lock"}


# -- brought


@pytest.mark.parametrize("checksum", ["sha256", "md5", ""])
def test_it_comes_whole_and_once(weights, internet, cache, checksum):
    weights = replace(weights, checksum=hashlib.new(checksum, CONTENT).hexdigest() if checksum else "")
    with pytest.raises(MissingWeightsError):
        weights.check()
    path = weights.download()
    assert path == weights.path() == cache / "file.bin"
    assert path.read_bytes() == CONTENT
    weights.check()
    assert weights.download() == path
    assert internet.asked == [None]


def test_the_missing_are_named_with_their_size_and_what_to_do(weights):
    with pytest.raises(MissingWeightsError) as raised:
        replace(weights, size=9_406_464).check()
    assert str(raised.value) == (
        "The weights of TestNet (9 MB) are not on this machine yet. Download them on the page Train, or with: "
        "python -m imgcls weights TestNet"
    )
    assert raised.value.values["name"] == "TestNet"
    assert raised.value.exit_code == 2


def test_without_a_network_one_sentence_says_what_still_works(weights, internet):
    internet.status = 503
    with pytest.raises(PlaceError, match=r"could not be downloaded: .*efficientnet-lite0.* work as before") as raised:
        weights.download()
    assert not isinstance(raised.value, MissingWeightsError)


def test_another_file_is_one_sentence(weights, internet, cache):
    internet.content = CONTENT[::-1]
    with pytest.raises(CheckpointError, match=r"Expected the weights of TestNet: 50,000 bytes .* try again"):
        weights.download()
    assert left(cache) == set()


# -- read


@pytest.mark.parametrize("content", [b"?" + CONTENT[1:], CONTENT[:-9], CONTENT + b"?", b""])
def test_a_damaged_file_is_refused_and_a_download_repairs_it(weights, cache, content):
    path = weights.download()
    weights.check()
    path.write_bytes(content)
    for ask in (weights.check, weights.path, weights.arrays):
        with pytest.raises(MissingWeightsError, match=r"TestNet \(0 MB\) are damaged: .*file\.bin is not what it"):
            ask()
    assert weights.download().read_bytes() == CONTENT
    weights.check()


def test_a_file_that_rots_unseen_is_found_out_when_it_is_read(weights):
    path = weights.download()
    weights.check()
    about = path.stat()
    path.write_bytes(b"?" + CONTENT[1:])
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    weights.check()  # by size and time it is the same
    with pytest.raises(MissingWeightsError, match="damaged"):
        weights.arrays()


def test_what_is_no_hdf5_is_refused_in_words(weights):
    weights.download()
    with pytest.raises(CheckpointError, match=r"Expected Keras weights in HDF5\. .*file\.bin is something else"):
        weights.arrays()


@pytest.mark.parametrize("whole_model", [False, True])
def test_arrays_come_in_the_order_of_the_file(whole_model, cache):
    """In groups by layer, as Keras keeps them, or one level lower in the file of a whole model; long lists cut."""
    import h5py

    arrays = [np.full((2, number + 1), number, np.float32) for number in range(4)]
    cache.mkdir(parents=True)
    with h5py.File(cache / "file.bin", "w") as file:
        top = file.create_group("model_weights") if whole_model else file
        top.attrs["layer_names0"], top.attrs["layer_names1"] = [b"z"], [b"empty", b"a"]
        top.create_group("empty").attrs["weight_names"] = np.array([], "S1")
        for layer, names, values in (("z", ["y/1", "b/2"], arrays[:2]), ("a", ["d", "c"], arrays[2:])):
            group = top.create_group(layer)
            group.attrs["weight_names"] = names
            for name, value in zip(names, values, strict=True):
                group[name] = value
    found = DownloadedWeights("TestNet", "https://example.org/file.bin", (cache / "file.bin").stat().st_size).arrays()
    for one, wanted in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(one, wanted)


# -- Keras's own cache


@pytest.fixture
def keras_file(tmp_path) -> Path:
    path = tmp_path / "keras" / "models" / "file.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return path


def test_a_file_that_keras_has_is_used_where_it_is(weights, internet, keras_file, cache):
    assert weights.path() == weights.download() == keras_file
    assert internet.asked == []
    assert left(cache) == set()


def test_a_damaged_file_of_keras_is_left_alone(weights, internet, keras_file, cache):
    keras_file.write_bytes(CONTENT[:9])
    with pytest.raises(MissingWeightsError, match="not on this machine yet"):
        weights.check()
    assert weights.download() == cache / "file.bin"
    assert keras_file.read_bytes() == CONTENT[:9]


def test_keras_home_is_the_users_own_by_default(weights, monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / ".keras" / "models").mkdir(parents=True)
    (tmp_path / ".keras" / "models" / "file.bin").write_bytes(CONTENT)
    assert weights.path() == tmp_path / ".keras" / "models" / "file.bin"


def test_nobody_needs_keras():
    code = (
        "import sys; from imgcls.architectures.weights import downloaded\n"
        "print({'keras', 'tensorflow', 'h5py'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
