"""The run and the picture that a session looks at."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from pages.components.current import current_run, pick_model

    st.text(str(current_run()))
    st.text(str(pick_model()))


@pytest.fixture
def app(home_folder: Any) -> AppTest:
    return AppTest.from_function(page, default_timeout=20)


def shown(app: AppTest) -> list[str]:
    assert not app.exception
    return [str(text.value) for text in app.text]


def test_nothing_is_looked_at_at_first(app: AppTest) -> None:
    assert shown(app.run()) == ["None", "imagenet"]


def test_the_run_of_the_link_is_kept_when_the_link_is_gone(app: AppTest, make_run: Any) -> None:
    old, _new = make_run("completed"), make_run("completed")
    app.query_params["run"] = old.id
    assert shown(app.run()) == [old.id, old.id]
    app.query_params.clear()  # switching pages drops the query string
    assert shown(app.run()) == [old.id, old.id]
    assert app.query_params["run"] in (old.id, [old.id])


def test_another_link_wins(app: AppTest, make_run: Any) -> None:
    old, new = make_run("completed"), make_run("completed")
    app.query_params["run"] = old.id
    app.run()
    app.query_params["run"] = new.id
    assert shown(app.run()) == [new.id, new.id]


def test_the_newest_network_is_the_default_and_a_choice_is_kept(app: AppTest, make_run: Any) -> None:
    old, new = make_run("completed"), make_run("completed")
    make_run("failed", epochs=0)
    assert shown(app.run()) == ["None", new.id]
    app.selectbox[0].set_value(old.id).run()
    assert shown(app)[1] == old.id
    assert shown(app.run()) == [old.id, old.id]


@pytest.mark.parametrize("link", ["../../etc", "20260131-093000-1a2b3c", "x" * 500, "\x00", "２０２６"])
def test_a_run_that_is_not_there_is_said_once_and_forgotten(app: AppTest, make_run: Any, link: str) -> None:
    run = make_run("completed")
    app.query_params["run"] = link
    assert shown(app.run())[0] == "None"
    (error,) = app.error
    assert error.value.startswith("There is no run")
    assert shown(app.run()) == ["None", run.id]
    assert not app.error


def test_a_run_deleted_meanwhile_is_said_once_and_forgotten(app: AppTest) -> None:
    app.session_state["run"] = "20260131-093000-1a2b3c"
    assert shown(app.run()) == ["None", "imagenet"]
    assert len(app.error) == 1
    assert shown(app.run()) == ["None", "imagenet"]
    assert not app.error


def test_a_run_of_the_link_that_is_gone_is_said_also_where_another_model_was_chosen(
    app: AppTest, make_run: Any
) -> None:
    old, new = make_run("completed"), make_run("completed")
    app.run()
    app.selectbox[0].set_value("imagenet").run()
    app.query_params["run"] = "20260131-093000-1a2b3c"
    app.run()
    assert [error.value.startswith("There is no run") for error in app.error] == [True]
    assert old.id != new.id


@pytest.mark.parametrize("kept", ["link", "session"])
def test_a_model_that_is_gone_is_said_once_before_another_is_shown(app: AppTest, make_run: Any, kept: str) -> None:
    run = make_run("completed")
    (app.query_params if kept == "link" else app.session_state)["model"] = "20260131-093000-1a2b3c"
    assert shown(app.run())[1] == run.id
    (error,) = app.error
    assert error.value.startswith("There is no run")
    assert shown(app.run())[1] == run.id
    assert not app.error


def test_a_run_without_weights_is_named_before_another_is_shown(app: AppTest, make_run: Any) -> None:
    other, waiting = make_run("completed"), make_run("queued")
    app.query_params["run"] = waiting.id
    assert shown(app.run()) == [waiting.id, other.id]
    (warning,) = app.warning
    assert "has no weights yet" in warning.value
