"""The home folder: where it is, and what is said when it cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgcls import home as home_module
from imgcls.errors import PlaceError
from imgcls.home import check_space, check_writable, folder, free_megabytes, home


def test_is_what_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("IMGCLS_HOME", str(tmp_path / "数字 1"))
    assert home() == tmp_path / "数字 1"
    assert not home().exists()


def test_defaults_to_a_hidden_folder_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in (None, ""):
        monkeypatch.delenv("IMGCLS_HOME") if value is None else monkeypatch.setenv("IMGCLS_HOME", value)
        assert home() == tmp_path / ".imgcls"


def test_a_relative_folder_and_a_tilde_become_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMGCLS_HOME", "here")
    assert home() == tmp_path / "here"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("IMGCLS_HOME", "~/there")
    assert home() == tmp_path / "there"


def test_folders_are_made_once_asked_for():
    place = folder("a", "b")
    assert place == home() / "a" / "b"
    assert place.is_dir()
    assert folder("a", "b") == place


@pytest.mark.parametrize("ask", [folder, check_writable, free_megabytes])
def test_a_file_in_its_place_is_named(monkeypatch, tmp_path, ask):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IMGCLS_HOME", str(tmp_path / "file"))
    with pytest.raises(PlaceError, match="Set IMGCLS_HOME to another folder") as refused:
        ask()
    assert str(tmp_path / "file") in str(refused.value)


def test_a_read_only_disk_is_named(monkeypatch):
    def refuse(**_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(home_module.tempfile, "TemporaryFile", refuse)
    with pytest.raises(PlaceError, match="Read-only file system"):
        check_writable()


def test_asking_leaves_nothing_behind(home_folder):
    before = sorted(home_folder.rglob("*"))
    check_writable()
    assert sorted(home_folder.rglob("*")) == before


def test_space(monkeypatch):
    assert free_megabytes() > 0
    monkeypatch.setattr(home_module, "free_megabytes", lambda: 499.0)
    with pytest.raises(PlaceError, match=r"at least 500 MB free .* Received: 499 MB"):
        check_space()
    monkeypatch.setenv("IMGCLS_DISK_FREE_MEGABYTES", "499")
    check_space()


def test_home_is_the_tests_own():
    assert home() != Path.home() / ".imgcls"
    assert not (home() / "runs").exists()
