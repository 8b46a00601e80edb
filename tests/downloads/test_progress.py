"""Downloads in the background: one of each thing, watched, cancelled, failed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from imgcls.downloads import fetch
from imgcls.downloads.file import RemoteFile, Words
from imgcls.downloads.progress import Download, last_download, start_download
from imgcls.errors import PlaceError
from tests.downloads.internet import Internet, serving

CONTENT = np.random.default_rng(0).bytes(50_000)


@pytest.fixture
def internet(monkeypatch):
    monkeypatch.setattr(fetch, "CHUNK", 1000)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(Internet(CONTENT)) as made:
        monkeypatch.setattr(fetch, "_is_safe", lambda url: url == made.url)
        yield made


@pytest.fixture
def wanted(internet) -> RemoteFile:
    words = Words("{name} could not be downloaded: {reason}.", "Expected {name}.")
    return RemoteFile("it", internet.url, len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), ("cache", "files"), words)


@pytest.fixture
def cache(home_folder) -> Path:
    return home_folder / "cache" / "files"


def ended(download: Download) -> Download:
    download.wait(10)
    assert not download.is_running
    return download


def test_one_download_whoever_asks(wanted, internet):
    internet.pause = 0.01
    wanted = replace(wanted, name="one download")
    assert last_download(wanted) is None
    first = start_download(wanted)
    assert start_download(wanted) is first is last_download(wanted)
    assert first.is_running
    assert 0 <= first.share <= 1
    ended(first)
    assert (first.error, first.done, first.share) == (None, 50_000, 1.0)
    assert internet.asked == [None]
    assert wanted.find() is not None


def test_cancelled_and_begun_again(wanted, internet, cache):
    internet.pause = 0.01
    wanted = replace(wanted, name="cancelled")
    first = start_download(wanted)
    first.cancel()
    assert not first.is_running
    second = start_download(wanted)
    assert second is not first
    assert ended(second).error is None
    assert ended(first).error is None
    assert wanted.find().read_bytes() == CONTENT


def test_what_went_wrong_is_kept_to_be_said(wanted, internet):
    internet.status = 404
    failed = ended(start_download(replace(wanted, name="failing")))
    assert isinstance(failed.error, PlaceError)
    assert "404" in str(failed.error)


def test_a_fault_of_ours_is_no_silence(wanted, monkeypatch, capsys):
    def broken(*_):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(RemoteFile, "download", broken)
    failed = ended(start_download(replace(wanted, name="broken")))
    assert "The download of broken broke (ZeroDivisionError('oh')): try again." in str(failed.error)
    assert "Traceback" in capsys.readouterr().err


def test_things_of_two_kinds_may_have_one_name(wanted, internet):
    @dataclass(frozen=True)
    class Other:
        name: str = "one name"
        size: int = 1

        def check(self) -> None: ...

        def download(self, tell) -> None: ...

    wanted = replace(wanted, name="one name")
    first, second = start_download(wanted), start_download(Other())
    assert first is not second
    assert last_download(wanted) is first
    assert last_download(Other()) is second
    ended(first)
    ended(second)


def test_nobody_needs_keras():
    code = (
        "import sys; from imgcls.downloads import progress, file, fetch, keras_cache\n"
        "print({'keras', 'tensorflow', 'numpy.f2py', 'h5py'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
