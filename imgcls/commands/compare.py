"""`compare`: which of several runs is better, and whether the difference can be chance."""

from __future__ import annotations

import argparse
from itertools import combinations
from typing import Any

from imgcls.commands.answer import Answer, table
from imgcls.comparison.agreement import agreement
from imgcls.comparison.spread import groups, lead, say_lead
from imgcls.errors import InputError
from imgcls.evaluation.kept import kept_test
from imgcls.language import N_
from imgcls.runs import Run, get_run
from imgcls.trials import FEWEST, say_differences, score_of, verdict


def compare(asked: argparse.Namespace) -> Answer:
    runs = [get_run(name) for name in dict.fromkeys(asked.models)]
    if len(runs) < FEWEST:
        raise InputError(N_("Expected two runs or more. Received: {count}."), count=len(runs))
    for run in runs:
        kept_test(run)  # refuses those that have not been tested
    recipes = [run.recipe for run in runs]
    rows = [_row(run) for run in runs]
    data: dict[str, Any] = {"runs": rows, "differ": say_differences(recipes), "pairs": [], "said": None}
    lines = table([(row["run"], f"{row['test_accuracy']:.2%}", row["title"]) for row in rows])
    lines.append(data["differ"])
    if len({recipe.dataset for recipe in recipes}) > 1:
        data["said"] = "They have different data sets: neither accuracy is better than the other."
    else:
        data["pairs"] = [_pair(one, two) for one, two in combinations(runs, 2)]
        data["said"] = _said(runs)
        lines += [_line(pair) for pair in data["pairs"]]
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


def _said(runs: list[Run]) -> str | None:
    """Over the seeds where there are several, else of the best run alone."""
    known = groups(runs)
    titles = {run.id: run.title for run in runs}
    found = lead(known) if 1 < len(known) < len(runs) else None
    if found is not None:
        return say_lead(found, [titles[group.ids[0]] for group in known])
    scores = {run.id: score for run in runs if (score := score_of(run)) is not None}
    best = verdict(scores)
    return None if best is None else best.say(titles)
