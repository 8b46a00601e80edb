"""Attributes of layers that are others for a while, as long as a function is traced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

_NONE = object()


@contextmanager
def instead(changes: Iterable[tuple[Any, str, Any]]) -> Iterator[None]:
    """(object, name, value) each; afterwards all is as it was, also after an error."""
    before: list[tuple[Any, str, Any]] = []
    try:
        for one, name, value in changes:
            before.append((one, name, vars(one).get(name, _NONE)))  # nothing: it is the class's
            setattr(one, name, value)
        yield
    finally:
        for one, name, value in reversed(before):
            if value is _NONE:
                delattr(one, name)
            else:
                setattr(one, name, value)
