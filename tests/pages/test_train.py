"""The training page: the form, the monitor of a run, and links that lead nowhere."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from imgcls.architectures import architecture_options
from imgcls.augmentation import doubtful
from imgcls.datasets import DATASETS
from imgcls.datasets.corrections import Correction, correct
from imgcls.errors import BrokenError, PlaceError, QueueFullError
from imgcls.expectation import Expectation, keep_expectation
from imgcls.origin import Origin, keep_origin, origin_of
from imgcls.presets import PRESETS
from imgcls.recipe import Choice, Imbalance, Optimizer, Recipe, Split, Training
from imgcls.runs import Run, delete_run, get_run
from imgcls.training.control import read_wishes, write_wishes
from pages.components.notices import literal

OTHER = Recipe(
    training=Training(
        epochs=7,
        batch_size=48,
        optimizer=Optimizer(name="sgd", learning_rate=0.02),
        schedule="cosine",
        early_stopping=4,
        precision="mixed_bfloat16",
    ),
    seed=11,
)


def field(app: Any, kind: str, label: str) -> Any:
    (found,) = [widget for widget in getattr(app, kind) if widget.label == label]
    return found


def buttons(app: Any) -> set[str]:
    return {button.label for button in app.button}


def moving(app: Any) -> dict[str, Any]:
    """What the component that moves was told."""
    (found,) = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "imgcls_live"]
    return json.loads(found.json or found.mixed.json)


def metrics(app: Any) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


# -- the form


def test_a_preset_fills_the_whole_form(visit: Any, engine: Any) -> None:
    app = visit("train")
    app.button(key="preset best").click().run()
    assert not app.exception
    app.button(key="start").click().run()
    assert not app.exception
    ((_, submitted),) = engine.calls
    wanted = PRESETS.get("best").recipe
    # the form writes all options of a block, the preset those that differ
    assert architecture_options(submitted.architecture) == architecture_options(wanted.architecture)
    assert submitted.model_copy(update={"architecture": wanted.architecture}) == wanted


def test_tiny_digits_are_not_to_be_mirrored_either(visit: Any, words: Any) -> None:
    app = visit("train", session={"recipe to start from": Recipe(dataset=Choice(name="digits-8x8"))})
    field(app, "multiselect", "Augmentation").set_value(["flip"]).run()
    assert "A mirrored digit or letter is another one" in words(app)


def test_augmentation_with_its_options_and_its_doubt(visit: Any, engine: Any, words: Any) -> None:
    app = visit("train")
    field(app, "multiselect", "Augmentation").set_value(["flip", "shift"]).run()
    assert not app.exception
    assert str(doubtful(Choice(name="flip"), DATASETS.get("mnist-5k").usual)) in words(app)
    app.button(key="start").click().run()
    ((_, submitted),) = engine.calls
    assert [choice.name for choice in submitted.augmentation] == ["flip", "shift"]


def test_start_submits_the_default_recipe(visit: Any, engine: Any) -> None:
    app = visit("train")
    assert not app.exception
    app.button(key="start").click().run()
    assert not app.exception
    assert engine.calls == [("submit", Recipe())]


def test_start_submits_exactly_what_the_form_says(visit: Any, engine: Any) -> None:
    app = visit("train")
    field(app, "slider", "Epochs").set_value(7)
    field(app, "selectbox", "Batch size").set_value(64)
    field(app, "selectbox", "Learning rate").set_value(0.03)
    field(app, "selectbox", "Optimizer").set_value("rmsprop")
    field(app, "selectbox", "Learning-rate schedule").set_value("cosine")
    field(app, "number_input", "Seed").set_value(42)
    field(app, "button_group", "Numerical precision").set_value("mixed_bfloat16")
    field(app, "toggle", "Stop early").set_value(True).run()
    field(app, "slider", "Epochs of patience").set_value(5).run()
    assert not app.exception
    assert "More: RMSprop, cosine rate, seed 42" in [expander.label for expander in app.expander]
    app.button(key="start").click().run()
    training = Training(
        epochs=7,
        batch_size=64,
        optimizer=Optimizer(name="rmsprop", learning_rate=0.03),
        schedule="cosine",
        early_stopping=5,
        precision="mixed_bfloat16",
    )
    assert engine.calls == [("submit", Recipe(training=training, seed=42))]


def test_the_form_starts_from_a_given_recipe_and_keeps_all_of_it(visit: Any, engine: Any) -> None:
    app = visit("train", session={"recipe to start from": OTHER})
    app.button(key="start").click().run()
    assert engine.calls == [("submit", OTHER)]


# -- what is done to the data


def test_noise_imbalance_balance_and_division_are_submitted(visit: Any, engine: Any, words: Any) -> None:
    app = visit("train")
    field(app, "select_slider", "Validation share").set_value(0.2)
    field(app, "select_slider", "Label noise").set_value(0.15)
    field(app, "selectbox", "Imbalance").set_value("rare")
    field(app, "selectbox", "Balance").set_value("class-weights").run()
    assert not app.exception
    field(app, "multiselect", "Rare classes").set_value(["3", "7"])
    field(app, "select_slider", "They keep").set_value(0.05)
    field(app, "number_input", "power").set_value(0.5).run()
    assert not app.exception
    assert "seed 0, 60 / 20 / 20 %, 15 % label noise, rare classes, Class weights" in words(app)
    assert literal("w(c) = n / (k · n_c) at power 1") in words(app), "the formula stands beside the choice"
    app.button(key="start").click().run()
    wanted = Recipe(
        split=Split(validation=0.2),
        label_noise=0.15,
        imbalance=Imbalance(kind="rare", ratio=0.05, classes=("3", "7")),
        balance=Choice(name="class-weights", power=0.5),
    )
    assert engine.calls == [("submit", wanted)]


def test_the_form_keeps_what_a_recipe_does_to_its_data(visit: Any, engine: Any, bars: Any) -> None:
    known = correct(Choice(name="bars"), {"3": Correction(label="right")}).identifier()
    begun = Recipe(
        dataset=Choice(name="bars"),
        split=Split(validation=0.13, test=0.27),
        corrections=known,
        label_noise=0.07,
        imbalance=Imbalance(kind="long-tail", ratio=0.3),
        balance=Choice(name="focal", gamma=1.5),
        architecture=Choice(name="mlp"),
    )
    app = visit("train", session={"recipe to start from": begun})
    assert not app.exception
    app.button(key="start").click().run()
    assert engine.calls == [("submit", begun)]


@pytest.mark.parametrize("wanted", [True, False])
def test_corrections_of_now_are_applied_unless_they_are_switched_off(
    visit: Any, engine: Any, words: Any, wanted: bool
) -> None:
    now = correct(Recipe().dataset, {key: Correction(dropped=True) for key in "123"}).identifier()
    app = visit("train")
    assert "3 corrections are applied." in words(app)
    if not wanted:
        field(app, "toggle", "Use corrections").set_value(False).run()
        assert "No corrections are applied." in words(app)
    app.button(key="start").click().run()
    assert [recipe.corrections for _, recipe in engine.calls] == [now if wanted else ""]


def test_without_corrections_that_are_damaged_only_when_somebody_says_so(
    visit: Any, engine: Any, words: Any, home_folder: Any
) -> None:
    identifier = correct(Recipe().dataset, {"1": Correction(dropped=True)}).identifier()
    (home_folder / "corrections" / f"{identifier}.json").write_text("{")
    app = visit("train")
    assert not app.exception
    (warning,) = app.warning
    assert f"{identifier}.json is damaged or gone, so that no corrections" in warning.value.replace("\\", "")
    assert app.button(key="start").disabled
    field(app, "checkbox", "Train without the corrections").check().run()
    app.button(key="start").click().run()
    assert engine.calls == [("submit", Recipe())]


def test_a_recipe_may_name_earlier_corrections(visit: Any, engine: Any, words: Any) -> None:
    then = correct(Recipe().dataset, {"1": Correction(dropped=True)}).identifier()
    now = correct(Recipe().dataset, {"2": Correction(dropped=True)}).identifier()
    app = visit("train", session={"recipe to start from": Recipe(corrections=then)})
    assert "1 correction is applied." in words(app)
    app.button(key="start").click().run()
    app = visit("train", session={"recipe to start from": Recipe(corrections=then)})
    field(app, "selectbox", "Corrections").set_value(now).run()
    assert "2 corrections are applied." in words(app)
    app.button(key="start").click().run()
    assert [recipe.corrections for _, recipe in engine.calls] == [then, now]


def test_corrections_that_are_not_here_are_said_and_can_be_left_away(visit: Any, engine: Any, words: Any) -> None:
    app = visit("train", session={"recipe to start from": Recipe(corrections="0123456789ab")})
    assert not app.exception
    assert len(app.error) == 1
    assert "not on this machine" in words(app)
    assert app.button(key="start").disabled
    field(app, "toggle", "Use corrections").set_value(False).run()
    assert not app.error
    app.button(key="start").click().run()
    assert engine.calls == [("submit", Recipe())]


def test_nothing_of_one_data_set_is_left_for_another(visit: Any, engine: Any, bars: Any) -> None:
    """Rare classes and corrections belong to a data set; another one has others."""
    known = correct(Recipe().dataset, {"1": Correction(dropped=True)}).identifier()
    rare = Imbalance(kind="rare", classes=("7",))
    begun = Recipe(corrections=known, imbalance=rare, architecture=Choice(name="mlp"))
    app = visit("train", session={"recipe to start from": begun})
    field(app, "selectbox", "Data set").set_value("bars").run()
    assert not app.exception
    assert not app.error
    app.button(key="start").click().run()
    ((_, submitted),) = engine.calls
    assert submitted.dataset.name == "bars"
    assert submitted.corrections == ""
    assert submitted.imbalance == Imbalance(kind="rare", classes=("right",))


def test_a_recipe_whose_data_set_is_gone_begins_with_the_usual_one(visit: Any, engine: Any) -> None:
    begun = Recipe(dataset=Choice(name="gone", side=32), corrections="0123456789ab", seed=3)
    app = visit("train", session={"recipe to start from": begun})
    assert not app.exception
    assert "gone" in app.error[0].value
    app.button(key="start").click().run()
    assert engine.calls == [("submit", Recipe(seed=3))]


def test_a_run_says_what_was_done_to_its_data(visit: Any, make_run: Any) -> None:
    known = correct(Recipe().dataset, {"1": Correction(dropped=True), "2": Correction(label="3")}).identifier()
    done = Recipe(
        corrections=known,
        label_noise=0.2,
        imbalance=Imbalance(kind="rare", ratio=0.05, classes=("3", "7")),
        balance=Choice(name="oversampling"),
        augmentation=(Choice(name="flip"), Choice(name="shift")),
    )
    said = [caption.value for caption in visit("train", link={"run": make_run("completed", recipe=done).id}).caption]
    wanted = ["2 corrections", "20 % label noise", "rare: 3, 7, 5 % kept", "Oversampling", "Flip", "Shift"]
    assert any(all(literal(one) in caption for one in wanted) for caption in said), said
    plain = [caption.value for caption in visit("train", link={"run": make_run("completed").id}).caption]
    assert "10 epochs · batch 32 · Adam 0.001 · seed 0" in plain


def test_sizes_and_time_are_told_before_start(visit: Any, inference: Any) -> None:
    told = metrics(visit("train"))
    assert told["Parameters"] == "121,930"
    assert told["Steps"] == "1,100"
    assert told["Estimated time"] == "6 s"
    assert told["Multiply-adds"] == "2.5 M"
    assert told["Memory"] == "4 MB"  # 32 images of 110 kB
    assert told["Per image"] == "0.02 ms"
    assert [operation for operation, _ in inference.asked] == ["describe", "measure"]


def test_the_network_is_drawn_and_says_where_it_is_not_the_papers(visit: Any, words: Any) -> None:
    app = visit("train")
    pictures = "".join(element.proto.body for element in app.get("html"))
    assert "its layers from the image to the classes" in pictures
    assert "data:image/svg+xml;base64," in pictures
    assert "Not as in the paper" in words(app)


def test_other_epochs_do_not_ask_for_the_network_again(visit: Any, inference: Any) -> None:
    app = visit("train")
    field(app, "slider", "Epochs").set_value(7).run()
    assert [operation for operation, _ in inference.asked].count("describe") == 1


def test_the_page_does_not_wait_for_the_measurement(visit: Any, inference: Any) -> None:
    inference.silent = True
    app = visit("train")
    assert not app.exception
    assert metrics(app)["Estimated time"] == "…"
    assert not app.button(key="start").disabled


def test_start_takes_the_measurement_back(visit: Any, engine: Any, inference: Any) -> None:
    inference.silent = True
    app = visit("train")
    app.button(key="start").click().run()
    assert not app.exception
    asked = {name: future for (name, _), future in zip(inference.asked, inference.futures, strict=True)}
    assert asked["measure"].cancelled()


def test_a_measurement_that_fails_says_so_and_start_stays(visit: Any, inference: Any) -> None:
    inference.refusal = BrokenError("It broke.")
    app = visit("train")
    assert not app.exception
    assert [error.value for error in app.error] == ["It broke."]
    assert not app.button(key="start").disabled


@pytest.mark.parametrize(
    "refusal",
    [
        QueueFullError("Expected at most {most} waiting runs. {count} are waiting.", most=20, count=20),
        PlaceError("Expected at least {need} MB free. Received: {have} MB.", need=500, have=3),
    ],
)
def test_what_the_engine_refuses_is_said_in_one_sentence(visit: Any, engine: Any, refusal: Any) -> None:
    app = visit("train")
    engine.refusal = refusal
    app.button(key="start").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == [literal(str(refusal))]


def test_a_form_that_makes_no_sense_cannot_be_started(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_BATCH_SIZE", "16")
    app = visit("train")
    assert not app.exception
    assert len(app.error) == 1
    assert "must be at most 16" in app.error[0].value
    assert app.button(key="start").disabled


def test_a_limit_that_makes_no_sense_is_said_in_one_sentence(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_EPOCHS", "many")
    app = visit("train")
    assert not app.exception
    (error,) = app.error
    assert "IMGCLS\\_EPOCHS must be a positive number" in error.value


# -- links


@pytest.mark.parametrize("run", ["../../etc", "20260131-093000-1a2b3c", "<script>**x**", "x" * 999])
@pytest.mark.parametrize("page", ["train", "predict", "explain"])
def test_a_link_that_leads_nowhere_is_one_sentence(visit: Any, make_run: Any, page: str, run: str) -> None:
    made = make_run("completed")
    app = visit(page, link={"run": run})
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith("There is no run")
    assert len(error.value) < 300
    assert "<script>" not in error.value
    assert "**x**" not in error.value
    app.run()  # said once, then the page goes on
    assert not app.error
    if page == "train":
        assert "Start training" in buttons(app)
    else:
        assert app.selectbox[0].value == made.id


def test_a_run_that_was_deleted_by_somebody_else_does_not_hold_the_page(visit: Any, make_run: Any) -> None:
    run = make_run("completed")
    app = visit("train", session={"run": run.id})
    assert not app.exception
    delete_run(run)
    app.query_params.clear()
    app.run()
    assert not app.exception
    app.run()
    assert not app.exception
    assert "Start training" in buttons(app)


@pytest.mark.parametrize("recipe", ['{"version": 2}', "{", "[]", '{"version": 1, "dataset": {"name": "gone"}}'])
def test_a_run_that_this_version_cannot_read_is_one_sentence(visit: Any, make_run: Any, recipe: str) -> None:
    run = make_run("completed")
    (run.folder / "recipe.json").write_text(recipe)
    app = visit("train", link={"run": run.id})
    assert not app.exception
    assert len(app.error) == 1


# -- a run that goes on


@pytest.mark.parametrize("status", ["running", "paused", "queued", "interrupted", "completed", "stopped", "failed"])
@pytest.mark.parametrize("epochs", [0, 3])
def test_a_run_in_every_state_has_a_page(visit: Any, make_run: Any, words: Any, status: str, epochs: int) -> None:
    run = make_run(status, epochs=epochs)
    app = visit("train", link={"run": run.id})
    assert not app.exception
    said = words(app)
    word = {"running": "in training", "queued": "waiting", "stopped": "stopped early"}.get(status, status)
    assert f"badge[{word}]" in said
    assert app.button


def test_a_running_run_shows_its_numbers(visit: Any, make_run: Any) -> None:
    told = moving(visit("train", link={"run": make_run("running", epochs=3).id}))
    assert told["facts"] == [
        ["Best validation", "87.5%"],
        ["Images per second", "5,000"],
        ["Learning rate", "0.001"],
        ["Time left", "6 s"],
    ]
    assert told["said"] == "Epoch 4 of 10, step 0 of 4"
    assert told["share"] == 0.3
    loss, accuracy = told["charts"]
    assert (loss["percent"], accuracy["percent"]) == (False, True)
    assert (loss["end"], loss["steps"][0][-1], len(loss["validation"][0])) == (10, 3.0, 3)
    assert "after epoch 3" in loss["alt"]
    assert {name["text"] for name in loss["names"]} == {"training", "validation"}


def test_numbers_that_are_none_reach_the_browser_as_gaps(visit: Any, make_run: Any) -> None:
    run = make_run("running", epochs=2)
    with (run.folder / "metrics.jsonl").open("ab") as log:
        log.write(
            b'{"kind": "steps", "t": 9, "step": 9, "loss": [NaN], "accuracy": [0.5], "learning_rate": 0.001, '
            b'"images_per_second": 5000}\n{"kind": "epoch", "t": 9, "epoch": 3, "step": 12, "loss": NaN, "val_loss": '
            b'Infinity, "accuracy": 0.5, "val_accuracy": 0.5, "seconds": 3, "best": false}\n'
        )
    loss, _ = moving(visit("train", link={"run": run.id}))["charts"]
    assert loss["validation"][1][-1] is None


def test_a_running_run_whose_log_lost_its_first_line_has_a_page(visit: Any, make_run: Any) -> None:
    run = make_run("running", epochs=2)
    log = run.folder / "metrics.jsonl"
    log.write_bytes(log.read_bytes().partition(b"\n")[2])
    assert not visit("train", link={"run": run.id}).exception


def test_only_what_moves_is_drawn_again(visit: Any, make_run: Any) -> None:
    """The page as a whole is only run again when something that stands on it has changed."""
    from pages.components.monitor import _follow, _standing

    run = make_run("running", epochs=3)
    visit("train", link={"run": run.id})
    before = _standing(run, run.status, _follow(run))
    assert _standing(run, run.status, _follow(run)) == before
    write_wishes(run.folder, replace(read_wishes(run.folder), pause=True))
    assert _standing(run, run.status, _follow(run)) != before


@pytest.mark.parametrize(
    ("status", "key", "label", "wish"),
    [
        ("running", "pause", "Pause", {"pause": True}),
        ("paused", "pause", "Continue", {"pause": False}),
        ("running", "stop", "Stop and keep", {"stop": True, "pause": False}),
        ("queued", "stop", "Take out of the line", {"stop": True, "pause": False}),
    ],
)
def test_buttons_ask_the_engine(
    visit: Any, make_run: Any, engine: Any, status: str, key: str, label: str, wish: dict[str, bool]
) -> None:
    run = make_run(status)
    app = visit("train", link={"run": run.id})
    assert app.button(key=key).label == label
    app.button(key=key).click().run()
    assert not app.exception
    assert engine.calls == [("control", run.id, wish)]


@pytest.mark.parametrize("key", ["pause", "stop"])
def test_a_wish_that_is_refused_is_one_sentence_once(visit: Any, make_run: Any, engine: Any, key: str) -> None:
    run = make_run("running")
    app = visit("train", link={"run": run.id})
    engine.refusal = BrokenError("It broke.")
    app.button(key=key).click().run()
    assert not app.exception
    assert [error.value for error in app.error] == ["It broke."]
    app.run()
    assert not app.error


def test_the_learning_rate_can_be_changed(visit: Any, make_run: Any, engine: Any) -> None:
    run = make_run("running")
    app = visit("train", link={"run": run.id})
    assert engine.calls == []
    field(app, "select_slider", "Learning rate").set_value(0.01).run()
    assert not app.exception
    assert ("control", run.id, {"learning_rate": 0.01}) in engine.calls


def test_a_rate_that_another_watcher_changed_is_not_changed_back(visit: Any, make_run: Any, engine: Any) -> None:
    run = make_run("running")
    app = visit("train", link={"run": run.id})
    write_wishes(run.folder, replace(read_wishes(run.folder), learning_rate=0.03))
    app.run()
    assert not app.exception
    assert engine.calls == []
    assert field(app, "select_slider", "Learning rate").value == 0.03


def test_a_waiting_run_says_how_many_are_ahead(visit: Any, make_run: Any, engine: Any) -> None:
    run = make_run("queued")
    engine.ahead = 3
    app = visit("train", link={"run": run.id})
    told = moving(app)
    assert told["said"] == "Waiting in line: 3 ahead"
    assert [chart["end"] for chart in told["charts"]] == [10, 10], "the frame is that of the run to come"
    assert app.button(key="pause").disabled


# -- a run that has ended


def test_a_failed_run_shows_its_reason(visit: Any, make_run: Any) -> None:
    reason = BrokenError("The loss became {loss} at step {step}.", loss="nan", step=12)
    app = visit("train", link={"run": make_run("failed", reason=reason).id})
    assert [error.value for error in app.error] == ["The loss became nan at step 12."]
    assert "Train again with changes" in buttons(app)
    assert "Resume training" not in buttons(app)


def test_an_interrupted_run_offers_resume(visit: Any, make_run: Any, engine: Any) -> None:
    run = make_run("interrupted")
    app = visit("train", link={"run": run.id})
    (warning,) = app.warning
    assert "The process that trained this run has ended" in warning.value
    app.button(key="resume").click().run()
    assert not app.exception
    assert engine.calls == [("resume", run.id)]


def test_an_interrupted_run_says_what_stood_in_the_way(visit: Any, make_run: Any) -> None:
    run = make_run("interrupted")
    problem = PlaceError("The disk is full: {path} could not be written.", path="/a/b")
    (run.folder / "problem.json").write_text(json.dumps(problem.to_json()))
    app = visit("train", link={"run": run.id})
    assert [error.value for error in app.error] == ["The disk is full\\: /a/b could not be written."]


@pytest.mark.parametrize("status", ["interrupted", "stopped"])
def test_a_run_whose_images_have_changed_cannot_go_on(visit: Any, changed: Any, status: str) -> None:
    app = visit("train", link={"run": changed(status).id})
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith("The data set pets has changed since this run began")
    assert app.button(key="resume").disabled
    assert not app.button(key="again").disabled


def test_a_resume_that_is_refused_is_one_sentence(visit: Any, make_run: Any, engine: Any) -> None:
    app = visit("train", link={"run": make_run("interrupted").id})
    engine.refusal = QueueFullError("Expected at most {most} waiting runs.", most=20)
    app.button(key="resume").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == ["Expected at most 20 waiting runs."]


def test_a_stopped_run_can_be_resumed_and_tried(visit: Any, make_run: Any, engine: Any) -> None:
    run = make_run("stopped")
    app = visit("train", link={"run": run.id})
    assert {"Resume training", "Draw a digit and try it", "Train again with changes"} <= buttons(app)
    assert metrics(app)["Test accuracy"] == "86.2%"
    app.button(key="try").click().run()
    assert not app.exception
    assert app.title[0].value == "What does it say to your picture?"
    assert app.selectbox[0].value == run.id


def test_train_again_brings_the_recipe_back_to_the_form(visit: Any, make_run: Any, engine: Any) -> None:
    app = visit("train", link={"run": make_run("completed", recipe=OTHER).id})
    app.button(key="again").click().run()
    assert not app.exception
    assert "run" not in app.query_params
    app.button(key="start").click().run()
    assert engine.calls == [("submit", OTHER)]


def trained(app: Any) -> Run:
    """The run that the page has begun."""
    asked = app.query_params["run"]
    return get_run(asked if isinstance(asked, str) else asked[0])


def test_what_is_trained_from_it_comes_from_it(visit: Any, make_run: Any, engine: Any) -> None:
    parent = make_run("completed", recipe=OTHER)
    app = visit("train", link={"run": parent.id})
    app.button(key="again").click().run()
    app.button(key="start").click().run()
    assert not app.exception
    assert origin_of(trained(app)) == Origin(parent.id)
    app.button(key="stop").click().run()  # and what is begun with a preset comes from nowhere
    app = visit("train")
    app.button(key="preset first").click().run()
    app.button(key="start").click().run()
    assert origin_of(trained(app)) is None


def test_another_data_set_is_another_story(visit: Any, make_run: Any, engine: Any) -> None:
    app = visit("train", link={"run": make_run("completed", recipe=OTHER).id})
    app.button(key="again").click().run()
    key = next(box.key for box in app.selectbox if box.label == "Data set")
    app.selectbox(key=key).select("shapes").run()
    app.button(key="start").click().run()
    assert not app.exception
    assert origin_of(trained(app)) is None


def test_a_run_that_was_changed_from_another_leads_to_what_changed(visit: Any, tested: Any, words: Any) -> None:
    before = tested(wrong=9, title="before")
    after = tested(wrong=2, recipe=Recipe(training=Training(epochs=3)), title="after")
    app = visit("train", link={"run": after.id})
    assert "See what changed" not in buttons(app)
    keep_origin(after, Origin(before.id, "4", "9"))
    app = visit("train", link={"run": after.id})
    app.button(key="changes").click().run()
    assert not app.exception
    assert "**4 → 9: 9 → 2**" in words(app)
    delete_run(before)
    assert "See what changed" not in buttons(visit("train", link={"run": after.id}))


def test_a_torn_or_strange_log_does_not_break_the_page(visit: Any, make_run: Any) -> None:
    run = make_run("completed", epochs=2)
    with (run.folder / "metrics.jsonl").open("ab") as log:
        log.write(b'{"kind": "steps", "loss": [1]}\nnot json\n{"kind": "epoch", "epo')
    (run.folder / "snapshots" / "epoch-0002.npz").write_bytes(b"PK torn")
    app = visit("train", link={"run": run.id})
    assert not app.exception
    assert metrics(app)["Best validation"] == "87.5%"


def test_a_schedule_is_shown_before_it_is_used(visit: Any, engine: Any, words: Any) -> None:
    app = visit("train")
    charts = len(app.get("plotly_chart"))
    assert "0.001 from the first step to the last." in words(app), "a constant one, too"
    field(app, "selectbox", "Learning-rate schedule").set_value("one-cycle")
    app.run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == charts
    assert "From 4e-05, at most 0.001, at the end" in words(app)
    app.button(key="start").click().run()
    assert not app.exception
    (submitted,) = [call[1] for call in engine.calls if call[0] == "submit"]
    assert submitted.training.schedule == "one-cycle"


# -- the learning rate


def test_a_learning_rate_is_found_and_taken_over(visit: Any, engine: Any, inference: Any) -> None:
    app = visit("train")
    assert "find_rates" not in [asked for asked, _arguments in inference.asked], "only when it is wanted"
    app.button(key="find rates go").click().run()
    assert not app.exception
    assert "A tenth of that, 0.002" in "".join(one.value for one in app.markdown)
    app.button(key="find rates use").click().run()
    assert field(app, "selectbox", "Learning rate").value == 0.002
    assert "find rates use" not in [button.key for button in app.button], "it is used"
    asked = [arguments["recipe"] for name, arguments in inference.asked if name == "find_rates"]
    assert len(asked) == 1, "another rate is no other question"
    app.button(key="start").click().run()
    assert engine.calls[-1][1].training.optimizer.learning_rate == 0.002


def test_a_test_of_rates_can_be_cancelled(visit: Any, engine: Any, inference: Any) -> None:
    app = visit("train")
    inference.silent = True
    app.button(key="find rates go").click().run()
    app.button(key="cancel find rates").click().run()
    assert not app.exception
    assert inference.futures[-1].cancelled()
    assert "find rates go" in [button.key for button in app.button]


# -- the time that there is


def words_of(app: Any) -> str:
    return " ".join(one.value for one in app.markdown) + " ".join(one.value for one in app.caption)


def test_a_recipe_is_made_to_fit_the_time(visit: Any, engine: Any) -> None:
    """The stub's step takes 4 ms: 110 steps and 500 images to validate, ten times, and two seconds."""
    app = visit("train")
    assert "It fits: about 6 s." in words_of(app)
    assert "There is time for 128 epochs." in words_of(app)
    field(app, "slider", "Epochs").set_value(40).run()
    field(app, "select_slider", "It may take").set_value(10).run()
    assert "**17 epochs instead of 40** · about 10 s" in words_of(app)
    assert "training images instead of 3,500" in words_of(app)
    app.button(key="budget epochs").click().run()
    assert not app.exception
    assert field(app, "slider", "Epochs").value == 17
    assert "It fits: about 10 s." in words_of(app)


