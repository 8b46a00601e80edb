"""Downloaded weights: from a server that lies, breaks off, is silent; to a cache that is damaged, shared, full."""

from __future__ import annotations

import errno
import hashlib
import http.server
import os
import shutil
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imgcls.architectures.weights import downloaded, fetch
from imgcls.architectures.weights.downloaded import DownloadedWeights
from imgcls.architectures.weights.downloads import Download, last_download, start_download
from imgcls.errors import CheckpointError, MissingWeightsError, PlaceError
from tests.architectures.weights.internet import Internet, serving

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
    return {path.name for path in cache.iterdir()} - {"weights.h5.lock"}


# -- all is well


@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_it_comes_whole_and_once(weights, internet, cache, kind):
    weights = replace(weights, checksum=hashlib.new(kind, CONTENT).hexdigest())
    with pytest.raises(MissingWeightsError):
        weights.check()
    path = weights.download()
    assert path == cache / "weights.h5"
    assert path.read_bytes() == CONTENT
    assert left(cache) == {"weights.h5"}
    weights.check()
    assert weights.download() == path
    assert internet.asked == [None]


def test_progress_is_told(weights):
    told = []
    weights.download(lambda done, total: not told.append((done, total)))
    assert told[0] == (0, 50_000)
    assert told[-1] == (50_000, 50_000)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert len(told) > 20


def test_a_server_that_does_not_say_how_long_it_is(weights, internet):
    internet.says_length = False
    told = []
    assert weights.download(lambda done, total: not told.append(total)) is not None
    assert set(told) == {50_000}


def test_the_missing_are_named_with_their_size_and_what_to_do(weights):
    with pytest.raises(MissingWeightsError) as raised:
        replace(weights, size=9_406_464).check()
    assert str(raised.value) == (
        "The weights of TestNet (9 MB) are not on this machine yet. Download them on the page Train, or with: "
        "python -m imgcls weights TestNet"
    )
    assert raised.value.values["name"] == "TestNet"
    assert raised.value.exit_code == 2


# -- interrupted


def test_cancelled_leaves_nothing(weights, cache):
    assert weights.download(lambda done, total: done < 5000) is None
    assert left(cache) == set()
    assert weights.download() is not None


def test_cancelled_before_it_began_asks_nobody(weights, internet, cache):
    assert weights.download(lambda done, total: False) is None
    assert internet.asked == []
    assert left(cache) == set()


def test_a_connection_that_breaks_off_is_said_and_gone_on_with(weights, internet, cache):
    internet.cut = 20_000
    with pytest.raises(PlaceError, match=r"could not be downloaded: .*efficientnet-lite0.* work as before") as raised:
        weights.download()
    assert not isinstance(raised.value, MissingWeightsError)
    assert left(cache) == {"weights.h5.part"}
    assert (cache / "weights.h5.part").read_bytes() == CONTENT[:20_000]
    internet.cut = None
    told = []
    assert weights.download(lambda done, total: not told.append(done)).read_bytes() == CONTENT
    assert told[0] == 20_000
    assert internet.asked == [None, "bytes=20000-"]
    assert left(cache) == {"weights.h5"}


def test_a_server_that_sends_no_parts_sends_it_all_again(weights, internet, cache):
    internet.cut = 20_000
    with pytest.raises(PlaceError):
        weights.download()
    internet.cut, internet.ranges = None, False
    assert weights.download().read_bytes() == CONTENT


def test_a_part_that_begins_elsewhere_is_refused(weights, internet, cache):
    cache.mkdir(parents=True)
    (cache / "weights.h5.part").write_bytes(CONTENT[:3000])
    internet.range_from = 2999
    with pytest.raises(PlaceError, match="the server said 206, and not which part"):
        weights.download()


@pytest.mark.parametrize("size", [50_000, 60_000])
def test_a_draft_as_long_as_the_file_begins_anew(weights, internet, cache, size):
    cache.mkdir(parents=True)
    (cache / "weights.h5.part").write_bytes(b"?" * size)
    assert weights.download().read_bytes() == CONTENT
    assert internet.asked == [None]


def test_a_file_that_became_shorter_is_asked_for_anew(weights, internet, cache):
    cache.mkdir(parents=True)
    (cache / "weights.h5.part").write_bytes(b"?" * 40_000)
    internet.content = CONTENT[:30_000]
    with pytest.raises(CheckpointError, match=r"Received 30,000 bytes"):
        weights.download()
    assert internet.asked == ["bytes=40000-", None]
    assert left(cache) == set()


