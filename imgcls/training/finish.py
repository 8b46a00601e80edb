"""The end of a run: the best epoch's model, its test accuracy, and the result, written last."""

from __future__ import annotations

import hashlib
import math
import os
import time
from pathlib import Path
from typing import Any

from imgcls.architectures import ARCHITECTURES
from imgcls.architectures.measure import costs
from imgcls.architectures.transfer import parts
from imgcls.atomic import disk_errors, write_arrays, write_json
from imgcls.errors import ImgclsError
from imgcls.evaluation.metrics import accuracy, cross_entropy, softmax
from imgcls.evaluation.of_run import EVALUATION
from imgcls.limits import limit
from imgcls.runs.status import RESULT, Status
from imgcls.saved_model import CARD, MODEL
from imgcls.training.checkpoints import restore
from imgcls.training.data_card import data_of
from imgcls.training.loop import REASONS, Ending, Session

_STATUS = {
    "completed": Status.COMPLETED,
    "early": Status.COMPLETED,
    "stopped": Status.STOPPED,
    "time": Status.STOPPED,
    "diverged": Status.FAILED,
}


def finish(session: Session, ending: Ending) -> dict[str, Any]:
    """Write model, evaluation and result of a run that ended; returns the result."""
    result = _account(session, ending)
    if session.progress.best is not None:
        restore(session.route.learned, session.checkpoints.best())
        result["model_sha256"] = save_model(session.folder, session.model)
        write_card(session)
        result |= _test(session)
    write_json(session.folder / RESULT, result)
    return result


def write_failure(folder: Path, error: ImgclsError) -> None:
    """The result of a run that could not be trained."""
    write_json(folder / RESULT, {"status": Status.FAILED, "reason": error.to_json(), "finished": time.time()})


def save_model(folder: Path, model: Any) -> str:
    """Save as `model.keras`, whole or not at all; returns its sha256."""
    place, draft = folder / MODEL, folder / ".draft.keras"
    with disk_errors(place):
        try:
            model.save(draft)
        except RuntimeError as error:  # h5py's word for a full disk
            raise OSError(28, "No space left on device") from error
        data = draft.read_bytes()
        os.replace(draft, place)
    return hashlib.sha256(data).hexdigest()


def write_card(session: Session) -> None:
    """What a stranger needs to use `model.keras`: labels, input shape, and how pixels become input."""
    preprocessing = ARCHITECTURES.get(session.recipe.architecture.name).preprocessing
    found = parts(session.model)
    write_json(
        session.folder / CARD,
        {
            "class_names": list(session.data.class_names),
            "image_shape": list(session.data.train.image_shape),
            "preparation": data_of(session.folder, session.recipe).preparation,
            "input": "float32 = uint8 pixel * scale + offset",
            "scale": preprocessing.scale,
            "offset": preprocessing.offset,
            "blocks": len(found.blocks),
            "features": math.prod(found.features.output.shape[1:]),
            "output": "logits; take the softmax for probabilities",
            "architecture": session.recipe.architecture.model_dump(mode="json"),
            "dataset": session.recipe.dataset.model_dump(mode="json"),
        },
    )


def _account(session: Session, ending: Ending) -> dict[str, Any]:
    progress, best = session.progress, session.progress.best or {}
    reason = None
    if ending in REASONS:
        values = {
            "patience": session.recipe.training.early_stopping,
            "step": progress.step,
            "total": session.total,
            "minutes": limit("train_minutes"),
            "loss": str(session.bad_loss),
            "rate": session.rate,
        }
        reason = {"type": "InputError", "template": REASONS[ending], "values": values}
    return {
        "status": _STATUS[ending],
        "reason": reason,
        "epochs": progress.epoch,
        "steps": progress.step,
        "best_epoch": best.get("epoch"),
        "validation_accuracy": best.get("val_accuracy"),
        "validation_loss": best.get("val_loss"),
        "precision": progress.precision,
        "parameters": session.parameters,
        "multiply_adds": costs(session.model)["multiply_adds"],
        "train_seconds": round(progress.seconds + progress.feature_seconds, 3),
        "feature_seconds": round(progress.feature_seconds, 3),
        "images_per_second": round(progress.images / max(progress.seconds, 1e-9), 1),
        "recipe_hash": session.recipe.hash(),
        "finished": time.time(),
    }


def _test(session: Session) -> dict[str, Any]:
    """The first and only look at the test images; kept, so that nobody need look again."""
    logits = session.route.test()
    labels = session.data.test.labels
    write_arrays(
        session.folder / EVALUATION,
        {"logits": logits, "probabilities": softmax(logits), "labels": labels, "indices": session.data.test_indices},
    )
    return {
        "test_accuracy": accuracy(logits, labels),
        "test_loss": float(cross_entropy(logits, labels).mean()),
        "test_images": len(labels),
    }
