"""Every error that imgcls raises on purpose.

    ImgclsError
    ├── InputError              what was asked for is refused; exit code 2
    │   ├── ImageError          a picture that cannot be used
    │   ├── DatasetError        a folder or an archive that is no data set
    │   ├── RecipeError         a setting that makes no sense
    │   ├── UnknownNameError    a data set, architecture, method, run, class or layer that is not there
    │   ├── RunStateError       the run is not in a state in which that can be done
    │   ├── QueueFullError      too many runs are waiting
    │   └── PlaceError          the disk, the folder, the port or the network does not allow it
    │       ├── MissingWeightsError  weights that others trained have to be downloaded first
    │       └── MissingDataError     a data set has to be downloaded first
    ├── Cancelled               somebody wanted no answer any more; exit code 1
    └── BrokenError             our fault or the machine's; exit code 1
        ├── WorkerError         a worker process died or answered nonsense
        └── CheckpointError     a stored file does not match its checksum

Every message says what was expected and what came. It is kept as an English template and its
values, so that the page can show it in the reader's language: `error.say(translate)`.
"""

from __future__ import annotations

from typing import Any

from imgcls.language import Translate


class ImgclsError(Exception):
    """Base of all errors raised on purpose.

    Args:
        template: an English sentence, marked with `N_`, with `{name}` places.
        values: what goes into the places.
    """

    exit_code = 1

    def __init__(self, template: str, **values: Any) -> None:
        self.template = template
        self.values = values
        super().__init__(self.say())

    def say(self, translate: Translate | None = None) -> str:
        """The message in the language of `translate`, by default in English."""
        if translate is None:
            return self.template.format(**self.values)
        # the name of a status is one of our words; everything else is the user's or the system's
        words = {name: translate(value) for name, value in self.values.items() if name == "status"}
        return translate(self.template).format(**{**self.values, **words})

    def to_json(self) -> dict[str, Any]:
        """What `error_from_json` turns back into an equal error, in another process."""
        return {"type": type(self).__name__, "template": self.template, "values": self.values}


class InputError(ImgclsError):
    """What the user asked for is refused."""

    exit_code = 2


class ImageError(InputError):
    """A picture that cannot be used."""


class DatasetError(InputError):
    """A folder or an archive that is no data set."""


class RecipeError(InputError):
    """A setting that makes no sense."""


class UnknownNameError(InputError):
    """A name that is not registered, or a run, class or layer that is not there."""


class RunStateError(InputError):
    """The run is not in a state in which that can be done."""


class QueueFullError(InputError):
    """Too many runs are waiting."""


class PlaceError(InputError):
    """The disk, the folder, the port or the network does not allow it."""


class MissingWeightsError(PlaceError):
    """Weights that others trained have to be downloaded first; the value `name` says which."""


class MissingDataError(PlaceError):
    """A data set has to be downloaded first; the value `name` says which."""


class Cancelled(ImgclsError):
    """Somebody wanted no answer any more."""


class BrokenError(ImgclsError):
    """Our fault, or the machine's."""


class WorkerError(BrokenError):
    """A worker process died or answered nonsense."""


class CheckpointError(BrokenError):
    """A stored file does not match its checksum."""


def _kinds(base: type[ImgclsError]) -> dict[str, type[ImgclsError]]:
    found = {base.__name__: base}
    for child in base.__subclasses__():
        found |= _kinds(child)
    return found


def error_from_json(data: dict[str, Any]) -> ImgclsError:
    """The error that `to_json` described; an unknown type becomes a `WorkerError`."""
    kind = _kinds(ImgclsError).get(data["type"], WorkerError)
    return kind(data["template"], **data["values"])
