"""What the page says of a finished curve, where it marks it, and the next training at a click."""

from __future__ import annotations

import json
from typing import Any

from imgcls.recipe import Choice
from imgcls.runs import Run, Status

FALLING = [2.0, 1.5, 1.1, 0.8, 0.6, 0.45, 0.3, 0.2, 0.12, 0.07]
BY_HEART = [1.9, 1.5, 1.3, 1.2, 1.25, 1.35, 1.5, 1.7, 1.9, 2.1]
HEALTHY = [1.9, 1.4, 1.1, 0.8, 0.7, 0.6, 0.55, 0.52, 0.51, 0.505]


def with_losses(run: Run, loss: list[float], val_loss: list[float]) -> None:
    """Write other losses into the log of a run."""
    log = run.folder / "metrics.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for line in lines:
        if line["kind"] == "epoch":
            place = line["epoch"] - 1
            line |= {"loss": loss[place], "val_loss": val_loss[place], "accuracy": 0.9, "val_accuracy": 0.9}
        elif line["kind"] == "start":
            line |= {"classes": 10, "validation_images": 500}
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))


def bands(app: Any) -> list[tuple[float, float]]:
    """What is shaded in the first chart."""
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    return [(shape["x0"], shape["x1"]) for shape in spec["layout"]["shapes"] if shape["type"] == "rect"]


def test_learning_by_heart_is_said_marked_and_answered(visit: Any, make_run: Any, words: Any) -> None:
    run = make_run("completed", epochs=10)
    with_losses(run, FALLING, BY_HEART)
    app = visit("train", link={"run": run.id})
    assert not app.exception
    assert "It learns by heart** · epochs 4 to 10" in words(app)
    assert bands(app) == [(3.7, 10)]
    (button,) = [one for one in app.button if one.label == "Augment the images"]
    button.click().run()
    assert not app.exception
    assert app.session_state["recipe to start from"] == run.recipe.model_copy(
        update={"augmentation": (Choice(name="affine"),)}
    )
    assert "run" not in app.session_state, "the form is there, filled in"


def test_nothing_unusual(visit: Any, make_run: Any, words: Any) -> None:
    run = make_run("completed", epochs=10)
    with_losses(run, HEALTHY, [1.05 * loss for loss in HEALTHY])
    app = visit("train", link={"run": run.id})
    assert not app.exception
    assert "nothing unusual" in words(app)
    assert bands(app) == []


def test_a_class_that_is_never_answered(visit: Any, tested: Any, words: Any) -> None:
    app = visit("train", link={"run": tested(wrong=100).id})
    assert not app.exception
    assert "It never answers 4" in words(app)


def test_every_advice_has_its_mark_and_its_number(visit: Any, make_run: Any, words: Any) -> None:
    run = make_run("completed", epochs=10)
    with_losses(run, FALLING, BY_HEART)
    log = run.folder / "metrics.jsonl"
    log.write_text(log.read_text().replace('"validation_images": 500', '"validation_images": 500, "test_images": 40'))
    result = json.loads((run.folder / "result.json").read_text())
    (run.folder / "result.json").write_text(json.dumps(result | {"test_images": 40}))
    app = visit("train", link={"run": run.id})
    assert not app.exception
    assert ":orange-badge[1] **It learns by heart** · epochs 4 to 10" in words(app)
    assert ":orange-badge[2] **Too few images to tell** · epochs 1 to 10" in words(app)
    assert "Only 40 test images" in words(app)
    # for each a shade over the whole height, and a bar with its number
    assert sorted(set(bands(app))) == [(0.7, 10), (3.7, 10)]
    assert len(bands(app)) == 4
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert {"1", "2"} <= {note["text"] for note in spec["layout"]["annotations"]}


def test_in_chinese(visit: Any, make_run: Any, words: Any) -> None:
    run = make_run("completed", epochs=10)
    with_losses(run, FALLING, BY_HEART)
    app = visit("train", link={"run": run.id}, language="zh_CN")
    assert not app.exception
    assert "它在死记硬背" in words(app)


def test_it_is_said_while_it_happens(visit: Any, make_run: Any, words: Any) -> None:
    run = make_run("running", epochs=8)
    with_losses(run, FALLING, BY_HEART)
    app = visit("train", link={"run": run.id})
    assert not app.exception
    assert "What the curves say so far" in words(app)
    assert "It learns by heart** · epochs 4 to 8" in words(app)
    (told,) = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "imgcls_live"]
    charts = json.loads(told.json or told.mixed.json)["charts"]
    assert [chart["bands"] for chart in charts] == [[{"span": [3.7, 8.3], "name": ""}]] * 2
    (button,) = [one for one in app.button if one.label == "Augment the images"]
    button.click().run()
    assert not app.exception
    assert app.session_state["recipe to start from"].augmentation == (Choice(name="affine"),)
    assert run.status is Status.RUNNING, "it goes on"
    healthy = make_run("running", epochs=8)
    with_losses(healthy, HEALTHY, HEALTHY)
    assert "so far" not in words(visit("train", link={"run": healthy.id}))
