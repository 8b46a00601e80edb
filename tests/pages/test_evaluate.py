"""Evaluate: numbers, cells that open their images, corrections, and how sure the network may be."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import numpy as np
import pytest

from imgcls.atomic import read_arrays, write_arrays
from imgcls.comparison.differences import differences
from imgcls.datasets import DATASETS, ImageSet
from imgcls.datasets.corrections import Correction, correct, current_corrections
from imgcls.datasets.kept_labels import kept_labels
from imgcls.origin import Origin, keep_origin, origin_of
from imgcls.recipe import Recipe
from imgcls.runs import Run, get_run, list_runs
from imgcls.training.data import divided


def chosen(app: Any, run: Run, places: list[int], key: str = "cell images") -> Any:
    """Choose images of a grid, which Streamlit's tester cannot click."""
    store = f"{key} {run.id}: chosen"
    app.session_state[store] = {"version": app.session_state[store]["version"], "places": places}
    return app.run()


def sheet(app: Any, label: str) -> dict[str, Any]:
    """What a grid of images was told."""
    told = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "imgcls_sheet"]
    found = [json.loads(one.json or one.mixed.json) for one in told]
    return next(one for one in found if one["label"] == label)


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
    (sets,) = [html.proto.body for html in app.get("html") if "for 4: " in html.proto.body]
    assert sets.count("repeat(3,minmax(0,1fr))") == 2, "of each image: itself and both maps, side by side"
    assert re.findall(r"for (\d): ", re.sub('alt="[^"]*"', "", sets)) == ["4", "9", "4", "9"]
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


def test_each_decision_is_seen_on_its_image_and_counted(visit: Any, tested: Any, words: Any) -> None:
    """Relabelled, left out, kept: all three are noted, and the images say so without another click."""
    run = tested()
    app = visit("evaluate")
    chosen(app, run, [0])
    app.button(key=f"repair relabel {run.id}").click().run()
    chosen(app, run, [1])
    app.button(key=f"repair drop {run.id}").click().run()
    chosen(app, run, [2, 3])
    before = current_corrections(run.recipe.dataset).identifier()
    app.button(key=f"repair keep {run.id}").click().run()
    assert not app.exception
    assert current_corrections(run.recipe.dataset).identifier() == before, "to keep a label is no correction"
    assert list(kept_labels(run.recipe.dataset).values()) == ["4", "4"]
    assert "Decided: 4 of 7. Relabelled 1, left out 1, kept 2." in words(app)
    captions = [cell["caption"] for cell in sheet(app, "Images of the cell")["cells"]]
    assert captions == ["now 9", "left out", "kept as 4", "kept as 4", "is 4", "is 4", "is 4"]
    chosen(app, run, [2])
    app.button(key=f"repair undo {run.id}").click().run()
    assert "Decided: 3 of 7." in words(app)
    chosen(app, run, [0])
    app.button(key=f"repair keep {run.id}").click().run()
    assert "Relabelled 0, left out 1, kept 2." in words(app), "kept after all: it has its label back"


def test_more_images_than_fit_are_turned_like_pages(visit: Any, tested: Any) -> None:
    """No image of a cell is out of reach."""
    run = tested(wrong=70)
    app = visit("evaluate")
    seen = [sheet(app, "Images of the cell")["picture"]]
    for page in (2, 3):
        app.session_state[f"cell images {run.id} page 70"] = page
        app.run()
        assert not app.exception
        seen.append(sheet(app, "Images of the cell")["picture"])
    assert len(set(seen)) == 3
    assert len(sheet(app, "Images of the cell")["cells"]) == 10


