"""Sentences for what went wrong, empty states, and text that stays text."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.errors import ImageError
from pages.components.notices import literal

#: Signs that Markdown, Streamlit's directives or HTML would take for markup.
SIGNS = "\\`*_{}[]<>()#+|~$:!&-"


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_of_markdown_is_escaped(sign: str) -> None:
    assert literal(f"a{sign} b") == f"a\\{sign} b"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("http://evil.example/x", ["http\\:", "//evil.example/x"]),
        ("WWW.evil.example", ["WWW", ".evil.example"]),
        ("a@evil.example", ["a@", "evil.example"]),
        (":material/home:", ["\\:", "material/home\\:"]),
        (":streamlit:", ["\\:", "streamlit\\:"]),
        ("a->b", ["a\\-", "\\>b"]),
    ],
)
def test_what_streamlit_makes_of_text_after_escaping_is_taken_apart(text: str, parts: list[str]) -> None:
    assert literal(text) == "\u2060".join(parts)


def test_ordinary_text_stays_as_it_is() -> None:
    assert literal("Zwölf Boxkämpfer, 数字 3, 91.2 %") == "Zwölf Boxkämpfer, 数字 3, 91.2 %"


@pytest.mark.parametrize("text", ["a\nb", "a\r\n\r\n b", "  a\t\tb ", "a\u2028b"])
def test_it_is_one_line(text: str) -> None:
    assert literal(text) == "a b"


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_nothing_stays_nothing(text: str) -> None:
    assert literal(text) == ""


def test_an_error_is_one_literal_sentence() -> None:
    def page() -> None:
        from imgcls.errors import ImageError
        from pages.components.notices import show_error

        show_error(ImageError("“{name}” is empty.", name="**x**\n# y"))

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [error.value for error in app.error] == ["“\\*\\*x\\*\\*\\ \\# y” is empty.".replace("\\ ", " ")]
    assert str(ImageError("“{name}” is empty.", name="x")) == "“x” is empty."


def test_an_empty_state_says_what_will_be_here_and_leads_on() -> None:
    def page() -> None:
        from pages.components.notices import empty

        empty("Nothing yet", "Here will be something.", "Go", "elsewhere.py")
        empty("No way on", "Only words.")

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [text.value for text in app.markdown] == [
        "**Nothing yet**",
        "Here will be something.",
        "**No way on**",
        "Only words.",
    ]
    assert [button.label for button in app.button] == ["Go"]


def test_a_note_is_small() -> None:
    def page() -> None:
        from pages.components.notices import note

        note("By the way.")

    app = AppTest.from_function(page).run()
    assert [caption.value for caption in app.caption] == ["By the way."]
