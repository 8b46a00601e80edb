"""Evaluate: numbers, cells that open their images, corrections, and how sure the network may be."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest

from imgcls.atomic import write_arrays
from imgcls.datasets import DATASETS, ImageSet
from imgcls.datasets.corrections import Correction, correct, current_corrections
from imgcls.recipe import Recipe
from imgcls.runs import Run
from imgcls.training.data import divided


def chosen(app: Any, run: Run, places: list[int], key: str = "cell images") -> Any:
    """Choose images of a grid, which Streamlit's tester cannot click."""
    store = f"{key} {run.id}: chosen"
    app.session_state[store] = {"version": app.session_state[store]["version"], "places": places}
    return app.run()


def settled(app: Any, until: Any) -> Any:
    deadline = time.monotonic() + 20
    while not until(app):
        assert time.monotonic() < deadline
        time.sleep(0.1)
        app.run()
    return app


def test_nothing_has_been_tested(visit: Any, make_run: Any, words: Any) -> None:
    make_run("interrupted")
    app = visit("evaluate")
    assert not app.exception
    assert "Nothing has been tested yet" in words(app)


def test_the_numbers_and_the_most_confused_pair(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("evaluate")
    assert not app.exception
    assert app.metric[0].value == "99.3%"
    assert app.metric[1].value == "98.6% – 99.7%"
    assert "993 of 1,000 test images are right" in words(app)
    assert "4 taken for 9: 7 of its images, 7%" in words(app)
    assert "4, but taken for 9: 7" in words(app), "the most confused cell is open"
    table = app.dataframe[0].value
    assert list(table["recall"])[4] == 93.0
    assert list(table["precision"])[9] == pytest.approx(93.5, abs=0.1)


def test_a_cell_opens_by_keyboard_and_by_button(visit: Any, tested: Any, words: Any) -> None:
    run = tested()
    app = visit("evaluate")
    app.selectbox(key=f"cell {run.id} true").select(3)
    app.selectbox(key=f"cell {run.id} predicted").select(3).run()
    assert "3, and taken for it: 100" in words(app)
    app.selectbox(key=f"cell {run.id} predicted").select(5).run()
    assert "No test image is in this cell" in words(app)
    app.button(key=f"pair {run.id} 4 9").click().run()
    assert "4, but taken for 9: 7" in words(app)
    assert app.selectbox(key=f"cell {run.id} true").value == 4, "the lists say which cell is open"


def test_everything_right(visit: Any, tested: Any, words: Any) -> None:
    tested(wrong=0)
    app = visit("evaluate")
    assert not app.exception
    assert "there is nothing to confuse" in words(app)
    app.segmented_control(key="evaluate section").set_value("mistakes").run()
    assert app.success[0].value == "Every test image is right."


def test_why_and_correct_and_train_again(visit: Any, tested: Any, engine: Any, inference: Any, words: Any) -> None:
    run = tested()
    app = visit("evaluate")
    assert app.button(key=f"repair relabel {run.id}").disabled
    chosen(app, run, [0, 2])
    settled(app, lambda app: "Why?" in words(app))
    operation, arguments = inference.asked[-1]
    assert (operation, arguments["classes"]) == ("explain_images", [4, 4, 9, 9])
    assert app.selectbox(key=f"repair class {run.id} 9").value == "9", "what it says is proposed"
    app.button(key=f"repair relabel {run.id}").click().run()
    corrections = current_corrections(run.recipe.dataset)
    assert list(corrections.images.values()) == [Correction(label="9")] * 2
    assert "corrected now: 2" in words(app)
    images, parts = divided(run.recipe)
    fours = parts.test[np.flatnonzero(images.labels[parts.test] == 4)]
    assert set(corrections.images) == {images.key(int(fours[0])), images.key(int(fours[2]))}
    app.button(key=f"repair again {run.id}").click().run()
    (submitted,) = [call[1] for call in engine.calls if call[0] == "submit"]
    assert submitted == run.recipe.model_copy(update={"corrections": corrections.identifier()})


def test_training_images_that_look_alike(visit: Any, tested: Any, inference: Any, words: Any) -> None:
    run = tested()
    app = chosen(visit("evaluate"), run, [0, 1, 2, 3])
    assert "nearest" not in [operation for operation, _ in inference.asked], "nobody has asked for it"
    app.button(key=f"nearest {run.id} go").click().run()
    settled(app, lambda app: "most alike were taught as" in words(app))
    assert not app.exception
    assert ("nearest", 3) in [(name, len(asked.get("places", ()))) for name, asked in inference.asked]
    assert words(app).count("8 of the 8 most alike were taught as **9**") == 3
    assert "Of 3,500 training images" in words(app)


def test_a_correction_is_taken_back(visit: Any, tested: Any, words: Any) -> None:
    run = tested()
    app = chosen(visit("evaluate"), run, [0])
    app.button(key=f"repair drop {run.id}").click().run()
    assert list(current_corrections(run.recipe.dataset).images.values()) == [Correction(dropped=True)]
    assert "1 correction of this data set counts now" in words(app)
    app.button(key=f"repair undo {run.id}").click().run()
    assert not current_corrections(run.recipe.dataset).images
    assert "corrected now" not in words(app)
    assert "Train it again" not in " ".join(button.label for button in app.button)


def test_nothing_is_trained_again_without_corrections_that_are_damaged(
    visit: Any, tested: Any, words: Any, home_folder: Any
) -> None:
    identifier = correct(Recipe().dataset, {"1": Correction(dropped=True)}).identifier()
    run = tested(recipe=Recipe(corrections=identifier))
    later = correct(Recipe().dataset, {"2": Correction(dropped=True)}).identifier()
    assert "Train it again" in words(visit("evaluate", link={"run": run.id}))
    (home_folder / "corrections" / f"{later}.json").write_text("{")
    app = visit("evaluate", link={"run": run.id})
    assert not app.exception
    assert "is damaged or gone, so that no corrections of this data set are applied" in words(app)
    assert "Train it again" not in words(app)


def test_how_sure_it_is(visit: Any, tested: Any, words: Any) -> None:
    run = tested()
    app = visit("evaluate")
    app.segmented_control(key="evaluate section").set_value("sure").run()
    assert not app.exception
    # every answer has the same logits: 3 for one class, 0 for nine
    sure = float(np.exp(3) / (np.exp(3) + 9))
    assert app.metric[3].value == f"{abs(0.993 - sure):.1%}"
    assert "less sure** than it may be" in words(app)
    assert "It answers none" in words(app), f"none is {sure:.0%} sure"
    app.slider(key="not sure").set_value(50).run()
    assert "It answers **1,000** of 1,000 images, and **99.3%** of them rightly" in words(app)
    app.button(key=f"validation {run.id} go").click().run()
    settled(app, lambda app: "Dividing its logits by a temperature" in words(app))
    assert "never on the test images" in words(app)


def test_on_a_map(visit: Any, tested: Any, words: Any) -> None:
    run = tested()
    app = visit("evaluate", session={"evaluate section": "map"})
    assert not app.exception
    assert not app.get("plotly_chart"), "nobody has asked for it"
    app.button(key=f"embedding {run.id} go").click().run()
    settled(app, lambda app: "Crosses are mistakes" in words(app))
    assert not app.exception
    assert "mean little" in words(app) or "means little" in words(app)
    app.segmented_control(key="map way").set_value("components").run()
    assert "they hold 50% and 25% of all differences" in words(app)
    assert "Click a point to see its image" in words(app)


def test_spoiled_images(visit: Any, tested: Any, words: Any, markup: Any) -> None:
    run = tested()
    app = visit("evaluate", session={"evaluate section": "robust"})
    assert not app.exception
    assert "10% of white" in "".join(html.proto.body for html in app.get("html")), "what they look like is seen at once"
    app.button(key=f"robustness {run.id} go").click().run()
    settled(app, lambda app: "costs most" in words(app))
    assert not app.exception
    assert "At strength 3, **noise** costs most: accuracy falls from 90% to 60%." in words(app)


def test_what_changed(visit: Any, tested: Any, words: Any) -> None:
    before = tested(wrong=7, title="before")
    after = tested(wrong=2, recipe=Recipe(training={"epochs": 3}), title="after")
    app = visit("evaluate", link={"run": after.id})
    app.segmented_control(key="evaluate section").set_value("changes").run()
    assert not app.exception
    assert "Fixed: 5" in words(app)
    assert "Newly broken: 0" in words(app)
    assert r"All the same but for one setting\: epochs" in words(app)
    assert "993 right and this one **998**" in words(app)
    assert before.id in app.selectbox(key=f"changes {after.id}").value


def test_data_that_changed_leave_the_numbers(visit: Any, tested: Any, words: Any, monkeypatch: Any) -> None:
    from pages.components import evaluate_images

    tested()
    other = evaluate_images.load(Recipe().dataset).take(np.arange(100))
    monkeypatch.setattr(evaluate_images, "load", lambda dataset: other)
    app = visit("evaluate")
    assert not app.exception
    assert app.metric[0].value == "99.3%"
    assert "its images cannot be shown" in app.warning[0].value


def test_other_images_at_the_same_places_are_not_shown_nor_compared(visit: Any, tested: Any, words: Any) -> None:
    before, after = tested(title="before"), tested(title="after")
    (before.folder / "data.json").write_text(json.dumps({"version": "other"}))
    (after.folder / "data.json").write_text(json.dumps({"version": DATASETS.get(after.recipe.dataset.name).version()}))
    app = visit("evaluate", link={"run": before.id})
    assert not app.exception
    assert "its images cannot be shown" in app.warning[0].value
    app = visit("evaluate", link={"run": after.id})
    app.segmented_control(key="evaluate section").set_value("changes").run()
    assert not app.exception
    assert "cannot be matched one by one" in app.info[0].value
    assert "Fixed" not in words(app)


def test_a_test_that_cannot_be_read(visit: Any, tested: Any) -> None:
    run = tested()
    (run.folder / "evaluation.npz").write_bytes(b"PK nonsense")
    app = visit("evaluate")
    assert not app.exception
    assert "nothing of a test can be read" in app.error[0].value


def test_a_hundred_classes_and_ten_thousand_images_open(visit: Any, tested: Any, words: Any, monkeypatch: Any) -> None:
    from pages.components import evaluate_images

    run, random = tested(), np.random.default_rng(0)
    labels = random.integers(0, 100, 10_000)
    names = tuple(f"class {number}" for number in range(100))
    images = ImageSet(random.integers(0, 255, (10_000, 32, 32, 3), np.uint8), labels, names)
    facts = {"version": "", "class_names": names, "image_shape": [32, 32, 3], "size": 10_000, "preparation": None}
    (run.folder / "data.json").write_text(json.dumps(facts))
    monkeypatch.setattr(evaluate_images, "load", lambda dataset: images)
    logits = random.normal(0, 3, (10_000, 100)).astype(np.float32)
    write_arrays(
        run.folder / "evaluation.npz", {"logits": logits, "labels": labels, "indices": random.permutation(10_000)}
    )
    app = visit("evaluate")
    assert not app.exception
    assert "10,000 test images" in words(app)
    assert len(app.selectbox(key=f"cell {run.id} true").options) == 100
