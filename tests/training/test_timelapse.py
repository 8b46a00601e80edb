"""The time-lapse: the maps are those of `explain`, the training does not notice, and no run ends by it."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.atomic import read_arrays
from imgcls.explain import explain
from imgcls.models import load_trained
from imgcls.recipe import recipe_from
from imgcls.runs import read_curve, read_snapshot, read_time_lapse
from imgcls.runs.snapshots import pinned_path
from imgcls.training import timelapse
from imgcls.training.timelapse import Watch

NETWORKS = [
    {"name": "seed-cnn"},
    {"name": "resnet-20"},  # batch norm in one kernel
    {"name": "efficientnet-lite0", "side": 32},  # a frozen body, of which the features are kept
    {"name": "efficientnet-lite0", "side": 32, "features": "every epoch"},
]


def looked_at(folder, epochs):
    return [epoch for epoch in range(epochs + 1) if "pinned_raw" in read_snapshot(folder, epoch)]


def state(session):
    """Every number that training changes or reads, as bytes."""
    variables = [*session.model.variables, *session.route.learned, *session.steps.optimizer_variables]
    return [np.array(variable.numpy()).tobytes() for variable in variables]


def explained(session, watch):
    """What the whole network as it is now says of the watched images, by the way that pages take."""
    data, scaling = session.data.validation, watch._preprocessing
    inputs = data.images[watch._rows].astype(np.float32) * scaling.scale + scaling.offset
    return explain(session.model, inputs, data.labels[watch._rows], "grad-cam")


@pytest.mark.parametrize(
    ("architecture", "precision"),
    [
        (NETWORKS[0], "float32"),
        *(pytest.param(one, "float32", marks=pytest.mark.slow) for one in NETWORKS[1:]),
        *(pytest.param(one, "mixed_bfloat16", marks=pytest.mark.slow) for one in NETWORKS[1:3]),
    ],
)
def test_the_last_epoch_is_what_the_network_says_now(begin, bar_recipe, architecture, precision):
    recipe = bar_recipe(precision=precision)
    session = begin(recipe_from(recipe.model_dump() | {"architecture": architecture}))
    assert session.run() == "completed"
    kept, wanted = read_snapshot(session.folder, 2), explained(session, session.watch)
    raws = np.stack([one.raw for one in wanted])
    np.testing.assert_allclose(kept["pinned_raw"], raws, atol=1e-4 * max(1.0, np.abs(raws).max()))
    probabilities = np.stack([one.probabilities for one in wanted])
    np.testing.assert_allclose(kept["pinned_probabilities"], probabilities, atol=1e-4)
    assert kept["pinned_status"].tolist() == [str(one.status) for one in wanted]
    before = read_snapshot(session.folder, 1)["pinned_probabilities"]
    assert np.abs(before - kept["pinned_probabilities"]).max() > 1e-3  # it follows the training


def test_a_network_without_maps_keeps_probabilities(begin, bar_recipe):
    session = begin(recipe_from(bar_recipe().model_dump() | {"architecture": {"name": "linear"}}))
    assert session.run() == "completed"
    found = read_time_lapse(session.folder)
    assert found is not None
    assert not found.has_maps
    assert found.epochs == (0, 1, 2)
    assert {status for frame in found.frames for status in frame.statuses} == {"no_spatial_layer"}
    logits = session.route.validation()[session.watch._rows]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.frames[-1].probabilities, shares, atol=1e-5)


@pytest.mark.parametrize("architecture", NETWORKS[1:3])
@pytest.mark.slow
def test_looking_changes_nothing(begin, bar_recipe, before_step, architecture):
    """Weights, moving statistics, what the optimizer remembers, what is drawn from: the same to the byte."""
    session = begin(recipe_from(bar_recipe().model_dump() | {"architecture": architecture}))
    seen = []

    def looked():
        before = state(session)
        arrays = Watch(session.folder, session.model, session.recipe, session.data, session.route.frozen).look(1, 9.0)
        seen.append((before == state(session), sorted(arrays)))

    before_step(session, 4, looked)
    assert session.run() == "completed"
    assert seen == [(True, ["pinned_probabilities", "pinned_raw", "pinned_status"])]


def test_pins_are_shown_and_change_no_number(begin, bar_recipe):
    usual = begin(bar_recipe(), "usual")
    places = usual.data.validation_indices[[7, 2]].tolist()
    pinned = begin(bar_recipe().model_copy(update={"pinned": tuple(places)}), "pinned")
    assert (usual.run(), pinned.run()) == ("completed", "completed")
    kept = read_arrays(pinned_path(pinned.folder))
    assert kept["positions"].tolist() == places
    np.testing.assert_array_equal(kept["images"], pinned.data.validation.images[[7, 2]])
    np.testing.assert_array_equal(kept["labels"], pinned.data.validation.labels[[7, 2]])
    assert read_arrays(pinned_path(usual.folder))["labels"].tolist() == [0, 1, 2]
    for one, other in zip(usual.model.get_weights(), pinned.model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert len({len(read_curve(folder).epochs) for folder in (usual.folder, pinned.folder)}) == 1


def test_no_run_ends_by_it(begin, bar_recipe, monkeypatch, caplog):
    calls = []

    def broken(self):
        calls.append(1)
        raise MemoryError("no room for a map")

    monkeypatch.setattr(timelapse.Maps, "run", broken)
    session = begin(bar_recipe(epochs=3))
    assert session.run() == "completed"
    assert len(calls) == 1
    assert "no room for a map" in caplog.text
    assert "confusion" in read_snapshot(session.folder, 3)
    assert looked_at(session.folder, 3) == []
    assert read_time_lapse(session.folder) is None


def test_a_resumed_run_keeps_what_was_seen(begin, bar_recipe, before_step):
    first = begin(bar_recipe(epochs=3))
    before_step(first, 4, first.control.leave.set)  # in the second epoch
    assert first.run() == "left"
    seen = {epoch: read_snapshot(first.folder, epoch)["pinned_raw"] for epoch in (0, 1)}
    second = begin(bar_recipe(epochs=3))
    assert second.run() == "completed"
    found = read_time_lapse(second.folder)
    assert found is not None
    assert found.epochs == (0, 1, 2, 3)
    for epoch, raws in seen.items():
        np.testing.assert_array_equal(found.frames[epoch].raws, raws)


def test_of_a_long_run_some_epochs_and_always_the_last(begin, bar_recipe, monkeypatch):
    monkeypatch.setattr(timelapse, "MOST_LOOKS", 2)
    session = begin(bar_recipe(epochs=5))
    assert session.run() == "completed"
    assert looked_at(session.folder, 5) == [0, 3, 5]


def test_a_dear_pass_is_made_seldom(begin, bar_recipe, monkeypatch):
    monkeypatch.setattr(timelapse, "QUICK", 0.0)
    monkeypatch.setattr(timelapse, "SHARE", 1e-6)
    session = begin(bar_recipe(epochs=5))
    assert session.run() == "completed"
    assert looked_at(session.folder, 5) == [0, 1, 5]  # the first pass says nothing: it traces the graph


def test_the_trained_model_says_the_same_as_its_best_epoch(tiny_run):
    """From the finished run back: its model, loaded anew, explains the watched images as the snapshot has it."""
    found = read_time_lapse(tiny_run.folder)
    assert found is not None
    assert found.labels.tolist() == list(range(10))
    trained = load_trained(tiny_run.id)
    wanted = explain(trained.keras_model, trained.inputs(found.images), found.labels)
    np.testing.assert_allclose(found.frames[-1].raws, np.stack([one.raw for one in wanted]), atol=1e-4)
