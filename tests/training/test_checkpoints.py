"""Checkpoints: what is read back is what was written, or one before it, or nothing; never something else."""

from __future__ import annotations

import json
import os
import random
from dataclasses import asdict

import numpy as np
import pytest

from imgcls.atomic import read_json, write_json
from imgcls.errors import CheckpointError
from imgcls.training.checkpoints import (
    POINTER,
    Checkpoints,
    Progress,
    model_weights,
    optimizer_weights,
    restore,
)


def weights(number: int) -> list[np.ndarray]:
    return [np.full((3, 4), number, np.float32), np.arange(5.0) + number]


def optimizer(number: int) -> list[np.ndarray]:
    return [np.array(number), np.full(7, -number, np.float32)]


def progress(number: int) -> Progress:
    return Progress(epoch=number, step=number * 10, seconds=number / 3, waited=1, best={"epoch": number, "loss": 0.25})


def save(folder, number: int, best: bool = True) -> None:
    Checkpoints(folder).save(progress(number), weights(number), optimizer(number), weights(-number) if best else None)


def newest_of(folder) -> int | None:
    """The number of the checkpoint that a resume would start from; all of it must belong together."""
    found = Checkpoints(folder).newest()
    if found is None:
        return None
    number = found[0].epoch
    assert found[0] == progress(number)
    for got, wanted in ((model_weights(found[1]), weights(number)), (optimizer_weights(found[1]), optimizer(number))):
        assert len(got) == len(wanted)
        for one, other in zip(got, wanted, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
    return number


def best_of(folder) -> float:
    return float(Checkpoints(folder).best()[0][0, 0])


# -- there and back


def test_nothing_yet(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    assert checkpoints.newest() is None
    assert not checkpoints.is_damaged
    assert checkpoints.version() == ""
    with pytest.raises(CheckpointError, match="Received: none"):
        checkpoints.best()


def test_there_and_back(tmp_path):
    save(tmp_path, 1)
    assert (newest_of(tmp_path), best_of(tmp_path)) == (1, -1)
    save(tmp_path, 2, best=False)
    assert (newest_of(tmp_path), best_of(tmp_path)) == (2, -1)
    assert not Checkpoints(tmp_path).is_damaged


def test_the_pointer_tells_how_far_the_run_is(tmp_path):
    save(tmp_path, 3)
    assert read_json(tmp_path / "checkpoints" / POINTER)["last"]["progress"] == asdict(progress(3))


def test_version_changes_with_the_best_weights_alone(tmp_path):
    save(tmp_path, 1)
    before = Checkpoints(tmp_path).version()
    save(tmp_path, 2, best=False)
    assert Checkpoints(tmp_path).version() == before != ""
    save(tmp_path, 3)
    assert Checkpoints(tmp_path).version() != before


def test_without_a_best_epoch_the_last_weights_are_the_best(tmp_path):
    save(tmp_path, 1, best=False)
    assert best_of(tmp_path) == 1
    assert Checkpoints(tmp_path).version() != ""


def test_best_alone_leaves_the_place_to_resume_from(tmp_path):
    save(tmp_path, 1)
    Checkpoints(tmp_path).save_best(progress(2), weights(-2))
    assert (newest_of(tmp_path), best_of(tmp_path)) == (1, -2)


def test_only_what_the_pointer_names_is_kept(tmp_path):
    for number in range(1, 6):
        save(tmp_path, number, best=number < 3)
    names = os.listdir(tmp_path / "checkpoints")
    assert sorted(name.rpartition("-")[0] for name in names if name != POINTER) == ["best-20", "last-40", "last-50"]


def test_what_a_killed_worker_left_half_written_is_swept(tmp_path):
    save(tmp_path, 1)
    place = tmp_path / "checkpoints"
    (place / ".last-20.npz.x7k_9q").write_bytes(b"half")
    (place / ".checkpoint.json.abcdefgh").write_bytes(b"{")
    (place / "last-5-orphan.npz").write_bytes(b"")
    save(tmp_path, 2)
    assert len(os.listdir(place)) == 4  # the pointer, last, previous, best
    assert newest_of(tmp_path) == 2


def test_a_step_that_is_saved_twice_does_not_overwrite_what_is_named(tmp_path):
    save(tmp_path, 1)
    named = Checkpoints(tmp_path)._pointer
    Checkpoints(tmp_path).save(progress(1), weights(9), optimizer(9), weights(-9))
    assert {entry["file"] for entry in named.values()}.isdisjoint(
        Checkpoints(tmp_path)._pointer[name]["file"] for name in ("last", "best")
    )


# -- a disk that fails


@pytest.mark.parametrize("before", [0, 1, 2])
def test_reader_sees_old_or_new_whatever_fails(tmp_path, fault, sweep, before):
    """Also where the new checkpoint is of the same step as the old one, as after a resume."""
    home, numbers = tmp_path, iter(range(10_000))

    def prepare() -> None:
        nonlocal home
        home = tmp_path / str(next(numbers))
        home.mkdir()
        for number in range(1, before + 1):
            save(home, number)

    def check(succeeded: bool) -> None:
        # the new files may be there though the call failed: then what comes after the pointer failed
        assert newest_of(home) in ([3] if succeeded else [before or None, 3])
        assert not Checkpoints(home).is_damaged
        if before:
            assert best_of(home) == -newest_of(home)
        save(home, 4)
        assert (newest_of(home), best_of(home)) == (4, -4)

    operations = sweep(fault, prepare=prepare, attempt=lambda: save(home, 3), check=check)
    assert operations >= 13  # the folder, and three files of four operations


def test_a_checkpoint_that_cannot_be_swept_is_no_failure(tmp_path, disk):
    for number in (1, 2):
        save(tmp_path, number)
    disk.plan(14, 13)
    save(tmp_path, 3)
    assert disk.failed == "unlink"
    assert newest_of(tmp_path) == 3


# -- damaged files


def damage(path, kind) -> None:
    data = bytearray(path.read_bytes())
    if isinstance(kind, float):
        data = data[: int(len(data) * kind)]
    elif kind == "one byte":
        data = data[:1]
    elif kind == "gone":
        path.unlink()
        return
    else:
        data[kind % len(data)] ^= 1 << (kind % 8)
    path.write_bytes(data)


FLIPS = random.Random(3).sample(range(10**6), 50)
DAMAGES = [0.0, "one byte", 0.1, 0.5, 0.99, "gone", *FLIPS]


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_found_and_the_one_before_taken(tmp_path, kind):
    save(tmp_path, 1)
    save(tmp_path, 2)
    place = tmp_path / "checkpoints"
    pointer = read_json(place / POINTER)
    damage(place / pointer["last"]["file"], kind)
    assert Checkpoints(tmp_path).is_damaged
    assert newest_of(tmp_path) == 1
    damage(place / pointer["best"]["file"], kind)
    assert best_of(tmp_path) == 1
    damage(place / pointer["previous"]["file"], kind)
    assert newest_of(tmp_path) is None
    with pytest.raises(CheckpointError):
        best_of(tmp_path)


def test_after_a_fall_back_the_damaged_one_is_not_kept_as_the_one_before(tmp_path):
    save(tmp_path, 1)
    save(tmp_path, 2)
    last = read_json(tmp_path / "checkpoints" / POINTER)["last"]["file"]
    damage(tmp_path / "checkpoints" / last, 0.5)
    resumed = Checkpoints(tmp_path)
    assert resumed.newest()[0].epoch == 1
    resumed.save(progress(3), weights(3), optimizer(3), None)
    damage(tmp_path / "checkpoints" / read_json(tmp_path / "checkpoints" / POINTER)["last"]["file"], 0.5)
    assert newest_of(tmp_path) == 1


def test_swapped_files_are_found(tmp_path):
    save(tmp_path, 1)
    save(tmp_path, 2)
    place = tmp_path / "checkpoints"
    pointer = read_json(place / POINTER)
    one, other = place / pointer["last"]["file"], place / pointer["previous"]["file"]
    one.rename(place / "x")
    other.rename(one)
    (place / "x").rename(other)
    assert Checkpoints(tmp_path).is_damaged
    assert newest_of(tmp_path) is None


@pytest.mark.parametrize("seed", range(50))
def test_a_flipped_bit_in_the_pointer_never_gives_a_wrong_state(tmp_path, seed):
    save(tmp_path, 1)
    save(tmp_path, 2)
    damage(tmp_path / "checkpoints" / POINTER, random.Random(seed).randrange(10**6))
    assert newest_of(tmp_path) in (None, 1, 2)
    try:
        found = best_of(tmp_path)
    except CheckpointError:
        found = None
    assert found in (-2, 2, 1, None)
    save(tmp_path, 3)
    assert newest_of(tmp_path) == 3


@pytest.mark.parametrize("content", [b"", b"[]", b"3", b"{", b'{"last": 3}', b'{"last": {}}', b'{"last": {"file": 3}}'])
def test_a_pointer_that_makes_no_sense_is_no_checkpoint(tmp_path, content):
    save(tmp_path, 1)
    (tmp_path / "checkpoints" / POINTER).write_bytes(content)
    assert Checkpoints(tmp_path).is_damaged
    assert newest_of(tmp_path) is None


def test_a_pointer_does_not_lead_out_of_its_folder(tmp_path):
    save(tmp_path, 1)
    pointer = json.loads((tmp_path / "checkpoints" / POINTER).read_text())
    (tmp_path / "checkpoints" / pointer["last"]["file"]).rename(tmp_path / "elsewhere.npz")
    pointer["last"]["file"] = "../elsewhere.npz"
    write_json(tmp_path / "checkpoints" / POINTER, pointer)
    assert newest_of(tmp_path) is None


# -- into variables


class Variable:
    def __init__(self, shape):
        self.shape, self.value = shape, None

    def assign(self, value):
        self.value = value


def test_restore_assigns_in_order():
    variables = [Variable((3, 4)), Variable((5,))]
    restore(iter(variables), weights(2))
    assert variables[0].value[0, 0] == 2
    assert variables[1].value[0] == 2


@pytest.mark.parametrize("shapes", [[], [(3, 4)], [(4, 3), (5,)], [(3, 4), (5,), (1,)], [(5,), (3, 4)]])
def test_restore_refuses_another_models_arrays_and_touches_nothing(shapes):
    variables = [Variable(shape) for shape in shapes]
    with pytest.raises(CheckpointError, match=rf"with {len(shapes)} arrays .* Received: 2 arrays"):
        restore(variables, weights(1))
    assert all(variable.value is None for variable in variables)
