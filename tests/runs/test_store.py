"""Run folders: made whole, found by a strict name, listed, renamed, deleted."""

from __future__ import annotations

import os
import re
import shutil
import time

import pytest
from filelock import FileLock

from imgcls.atomic import read_json, write_json
from imgcls.errors import InputError, PlaceError, RunStateError, UnknownNameError
from imgcls.home import home
from imgcls.recipe import Recipe, recipe_from
from imgcls.runs import store
from imgcls.runs.status import LOCK, QUEUE, RESULT, Status
from imgcls.runs.store import (
    create_run,
    delete_run,
    get_run,
    iterate_runs,
    list_runs,
    rename_run,
    runs_folder,
    summarise,
)

PLACE = {"ticket": 1, "engine": "e"}


def make(second: int, seed: int = 0) -> str:
    """A run of a chosen second."""
    run = create_run(recipe_from({"seed": seed}), PLACE)
    name = f"20260131-0930{second:02d}-{run.id[-6:]}"
    run.folder.rename(run.folder.with_name(name))
    return name


# -- made


def test_a_new_run_waits_and_has_its_recipe():
    recipe = recipe_from({"seed": 7, "training": {"epochs": 3}})
    run = create_run(recipe, PLACE)
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{6}", run.id)
    assert run.folder == home() / "runs" / run.id
    assert sorted(os.listdir(run.folder)) == ["queue.json", "recipe.json"]
    assert read_json(run.folder / QUEUE) == PLACE
    assert (run.recipe, run.status, run.result, run.has_model) == (recipe, Status.QUEUED, None, False)
    assert abs(run.created - time.time()) < 5
    assert get_run(run.id) == run


def test_two_runs_of_one_second_are_two():
    assert len({create_run(Recipe(), PLACE).id for _ in range(20)}) == 20


def test_nobody_sees_a_run_without_its_recipe_whatever_fails(fault, sweep):
    runs_folder()

    def check(succeeded: bool) -> None:
        rows = list_runs()
        assert len(rows) == succeeded
        assert all(row.status is Status.QUEUED for row in rows)
        if fault is not None and not succeeded:
            assert os.listdir(runs_folder()) == []
        shutil.rmtree(runs_folder())
        runs_folder()

    operations = sweep(fault, prepare=lambda: None, attempt=lambda: create_run(Recipe(), PLACE), check=check)
    assert operations >= 10


# -- found


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        ".",
        "..",
        "../runs",
        "../../etc/passwd",
        "20260131-093000-1a2b3c/../x",
        "20260131-093000-1a2b3c/",
        "20260131-093000-1a2b3c\n",
        " 20260131-093000-1a2b3c",
        "20260131-093000-1A2B3C",
        "20260131-093000-1a2b3",
        "٢٠٢٦٠١٣١-٠٩٣٠٠٠-1a2b3c",
        ".20260131-093000-1a2b3c",
        "20260131-093000-1a2b3c\0",
        "C:\\runs",
        "/etc",
        "<script>alert(1)</script>",
        "x" * 10_000,
        "20260131-093000-ffffff",  # well formed, but there is none
    ],
)
def test_a_name_that_is_no_run_is_refused_and_shown_harmless(identifier):
    (home() / "runs" / "20260131-093000-1a2b3c").mkdir(parents=True)
    (home() / "runs" / "20260131-093000-1a2b3c" / "recipe.json").write_text("{}")
    with pytest.raises(UnknownNameError) as refused:
        get_run(identifier)
    assert not set("<>/\\\n\0") & set(str(refused.value))
    assert len(str(refused.value)) < 250


def test_a_draft_is_no_run_yet():
    run = create_run(Recipe(), PLACE)
    run.folder.rename(run.folder.with_name("." + run.id))
    with pytest.raises(UnknownNameError):
        get_run(run.id)
    assert list_runs() == []


# -- listed


def test_no_home_yet_is_no_runs():
    assert list(iterate_runs()) == list_runs() == []
    assert not (home() / "runs").exists()


def test_newest_first_with_status_and_result():
    first, second, third = (make(second, seed=second) for second in (1, 2, 3))
    write_json(home() / "runs" / first / RESULT, {"status": "completed", "test_accuracy": 0.5})
    with FileLock(home() / "runs" / second / LOCK):
        rows = list_runs()
    assert [row.id for row in rows] == [third, second, first]
    assert [row.status for row in rows] == [Status.QUEUED, Status.RUNNING, Status.COMPLETED]
    assert [row.recipe.seed for row in rows] == [3, 2, 1]
    assert rows[2].result["test_accuracy"] == 0.5
    assert rows[0].result == {}
    assert rows[0].created - rows[2].created == 2


