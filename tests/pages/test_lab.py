"""The lab: the question before a race, the race in every state, and links that lead nowhere."""

from __future__ import annotations

import json
import math
import shutil
from typing import Any

import numpy as np
import pytest

from imgcls.errors import InputError, QueueFullError
from imgcls.race import DEFAULT, DEFAULT_DEPTH, Variant, race_recipes
from imgcls.recipe import Optimizer
from imgcls.runs import FIRST_STEP, Run, delete_run, list_runs, snapshot_path
from imgcls.training.loop import REASONS
from pages.components.notices import literal

DIVERGED = InputError(REASONS["diverged"], loss="nan", step=37, rate=0.03)
EPOCHS = DEFAULT.training.epochs


def field(app: Any, kind: str, label: str) -> Any:
    (found,) = [widget for widget in getattr(app, kind) if widget.label == label]
    return found


def buttons(app: Any) -> set[str]:
    return {button.label for button in app.button}


def moving(app: Any) -> dict[str, Any]:
    """What the component that moves was told."""
    (found,) = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "imgcls_live"]
    return json.loads(found.json or found.mixed.json)


def figures(app: Any) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def link(runs: dict[Variant, Run], **more: str) -> dict[str, str]:
    return {"lab": ",".join(run.id for run in runs.values()), **more}


@pytest.fixture
def make_race(make_run: Any) -> Any:
    """Four runs of one race: `make_race("completed", both="running")`."""

    def make_race(status: str = "completed", epochs: int = EPOCHS, **others: str) -> dict[Variant, Run]:
        made = {}
        for variant, recipe in race_recipes(8).items():
            own = others.get(variant.replace("-", "_"), status)
            reason = DIVERGED if own == "diverged" else None
            began = 0 if own == "queued" else epochs
            made[variant] = make_run("failed" if own == "diverged" else own, recipe=recipe, epochs=began, reason=reason)
        return made

    return make_race


def keep_gradients(run: Run, epoch: int, *norms: float) -> None:
    path = snapshot_path(run.folder, epoch)
    path.parent.mkdir(exist_ok=True)
    layers = np.array([f"layer_{place}" for place in range(len(norms))])
    np.savez(path, gradient_norms=np.array(norms, np.float32), gradient_layers=layers, confusion=np.eye(10, dtype=int))


# -- before the race


def test_the_question_comes_first_and_one_click_starts_all_four(visit: Any, engine: Any) -> None:
    app = visit("lab")
    assert not app.exception
    assert "Which of the four will learn fastest?" in [heading.value for heading in app.subheader]
    guess = field(app, "radio", "Your guess")
    assert guess.value is None
    assert guess.options == ["neither", "batch norm", "skip", "both"]
    app.button(key="start race").click().run()
    assert not app.exception
    assert [call for call in engine.calls if call[0] == "submit"] == [
        ("submit", recipe) for recipe in race_recipes(DEFAULT_DEPTH).values()
    ]
    assert "Stop all" in buttons(app)


def test_the_form_decides_the_race(visit: Any, engine: Any) -> None:
    app = visit("lab")
    field(app, "select_slider", "Depth").set_value(14)
    field(app, "slider", "Epochs").set_value(1)
    field(app, "selectbox", "Learning rate").set_value(0.03)
    field(app, "number_input", "Seed").set_value(7)
    field(app, "radio", "Your guess").set_value(Variant.SKIP).run()
    app.button(key="start race").click().run()
    assert not app.exception
    training = DEFAULT.training.model_copy(update={"epochs": 1, "optimizer": Optimizer(learning_rate=0.03)})
    base = DEFAULT.model_copy(update={"training": training, "seed": 7})
    assert [call[1] for call in engine.calls if call[0] == "submit"] == list(race_recipes(14, base).values())
    assert app.query_params["guess"] in ("skip", ["skip"])
    assert any("Expected to learn fastest" in text.value and "skip" in text.value for text in app.markdown)


def test_the_runs_bear_the_names_of_their_lanes(visit: Any) -> None:
    visit("lab").button(key="start race").click().run()
    assert {row.title for row in list_runs()} == {
        f"Lab, {DEFAULT_DEPTH} layers: {name}" for name in ("neither", "batch norm", "skip", "both")
    }


