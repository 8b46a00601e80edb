"""The page of rare classes: what is left of each, what is tried, and what accuracy alone would have told."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from imgcls.atomic import write_arrays, write_json
from imgcls.balance import BALANCES
from imgcls.datasets.editing import add_image
from imgcls.datasets.importing import import_dataset
from imgcls.recipe import Choice, Recipe
from imgcls.runs import Run, get_run, rename_run
from pages.components.imbalance_form import DEFAULT
from tests.datasets.people import bring, encoded, picture


def words(app: Any) -> str:
    kinds = ("markdown", "caption", "info", "error", "subheader", "title")
    said = " ".join(str(one.value) for kind in kinds for one in getattr(app, kind))
    return said.replace("\\", "")  # as a browser shows what Markdown has escaped


def axes(app: Any) -> str:
    """The titles of the axes of all figures."""
    figures = [json.loads(one.proto.spec)["layout"] for one in app.get("plotly_chart")]
    return " ".join(figure["xaxis"].get("title", {}).get("text", "") for figure in figures)


def started(engine: Any) -> list[Any]:
    return [call[1] for call in engine.calls if call[0] == "submit"]


def test_every_strategy_is_defined_and_one_click_trains_all(visit: Any, engine: Any, inference: Any) -> None:
    app = visit("imbalance")
    assert not app.exception
    said = words(app)
    for entry in BALANCES:
        assert entry.summary.split(".")[0] in said
    assert "869 of 3,500 training images are left. The rarest class has 4, the largest 350." in said
    assert "The test images stay balanced: 100 of each class." in said
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


def test_on_a_balanced_test_both_accuracies_are_one(visit: Any, tested: list[Run]) -> None:
    app = visit("imbalance", link={"trials": ",".join(run.id for run in tested)})
    (table,) = app.table
    assert table.value["Test accuracy"].tolist() == table.value["Balanced accuracy"].tolist() == ["90.0%", "95.0%"]
    assert not [one for one in app.info if "not balanced" in one.value]
    assert "Recall on the balanced test set" in axes(app)


# -- a data set whose test is not balanced


@pytest.fixture
def uneven(tmp_path: Any) -> Recipe:
    """Cats are four times as common as dogs, in the test as well: 16 and 4."""
    import_dataset("pets", bring(tmp_path / "pets", {"cats": 80, "dogs": 20}))
    return DEFAULT.model_copy(update={"dataset": Choice(name="pets")})


def test_a_test_that_is_not_balanced_is_not_called_so(visit: Any, engine: Any, inference: Any, uneven: Recipe) -> None:
    app = visit("imbalance", session={"imbalance to start from": (uneven, ["none", "oversampling"])})
    assert not app.exception
    said = words(app)
    assert "The test images stay as they are: from 4 (dogs) to 16 (cats) of a class." in said
    assert "stay balanced" not in said


def test_counts_follow_images_that_are_added(visit: Any, engine: Any, inference: Any, uneven: Recipe) -> None:
    app = visit("imbalance", session={"imbalance to start from": (uneven, ["none", "oversampling"])})
    assert "of 70 training images" in words(app)
    for seed in range(10):
        add_image("pets", "cats", encoded(picture(1000 + seed)))
    assert "of 77 training images" in words(app.run())


@pytest.fixture
def unevenly_tested(engine: Any, uneven: Recipe) -> list[Run]:
    """The first finds cats alone, and is right in 80 % of the test; the second finds half of the cats, and all dogs."""
    runs = []
    for balance, found in (("none", ([0] * 16, [0] * 4)), ("oversampling", ([0, 1] * 8, [1] * 4))):
        run = get_run(engine.submit(uneven.model_copy(update={"balance": Choice(name=balance)})))
        labels, predicted = np.repeat([0, 1], [16, 4]), np.array([*found[0], *found[1]])
        write_arrays(run.folder / "evaluation.npz", {"logits": np.eye(2)[predicted], "labels": labels})
        data = {"version": "", "class_names": ["cats", "dogs"], "image_shape": [48, 48, 3], "size": 100}
        write_json(run.folder / "data.json", {**data, "preparation": "fit", "train_counts": [56, 1]})
        accuracy = float((predicted == labels).mean())
        result = {"status": "completed", "test_accuracy": accuracy, "test_images": 20, "model_sha256": "0" * 64}
        write_json(run.folder / "result.json", {**result, "train_seconds": 3.0, "best_epoch": 1})
        (run.folder / "model.keras").write_bytes(b"stands in")
        rename_run(run, f"Imbalance: {len(runs)}")
        runs.append(run)
    return runs


def test_strategies_are_compared_by_what_a_balanced_test_would_say(visit: Any, unevenly_tested: list[Run]) -> None:
    app = visit("imbalance", link={"trials": ",".join(run.id for run in unevenly_tested)})
    assert not app.exception
    (table,) = app.table
    assert table.value["Test accuracy"].tolist() == ["80.0%", "60.0%"]
    assert table.value["Balanced accuracy"].tolist() == ["50.0%", "75.0%"]
    said = words(app)
    assert "“1” is 25.0 points ahead of “0”" in said
    assert "The test is not balanced: it has 4 images of dogs, and 16 of cats." in said
    assert "Recall on the test set" in axes(app)


def test_an_unbalanced_test_in_chinese(visit: Any, unevenly_tested: list[Run]) -> None:
    app = visit("imbalance", link={"trials": ",".join(run.id for run in unevenly_tested)}, language="zh_CN")
    assert "测试集并不均衡" in words(app)


def test_before_anything_is_tested(visit: Any, engine: Any) -> None:
    runs = [engine.submit(DEFAULT), engine.submit(DEFAULT)]
    app = visit("imbalance", link={"trials": ",".join(runs)})
    assert not app.exception
    assert "as soon as the first has been tested" in words(app) + " ".join(
        str(one.proto.body) for one in app.get("html")
    )
