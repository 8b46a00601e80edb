"""The model that a finished run saved: read only if its checksum matches. The only `load_model` of the project.

Models come from runs made here; a file from a stranger is never loaded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from imgcls.atomic import read_json
from imgcls.errors import CheckpointError, RunStateError
from imgcls.language import N_
from imgcls.runs import STATUS_WORDS, Run

MODEL = "model.keras"
CARD = "model.json"


@dataclass(frozen=True)
class SavedCard:
    """What is written beside a saved model.

    Args:
        image_shape: (height, width, channels) of the images that it takes.
        scale, offset: its input is uint8 pixel * scale + offset.
        blocks: of its body, as transfer learning counts them; None: not noted.
        features: numbers that its head reads; None: not noted.
        classes: that its head tells apart.
    """

    image_shape: tuple[int, int, int]
    scale: float
    offset: float
    blocks: int | None = None
    features: int | None = None
    classes: int = 0


def is_saved(run: Run) -> bool:
    """Whether a run has ended and left a model."""
    return (run.folder / MODEL).exists() and "model_sha256" in (run.result or {})


def saved_card(run: Run) -> SavedCard:
    """The card of a finished run's model.

    Raises:
        RunStateError: the run has not ended, or left no model.
        CheckpointError: the card is damaged.
    """
    if not is_saved(run):
        raise RunStateError(
            N_("Expected a run that has ended with a model. Run {run} is {status} and has none."),
            run=run.id,
            status=STATUS_WORDS[run.status],
        )
    card = read_json(run.folder / CARD)
    try:
        height, width, channels = (int(size) for size in card["image_shape"])
        shape, values = (height, width, channels), (float(card["scale"]), float(card["offset"]))
        blocks, features = (None if card.get(name) is None else int(card[name]) for name in ("blocks", "features"))
        return SavedCard(shape, *values, blocks=blocks, features=features, classes=len(card["class_names"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _damaged(run.folder / CARD) from None


def read_model(run: Run) -> Any:
    """The Keras model of a finished run.

    Raises:
        CheckpointError: the file does not match its checksum.
    """
    import keras

    path = run.folder / MODEL
    if hashlib.sha256(path.read_bytes()).hexdigest() != (run.result or {}).get("model_sha256"):
        raise _damaged(path)
    return keras.saving.load_model(path, compile=False, safe_mode=True)


def check_model(run: Run) -> None:
    """Refuse a damaged model before anything is begun with it; needs no Keras.

    Raises:
        CheckpointError: the file does not match its checksum.
    """
    path = run.folder / MODEL
    if hashlib.sha256(path.read_bytes()).hexdigest() != (run.result or {}).get("model_sha256"):
        raise _damaged(path)


def _damaged(path: Any) -> CheckpointError:
    return CheckpointError(
        N_("Expected the model that training saved. {path} has another checksum: it was damaged or changed."),
        path=str(path),
    )
