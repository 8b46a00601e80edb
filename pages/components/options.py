"""Controls for the options of whatever is registered, built from their pydantic model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

import streamlit as st
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pages.components.finished import finished_run
from pages.components.words import _

#: A whole-number range up to this wide gets a slider; a wider one is typed.
_SLIDER_UP_TO = 200


def option_controls(
    model: type[BaseModel],
    values: dict[str, Any],
    key: str,
    most: Callable[[dict[str, Any]], dict[str, int]] = lambda chosen: {},
    part_notes: Callable[[dict[str, Any]], list[str]] = lambda chosen: [],
) -> dict[str, Any]:
    """One control for each field of `model`; returns what differs from the fields' defaults.

    What is said of the parts of a list stands above each part's fold, and changes with every choice.

    Args:
        model: options with `title`, `description` and ranges on their fields.
        values: what the controls begin with; missing ones begin with the field's default.
        key: names the controls within the session.
        most: what is chosen so far → upper bounds that depend on it, by field.
        part_notes: what is chosen in all → a line for each part of the list, translated.
    """
    chosen: dict[str, Any] = {}
    places: list[Any] = []
    # what others are chosen for comes first: the run before how much of it is frozen
    for name, field in sorted(model.model_fields.items(), key=lambda one: not one[1].json_schema_extra):
        start = values.get(name, field.get_default(call_default_factory=True))
        value = _control(name, field, start, f"{key} {name}", places, most(chosen).get(name))
        if value != _plain(field.get_default(call_default_factory=True)):
            chosen[name] = value
    for place, line in zip(places, part_notes(chosen) if places else [], strict=False):
        place.markdown(line)
    return chosen


def _control(name: str, field: FieldInfo, start: Any, key: str, places: list[Any], bound: int | None = None) -> Any:
    kind, label = field.annotation, _(field.title or name)
    text = _(field.description) if field.description else None
    if kind is bool:
        return st.toggle(label, bool(start), help=text, key=key)
    if get_origin(kind) is Literal:
        choices = list(get_args(kind))
        return st.selectbox(label, choices, choices.index(start), format_func=str, help=text, key=key)
    if (part := _part_of_list(kind)) is not None:
        return _list_control(part, field, label, text, list(start), key, places)
    least, most = _range(field)
    if kind == int | None:
        typed = st.number_input(label, int(least or 0), value=start, step=1, placeholder="–", help=text, key=key)
        return None if typed is None else int(typed)
    if kind is int and bound is not None:
        return _whole(label, text, min(int(start), bound), least, bound, f"{key} of {bound}")
    if kind is int:
        return _whole(label, text, int(start), least, most, key)
    if kind is float:
        step = max(((most or 1.0) - (least or 0.0)) / 20, 0.001)
        return float(st.number_input(label, least, most, float(start), step=step, help=text, key=key))
    if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("choose") == "finished run":
        return finished_run(label, text, str(start), key)
    return st.text_input(label, str(start), help=text, key=key)


def _whole(label: str, text: str | None, start: int, least: float | None, most: float | None, key: str) -> int:
    if least is not None and most is not None and most - least <= _SLIDER_UP_TO:
        return int(st.slider(label, int(least), int(most), start, help=text, key=key))
    low, high = (None if bound is None else int(bound) for bound in (least, most))
    return int(st.number_input(label, low, high, start, step=1, help=text, key=key))


def _range(field: FieldInfo) -> tuple[float | None, float | None]:
    least = most = None
    for bound in field.metadata:
        if isinstance(bound, Ge | Gt):
            least = float(bound.ge if isinstance(bound, Ge) else bound.gt)  # type: ignore[arg-type]
        elif isinstance(bound, Le | Lt):
            most = float(bound.le if isinstance(bound, Le) else bound.lt)  # type: ignore[arg-type]
    return least, most


def _part_of_list(kind: Any) -> type[BaseModel] | None:
    """The model of a list's parts: `tuple[Block, ...]` → `Block`; None for anything else."""
    if get_origin(kind) not in (tuple, list):
        return None
    part = get_args(kind)[0]
    return part if isinstance(part, type) and issubclass(part, BaseModel) else None


def _list_control(
    part: type[BaseModel],
    field: FieldInfo,
    label: str,
    text: str | None,
    start: list[Any],
    key: str,
    places: list[Any],
) -> list[dict[str, Any]]:
    """A number of parts, and a fold for each; the place for a line above each fold is added to `places`."""
    most = next((bound.max_length for bound in field.metadata if hasattr(bound, "max_length")), 8)
    count = int(st.slider(label, 1, int(most), max(1, len(start)), help=text, key=f"{key} count"))
    begun = [_plain(one) for one in start]
    parts = []
    for place in range(count):
        places.append(st.empty())
        with st.expander(_("{name} {number}", name=label, number=place + 1)):
            values = begun[min(place, len(begun) - 1)] if begun else {}
            parts.append(option_controls(part, values, f"{key} {place}"))
    return [_whole_part(part, one) for one in parts]


def _whole_part(part: type[BaseModel], chosen: dict[str, Any]) -> dict[str, Any]:
    return part(**chosen).model_dump(mode="json")


def _plain(value: Any) -> Any:
    """Models as the JSON values that they are compared and sent as."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
