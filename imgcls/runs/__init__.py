"""Runs: folders of files that everything else reads."""

from imgcls.runs.metrics import Curve, CurveReader, MetricsLog, read_curve
from imgcls.runs.snapshots import FIRST_STEP, Gradients, read_gradients, read_snapshot, snapshot_path
from imgcls.runs.status import STATUS_WORDS, Status, derive_status
from imgcls.runs.store import (
    Run,
    RunSummary,
    create_run,
    delete_run,
    get_run,
    is_identifier,
    iterate_runs,
    list_runs,
    rename_run,
    summarise,
)
from imgcls.runs.timelapse import Frame, TimeLapse, read_time_lapse

__all__ = [
    "FIRST_STEP",
    "STATUS_WORDS",
    "Curve",
    "CurveReader",
    "Frame",
    "Gradients",
    "MetricsLog",
    "Run",
    "RunSummary",
    "Status",
    "TimeLapse",
    "create_run",
    "delete_run",
    "derive_status",
    "get_run",
    "is_identifier",
    "iterate_runs",
    "list_runs",
    "read_curve",
    "read_gradients",
    "read_snapshot",
    "read_time_lapse",
    "rename_run",
    "snapshot_path",
    "summarise",
]
