"""Which precision a run trains in, where the recipe leaves it to the machine: decided by timing a few steps, and kept.

`<home>/cache/precisions.json` holds the choice for each kind of step: the same recipe has the same numbers again.
"""

from __future__ import annotations

from pathlib import Path

from imgcls.architectures import architecture_options
from imgcls.architectures.transfer import BodyOptions
from imgcls.atomic import read_json, write_json
from imgcls.home import folder
from imgcls.recipe import Recipe
from imgcls.training.half import HALF, processor_has_bfloat16
from imgcls.training.timing import timing_key

FULL = "float32"
AUTO = "auto"
#: bfloat16 is worth its lost digits where a step is at least this many times faster.
PAYS = 1.15


def known_precision(recipe: Recipe) -> str | None:
    """The precision that a recipe trains in; None: nobody has timed it yet."""
    asked, options = recipe.training.precision, architecture_options(recipe.architecture)
    if asked != AUTO:
        return asked
    if not processor_has_bfloat16():
        return FULL
    if isinstance(options, BodyOptions) and options.has_learned:
        return FULL  # what it has learned was learned with all digits, and to time so large a network takes a minute
    kept = _kept().get(timing_key(recipe))
    return kept if kept in (FULL, HALF) else None


def chosen_precision(recipe: Recipe) -> str:
    """The precision that a recipe trains in; timed now, if nobody has yet. Needs Keras then."""
    known = known_precision(recipe)
    return keep_precision(recipe, times_faster(recipe)) if known is None else known


def keep_precision(recipe: Recipe, faster: float) -> str:
    """Note and return what follows from bfloat16's steps being `faster` times as fast."""
    choice = HALF if faster >= PAYS else FULL
    write_json(_path(), _kept() | {timing_key(recipe): choice}, durable=False)
    return choice


def times_faster(recipe: Recipe) -> float:
    """How many times as fast a training step is in bfloat16 as in float32, here and now."""
    from imgcls.training.trial import alternate_steps

    full, half = alternate_steps(recipe, [FULL, HALF])
    return full / half


def _kept() -> dict[str, str]:
    kept = read_json(_path())
    return kept if isinstance(kept, dict) else {}


def _path() -> Path:
    return folder("cache") / "precisions.json"
