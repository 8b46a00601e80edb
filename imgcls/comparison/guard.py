"""The fair-comparison guard: in what runs differ besides the one thing that was asked about. It advises, no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from imgcls.comparison.course import Course, course_of
from imgcls.comparison.differences import differences, say_differences
from imgcls.comparison.same_test import by_test
from imgcls.comparison.spread import Group, groups
from imgcls.language import N_, Translate
from imgcls.recipe import Recipe
from imgcls.runs import Run
from imgcls.training.data_card import data_version

#: What a caveat is about.
Kind = Literal[
    "data", "version", "labels", "split", "settings", "size", "seeds", "budget", "course", "repeats", "one seed"
]

#: Settings that say how much a network gets to see.
_BUDGET = ("training.epochs", "subset")

#: So many times the parameters make another size of network: twice as many is also what √2 times the width is.
_MUCH_LARGER = 2


@dataclass(frozen=True)
class Caveat:
    """One thing that makes a comparison less than fair.

    Args:
        kind: what it is about.
        text: one sentence, marked for translation, with the places of `values`.
    """

    kind: Kind
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def say(self, translate: Translate = str) -> str:
        return translate(self.text).format(**self.values)


def caveats(runs: Sequence[Run], names: Mapping[str, str]) -> list[Caveat]:
    """What is to be said before runs are called better or worse than each other; nothing is a good sign.

    Args:
        runs: that have been tested.
        names: what each is called, by its identifier, without its seed.
    """
    known = groups(runs)
    found = [*_of_tests(runs), *_of_settings(variants(run.recipe for run in runs))]
    found += _of_sizes(known, {run.id: run for run in runs}, names)
    for some in by_test(runs):
        together = [group for group in known if group.ids[0] in {run.id for run in some}]
        found += _of_seeds(together, names)
    courses = {run.id: course_of(run) for run in runs}
    found += [*_of_courses(known, courses, names), *_of_budgets(known, courses, names)]
    return [*found, *_of_repeats(known, names)]


def variants(recipes: Iterable[Recipe]) -> list[Recipe]:
    """One of each where the same settings are trained from several seeds: those repeat, they are no other setting."""
    all_of_them, found = list(recipes), list[Recipe]()
    for recipe in (one.model_copy(update={"seed": 0}) for one in all_of_them):
        if not any(not differences([recipe, other]) for other in found):
            found.append(recipe)
    return found if 1 < len(found) < len(all_of_them) else all_of_them


def say_settings(runs: Iterable[Run], translate: Translate = str) -> str:
    """One sentence: in which settings the runs differ, repeats from other seeds aside."""
    return say_differences(variants(run.recipe for run in runs), translate)


# -- the tests


def _of_tests(runs: Sequence[Run]) -> list[Caveat]:
    if len(by_test(runs)) < 2:
        return []
    recipes = [run.recipe for run in runs]
    paths = {path.split(".")[0] for path in differences(recipes)}
    found = []
    if "dataset" in paths:
        names = dict.fromkeys(recipe.dataset.name for recipe in recipes)
        found.append(Caveat("data", _OTHER_DATA, {"names": ", ".join(names)}))
    for name in _edited(runs):
        found.append(Caveat("version", _EDITED, {"name": name}))
    if "corrections" in paths:
        found.append(Caveat("labels", _OTHER_LABELS))
    if "split" in paths:
        shares = dict.fromkeys(f"{recipe.split.test:.0%}" for recipe in recipes)
        found.append(Caveat("split", _OTHER_SPLIT, {"shares": ", ".join(shares)}))
    return found


_OTHER_DATA = N_(
    "They have different data sets or options of them ({names}): an accuracy on one is neither better nor worse than "
    "one on another."
)
_EDITED = N_("The data set {name} was changed between them: the same name, other images.")
_OTHER_LABELS = N_("Some images or labels of their tests were corrected for one and not for the other.")
_OTHER_SPLIT = N_("They were split otherwise (test share {shares}): they were tested on other images.")


def _edited(runs: Iterable[Run]) -> list[str]:
    """Names of data sets that are not the same for all runs that name them."""
    versions: dict[str, set[str]] = {}
    for run in runs:
        if (version := data_version(run.folder)) is not None:
            versions.setdefault(run.recipe.dataset.name, set()).add(version)
    return [name for name, some in versions.items() if len(some) > 1]


# -- the settings


def _of_settings(recipes: Sequence[Recipe]) -> list[Caveat]:
    """More than one setting, and whether one of them is the budget."""
    paths = [path for path in differences(recipes) if path != "seed"]
    if len(paths) < 2:
        return []
    found = [Caveat("settings", _SEVERAL, {"count": len(paths)})]
    if any(path in _BUDGET for path in paths):
        epochs = dict.fromkeys(str(recipe.training.epochs) for recipe in recipes)
        shares = dict.fromkeys(f"{recipe.subset:.0%}" for recipe in recipes)
        found.append(Caveat("budget", _OTHER_BUDGET, {"epochs": ", ".join(epochs), "shares": ", ".join(shares)}))
    return found


_SEVERAL = N_("{count} settings differ at once: no difference can be put down to one of them alone.")
_OTHER_BUDGET = N_(
    "They do not have the same budget (epochs {epochs}; share of the training images {shares}): who sees more has an "
    "advantage that is not the network's."
)


# -- the size


def _of_sizes(known: Sequence[Group], runs: Mapping[str, Run], names: Mapping[str, str]) -> list[Caveat]:
    """The largest network against the smallest, where that is no comparison of like with like."""
    sizes = {place: size for place, group in enumerate(known) if (size := _parameters(runs[group.ids[0]]))}
    if not sizes:
        return []
    large, small = max(sizes, key=sizes.__getitem__), min(sizes, key=sizes.__getitem__)
    ratio = sizes[large] / sizes[small]
    if ratio < _MUCH_LARGER:
        return []
    values = {
        "large": _called(known[large], names),
        "small": _called(known[small], names),
        "ratio": ratio,
        "many": sizes[large],
        "few": sizes[small],
    }
    return [Caveat("size", _OTHER_SIZE, values)]


def _parameters(run: Run) -> int | None:
    """Of its network; None where its result does not say so."""
    count = (run.result or {}).get("parameters")
    return count if isinstance(count, int) and count > 0 else None


_OTHER_SIZE = N_(
    "“{large}” has {ratio:.1f} times as many parameters as “{small}” ({many:,} and {few:,}): part of the difference "
    "may be its size, not how it is built."
)


# -- the seeds


def _of_seeds(known: Sequence[Group], names: Mapping[str, str]) -> list[Caveat]:
    ended = [group for group in known if group.accuracies]
    if len(ended) < 2:
        return []
    found = []
    seeds = [sorted(group.accuracies) for group in ended]
    if any(one != seeds[0] for one in seeds):
        other = next(place for place, one in enumerate(seeds) if one != seeds[0])
        values = {
            "first": _called(ended[0], names),
            "seeds": ", ".join(map(str, seeds[0])),
            "other": _called(ended[other], names),
            "others": ", ".join(map(str, seeds[other])),
        }
        found.append(Caveat("seeds", _OTHER_SEEDS, values))
    if any(len(one) < 2 for one in seeds):
        single = [_called(group, names) for group, one in zip(ended, seeds, strict=True) if len(one) < 2]
        found.append(Caveat("one seed", _ONE_SEED, {"names": _quoted(single)}))
    return found


_OTHER_SEEDS = N_(
    "Not the same seeds (“{first}”: {seeds}; “{other}”: {others}): part of the difference may be the split's and the "
    "first weights'."
)
_ONE_SEED = N_("One seed is not enough to tell a better network from a luckier one: {names}. Three show the spread.")


def _of_repeats(known: Sequence[Group], names: Mapping[str, str]) -> list[Caveat]:
    return [
        Caveat("repeats", _REPEATS, {"name": _called(group, names), "count": group.repeats})
        for group in known
        if group.repeats
    ]


_REPEATS = N_(
    "“{name}”: {count} of its runs have the seed of another one. They are no new evidence: each seed counts once, by "
    "the mean of its runs."
)


# -- how they went


def _of_courses(known: Sequence[Group], courses: Mapping[str, Course], names: Mapping[str, str]) -> list[Caveat]:
    found = []
    for group in known:
        course = courses[group.ids[0]]
        if course.rates:
            rates = ", ".join(f"{rate:g}" for rate in course.rates)
            found.append(Caveat("course", _CHANGED_RATE, {"name": _called(group, names), "rates": rates}))
        if course.was_cut:
            values = {"name": _called(group, names), "epochs": _number(course.epochs), "asked": course.asked}
            found.append(Caveat("course", _CUT, values))
    return found


_CHANGED_RATE = N_(
    "“{name}”: the learning rate was changed while it trained (to {rates}). Its settings do not tell all of how it was "
    "trained."
)
_CUT = N_("“{name}” was ended after {epochs} of {asked} epochs: that is another budget than its settings say.")


def _of_budgets(known: Sequence[Group], courses: Mapping[str, Course], names: Mapping[str, str]) -> list[Caveat]:
    """Those that early stopping gave other numbers of epochs."""
    early = [group for group in known if any(courses[one].end == "early" for one in group.ids)]
    lengths = {courses[one].epochs for group in known for one in group.ids}
    if not early or len(lengths) < 2:
        return []
    said = [f"“{_called(group, names)}” {_range(group, courses)}" for group in early]
    return [Caveat("budget", _EARLY, {"list": ", ".join(said)})]


_EARLY = N_("Early stopping gave them different numbers of epochs ({list}): part of the cost and of the result is its.")


def _range(group: Group, courses: Mapping[str, Course]) -> str:
    lengths = sorted(courses[one].epochs or 0 for one in group.ids)
    low, high = _number(lengths[0]), _number(lengths[-1])
    return low if low == high else f"{low}–{high}"


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.3g}"


def _called(group: Group, names: Mapping[str, str]) -> str:
    return names.get(group.ids[0], group.ids[0])


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
