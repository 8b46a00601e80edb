"""What a worker is started with."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from imgcls.engines import process
from imgcls.engines.process import ROOT, start_worker, worker_environment
from imgcls.errors import PlaceError


@pytest.fixture
def started(monkeypatch):
    """The arguments of `subprocess.Popen` instead of a process."""
    seen = {}

    def popen(command, **named):
        seen.update(named, command=command)
        named["stderr"].write(b"chatter")

    monkeypatch.setattr(process.subprocess, "Popen", popen)
    return seen


def test_a_worker_is_a_module_of_this_package_in_this_python(started):
    start_worker("training")
    assert started["command"] == [sys.executable, "-m", "imgcls.workers", "training"]
    assert started["cwd"] == ROOT
    assert (ROOT / "imgcls" / "workers" / "__main__.py").exists()
    assert started.get("preexec_fn") is None


@pytest.mark.parametrize(
    "name", ["GITHUB_TOKEN", "My_Secret", "DB_PASSWORD", "AWS_CREDENTIALS", "OPENAI_API_KEY", "api_key"]
)
def test_secrets_of_the_server_are_not_passed_on(started, monkeypatch, name):
    monkeypatch.setenv(name, "x")
    monkeypatch.setenv("HARMLESS", "y")
    start_worker("training")
    assert name not in started["env"]
    assert started["env"]["HARMLESS"] == "y"


def test_relative_home_is_passed_on_as_an_absolute_one(started, monkeypatch, tmp_path):
    """The worker runs in another folder: it would look for its runs, and put its cache, somewhere else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMGCLS_HOME", "here")
    start_worker("inference")
    assert Path(started["env"]["IMGCLS_HOME"]) == tmp_path / "here"


def test_default_home_is_passed_on(started, monkeypatch, tmp_path):
    monkeypatch.delenv("IMGCLS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    start_worker("inference")
    assert Path(started["env"]["IMGCLS_HOME"]) == tmp_path / ".imgcls"


def test_log_is_of_the_last_worker_only(started, home_folder):
    for _ in range(3):
        start_worker("training")
    assert (home_folder / "logs" / "training.log").read_bytes() == b"chatter"


def test_home_that_cannot_be_written_to(started, monkeypatch):
    monkeypatch.setenv("IMGCLS_HOME", "/dev/null/x")
    with pytest.raises(PlaceError):
        start_worker("training")


MAPPED = """
import ctypes
c = ctypes.CDLL(None)
class Info(ctypes.Structure):
    _names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in _names.split()]
c.mallinfo2.restype, c.malloc.restype = Info, ctypes.c_void_p
before = c.mallinfo2().hblks
c.malloc(ctypes.c_size_t(100 << 20))
print(c.mallinfo2().hblks - before)
"""


def test_memory_that_a_step_gives_back_is_kept_for_the_next():
    """The C library obeys: 100 MB come from the heap, not from a mapping of their own that is new each time."""
    if not hasattr(ctypes.CDLL(None), "mallinfo2"):
        pytest.skip("not the GNU C library, which alone reads these settings")
    mapped = []
    for environment in ({}, {"GLIBC_TUNABLES": worker_environment({})["GLIBC_TUNABLES"]}):
        command = [sys.executable, "-c", MAPPED]
        mapped.append(int(subprocess.run(command, env=environment, check=True, capture_output=True).stdout))
    assert mapped == [1, 0]


def test_who_has_settled_how_memory_is_handed_out_is_not_overruled(started, monkeypatch):
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.check=3")
    start_worker("training")
    assert started["env"]["GLIBC_TUNABLES"] == "glibc.malloc.check=3"
