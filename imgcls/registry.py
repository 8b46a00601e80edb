"""Names → things: the one shape that data sets, architectures and methods are registered in.

Registering is enough to be listed, offered on the page, accepted on the command line and tested.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from imgcls.errors import UnknownNameError
from imgcls.language import N_


class Named(Protocol):
    """What a registry holds: anything with a name."""

    @property
    def name(self) -> str: ...


Entry = TypeVar("Entry", bound=Named)


class Options(BaseModel):
    """Base of every entry's options: fields carry their range, and `title` and `description` for the page."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Registry(Generic[Entry]):
    """Entries in the order in which they were registered.

    Args:
        missing: the sentence for a name that is not there, marked with `N_`, with the places
            `{name}` and `{known}`.
    """

    def __init__(self, missing: str) -> None:
        self._entries: dict[str, Entry] = {}
        self._missing = missing

    def add(self, entry: Entry) -> Entry:
        if entry.name in self._entries:
            raise ValueError(f"{entry.name!r} is registered twice")
        self._entries[entry.name] = entry
        return entry

    def get(self, name: str) -> Entry:
        """The entry called `name`.

        Raises:
            UnknownNameError: no such entry; the message lists what there is.
        """
        if name not in self._entries:
            raise UnknownNameError(self._missing, name=name, known=", ".join(self._entries))
        return self._entries[name]

    def names(self) -> list[str]:
        return list(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __contains__(self, name: object) -> bool:
        return name in self._entries


MISSING_DATASET = N_("There is no data set “{name}”. Expected one of: {known}.")
MISSING_PRESET = N_("There is no preset “{name}”. Expected one of: {known}.")
MISSING_AUGMENTATION = N_("There is no augmentation “{name}”. Expected one of: {known}.")
MISSING_ARCHITECTURE = N_("There is no architecture “{name}”. Expected one of: {known}.")


#: Names in a sentence about one that is not known.
TOLD = 20


def likely(name: str, known: Sequence[str]) -> str:
    """All known names, for a sentence; of many, those that a name which is not known was probably meant to be."""
    if len(known) <= TOLD:
        return ", ".join(known)
    holding = [one for one in known if name.strip() and name.casefold() in one.casefold()]
    alike = difflib.get_close_matches(name, known, TOLD)
    return ", ".join(list(dict.fromkeys([*holding, *alike, *known]))[:TOLD]) + " …"
