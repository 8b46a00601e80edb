"""What a page says when something went wrong, when there is nothing yet, and in passing."""

from __future__ import annotations

import re

import streamlit as st
from streamlit.navigation.page import Page

from imgcls.errors import ImgclsError
from imgcls.language import translator
from pages.components.words import language

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+|~$:!&-])")
#: Where Streamlit, after all escaping, still makes links of addresses, icons of `:material/…:` and arrows of `->`.
_SEAMS = re.compile(r"(?<=:)(?=\S)|(?<=@)(?=\S)|(?<=www)(?=\.)|(?<=[-<>=~])(?=[-<>=~])", re.IGNORECASE)
_WORD_JOINER = "\u2060"  # takes no room and is not seen


def show_error(error: ImgclsError) -> None:
    """What happened, in one sentence in the reader's language; never a traceback."""
    st.error(literal(error.say(translator(language()))))


def show_warning(error: ImgclsError) -> None:
    """As `show_error`, for what is wrong but does not stand in the way."""
    st.warning(literal(error.say(translator(language()))))


def empty(
    title: str,
    text: str,
    button_label: str | None = None,
    page: str | Page | None = None,
    query: dict[str, str] | None = None,
) -> None:
    """An empty state: what will be here, and the click that fills it.

    Args:
        title: what is missing, translated.
        text: what will be here, translated.
        button_label: the click, translated; with `page`, where it leads.
        page: the page's file, or the object that `st.Page` returned; query: of the link to it.
    """
    with st.container(border=True):
        st.markdown(f"**{title}**")
        st.markdown(text)
        if button_label and page and st.button(button_label, type="primary", key=f"empty: {title}"):
            st.switch_page(page, query_params=query)


def note(text: str) -> None:
    """A remark in small type, for what is good to know but not needed."""
    st.caption(text)


def strong(text: str) -> None:
    """A line in bold, translated, above what it names."""
    st.markdown(f"**{text}**")


def literal(text: str) -> str:
    """`text` with Markdown's signs escaped: a file may be called `**x**.png`, or be a link."""
    return _MARKDOWN.sub(r"\\\1", _SEAMS.sub(_WORD_JOINER, " ".join(text.split())))
