"""Trials side by side: begun all or none, watched in every state, and told what their difference is worth."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from imgcls.errors import ImgclsError, InputError, QueueFullError
from imgcls.recipe import Choice, Recipe, Training
from imgcls.runs import Run, delete_run, get_run, list_runs, rename_run
from imgcls.training.loop import REASONS
from imgcls.trials import title_of, trials_of
from pages.components import bench_measure
from pages.components.lanes import look, milestones
from pages.components.notices import literal
from pages.components.trials import Column

DIVERGED = InputError(REASONS["diverged"], loss="nan", step=37, rate=0.03)
BASE = Recipe(training=Training(epochs=10))
LABELS = ("without", "with", "more")
WAITS = "What the difference is worth is said here when all have ended."


def buttons(app: Any) -> set[str]:
    return {button.label for button in app.button}


def moving(app: Any) -> dict[str, Any]:
    """What the component that moves was told."""
    (found,) = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "imgcls_live"]
    return json.loads(found.json or found.mixed.json)


def figures(app: Any) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def link(runs: list[Run]) -> dict[str, str]:
    return {"trials": ",".join(run.id for run in runs)}


def rows(app: Any) -> list[list[str]]:
    (table,) = app.table
    return [[str(cell) for cell in row] for row in table.value.to_numpy().tolist()]


@pytest.fixture
def make_trials(make_run: Any) -> Any:
    """Runs of trials, one for each status: `make_trials("completed", "running")`."""

    def make_trials(*statuses: str, epochs: int = 2, recipes: list[Recipe] | None = None) -> list[Run]:
        given = recipes or [
            BASE.model_copy(update={"augmentation": (Choice(name="rotate", degrees=5.0 * place),) if place else ()})
            for place in range(len(statuses))
        ]
        made = []
        for place, status in enumerate(statuses):
            reason = DIVERGED if status == "diverged" else None
            own = "failed" if status == "diverged" else status
            title = title_of("Rotate", LABELS[place % 3] + (str(place) if place > 2 else ""))
            began = 0 if own == "queued" else epochs
            made.append(make_run(own, recipe=given[place], epochs=began, reason=reason, title=title))
        return made

    return make_trials


def result(run: Run, **values: Any) -> None:
    path = run.folder / "result.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


# -- begun


def test_all_are_begun_with_one_click_and_bear_their_names(visit: Any, engine: Any) -> None:
    app = visit("augment")
    app.button(key="measure").click().run()
    assert not app.exception
    submitted = [call[1] for call in engine.calls if call[0] == "submit"]
    assert [bool(recipe.augmentation) for recipe in submitted] == [False, True]
    assert {row.title for row in list_runs()} == {
        "Move, turn, scale and slant: without",
        "Move, turn, scale and slant: with",
    }
    assert "Stop all" in buttons(app)
    assert app.table


def test_they_are_in_the_link_and_there_after_a_reload(visit: Any) -> None:
    app = visit("augment").button(key="measure").click().run()
    asked = app.query_params["trials"]
    asked = asked if isinstance(asked, str) else asked[0]
    assert [get_run(one).title.rpartition(": ")[2] for one in asked.split(",")] == ["without", "with"]
    again = visit("augment", link={"trials": asked})
    assert not again.exception
    assert [row[0] for row in rows(again)] == ["without", "with"]


def test_they_are_kept_when_the_page_is_left(visit: Any, make_trials: Any) -> None:
    app = visit("augment", link=link(make_trials("completed", "completed")))
    app.query_params.clear()  # switching pages drops the query string
    app.run()
    assert not app.exception
    assert "New trials" in buttons(app)


def test_trials_of_one_page_are_not_those_of_another(visit: Any, make_trials: Any) -> None:
    app = visit("augment", link=link(make_trials("completed", "completed")))
    app.query_params.clear()
    app.switch_page("pages/lab.py").run()
    assert not app.exception
    assert "trials" not in app.query_params
    assert not app.table


def test_a_line_that_fills_up_takes_all_back(visit: Any, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    app = visit("augment")
    submit, refusal = engine.submit, QueueFullError("Expected at most {most} waiting runs.", most=20)

    def full(recipe: Any) -> str:
        if any(call[0] == "submit" for call in engine.calls):
            raise refusal
        return submit(recipe)

    monkeypatch.setattr(engine, "submit", full)
    app.button(key="measure").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == [literal(str(refusal))]
    assert list_runs() == []
    assert "trials" not in app.query_params
    assert "Measure it" in buttons(app)


# -- links


@pytest.mark.parametrize(
    "bad",
    [
        "x",
        ",,,",
        "../../etc,a",
        "<script>**x**,b",
        "1," * 500,
        "20260131-093000-1a2b3c,20260131-093000-1a2b3d",
        "20260131-093000-1a2b3c," * 2 + "20260131-093000-1a2b3c",
    ],
)
def test_a_link_that_leads_nowhere_is_one_sentence(visit: Any, bad: str) -> None:
    app = visit("augment", link={"trials": bad})
    assert not app.exception
    (error,) = app.error
    assert len(error.value) < 300
    assert "<script>" not in error.value
    assert "Measure it" in buttons(app)
    app.run()  # said once
    assert not app.error


def test_a_name_is_only_a_name(visit: Any, make_trials: Any, markup: Any) -> None:
    runs = make_trials("completed", "running")
    rename_run(runs[1], "x: <b>**:red[bad]**")
    app = visit("augment", link=link(runs))
    assert not app.exception
    assert markup(app, "<b>**:red[bad]**") == []
    assert markup(app, ":red[bad]") == []
    assert literal("<b>**:red[bad]**") in rows(app)[1]


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
def test_a_lane_in_every_state(visit: Any, make_trials: Any, status: str, badge: str, epochs: int) -> None:
    app = visit("augment", link=link(make_trials("completed", status, epochs=epochs)))
    assert not app.exception
    badges = [text.value for text in app.markdown if "badge[" in text.value]
    assert badges == [":green-badge[✓ completed]", badge]
    assert ("Go on with them" in buttons(app)) == (status in ("interrupted", "stopped"))
    assert ("Stop all" in buttons(app)) == (status in ("queued", "running", "paused"))


def test_who_diverged_says_why(visit: Any, make_trials: Any) -> None:
    app = visit("augment", link=link(make_trials("completed", "diverged")))
    assert literal(str(DIVERGED)) in [caption.value for caption in app.caption]
    assert rows(app)[1][1:] == ["–", "–", "–", "–"]
    assert [info.value for info in app.info] == [WAITS], "one result is no comparison"


@pytest.mark.parametrize("gone", [0, 1])
def test_a_deleted_run_leaves_the_other(visit: Any, make_trials: Any, gone: int) -> None:
    runs = make_trials("completed", "completed")
    delete_run(runs[gone])
    app = visit("augment", link=link(runs))
    assert not app.exception
    assert not app.error
    assert len(rows(app)) == 1
    assert len(figures(app)[0]["data"]) == 2
    assert sum("deleted" in text.value for text in app.markdown) == 1
    assert "This run has been deleted." in [caption.value for caption in app.caption]


def test_those_deleted_while_they_are_watched_are_said_once(visit: Any, make_trials: Any) -> None:
    runs = make_trials("completed", "completed")
    app = visit("augment", link=link(runs))
    for run in runs:
        delete_run(run)
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "Measure it" in buttons(app)


def test_a_torn_or_strange_log_does_not_break_the_page(visit: Any, make_trials: Any) -> None:
    runs = make_trials("running", "completed", "completed")
    for run in runs:
        with (run.folder / "metrics.jsonl").open("ab") as log:
            log.write(b'{"kind": "steps", "loss": [1]}\nnot json\n{"kind": "epoch", "epo')
    (runs[1].folder / "metrics.jsonl").unlink()
    log = runs[2].folder / "metrics.jsonl"
    log.write_bytes(log.read_bytes().partition(b"\n")[2])  # its first line is lost
    (runs[2].folder / "result.json").write_text('{"status": "completed"}')
    shutil.rmtree(runs[1].folder / "snapshots")
    assert not visit("augment", link=link(runs)).exception


def test_each_lane_leads_to_its_run(visit: Any, make_trials: Any) -> None:
    runs = make_trials("completed", "interrupted", "queued")
    app = visit("augment", link=link(runs))
    links = [one for one in app.page_link if one.page == "train"]
    assert [one.label for one in links] == ["**without**", "**with**", "**more**"]
    assert [run.id in one.proto.query_string for one, run in zip(links, runs, strict=True)] == [True] * 3


def test_twelve_fit_on_the_page(visit: Any, make_trials: Any) -> None:
    app = visit("augment", link=link(make_trials(*["completed"] * 12)))
    assert not app.exception
    assert len(rows(app)) == 12
    assert len(figures(app)[0]["data"]) == 24


# -- what moves


def test_what_goes_on_is_drawn_by_what_moves(visit: Any, make_trials: Any) -> None:
    app = visit("augment", link=link(make_trials("completed", "running", "queued")))
    assert not app.exception
    told = moving(app)
    assert told["said"].startswith("with: Epoch 3 of 10")
    assert "until all are done" in told["said"]
    assert told["share"] == pytest.approx((1 + 0.2 + 0) / 3)
    loss, accuracy = told["charts"]
    assert (loss["percent"], accuracy["percent"]) == (False, True)
    assert {name["text"] for name in loss["names"]} == {"without", "with"}
    assert (loss["end"], loss["low"], accuracy["low"]) == (10, 0.0, 0.0)
    assert "with 87.5%" in accuracy["alt"]
    thin, thick = loss["lanes"][:3], loss["lanes"][3:]
    assert max(lane["width"] for lane in thin) < min(lane["width"] for lane in thick)
    assert thick[0]["points"] == [[1.0, 2.0], [0.3, 0.3]]
    assert not app.get("plotly_chart")
    assert [info.value for info in app.info] == [WAITS]


def test_one_look_costs_the_fragment_no_redraw_of_the_rest(visit: Any, make_trials: Any) -> None:
    runs = make_trials("running", "queued")
    visit("augment", link=link(runs))
    trials = trials_of(run.id for run in runs)
    before = milestones(look(trials.runs, "augment"))
    assert milestones(look(trials.runs, "augment")) == before
    delete_run(runs[1])
    assert milestones(look(trials.runs, "augment")) != before


@pytest.mark.parametrize("status", ["running", "completed"])
def test_close_up_the_frame_is_around_the_validation(visit: Any, make_trials: Any, status: str) -> None:
    app = visit("augment", link=link(make_trials("completed", status)))
    (view,) = [one for one in app.button_group if one.label == "What the curves show"]
    view.set_value("close").run()
    assert not app.exception
    if status == "running":
        _loss, accuracy = moving(app)["charts"]
        assert (accuracy["low"], accuracy["top"], accuracy["guessing"]) == (0.85, 0.9, None)
    else:
        assert figures(app)[1]["layout"]["yaxis"]["range"] == [0.85, 0.9]


# -- what can be asked


def test_stop_all_stops_those_that_wait_first(visit: Any, make_trials: Any, engine: Any) -> None:
    runs = make_trials("completed", "running", "queued", "queued")
    app = visit("augment", link=link(runs))
    app.button(key="stop augment").click().run()
    assert not app.exception
    wish = {"stop": True, "pause": False}
    assert engine.calls == [("control", runs[place].id, wish) for place in (3, 2, 1)]


def test_interrupted_and_stopped_runs_go_on(visit: Any, make_trials: Any, engine: Any) -> None:
    runs = make_trials("completed", "interrupted", "stopped")
    app = visit("augment", link=link(runs))
    app.button(key="resume augment").click().run()
    assert not app.exception
    assert engine.calls == [("resume", run.id) for run in runs[1:]]


def test_those_whose_images_have_changed_do_not_go_on(visit: Any, make_trials: Any, changed: Any, engine: Any) -> None:
    runs = [*make_trials("interrupted"), changed("interrupted", title="Rotate: pets")]
    app = visit("augment", link=link(runs))
    assert not app.exception
    assert [error.value[:30] for error in app.error] == ["The data set pets has changed "]
    app.button(key="resume augment").click().run()
    assert engine.calls == [("resume", runs[0].id)]


def test_where_all_images_have_changed_nothing_goes_on(visit: Any, changed: Any) -> None:
    app = visit("augment", link=link([changed("interrupted", title=f"Rotate: {place}") for place in range(2)]))
    assert not app.exception
    assert len(app.error) == 1, "the same for both"
    assert app.button(key="resume augment").disabled


def test_a_refusal_is_one_sentence(visit: Any, make_trials: Any, engine: Any) -> None:
    app = visit("augment", link=link(make_trials("completed", "interrupted")))
    engine.refusal = QueueFullError("Expected at most {most} waiting runs.", most=20)
    app.button(key="resume augment").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == ["Expected at most 20 waiting runs."]


# -- what came of it


def test_the_table_says_what_was_measured(visit: Any, make_trials: Any) -> None:
    runs = make_trials("completed", "completed")
    result(runs[0], test_accuracy=0.8, test_images=1000, train_seconds=75.2)
    app = visit("augment", link=link(runs))
    # Wilson's interval for 800 of 1,000
    assert rows(app)[0] == ["without", "80.0%", "77.4 – 82.4 %", "1 min 15 s", "90.0%"]
    assert rows(app)[1][:2] == ["with", "86.2%"]


@pytest.mark.parametrize(
    ("accuracies", "said"),
    [
        ((0.8, 0.9), "“with” is 10.0 points ahead of “without”. That is more than the "),
        ((0.90, 0.91), "“with” is 1.0 points ahead of “without”. With one seed and 1,000 test images, a difference"),
        ((0.9, 0.9), "“without” and “with” have the same test accuracy."),
        ((0.95, 0.9), "“without” is 5.0 points ahead of “with”."),
    ],
)
def test_the_sentence_is_honest(visit: Any, make_trials: Any, accuracies: Any, said: str) -> None:
    runs = make_trials("completed", "completed")
    for run, accuracy in zip(runs, accuracies, strict=True):
        result(run, test_accuracy=accuracy)
    app = visit("augment", link=link(runs))
    (info,) = app.info
    assert info.value.replace("\\", "").startswith(said)


def test_those_not_at_their_end_are_said_to_be(visit: Any, make_trials: Any) -> None:
    runs = make_trials("completed", "stopped")
    app = visit("augment", link=link(runs))
    (info,) = app.info
    assert "Not all of them are trained to the end" in info.value
    assert any("Not at the end: 1 of 2" in one.text for one in app.get("progress"))


def test_tests_on_other_images_are_said_to_be(visit: Any, make_trials: Any) -> None:
    runs = make_trials("completed", "completed", recipes=[BASE, BASE.model_copy(update={"seed": 1})])
    app = visit("augment", link=link(runs))
    assert "not tested on the same images" in app.info[0].value
    assert literal("All the same but for one setting: seed.") in [text.value for text in app.markdown]
    assert not any("seed 0" in caption.value for caption in app.caption), "what differs is not told as common"


def test_columns_and_more_are_the_callers(visit: Any, make_trials: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [
        Column("Share", lambda run: 0.25, ".0%"),
        Column("Word", lambda run: "*a*"),
        Column("-", lambda run: None),
    ]
    monkeypatch.setattr(bench_measure, "columns", lambda: columns)
    app = visit("augment", link=link(make_trials("completed", "running")))
    assert not app.exception
    (table,) = app.table
    assert list(table.value.columns)[-3:] == ["Share", "Word", "-"]
    assert rows(app)[0][-3:] == ["25%", literal("*a*"), "–"]
    assert rows(app)[1][-3:] == ["–", "–", "–"], "it has no result yet"
    assert any("Thick: validation" in caption.value for caption in app.caption)


def test_a_measurement_of_time_that_fails_says_so_and_start_stays(visit: Any, inference: Any) -> None:
    inference.refusal = ImgclsError("It broke.")
    app = visit("augment")
    assert not app.exception
    assert {error.value for error in app.error} == {"It broke."}
    assert not app.button(key="measure").disabled
