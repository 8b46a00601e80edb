"""Trained models: found by name, loaded once, at most a few in memory."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from imgcls import imagenet
from imgcls.architectures import ARCHITECTURES, Preprocessing, build_model
from imgcls.architectures.measure import images_a_pass
from imgcls.architectures.transfer import learned_variables
from imgcls.atomic import read_json
from imgcls.errors import RunStateError
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.runs import STATUS_WORDS, Run, get_run
from imgcls.runs.status import RESULT
from imgcls.saved_model import MODEL, is_saved, read_model
from imgcls.training.checkpoints import Checkpoints, restore
from imgcls.training.data_card import DATA, data_of


@dataclass(frozen=True)
class ModelCard:
    """What can be known of a model without loading it.

    Args:
        name: the run's identifier, `imagenet`, or `applications/…`.
        class_names: label of each output.
        image_shape: (height, width, channels) that the network takes.
        preparation: how a picture from outside is brought to that shape.
        preprocessing: how uint8 pixels become the network's input.
        epoch: the epoch whose weights these are.
        is_final: False for a checkpoint of a run that has not ended.
        version: changes with the weights.
    """

    name: str
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    preparation: str
    preprocessing: Preprocessing
    epoch: int
    is_final: bool
    version: str

    @property
    def values(self) -> tuple[float, float]:
        """What a black and a white pixel are in the network's input."""
        return float(self.preprocessing.offset), float(255 * self.preprocessing.scale + self.preprocessing.offset)


@dataclass(frozen=True)
class TrainedModel:
    """A loaded model and its card. `keras_model`: float32 input → float32 logits."""

    card: ModelCard
    keras_model: Any

    def inputs(self, images: np.ndarray) -> np.ndarray:
        """uint8 images (n, h, w, c) → the float32 input of the network."""
        preprocessing = self.card.preprocessing
        return images.astype(np.float32) * np.float32(preprocessing.scale) + np.float32(preprocessing.offset)

    def logits(self, images: np.ndarray) -> np.ndarray:
        """uint8 images (n, h, w, c) → float32 logits (n, classes)."""
        parts = [images[start : start + self._size] for start in range(0, len(images), self._size)]
        return np.concatenate([self._pass(self.inputs(part)) for part in parts])

    @cached_property
    def _size(self) -> int:
        """Images at once; to ask a large network's layers for it takes as long as a fifth of its pass."""
        return images_a_pass(self.keras_model)

    @cached_property
    def _pass(self) -> Callable[[np.ndarray], np.ndarray]:
        """The network as one traced function for any number of images: layer by layer it is 1.5 to 7 times slower."""
        import tensorflow as tf

        model = self.keras_model
        # no XLA: on a CPU it is slower
        traced = tf.function(
            lambda inputs: tf.cast(model(inputs, training=False), tf.float32),
            input_signature=[tf.TensorSpec((None, *self.card.image_shape), tf.float32)],
            autograph=False,
            jit_compile=False,
        )
        # to choose among traces, of which there is one, would cost half as much as a small network
        run = traced.get_concrete_function()
        return lambda inputs: np.asarray(run(tf.constant(inputs)).numpy())


def model_card(name: str) -> ModelCard:
    """The card of a run's model, of `imagenet` or of `applications/…`; needs no Keras.

    Raises:
        UnknownNameError: there is no such run or network.
        RunStateError: the run has no weights yet.
        PlaceError: a package that `imagenet` needs is not installed.
        MissingWeightsError: the weights of `applications/…`, old head included, have to be downloaded first.
    """
    return _ready_made_card(name) if imagenet.is_ready_made(name) else _run_card(name)


def _ready_made_card(name: str) -> ModelCard:
    architecture = imagenet.architecture_of(name)
    return ModelCard(
        name=imagenet.NAME if name == imagenet.NAME else architecture.name,
        class_names=imagenet.class_names(),
        image_shape=imagenet.IMAGE_SHAPE,
        preparation=imagenet.PREPARATION,
        preprocessing=ARCHITECTURES.get(architecture.name).preprocessing,
        epoch=0,
        is_final=True,
        version=imagenet.VERSION if name == imagenet.NAME else architecture.name,
    )


def _run_card(name: str) -> ModelCard:
    run = get_run(name)
    try:
        stamps = tuple((known.st_mtime_ns, known.st_size) for known in map(os.stat, _last_written(run)))
    except OSError:  # it has not ended
        return _read_card(run)
    return _ended_card(run, stamps)


def _last_written(run: Run) -> tuple[Path, ...]:
    """What is there once a run has ended; none of it changes afterwards, unless by hand."""
    return tuple(run.folder / name for name in (MODEL, RESULT, DATA, "recipe.json"))


@lru_cache(maxsize=256)
def _ended_card(run: Run, stamps: tuple[tuple[int, int], ...]) -> ModelCard:
    return _read_card(run)


def _read_card(run: Run) -> ModelCard:
    recipe, result = run.recipe, run.result or {}
    if not run.has_model:
        raise RunStateError(
            N_("Expected a run with a model. Run {run} is {status} and has no weights yet: wait for its first epoch."),
            run=run.id,
            status=STATUS_WORDS[run.status],
        )
    dataset = data_of(run.folder, recipe)
    final = is_saved(run)
    best = result if final else _pointer_progress(run)
    return ModelCard(
        name=run.id,
        class_names=dataset.class_names,
        image_shape=dataset.image_shape,
        preparation=dataset.preparation,
        preprocessing=ARCHITECTURES.get(recipe.architecture.name).preprocessing,
        epoch=int(best.get("best_epoch") or 0),
        is_final=final,
        version=str(result["model_sha256"]) if final else Checkpoints(run.folder).version(),
    )


def _pointer_progress(run: Run) -> dict[str, Any]:
    pointer = read_json(run.folder / "checkpoints" / "checkpoint.json")
    last = pointer.get("last") if isinstance(pointer, dict) else None
    progress = (last.get("progress") if isinstance(last, dict) else None) or {}
    return {"best_epoch": (progress.get("best") or {}).get("epoch") or progress.get("epoch")}


_cache: OrderedDict[tuple[str, str], TrainedModel] = OrderedDict()
_guard = RLock()


def load_trained(name: str) -> TrainedModel:
    """The model of a run: its result, or the best checkpoint so far of one that still trains. Or a ready-made one.

    Raises:
        UnknownNameError, RunStateError, PlaceError, MissingWeightsError: as `model_card`.
        CheckpointError: the stored weights do not match their checksum.
    """
    card = model_card(name)
    key = (card.name, card.version)
    with _guard:
        if key not in _cache:
            _cache[key] = TrainedModel(card, _keras_model(card))
            for old in [known for known in _cache if known[0] == name and known != key]:
                del _cache[old]
            while len(_cache) > max(1, limit("cached_models")):
                _cache.popitem(last=False)
        _cache.move_to_end(key)
        return _cache[key]


def _keras_model(card: ModelCard) -> Any:
    if imagenet.is_ready_made(card.name):
        return imagenet.build(card.name)
    run = get_run(card.name)
    return read_model(run) if card.is_final else _so_far(run, card)


def _so_far(run: Run, card: ModelCard) -> Any:
    recipe = run.recipe
    model = build_model(recipe.architecture, card.image_shape, len(card.class_names), recipe.seed)
    restore(learned_variables(model), Checkpoints(run.folder).best())
    return model
