"""`compare`: which of several runs is better, and whether the difference can be chance."""

from __future__ import annotations

import argparse
from itertools import combinations
from typing import Any

from imgcls.commands.answer import Answer, table
from imgcls.comparison.agreement import agreement
from imgcls.comparison.guard import caveats, say_settings
from imgcls.comparison.same_test import by_test, same_images
from imgcls.comparison.spread import groups, lead, say_lead, say_repeats
from imgcls.errors import InputError
from imgcls.evaluation.kept import kept_test
from imgcls.language import N_
from imgcls.runs import Run, get_run
from imgcls.trials import FEWEST, score_of, verdict

_SEVERAL_TESTS = (
    "They were not all tested on the same data: an accuracy on one test is neither better nor worse than one on "
    "another."
)


def compare(asked: argparse.Namespace) -> Answer:
    runs = [get_run(name) for name in dict.fromkeys(asked.models)]
    if len(runs) < FEWEST:
        raise InputError(N_("Expected two runs or more. Received: {count}."), count=len(runs))
    for run in runs:
        kept_test(run)  # refuses those that have not been tested
    rows, tests = [_row(run) for run in runs], by_test(runs)
    titles = {run.id: run.title for run in runs}
    data: dict[str, Any] = {
        "runs": rows,
        "differ": say_settings(runs),
        "caveats": [one.say() for one in caveats(runs, titles) if one.kind != "settings"],
        "tests": [[run.id for run in some] for some in tests],
        "pairs": [_pair(one, two) for one, two in combinations(runs, 2) if same_images(one, two)],
        "said": " ".join(_said(tests, titles)) or None,
    }
    lines = table([(row["run"], f"{row['test_accuracy']:.2%}", row["title"]) for row in rows])
    lines += [data["differ"], *data["caveats"], *map(_line, data["pairs"])]
    return Answer(data, [*lines, *([data["said"]] if data["said"] else [])])


def _row(run: Run) -> dict[str, Any]:
    result = run.result or {}
    return {
        "run": run.id,
        "title": run.title,
        "test_accuracy": result.get("test_accuracy"),
        "test_images": result.get("test_images"),
        "train_seconds": result.get("train_seconds"),
        "parameters": result.get("parameters"),
    }


def _pair(one: Run, two: Run) -> dict[str, Any]:
    found = agreement(kept_test(one), kept_test(two))
    counts = {"both": len(found.both), "only_first": len(found.first), "only_second": len(found.second)}
    p_value = found.p_value if found.common else None
    return {"first": one.id, "second": two.id, "common": found.common, **counts, "mcnemar_p": p_value}


def _line(pair: dict[str, Any]) -> str:
    if not pair["common"]:
        return f"{pair['first']} and {pair['second']}: no test image in common"
    return (
        f"{pair['first']} and {pair['second']}, on {pair['common']} images: only the first is right on "
        f"{pair['only_first']}, only the second on {pair['only_second']}; McNemar p = {pair['mcnemar_p']:.3g}"
    )


def _said(tests: list[list[Run]], titles: dict[str, str]) -> list[str]:
    """What the difference is worth, for each test apart."""
    lines = [said for runs in tests if (said := _worth(runs, titles))]
    if len(tests) > 1:
        return [_SEVERAL_TESTS, *lines]
    return lines


def _worth(runs: list[Run], titles: dict[str, str]) -> str | None:
    """Over the seeds where there are several, else of the best run alone."""
    known = groups(runs)
    found = lead(known) if 1 < len(known) < len(runs) else None
    if found is not None:
        return say_lead(found, [titles[group.ids[0]] for group in known])
    scores = {run.id: score for run in runs if (score := score_of(run)) is not None}
    if len(known) == 1 < len(scores):
        return say_repeats([score.accuracy for score in scores.values()])
    best = verdict(scores)
    return None if best is None else best.say(titles)
