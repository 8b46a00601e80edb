"""The start page: one click that trains, and a way to everything else."""

from __future__ import annotations

from typing import Any

from imgcls.errors import QueueFullError
from imgcls.recipe import Recipe
from imgcls.runs import list_runs


def test_it_says_what_this_is_and_leads_on(visit: Any, words: Any) -> None:
    app = visit("home")
    assert not app.exception
    assert [title.value for title in app.title] == ["Train a network, then ask it why"]
    assert {link.page for link in app.page_link} == {"data", "collect", "train", "predict", "explain"}


def test_one_click_trains_the_default_recipe_and_shows_it(visit: Any, engine: Any) -> None:
    app = visit("home")
    app.button(key="train now").click().run()
    assert not app.exception
    assert engine.calls == [("submit", Recipe())]
    (run,) = list_runs()
    assert app.session_state["run"] == run.id
    assert app.query_params["run"] in (run.id, [run.id])
    assert app.title[0].value == "Train a network and watch it learn"


def test_runs_are_linked_once_there_are_any(visit: Any, make_run: Any) -> None:
    assert not [link for link in visit("home").page_link if link.page == "runs"]
    make_run("completed")
    make_run("failed")
    (link,) = [link for link in visit("home").page_link if link.page == "runs"]
    assert link.label == "All runs so far: 2"


def test_a_full_line_is_said_in_one_sentence(visit: Any, engine: Any) -> None:
    app = visit("home")
    engine.refusal = QueueFullError("Expected at most {most} waiting runs.", most=20)
    app.button(key="train now").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == ["Expected at most 20 waiting runs."]
    assert app.segmented_control(key="language_switch")