def test_the_race_is_in_the_link(visit: Any) -> None:
    app = visit("lab").button(key="start race").click().run()
    (asked,) = [app.query_params["lab"]] if isinstance(app.query_params["lab"], str) else [app.query_params["lab"][0]]
    assert sorted(asked.split(",")) == sorted(row.id for row in list_runs())
    again = visit("lab", link={"lab": asked})  # a reload, or another person
    assert not again.exception
    assert "Stop all" in buttons(again)


def test_what_it_costs_is_said(visit: Any, inference: Any) -> None:
    app = visit("lab")
    said = " ".join(caption.value for caption in app.caption)
    assert "One after another they take about" in said
    assert "461,594 parameters" in said
    assert "4,544 (1.0%)" in said
    measured = [asked["recipe"]["architecture"] for operation, asked in inference.asked if operation == "measure"]
    assert [(one["name"].split("-")[0], one.get("batch_norm", True)) for one in measured] == [
        ("plain", False),
        ("plain", True),
        ("resnet", False),
        ("resnet", True),
    ], "none is taken for another"
    assert all(one["name"].endswith(f"-{DEFAULT_DEPTH}") for one in measured)


def test_start_does_not_wait_for_the_measurement(visit: Any, inference: Any) -> None:
    inference.silent = True
    app = visit("lab")
    assert not app.exception
    assert "being measured" in " ".join(caption.value for caption in app.caption)
    assert not app.button(key="start race").disabled


def test_a_measurement_that_fails_says_so_and_start_stays(visit: Any, inference: Any) -> None:
    inference.refusal = InputError("It broke.")
    app = visit("lab")
    assert not app.exception
    assert [error.value for error in app.error] == ["It broke."]
    assert not app.button(key="start race").disabled


