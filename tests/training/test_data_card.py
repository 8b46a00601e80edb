"""A run remembers what it was trained on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imgcls.datasets import DATASETS
from imgcls.datasets.registry import fixed
from imgcls.errors import PlaceError, UnknownNameError
from imgcls.recipe import Choice, Recipe
from imgcls.training.data_card import DATA, data_of, data_version, hold_data, train_counts_of

RECIPE = Recipe(dataset=Choice(name="bars"))


def test_facts_outlive_the_data_set(tmp_path, bars, monkeypatch):
    assert data_of(tmp_path, RECIPE) == bars.usual
    hold_data(tmp_path, RECIPE, [35, 35, 35])
    assert train_counts_of(tmp_path, 3) == [35, 35, 35]
    assert train_counts_of(tmp_path, 2) is None
    monkeypatch.setitem(DATASETS._entries, "bars", replace(bars, facts=fixed(replace(bars.usual, size=3))))
    assert data_of(tmp_path, RECIPE) == bars.usual
    monkeypatch.delitem(DATASETS._entries, "bars")
    assert data_of(tmp_path, RECIPE) == bars.usual
    (tmp_path / DATA).write_text("{}")
    with pytest.raises(UnknownNameError):
        data_of(tmp_path, RECIPE)


def test_other_images_do_not_go_on_with_a_run(tmp_path, bars, monkeypatch):
    monkeypatch.setitem(DATASETS._entries, "bars", replace(bars, version=lambda: "one"))
    assert data_version(tmp_path) is None
    hold_data(tmp_path, RECIPE, [35, 35, 35])
    hold_data(tmp_path, RECIPE, [35, 35, 35])
    assert data_version(tmp_path) == "one"
    monkeypatch.setitem(DATASETS._entries, "bars", replace(bars, version=lambda: "two"))
    with pytest.raises(PlaceError, match="bars has changed since this run began"):
        hold_data(tmp_path, RECIPE, [35, 35, 35])
