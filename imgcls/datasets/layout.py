"""Which picture belongs to which class, as the folders around it say.

    apple/1.jpg  pear/2.jpg                      a folder for each class; deeper folders belong to it
    fruit/apple/1.jpg  fruit/pear/2.jpg          a folder around all of them is looked through, and so is the next
    train/apple/1.jpg  test/apple/2.jpg          folders of parts, when there are no others beside them

Only pictures decide: a text beside the folders changes nothing. A picture outside of all class folders is nobody's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from imgcls.datasets.entries import Steps
from imgcls.datasets.names import is_name, tidy
from imgcls.datasets.registry import Part

#: What the folders of parts are called, in small letters.
PARTS = {
    **dict.fromkeys(("train", "training"), Part.TRAIN),
    **dict.fromkeys(("val", "valid", "validation"), Part.VALIDATION),
    **dict.fromkeys(("test", "testing"), Part.TEST),
}

_LONGEST_NAME = 64
#: A file's name has at most 255 bytes; something may still be written behind it.
_MOST_BYTES = 200
#: The name of a class whose folder has none that can be written: `...`
_UNNAMED = "class"


@dataclass(frozen=True)
class Layout:
    """How the folders are to be read.

    Args:
        wrapping: the names of the folders around everything, from outside.
        in_parts: whether a folder of a part comes before that of the class.
    """

    wrapping: Steps
    in_parts: bool

    @property
    def depth(self) -> int:
        """How many folders are around that of a class."""
        return len(self.wrapping) + self.in_parts

    def place(self, steps: Steps) -> tuple[Part, str] | None:
        """The part of a picture and the name of its class folder; None for one outside of all class folders."""
        return self._named(steps) if len(steps) > self.depth + 1 else None

    def class_folder(self, steps: Steps) -> str | None:
        """The name of the class that a folder is for; None for one that is not a class folder itself."""
        named = self._named(steps) if len(steps) == self.depth + 1 else None
        return named and named[1]

    def _named(self, steps: Steps) -> tuple[Part, str] | None:
        inner = steps[len(self.wrapping) :]
        if steps[: len(self.wrapping)] != self.wrapping:
            return None
        if not self.in_parts:
            return Part.FREE, inner[0]
        part = PARTS.get(inner[0].casefold())
        return None if part is None else (part, inner[1])


def layout(pictures: Iterable[Steps]) -> Layout:
    """How the folders around these pictures are to be read."""
    inside = [steps for steps in pictures if len(steps) > 1]
    depth, tops = 0, {steps[0] for steps in inside}
    while len(tops) == 1 and (deeper := [steps for steps in inside if len(steps) > depth + 2]):
        inside, depth = deeper, depth + 1
        tops = {steps[depth] for steps in inside}
    wrapping = inside[0][:depth] if inside else ()
    return Layout(wrapping, bool(tops) and all(top.casefold() in PARTS for top in tops))


def spelling(name: str) -> str:
    """The same for names that some system cannot tell apart."""
    return unicodedata.normalize("NFC", name).casefold()


def class_names(folders: Iterable[str]) -> dict[str, str]:
    """Names of class folders → names that are safe as a folder's name and to show, and different from each other.

    Folders of different parts that differ only in capital letters are one class.
    """
    ordered = sorted(folders, key=natural)
    names = {spelling(folder): folder for folder in reversed(ordered)}  # the first of those spelt alike
    taken: set[str] = set()
    for key, folder in sorted(names.items(), key=lambda pair: (cleaned(pair[1]) != pair[1], natural(pair[0]))):
        names[key] = _distinct(cleaned(folder), taken)  # who has a fine name keeps it, whatever others become
        taken.add(spelling(names[key]))
    return {folder: names[spelling(folder)] for folder in ordered}


def _distinct(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while spelling(candidate) in taken:
        number += 1
        candidate = f"{_shortened(name, 1 + len(str(number)))} {number}"
    return candidate


def cleaned(name: str) -> str:
    """A stranger's name for a class → one that `imgcls.datasets.names` takes.

    Letters and digits of any script, spaces, points and hyphens stay. A sign such as 🍎 becomes its name in Unicode
    (`red apple`), anything else `_`.
    """
    visible = "".join(sign for sign in name if unicodedata.category(sign) != "Cf" and sign not in "\ufe0e\ufe0f")
    named = "".join(_allowed(sign) for sign in unicodedata.normalize("NFC", visible))
    short = _shortened(tidy(named).lstrip(" .")) or _UNNAMED
    return short if is_name(short) else f"_{_shortened(short, 1)}"  # a device of Windows, or begins with a hyphen


def _allowed(sign: str) -> str:
    if re.fullmatch(r"[\w .-]", sign):
        return sign
    if unicodedata.category(sign) == "So":
        return f" {unicodedata.name(sign, '_').lower()} "
    return " " if sign.isspace() else "_"


def _shortened(name: str, room: int = 0) -> str:
    """At most 64 letters and 200 bytes, less `room`, and no space or point at the end."""
    letters = name[: _LONGEST_NAME - room]
    return letters.encode()[: _MOST_BYTES - room].decode(errors="ignore").rstrip(" .")


def natural(name: str) -> tuple[Sequence[str | tuple[int, str]], str]:
    """A key that sorts as people count: `2` before `10`."""
    pieces = re.split(r"([0-9]+)", spelling(name))
    counted = [
        (len(piece.lstrip("0")), piece.lstrip("0")) if place % 2 else piece for place, piece in enumerate(pieces)
    ]
    return counted, name
