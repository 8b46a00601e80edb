"""Starting a worker process: never fork, never multiprocessing (TensorFlow survives neither)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from imgcls.home import folder, home

ROOT = Path(__file__).resolve().parents[2]


def start_worker(kind: str) -> subprocess.Popen[bytes]:
    """A worker of this `kind` with pipes on its standard input and output, and its chatter in a log."""
    with _log(kind) as log:
        return subprocess.Popen(
            [sys.executable, "-m", "imgcls.workers", kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=worker_environment(),
        )


def _log(kind: str) -> IO[bytes]:
    """The log of the last worker of this kind; each one starts it anew, so it cannot grow for ever."""
    return (folder("logs") / f"{kind}.log").open("wb")


#: How the C library of most Linux systems hands out memory, where nobody has said so: in large pages, and what a step
#: gives back is kept for the next one. The lookup of small pages took a tenth of a step of a residual network, and more
#: on a virtual machine. Other systems do not read it.
_MEMORY = {
    "hugetlb": 1,  # large pages are asked for, not reserved
    "mmap_threshold": 256 << 20,
    "trim_threshold": 512 << 20,
    "top_pad": 64 << 20,
}


def worker_environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The server's environment, or the `given` one, as a worker gets it.

    What a worker has no business with is left out; what makes it quick is added where it is not settled.
    """
    secret = ("TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "API_KEY")
    whole = os.environ if given is None else given
    kept = {name: value for name, value in whole.items() if not any(word in name.upper() for word in secret)}
    kept.setdefault("GLIBC_TUNABLES", ":".join(f"glibc.malloc.{name}={value}" for name, value in _MEMORY.items()))
    # absolute: a worker does not run in the folder that a relative one starts from
    return kept | {"IMGCLS_HOME": str(home()), "TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow"}
