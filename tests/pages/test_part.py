"""A part of a page: its own controls draw it and nothing else, and what goes wrong in it is said where it stands."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from imgcls.errors import InputError
    from pages.components.part import part

    @part
    def lower(word: str) -> None:
        number = st.slider("number", 0, 9, 1)
        if number > 5:
            raise InputError("Expected at most 5. Received: {number}.", number=number)
        st.text(f"{word} {number}")

    st.slider("above", 0, 9, 1)
    lower("below")


def test_it_draws_with_what_it_was_given() -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    assert app.text[0].value == "below 1"
    app.slider[1].set_value(3).run()
    assert app.text[0].value == "below 3"


def test_its_errors_are_said() -> None:
    app = AppTest.from_function(page).run()
    app.slider[1].set_value(7).run()
    assert not app.exception
    assert "Expected at most 5" in app.error[0].value
