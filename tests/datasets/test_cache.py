"""What is slow to make is made once, kept read-only, and made again when its file is damaged."""

from __future__ import annotations

import os
import random
import threading
from collections import OrderedDict

import numpy as np
import pytest

from imgcls.datasets import cache
from imgcls.datasets.cache import cached_arrays
from imgcls.errors import PlaceError
from imgcls.home import home


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(cache, "_memory", OrderedDict())


class Maker:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"images": np.arange(300, dtype=np.uint8).reshape(3, 10, 10), "labels": np.array([0, 1, 0])}


def same(arrays):
    wanted = Maker()()
    assert list(arrays) == list(wanted)
    for name, array in wanted.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert not arrays[name].flags.writeable


def test_made_once_then_from_memory_then_from_disk(monkeypatch):
    make = Maker()
    same(cached_arrays("x", make))
    assert cached_arrays("x", make)["images"] is cached_arrays("x", make)["images"]
    monkeypatch.setattr(cache, "_memory", OrderedDict())
    same(cached_arrays("x", make))
    assert make.calls == 1
    assert (home() / "cache" / "datasets" / "x.npz").exists()


def test_names_are_apart():
    cached_arrays("x", Maker())
    assert cached_arrays("y", lambda: {"a": np.ones(1)})["a"].tolist() == [1]


def test_threads_that_ask_at_once_make_it_once():
    make = Maker()
    threads = [threading.Thread(target=cached_arrays, args=("x", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert make.calls == 1


@pytest.mark.parametrize("length", [0, 1, 50, 500, -1])
def test_a_cut_file_is_made_again(monkeypatch, length):
    cached_arrays("x", Maker())
    path = home() / "cache" / "datasets" / "x.npz"
    path.write_bytes(path.read_bytes()[:length])
    monkeypatch.setattr(cache, "_memory", OrderedDict())
    make = Maker()
    same(cached_arrays("x", make))
    assert make.calls == 1


def test_a_flipped_bit_anywhere_never_gives_other_numbers(monkeypatch):
    cached_arrays("x", Maker())
    path = home() / "cache" / "datasets" / "x.npz"
    whole = path.read_bytes()
    draw = random.Random(0)
    for _ in range(400):
        data = bytearray(whole)
        place = draw.randrange(len(data))
        data[place] ^= 1 << draw.randrange(8)
        path.write_bytes(data)
        monkeypatch.setattr(cache, "_memory", OrderedDict())
        same(cached_arrays("x", Maker()))


def test_a_full_disk_is_named(disk):
    disk.plan(4, 28)
    with pytest.raises(PlaceError, match="disk is full"):
        cached_arrays("x", Maker())
    disk.heal()
    same(cached_arrays("x", Maker()))


def test_memory_and_disk_are_bounded(monkeypatch):
    monkeypatch.setenv("IMGCLS_DATASET_MEMORY_MEGABYTES", "0.002")
    monkeypatch.setenv("IMGCLS_DATASET_CACHE_MEGABYTES", "0.004")
    makers = {name: Maker() for name in "abcde"}
    large = {name: lambda maker=maker: {**maker(), "more": np.zeros(900, np.uint8)} for name, maker in makers.items()}
    for name, make in large.items():
        cached_arrays(name, make)
        os.utime(home() / "cache" / "datasets" / f"{name}.npz", (1, ord(name)))
    assert list(cache._memory) == ["e"]
    there = sorted(path.stem for path in (home() / "cache" / "datasets").glob("*.npz"))
    assert there[-1] == "e"
    assert "a" not in there
    assert sum(path.stat().st_size for path in (home() / "cache" / "datasets").glob("*.npz")) <= 4000
    cached_arrays("d", large["d"])
    assert makers["d"].calls == 1  # still on disk
    cached_arrays("a", large["a"])
    assert makers["a"].calls == 2


def test_what_is_larger_than_the_limit_is_still_had(monkeypatch):
    monkeypatch.setenv("IMGCLS_DATASET_MEMORY_MEGABYTES", "0.00001")
    monkeypatch.setenv("IMGCLS_DATASET_CACHE_MEGABYTES", "0.00001")
    make = Maker()
    same(cached_arrays("x", make))
    same(cached_arrays("x", make))
    assert make.calls == 1