def test_faster_variants_are_measured_when_they_are_wanted(visit: Any, engine: Any, inference: Any) -> None:
    app = visit("train")
    field(app, "slider", "Epochs").set_value(40).run()
    field(app, "select_slider", "It may take").set_value(10).run()
    before = len(inference.asked)
    app.button(key="budget measure").click().run()
    asked = [arguments["recipe"] for name, arguments in inference.asked[before:] if name == "measure"]
    assert [recipe["training"]["batch_size"] for recipe in asked] == [128, 32]
    assert asked[1]["architecture"]["name"] == "lenet-5"
    assert "Batches of 128 instead of 32" in words_of(app)
    app.button(key="budget network").click().run()
    assert not app.exception
    assert field(app, "selectbox", "Network").value == "lenet-5"


# -- predict first


def test_what_is_expected_stands_beside_the_result(visit: Any, engine: Any, tested: Any) -> None:
    app = visit("train")
    field(app, "number_input", "Test accuracy, in percent").set_value(90.0)
    field(app, "selectbox", "The class it finds hardest").set_value("7").run()
    app.button(key="start").click().run()
    assert not app.exception
    assert "You expect a test accuracy of **90.0 %**." in words_of(app)
    assert "You expect **7** to be the hardest class." in words_of(app)
    run = tested(wrong=7)
    keep_expectation(run, Expectation(0.9, "7"))
    app = visit("train", link={"run": run.id})
    accuracy = 100 * run.result["test_accuracy"]
    assert f"it is **{accuracy:.1f} %**, {accuracy - 90:.1f} points more" in words_of(app)
    assert "Hardest is **4**" in words_of(app)
    assert "on average" not in words_of(app), "one guess is no record"
    other = tested(wrong=7)
    keep_expectation(other, Expectation(accuracy / 100 - 0.1))
    app = visit("train", link={"run": other.id})
    assert "Over 2 runs your guesses were" in words_of(app)


