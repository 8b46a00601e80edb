"""What a rule answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imgcls.language import Translate, said
from imgcls.recipe import Recipe


@dataclass(frozen=True)
class Experiment:
    """A next training: what the button says, marked for translation, and its recipe."""

    label: str
    recipe: Recipe
    values: Mapping[str, Any] = field(default_factory=dict)

    def say(self, translate: Translate = str) -> str:
        """What the button says. Words among the values are marked for translation, too."""
        return said(self.label, self.values, translate)


@dataclass(frozen=True)
class Advice:
    """One thing that the curve shows.

    Args:
        rule: its name.
        title: a few words, marked for translation.
        text: what was seen and what it means, in one or two sentences, marked for translation.
        values: of the places in `text`.
        first, last: the epochs that show it, from 1.
        experiments: what to try next, at most two.
    """

    rule: str
    title: str
    text: str
    values: Mapping[str, Any]
    first: int
    last: int
    experiments: tuple[Experiment, ...] = ()
