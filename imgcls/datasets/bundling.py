"""The files of a folder, which a browser sends one by one → one archive, which is then judged as any other.

So a folder has the limits of an archive, and no name in it is ever a path on this machine.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from imgcls.atomic import disk_errors
from imgcls.datasets.card import CARD, settings_of
from imgcls.datasets.entries import megabytes
from imgcls.errors import DatasetError
from imgcls.images import BYTES_PER_MEGABYTE, shown_name
from imgcls.language import N_
from imgcls.limits import limit

TOO_LARGE = N_("The folder “{name}” is too large. Expected at most {limit} MB. Received: {size} MB.")

#: Letters of a path that are kept; longer ones come from no browser, and do not fit into an archive.
_LONGEST_PATH = 2000

#: A file's path as the browser says it, the folder's own name before it, and its bytes.
Sent = tuple[str, bytes | memoryview]


def folder_name(paths: Sequence[str]) -> str:
    """The name of the folder that these files were in; empty: they were in none."""
    return paths[0].partition("/")[0] if paths and "/" in paths[0] else ""


def check_size(name: str, size: int) -> None:
    """Refuse a folder that is larger than what may be sent at once.

    Args:
        name: of the folder.
        size: of all files together (bytes).

    Raises:
        DatasetError: it is larger than `upload_megabytes`.
    """
    most = limit("upload_megabytes")
    if size > most * BYTES_PER_MEGABYTE:
        raise DatasetError(TOO_LARGE, name=shown_name(name), limit=f"{most:g}", size=megabytes(size))


def bundle(files: Sequence[Sent], path: Path) -> None:
    """Write an archive of what is in a folder. Of several with one path, the last counts: a folder was sent twice.

    Pictures are packed already, so they are only stored. What a folder says of itself, if it is a data set of this
    app, becomes the archive's comment, where `imgcls.datasets.packing` puts it as well.

    Raises:
        PlaceError: it could not be written.
    """
    kept = {_storable(name): data for name, data in _inside(files)}
    with disk_errors(path), zipfile.ZipFile(path, "w") as archive:
        for name, data in kept.items():
            archive.writestr(zipfile.ZipInfo(name), bytes(data))
        card = kept.get(CARD, b"")
        if (settings := settings_of(bytes(card))) is not None:
            archive.comment = settings.model_dump_json().encode()


def _inside(files: Sequence[Sent]) -> Sequence[Sent]:
    """The files by their paths inside of the folder; as they are, if there are several folders or none."""
    around = f"{folder_name([name for name, _ in files])}/"
    if around == "/" or not all(name.startswith(around) for name, _ in files):
        return files
    return [(name.removeprefix(around), data) for name, data in files]


def _storable(name: str) -> str:
    return name.replace("\0", "_").encode(errors="replace").decode()[:_LONGEST_PATH]
