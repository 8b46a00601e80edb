"""Words in the reader's language: gettext, marked once where a sentence is written.

A sentence is written in English and marked with `N_`; it is looked up when it is shown, with the
translator of whoever reads it, because one server speaks to several people at once.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

Translate = Callable[[str], str]

LOCALES = Path(__file__).resolve().parent.parent / "assets" / "locale"

#: Language code -> its own name, in the order in which they are offered.
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}


def N_(text: str) -> str:
    """Mark `text` for translation without translating it yet."""
    return text


def said(text: str, values: Mapping[str, Any], translate: Translate) -> str:
    """A marked text in the reader's language, with its values; words among them are marked for translation, too."""
    return translate(text).format(
        **{name: translate(one) if isinstance(one, str) else one for name, one in values.items()}
    )


def language_of(locale: str | None) -> str:
    """The offered language for a browser or environment locale such as `zh-Hans-CN` or `zh_CN.UTF-8`."""
    return "zh_CN" if (locale or "").lower().startswith("zh") else "en"


@lru_cache(maxsize=len(LANGUAGES))
def translator(language: str) -> Translate:
    """A function from an English sentence to `language`; an unknown sentence comes back unchanged."""
    catalogue = gettext.translation("imgcls", LOCALES, [language], fallback=True)
    # gettext answers an empty string with the catalogue's header
    return lambda text: catalogue.gettext(text) if text else text


def environment_language() -> str:
    """The language that the shell asks for, by gettext's own order of variables."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return language_of(value)
    return "en"
