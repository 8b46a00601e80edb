"""What someone expects of a run before it starts, and how that compares with what came: kept in the run's folder.

It changes no number of the run, and is graded nowhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from imgcls.atomic import read_json, write_json
from imgcls.runs import Run, RunSummary

FILE = "expectation.json"


@dataclass(frozen=True)
class Expectation:
    """Nothing has to be expected of everything.

    Args:
        accuracy: on the test images, 0 to 1.
        hardest: the class with the lowest recall.
        wins: of a race, whether this network is expected to come first.
    """

    accuracy: float | None = None
    hardest: str | None = None
    wins: bool | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in asdict(self).values())


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


def record(runs: Iterable[RunSummary], folder_of: Callable[[str], Run]) -> list[Guess]:
    """All expected accuracies whose runs have been tested, in the order of the runs.

    Args:
        folder_of: gives the `Run` of an identifier.
    """
    guesses = []
    for one in runs:
        came = one.result.get("test_accuracy")
        if came is None:
            continue
        expected = expectation_of(folder_of(one.id)).accuracy
        if expected is not None:
            guesses.append(Guess(one.id, expected, float(came)))
    return guesses


def mean_distance(guesses: list[Guess]) -> float:
    """How far off they are on average, in shares of the test images."""
    return sum(abs(guess.off) for guess in guesses) / len(guesses)


def _read(found: dict[str, Any]) -> Expectation:
    accuracy, hardest, wins = (found.get(name) for name in ("accuracy", "hardest", "wins"))
    return Expectation(
        float(accuracy) if _is_share(accuracy) else None,  # type: ignore[arg-type]
        hardest if isinstance(hardest, str) else None,
        wins if isinstance(wins, bool) else None,
    )


def _is_share(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and 0 <= value <= 1
