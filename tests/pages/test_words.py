"""The reader's language: chosen, in the link, or the browser's."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.language import LOCALES

CATALOGUE = LOCALES / "zh_CN" / "LC_MESSAGES" / "imgcls.mo"


def page() -> None:
    import streamlit as st

    from pages.components.words import _, language, language_switch

    st.text(language())
    st.markdown(_("{name} and {other}", name="{x}", other="100%"))
    st.markdown(_("no values, {braces} stay"))
    language_switch()


def shown(app: AppTest) -> str:
    assert not app.exception
    return str(app.text[0].value)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-GB", "en"), ("zh-CN", "zh_CN"), ("zh-Hans-SG", "zh_CN"), ("fr-FR", "en"), ("", "en"), (None, "en")],
)
def test_the_browser_decides_at_first(locale: str | None, language: str) -> None:
    app = AppTest.from_function(page)
    app.context["locale"] = locale
    assert shown(app.run()) == language


@pytest.mark.parametrize(("asked", "language"), [("zh", "zh_CN"), ("en", "en"), ("../../etc", "en"), ("", "en")])
def test_the_link_decides_over_the_browser_and_is_kept(asked: str, language: str) -> None:
    app = AppTest.from_function(page)
    app.context["locale"] = "zh-CN"
    app.query_params["lang"] = asked
    assert shown(app.run()) == language
    app.query_params.clear()  # another page
    assert shown(app.run()) == language


def test_the_reader_decides_over_everything() -> None:
    app = AppTest.from_function(page)
    app.query_params["lang"] = "en"
    app.run()
    app.segmented_control[0].set_value("zh_CN").run()
    assert shown(app) == "zh_CN"
    assert app.segmented_control[0].value == "zh_CN"
    assert shown(app.run()) == "zh_CN"


def test_a_choice_that_is_no_language_is_ignored() -> None:
    app = AppTest.from_function(page)
    app.session_state["language"] = "<script>"
    assert shown(app.run()) == "en"


def test_each_language_is_offered_under_its_own_name() -> None:
    app = AppTest.from_function(page).run()
    assert app.segmented_control[0].options == ["English", "简体中文"]


def test_values_are_put_in_and_never_read_as_templates() -> None:
    app = AppTest.from_function(page).run()
    assert [text.value for text in app.markdown] == ["{x} and 100%", "no values, {braces} stay"]


@pytest.mark.skipif(not CATALOGUE.exists(), reason="there is no Chinese catalogue yet")
@pytest.mark.parametrize("page_name", ["home", "train", "runs", "predict", "explain"])
@pytest.mark.parametrize("runs", [False, True])
def test_every_page_is_chinese(visit: Any, make_run: Any, words: Any, page_name: str, runs: bool) -> None:
    run = make_run("interrupted") if runs else None
    link = {"run": run.id} if run and page_name == "train" else None
    app = visit(page_name, language="zh_CN", link=link)
    assert not app.exception
    said = words(app)
    assert any("一" <= sign <= "鿿" for sign in app.title[0].value)
    english = [line for line in said.splitlines() if not any("一" <= sign <= "鿿" for sign in line)]
    allowed = ("seed-cnn", "mnist", "2026", "http", "LeCun", "Adam", "–", "…", "Grad-CAM", ".keras")
    left = [
        line for line in english if any(sign.isalpha() for sign in line) and not any(word in line for word in allowed)
    ]
    assert left == []


@pytest.mark.skipif(not CATALOGUE.exists(), reason="there is no Chinese catalogue yet")
def test_an_error_is_chinese(visit: Any) -> None:
    app = visit("train", language="zh_CN", link={"run": "nonsense"})
    (error,) = app.error
    assert any("一" <= sign <= "鿿" for sign in error.value)
    assert "nonsense" in error.value


def test_switching_the_language_keeps_the_page(visit: Any, make_run: Any) -> None:
    run = make_run("completed")
    app = visit("train", link={"run": run.id})
    app.segmented_control(key="language_switch").set_value("zh_CN").run()
    assert not app.exception
    assert app.session_state["run"] == run.id
    assert app.query_params["run"] in (run.id, [run.id])
