"""Starting a worker process: never fork, never multiprocessing (TensorFlow survives neither)."""

from __future__ import annotations

import os
import subprocess
import sys
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
            env=_environment(),
        )


def _log(kind: str) -> IO[bytes]:
    """The log of the last worker of this kind; each one starts it anew, so it cannot grow for ever."""
    return (folder("logs") / f"{kind}.log").open("wb")


def _environment() -> dict[str, str]:
    """The server's environment without what a worker has no business with."""
    secret = ("TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "API_KEY")
    kept = {name: value for name, value in os.environ.items() if not any(word in name.upper() for word in secret)}
    # absolute: a worker does not run in the folder that a relative one starts from
    return kept | {"IMGCLS_HOME": str(home()), "TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow"}