def test_a_form_that_makes_no_sense_cannot_be_started(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_PARAMETERS", "1000")
    app = visit("lab")
    assert not app.exception
    assert len(app.error) == 1
    assert app.button(key="start race").disabled


def test_a_line_that_fills_up_in_the_middle_takes_the_race_back(
    visit: Any, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = visit("lab")
    submit, refusal = engine.submit, QueueFullError("Expected at most {most} waiting runs.", most=20)

    def full(recipe: Any) -> str:
        if sum(call[0] == "submit" for call in engine.calls) == 2:
            raise refusal
        return submit(recipe)

    monkeypatch.setattr(engine, "submit", full)
    app.button(key="start race").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == [literal(str(refusal))]
    assert list_runs() == []
    assert "lab" not in app.query_params


# -- links


@pytest.mark.parametrize(
    "bad",
    [
        "x",
        ",,,",
        "../../etc,a,b,c",
        "<script>**x**",
        "1," * 500,
        "20260131-093000-1a2b3c," * 3 + "20260131-093000-1a2b3c",
    ],
)
def test_a_link_that_leads_nowhere_is_one_sentence(visit: Any, bad: str) -> None:
    app = visit("lab", link={"lab": bad})
    assert not app.exception
    (error,) = app.error
    assert len(error.value) < 300
    assert "<script>" not in error.value
    assert "Train all four" in buttons(app)
    app.run()  # said once
    assert not app.error


def test_runs_that_are_no_race_are_one_sentence(visit: Any, make_run: Any) -> None:
    runs = [make_run("completed") for _ in range(4)]
    app = visit("lab", link={"lab": ",".join(run.id for run in runs)})
    assert not app.exception
    (error,) = app.error
    assert "are no race" in error.value


def test_a_guess_that_is_none_is_ignored(visit: Any, make_race: Any) -> None:
    app = visit("lab", link=link(make_race(), guess="<b>x</b>"))
    assert not app.exception
    assert not any("Expected to learn" in text.value for text in app.markdown)


def test_the_race_is_kept_when_the_page_is_left(visit: Any, make_race: Any) -> None:
    app = visit("lab", link=link(make_race(), guess="both"))
    app.query_params.clear()  # switching pages drops the query string
    app.run()
    assert not app.exception
    assert "New race" in buttons(app)
    assert any("Expected to learn fastest" in text.value for text in app.markdown)


# -- every state


@pytest.mark.parametrize(
    ("status", "badge"),
    [
        ("queued", ":gray-badge[○ waiting]"),
        ("running", ":blue-badge[▸ in training]"),
        ("paused", ":blue-badge[‖ paused]"),
        ("interrupted", ":orange-badge[▪ interrupted]"),
        ("completed", ":green-badge[✓ completed]"),
        ("stopped", ":orange-badge[▪ stopped early]"),
        ("failed", ":red-badge[✗ failed]"),
        ("diverged", ":red-badge[✗ diverged]"),
    ],
)
@pytest.mark.parametrize("epochs", [0, 2])
def test_a_lane_in_every_state(visit: Any, make_race: Any, status: str, badge: str, epochs: int) -> None:
    app = visit("lab", link=link(make_race("completed", epochs, skip=status)))
    assert not app.exception
    badges = [text.value for text in app.markdown if "badge[" in text.value]
    assert len(badges) == 4
    assert badges[list(Variant).index(Variant.SKIP)] == badge


def test_who_diverged_says_why(visit: Any, make_race: Any) -> None:
    app = visit("lab", link=link(make_race(skip="diverged")))
    assert literal(str(DIVERGED)) in [caption.value for caption in app.caption]
    names = {note["text"] for note in figures(app)[0]["layout"]["annotations"]}
    assert "skip ✗" in names


def test_a_race_that_goes_on_is_drawn_by_what_moves(visit: Any, make_race: Any) -> None:
    app = visit("lab", link=link(make_race("queued", neither="completed", batch_norm="running")))
    assert not app.exception
    told = moving(app)
    assert told["said"].startswith("batch norm: Epoch 4 of ") or told["said"].startswith("batch norm: Epoch 3 of ")
    assert "until all are done" in told["said"]
    assert 0.25 < told["share"] < 0.5
    loss, accuracy = told["charts"]
    assert (loss["percent"], accuracy["percent"]) == (False, True)
    assert len(loss["lanes"]) == 4
    assert {name["text"] for name in loss["names"]} == {"neither", "batch norm"}
    assert loss["end"] == EPOCHS
    assert "batch norm" in loss["alt"]
    assert not app.get("plotly_chart")


def test_one_look_costs_the_fragment_no_redraw_of_the_rest(visit: Any, make_race: Any) -> None:
    from imgcls.race import race_of
    from pages.components.lanes import look, milestones

    runs = make_race("queued", neither="running")
    visit("lab", link=link(runs))
    race = race_of(run.id for run in runs.values())
    before = milestones(look(race.runs, "race"))
    assert milestones(look(race.runs, "race")) == before
    delete_run(runs[Variant.BOTH])
    assert milestones(look(race.runs, "race")) != before


def test_the_first_epoch_is_shown_step_by_step(visit: Any, make_race: Any) -> None:
    app = visit("lab", link=link(make_race()))
    field(app, "button_group", "What the curves show").set_value("first epoch").run()
    assert not app.exception
    assert figures(app)[0]["layout"]["xaxis"]["title"]["text"] == "step of the first epoch"
    assert figures(app)[1]["layout"]["yaxis"]["title"]["text"] == "training accuracy"


@pytest.mark.parametrize("gone", list(Variant))
def test_a_deleted_run_leaves_the_others(visit: Any, make_race: Any, gone: Variant) -> None:
    runs = make_race()
    delete_run(runs[gone])
    app = visit("lab", link=link(runs))
    assert not app.exception
    assert not app.error
    assert len(figures(app)[0]["data"]) == 3
    assert sum("deleted" in text.value for text in app.markdown) == 1
    assert "This run has been deleted." in [caption.value for caption in app.caption]


def test_a_race_deleted_while_it_is_watched_is_said_once(visit: Any, make_race: Any) -> None:
    runs = make_race()
    app = visit("lab", link=link(runs))
    for run in runs.values():
        delete_run(run)
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "Train all four" in buttons(app)


def test_a_torn_or_strange_log_does_not_break_the_page(visit: Any, make_race: Any) -> None:
    runs = make_race(neither="running")
    for run in runs.values():
        with (run.folder / "metrics.jsonl").open("ab") as log:
            log.write(b'{"kind": "steps", "loss": [1]}\nnot json\n{"kind": "epoch", "epo')
    (runs[Variant.SKIP].folder / "metrics.jsonl").unlink()
    log = runs[Variant.BOTH].folder / "metrics.jsonl"
    log.write_bytes(log.read_bytes().partition(b"\n")[2])  # its first line is lost
    shutil.rmtree(runs[Variant.BATCH_NORM].folder / "snapshots")
    assert not visit("lab", link=link(runs)).exception


def test_each_lane_leads_to_its_run(visit: Any, make_race: Any) -> None:
    runs = make_race("interrupted")
    app = visit("lab", link=link(runs))
    links = [one for one in app.page_link if one.page == "train"]
    assert [one.label for one in links] == ["**neither**", "**batch norm**", "**skip**", "**both**"]
    for one, run in zip(links, runs.values(), strict=True):
        assert run.id in one.proto.query_string


# -- what can be asked


def test_stop_all_stops_those_that_wait_first(visit: Any, make_race: Any, engine: Any) -> None:
    runs = make_race("queued", neither="completed", batch_norm="running")
    app = visit("lab", link=link(runs))
    app.button(key="stop race").click().run()
    assert not app.exception
    wish = {"stop": True, "pause": False}
    assert engine.calls == [
        ("control", runs[variant].id, wish) for variant in (Variant.BOTH, Variant.SKIP, Variant.BATCH_NORM)
    ]


def test_interrupted_and_stopped_runs_go_on(visit: Any, make_race: Any, engine: Any) -> None:
    runs = make_race("interrupted", neither="completed", both="stopped")
    app = visit("lab", link=link(runs))
    assert any("Ahead so far" in info.value for info in app.info)
    app.button(key="resume race").click().run()
    assert not app.exception
    assert engine.calls == [
        ("resume", runs[variant].id) for variant in (Variant.BATCH_NORM, Variant.SKIP, Variant.BOTH)
    ]


def test_a_refusal_is_one_sentence_for_each(visit: Any, make_race: Any, engine: Any) -> None:
    app = visit("lab", link=link(make_race("completed", skip="interrupted")))
    engine.refusal = QueueFullError("Expected at most {most} waiting runs.", most=20)
    app.button(key="resume race").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == ["Expected at most 20 waiting runs."]


def test_a_finished_race_offers_a_new_one_with_its_settings(visit: Any, make_race: Any, engine: Any) -> None:
    app = visit("lab", link=link(make_race(), guess="both"))
    assert "Stop all" not in buttons(app)
    assert "Go on with the race" not in buttons(app)
    app.button(key="new race").click().run()
    assert not app.exception
    assert "lab" not in app.query_params
    assert "guess" not in app.query_params
    assert field(app, "select_slider", "Depth").value == 8
    app.button(key="start race").click().run()
    assert [call[1] for call in engine.calls if call[0] == "submit"] == list(race_recipes(8).values())


# -- how it ended


def test_the_outcome_stands_beside_the_guess(visit: Any, make_race: Any) -> None:
    runs = make_race()
    log = runs[Variant.SKIP].folder / "metrics.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    log.write_text(
        "".join(json.dumps(line | ({"loss": 0.001} if line["kind"] == "epoch" else {})) + "\n" for line in lines)
    )
    app = visit("lab", link=link(runs, guess="both"))
    assert "Expected to learn fastest: **both**" in [text.value for text in app.markdown]
    (info,) = app.info
    assert info.value.startswith(f"**Fastest: skip.** Training loss in epoch {EPOCHS}: skip 0.00, ")


def test_who_is_level_is_said_to_be_level(visit: Any, make_race: Any) -> None:
    (info,) = visit("lab", link=link(make_race())).info
    assert "level with one another: neither, batch norm, skip, both" in info.value


def test_nothing_is_said_of_the_outcome_while_it_goes_on(visit: Any, make_race: Any) -> None:
    assert not visit("lab", link=link(make_race(both="running"))).info


# -- gradients


def test_gradients_of_the_first_step_and_of_an_epoch(visit: Any, make_race: Any) -> None:
    runs = make_race()
    for variant, run in runs.items():
        keep_gradients(run, FIRST_STEP, *((0.00025, 0.1, 1.0) if variant is Variant.NEITHER else (0.001, 0.5, 1.0)))
        for epoch in (1, 2, 3):
            keep_gradients(run, epoch, 1.0, 1.0, 10.0**epoch)
    app = visit("lab", link=link(runs))
    assert not app.exception
    _loss, _accuracy, first, later = figures(app)
    assert len(first["data"]) == len(later["data"]) == 4
    assert first["layout"]["yaxis"]["range"] == later["layout"]["yaxis"]["range"]
    said = "\n".join(text.value for text in app.markdown)
    assert "Without either, the gradient of the first layer is 4,000 times smaller than that of the last." in said
    assert "**At the last step of epoch 3**" in said
    assert "1,000 times smaller" in said
    field(app, "slider", "Epoch").set_value(1).run()
    assert not app.exception
    said = "\n".join(text.value for text in app.markdown)
    assert "**At the last step of epoch 1**" in said
    assert "is 10 times smaller" in said
    assert "4,000 times smaller" in said, "the first step stays"


@pytest.mark.parametrize(
    ("norms", "sentence"),
    [
        ((1.0, 1.0, 1.5), "the gradient of the first layer is about as large as that of the last."),
        ((450.0, 1.0, 1.0), "the gradient of the first layer is 450 times larger than that of the last."),
        ((1.0, 1.0, 3.7), "the gradient of the first layer is 3.7 times smaller than that of the last."),
        ((1e-12, 1.0, 1.0), "the gradient of the first layer is 1.0 · 10¹² times smaller than that of the last."),
        ((0.0, 1.0, 1.0), "nothing of the gradient reaches the first layer."),
        ((1.0, 1.0, 0.0), "the last layer has no gradient."),
        ((math.nan, 1.0, 1.0), "It is drawn here as soon as the runs come so far."),
    ],
)
def test_the_sentence_says_what_the_numbers_say(visit: Any, make_race: Any, norms: Any, sentence: str) -> None:
    runs = make_race("queued", neither="completed")
    keep_gradients(runs[Variant.NEITHER], FIRST_STEP, *norms)
    app = visit("lab", link=link(runs))
    assert not app.exception
    assert any(sentence in text.value for text in app.markdown)


def test_networks_far_apart_are_compared(visit: Any, make_race: Any) -> None:
    runs = make_race()
    for variant, run in runs.items():
        keep_gradients(run, FIRST_STEP, *((500.0, 900.0) if variant is Variant.SKIP else (2.0, 1.5)))
    said = "\n".join(text.value for text in visit("lab", link=link(runs)).markdown)
    assert "With skip connections alone, the first layer's gradient is 250 times that of “neither”." in said


def test_gradients_that_cannot_be_drawn_are_counted(visit: Any, make_race: Any) -> None:
    runs = make_race()
    for run in runs.values():
        keep_gradients(run, FIRST_STEP, 1.0, 1.0, 1.0)
    keep_gradients(runs[Variant.SKIP], FIRST_STEP, 0.0, math.inf, math.nan)
    app = visit("lab", link=link(runs))
    assert not app.exception
    counted = [caption.value for caption in app.caption if "are not drawn" in caption.value]
    assert counted == ["skip: 3 of 3 layers are not drawn. Their norm is 0, infinite or no number."]


def test_runs_without_gradients_say_so(visit: Any, make_race: Any) -> None:
    said = " ".join(caption.value for caption in visit("lab", link=link(make_race())).caption)
    assert "These runs kept no gradients." in said


def test_a_race_that_has_not_begun_says_what_will_be_here(visit: Any, make_race: Any) -> None:
    app = visit("lab", link=link(make_race("queued")))
    assert not app.exception
    assert "when the first network has taken its first step" in " ".join(caption.value for caption in app.caption)
    assert moving(app)["said"].startswith("neither: ")


def test_a_snapshot_left_by_a_broken_off_epoch_is_not_shown(visit: Any, make_race: Any) -> None:
    runs = make_race("interrupted", epochs=1)
    for run in runs.values():
        for epoch in (FIRST_STEP, 1, 2):
            keep_gradients(run, epoch, 1.0, 1.0)
    app = visit("lab", link=link(runs))
    field(app, "slider", "Epoch").set_value(2).run()
    assert not app.exception
    assert len(figures(app)[3]["data"]) == 0


def test_the_monitor_is_not_disturbed_by_the_first_step(visit: Any, make_race: Any) -> None:
    """`epoch-0000` has gradients and nothing else; the page Train looks at the last epoch's mistakes."""
    run = make_race()[Variant.BOTH]
    path = snapshot_path(run.folder, FIRST_STEP)
    np.savez(path, gradient_norms=np.ones(2, np.float32), gradient_layers=np.array(["a", "b"]))
    app = visit("train", link={"run": run.id})
    assert not app.exception
    assert any(f"after epoch {EPOCHS}" in expander.label for expander in app.expander)
    np.savez(snapshot_path(run.folder, EPOCHS), gradient_norms=np.ones(2, np.float32))
    assert not visit("train", link={"run": run.id}).exception
