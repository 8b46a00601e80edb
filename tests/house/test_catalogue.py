"""Everything that people read can be read in Chinese: marked, translated, compiled, and nothing forgotten."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from annotated_types import Le
from babel.messages.mofile import read_mo
from pydantic import BaseModel

from imgcls import errors, race
from imgcls.architectures import ARCHITECTURES
from imgcls.augmentation import AUGMENTATIONS
from imgcls.balance import BALANCES
from imgcls.datasets import DATASETS
from imgcls.explain import methods
from imgcls.explain.explanation import SHOWS_WORDS, STATUS_SHORT
from imgcls.explain.explanation import STATUS_WORDS as EXPLANATION_WORDS
from imgcls.figures.block import BLOCK_PARTS
from imgcls.figures.diagram import FROZEN, KINDS, SKIP
from imgcls.figures.transfer_steps import STEP_WORDS
from imgcls.language import translator
from imgcls.lessons import GLOSSARY, LESSONS
from imgcls.lessons.transfer import WAY_WORDS
from imgcls.preparation import fit, mnist_style
from imgcls.presets import PRESETS
from imgcls.recipe import Imbalance, Optimizer, Recipe, Split, Training
from imgcls.runs import STATUS_WORDS as RUN_WORDS
from imgcls.shortcut_lab import REMEDY_WORDS
from imgcls.training.loop import REASONS
from imgcls.trust.told import CHECK_WORDS, CURVE_WORDS
from tests.house import catalogue

UPDATE = "run: python -m tests.house.catalogue, then translate what it lists"

#: Streamlit's calls whose first argument is read by people.
LABELLED = {
    *("title", "header", "subheader", "markdown", "write", "text", "caption", "badge", "dialog", "tabs", "status"),
    *("info", "success", "warning", "error", "toast", "spinner", "expander", "popover"),
    *("button", "link_button", "download_button", "form_submit_button", "checkbox", "toggle", "radio", "pills"),
    *("selectbox", "multiselect", "segmented_control", "slider", "select_slider", "feedback", "color_picker"),
    *("text_input", "text_area", "number_input", "date_input", "time_input", "chat_input"),
    *("file_uploader", "camera_input", "audio_input"),
    *("Column", "TextColumn", "NumberColumn", "CheckboxColumn", "ImageColumn", "LinkColumn", "ProgressColumn"),
    *("SelectboxColumn", "DatetimeColumn", "ListColumn", "BarChartColumn", "LineChartColumn", "AreaChartColumn"),
}
#: Calls that put words on a page → which of their positional arguments are read by people.
SHOWN: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(LABELLED, (0,)),
    "metric": (0, 1, 2),
    "progress": (1,),
    **dict.fromkeys(["Page", "page_link", "plotly_chart", "dataframe", "image", "set_page_config"], ()),
    # our own
    "empty": (0, 1, 2),
    "note": (0,),
    "show_picture": (1, 2),
    "show_asset": (1, 2),
    "canvas": (1, 2),
    "gallery": (1, 3),
    "waiting": (1,),
    "look_again": (1,),
    "Picture": (0,),
    "CurveWords": (0, 1, 2, 3, 4),
    "probability_bars": (3,),
    "confusion_figure": (3, 4),
}
#: Keyword arguments that are read by people, in any of those calls.
READ = {
    *("label", "help", "caption", "captions", "text", "title", "page_title", "body", "alt", "placeholder"),
    *("value", "delta", "menu_items", "format_func", "words", "button_label", "axis_title", "x_title", "y_title"),
}
#: The same in every language.
NAMES = {"imgcls"}
#: English prose, wherever it stands: a word with a capital, and then a space.
PROSE = re.compile(r"[A-Z][a-z]*[,.:;’]? ")


def constants(*modules: object) -> list[str]:
    """The texts that modules keep under names in capitals."""
    return [value for one in modules for name, value in vars(one).items() if name.isupper() and isinstance(value, str)]


def option_models() -> list[type[BaseModel]]:
    """The options of everything that is registered, and the models of which an option is a list."""
    models = [entry.options for entry in (*DATASETS, *ARCHITECTURES, *methods(), *AUGMENTATIONS, *BALANCES)]
    fields = [field for model in models for field in model.model_fields.values()]
    parts = [part for field in fields for part in get_args(field.annotation) if isinstance(part, type)]
    return [*models, *(part for part in parts if issubclass(part, BaseModel))]


def option_texts(name: str) -> list[str]:
    """What the options say as `title` or `description`."""
    fields = [field for model in option_models() for field in model.model_fields.values()]
    return [text for field in fields if (text := getattr(field, name))]


def doubts() -> list[str]:
    """What augmentations say against themselves, mild and strong, for writing and for photographs."""
    writing = DATASETS.get("mnist-5k").usual
    photographs = replace(writing, preparation="fit", image_shape=(32, 32, 3))
    found = []
    for entry in AUGMENTATIONS:
        most = {
            name: bound.le
            for name, field in entry.options.model_fields.items()
            for bound in field.metadata
            if isinstance(bound, Le)
        }
        for options in (entry.options(), entry.options(**most)):
            found += [entry.doubt(options, dataset) for dataset in (writing, photographs)]
    return [text for text in found if text]


#: What is translated although it is no literal, by the last name of the expression → all that it can be.
DYNAMIC: dict[str, list[str]] = {
    "title": [words.title for words in SHOWS_WORDS.values()]
    + [entry.title for entry in (*DATASETS, *ARCHITECTURES, *methods(), *AUGMENTATIONS, *BALANCES, *PRESETS)]
    + [entry.title for entry in (*LESSONS, *GLOSSARY.values())]
    + constants(fit, mnist_style)
    + option_texts("title"),
    "description": option_texts("description"),
    "summary": [entry.summary for entry in (*DATASETS, *ARCHITECTURES, *AUGMENTATIONS, *BALANCES, *PRESETS)],
    "departs": [entry.departs for entry in (*ARCHITECTURES, *AUGMENTATIONS) if entry.departs],
    "doubt": doubts(),
    "warnings": [text for entry in DATASETS for text in entry.warnings],
    "question": [entry.question for entry in (*methods(), *LESSONS)],
    "idea": [entry.idea for entry in LESSONS],
    "plain": [entry.plain for entry in GLOSSARY.values()],
    "limits_text": [entry.limits_text for entry in methods()],
    "cost": [entry.cost for entry in methods()],
    "means": [words.means for words in (*EXPLANATION_WORDS.values(), *(one.fine for one in SHOWS_WORDS.values()))],
    "advice": [words.advice for words in (*EXPLANATION_WORDS.values(), *(one.fine for one in SHOWS_WORDS.values()))],
    "STATUS_SHORT": list(STATUS_SHORT.values()),
    "CHECK_WORDS": list(CHECK_WORDS.values()),
    "CURVE_WORDS": list(CURVE_WORDS.values()),
    "caption": [words.caption for words in SHOWS_WORDS.values()],
    "less": [words.less for words in SHOWS_WORDS.values() if words.less],
    "more": [words.more for words in SHOWS_WORDS.values() if words.more],
    "VARIANT_WORDS": list(race.VARIANT_WORDS.values()),
    "VARIANT_OPENINGS": list(race.VARIANT_OPENINGS.values()),
    "VARIANT_BLOCKS": list(race.VARIANT_BLOCKS.values()),
    "formula": [entry.formula for entry in BALANCES],
    "REMEDY_WORDS": list(REMEDY_WORDS.values()),
    "WAY_WORDS": list(WAY_WORDS.values()),
    "BLOCK_PARTS": list(BLOCK_PARTS.values()),
    "STEP_WORDS": list(STEP_WORDS.values()),
    "kind_word": [SKIP, FROZEN, *(word for word, _ in KINDS.values())],
    "STATUS_WORDS": list(RUN_WORDS.values()),
    "REASONS": list(REASONS.values()),
}


@cache
def translations() -> dict[str, str]:
    """English → Chinese, as the .po has it; without what is not translated yet."""
    return {str(one.id): str(one.string) for one in catalogue.read() if one.id and one.string and not one.fuzzy}


# -- reading the code


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def pages() -> list[Path]:
    """The files that draw."""
    return [path for path in catalogue.sources() if (catalogue.ROOT / "imgcls") not in path.parents]


def calls(paths: Iterable[Path]) -> Iterator[tuple[str, str, ast.Call]]:
    """Every call: where it stands, the last part of its name, and the call."""
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and (name := last_name(node.func)):
                yield f"{path.relative_to(catalogue.ROOT)}:{node.lineno}", name, node


def last_name(node: ast.expr) -> str:
    """`title` of `dataset.title` and of `field.title or name`, `STATUS_WORDS` of `runs.STATUS_WORDS[status]`."""
    if isinstance(node, ast.BoolOp):
        return last_name(node.values[0])
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_marked(node: ast.AST | None) -> bool:
    """`N_("…")`"""
    return isinstance(node, ast.Call) and last_name(node.func) == "N_" and bool(node.args) and is_literal(node.args[0])


@cache
def marked_names() -> frozenset[str]:
    """Names under which a marked string is kept, in any module."""
    return frozenset(
        last_name(target)
        for path in catalogue.sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign) and is_marked(node.value)
        for target in node.targets
    )


def marked() -> Iterator[tuple[str, str]]:
    """Every marked string and where it stands: read apart from babel, which makes the catalogue."""
    for place, name, call in calls(catalogue.sources()):
        if name in catalogue.KEYWORDS and call.args and isinstance(call.args[0], ast.Constant):
            yield place, str(call.args[0].value)


# -- the catalogue


def test_every_marked_string_is_translated() -> None:
    missing = [f"{place}: {text}" for place, text in marked() if text not in translations()]
    assert not missing, UPDATE


def test_nothing_is_translated_that_is_gone() -> None:
    gone = set(translations()) - {text for _place, text in marked()}
    assert not gone, UPDATE


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with catalogue.MO.open("rb") as file:
        kept = {str(one.id): str(one.string) for one in read_mo(file) if one.id}
    fresh = read_mo(io.BytesIO(catalogue.compiled(catalogue.read())))
    assert kept == {str(one.id): str(one.string) for one in fresh if one.id}, UPDATE


def test_the_app_finds_the_catalogue() -> None:
    say = translator(catalogue.LANGUAGE)
    assert {text: say(text) for text in translations()} == translations()


def test_updating_keeps_translations_and_drops_what_is_gone() -> None:
    old = catalogue.read()
    old.add("a sentence that no page has", "没有哪个页面有的句子")
    new = catalogue.updated(old)
    kept = {str(one.id): str(one.string) for one in new if one.id and one.string and not one.fuzzy}
    assert kept == {text: translations()[text] for _place, text in marked() if text in translations()}
    assert not new.obsolete


# -- the translations


def places(text: str) -> set[tuple[str, str, str]]:
    """`{name:format!conversion}` of a template."""
    return {(name, form or "", how or "") for _, name, form, how in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("marks", [r"\*\*", r"`", r"^#+ ", r"\n", r"\[.*?\]\(.*?\)"])
def test_markdown_is_kept(marks: str) -> None:
    differ = [
        (text, chinese)
        for text, chinese in translations().items()
        if len(re.findall(marks, text)) != len(re.findall(marks, chinese))
    ]
    assert not differ


def test_places_are_kept() -> None:
    differ = [(text, chinese) for text, chinese in translations().items() if places(text) != places(chinese)]
    assert not differ


def test_bold_ends_where_markdown_sees_it() -> None:
    # after a full-width sign, `**` ends nothing unless a space or another sign follows
    unseen = [
        chinese
        for chinese in translations().values()
        if re.search(r"[，。：；？、”）…]\*\*[^\s，。：；？、”）…]", chinese)
    ]
    assert not unseen


@pytest.mark.parametrize(
    ("sign", "why"),
    [
        (r"[!！]", "no exclamation marks"),
        (r"[一-鿿][,;:?(]", "a full-width sign after a Chinese character"),
        (r"[一-鿿]\.(\s|$)", "a full-width stop after a Chinese character"),
        (r"[,;:?)][一-鿿]", "a full-width sign before a Chinese character"),
        (r"您", "the reader is 你"),
        (r"[一-鿿][A-Za-z0-9{]|[A-Za-z0-9}][一-鿿]", "a space between Chinese and Latin letters or numbers"),
        (r"^\s|\s$|  ", "no stray spaces"),
    ],
)
def test_chinese_is_set_as_chinese(sign: str, why: str) -> None:
    wrong = [chinese for text, chinese in translations().items() if re.search(sign, joined(text, chinese))]
    assert not wrong, why


def joined(text: str, chinese: str) -> str:
    """`chinese` without the places whose values are words and follow without a space, as in `{quantity}曲线`."""
    for place in ("{quantity}", "{schedule}"):
        chinese = chinese.replace(place, "")
    return chinese


# -- the code


def test_only_literals_are_marked() -> None:
    wrong = [
        f"{place}: {ast.unparse(call)}"
        for place, name, call in calls(catalogue.sources())
        if name == "N_" and not is_marked(call)
    ]
    assert not wrong, "N_ takes one literal: an f-string or a variable is never found by the catalogue"


def test_what_is_translated_is_known() -> None:
    unknown = [
        f"{place}: {ast.unparse(call.args[0])}"
        for place, name, call in calls(pages())
        if name == "_" and not is_literal(call.args[0])
        if last_name(call.args[0]) not in {*DYNAMIC, *marked_names()}
    ]
    assert not unknown, "say in DYNAMIC all that this can be, so that it is known to be translated"


@pytest.mark.parametrize("name", DYNAMIC)
def test_what_is_translated_by_name_is_in_the_catalogue(name: str) -> None:
    missing = [text for text in DYNAMIC[name] if text not in translations()]
    assert not missing, "mark it with N_ where it is defined"


@pytest.mark.parametrize(
    "model",
    [Recipe, Split, Training, Optimizer, Imbalance, *option_models()],
)
def test_settings_are_named_in_chinese(model: type[BaseModel]) -> None:
    texts = [text for field in model.model_fields.values() for text in (field.title, field.description) if text]
    assert [text for text in texts if text not in translations()] == []


def test_every_place_gets_its_value() -> None:
    wrong = [
        f"{place}: {call.args[0].value}"
        for place, name, call in calls(pages())
        if name == "_" and isinstance(call.args[0], ast.Constant)
        if all(given.arg for given in call.keywords)  # not where values come as **values
        if {name for name, _, _ in places(str(call.args[0].value))} != {given.arg for given in call.keywords}
    ]
    assert not wrong


def error_kinds(base: type[errors.ImgclsError] = errors.ImgclsError) -> set[str]:
    return {base.__name__}.union(*map(error_kinds, base.__subclasses__()))


def test_errors_speak_in_marked_sentences() -> None:
    kinds = error_kinds()
    wrong = [
        f"{place}: {ast.unparse(call.args[0])}"
        for place, name, call in calls(catalogue.sources())
        if name in kinds and call.args
        if is_literal(call.args[0])
        or isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
        or (last_name(call.args[0]).isupper() and last_name(call.args[0]) not in {*marked_names(), *DYNAMIC})
    ]
    assert not wrong


def words_in(node: ast.expr, names: dict[str, list[ast.expr]], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The literal words that an expression puts on a page, beside what goes through `_`."""

    def into(*parts: ast.expr | None) -> Iterator[str]:
        for part in parts:
            if part is not None:
                yield from words_in(part, names, seen)

    match node:
        case ast.Constant(value=str(text)) if any(sign.isalpha() for sign in text) and text not in NAMES:
            yield text
        case ast.JoinedStr(values=parts):
            yield from into(*(part for part in parts if isinstance(part, ast.Constant)))
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from into(one, other)
        case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts):
            yield from into(*parts)
        case ast.Lambda(body=body) | ast.NamedExpr(value=body) | ast.ListComp(elt=body) | ast.GeneratorExp(elt=body):
            yield from into(body)
        case ast.Call(func=ast.Attribute(value=ast.Constant() as text, attr="join" | "format"), args=parts):
            yield from into(text, *parts)
        case ast.Name(id=name) if name not in seen:
            for value in names.get(name, []):
                yield from words_in(value, names, seen | {name})


