"""A file from the web: from a server that lies, breaks off, is silent; to a folder that is damaged, shared, full."""

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

from imgcls.downloads import fetch, file
from imgcls.downloads.file import RemoteFile, Words
from imgcls.errors import CheckpointError, PlaceError
from tests.downloads.internet import Internet, serving

CONTENT = np.random.default_rng(0).bytes(50_000)
WORDS = Words(
    "{name} could not be downloaded: {reason}. All else works.",
    "Expected {name}: {size:,} bytes with {wanted}. Received {count:,} bytes with {found}: try again.",
)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(fetch, "CHUNK", 1000)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def internet(monkeypatch):
    """The one server that may be asked without https."""
    with serving(Internet(CONTENT)) as made:
        safe = fetch._is_safe
        monkeypatch.setattr(fetch, "_is_safe", lambda url: url == made.url or safe(url))
        yield made


@pytest.fixture
def remote(internet) -> RemoteFile:
    checksum = hashlib.sha256(CONTENT).hexdigest()
    return RemoteFile("TestNet", internet.url, len(CONTENT), checksum, ("cache", "files"), WORDS)


@pytest.fixture
def cache(home_folder) -> Path:
    return home_folder / "cache" / "files"


def left(cache: Path) -> set[str]:
    """What lies in the cache besides the lock."""
    return {path.name for path in cache.iterdir()} - {"file.bin.lock"}


# -- all is well


@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_it_comes_whole_and_once(remote, internet, cache, kind):
    remote = replace(remote, checksum=hashlib.new(kind, CONTENT).hexdigest())
    assert remote.find() is None
    path = remote.download()
    assert path == cache / "file.bin"
    assert path.read_bytes() == CONTENT
    assert left(cache) == {"file.bin"}
    assert remote.find() == cache / "file.bin"
    assert remote.download() == path
    assert internet.asked == [None]


def test_progress_is_told(remote):
    told = []
    remote.download(lambda done, total: not told.append((done, total)))
    assert told[0] == (0, 50_000)
    assert told[-1] == (50_000, 50_000)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert len(told) > 20


def test_a_server_that_does_not_say_how_long_it_is(remote, internet):
    internet.says_length = False
    told = []
    assert remote.download(lambda done, total: not told.append(total)) is not None
    assert set(told) == {50_000}


# -- interrupted


def test_cancelled_leaves_nothing(remote, cache):
    assert remote.download(lambda done, total: done < 5000) is None
    assert left(cache) == set()
    assert remote.download() is not None


def test_cancelled_before_it_began_asks_nobody(remote, internet, cache):
    assert remote.download(lambda done, total: False) is None
    assert internet.asked == []
    assert left(cache) == set()


def test_a_connection_that_breaks_off_is_said_and_gone_on_with(remote, internet, cache):
    internet.cut = 20_000
    with pytest.raises(PlaceError, match=r"could not be downloaded: the connection ended after 20,000 of 50,000 bytes"):
        remote.download()
    assert left(cache) == {"file.bin.part"}
    assert (cache / "file.bin.part").read_bytes() == CONTENT[:20_000]
    internet.cut = None
    told = []
    assert remote.download(lambda done, total: not told.append(done)).read_bytes() == CONTENT
    assert told[0] == 20_000
    assert internet.asked == [None, "bytes=20000-"]
    assert left(cache) == {"file.bin"}


def test_a_server_that_sends_no_parts_sends_it_all_again(remote, internet, cache):
    internet.cut = 20_000
    with pytest.raises(PlaceError):
        remote.download()
    internet.cut, internet.ranges = None, False
    assert remote.download().read_bytes() == CONTENT


def test_a_part_that_begins_elsewhere_is_refused(remote, internet, cache):
    cache.mkdir(parents=True)
    (cache / "file.bin.part").write_bytes(CONTENT[:3000])
    internet.range_from = 2999
    with pytest.raises(PlaceError, match="the server said 206, and not which part"):
        remote.download()


@pytest.mark.parametrize("size", [50_000, 60_000])
def test_a_draft_as_long_as_the_file_begins_anew(remote, internet, cache, size):
    cache.mkdir(parents=True)
    (cache / "file.bin.part").write_bytes(b"?" * size)
    assert remote.download().read_bytes() == CONTENT
    assert internet.asked == [None]


def test_a_file_that_became_shorter_is_asked_for_anew(remote, internet, cache):
    cache.mkdir(parents=True)
    (cache / "file.bin.part").write_bytes(b"?" * 40_000)
    internet.content = CONTENT[:30_000]
    with pytest.raises(CheckpointError, match=r"Received 30,000 bytes"):
        remote.download()
    assert internet.asked == ["bytes=40000-", None]
    assert left(cache) == set()


