"""Words that open in place: a plain sentence first, the formula second."""

from __future__ import annotations

import streamlit as st

from imgcls.lessons import GLOSSARY
from pages.components.words import _


def term(name: str) -> None:
    """A word that opens where it stands, by click or Enter; what it means, then its formula.

    Raises:
        KeyError: the glossary has no such word.
    """
    word = GLOSSARY[name]
    with st.popover(_(word.title), type="tertiary"):
        explain(name)


def terms(*names: str) -> None:
    """Some words in a row."""
    with st.container(horizontal=True, gap="small"):
        for name in names:
            term(name)


def explain(name: str) -> None:
    """The word, what it means, and its formula, where one stands."""
    word = GLOSSARY[name]
    st.markdown(f"**{_(word.title)}**  \n{_(word.plain)}")
    if word.formula:
        st.latex(word.formula)


def words_fold(*names: str) -> None:
    """The words of a page in a fold at its foot."""
    with st.expander(_("Words")):
        for column, some in zip(st.columns(2), (names[::2], names[1::2]), strict=True):
            with column:
                for name in some:
                    explain(name)
