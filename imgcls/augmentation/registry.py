"""The augmentations: what each is, and how it changes a batch.

Metadata is importable without Keras, because the pages list augmentations in a process that must
never import it; builders import Keras inside their body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from imgcls.datasets import Facts
from imgcls.recipe import Choice, refusal
from imgcls.registry import MISSING_AUGMENTATION, Options, Registry

#: (images float32 (b, h, w, c) in 0…255, labels float32 (b, k), seed int32 (2,)) → (images, labels) of the same
#: shapes. The same three give the same two. Images may leave 0…255 a little: whoever calls clips.
Step = Callable[[Any, Any, Any], tuple[Any, Any]]
#: options → the change; layers are made here, outside any graph
Builder = Callable[[Any], Step]
#: (options, data set) → why this makes little sense here, marked with `N_`; None: it does
Doubt = Callable[[Any, Facts], str | None]


def no_doubt(options: Any, dataset: Facts) -> str | None:
    """It makes sense everywhere."""
    return None


@dataclass(frozen=True)
class Augmentation:
    """A registered augmentation. All but `build` can be asked without Keras.

    Args:
        name: as typed on the command line.
        title: what people call it.
        paper: authors, year, title, link.
        summary: its idea in one paragraph, marked with `N_`.
        build: options → the change of a batch.
        options: what can be chosen, with ranges and help.
        mixes: whether it mixes images, and therefore changes labels.
        departs: where it is not the paper's, marked with `N_`; empty: nowhere.
        doubt: says for which data sets it makes little sense. Said, not forbidden: to see it fail is worth a run.
    """

    name: str
    title: str
    paper: str
    summary: str
    build: Builder
    options: type[Options]
    mixes: bool = False
    departs: str = ""
    doubt: Doubt = no_doubt


AUGMENTATIONS: Registry[Augmentation] = Registry(MISSING_AUGMENTATION)


def augmentation_options(choice: Choice) -> Options:
    """The options of `choice`, checked by the augmentation's own model.

    Raises:
        UnknownNameError: no such augmentation.
        RecipeError: an option is unknown or out of range.
    """
    try:
        return AUGMENTATIONS.get(choice.name).options(**choice.options)
    except ValidationError as error:
        raise refusal(error, prefix=f"augmentation.{choice.name}") from None


def doubtful(choice: Choice, dataset: Facts) -> str | None:
    """Why `choice` makes little sense for the images of `dataset`, as a sentence to be translated; None: it does.

    Raises:
        UnknownNameError, RecipeError: as `augmentation_options`.
    """
    return AUGMENTATIONS.get(choice.name).doubt(augmentation_options(choice), dataset)
