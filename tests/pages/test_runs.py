"""The list of runs: open, resume, rename, delete."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit

from imgcls.errors import QueueFullError
from imgcls.runs import delete_run, get_run, list_runs

#: Two titles, made of what a browser might take for something else.
HOSTILE = [
    ["<script>alert(1)</script>", "**x**", "[a](http://b)", "# x"],
    [":red[x]", "$x$", "`x`", "www.b.example", ":material/home:", "_y_", "{x}", "=1+1"],
]


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Choose a row of the table, which Streamlit's tester cannot."""
    original = streamlit.dataframe

    def choose(row: int) -> None:
        def dataframe(*args: Any, **kwargs: Any) -> Any:
            original(*args, **kwargs)
            return {"selection": {"rows": [row], "columns": []}}

        monkeypatch.setattr(streamlit, "dataframe", dataframe)

    return choose


def test_no_runs_yet_leads_to_training(visit: Any) -> None:
    app = visit("runs")
    assert not app.dataframe
    app.button[0].click().run()
    assert not app.exception
    assert app.title[0].value == "Train a network and watch it learn"


def test_every_run_is_a_row(visit: Any, make_run: Any) -> None:
    made = [make_run(status) for status in ("completed", "failed", "interrupted", "stopped", "queued", "running")]
    app = visit("runs")
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table["status"]) == ["in training", "waiting", "stopped early", "interrupted", "failed", "completed"]
    assert list(table["title"]) == [run.title for run in reversed(made)]
    assert table["test"].iloc[-1] == 86.25
    assert table["time"].iloc[-1] == "2 min 30 s"
    assert table["settings"].iloc[0] == "10 epochs, batch 32, adam 0.001, seed 0"


def test_open_shows_the_chosen_run(visit: Any, make_run: Any, choose: Any) -> None:
    older, _newer = make_run("completed"), make_run("failed")
    app = visit("runs")
    choose(1)
    app.run()
    app.button(key="open").click().run()
    assert not app.exception
    assert app.session_state["run"] == older.id
    assert app.title[0].value == "Train a network and watch it learn"


@pytest.mark.parametrize(
    ("status", "can"),
    [("interrupted", True), ("stopped", True), ("completed", False), ("failed", False), ("running", False)],
)
def test_only_what_can_go_on_can_be_resumed(visit: Any, make_run: Any, engine: Any, status: str, can: bool) -> None:
    run = make_run(status)
    app = visit("runs")
    button = app.button(key="resume")
    assert button.disabled is not can
    if can:
        button.click().run()
        assert not app.exception
        assert engine.calls == [("resume", run.id)]
        assert app.session_state["run"] == run.id


def test_a_run_whose_images_have_changed_cannot_be_resumed(visit: Any, changed: Any) -> None:
    changed("interrupted")
    app = visit("runs")
    assert not app.exception
    assert app.button(key="resume").disabled
    assert [error.value[:30] for error in app.error] == ["The data set pets has changed "]


def test_a_refused_resume_is_one_sentence(visit: Any, make_run: Any, engine: Any) -> None:
    make_run("interrupted")
    app = visit("runs")
    engine.refusal = QueueFullError("Expected at most {most} waiting runs.", most=20)
    app.button(key="resume").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == ["Expected at most 20 waiting runs."]


def test_rename(visit: Any, make_run: Any) -> None:
    run = make_run("completed")
    app = visit("runs")
    app.text_input(key=f"name {run.id}").set_value("  the first  one ").run()
    app.button(key="rename").click().run()
    assert not app.exception
    assert get_run(run.id).title == "the first one"
    assert "the first one" in app.dataframe[0].value["title"].iloc[0]


def test_an_empty_name_takes_the_name_away(visit: Any, make_run: Any) -> None:
    run = make_run("completed", title="old")
    app = visit("runs")
    app.text_input(key=f"name {run.id}").set_value(" ").run()
    app.button(key="rename").click().run()
    assert not app.exception
    assert get_run(run.id).title.startswith("seed-cnn · mnist-5k")


def test_delete(visit: Any, make_run: Any) -> None:
    run = make_run("completed")
    kept = make_run("failed")
    app = visit("runs", session={"run": run.id})
    app.button(key="delete").click().run()
    assert not app.exception
    assert [row.id for row in list_runs()] == [kept.id]
    assert "run" not in app.session_state
    assert len(app.dataframe[0].value) == 1


def test_deleting_the_last_row_while_it_is_chosen(visit: Any, make_run: Any, choose: Any) -> None:
    make_run("completed")
    kept = make_run("failed")
    app = visit("runs")
    choose(1)  # Streamlit keeps the place chosen when the row is gone
    app.run()
    app.button(key="delete").click().run()
    assert not app.exception
    assert [row.id for row in list_runs()] == [kept.id]
    assert any("failed" in text.value for text in app.markdown)


def test_a_run_deleted_meanwhile_does_no_harm(visit: Any, make_run: Any) -> None:
    run = make_run("interrupted")
    make_run("completed")
    app = visit("runs", session={"run": run.id})
    delete_run(run)
    app.button(key="delete").click().run()
    assert not app.exception


def test_a_running_run_cannot_be_deleted(visit: Any, make_run: Any) -> None:
    run = make_run("running")
    app = visit("runs")
    assert run.folder.exists()
    app.button(key="delete").click().run()  # the way to the button is closed, but a click may be sent all the same
    assert not app.exception
    assert [error.value for error in app.error] == [
        f"Run {run.id} is training. Stop it before you delete it.".replace("-", "\\-")
    ]
    assert run.folder.exists()


@pytest.mark.parametrize("parts", HOSTILE)
def test_a_hostile_title_is_shown_literally_on_every_page(
    visit: Any, make_run: Any, markup: Any, parts: list[str]
) -> None:
    title = " ".join(parts)
    run = make_run("completed", title=title)
    for page in ("runs", "train", "predict", "explain", "home"):
        app = visit(page, link={"run": run.id} if page == "train" else None)
        assert not app.exception, page
        assert [part for part in parts if part not in ("{x}", "=1+1") and markup(app, part)] == [], page
    assert list(visit("runs").dataframe[0].value["title"]) == [title]


def test_folders_that_are_no_runs_are_left_out(visit: Any, make_run: Any) -> None:
    run = make_run("completed")
    other = make_run("completed")
    (other.folder / "recipe.json").write_text('{"version": 7}')
    (run.folder.parent / "notes").mkdir()
    (run.folder.parent / "20260131-093000-zzzzzz").mkdir()
    (run.folder.parent / "20260131-093000-1a2b3c").mkdir()
    app = visit("runs")
    assert not app.exception
    assert len(app.dataframe[0].value) == 1
