"""Every registered network in a form that can be tried: with nothing to download, and a run to start from."""

from __future__ import annotations

import pytest

from imgcls.architectures import ARCHITECTURES
from imgcls.recipe import Choice


def is_downloaded(name: str) -> bool:
    return name.startswith("applications/")


#: The run that `from-run` starts from; there is one in every test of this file.
STARTS_FROM: dict[str, str] = {}


def choice(name: str, **options) -> Choice:
    """The network as it is, but with nothing to download, and small where its size is an option for that."""
    small = {"weights": "none", "side": 32} if is_downloaded(name) else {}
    start = STARTS_FROM if name == "from-run" else {}
    return Choice(name=name, **{**small, **start, **options})


#: Takes more than seconds, every time that it is built.
LARGE = [name for name in ARCHITECTURES.names() if is_downloaded(name) and name != "applications/MobileNetV2"]


def everyday(cases: list) -> list:
    """Cases that begin with a network's name, the large ones marked."""
    many = [case if isinstance(case, tuple) else (case,) for case in cases]
    return [pytest.param(*case, marks=[pytest.mark.slow] if case[0] in LARGE else []) for case in many]
