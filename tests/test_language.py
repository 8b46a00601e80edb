"""Which language is spoken, and that a sentence without a translation is shown as it is."""

from __future__ import annotations

import pytest

from imgcls import language
from imgcls.language import LANGUAGES, N_, environment_language, language_of, translator


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("zh-Hans-CN", "zh_CN"),
        ("zh_CN.UTF-8", "zh_CN"),
        ("zh", "zh_CN"),
        ("ZH-cn", "zh_CN"),
        ("en-GB", "en"),
        ("de_DE.UTF-8", "en"),
        ("C", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_language_of_a_locale(locale, expected):
    assert language_of(locale) == expected
    assert expected in LANGUAGES


def test_marking_changes_nothing():
    assert N_("Expected {this}.") == "Expected {this}."


@pytest.mark.parametrize("code", [*LANGUAGES, "tlh"])
def test_unknown_sentence_comes_back_unchanged(code):
    say = translator.__wrapped__(code)
    assert say("A sentence that no catalogue has: {x}") == "A sentence that no catalogue has: {x}"
    assert say("") == ""  # gettext itself would answer with the catalogue's header


def test_catalogue_is_used(tmp_path, monkeypatch):
    mofile = pytest.importorskip("babel.messages.mofile")
    from babel.messages.catalog import Catalog

    catalogue = Catalog(locale="zh_CN")
    catalogue.add("Train", "训练")
    place = tmp_path / "zh_CN" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "imgcls.mo").open("wb") as file:
        mofile.write_mo(file, catalogue)
    monkeypatch.setattr(language, "LOCALES", tmp_path)
    say = translator.__wrapped__("zh_CN")
    assert (say("Train"), say("Stop"), say("")) == ("训练", "Stop", "")
    assert translator.__wrapped__("en")("Train") == "Train"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh_CN"),
        ({"LC_ALL": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh_CN"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh_CN"),
    ],
)
def test_environment_in_gettexts_order(monkeypatch, variables, expected):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environment_language() == expected
