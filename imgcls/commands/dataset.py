"""dataset: a data set of one's own is imported, exported, changed, checked or deleted; others' are downloaded."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imgcls.commands.answer import Answer, table
from imgcls.commands.dataset_download import download
from imgcls.datasets import shelf
from imgcls.datasets.checking import Report, Twins, check_dataset
from imgcls.datasets.editing import delete, set_writing
from imgcls.datasets.importing import import_dataset
from imgcls.datasets.own import Tell
from imgcls.datasets.packing import pack
from imgcls.errors import BrokenError, InputError
from imgcls.language import N_, environment_language, translator

#: The words that follow `dataset`, and what PATH is for each; None: it takes none.
ACTIONS = {
    "import": "FOLDER-or-ZIP",
    "export": "OUT.zip",
    "change": None,
    "delete": None,
    "check": None,
    "download": None,
}
#: Shares of the work between two lines about how far it is.
_STEP = 0.1
#: Lines of one kind that a person is shown; a program gets them all.
_SHOWN = 20


def dataset(asked: argparse.Namespace) -> Answer:
    expected = ACTIONS[asked.action]
    if expected and asked.path is None:
        raise InputError(
            N_("Expected: dataset {action} NAME {path}. Received no path."), action=asked.action, path=expected
        )
    if expected is None and asked.path is not None:
        raise InputError(
            N_("Expected: dataset {action} NAME. Received more: {path}"), action=asked.action, path=asked.path
        )
    if asked.replace and asked.action != "import":
        raise InputError(N_("Expected --replace with import alone. Received: {action}."), action=asked.action)
    if asked.writing is not None and asked.action not in ("import", "change"):
        raise InputError(
            N_("Expected --writing or --no-writing with import or change alone. Received: {action}."),
            action=asked.action,
        )
    actions: dict[str, Callable[[argparse.Namespace], Answer]]
    actions = {
        "import": _import,
        "export": _export,
        "change": _change,
        "delete": _delete,
        "check": _check,
        "download": download,
    }
    return actions[asked.action](asked)


def _import(asked: argparse.Namespace) -> Answer:
    return _answer(import_dataset(asked.name, asked.path, asked.replace, _teller("import"), asked.writing))


def _check(asked: argparse.Namespace) -> Answer:
    return _answer(check_dataset(asked.name, _teller("check")))


def _export(asked: argparse.Namespace) -> Answer:
    shelf.place_of(asked.name)
    _check_out(asked.path)
    images = pack(asked.name, asked.path, _teller("export"))
    data = {"dataset": asked.name, "images": images, "out": str(asked.path), "bytes": asked.path.stat().st_size}
    return Answer(data, [f"{images} images of {asked.name}: {asked.path}"])


def _change(asked: argparse.Namespace) -> Answer:
    if asked.writing is None:
        raise InputError(N_("Expected: dataset change NAME --writing or --no-writing. Received neither."))
    set_writing(asked.name, asked.writing)
    said = "writing, which must not be mirrored" if asked.writing else "no writing"
    return Answer({"dataset": asked.name, "writing": asked.writing}, [f"{asked.name} is {said}"])


def _delete(asked: argparse.Namespace) -> Answer:
    delete(asked.name)
    return Answer({"dataset": asked.name, "deleted": True}, [f"{asked.name} is deleted"])


def _check_out(path: Path) -> None:
    # os.path answers no where pathlib raises: a name too long, say
    if path.suffix.lower() != ".zip" or os.path.isdir(path) or not os.path.isdir(path.absolute().parent):
        raise InputError(
            N_("Expected a file name that ends in .zip in a folder that exists. Received: {path}"), path=path
        )


def _answer(report: Report | None) -> Answer:
    if report is None:
        raise BrokenError(N_("The work was stopped before its end."))
    translate = translator(environment_language())
    reasons = [one.reason.say(translate) for one in report.left_out]
    warnings = [one.say(translate) for one in report.warnings]
    data = {
        "dataset": report.name,
        "images": report.images,
        "classes": dict(report.counts),
        "left_out": [
            {"file": one.name, "reason": reason} for one, reason in zip(report.left_out, reasons, strict=True)
        ],
        "duplicates": [_twins(one) for one in report.duplicates],
        "warnings": warnings,
    }
    lines = [
        f"{report.name}: {report.images} images in {len(report.counts)} classes",
        *table([("", count, label) for label, count in report.counts.items()]),
        *_some("left out", reasons),
        *_some("duplicates", [", ".join(one.files) for one in report.duplicates]),
        *_some("warnings", warnings),
    ]
    return Answer(data, lines)


def _twins(one: Twins) -> dict[str, Any]:
    return {
        "images": list(one.keys),
        "files": list(one.files),
        "classes": list(one.classes),
        "identical": one.identical,
        "distance": round(one.distance, 3),
    }


def _some(title: str, lines: list[str]) -> list[str]:
    """A headed list of at most some lines, and how many more there are."""
    more = [f"  … and {len(lines) - _SHOWN} more; see --json"] if len(lines) > _SHOWN else []
    return [f"{title} ({len(lines)}):", *(f"  {line}" for line in lines[:_SHOWN]), *more] if lines else []


def _teller(what: str) -> Tell:
    """Says on standard error how far the work is, every tenth."""
    told = 0.0

    def tell(done: int, total: int) -> bool:
        nonlocal told
        if done / total >= told + _STEP or (done == total and told < 1):
            told = done / total
            print(f"{what}: {told:.0%}", file=sys.stderr, flush=True)
        return True

    return tell
