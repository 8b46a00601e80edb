"""Every limit, with its unit, its reason and the environment variable that changes it.

A limit that is not in `LIMITS` does not exist: code asks `limit("image_megapixels")`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from imgcls.errors import InputError
from imgcls.language import N_


@dataclass(frozen=True)
class Limit:
    """One limit. `environment` is the variable that overrides `default`."""

    name: str
    default: float
    unit: str
    reason: str
    may_be_zero: bool = False

    @property
    def environment(self) -> str:
        return f"IMGCLS_{self.name.upper()}"


def _cores_by_two() -> int:
    return max(1, (os.cpu_count() or 2) // 2)


LIMITS = {
    limit.name: limit
    for limit in (
        Limit("image_megabytes", 10, "MB", "a phone's photograph fits; uploads are kept in memory"),
        Limit("image_megapixels", 16, "MP", "decoded pixels cost 3 to 4 bytes each, whatever the file's size"),
        Limit("image_side_min", 8, "px", "below this there is no picture to speak of"),
        Limit("image_side_max", 8192, "px", "a strip of 1 × 100,000 is no photograph"),
        Limit("predict_images", 32, "images", "one screen of results, a second or two of work"),
        Limit("upload_megabytes", 50, "MB", "1,000 pictures of 50 KB in an archive; in memory until it is copied"),
        Limit("archive_megabytes", 1000, "MB", "5,000 photographs of 100 KB are half of it; uploads stay far below"),
        Limit("archive_members", 50_000, "members", "20,000 pictures, doubled by macOS; each costs 1 KB to list"),
        Limit("archive_unpacked_megabytes", 2000, "MB", "pictures hardly shrink in an archive: twice its own limit"),
        Limit("archive_ratio", 200, "times", "a flat picture of 16 MP shrinks 102 times, a bomb of zeros 1,000 times"),
        Limit("folder_entries", 50_000, "entries", "a home folder or a disk, named by mistake, is noticed at once"),
        Limit("dataset_depth", 20, "folders", "classes lie a few folders deep; deeper paths only cost time"),
        Limit("dataset_classes", 100, "classes", "a confusion matrix of more cannot be read on a screen"),
        Limit("dataset_images", 20_000, "images", "at 64 × 64 pixels they take 250 MB of memory"),
        Limit("dataset_side", 512, "px", "the longer side of a kept picture; no network here takes more than half"),
        Limit("dataset_megabytes", 1000, "MB", "5,000 images of 224 × 224 fit; while training they are there thrice"),
        Limit("dataset_memory_megabytes", 600, "MB", "data sets in memory; the longest unused go first"),
        Limit("dataset_cache_megabytes", 2000, "MB", "data sets on disk; the longest unused go first"),
        Limit("slots", _cores_by_two(), "runs", "one running run per two cores; more slow each other down"),
        Limit("spare_workers", 1, "workers", "a warm one saves four seconds a run, and costs 600 MB", may_be_zero=True),
        Limit("queued_runs", 20, "runs", "a class of thirty waits minutes, not hours"),
        Limit("epochs", 50, "epochs", "enough for every built-in data set"),
        Limit("batch_size", 1024, "images", "activations of a batch must fit into memory"),
        Limit("train_minutes", 30, "min", "a forgotten run must not hold the queue for ever"),
        Limit("parameters", 30_000_000, "parameters", "Adam keeps three copies: 360 MB at this size"),
        Limit("disk_free_megabytes", 500, "MB", "a run is not started when it could fill the disk"),
        Limit("log_megabytes", 2, "MB", "the curves of one run; steps are thinned out beyond it"),
        Limit("feature_cache_megabytes", 1000, "MB", "features of frozen bodies; the longest unused go first"),
        Limit("download_megabytes", 200, "MB", "the largest file, CIFAR-10, has 170; a longer answer is another file"),
        Limit("download_seconds", 20, "s", "a server that says nothing for this long is given up"),
        Limit("cached_models", 2, "models", "memory of the inference worker"),
        Limit("unwatched_seconds", 75, "s", "slow work nobody looks at is given up; hidden tabs look once a minute"),
        Limit("stop_seconds", 10, "s", "a worker that ignores Stop is ended after this long"),
    )
}


def limit(name: str) -> float:
    """The value of a limit: its environment variable if set, else its default.

    Raises:
        InputError: the variable is not a positive number.
    """
    known = LIMITS[name]
    text = os.environ.get(known.environment, "")
    if not text:
        return known.default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (value > 0 or (value == 0 and known.may_be_zero)) or value == float("inf"):
        raise InputError(
            N_("{variable} must be a positive number ({unit}). Received: {text}"),
            variable=known.environment,
            unit=known.unit,
            text=repr(text),
        )
    return value