def test_what_is_no_run_is_passed_over():
    good = make(1)
    place = home() / "runs"
    (place / ".20260131-093000-1a2b3c").mkdir()
    (place / "notes").mkdir()
    (place / "20260131-093000-1a2b3c").write_text("a file")
    contents = {"aaaaaa": b"", "bbbbbb": b"{", "cccccc": b"[]", "dddddd": b'{"version": 9}', "eeeeee": b'{"seed": "x"}'}
    for end, content in contents.items():
        (place / f"20260131-093059-{end}").mkdir()
        (place / f"20260131-093059-{end}" / "recipe.json").write_bytes(content)
    (place / "20260131-093059-ffffff").mkdir()
    assert [row.id for row in list_runs()] == [good]


def test_a_damaged_result_does_not_take_the_list_down():
    good, bad = make(2), make(1)
    for content in (b"[]", b"3", b"{", b'{"status": "confetti"}', b'{"status": 3}'):
        (home() / "runs" / bad / RESULT).write_bytes(content)
        assert [row.id for row in list_runs()] == [good, bad]
        assert list_runs()[1].status is Status.QUEUED


@pytest.mark.parametrize("moment", ["recipe", "status"])
def test_a_run_that_is_deleted_while_it_is_listed_is_passed_over_or_shown(monkeypatch, moment):
    make(2)
    gone = get_run(make(1))
    summarise(gone)
    name = {"recipe": "_recipe_of", "status": "derive_status"}[moment]
    original = getattr(store, name)

    def meanwhile(place, *args):
        answer = original(place, *args)
        if gone.id in str(place):
            shutil.rmtree(gone.folder, ignore_errors=True)
        return answer

    monkeypatch.setattr(store, name, meanwhile)
    assert list_runs()[0].id != gone.id
    assert summarise(gone) is None


def test_a_thousand_runs_are_listed_in_reasonable_time():
    template = create_run(Recipe(), PLACE).folder
    for number in range(999):
        place = template.with_name(f"20250101-{number % 24:02d}0000-{number:06x}")
        place.mkdir()
        for name in ("recipe.json", QUEUE):
            os.link(template / name, place / name)
    began = time.perf_counter()
    assert len(list_runs()) == 1000
    cold = time.perf_counter() - began
    assert len(list_runs()) == 1000
    print(f"1,000 runs listed in {cold:.2f} s, again in {time.perf_counter() - began - cold:.2f} s")
    assert cold < 20


# -- named


def test_title_says_what_a_run_is_until_somebody_names_it():
    run = create_run(Recipe(), PLACE)
    usual = f"seed-cnn · mnist-5k · {run.id[-6:]}"
    assert run.title == list_runs()[0].title == usual
    rename_run(run, "  my   第一个 run\t")
    assert run.title == list_runs()[0].title == "my 第一个 run"
    rename_run(run, " \n ")
    assert run.title == usual
    rename_run(run, "")
    assert os.listdir(run.folder).count("title.json") == 0


def test_title_is_limited_and_printable():
    run = create_run(Recipe(), PLACE)
    rename_run(run, "x" * 64)
    with pytest.raises(InputError, match=r"at most 64 characters\. Received: 65"):
        rename_run(run, "y" * 65)
    assert run.title == "x" * 64
    rename_run(run, "a\u202eb\0c\x1b[31m" + " " * 100)
    assert run.title == "abc[31m"


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"title": 3}', b"{}", b'{"title": ""}'])
def test_a_damaged_title_is_no_title(content):
    run = create_run(Recipe(), PLACE)
    (run.folder / "title.json").write_bytes(content)
    assert run.title.startswith("seed-cnn")
    assert list_runs()[0].title == run.title


# -- deleted


def test_deleted_for_good():
    run, other = create_run(Recipe(), PLACE), create_run(Recipe(), PLACE)
    delete_run(run)
    assert os.listdir(runs_folder()) == [other.id]
    with pytest.raises(UnknownNameError):
        get_run(run.id)


def test_a_run_that_is_training_is_not_deleted():
    run = create_run(Recipe(), PLACE)
    with FileLock(run.folder / LOCK):
        with pytest.raises(RunStateError, match="is training"):
            delete_run(run)
        assert get_run(run.id).status is Status.RUNNING
    delete_run(run)
    assert list_runs() == []


def test_deleting_what_is_gone_is_refused():
    run = create_run(Recipe(), PLACE)
    delete_run(run)
    with pytest.raises(PlaceError):
        delete_run(run)


def test_a_run_has_a_model_once_a_checkpoint_or_a_result_is_there(tiny_run, interrupted_run, queued_run):
    assert tiny_run.has_model
    assert interrupted_run.has_model
    assert not queued_run.has_model
    assert [run.status for run in (tiny_run, interrupted_run, queued_run)] == [
        Status.COMPLETED,
        Status.INTERRUPTED,
        Status.QUEUED,
    ]
