"""What a data set or a class of one's own may be called: the name is a folder's name on every system."""

from __future__ import annotations

import re
import unicodedata

from imgcls.datasets.registry import DATASETS
from imgcls.errors import InputError
from imgcls.images import shown_name
from imgcls.language import N_

_NAME = re.compile(r"\w[\w .-]{0,63}")
#: Names that Windows keeps for devices, with any ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
#: A file's name has at most 255 bytes; ours get a few letters more around them.
_MOST_BYTES = 200

NOT_A_NAME = N_(
    "Expected a name of letters, digits, spaces, points and hyphens that begins with a letter or a digit and does not "
    "end with a point, at most 64 characters. Received: {name}."
)
RESERVED = N_("“{name}” is a name that Windows keeps for itself. Expected another one.")
BUILT_IN = N_("“{name}” is a data set that comes with the app. Expected another name.")


def is_name(text: str) -> bool:
    """Whether a folder can be called exactly this everywhere."""
    return text == tidy(text) and _NAME.fullmatch(text) is not None and not _is_awkward(text)


def tidy(text: str) -> str:
    """`text` in Unicode's composed form (NFC), without spaces around it and with single ones inside."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def class_name(text: str) -> str:
    """The name of a class, tidied.

    Raises:
        InputError: it is no name for a folder.
    """
    name = tidy(text)
    if _DEVICE.fullmatch(name):
        raise InputError(RESERVED, name=shown_name(name))
    if not is_name(name):
        raise InputError(NOT_A_NAME, name=shown_name(text) if text.strip() else "–")
    return name


def dataset_name(text: str) -> str:
    """The name of a data set of one's own, tidied.

    Raises:
        InputError: it is no name for a folder, or a built-in data set has it.
    """
    name = class_name(text)
    if name.casefold() in [known.casefold() for known in DATASETS.built_in()]:
        raise InputError(BUILT_IN, name=name)
    return name


def _is_awkward(text: str) -> bool:
    return text.endswith(".") or len(text.encode()) > _MOST_BYTES or _DEVICE.fullmatch(text) is not None
