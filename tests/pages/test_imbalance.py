"""The page of rare classes: what is left of each, what is tried, and what accuracy alone would have told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.atomic import write_arrays, write_json
from imgcls.balance import BALANCES
from imgcls.runs import Run, get_run
from pages.components.imbalance_form import DEFAULT


def words(app: Any) -> str:
    kinds = ("markdown", "caption", "info", "error", "subheader", "title")
    return " ".join(str(one.value) for kind in kinds for one in getattr(app, kind))


def started(engine: Any) -> list[Any]:
    return [call[1] for call in engine.calls if call[0] == "submit"]


def test_every_strategy_is_defined_and_one_click_trains_all(visit: Any, engine: Any, inference: Any) -> None:
    app = visit("imbalance")
    assert not app.exception
    said = words(app)
    for entry in BALANCES:
        assert entry.summary.split(".")[0] in said
    assert "869 of 3,500 training images are left. The rarest class has 4, the largest 350." in said
    app.button(key="start imbalance").click().run()
    assert not app.exception
    recipes = started(engine)
    assert [recipe.balance.name for recipe in recipes] == BALANCES.names()
    alike = {recipe.model_copy(update={"balance": DEFAULT.balance}).hash() for recipe in recipes}
    assert alike == {DEFAULT.hash()}


def test_chosen_classes(visit: Any, engine: Any, inference: Any) -> None:
    app = visit("imbalance")
    (kind,) = [one for one in app.get("button_group") if "kind" in one.proto.id]
    kind.select("rare").run()
    assert not app.exception
    (classes,) = [one for one in app.multiselect if one.label == "Rare classes"]
    assert classes.value == ["9"]
    classes.set_value(["3", "4"]).run()
    assert "2,808 of 3,500" in words(app)
    classes.set_value([]).run()
    assert not app.exception
    assert "at least one rare class" in words(app)
    assert app.button(key="start imbalance").disabled


def test_one_strategy_is_no_comparison(visit: Any, engine: Any, inference: Any) -> None:
    app = visit("imbalance")
    (strategies,) = [one for one in app.multiselect if one.label == "Strategies"]
    strategies.set_value(["none"]).run()
    assert app.button(key="start imbalance").disabled
    assert "one alone is no comparison" in words(app)


@pytest.fixture
def tested(engine: Any) -> list[Run]:
    """Two runs that have been tested: the first finds nothing of the last class, the second half of it."""
    runs = []
    for place, name in enumerate(("none", "oversampling")):
        recipe = DEFAULT.model_copy(update={"balance": DEFAULT.balance.model_copy(update={"name": name})})
        run = get_run(engine.submit(recipe))
        labels = np.repeat(np.arange(10), 100)
        predicted = labels.copy()
        predicted[900 : 1000 - 50 * place] = 0
        write_arrays(run.folder / "evaluation.npz", {"logits": np.eye(10)[predicted], "labels": labels})
        counts = [350, 210, 126, 75, 45, 27, 16, 10, 6, 4]
        data = {"version": "", "class_names": list("0123456789"), "image_shape": [28, 28, 1], "size": 5000}
        write_json(run.folder / "data.json", {**data, "preparation": "fit", "train_counts": counts})
        accuracy = float((predicted == labels).mean())
        result = {"status": "completed", "test_accuracy": accuracy, "test_images": 1000, "model_sha256": "0" * 64}
        write_json(run.folder / "result.json", {**result, "train_seconds": 3.0, "best_epoch": 1})
        (run.folder / "model.keras").write_bytes(b"stands in")
        runs.append(run)
    return runs


def test_what_accuracy_alone_would_have_told(visit: Any, tested: list[Run]) -> None:
    app = visit("imbalance", link={"trials": ",".join(run.id for run in tested)})
    assert not app.exception
    said = words(app)
    # 4 of 869 training images: all of them wrong costs half a percent
    assert "accuracy alone would read 99.5%" in said
    assert "99.8%" in said
    assert "hardly a difference" in said
    assert "Of class 9" in said.replace("of class", "Of class")
    assert "with 4 training images, the one finds 0% and the other 50%" in said
    assert "right in 90.0% and 95.0%" in said
    figures = app.get("plotly_chart")
    assert len(figures) == 3  # loss, accuracy, recall


def test_before_anything_is_tested(visit: Any, engine: Any) -> None:
    runs = [engine.submit(DEFAULT), engine.submit(DEFAULT)]
    app = visit("imbalance", link={"trials": ",".join(runs)})
    assert not app.exception
    assert "as soon as the first has been tested" in words(app) + " ".join(
        str(one.proto.body) for one in app.get("html")
    )
