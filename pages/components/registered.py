"""A choice among what is registered, and the options of what is chosen."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import streamlit as st

from imgcls.architectures import ARCHITECTURES
from imgcls.architectures.registry import Shape
from imgcls.architectures.transfer import BodyOptions
from imgcls.recipe import Choice
from imgcls.registry import Registry
from pages.components.options import option_controls
from pages.components.words import _


def registered_choice(
    label: str, registry: Registry[Any], start: Choice, key: str, image_shape: Shape | None = None
) -> Choice:
    """A selectbox of names, and below it a fold with the options of the one that is chosen.

    Args:
        label: what is chosen, translated.
        registry: what there is.
        start: what the controls begin with; it must be there.
        key: names the controls within the session.
        image_shape: of what a network is to see; then a stack of blocks says what leaves each of them.

    Raises:
        UnknownNameError: `start` is not registered.
    """
    begun_with = registry.get(start.name).name  # an architecture answers to several spellings
    names = registry.names() if begun_with in registry.names() else [*registry.names(), begun_with]
    name = st.selectbox(label, names, names.index(begun_with), format_func=lambda one: _title(registry, one), key=key)
    model = registry.get(name).options
    if not model.model_fields:
        return Choice(name=name)
    # how much of a body is frozen is what transfer learning is about: that is not hidden
    with st.expander(_("Options of {name}", name=_title(registry, name)), expanded=issubclass(model, BodyOptions)):
        begun = start.options if name == begun_with else {}
        notes = partial(_part_notes, name, image_shape)
        return Choice(name=name, **option_controls(model, begun, f"{key} {name}", partial(_most, name), notes))


def _most(name: str, chosen: dict[str, Any]) -> dict[str, int]:
    """No more blocks can be trained than the body has."""
    entry = ARCHITECTURES.get(name) if name in ARCHITECTURES else None
    count = entry.blocks(entry.options(**chosen)) if entry is not None and entry.blocks is not None else None
    return {} if count is None else {"trainable_blocks": count}


def _part_notes(name: str, image_shape: Shape | None, chosen: dict[str, Any]) -> list[str]:
    """What goes into each part of a network, and what leaves it."""
    entry = ARCHITECTURES.get(name) if name in ARCHITECTURES else None
    if entry is None or entry.part_shapes is None or image_shape is None:
        return []
    shapes = [image_shape, *entry.part_shapes(entry.options(**chosen), image_shape)]
    return [_part_note(number, *pair) for number, pair in enumerate(pairwise(shapes), 1)]


def _part_note(number: int, before: Shape, after: Shape) -> str:
    if not all(after):
        return _("Block {number}: {before} → nothing is left", number=number, before=_times(before))
    return _("Block {number}: {before} → **{after}**", number=number, before=_times(before), after=_times(after))


def _times(shape: Shape) -> str:
    return " × ".join(map(str, shape))


def _title(registry: Registry[Any], name: str) -> str:
    return _(registry.get(name).title)
