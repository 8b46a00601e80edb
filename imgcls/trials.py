"""Trials: one recipe a few times with something changed in it, trained one after another and laid side by side.

Trials are nothing but their runs: they are known by their identifiers.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Generic, TypeVar

from imgcls.errors import InputError, UnknownNameError
from imgcls.evaluation.metrics import accuracy_interval
from imgcls.language import N_, Translate
from imgcls.recipe import Recipe
from imgcls.runs import Curve, Run, Status, get_run, is_identifier
from imgcls.training.loop import REASONS
from imgcls.training.timing import OVERHEAD, Timing, estimated_seconds, timing_key

#: One alone is no comparison; more lines in one frame than this nobody tells apart.
FEWEST, MOST = 2, 20

#: What stands between the title of all trials and the label of one, in a run's name.
SEPARATOR = ": "

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Trials:
    """Some runs, in an order; the first is the one that the others are compared with.

    Args:
        ids: of all of them, also of those that have been deleted.
        runs: those that are there, by identifier, in that order.
        recipes: theirs.
        labels: what each of all is called, no two alike.
    """

    ids: tuple[str, ...]
    runs: dict[str, Run]
    recipes: dict[str, Recipe]
    labels: dict[str, str]

    @property
    def deleted(self) -> list[str]:
        return [identifier for identifier in self.ids if identifier not in self.runs]


def trials_of(ids: Iterable[str]) -> Trials:
    """The trials that these runs are, in this order. Some of them may have been deleted meanwhile.

    Raises:
        UnknownNameError: something is no identifier of a run, or all runs are gone.
        InputError: they are too few, too many, or one of them comes twice.
    """
    asked = tuple(ids)
    if not FEWEST <= len(asked) <= MOST:
        raise InputError(
            N_("Expected the identifiers of {fewest} to {most} runs, with commas between them. Received: {count}."),
            fewest=FEWEST,
            most=MOST,
            count=len(asked),
        )
    found = {identifier: run for identifier in asked if (run := run_or_none(identifier))}
    if len(set(asked)) < len(asked):
        raise InputError(N_("Expected runs that differ. Received: the same run twice."))
    if not found:
        raise UnknownNameError(N_("None of these {count} runs is there any more."), count=len(asked))
    recipes = {identifier: run.recipe for identifier, run in found.items()}
    return Trials(asked, found, recipes, _labels(asked, found))


def run_or_none(identifier: str) -> Run | None:
    """The run; None if it has been deleted.

    Raises:
        UnknownNameError: it cannot be an identifier.
    """
    if not is_identifier(identifier):
        return get_run(identifier)  # refuses it, in its words
    with suppress(UnknownNameError):
        return get_run(identifier)
    return None


def title_of(title: str, label: str, most: int = 64) -> str:
    """The name of a trial's run, at most `most` characters: the label has half of it, or what the title leaves.

    Example:
        >>> title_of("Augmentation", "without")
        'Augmentation: without'
    """
    label = _cut(" ".join(label.replace(SEPARATOR, " ").split()), max(most // 2, most - len(SEPARATOR) - len(title)))
    return f"{_cut(title, most - len(SEPARATOR) - len(label))}{SEPARATOR}{label}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _labels(ids: Sequence[str], runs: Mapping[str, Run]) -> dict[str, str]:
    """The end of each run's name; of a deleted run only the end of its identifier is left."""
    given = {one: runs[one].title.rpartition(SEPARATOR)[2] if one in runs else one[-6:] for one in ids}
    twice = {label for label in given.values() if list(given.values()).count(label) > 1}
    return {one: f"{label} ({one[-6:]})" if label in twice else label for one, label in given.items()}


# -- how they stand


@dataclass(frozen=True)
class Standing(Generic[K]):
    """How runs that belong together stand at one look; runs that have been deleted are in none of these."""

    runs: dict[K, Run]
    statuses: dict[K, Status]
    curves: dict[K, Curve]

    @property
    def is_active(self) -> bool:
        return any(status.is_active for status in self.statuses.values())

    @property
    def can_go_on(self) -> list[Run]:
        idle = (Status.INTERRUPTED, Status.STOPPED)
        return [run for name, run in self.runs.items() if self.statuses[name] in idle]

    @property
    def now(self) -> K | None:
        """Who trains, else who is paused, else who is the next in line; None: nobody does anything any more."""
        order = (Status.RUNNING, Status.PAUSED, Status.QUEUED)
        return next((name for status in order for name in self.statuses if self.statuses[name] is status), None)


def has_diverged(result: Mapping[str, Any] | None) -> bool:
    """Whether a run's result says that the loss became no number."""
    reason = (result or {}).get("reason")
    return isinstance(reason, dict) and reason.get("template") == REASONS["diverged"]


def loss_of_guessing(curve: Curve) -> float:
    """The cross-entropy of giving every class the same probability: ln(classes)."""
    return math.log(max(2, int(curve.start.get("classes", 10))))


# -- time