def test_a_remedy_fills_in_the_form_and_what_it_did_is_shown(visit: Any, tested: Any, engine: Any, words: Any) -> None:
    run = tested(wrong=12)
    app = visit("evaluate")
    offered = [button.label for button in app.button if str(button.key).startswith("mend ")]
    assert offered == ["Augment the images", "Train for 20 epochs", r"Take a larger network\: CNN of your own"]
    app.button(key=f"mend {run.id} augmentation").click().run()
    assert not app.exception
    assert app.title[0].value == "Train a network and watch it learn"
    app.switch_page("pages/train.py").run().button(key="start").click().run()  # the tester forgets where it was sent
    assert not app.exception
    (submitted,) = [call[1] for call in engine.calls if call[0] == "submit"]
    assert differences([run.recipe, submitted]) == ["augmentation.affine"]
    (begun,) = [one for one in list_runs() if one.id != run.id]
    assert origin_of(get_run(begun.id)) == Origin(run.id, "4", "9")

    after = tested(wrong=5, recipe=submitted, title="after")
    keep_origin(after, Origin(run.id, "4", "9"))
    app = visit("evaluate", link={"run": after.id}, session={"evaluate section": "changes"})
    assert app.selectbox(key=f"changes {after.id}").value == run.id, "the run that it was changed from"
    assert "**4 → 9: 12 → 5**" in words(app)
    assert "**No longer confused**: 7" in words(app)
    assert "**Still confused**: 5" in words(app)
    assert "7 left it, 0 came into it. That is more than the choice of images leaves to chance" in words(app)
    assert "p = 0.016" in words(app)


def test_the_training_labels_of_a_confusion_are_a_click_away(visit: Any, tested: Any) -> None:
    run = tested(recipe=Recipe(seed=3))
    app = visit("evaluate")
    app.button(key=f"taught {run.id} 4 9 9").click().run()
    assert not app.exception
    assert app.title[0].value == "What is in the data, and can it be trusted?"
    assert app.session_state["data part"] == "TRAIN"
    assert app.session_state["data order"] == "unlike"
    assert app.number_input(key="data division seed").value == 3, "divided as the run was"
    (label,) = [box for box in app.selectbox if box.label == "Class"]
    assert label.value == 9


def test_corrections_of_test_images_are_no_other_training(visit: Any, tested: Any, words: Any) -> None:
    run = tested(title="before")
    place = str(divided(run.recipe)[1].test[0])
    noted = correct(run.recipe.dataset, {place: Correction(dropped=True)}).identifier()
    after = tested(recipe=run.recipe.model_copy(update={"corrections": noted}), title="after")
    app = visit("evaluate", link={"run": after.id}, session={"evaluate section": "changes"})
    assert not app.exception
    assert "of images that neither was trained on" in words(app)
    assert "more than one setting" not in words(app)


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
    app.slider(key=f"not sure {run.id}").set_value(50).run()
    assert "It answers **1,000** of 1,000 images, and **99.3%** of them rightly" in words(app)
    app.button(key=f"validation {run.id} go").click().run()
    settled(app, lambda app: "Dividing its logits by a temperature" in words(app))
    assert "never on the test images" in words(app)


def test_a_threshold_chosen_here_is_heeded_on_predict(visit: Any, tested: Any, words: Any, picture_file: bytes) -> None:
    """With the temperature that it was chosen with: without, the network would be sure enough."""
    run = tested()
    app = visit("evaluate", session={"evaluate section": "sure"})
    app.button(key=f"validation {run.id} go").click().run()
    settled(app, lambda app: "Dividing its logits by a temperature" in words(app))
    assert "So sure with the temperature of" in words(app)
    app.slider(key=f"not sure {run.id}").set_value(99).run()
    app.button(key=f"keep threshold {run.id}").click().run()
    assert not app.exception
    assert "On Predict it says “not sure” below 99%." in words(app)
    app = visit("predict")
    (source,) = [group for group in app.segmented_control if group.label == "Picture"]
    source.set_value("upload").run()
    app.file_uploader[0].set_value([("three.png", picture_file, "image/png")]).run()
    assert not app.exception
    assert "## It is not sure. Its best guess is **3**" in words(app)
    app.file_uploader[0].set_value([(name, picture_file, "image/png") for name in ("a.png", "b.png")]).run()
    assert words(app).count("not sure: 3 ") == 2
    app = visit("evaluate", session={"evaluate section": "sure"})
    app.button(key=f"forget threshold {run.id}").click().run()
    assert "On Predict" not in words(app)


