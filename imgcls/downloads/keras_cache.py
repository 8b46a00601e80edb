"""Where Keras keeps what it has downloaded itself. No Keras."""

from __future__ import annotations

import os
from pathlib import Path


def keras_cache(*parts: str) -> Path:
    """A place below `$KERAS_HOME`, by default `~/.keras`; it need not exist."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser().joinpath(*parts)
