"""The time-lapse on the page of a run that has ended."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imgcls.runs import Run, delete_run, snapshot_path
from imgcls.runs.snapshots import pinned_path
from pages.components import timelapse as module

COUNT = 3


def watch(run: Run, epochs: int, **others: Any) -> Run:
    """Give a run that was written by hand a time-lapse of its first step and `epochs` epochs."""
    images = np.random.default_rng(0).integers(0, 255, (COUNT, 28, 28, 1), np.uint8)
    labels = np.array([2, 5, 7])
    np.savez(pinned_path(run.folder), images=images, labels=labels, positions=np.array([10, 20, 30]))
    for epoch in range(epochs + 1):
        shares = np.full((COUNT, 10), 0.02, np.float32)
        shares[:, 5] = 0.82  # everything is a five
        arrays = {
            "pinned_raw": np.random.default_rng(epoch).normal(size=(COUNT, 5, 5)).astype(np.float32),
            "pinned_status": np.array(["ok", "ok", "no_positive_evidence"]),
            "pinned_probabilities": shares,
        }
        if epoch:
            arrays |= {"confusion": np.eye(10, dtype=int) * 50, "filters": np.ones((3, 3, 1, 32), np.float32)}
        np.savez(snapshot_path(run.folder, epoch), **(arrays | others))
    return run


def shown(app: Any) -> dict[str, Any] | None:
    """What the browser was sent."""
    found = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "imgcls_timelapse"]
    return json.loads(found[0].json or found[0].mixed.json) if found else None


def test_every_epoch_is_sent_at_once(visit: Any, make_run: Any) -> None:
    app = visit("train", link={"run": watch(make_run("completed", epochs=2), 2).id})
    assert not app.exception
    assert "Watch it learn" in [heading.value for heading in app.subheader]
    data = shown(app)
    assert data is not None
    assert [frame["title"] for frame in data["frames"]] == ["First step", "Epoch 1", "Epoch 2"]
    assert data["captions"] == ["2", "5", "7"]
    assert data["frames"][0]["mistakes"] is None
    for frame in data["frames"][1:]:
        assert frame["mistakes"].startswith("data:image/png;base64,iVBOR")
        assert frame["filters"].startswith("data:image/png;base64,iVBOR")
    sheets = [base64.b64decode(frame["watched"].partition(",")[2]) for frame in data["frames"]]
    assert len(set(sheets)) == 3
    assert Image.open(io.BytesIO(sheets[0])).size == (COUNT * 112, 112)


def test_what_an_earlier_try_left_behind_is_not_shown(visit: Any, make_run: Any) -> None:
    data = shown(visit("train", link={"run": watch(make_run("completed", epochs=2), 5).id}))
    assert data is not None
    assert [frame["epoch"] for frame in data["frames"]] == [0, 1, 2]


def test_below_an_image_stand_its_probability_and_a_wrong_answer(visit: Any, make_run: Any) -> None:
    data = shown(visit("train", link={"run": watch(make_run("completed", epochs=1), 1).id}))
    assert data is not None
    two, five, seven = data["frames"][1]["said"]
    assert (two["text"], two["wrong"], two["why"]) == ("2% (says 5)", True, "")
    assert (five["text"], five["wrong"]) == ("82%", False)
    assert "Nothing in this picture speaks for this class" in seven["why"]


@pytest.mark.parametrize("status", ["completed", "stopped", "interrupted"])
def test_a_run_from_before_there_was_one_says_so(visit: Any, make_run: Any, words: Any, status: str) -> None:
    app = visit("train", link={"run": make_run(status).id})
    assert not app.exception
    assert shown(app) is None
    assert "kept no pictures of its epochs" in words(app)


@pytest.mark.parametrize("status", ["queued", "running", "paused"])
def test_nothing_is_said_before_it_has_ended(visit: Any, make_run: Any, words: Any, status: str) -> None:
    app = visit("train", link={"run": make_run(status).id})
    assert not app.exception
    assert "Watch it learn" not in words(app)


def test_a_network_without_maps_says_so(visit: Any, make_run: Any, words: Any) -> None:
    none = {"pinned_raw": np.zeros((COUNT, 0, 0), np.float32), "pinned_status": np.array(["no_spatial_layer"] * COUNT)}
    app = visit("train", link={"run": watch(make_run("completed", epochs=1), 1, **none).id})
    assert "there is no heat" in words(app)
    assert shown(app) is not None


@pytest.mark.parametrize(
    "others",
    [
        {"pinned_probabilities": np.full((COUNT, 10), np.nan, np.float32)},
        {"pinned_raw": np.full((COUNT, 5, 5), np.nan, np.float32), "pinned_status": np.array(["non_finite"] * COUNT)},
        {"pinned_status": np.array(["<b>"] * COUNT)},
        {"confusion": np.zeros((10, 10), int)},
        {"filters": np.full((3, 3, 1, 4), np.inf, np.float32)},
    ],
)
def test_whatever_was_kept_is_shown(visit: Any, make_run: Any, others: dict[str, Any]) -> None:
    app = visit("train", link={"run": watch(make_run("completed", epochs=1), 1, **others).id})
    assert not app.exception
    data = shown(app)
    assert data is not None
    assert len(data["frames"]) == 2


def test_torn_epochs_are_left_out_and_a_torn_run_has_none(visit: Any, make_run: Any, words: Any) -> None:
    run = watch(make_run("completed", epochs=3), 3)
    snapshot_path(run.folder, 2).write_bytes(b"PK torn")
    data = shown(visit("train", link={"run": run.id}))
    assert data is not None
    assert [frame["epoch"] for frame in data["frames"]] == [0, 1, 3]
    other = watch(make_run("completed", epochs=3), 3)
    pinned_path(other.folder).write_bytes(b"PK torn")
    app = visit("train", link={"run": other.id})
    assert shown(app) is None
    assert "kept no pictures" in words(app)


def test_more_classes_than_the_data_set_has_are_none(visit: Any, make_run: Any, words: Any) -> None:
    shares = np.full((COUNT, 12), 1 / 12, np.float32)
    app = visit("train", link={"run": watch(make_run("completed", epochs=1), 1, pinned_probabilities=shares).id})
    assert not app.exception
    assert "kept no pictures" in words(app)


def test_of_many_epochs_some_are_sent(visit: Any, make_run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    data = shown(visit("train", link={"run": watch(make_run("completed", epochs=8), 8).id}))
    assert data is not None
    assert [frame["epoch"] for frame in data["frames"]] == [0, 4, 8]


def test_in_chinese_and_of_a_deleted_run(visit: Any, make_run: Any) -> None:
    run = watch(make_run("completed", epochs=1), 1)
    app = visit("train", link={"run": run.id}, language="zh_CN")
    assert not app.exception
    delete_run(run)
    assert not visit("train", link={"run": run.id}).exception
