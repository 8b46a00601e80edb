"""A data set of one's own → a ZIP archive of its class folders, which this app and others read again.

Equal contents give equal bytes: the order is fixed, and so are the times. Pictures are packed already, so they are only
stored. Where images belong to parts, the folders of the parts are around those of the classes. The size and colour in
which the images are usually had stand in the archive's comment, which others pass over.

It only writes; archives of strangers are read by `imgcls.datasets.archive`.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

from imgcls.atomic import disk_errors
from imgcls.datasets import contents, shelf
from imgcls.datasets.card import Card, note_of, read_card
from imgcls.datasets.own import Tell
from imgcls.datasets.registry import Part

#: The earliest time that a ZIP archive knows.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_RIGHTS = 0o644 << 16

#: Where images of a part go in an archive. Those that may become anything but the test are for training there.
_FOLDERS = {Part.TRAIN: "train", Part.FREE: "train", Part.NOT_TEST: "train", Part.VALIDATION: "val", Part.TEST: "test"}


def pack(name: str, path: Path, tell: Tell = lambda done, total: True) -> int | None:
    """Write a data set to a ZIP archive, which is there whole or not at all.

    Args:
        path: of the archive; a file that is there is replaced.
        tell: told after each image; False stops it.

    Returns:
        Images; None: `tell` stopped it, and nothing was written.

    Raises:
        UnknownNameError: there is no such data set.
        InputError: an image or the card cannot be read.
        PlaceError: the archive could not be written.
    """
    place = shelf.place_of(name)
    found = contents.keys(contents.classes(place))
    card = read_card(place)
    with disk_errors(path):
        handle, draft = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with disk_errors(path), os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            archive.comment = note_of(card)
            for done, key in enumerate(found):
                archive.writestr(_member(card, key), contents.read_file(place, key))
                if not tell(done + 1, len(found)):
                    return None
        with disk_errors(path):
            os.replace(draft, path)
    finally:
        with suppress(OSError):  # it is gone where all went well
            os.unlink(draft)
    return len(found)


def _member(card: Card, key: str) -> zipfile.ZipInfo:
    folder = f"{_FOLDERS[card.part(key)]}/" if card.parts else ""
    member = zipfile.ZipInfo(folder + key, _NO_TIME)
    member.external_attr = _RIGHTS
    return member
