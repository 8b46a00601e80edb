"""What the checks of a map say in words: one source for the page and for the command line.

Sentences are marked with `N_` and come with their values, so that each reader has them in a language of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imgcls.explain.explanation import DRAWN, STATUS_WORDS, Status
from imgcls.language import N_
from imgcls.trust import completeness, curves, pointing, randomised, stability

#: A sentence, and what stands in its `{name}` places.
Sentence = tuple[str, dict[str, Any]]
#: What a check answered, as JSON values.
Facts = Mapping[str, Any]

#: Verdicts that speak for a map, and those that speak against it; all others lie between.
GOOD = {randomised.DEPENDS, randomised.NOTHING, curves.BOTH, stability.STAYS, completeness.YES, pointing.POINTS}
BAD = {randomised.HARDLY, curves.NEITHER, stability.BREAKS, completeness.NO, pointing.MISSES}

NO_MAP = N_("There is no map to check.")
NO_PROOF = N_("The checks can show that a map is wrong. That it is right, no check can show.")
_AGAINST = N_("Do not rest on this map: {good} of {total} checks speak for it")
_ALL = N_("All {total} checks speak for this map")
_WITH_CARE = N_("Believe it with care: {good} of {total} checks speak for it")

#: What each check does, above its verdict.
CHECK_WORDS = {
    "randomised": N_("Destroy what was learned"),
    "curves": N_("Take away what it shows, or show only that"),
    "stability": N_("Add noise that you hardly see"),
    "completeness": N_("Add up the shares"),
    "pointing": N_("Does it point at the object?"),
}
#: A stage of the randomisation: how alike its map is, or why it has none.
LIKENESS = N_("{layers} layers random · likeness {likeness}")
NO_STAGE = N_("{layers} layers random: no map. {reason}")
CURVE_WORDS = {"deletion": N_("pixels taken away"), "insertion": N_("pixels brought back")}


@dataclass(frozen=True)
class Check:
    """One check of a map.

    Args:
        title: what it does.
        verdict: what came of it, in one sentence.
        notes: the numbers behind it.
        names: what stands before each note, where they need one; marked with `N_`, as all words here.
    """

    title: str
    verdict: str
    notes: tuple[Sentence, ...]
    names: tuple[str, ...] = ()


def mark(verdict: str) -> str:
    """A sign for those who do not tell colours apart."""
    return "✓" if verdict in GOOD else "✗" if verdict in BAD else "?"


def whole(facts: Facts) -> Sentence:
    """The checks of one map together, as `trust_map` answers them."""
    told = [facts[name]["verdict"] for name in ("randomised", "curves", "stability", "completeness") if facts[name]]
    counts = {"good": sum(text in GOOD for text in told), "total": len(told)}
    if any(text in BAD for text in told):
        return _AGAINST, counts
    return (_ALL if counts["good"] == len(told) else _WITH_CARE), counts


def checks(facts: Facts) -> list[Check]:
    """Each check of one map, as `trust_map` answers them."""
    notes = {
        "randomised": tuple(map(stage, facts["randomised"]["rows"])),
        "curves": tuple(areas(facts["curves"][curve]) for curve in CURVE_WORDS),
        "stability": noise(facts["stability"]),
        "completeness": shares(facts["completeness"]) if facts["completeness"] else (),
    }
    names = {"curves": tuple(CURVE_WORDS.values())}
    return [
        Check(CHECK_WORDS[name], facts[name]["verdict"], told, names.get(name, ()))
        for name, told in notes.items()
        if facts[name]
    ]


def stage(row: Facts) -> Sentence:
    """A stage of the randomisation: how alike its map is, or why it has none."""
    if row["status"] not in list(map(str, DRAWN)):
        reason = STATUS_WORDS[Status(row["status"])].means
        return NO_STAGE, {"layers": row["layers"], "reason": reason}
    return LIKENESS, {"layers": row["layers"], "likeness": likeness(row)}


def likeness(row: Facts) -> str:
    """The rank correlation of a stage with the map of the trained network."""
    return "–" if row["correlation"] is None else f"{row['correlation']:.2f}"


def areas(area: Facts) -> Sentence:
    """The areas under one curve."""
    return (
        N_("Area: {map:.2f} by this map, {centre:.2f} from the centre, {chance:.2f} by chance."),
        {"map": area["map"], "centre": area["centre"], "chance": area["random"]},
    )


def noise(told: Facts) -> tuple[Sentence, ...]:
    """How alike the maps of noisy copies are; nothing where none has a map."""
    if told["mean"] is None:
        return ()
    text = N_(
        "Mean likeness of the maps of five noisy copies: {mean:.2f}. {same:.0%} of the copies get the same answer."
    )
    return ((text, {"mean": told["mean"], "same": told["same_answer"]}),)


def shares(told: Facts) -> tuple[Sentence, ...]:
    """What the shares of integrated gradients add up to."""
    text = N_(
        "The shares add up to {shares:.3f}; the score rises by {score:.3f} from the empty picture to this one. The "
        "gap is {gap:.1%}."
    )
    return ((text, {name: told[name] for name in ("shares", "score", "gap")}),)


def pointed(told: Facts) -> Check:
    """The pointing game over test images, as `trust_pointing` answers it."""
    notes: list[Sentence] = [
        (
            N_(
                "{asked} test images, each moved to another place: as they come, the object is nearly always in the "
                "middle. The network still knows {images} of them, and these were explained."
            ),
            {"asked": told["asked"], "images": told["images"]},
        )
    ]
    if told["images"]:
        text = N_(
            "The hottest place lies on the object in {hits:.0%} of them; the centre of the picture does in "
            "{centre:.0%}, a random place in {chance:.0%}."
        )
        notes.append((text, {name: told[name] for name in ("hits", "centre", "chance")}))
    if told["drawn"]:
        notes.append((N_("{energy:.0%} of the heat lies on the object."), {"energy": told["energy"]}))
    return Check(CHECK_WORDS["pointing"], told["verdict"], tuple(notes))
