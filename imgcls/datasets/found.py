"""A stranger's folder or ZIP archive → the pictures in it, each with its class. Nothing is written or unpacked.

    with found_files(Path("fruit.zip")) as listing:
        for file in listing.files:
            pixels = decode_image(file.read(), file.name)

What is in there is a claim: a picture is one by the ending of its name, and nobody has opened it yet.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from imgcls.datasets.archive import read_archive
from imgcls.datasets.entries import Entry, Skipped, Source, Steps, shown_path, skipped
from imgcls.datasets.folder import read_folder
from imgcls.datasets.layout import Layout, class_names, layout, natural, spelling
from imgcls.datasets.registry import Part
from imgcls.errors import DatasetError
from imgcls.images import shown_name
from imgcls.language import N_
from imgcls.limits import limit

__all__ = ["FoundFile", "Listing", "Skipped", "found_files"]

#: Endings of what `imgcls.images` reads.
PICTURES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".xz", ".txz", ".zst", ".7z", ".rar")

NOT_THERE = N_("There is no “{name}”. Expected a folder or a ZIP archive. Received: a path that leads nowhere.")
NOT_A_SOURCE = N_(
    "“{name}” cannot be read. Expected a folder or a ZIP archive. Received: a device, a pipe or a socket."
)
UNREACHABLE = N_("“{name}” may not be read. Expected a folder or a ZIP archive. Received: {reason}.")
NO_PICTURES = N_(
    "“{name}” has no pictures. Expected a folder for each class with JPEG, PNG or WebP files in it, such as "
    "cats/1.jpg and dogs/2.jpg. Received: {count} other files."
)
NO_CLASSES = N_(
    "“{name}” has no class folders. Expected a folder for each class, such as cats/1.jpg and dogs/2.jpg. "
    "Received: {count} pictures outside of such folders."
)
ONE_CLASS = N_(
    "“{name}” has one class only, “{label}”. Expected pictures in at least two class folders, such as cats/1.jpg and "
    "dogs/2.jpg. Received: one such folder."
)
SAME_CLASS = N_(
    "“{name}” is refused because of “{folder}”. Expected class folders that every system can tell apart. "
    "Received: one that differs from “{other}” only in capital letters or in how an accent is written."
)
TOO_MANY_CLASSES = N_("“{name}” has too many classes. Expected at most {limit} class folders. Received: {count}.")
TOO_MANY_IMAGES = N_("“{name}” has too many pictures. Expected at most {limit}. Received: {count}.")

OTHER_ENDING = N_("“{name}” is left out. Expected a JPEG, PNG or WebP picture. Received: a file with another ending.")
NESTED = N_(
    "“{name}” is left out. Expected a picture. Received: an archive, which is not opened inside of another place."
)
NO_CLASS = N_("“{name}” is left out. Expected a picture in the folder of its class. Received: one outside of them all.")
EMPTY_CLASS = N_("The folder “{name}” is left out. Expected at least one picture in it. Received: none.")


@dataclass(frozen=True)
class FoundFile:
    """A file in somebody's folder or archive that claims to be a picture.

    Args:
        class_name: safe as a folder's name, and to show.
        part: `TRAIN`, `VALIDATION` or `TEST` where the folders say so, else `FREE`.
        name: its path inside of the folder or archive, safe to show; two files may be shown alike.
        read: its bytes, at most the limit of one picture; raises `ImageError`, one sentence, when it is too heavy,
            damaged or cannot be read.
    """

    class_name: str
    part: Part
    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Listing:
    """The pictures of a folder or an archive. As a context it closes the archive at its end.

    Args:
        files: class by class, in the order of their names; the same for the same folder or archive.
        class_names: of the files, sorted as people count: `2` before `10`.
        skipped: what was left out, each with its reason. What a system leaves behind unasked is not among it.
        note: what it says of itself, as `Source` has it.
    """

    files: tuple[FoundFile, ...]
    class_names: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    note: bytes = b""
    close: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def found_files(source: Path) -> Listing:
    """List the pictures of a folder, or of a ZIP archive whatever its ending, one folder for each class.

    Nothing is read but names and sizes, and nothing is written. `imgcls.datasets.layout` says how folders are read.

    Raises:
        DatasetError: there is no such place, it cannot be read, it is over a limit, it has no class folders or only
            one, or it is made to do harm; one sentence says which.
    """
    opened = _opened(source)
    try:
        return _listing(opened)
    except BaseException:
        opened.close()
        raise


def _opened(path: Path) -> Source:
    name = shown_name(path.name or str(path))
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise DatasetError(NOT_THERE, name=name) from None
    except OSError as error:
        raise DatasetError(UNREACHABLE, name=name, reason=error.strerror or type(error).__name__) from None
    if kind == stat.S_IFDIR:
        return read_folder(path)
    if kind != stat.S_IFREG:
        raise DatasetError(NOT_A_SOURCE, name=name)
    return read_archive(path)


def _listing(source: Source) -> Listing:
    pictures = [entry for entry in source.entries if entry.steps[-1].lower().endswith(PICTURES)]
    if not pictures:
        raise DatasetError(NO_PICTURES, name=source.name, count=len(source.entries))
    found = layout(entry.steps for entry in pictures)
    placed = [(entry, place) for entry in pictures if (place := found.place(entry.steps))]
    names = _names(source.name, found, [entry.steps for entry, _ in placed], len(pictures))
    ordered = {name: place for place, name in enumerate(sorted(set(names.values()), key=natural))}
    is_divided = len({part for _, (part, _) in placed}) > 1
    files = [
        FoundFile(names[folder], part if is_divided else Part.FREE, entry.name, entry.read)
        for entry, (part, folder) in sorted(placed, key=lambda pair: natural("/".join(pair[0].steps)))
    ]
    left_out = [*source.skipped, *_left_out(source.entries, found), *_empty(source.folders, found, names)]
    return Listing(
        tuple(sorted(files, key=lambda file: (ordered[file.class_name], file.part))),
        tuple(ordered),
        tuple(sorted(left_out, key=lambda one: natural(one.name))),
        source.note,
        source.close,
    )


def _names(name: str, found: Layout, placed: Sequence[Steps], pictures: int) -> dict[str, str]:
    """Class folder → class. Refuses what is too little or too much to learn from."""
    folders = {steps[found.depth] for steps in placed}
    count = len({spelling(folder) for folder in folders})
    if not count:
        raise DatasetError(NO_CLASSES, name=name, count=pictures)
    if count > (most := int(limit("dataset_classes"))):
        raise DatasetError(TOO_MANY_CLASSES, name=name, limit=most, count=count)
    if pictures > (most := int(limit("dataset_images"))):
        raise DatasetError(TOO_MANY_IMAGES, name=name, limit=most, count=pictures)
    _check_spelling(name, {steps[: found.depth + 1] for steps in placed})
    names = class_names(folders)
    if count == 1:
        raise DatasetError(ONE_CLASS, name=name, label=next(iter(names.values())))
    return names


def _check_spelling(name: str, folders: Iterable[Steps]) -> None:
    """Class folders side by side that some system takes for one are a mistake, and nobody can say which."""
    known: dict[tuple[Steps, str], Steps] = {}
    for steps in sorted(folders):
        other = known.setdefault((steps[:-1], spelling(steps[-1])), steps)
        if other != steps:
            raise DatasetError(SAME_CLASS, name=name, folder=shown_path(steps), other=shown_path(other))


def _left_out(entries: Iterable[Entry], found: Layout) -> Iterator[Skipped]:
    for entry in entries:
        ending = entry.steps[-1].lower()
        if not ending.endswith(PICTURES):
            yield skipped(entry.steps, NESTED if ending.endswith(ARCHIVES) else OTHER_ENDING)
        elif found.place(entry.steps) is None:
            yield skipped(entry.steps, NO_CLASS)


def _empty(folders: Iterable[Steps], found: Layout, names: Iterable[str]) -> Iterator[Skipped]:
    """Class folders without a picture, in no part."""
    filled = {spelling(name) for name in names}
    for steps in folders:
        label = found.class_folder(steps)
        if label is not None and spelling(label) not in filled:
            yield skipped(steps, EMPTY_CLASS)
