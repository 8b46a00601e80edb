"""compare: counts, McNemar's p, and what is said of the difference."""

from __future__ import annotations

import argparse
import json
import shutil

import numpy as np
import pytest

from imgcls.atomic import read_arrays, read_json, write_arrays, write_json
from imgcls.commands.compare import compare
from imgcls.errors import InputError, RunStateError, UnknownNameError
from imgcls.recipe import Choice
from imgcls.runs import Run, get_run


def another(run: Run, name: str, better: int = 0, **changes) -> Run:
    """A copy of a run whose recipe is changed, and that is right on so many more images."""
    folder = run.folder.with_name(name)
    shutil.copytree(run.folder, folder)
    kept = read_arrays(folder / "evaluation.npz")
    wrong = np.flatnonzero(kept["logits"].argmax(1) != kept["labels"])[:better]
    kept["logits"][wrong, kept["labels"][wrong]] = 100
    write_arrays(folder / "evaluation.npz", kept)
    result = read_json(folder / "result.json")
    result["test_accuracy"] = float((kept["logits"].argmax(1) == kept["labels"]).mean())
    write_json(folder / "result.json", result)
    recipe = run.recipe.model_copy(update=changes)
    write_json(folder / "recipe.json", recipe.model_dump(mode="json"))
    return get_run(name)


def asked(*runs: Run | str) -> argparse.Namespace:
    return argparse.Namespace(models=[run if isinstance(run, str) else run.id for run in runs])


def test_two_runs(tiny_run):
    training = tiny_run.recipe.training.model_copy(update={"epochs": 7})
    other = another(tiny_run, "20260101-000000-aaaaaa", better=8, training=training)
    found = compare(asked(tiny_run, other))
    json.dumps(found.data)
    (pair,) = found.data["pairs"]
    assert (pair["common"], pair["only_first"], pair["only_second"]) == (1000, 0, 8)
    assert pair["mcnemar_p"] == pytest.approx(2 * 0.5**8)
    assert "epochs" in found.data["differ"]
    assert "0.8 points ahead" in found.data["said"]
    assert any("McNemar p = 0.00781" in line for line in found.lines)


def test_several_seeds(tiny_run):
    training = tiny_run.recipe.training.model_copy(update={"epochs": 7})
    plain = [tiny_run, another(tiny_run, "20260101-000000-aaaaa1", 2, seed=1)]
    better = [
        another(tiny_run, f"20260101-000000-bbbbb{seed}", 40 + 2 * seed, seed=seed, training=training)
        for seed in (0, 1)
    ]
    said = compare(asked(*plain, *better)).data["said"]
    assert "beats" in said
    assert "by 4.0 ± 0.0 points" in said


def test_other_data_are_not_ranked(tiny_run):
    dataset = tiny_run.recipe.dataset.model_copy(update={"name": "digits-8x8"})
    found = compare(asked(tiny_run, another(tiny_run, "20260101-000000-aaaaaa", 5, dataset=dataset)))
    assert found.data["pairs"] == []
    assert len(found.data["tests"]) == 2
    assert "neither better nor worse" in found.data["said"]
    assert "ahead" not in found.data["said"]
    assert found.data["caveats"][0].startswith("They have different data sets")


def test_two_data_sets_from_three_seeds_are_not_ranked(tiny_run):
    """Over the seeds, too: no mean and no margin of a difference that means nothing."""
    runs = []
    for place, name in enumerate(("mnist-5k", "digits-8x8")):
        for seed in range(3):
            better, changed = 3 * seed + 50 * place, {"seed": seed, "dataset": Choice(name=name)}
            runs.append(another(tiny_run, f"2026010{place}-000000-aaaaa{seed}", better, **changed))
    found = compare(asked(*runs))
    assert found.data["tests"] == [[run.id for run in runs[:3]], [run.id for run in runs[3:]]]
    assert "neither better nor worse" in found.data["said"]
    assert not any(word in found.data["said"] for word in ("beats", "ahead", "±"))
    assert "the same settings: the 0.6 points between the best and the worst of them are chance" in found.data["said"]
    assert all(len({pair["first"][7], pair["second"][7]}) == 1 for pair in found.data["pairs"])


def test_a_data_set_that_was_edited_in_between(tiny_run):
    other = another(tiny_run, "20260101-000000-aaaaaa", 5)
    write_json(other.folder / "data.json", read_json(other.folder / "data.json") | {"version": "edited"})
    found = compare(asked(tiny_run, other))
    assert found.data["pairs"] == []
    assert "was changed between them" in " ".join(found.data["caveats"])
    assert "ahead" not in found.data["said"]


def test_refusals(tiny_run, queued_run):
    with pytest.raises(InputError, match="two runs or more"):
        compare(asked(tiny_run, tiny_run))
    with pytest.raises(UnknownNameError):
        compare(asked(tiny_run, "nope"))
    with pytest.raises(RunStateError, match="has been tested"):
        compare(asked(tiny_run, queued_run))