def test_a_draft_of_something_else_is_found_out_and_thrown_away(remote, cache):
    cache.mkdir(parents=True)
    (cache / "file.bin.part").write_bytes(b"?" * 20_000)
    with pytest.raises(CheckpointError, match=r"Expected TestNet: 50,000 bytes .* try again"):
        remote.download()
    assert left(cache) == set()
    assert remote.download().read_bytes() == CONTENT


# -- what the server does


@pytest.mark.parametrize("content", [CONTENT[::-1], CONTENT[:-1], CONTENT + b"?", b"<html>log in first</html>", b""])
def test_another_file_is_thrown_away(remote, internet, cache, content):
    internet.content = content
    with pytest.raises((CheckpointError, PlaceError)) as raised:
        remote.download()
    assert "TestNet" in str(raised.value)
    assert not (cache / "file.bin").exists()
    internet.content = CONTENT
    assert remote.download().read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (403, "403 Forbidden"), (503, "503 Service")])
def test_a_server_that_refuses(remote, internet, cache, status, words):
    internet.status = status
    with pytest.raises(PlaceError, match=f"could not be downloaded: the server said {words}"):
        remote.download()
    assert left(cache) == set()


def test_a_server_that_is_silent(remote, internet, monkeypatch):
    monkeypatch.setenv("IMGCLS_DOWNLOAD_SECONDS", "0.1")
    internet.silent = 0.6
    with pytest.raises(PlaceError, match="timed out"):
        remote.download()


def test_a_server_that_falls_silent_in_the_middle(remote, internet, monkeypatch, cache):
    monkeypatch.setenv("IMGCLS_DOWNLOAD_SECONDS", "0.5")
    internet.pause = 2.0
    with pytest.raises(PlaceError, match="timed out"):
        remote.download()
    assert left(cache) == {"file.bin.part"}


@pytest.mark.parametrize("says_length", [True, False])
def test_a_file_that_does_not_end(remote, internet, monkeypatch, cache, says_length):
    monkeypatch.setenv("IMGCLS_DOWNLOAD_MEGABYTES", "0.02")
    internet.says_length = says_length
    with pytest.raises(PlaceError, match=r"larger than 0\.02 MB"):
        replace(remote, size=10_000).download()
    assert not (cache / "file.bin").exists()


def test_nobody_is_there(remote, internet):
    nobody = replace(remote, url=internet.url.replace(internet.url.split(":")[2].split("/")[0], "1"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "_is_safe", lambda url: True)
        with pytest.raises(PlaceError, match=r"TestNet could not be downloaded: .*refused\. All else works"):
            nobody.download()


def test_a_name_that_nobody_knows(remote):
    with pytest.raises(PlaceError, match=r"TestNet could not be downloaded: "):
        replace(remote, url="https://host.invalid/file.bin").download()


@pytest.mark.parametrize(
    "url", ["http://example.org/w.h5", "file:///etc/hostname", "ftp://example.org/w.h5", "w.h5", "", "https:w.h5"]
)
def test_nothing_but_https(remote, internet, url):
    with pytest.raises(PlaceError, match=r"could not be downloaded"):
        replace(remote, url=url).download()
    assert internet.asked == []


@pytest.mark.parametrize("to", ["http://localhost:1/file.bin", "file:///etc/hostname", "ftp://example.org/w.h5"])
def test_being_sent_on_to_anything_else_is_refused(remote, internet, cache, to):
    internet.to = to
    with pytest.raises(PlaceError, match=r"could not be downloaded: (the address is not https|.*[Rr]edirection)"):
        remote.download()
    assert left(cache) == set()


def test_the_certificate_is_looked_at(remote, tmp_path):
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
            replace(remote, url=f"https://127.0.0.1:{server.server_port}/w.h5").download()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# -- what lies on the disk


@pytest.mark.parametrize("damage", ["flipped", "cut off", "longer", "empty", "a folder"])
def test_a_damaged_file_is_refused_and_a_download_repairs_it(remote, cache, damage):
    path = remote.download()
    assert remote.find() == cache / "file.bin"
    changed = {"flipped": b"?" + CONTENT[1:], "cut off": CONTENT[:-9], "longer": CONTENT + b"?", "empty": b""}
    if damage == "a folder":
        path.unlink()
        path.mkdir()
        assert remote.find() is None
        return
    path.write_bytes(changed[damage])
    assert remote.find() is None
    assert remote.download().read_bytes() == CONTENT
    assert remote.find() == cache / "file.bin"


def test_a_file_that_rots_unseen_is_found_out_when_it_is_read(remote, cache):
    path = remote.download()
    assert remote.find() == cache / "file.bin"
    about = path.stat()
    path.write_bytes(b"?" + CONTENT[1:])
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert remote.find() == path  # by size and time it is the same
    assert remote.read(path) is None


def test_a_full_disk_is_said(remote, monkeypatch, cache):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PlaceError, match="disk is full"):
        remote.download()
    assert not (cache / "file.bin").exists()
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    assert remote.download().read_bytes() == CONTENT