def assigned(path: Path) -> dict[str, list[ast.expr]]:
    """What the names of a file stand for."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def forgotten(paths: Iterable[Path]) -> list[str]:
    """Words that a call shows and that nobody can read in Chinese."""
    return [
        f"{place}: {text}"
        for path in paths
        for names in [assigned(path)]
        for place, name, call in calls([path])
        if name in SHOWN
        for part in [
            *(call.args[at] for at in SHOWN[name] if at < len(call.args)),
            *(given.value for given in call.keywords if given.arg in READ),
        ]
        for text in words_in(part, names)
    ]


def test_no_shown_word_is_forgotten() -> None:
    assert forgotten(pages()) == [], "wrap it in _()"


@pytest.mark.parametrize(
    "line",
    [
        'st.button("Go", key="go")',
        'st.metric(_("Loss"), f"about {loss:.2f}")',
        'st.slider(_("Epochs"), 1, 50, help="How often.")',
        'left.markdown("**Yes**" if sure else _("No"))',
        'st.column_config.TextColumn("Run")',
        'words = "two " + "words"\nst.caption(words)',
        'st.selectbox(_("Layer"), names, format_func=lambda name: f"layer {name}")',
        'show_picture(pixels, "A picture")',
    ],
)
def test_a_forgotten_word_is_found(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    (tmp_path / "page.py").write_text(line)
    assert len(forgotten([tmp_path / "page.py"])) >= 1


def test_no_prose_hides_elsewhere() -> None:
    """Words that reach the page in a way that the test above does not follow."""
    hidden = []
    for path in pages():
        fine: set[int] = set()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and last_name(node.func) in catalogue.KEYWORDS:
                fine |= {id(part) for part in ast.walk(node.args[0])}
            elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                fine |= {id(part) for part in ast.walk(node)}  # errors of developers; docstrings
        hidden += [
            f"{path.relative_to(catalogue.ROOT)}:{node.lineno}: {node.value}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in fine
            if PROSE.match(node.value)
        ]
    assert not hidden, "wrap it in _() or N_()"
