"""The probability below which a run says “not sure”: chosen on Evaluate, kept beside the run.

Predict heeds it, and so does the command line.

A threshold means something only for the probabilities that it was chosen for: the temperature belongs to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imgcls.atomic import read_json, write_json
from imgcls.evaluation.metrics import softmax
from imgcls.language import N_, Translate
from imgcls.runs import Run, get_run, is_identifier

THRESHOLD = "threshold.json"
#: What stands in place of an answer.
NOT_SURE = N_("not sure: {guess}")


@dataclass(frozen=True)
class Threshold:
    """From which probability on an answer is given.

    Args:
        least: 0 to 1.
        temperature: by which the logits are divided first; 1: not at all.
    """

    least: float
    temperature: float = 1.0

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Of logits (…, classes), float64, as the threshold is meant."""
        return softmax(np.asarray(logits, np.float64) / self.temperature)

    def is_sure(self, probabilities: np.ndarray) -> bool:
        """Whether these probabilities (classes,) are enough for an answer."""
        return bool(np.max(probabilities) >= self.least)

    def say(self, translate: Translate = str) -> str:
        """Below what nothing is answered, and where that was chosen."""
        text = N_("Below {least:.0%} it says “not sure”: chosen on Evaluate.")
        if self.temperature != 1:
            text = N_(
                "Below {least:.0%} it says “not sure”: chosen on Evaluate. Its probabilities are those at the "
                "temperature of {temperature:.2f}, which was fitted there."
            )
        return translate(text).format(least=self.least, temperature=self.temperature)


def threshold_of(run: Run, version: str) -> Threshold | None:
    """The one that was chosen for the weights of this version; None: none was."""
    found = read_json(run.folder / THRESHOLD)
    if not isinstance(found, dict) or found.get("version") != version:
        return None
    least, temperature = _number(found.get("least")), _number(found.get("temperature"))
    return Threshold(least, temperature) if 0 < least <= 1 and temperature > 0 else None


def threshold_of_model(name: str, version: str) -> Threshold | None:
    """The one that was chosen for a model that may be asked; only runs have one."""
    return threshold_of(get_run(name), version) if is_identifier(name) else None


def keep_threshold(run: Run, version: str, threshold: Threshold | None) -> None:
    """Keep it for the weights of this version; None takes it back.

    Raises:
        PlaceError: it could not be written.
    """
    if threshold is None:
        write_json(run.folder / THRESHOLD, {})
        return
    kept = {"least": threshold.least, "temperature": threshold.temperature, "version": version}
    write_json(run.folder / THRESHOLD, kept)


def _number(value: object) -> float:
    """As it was written; not a number for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else math.nan  # type: ignore[arg-type]