def test_a_draft_of_something_else_is_found_out_and_thrown_away(weights, cache):
    cache.mkdir(parents=True)
    (cache / "weights.h5.part").write_bytes(b"?" * 20_000)
    with pytest.raises(CheckpointError, match=r"Expected the weights of TestNet: 50,000 bytes .* try again"):
        weights.download()
    assert left(cache) == set()
    assert weights.download().read_bytes() == CONTENT


# -- what the server does


@pytest.mark.parametrize("content", [CONTENT[::-1], CONTENT[:-1], CONTENT + b"?", b"<html>log in first</html>", b""])
def test_another_file_is_thrown_away(weights, internet, cache, content):
    internet.content = content
    with pytest.raises((CheckpointError, PlaceError)) as raised:
        weights.download()
    assert "TestNet" in str(raised.value)
    assert not (cache / "weights.h5").exists()
    internet.content = CONTENT
    assert weights.download().read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (403, "403 Forbidden"), (503, "503 Service")])
def test_a_server_that_refuses(weights, internet, cache, status, words):
    internet.status = status
    with pytest.raises(PlaceError, match=f"could not be downloaded: the server said {words}"):
        weights.download()
    assert left(cache) == set()


def test_a_server_that_is_silent(weights, internet, monkeypatch):
    monkeypatch.setenv("IMGCLS_DOWNLOAD_SECONDS", "0.1")
    internet.silent = 0.6
    with pytest.raises(PlaceError, match="timed out"):
        weights.download()


def test_a_server_that_falls_silent_in_the_middle(weights, internet, monkeypatch, cache):
    monkeypatch.setenv("IMGCLS_DOWNLOAD_SECONDS", "0.5")
    internet.pause = 2.0
    with pytest.raises(PlaceError, match="timed out"):
        weights.download()
    assert left(cache) == {"weights.h5.part"}


@pytest.mark.parametrize("says_length", [True, False])
def test_a_file_that_does_not_end(weights, internet, monkeypatch, cache, says_length):
    monkeypatch.setenv("IMGCLS_DOWNLOAD_MEGABYTES", "0.02")
    internet.says_length = says_length
    with pytest.raises(PlaceError, match=r"larger than 0\.02 MB"):
        replace(weights, size=10_000).download()
    assert not (cache / "weights.h5").exists()


