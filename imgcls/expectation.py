"""What someone expects of a run before it starts, and how that compares with what came: kept in the run's folder.

It changes no number of the run, and is graded nowhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from imgcls.atomic import read_json, write_json
from imgcls.comparison.spread import groups
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import kept_test
from imgcls.evaluation.metrics import confusion_matrix, per_class
from imgcls.runs import Run, RunSummary, is_identifier
from imgcls.training.data_card import data_of
from imgcls.trials import score_of

FILE = "expectation.json"


@dataclass(frozen=True)
class Expectation:
    """Nothing has to be expected of everything.

    Args:
        accuracy: on the test images, 0 to 1.
        hardest: the class with the lowest recall.
        wins: of a race, whether this network is expected to come first.
        race: identifiers of all runs of that race.
    """

    accuracy: float | None = None
    hardest: str | None = None
    wins: bool | None = None
    race: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.accuracy, self.hardest, self.wins))


@dataclass(frozen=True)
class Guess:
    """One number that was expected, beside the one that came."""

    run: str
    expected: float
    came: float

    @property
    def off(self) -> float:
        """By how much it was too high, in shares of the test images; below 0: too low."""
        return self.expected - self.came


def keep_expectation(run: Run, expectation: Expectation) -> None:
    """Write it down, once; nothing is written where nothing is expected."""
    if expectation:
        write_json(run.folder / FILE, asdict(expectation))


def expectation_of(run: Run) -> Expectation:
    """What was expected; nothing, where nothing was, or where the file is no such thing."""
    found = read_json(run.folder / FILE)
    return _read(found) if isinstance(found, dict) else Expectation()


@dataclass(frozen=True)
class Hits:
    """How often something was named rightly."""

    right: int = 0
    count: int = 0

    def and_(self, is_right: bool) -> Hits:
        return Hits(self.right + is_right, self.count + 1)


@dataclass(frozen=True)
class Record:
    """All that was expected and has come.

    Args:
        accuracies: in the order of the runs.
        hardest: of the class that was named, whether no other has a lower recall.
        winners: of races that have ended, whether the one that was named has the highest mean test accuracy.
    """

    accuracies: tuple[Guess, ...] = ()
    hardest: Hits = Hits()
    winners: Hits = Hits()


def record(runs: Iterable[RunSummary], folder_of: Callable[[str], Run]) -> Record:
    """What was expected of runs that have been tested, beside what came.

    Args:
        runs: in any order; the accuracies are told in it.
        folder_of: gives the `Run` of an identifier.
    """
    guesses, hardest, races = [], Hits(), dict[tuple[str, ...], None]()
    for one in runs:
        came = one.result.get("test_accuracy")
        if came is None:
            continue
        run = folder_of(one.id)
        expected = expectation_of(run)
        if expected.accuracy is not None:
            guesses.append(Guess(one.id, expected.accuracy, float(came)))
        if expected.hardest is not None and expected.hardest in (recalls := recalls_of(run)):
            hardest = hardest.and_(recalls[expected.hardest] == min(recalls.values()))
        if expected.wins is not None and expected.race:
            races[expected.race] = None
    winners = Hits()
    for race in races:
        if (is_right := _named_the_winner(race, folder_of)) is not None:
            winners = winners.and_(is_right)
    return Record(tuple(guesses), hardest, winners)


def recalls_of(run: Run) -> dict[str, float]:
    """By its name the recall of every class that has test images; empty where nobody can tell any more."""
    try:
        kept, names = kept_test(run), data_of(run.folder, run.recipe).class_names
    except ImgclsError:  # its test or its data set is gone
        return {}
    matrix = confusion_matrix(kept.logits, kept.labels)
    found, there = per_class(matrix)["recall"], matrix.sum(axis=1) > 0
    return {name: float(value) for name, value, is_there in zip(names, found, there, strict=True) if is_there}


def _named_the_winner(race: tuple[str, ...], folder_of: Callable[[str], Run]) -> bool | None:
    """Whether the expected winner of a race has the highest mean; None as long as not all of it has been tested."""
    try:
        runs = [folder_of(one) for one in race]
    except ImgclsError:  # one of them has been deleted
        return None
    known = groups(runs)
    if len(known) < 2 or any(score_of(run) is None for run in runs):
        return None
    best = max(known, key=lambda group: group.mean or 0.0)
    named = {run.id for run in runs if expectation_of(run).wins}
    return bool(named & set(best.ids)) if named else None


def mean_distance(guesses: Sequence[Guess]) -> float:
    """How far off they are on average, in shares of the test images."""
    return sum(abs(guess.off) for guess in guesses) / len(guesses)


def _read(found: dict[str, Any]) -> Expectation:
    accuracy, hardest, wins = (found.get(name) for name in ("accuracy", "hardest", "wins"))
    race = found.get("race")
    is_race = isinstance(race, list) and all(isinstance(one, str) and is_identifier(one) for one in race)
    return Expectation(
        float(accuracy) if _is_share(accuracy) else None,  # type: ignore[arg-type]
        hardest if isinstance(hardest, str) else None,
        wins if isinstance(wins, bool) else None,
        tuple(race) if is_race else (),  # type: ignore[arg-type]
    )


def _is_share(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and 0 <= value <= 1
