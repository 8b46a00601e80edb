"""Where a run comes from: the run whose settings were changed for it, and the confusion that it is to mend.

Kept in the run's folder; it changes no number.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from imgcls.atomic import read_json, write_json
from imgcls.runs import Run, is_identifier

FILE = "origin.json"


@dataclass(frozen=True)
class Origin:
    """What a run was changed from, and why.

    Args:
        run: the identifier of the other run, which may have been deleted since.
        true, predicted: names of the classes whose confusion is to become rarer; None: of no one in particular.
    """

    run: str
    true: str | None = None
    predicted: str | None = None


def keep_origin(run: Run, origin: Origin) -> None:
    """Write it down, once."""
    write_json(run.folder / FILE, asdict(origin))


def origin_of(run: Run) -> Origin | None:
    """What was written down; None where nothing was, or where the file is no such thing."""
    found = read_json(run.folder / FILE)
    return _read(found) if isinstance(found, dict) else None


def _read(found: dict[str, Any]) -> Origin | None:
    run, true, predicted = (found.get(name) for name in ("run", "true", "predicted"))
    if not isinstance(run, str) or not is_identifier(run):
        return None
    if not (isinstance(true, str) and isinstance(predicted, str)):
        return Origin(run)
    return Origin(run, true, predicted)
