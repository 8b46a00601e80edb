"""Labels that somebody has looked at and found right: a decision, too, though it changes nothing.

So that an odd image that a network gets wrong is not looked at again and again. `<home>/corrections/kept-….json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from imgcls.atomic import read_json, write_json
from imgcls.datasets.corrections import beside, held
from imgcls.recipe import Choice

_KIND = "kept"


def kept_labels(dataset: Choice) -> dict[str, str]:
    """Key of the image (`ImageSet.key`) → the name of the class that was found right for it."""
    found = read_json(beside(dataset, _KIND))
    images = found.get("images") if isinstance(found, dict) else None
    if not isinstance(images, dict):
        return {}
    return {key: label for key, label in images.items() if isinstance(label, str)}


def keep_labels(dataset: Choice, labels: Mapping[str, str]) -> None:
    """Note that these images have these labels and keep them."""
    with held(dataset):
        write_json(beside(dataset, _KIND), {"images": {**kept_labels(dataset), **labels}})


def forget_kept(dataset: Choice, keys: Iterable[str]) -> None:
    """Take the decision back for these images: they were corrected after all, or are to be looked at again."""
    gone = set(keys)
    with held(dataset):
        known = kept_labels(dataset)
        left = {key: label for key, label in known.items() if key not in gone}
        if left != known:
            write_json(beside(dataset, _KIND), {"images": left})
