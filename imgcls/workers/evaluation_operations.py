"""What the inference worker answers about a finished run that was not asked while it was trained."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.datasets import load
from imgcls.evaluation.corruptions import CORRUPTIONS, STRENGTHS, corrupted
from imgcls.evaluation.embedding import (
    Embedding,
    keep_embedding,
    known_embedding,
    penultimate,
    principal_components,
    some_places,
    tsne,
)
from imgcls.evaluation.kept import kept_test
from imgcls.evaluation.metrics import accuracy
from imgcls.evaluation.nearest import MOST as MOST_TRAINED
from imgcls.evaluation.nearest import TrainingFeatures, directions, keep_features, known_features
from imgcls.evaluation.nearest import nearest as most_alike
from imgcls.evaluation.robustness import MOST as MOST_SPOILED
from imgcls.evaluation.robustness import keep_robustness, known_robustness
from imgcls.evaluation.validation import keep_validation, known_validation
from imgcls.models import TrainedModel, load_trained
from imgcls.runs import Run, get_run
from imgcls.training.data import divided, run_data, trained_on
from imgcls.workers.progress import tell

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]

#: Images between two words about how far it is.
_AT_ONCE = 512
#: Images of which the network's inside is held at once.
_AT_A_PASS = 100


def validation(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run → `logits` (n, classes) and `labels` (n,) of its validation images; kept in its folder."""
    trained, run = load_trained(arguments["model"]), get_run(arguments["model"])
    known = known_validation(run, trained.card.version)
    if known is None:
        part = run_data(run.recipe).validation
        found = []
        for start in range(0, len(part), _AT_ONCE):
            tell(start, len(part))
            found.append(trained.logits(part.images[start : start + _AT_ONCE]))
        known = np.concatenate(found), part.labels
        keep_validation(run, trained.card.version, *known)
    logits, labels = known
    return {"images": len(labels)}, {"logits": logits, "labels": labels}


def embedding(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run → some of its test images on a map, as `Embedding`; kept in its folder."""
    trained, run = load_trained(arguments["model"]), get_run(arguments["model"])
    found = known_embedding(run, trained.card.version)
    if found is None:
        kept = kept_test(run)
        places = some_places(kept.labels)
        images = load(run.recipe.dataset).images[kept.indices[places]]
        features = _features(trained, images, 0.5)
        tell(2, 4)
        components, explained = principal_components(features)
        found = Embedding(places, components, explained, tsne(features))
        keep_embedding(run, trained.card.version, found)
    made = {name: getattr(found, name) for name in ("places", "components", "explained", "neighbours")}
    return {"images": len(found.places)}, made


def _features(trained: TrainedModel, images: np.ndarray, share: float = 1.0) -> np.ndarray:
    """float32 (n, features) of uint8 images (n, h, w, c); `share`: how much of the whole work this is."""
    network = penultimate(trained.keras_model)
    found = []
    for start in range(0, len(images), _AT_A_PASS):
        tell(round(share * start), len(images))
        found.append(np.asarray(network(trained.inputs(images[start : start + _AT_A_PASS]), training=False)))
    return np.concatenate(found).astype(np.float32)


def nearest(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run, and `places` in its test → the `count` training images that it finds most alike to each.

    Answers `indices` (m, k), positions in the data set, `labels` (m, k), what the network was told of them, and
    `cosines` (m, k). What the network makes of its training images is kept in the run's folder.
    """
    trained, run = load_trained(arguments["model"]), get_run(arguments["model"])
    places, images = kept_test(run).indices[arguments["places"]], load(run.recipe.dataset).images
    known = known_features(run, trained.card.version)
    if known is None:
        known = _training_features(trained, run)
        keep_features(run, trained.card.version, known)
    rows, cosines = most_alike(known, _features(trained, images[places]), int(arguments["count"]))
    answer = {"indices": known.indices[rows], "labels": known.labels[rows], "cosines": cosines.astype(np.float32)}
    return {"images": len(known.indices)}, answer


def _training_features(trained: TrainedModel, run: Run) -> TrainingFeatures:
    images, parts = divided(run.recipe)
    indices, labels = trained_on(images, parts, run.recipe)
    some = some_places(labels, MOST_TRAINED)
    indices, labels = indices[some], labels[some]
    return TrainingFeatures(indices, labels, directions(_features(trained, images.images[indices])).astype(np.float16))


def robustness(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run → `accuracy` (corruptions, 6) of some of its test images, spoiled at strength 0 to 5; kept."""
    trained, run = load_trained(arguments["model"]), get_run(arguments["model"])
    found = known_robustness(run, trained.card.version)
    if found is None:
        kept = kept_test(run)
        places = some_places(kept.labels, MOST_SPOILED)
        images, labels = load(run.recipe.dataset).images[kept.indices[places]], kept.labels[places]
        found = np.full((len(CORRUPTIONS), STRENGTHS + 1), accuracy(trained.logits(images), labels))
        for row, name in enumerate(CORRUPTIONS):
            for strength in range(1, STRENGTHS + 1):
                tell(row * STRENGTHS + strength, len(CORRUPTIONS) * STRENGTHS)
                found[row, strength] = accuracy(trained.logits(corrupted(images, name, strength)), labels)
        keep_robustness(run, trained.card.version, found)
    return {"images": min(MOST_SPOILED, len(kept_test(run).labels))}, {"accuracy": found}


EVALUATION_OPERATIONS = {
    "validation": validation,
    "embedding": embedding,
    "nearest": nearest,
    "robustness": robustness,
}
