"""A data set is there whole or not at all, whenever a process ends, and one at a time changes it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from imgcls.atomic import disk_errors, write_bytes
from imgcls.datasets import shelf
from imgcls.engines.process import ROOT
from imgcls.errors import InputError, UnknownNameError
from imgcls.home import folder


def shelf_folder(home: Path) -> Path:
    return home / "datasets"


def make(name: str, text: str = "new") -> None:
    """A data set with one file in one class."""
    with shelf.changing(name), shelf.drafted(name) as draft:
        with disk_errors(draft):
            (draft / "class").mkdir()
        write_bytes(draft / "class" / "a.png", text.encode())
        shelf.publish(name)


def text_of(name: str) -> str | None:
    return (shelf.place_of(name) / "class" / "a.png").read_text() if shelf.exists(name) else None


def hidden(home: Path) -> list[str]:
    """What lies beside the data sets, but for the locks."""
    return sorted(path.name for path in shelf_folder(home).glob(".*") if not path.name.endswith(".lock"))


def test_a_draft_takes_its_place(home_folder):
    assert shelf.names() == []
    make("fruit")
    assert shelf.names() == ["fruit"]
    assert shelf.place_of("fruit") == shelf_folder(home_folder) / "fruit"
    make("fruit", "newer")
    assert text_of("fruit") == "newer"
    assert hidden(home_folder) == []


def test_names_are_sorted_as_people_sort():
    for name in ("b", "A", "c", "苹果"):
        make(name)
    assert shelf.names() == ["A", "b", "c", "苹果"]


def test_a_draft_that_is_left_by_an_error_is_thrown_away(home_folder):
    def fail() -> None:
        with shelf.changing("fruit"), shelf.drafted("fruit") as draft:
            (draft / "class").write_text("x")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert hidden(home_folder) == []
    assert shelf.names() == []


@pytest.mark.parametrize("name", ["nope", "../runs", "a/b", "", ".", "..", ".fruit.draft", "x" * 300, "a\0b"])
def test_what_is_not_there_is_refused(name):
    make("fruit")
    assert not shelf.exists(name)
    with pytest.raises(UnknownNameError, match="Expected one of: fruit"):
        shelf.place_of(name)


def test_a_link_that_leads_elsewhere_is_no_data_set(home_folder, tmp_path):
    make("fruit")
    (tmp_path / "class").mkdir()
    (shelf_folder(home_folder) / "link").symlink_to(tmp_path)
    assert shelf.names() == ["fruit"]
    with pytest.raises(UnknownNameError):
        shelf.place_of("link")


def test_a_home_that_is_a_link_is_fine(home_folder, tmp_path, monkeypatch):
    (tmp_path / "home").symlink_to(home_folder)
    monkeypatch.setenv("IMGCLS_HOME", str(tmp_path / "home"))
    make("fruit")
    assert shelf.names() == ["fruit"]


def test_a_name_that_differs_in_capitals_is_taken():
    make("Fruit")
    shelf.check_free("fruits")
    for name in ("Fruit", "fruit", "FRUIT"):
        with pytest.raises(InputError, match="“Fruit” already"):
            shelf.check_free(name)


def test_discarded(home_folder):
    make("fruit")
    (shelf.beside("fruit", "removed") / "images").mkdir(parents=True)
    with shelf.changing("fruit"):
        shelf.discard("fruit")
    assert shelf.names() == []
    assert hidden(home_folder) == []


# -- whenever a process ends


def removed_too(name: str) -> None:
    """Something that was taken out of the data set."""
    (shelf.beside(name, "removed") / "images" / "class").mkdir(parents=True, exist_ok=True)
    (shelf.beside(name, "removed") / "images" / "class" / "b.png").write_text("removed")


def test_replacing_with_a_disk_that_fails(sweep, fault, home_folder):
    def prepare():
        make("fruit", "old")
        removed_too("fruit")

    def check(succeeded: bool) -> None:
        assert shelf.names() == ["fruit"]
        assert text_of("fruit") in (("new",) if succeeded else ("old", "new"))
        assert set(hidden(home_folder)) <= {".fruit.removed"}
        if text_of("fruit") == "old":
            assert (shelf.beside("fruit", "removed") / "images" / "class" / "b.png").exists()
        else:
            assert hidden(home_folder) == [], "what was taken out of the old one is not put back into the new one"

    assert sweep(fault, prepare, lambda: make("fruit", "new"), check) >= 6


def test_making_with_a_disk_that_fails(sweep, fault, home_folder):
    def check(succeeded: bool) -> None:
        assert text_of("fruit") in (("new",) if succeeded else (None, "new"))
        assert shelf.names() == (["fruit"] if text_of("fruit") else [])
        assert hidden(home_folder) == []
        if shelf.names():
            with shelf.changing("fruit"):
                shelf.discard("fruit")

    assert sweep(fault, lambda: folder("datasets"), lambda: make("fruit"), check) >= 3


def test_deleting_with_a_disk_that_fails(sweep, fault, home_folder):
    def prepare():
        make("fruit", "old")
        removed_too("fruit")

    def delete():
        with shelf.changing("fruit"):
            shelf.discard("fruit")

    def check(succeeded: bool) -> None:
        assert text_of("fruit") == ("old" if shelf.names() else None)
        assert not (succeeded and shelf.names())
        assert set(hidden(home_folder)) <= ({".fruit.removed"} if shelf.names() else set())

    assert sweep(fault, prepare, delete, check) >= 3


def test_between_the_two_renames_the_old_one_is_put_back_by_whoever_looks(home_folder):
    for look in (shelf.names, lambda: [name for name in ["fruit"] if shelf.exists(name)]):
        make("fruit", "old")
        os.rename(shelf.place_of("fruit"), shelf.beside("fruit", "old"))
        shelf.beside("fruit", "draft").mkdir()
        assert look() == ["fruit"]
        assert text_of("fruit") == "old"
        assert hidden(home_folder) == []


def test_an_old_one_whose_successor_has_arrived_is_thrown_away(home_folder):
    make("fruit", "new")
    shelf.beside("fruit", "old").mkdir()
    assert shelf.names() == ["fruit"]
    assert text_of("fruit") == "new"
    assert hidden(home_folder) == []


def test_files_that_were_to_replace_the_card_are_thrown_away(home_folder):
    make("fruit")
    (shelf.place_of("fruit") / "..imgcls.json.x1y2").write_text("half of")
    with shelf.changing("fruit") as place:
        assert [path.name for path in place.glob(".*")] == []


# -- one at a time


def test_who_comes_second_waits():
    entered, order = threading.Event(), []

    def first():
        with shelf.changing("fruit"):
            entered.set()
            leave.wait(10)
            order.append("first")

    leave = threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(10)
    threading.Timer(0.05, leave.set).start()
    with shelf.changing("fruit"):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_who_waits_too_long_is_refused_in_words():
    with shelf.changing("fruit"):
        with pytest.raises(InputError, match="“fruit” is being changed elsewhere"), shelf.changing("fruit", 0):
            pass
        with shelf.changing("other", 0):
            pass  # another one is free


HOLDER = """
import sys, time
from imgcls.datasets import shelf
with shelf.changing("fruit"), shelf.drafted("fruit") as draft:
    (draft / "class").mkdir()
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_living_draft_is_left_alone_and_a_dead_one_is_not(home_folder):
    make("fruit", "old")
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        assert shelf.names() == ["fruit"]
        assert hidden(home_folder) == [".fruit.draft"]
        assert text_of("fruit") == "old"
        with pytest.raises(InputError, match="being changed"), shelf.changing("fruit", 0):
            pass
    finally:
        holder.kill()  # SIGKILL
        holder.wait()
        holder.stdout.close()
    assert shelf.names() == ["fruit"]
    assert hidden(home_folder) == []
    assert text_of("fruit") == "old"


def test_a_place_that_allows_nothing_is_named(monkeypatch):
    monkeypatch.setenv("IMGCLS_HOME", "/dev/null/x")
    assert shelf.names() == []
    with pytest.raises(InputError, match="Set IMGCLS_HOME"), shelf.changing("fruit"):
        pass
