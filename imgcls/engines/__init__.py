"""Engines: whoever trains. The local one starts worker processes on this machine."""

from imgcls.engines.local import LocalEngine
from imgcls.engines.protocol import Engine

__all__ = ["Engine", "LocalEngine"]
