"""The same settings from several seeds: their mean, their spread, and what is left of a difference."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from imgcls.comparison.course import course_of
from imgcls.comparison.differences import spelled_out
from imgcls.language import N_, Translate
from imgcls.recipe import Recipe
from imgcls.runs import Run
from imgcls.training.data_card import data_version
from imgcls.trials import score_of


def t_quantile(freedom: int, comparisons: int = 1) -> float:
    """The two-sided 95 % quantile of Student's t with so many degrees of freedom, at least 1.

    Args:
        comparisons: made at once, of which the best is told: each then gets its share of the 5 % (Bonferroni).
    """
    from scipy.special import stdtrit  # a fifth of a second, which no page needs before it compares

    return float(stdtrit(freedom, 1 - 0.05 / 2 / comparisons))


@dataclass(frozen=True)
class Group:
    """Runs that differ in nothing but their seed: the same settings, the same data, and the same course.

    Args:
        ids: their identifiers.
        accuracies: test accuracy by seed, 0 to 1, of those that have ended; of several from one seed their mean, for
            they are no new evidence.
        seconds: what training took each of them.
        repeats: how many of them have the seed of another one.
    """

    ids: tuple[str, ...]
    accuracies: Mapping[int, float]
    seconds: tuple[float, ...]
    repeats: int = 0

    @property
    def mean(self) -> float | None:
        return fmean(self.accuracies.values()) if self.accuracies else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation from seed to seed; None for fewer than two."""
        return stdev(self.accuracies.values()) if len(self.accuracies) > 1 else None

    @property
    def mean_seconds(self) -> float | None:
        return fmean(self.seconds) if self.seconds else None


def groups(runs: Sequence[Run]) -> list[Group]:
    """The runs by all that decides them but their seed, in the order in which they come.

    A run whose learning rate was changed while it trained, or that was ended before its end, is no repeat of one that
    went as it was asked to; neither is one on the same data set before it was edited.
    """
    sorted_: dict[str, list[tuple[Run, Recipe]]] = {}
    for run in runs:
        recipe = run.recipe
        sorted_.setdefault(_key(run, recipe), []).append((run, recipe))
    return [_group(members) for members in sorted_.values()]


def _key(run: Run, recipe: Recipe) -> str:
    settings = {name: value for name, value in spelled_out(recipe).items() if name != "seed"}
    course = course_of(run)
    went = [course.rates, course.end if course.was_cut else "", course.epochs if course.was_cut else 0]
    return json.dumps([settings, data_version(run.folder) or "", went], sort_keys=True)


def _group(members: Sequence[tuple[Run, Recipe]]) -> Group:
    ended = [(run, recipe, score) for run, recipe in members if (score := score_of(run)) is not None]
    by_seed: dict[int, list[float]] = {}
    for _run, recipe, score in ended:
        by_seed.setdefault(recipe.seed, []).append(score.accuracy)
    seconds = [float((run.result or {}).get("train_seconds") or 0.0) for run, _recipe, _score in ended]
    return Group(
        tuple(run.id for run, _ in members),
        {seed: fmean(values) for seed, values in by_seed.items()},
        tuple(seconds),
        len(ended) - len(by_seed),
    )


def say_repeats(accuracies: Sequence[float], translate: Translate = str) -> str:
    """One sentence about runs of one group: what lies between them is no difference of anything.

    Args:
        accuracies: 0 to 1, at least two.
    """
    points = 100 * (max(accuracies) - min(accuracies))
    return translate(
        N_("They have the same settings: the {points:.1f} points between the best and the worst of them are chance.")
    ).format(points=points)


@dataclass(frozen=True)
class Lead:
    """How far the best group is ahead of the next best one.

    Args:
        best, next: their places.
        difference: of the mean accuracies, 0 to 1.
        margin: half the 95 % interval of it, 0 to 1; None where one seed leaves nothing to judge by.
        pairs: how many seeds both have; 0: the two were not compared seed by seed.
        cost: the best one's training time as a multiple of the other's; None if not known.
        rivals: how many it was picked against.
    """

    best: int
    next: int
    difference: float
    margin: float | None
    pairs: int
    cost: float | None
    rivals: int = 1

    @property
    def is_real(self) -> bool:
        return self.margin is not None and self.difference > self.margin


def lead(known: Sequence[Group]) -> Lead | None:
    """Who leads, and by how much; None with fewer than two groups that have a result.

    Seeds that both have are compared one by one (paired t interval): the same seed draws the same split and the same
    order of images, which moves both alike. Else the interval is Welch's, with its degrees of freedom.

    The best of many is partly the luckiest of many: the interval is wider by as many rivals as it has (Bonferroni).
    """
    ended = [place for place, group in enumerate(known) if group.mean is not None]
    if len(ended) < 2:
        return None
    order = sorted(ended, key=lambda place: known[place].mean or 0.0, reverse=True)
    best, other = known[order[0]], known[order[1]]
    seeds = sorted(best.accuracies.keys() & other.accuracies.keys())
    pairs = [best.accuracies[seed] - other.accuracies[seed] for seed in seeds]
    whole = len(pairs) == len(best.accuracies) == len(other.accuracies)
    rivals = len(ended) - 1
    if whole:
        margin = _paired(pairs, rivals)
    else:
        margin = _welch(list(best.accuracies.values()), list(other.accuracies.values()), rivals)
    times = best.mean_seconds, other.mean_seconds
    cost = times[0] / times[1] if times[0] and times[1] else None
    difference = (best.mean or 0.0) - (other.mean or 0.0)
    return Lead(order[0], order[1], difference, margin, len(pairs) if whole else 0, cost, rivals)


def _paired(differences: Sequence[float], rivals: int) -> float | None:
    count = len(differences)
    return t_quantile(count - 1, rivals) * stdev(differences) / math.sqrt(count) if count > 1 else None


def _welch(first: Sequence[float], second: Sequence[float], rivals: int) -> float | None:
    if len(first) < 2 or len(second) < 2:
        return None
    shares = [stdev(values) ** 2 / len(values) for values in (first, second)]
    whole = sum(shares)
    if not whole:
        return 0.0
    down = sum(share**2 / (len(values) - 1) for share, values in zip(shares, (first, second), strict=True))
    return t_quantile(max(1, int(whole**2 / down)), rivals) * math.sqrt(whole)


def say_lead(found: Lead, names: Sequence[str], translate: Translate = str) -> str:
    """One or two sentences that name their evidence."""
    values: dict[str, Any] = {
        "best": names[found.best],
        "other": names[found.next],
        "points": 100 * found.difference,
        "margin": 100 * (found.margin or 0.0),
        "cost": found.cost or 1.0,
    }
    if found.margin is None:
        text = N_(
            "“{best}” is {points:.1f} points ahead of “{other}”, from one seed. Whether that is more than chance, only "
            "more seeds can tell: train each from three seeds or more."
        )
    elif found.is_real:
        text = N_(
            "“{best}” beats “{other}” by {points:.1f} ± {margin:.1f} points over its seeds (95 %). The difference is "
            "real: zero is not among what is plausible."
        )
    else:
        text = N_(
            "“{best}” is {points:.1f} ± {margin:.1f} points ahead of “{other}” over its seeds (95 %). Zero is among "
            "what is plausible: the difference may be chance."
        )
    said = translate(text).format(**values)
    if found.margin is not None and found.rivals > 1:
        said += " " + translate(N_("The interval allows for its being the best of {count}.")).format(
            count=found.rivals + 1
        )
    if found.cost is None:
        return said
    return said + " " + translate(N_("It costs {cost:.1f}× the time.")).format(**values)
