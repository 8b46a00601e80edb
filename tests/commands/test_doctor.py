"""doctor: an answer for every machine, however broken."""

from __future__ import annotations

import argparse
import json
from importlib import import_module

import pytest

from imgcls.commands import doctor
from imgcls.errors import InputError
from imgcls.limits import LIMITS

command = import_module("imgcls.commands.doctor")  # `imgcls.commands.doctor` itself is the function
NOTHING = argparse.Namespace()


def checks(answer) -> dict[str, bool]:
    return {check["name"]: check["ok"] for check in answer.data["checks"]}


def test_all_is_well_here(monkeypatch):
    monkeypatch.setattr(command, "PACKAGES", ("numpy", "pillow"))
    answer = doctor(NOTHING)
    assert answer.data["ok"], answer.lines
    assert answer.exit_code == 0
    assert set(answer.data["limits"]) == set(LIMITS)
    json.dumps(answer.data)


def test_missing_package(monkeypatch):
    monkeypatch.setattr(command, "PACKAGES", ("numpy", "no-such-package"))
    answer = doctor(NOTHING)
    assert answer.exit_code == 1
    assert not answer.data["ok"]
    assert checks(answer)["no-such-package"] is False
    assert any(line.startswith("MISSING") and "no-such-package" in line for line in answer.lines)


def test_home_that_cannot_be_written_to(monkeypatch):
    monkeypatch.setenv("IMGCLS_HOME", "/dev/null/x")
    answer = doctor(NOTHING)
    assert answer.exit_code == 1
    assert checks(answer)["home folder"] is False
    assert checks(answer)["disk space"] is False


def test_too_little_disk(monkeypatch):
    monkeypatch.setenv("IMGCLS_DISK_FREE_MEGABYTES", "1e12")
    answer = doctor(NOTHING)
    assert checks(answer)["disk space"] is False
    assert checks(answer)["home folder"] is True


def test_no_browser_is_no_fault(monkeypatch):
    monkeypatch.setattr(command.shutil, "which", lambda name: None)
    assert checks(doctor(NOTHING))["chromium (for the tests only)"] is True


def test_nonsense_limit_is_refused(monkeypatch):
    monkeypatch.setenv("IMGCLS_SLOTS", "many")
    with pytest.raises(InputError, match="IMGCLS_SLOTS"):
        doctor(NOTHING)