def to_measure(recipes: Iterable[Recipe]) -> dict[str, Recipe]:
    """One recipe of each kind whose steps cost the same, by its timing key: seeds, epochs and images aside."""
    found: dict[str, Recipe] = {}
    for recipe in recipes:
        found.setdefault(timing_key(recipe), recipe)
    return found


def measured_seconds_of_all(recipes: Iterable[Recipe], timings: Mapping[str, Timing]) -> float:
    """From Start to the last result, one run after another, each by the timing of its own kind in `to_measure`."""
    return sum(estimated_seconds(recipe, timings[timing_key(recipe)]) for recipe in recipes)


def seconds_left(curves: Mapping[K, Curve], statuses: Mapping[K, Status]) -> float | None:
    """Until the last of those that train or wait has ended, one after another; None as long as nobody knows.

    Those that wait are taken to need as long as the slowest that has begun.
    """
    known = [whole for curve in curves.values() if (whole := _whole_seconds(curve)) is not None]
    left = [curves[name].seconds_left() for name, status in statuses.items() if status.is_active]
    if not known or not left:
        return None
    return sum(OVERHEAD + max(known) if one is None else one for one in left)


def _whole_seconds(curve: Curve) -> float | None:
    """What a run takes from its first step to its last; None before its first."""
    if not (curve.start and curve.step and curve.images_per_second):
        return None
    validation = curve.epochs[-1].get("validation_seconds", 0.0) if curve.epochs else 0.0
    return float(curve.start["epochs"] * (curve.epoch_images / curve.images_per_second + validation))


# -- what a difference is worth


@dataclass(frozen=True)
class Score:
    """A test accuracy, 0 to 1, and the number of images that it was measured on."""

    accuracy: float
    images: int

    @property
    def interval(self) -> tuple[float, float]:
        """Where the accuracy on endlessly many such images lies, with 95 %; 0 to 1 if there was none at all."""
        return accuracy_interval(self.accuracy, self.images) if self.images > 0 else (0.0, 1.0)


def score_of(run: Run) -> Score | None:
    """The test accuracy of a run; None as long as there is none."""
    result = run.result or {}
    accuracy, images = result.get("test_accuracy"), result.get("test_images")
    if not isinstance(accuracy, int | float) or not isinstance(images, int) or not 0 <= accuracy <= 1 or images < 1:
        return None
    return Score(float(accuracy), images)


@dataclass(frozen=True)
class Verdict(Generic[K]):
    """The best of some trials against the one that they are compared with.

    Args:
        better: the highest test accuracy.
        other: the first trial; if that one is the best itself, the next best.
        difference: of the two accuracies, 0 to 1.
        chance: a difference up to this much can come from the choice of test images alone, 0 to 1.
        images: that the smaller of the two tests had.
        compared: how many trials had a result.
    """

    better: K
    other: K
    difference: float
    chance: float
    images: int
    compared: int

    @property
    def may_be_chance(self) -> bool:
        return self.difference <= self.chance

    def say(self, labels: Mapping[K, str], translate: Translate = str) -> str:
        """What the difference is worth, in two sentences."""
        points, chance = 100 * self.difference, 100 * self.chance
        if self.difference == 0:
            text = N_(
                "“{better}” and “{other}” have the same test accuracy. With one seed and {images:,} test images, a "
                "difference below {chance:.1f} points may be chance."
            )
        elif self.may_be_chance:
            text = N_(
                "“{better}” is {points:.1f} points ahead of “{other}”. With one seed and {images:,} test images, a "
                "difference below {chance:.1f} points may be chance."
            )
        else:
            text = N_(
                "“{better}” is {points:.1f} points ahead of “{other}”. That is more than the {chance:.1f} points that "
                "{images:,} test images leave to chance. It is one seed: another one moves both a little."
            )
        return translate(text).format(
            better=labels[self.better], other=labels[self.other], points=points, chance=chance, images=self.images
        )


def verdict(scores: Mapping[K, Score]) -> Verdict[K] | None:
    """Who is the best, and whether that can be chance; None with fewer than two results.

    The bound is that of Newcombe's 95 % interval for a difference, made of both accuracies' Wilson intervals
    (Newcombe 1998, Interval estimation for the difference between independent proportions, method 10). Best of
    several looks: with n trials each look gets 5 % ÷ (n − 1) (Bonferroni). Both tests are taken for independent; on the
    same images the truth is rather narrower.

    Args:
        scores: in the order of the trials.
    """
    if len(scores) < 2:
        return None
    first = next(iter(scores))
    order = sorted(scores, key=lambda name: scores[name].accuracy, reverse=True)  # stable: of equals the earlier
    better = order[0]
    other = order[1] if better == first else first
    high, low = scores[better], scores[other]
    z = NormalDist().inv_cdf(1 - 0.025 / (len(scores) - 1))
    below = high.accuracy - accuracy_interval(high.accuracy, high.images, z)[0]
    above = accuracy_interval(low.accuracy, low.images, z)[1] - low.accuracy
    return Verdict(
        better,
        other,
        high.accuracy - low.accuracy,
        math.hypot(below, above),
        min(high.images, low.images),
        len(scores),
    )