def test_nobody_is_there(weights, internet):
    nobody = replace(weights, url=internet.url.replace(internet.url.split(":")[2].split("/")[0], "1"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "_is_safe", lambda url: True)
        with pytest.raises(PlaceError, match=r"TestNet could not be downloaded: .*refused\. Until they can be"):
            nobody.download()


def test_a_name_that_nobody_knows(weights):
    with pytest.raises(PlaceError, match=r"TestNet could not be downloaded: "):
        replace(weights, url="https://host.invalid/weights.h5").download()


@pytest.mark.parametrize(
    "url", ["http://example.org/w.h5", "file:///etc/hostname", "ftp://example.org/w.h5", "w.h5", "", "https:w.h5"]
)
def test_nothing_but_https(weights, internet, url):
    with pytest.raises(PlaceError, match=r"could not be downloaded"):
        replace(weights, url=url).download()
    assert internet.asked == []


@pytest.mark.parametrize("to", ["http://localhost:1/weights.h5", "file:///etc/hostname", "ftp://example.org/w.h5"])
def test_being_sent_on_to_anything_else_is_refused(weights, internet, cache, to):
    internet.to = to
    with pytest.raises(PlaceError, match=r"could not be downloaded: (the address is not https|.*[Rr]edirection)"):
        weights.download()
    assert left(cache) == set()


def test_the_certificate_is_looked_at(weights, tmp_path):
    """A server that speaks TLS with a certificate of its own making."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    key = tmp_path / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    subprocess.run([*words, "-keyout", key, "-out", key.with_name("cert.pem")], capture_output=True, check=True)
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(key.with_name("cert.pem"), key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with pytest.raises(PlaceError, match=r"(?i)certificate"):
            replace(weights, url=f"https://127.0.0.1:{server.server_port}/w.h5").download()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# -- what lies on the disk


@pytest.mark.parametrize("damage", ["flipped", "cut off", "longer", "empty", "a folder"])
def test_a_damaged_file_is_refused_and_a_download_repairs_it(weights, cache, damage):
    path = weights.download()
    weights.check()
    changed = {"flipped": b"?" + CONTENT[1:], "cut off": CONTENT[:-9], "longer": CONTENT + b"?", "empty": b""}
    if damage == "a folder":
        path.unlink()
        path.mkdir()
        with pytest.raises(MissingWeightsError):
            weights.check()
        return
    path.write_bytes(changed[damage])
    for ask in (weights.check, weights.path, weights.arrays):
        with pytest.raises(MissingWeightsError, match=r"TestNet \(0 MB\) are damaged: .*weights\.h5 is not what it"):
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
    with pytest.raises(CheckpointError, match=r"Expected Keras weights in HDF5\. .*weights\.h5 is something else"):
        weights.arrays()


@pytest.mark.parametrize("whole_model", [False, True])
def test_arrays_come_in_the_order_of_the_file(whole_model, cache):
    """In groups by layer, as Keras keeps them, or one level lower in the file of a whole model; long lists cut."""
    import h5py

    arrays = [np.full((2, number + 1), number, np.float32) for number in range(4)]
    cache.mkdir(parents=True)
    with h5py.File(cache / "weights.h5", "w") as file:
        top = file.create_group("model_weights") if whole_model else file
        top.attrs["layer_names0"], top.attrs["layer_names1"] = [b"z"], [b"empty", b"a"]
        top.create_group("empty").attrs["weight_names"] = np.array([], "S1")
        for layer, names, values in (("z", ["y/1", "b/2"], arrays[:2]), ("a", ["d", "c"], arrays[2:])):
            group = top.create_group(layer)
            group.attrs["weight_names"] = names
            for name, value in zip(names, values, strict=True):
                group[name] = value
    found = DownloadedWeights(
        "TestNet", "https://example.org/weights.h5", (cache / "weights.h5").stat().st_size
    ).arrays()
    for one, wanted in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(one, wanted)


def test_a_full_disk_is_said(weights, monkeypatch, cache):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PlaceError, match="disk is full"):
        weights.download()
    assert not (cache / "weights.h5").exists()
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    assert weights.download().read_bytes() == CONTENT


def test_no_file_is_there_before_it_is_whole(weights, cache):
    def tell(done: int, total: int) -> bool:
        assert not (cache / "weights.h5").exists()
        return True

    weights.download(tell)


# -- Keras's own cache


@pytest.fixture
def keras_file(tmp_path) -> Path:
    path = tmp_path / "keras" / "models" / "weights.h5"
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
    assert weights.download() == cache / "weights.h5"
    assert keras_file.read_bytes() == CONTENT[:9]


def test_keras_home_is_the_users_own_by_default(weights, monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / ".keras" / "models").mkdir(parents=True)
    (tmp_path / ".keras" / "models" / "weights.h5").write_bytes(CONTENT)
    assert weights.path() == tmp_path / ".keras" / "models" / "weights.h5"


# -- without a published checksum


@pytest.fixture
def unknown(weights) -> DownloadedWeights:
    return replace(weights, checksum="")


def test_the_first_file_is_trusted_and_noted(unknown, cache):
    unknown.download()
    assert left(cache) == {"weights.h5", "weights.h5.sha256"}
    assert (cache / "weights.h5.sha256").read_text() == hashlib.sha256(CONTENT).hexdigest()
    unknown.check()


def test_later_files_are_held_to_the_note(unknown, internet, cache):
    unknown.download()
    (cache / "weights.h5").write_bytes(CONTENT[::-1])
    with pytest.raises(MissingWeightsError, match="damaged"):
        unknown.check()
    internet.content = CONTENT[::-1]
    with pytest.raises(CheckpointError, match=hashlib.sha256(CONTENT).hexdigest()):
        unknown.download()
    internet.content = CONTENT
    assert unknown.download().read_bytes() == CONTENT


def test_even_the_first_must_have_the_right_size(unknown, internet, cache):
    internet.content = b"<html>log in first</html>"
    with pytest.raises(CheckpointError, match=r"50,000 bytes .* Received 25 bytes"):
        unknown.download()
    assert left(cache) == set()


def test_halves_are_never_put_together(unknown, internet, cache):
    internet.cut = 20_000
    with pytest.raises(PlaceError):
        unknown.download()
    internet.cut = None
    assert unknown.download().read_bytes() == CONTENT
    assert internet.asked == [None, None]


def test_a_file_that_was_copied_there_is_taken(unknown, internet, cache):
    cache.mkdir(parents=True)
    (cache / "weights.h5").write_bytes(CONTENT)
    unknown.check()
    assert (cache / "weights.h5.sha256").exists()
    assert internet.asked == []


@pytest.mark.parametrize("note", [b"", b"\xff\xfe", b"0" * 64])
def test_a_note_that_is_none(unknown, cache, note):
    unknown.download()
    (cache / "weights.h5.sha256").write_bytes(note)
    if note == b"0" * 64:
        with pytest.raises(MissingWeightsError):
            unknown.check()
    else:
        unknown.check()


# -- two at once


def test_the_second_waits_and_sees_how_far_the_first_is(weights, internet, monkeypatch):
    monkeypatch.setattr(downloaded, "LOOK_SECONDS", 0.02)
    internet.pause = 0.01
    first, told = [], []
    thread = threading.Thread(target=lambda: first.append(weights.download()))
    thread.start()
    while not internet.asked:
        time.sleep(0.005)
    path = weights.download(lambda done, total: not told.append(done))
    thread.join()
    assert path == first[0]
    assert path.read_bytes() == CONTENT
    assert internet.asked == [None]
    assert told == sorted(told)
    assert 0 < max(told) <= 50_000


def test_the_second_need_not_wait(weights, internet, monkeypatch):
    monkeypatch.setattr(downloaded, "LOOK_SECONDS", 0.02)
    internet.pause = 0.01
    thread = threading.Thread(target=weights.download)
    thread.start()
    while not internet.asked:
        time.sleep(0.005)
    assert weights.download(lambda done, total: False) is None
    thread.join()
    assert weights.path().read_bytes() == CONTENT


def test_a_process_that_was_killed_is_gone_on_with(weights, internet, cache):
    internet.pause = 0.02
    code = (
        "import sys; from imgcls.architectures.weights import fetch, downloaded\n"
        "fetch.CHUNK = 1000; fetch._is_safe = lambda url: True\n"
        f"downloaded.DownloadedWeights(*{(weights.name, weights.url, weights.size, weights.checksum)!r}).download()"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    draft = cache / "weights.h5.part"
    while not (draft.exists() and draft.stat().st_size > 10_000):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (cache / "weights.h5").exists()
    internet.pause = 0.0
    assert weights.download().read_bytes() == CONTENT
    assert internet.asked[0] is None
    assert internet.asked[1].startswith("bytes=")


# -- in the background


def ended(download: Download) -> Download:
    download.wait(10)
    assert not download.is_running
    return download


def test_one_download_whoever_asks(weights, internet):
    internet.pause = 0.01
    weights = replace(weights, name="one download")
    assert last_download(weights) is None
    first = start_download(weights)
    assert start_download(weights) is first is last_download(weights)
    assert first.is_running
    assert 0 <= first.share <= 1
    ended(first)
    assert (first.error, first.done, first.share) == (None, 50_000, 1.0)
    assert internet.asked == [None]
    weights.check()


def test_cancelled_and_begun_again(weights, internet, cache):
    internet.pause = 0.01
    weights = replace(weights, name="cancelled")
    first = start_download(weights)
    first.cancel()
    assert not first.is_running
    second = start_download(weights)
    assert second is not first
    assert ended(second).error is None
    assert ended(first).error is None
    assert weights.path().read_bytes() == CONTENT


def test_what_went_wrong_is_kept_to_be_said(weights, internet):
    internet.status = 404
    failed = ended(start_download(replace(weights, name="failing")))
    assert isinstance(failed.error, PlaceError)
    assert "404" in str(failed.error)


def test_a_fault_of_ours_is_no_silence(weights, monkeypatch, capsys):
    def broken(*_):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(DownloadedWeights, "download", broken)
    failed = ended(start_download(replace(weights, name="broken")))
    assert "The download of broken broke (ZeroDivisionError('oh')): try again." in str(failed.error)
    assert "Traceback" in capsys.readouterr().err


def test_nobody_needs_keras():
    code = (
        "import sys; from imgcls.architectures.weights import downloads, downloaded\n"
        "print({'keras', 'tensorflow', 'h5py'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
