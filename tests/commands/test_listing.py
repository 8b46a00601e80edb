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
from imgcls.errors import RecipeError
from imgcls.explain import methods
from imgcls.presets import PRESETS
from imgcls.runs import Status, rename_run

NOTHING = argparse.Namespace()


@pytest.mark.parametrize(
    ("command", "names", "keys"),
    [
        ("datasets", DATASETS.names(), {"title", "summary", "licence", "images", "image_shape", "classes", "options"}),
        ("architectures", ARCHITECTURES.names(), {"title", "paper", "summary", "departs", "sides", "options"}),
        ("balances", BALANCES.names(), {"title", "paper", "summary", "formula", "options"}),
        ("augmentations", AUGMENTATIONS.names(), {"title", "paper", "summary", "departs", "mixes", "options"}),
        ("presets", PRESETS.names(), {"title", "summary", "recipe", "code"}),
    ],
)
def test_every_registered_name_is_listed(command, names, keys):
    answer = getattr(commands, command)(NOTHING)
    found = json.loads(json.dumps(answer.data))[command]
    assert [entry["name"] for entry in found] == names
    assert all(keys <= set(entry) for entry in found)
    assert len(answer.lines) == len(names)
    assert answer.exit_code == 0


def test_every_method_says_what_it_fits_costs_and_cannot_say():
    answer = commands.methods(NOTHING)
    found = {entry["name"]: entry for entry in json.loads(json.dumps(answer.data))["methods"]}
    assert list(found) == [method.name for method in methods()]
    heads = [line for line in answer.lines if not line.startswith(" ")]
    for method, head in zip(methods(), heads, strict=True):
        entry = found[method.name]
        assert {"title", "paper", "question", "options", "heavy", "class_specific"} <= set(entry)
        assert head.startswith(method.name)
        assert head.endswith(entry["fits"])
        below = answer.lines[answer.lines.index(head) + 1 :][:3]
        assert [line[14:] for line in below] == [entry["question"], entry["cost"], entry["limits"]]
        # an MLP has no layer with places, a network of GELUs no ReLU
        assert (method.misfit(False, True) is not None) == entry["needs_layer"]
        assert (method.misfit(True, False) is not None) == entry["needs_relu"]
        assert (entry["fits"] == "any network") == (not entry["needs_layer"] and not entry["needs_relu"])


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


def costs_of(name: str, *settings: str, dataset: str | None = None) -> commands.Answer:
    return commands.architectures(argparse.Namespace(name=name, dataset=dataset, set=list(settings)))


def test_what_a_network_costs():
    answer = costs_of("seed-cnn")
    data = json.loads(json.dumps(answer.data))
    assert (data["parameters"], data["trainable_parameters"], data["multiply_adds"]) == (121_930, 121_930, 2_528_000)
    assert data["milliseconds_per_image"] > 0
    assert [layer["parameters"] for layer in data["layers"] if layer["parameters"]] == [320, 18_496, 102_464, 650]
    assert "parameters 121,930, of which 121,930 learn" in answer.lines


def test_what_it_costs_with_options_on_other_images():
    data = costs_of("mlp", "architecture.width=16", dataset="digits-8x8").data
    assert data["options"] == {"width": 16}
    assert data["layers"][0]["shape"] == (8, 8, 1)


@pytest.mark.parametrize(("name", "skips"), [("plain-8", False), ("resnet-8", True)])
def test_skip_connections_are_seen_in_the_table(name, skips):
    answer = costs_of(name)
    head, *rows = answer.lines[answer.lines.index("") + 1 :]
    place = head.index("inputs")
    inputs = {row.split()[0]: row[place:] for row in rows}
    assert list(inputs) == [layer["name"] for layer in answer.data["layers"]]
    known = {layer["name"]: layer["inputs"] for layer in answer.data["layers"]}
    for layer, said in inputs.items():
        assert said in ("", ", ".join(known[layer]))
    assert any(", " in said for said in inputs.values()) == skips
    assert all(inputs[layer] for layer in known if len(known[layer]) > 1)


def test_what_has_yet_to_be_downloaded_is_described_and_named(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    answer = costs_of("applications/MobileNetV2", "architecture.side=32", dataset="fashion-mnist")
    assert (answer.data["parameters"], answer.data["trainable_parameters"]) == (2_257_984 + 12_810, 12_810)
    assert answer.data["milliseconds_per_image"] > 0
    assert sum(len(layer["inputs"]) > 1 for layer in answer.data["layers"]) >= 10
    assert "The weights of MobileNetV2 (9 MB) are not on this machine yet" in answer.data["missing"]
    assert answer.data["missing"] in answer.lines
    assert costs_of("linear").data["missing"] is None


def test_a_network_that_does_not_take_the_images_is_refused():
    with pytest.raises(RecipeError, match=r"seed-cnn takes images from .* Received: 8 × 8"):
        costs_of("seed-cnn", dataset="digits-8x8")
