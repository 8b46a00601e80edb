"""datasets, architectures, augmentations, balances, presets, methods, runs."""

from __future__ import annotations

import argparse
import json

import pytest

from imgcls import commands
from imgcls.architectures import ARCHITECTURES
from imgcls.atomic import write_json
from imgcls.augmentation import AUGMENTATIONS
from imgcls.balance import BALANCES
from imgcls.datasets import DATASETS
from imgcls.explain import methods
from imgcls.presets import PRESETS
from imgcls.runs import Status, rename_run

NOTHING = argparse.Namespace()


@pytest.mark.parametrize(
    ("command", "names", "keys"),
    [
        ("datasets", DATASETS.names(), {"title", "summary", "licence", "images", "image_shape", "classes", "options"}),
        ("architectures", ARCHITECTURES.names(), {"title", "paper", "summary", "sides", "options"}),
        ("balances", BALANCES.names(), {"title", "paper", "summary", "formula", "options"}),
        ("augmentations", AUGMENTATIONS.names(), {"title", "paper", "summary", "departs", "mixes", "options"}),
        ("presets", PRESETS.names(), {"title", "summary", "recipe", "code"}),
        ("methods", [method.name for method in methods()], {"title", "paper", "question", "limits", "cost", "options"}),
    ],
)
def test_every_registered_name_is_listed(command, names, keys):
    answer = getattr(commands, command)(NOTHING)
    found = json.loads(json.dumps(answer.data))[command]
    assert [entry["name"] for entry in found] == names
    assert all(keys <= set(entry) for entry in found)
    assert len(answer.lines) == len(names)
    assert answer.exit_code == 0


def test_no_runs_yet():
    answer = commands.runs(NOTHING)
    assert answer.data == {"runs": []}
    assert "no runs yet" in answer.lines[0]


def test_runs(queued_run):
    answer = commands.runs(NOTHING)
    (row,) = answer.data["runs"]
    assert (row["run"], row["status"], row["test_accuracy"]) == (queued_run.id, Status.QUEUED, None)
    assert (row["dataset"], row["architecture"], row["seed"]) == ("mnist-5k", "seed-cnn", 0)
    assert row["recipe"]["training"]["epochs"] == 10
    write_json(queued_run.folder / "result.json", {"status": "completed", "test_accuracy": 0.9512})
    rename_run(queued_run, "the best")
    answer = commands.runs(NOTHING)
    assert answer.data["runs"][0]["test_accuracy"] == 0.9512
    assert "95.1%" in answer.lines[0]
    assert "the best" in answer.lines[0]
