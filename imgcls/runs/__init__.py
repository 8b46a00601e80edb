"""Runs: folders of files that everything else reads."""

from imgcls.runs.metrics import Curve, CurveReader, MetricsLog, read_curve
from imgcls.runs.status import STATUS_WORDS, Status, derive_status
from imgcls.runs.store import (
    Run,
    RunSummary,
    create_run,
    delete_run,
    get_run,
    iterate_runs,
    list_runs,
    rename_run,
    summarise,
)

__all__ = [
    "STATUS_WORDS",
    "Curve",
    "CurveReader",
    "MetricsLog",
    "Run",
    "RunSummary",
    "Status",
    "create_run",
    "delete_run",
    "derive_status",
    "get_run",
    "iterate_runs",
    "list_runs",
    "read_curve",
    "rename_run",
    "summarise",
]