def test_no_file_is_there_before_it_is_whole(remote, cache):
    def tell(done: int, total: int) -> bool:
        assert not (cache / "file.bin").exists()
        return True

    remote.download(tell)


# -- elsewhere


@pytest.fixture
def other(tmp_path) -> Path:
    (tmp_path / "file.bin").write_bytes(CONTENT)
    return tmp_path / "file.bin"


def test_a_file_that_lies_elsewhere_is_used_where_it_is(remote, internet, other, cache):
    remote = replace(remote, elsewhere=lambda: [other.with_name("none"), other])
    assert remote.find() == remote.download() == other
    assert internet.asked == []
    assert left(cache) == set()


def test_a_damaged_file_elsewhere_is_left_alone(remote, other, cache):
    other.write_bytes(CONTENT[:9])
    remote = replace(remote, elsewhere=lambda: [other])
    assert remote.find() is None
    assert remote.download() == cache / "file.bin"
    assert other.read_bytes() == CONTENT[:9]


# -- without a published checksum


@pytest.fixture
def unknown(remote) -> RemoteFile:
    return replace(remote, checksum="")


def test_the_first_file_is_trusted_and_noted(unknown, cache):
    unknown.download()
    assert left(cache) == {"file.bin", "file.bin.sha256"}
    assert (cache / "file.bin.sha256").read_text() == hashlib.sha256(CONTENT).hexdigest()
    assert unknown.find() == cache / "file.bin"


def test_later_files_are_held_to_the_note(unknown, internet, cache):
    unknown.download()
    (cache / "file.bin").write_bytes(CONTENT[::-1])
    assert unknown.find() is None
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
    (cache / "file.bin").write_bytes(CONTENT)
    assert unknown.find() == cache / "file.bin"
    assert (cache / "file.bin.sha256").exists()
    assert internet.asked == []


@pytest.mark.parametrize("note", [b"", b"\xff\xfe", b"0" * 64])
def test_a_note_that_is_none(unknown, cache, note):
    unknown.download()
    (cache / "file.bin.sha256").write_bytes(note)
    if note == b"0" * 64:
        assert unknown.find() is None
    else:
        assert unknown.find() == cache / "file.bin"


# -- two at once


def test_the_second_waits_and_sees_how_far_the_first_is(remote, internet, monkeypatch):
    monkeypatch.setattr(file, "LOOK_SECONDS", 0.02)
    internet.pause = 0.01
    first, told = [], []
    thread = threading.Thread(target=lambda: first.append(remote.download()))
    thread.start()
    while not internet.asked:
        time.sleep(0.005)
    path = remote.download(lambda done, total: not told.append(done))
    thread.join()
    assert path == first[0]
    assert path.read_bytes() == CONTENT
    assert internet.asked == [None]
    assert told == sorted(told)
    assert 0 < max(told) <= 50_000


def test_the_second_is_told_nothing_less_when_the_first_has_just_moved_the_file(remote, monkeypatch):
    part, moments = remote.place(".part"), iter(range(3))

    def taken(lock):
        match next(moments):
            case 0:
                part.write_bytes(CONTENT[:4000])
            case 1:
                part.unlink()
            case 2:
                remote.place().write_bytes(CONTENT)
                lock.acquire()
        return lock.is_locked

    told = []
    monkeypatch.setattr(file, "_taken", taken)
    assert remote.download(lambda done, total: not told.append(done)) == remote.place()
    assert told == [4000, 4000]


def test_the_second_need_not_wait(remote, internet, monkeypatch):
    monkeypatch.setattr(file, "LOOK_SECONDS", 0.02)
    internet.pause = 0.01
    thread = threading.Thread(target=remote.download)
    thread.start()
    while not internet.asked:
        time.sleep(0.005)
    assert remote.download(lambda done, total: False) is None
    thread.join()
    assert remote.find().read_bytes() == CONTENT


def test_a_process_that_was_killed_is_gone_on_with(remote, internet, cache):
    internet.pause = 0.02
    described = (remote.name, remote.url, remote.size, remote.checksum, remote.folders)
    code = (
        "from imgcls.downloads import fetch, file\n"
        "fetch.CHUNK = 1000; fetch._is_safe = lambda url: True\n"
        f"file.RemoteFile(*{described!r}, file.Words('', '')).download()"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    draft = cache / "file.bin.part"
    while not (draft.exists() and draft.stat().st_size > 10_000):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (cache / "file.bin").exists()
    internet.pause = 0.0
    assert remote.download().read_bytes() == CONTENT
    assert internet.asked[0] is None
    assert internet.asked[1].startswith("bytes=")