def test_nobody_has_to_expect_anything(visit: Any, engine: Any, tested: Any) -> None:
    app = visit("train")
    app.button(key="start").click().run()
    assert "expect" not in words_of(app)
    assert not list(engine_folder(app).glob("expectation*"))


def engine_folder(app: Any) -> Any:
    return get_run(app.session_state["run"]).folder


# -- a stack of one's own


def test_a_stack_is_edited_block_by_block_and_says_what_leaves_each(visit: Any, words: Any) -> None:
    app = visit("train", link={"recipe": Recipe(architecture=Choice(name="cnn")).to_code()})
    said = words(app)
    assert "Block 1: 28 × 28 × 1 → **14 × 14 × 32**" in said
    assert "Block 2: 14 × 14 × 32 → **7 × 7 × 64**" in said
    paddings = [box for box in app.selectbox if box.label == "padding"]
    paddings[0].set_value("valid").run()
    assert "Block 1: 28 × 28 × 1 → **13 × 13 × 32**" in words(app)
    assert "Block 2: 13 × 13 × 32 → **6 × 6 × 64**" in words(app)
    field(app, "slider", "blocks").set_value(6).run()
    assert not app.exception
    assert "Block 5: 1 × 1 × 64 → nothing is left" in words(app)
    assert "Block 5 makes 0 × 0 out of 1 × 1" in "".join(error.value for error in app.error)
    assert app.button(key="start").disabled