def test_one_class_against_the_rest(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("evaluate", session={"evaluate section": "one"})
    assert not app.exception
    (label,) = [box for box in app.selectbox if box.label == "Class"]
    assert label.value == 9, "the class with the lowest average precision"
    # every answer is given 69 %, and seven of a hundred fours are taken for nines
    label.set_value(4).run()
    assert "**4** is found in **93.0%** of its 100 images (recall); of the others 0.0% are taken for it" in words(app)
    assert "**100.0%** are it" in words(app)
    label.set_value(9).run()
    assert "of the others 0.8% are taken for it. Of all that are taken for it **93.5%** are it" in words(app)
    table = app.dataframe[0].value
    assert table["area"][0] == 1.0
    assert table["area"][4] == pytest.approx(0.93 + 0.07 / 2, abs=2e-3)
    assert len(app.get("plotly_chart")) == 2
    (threshold,) = [one for one in app.slider if "from this probability on" in one.label]
    threshold.set_value(90).run()
    assert "So sure it is of no image: **9** is never said." in words(app)


def test_a_class_without_test_images_has_no_curve(visit: Any, tested: Any, words: Any) -> None:
    run = tested()
    arrays = read_arrays(run.folder / "evaluation.npz")
    some = arrays["labels"] != 4
    write_arrays(run.folder / "evaluation.npz", {name: values[some] for name, values in arrays.items()})
    app = visit("evaluate", session={"evaluate section": "one"})
    (label,) = [box for box in app.selectbox if box.label == "Class"]
    label.set_value(4).run()
    assert not app.exception
    assert "no image of this class" in words(app)


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


def test_a_point_opens_its_image_its_evidence_and_what_looks_like_it(
    visit: Any, tested: Any, words: Any, inference: Any
) -> None:
    """By the list, too: a chart has no keyboard."""
    run = tested()
    arrays = read_arrays(run.folder / "evaluation.npz")
    arrays["logits"][3] = 3 * np.eye(10)[5]
    write_arrays(run.folder / "evaluation.npz", arrays)
    app = visit("evaluate", session={"evaluate section": "map"})
    app.button(key=f"embedding {run.id} go").click().run()
    settled(app, lambda app: "Crosses are mistakes" in words(app))
    images = app.selectbox(key=f"map image {run.id}")
    assert images.options[0].startswith("is 0, says 5"), "the mistakes first"
    images.select_index(0).run()
    settled(app, lambda app: "Why? The evidence" in words(app))
    assert not app.exception
    assert "**is 0**, says 5" in words(app)
    assert [asked["classes"] for name, asked in inference.asked if name == "explain_images"] == [[0, 5]]
    app.button(key=f"nearest {run.id} go").click().run()
    settled(app, lambda app: "most alike were taught as" in words(app))
    app.button(key=f"map why {run.id}").click().run()
    assert not app.exception
    assert app.title[0].value == "What did it look at?"
    assert app.session_state["picture"].label == "0"
    asked = next(arguments for operation, arguments in inference.asked if operation == "explain")
    assert asked["model"] == run.id


def test_spoiled_images(visit: Any, tested: Any, words: Any, markup: Any) -> None:
    run = tested()
    app = visit("evaluate", session={"evaluate section": "robust"})
    assert not app.exception
    assert "10% of white" in "".join(html.proto.body for html in app.get("html")), "what they look like is seen at once"
    app.button(key=f"robustness {run.id} go").click().run()
    settled(app, lambda app: "costs most" in words(app))
    assert not app.exception
    # of 500 images, Wilson: 60 % is 55.6 to 64.2 %; the widest interval is that of the point at 40 %, 4.36 to one side
    assert "**noise** costs most: accuracy falls from 90% to 60% (95 % interval 56% to 64%)." in words(app)
    assert "on 500 test images: its 95 % interval reaches up to 4.4 points to either side" in words(app)


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
    log = before.folder / "metrics.jsonl"
    event = {"kind": "event", "t": 1.0, "event": "learning_rate", "value": 0.01, "step": 5}
    log.write_text(log.read_text() + json.dumps(event) + "\n")
    assert "the learning rate was changed while it trained" in words(app.run()), "which no setting tells"
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
