"""What the inference worker shows of a network's inside: its layers, the maps of one, and one unit taken apart."""

from __future__ import annotations

import threading
import weakref
from typing import Any

import numpy as np

from imgcls import imagenet
from imgcls.datasets import load
from imgcls.errors import InputError, RunStateError, UnknownNameError
from imgcls.evaluation.embedding import some_places
from imgcls.evaluation.kept import kept_test
from imgcls.inside import as_maps, kind_of, layers_of, look_at, sources, take_apart
from imgcls.inside.blocks import blocks_of
from imgcls.inside.field import seen_from
from imgcls.inside.tested import Tested, units_on
from imgcls.language import N_
from imgcls.models import TrainedModel, load_trained
from imgcls.runs import Run, get_run
from imgcls.workers.progress import tell

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]

#: Side of a thumbnail, in pixels: larger maps are thinned out to it.
SIDE = 48
#: Maps of a layer that are sent at once; values for the histogram; test images that units are judged by.
MAPS, VALUES, TESTED = 64, 20_000, 300
_NO_LAYER = N_("The network has no such layer “{name}”. Expected one of: {known}.")
_NO_KERNELS = N_("“{name}”, a {kind}, has no kernels that slide over a picture.")
_WHOLE = N_("A unit of “{name}”, a {kind}, cannot be taken apart.")

_tested: weakref.WeakKeyDictionary[Any, dict[str, Tested]] = weakref.WeakKeyDictionary()
_testing = threading.Lock()


def inside_network(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, one uint8 `image` → its layers in their order, and a thumbnail of each: `maps` uint8 (n, 48, 48).

    A layer tells its `name`, `kind`, output `shape`, `parameters`, its `inputs` (names), the `block` it is in, and how
    a unit of it is taken `apart` (None: not at all). A thumbnail is the layer's strongest map; 128 is zero, 255 its
    largest value, 1 the same below zero. Of a vector it is all numbers one below another. Also the `logits`.
    """
    trained = load_trained(arguments["model"])
    network, look = trained.keras_model, look_at(trained, arrays["image"])
    layers = layers_of(network)
    names, kinds = [layer.name for layer in layers], [type(layer).__name__ for layer in layers]
    block = {place: one.name for one in blocks_of(names, kinds) for place in range(one.first, one.last + 1)}
    rows = [
        {
            "name": layer.name,
            "kind": kind,
            "shape": list(look.of(layer.name).shape),
            "parameters": int(layer.count_params()),
            "inputs": sources(layer),
            "block": block[place],
            "apart": kind_of(layer),
        }
        for place, (layer, kind) in enumerate(zip(layers, kinds, strict=True))
    ]
    maps = np.stack([_thumbnail(as_maps(network, look.of(name))) for name in names])
    return {"layers": rows}, {"maps": maps, "logits": look.of(names[-1])}


def _thumbnail(maps: np.ndarray) -> np.ndarray:
    """The strongest of the maps, or all units of a vector, uint8 (48, 48)."""
    if maps.shape[:2] == (1, 1):
        column = np.zeros((SIDE, SIDE), np.float32)
        column[:, SIDE // 3 : 2 * SIDE // 3] = maps.reshape(-1, 1)[np.arange(SIDE) * maps.shape[-1] // SIDE]
        return _quantised(column)
    return _quantised(_small(maps[..., strongest(maps)[0]]))


def _quantised(values: np.ndarray) -> np.ndarray:
    filled = np.nan_to_num(values)
    most = float(np.abs(filled).max(initial=0)) or 1.0
    return np.rint(128 + 127 * filled / most).astype(np.uint8)


def inside_layer(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `layer`, one `image`, `start`, `order` → up to 64 of its `maps` (rows, columns, k), and their `numbers`.

    `order` is "strength", the default, or "number". `values` are some of all its activations; the facts their
    `lowest` and `highest`, and the `count` of maps. A vector's maps have one place.
    """
    trained = load_trained(arguments["model"])
    network = trained.keras_model
    name = _layer(network, arguments["layer"]).name
    found = look_at(trained, arrays["image"]).of(name)
    maps, flat = as_maps(network, found), found.ravel()
    order = np.arange(maps.shape[-1]) if arguments.get("order") == "number" else strongest(maps)
    start = int(arguments.get("start", 0))
    shown = order[start : start + MAPS]
    facts = {"count": int(maps.shape[-1]), "lowest": float(flat.min()), "highest": float(flat.max())}
    some = np.linspace(0, len(flat) - 1, min(len(flat), VALUES)).astype(int)
    return facts, {"maps": maps[..., shown], "numbers": shown, "values": flat[some]}


def inside_unit(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `layer`, `unit`, one `image` → the unit taken apart, as `imgcls.inside.apart` tells.

    The facts also tell its `kind`, the layer's `class`, `units`, how many there are, `start`, the place (row, column)
    where it is strongest, and `colours`, the channels of the picture where it is given that itself.

    Raises:
        InputError: it cannot be taken apart.
    """
    trained = load_trained(arguments["model"])
    network, look = trained.keras_model, look_at(trained, arrays["image"])
    layer = _layer(network, arguments["layer"])
    units = int(layer.output.shape[-1])
    unit = int(arguments["unit"]) % units
    found = take_apart(network, look, layer, unit)
    if found is None:
        raise InputError(_WHOLE, name=layer.name, kind=type(layer).__name__)
    shown = np.nan_to_num(np.abs(found.arrays["value"]))
    start = [int(at) for at in np.unravel_index(int(shown.argmax()), shown.shape)]
    facts = {**found.facts, "kind": found.kind, "class": type(layer).__name__, "units": units, "start": start}
    names = {one.name for one in layers_of(network)}
    takes = [found.facts.get("origin", {}).get("layer", name) for name in found.facts["sources"]]
    facts["colours"] = None if names & set(takes) else int(look.inputs.shape[-1])
    sent = {
        name: np.asarray(values, _KINDS.get(values.dtype.kind, np.float32)) for name, values in found.arrays.items()
    }
    return facts, sent


_KINDS = {"i": np.int32}


def inside_kernels(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `layer`, one `image`, `start`, `order` as for its maps → up to 64 of its `kernels` and their `numbers`.

    `kernels` (k, k, 1, n) are the means over the channels that each looks at, as they are drawn: those of a wide layer
    would be megabytes. A depthwise one looks at a single channel. The facts tell the `count` of all, and `most`, the
    largest size of any of their weights, so that all pages can be drawn in one scale.

    Raises:
        InputError: it has no kernels that slide.
    """
    trained = load_trained(arguments["model"])
    network = trained.keras_model
    layer = _layer(network, arguments["layer"])
    kernels = _kernels(layer)
    if arguments.get("order") == "number":
        order = np.arange(kernels.shape[-1])
    else:
        order = strongest(as_maps(network, look_at(trained, arrays["image"]).of(layer.name)))
    start = int(arguments.get("start", 0))
    shown = order[start : start + MAPS]
    facts = {"count": int(kernels.shape[-1]), "most": float(np.abs(kernels).max(initial=0))}
    return facts, {"kernels": kernels[..., shown], "numbers": shown}


def _kernels(layer: Any) -> np.ndarray:
    """What is drawn of a layer's kernels, in the order of its maps: float32 (k, k, 1, n).

    Raises:
        InputError: it has none that slide.
    """
    kind = type(layer).__name__
    if kind not in ("Conv2D", "DepthwiseConv2D"):
        raise InputError(_NO_KERNELS, name=layer.name, kind=kind)
    kernel = np.asarray(layer.kernel, np.float32)
    if kind == "DepthwiseConv2D":  # (k, k, c, m): the m maps of a channel stand side by side
        return kernel.reshape(*kernel.shape[:2], 1, -1)
    return kernel.mean(axis=2, keepdims=True)


def inside_tested(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run → the share of `dead` units of every layer by its name, on `tested` test images.

    A unit is dead that is nowhere above 0 in any of them. None where the layer has values below 0, so that 0 is no
    silence; without images, nothing is known of any layer.
    """
    trained = load_trained(arguments["model"])
    run = _tested_run(arguments["model"])
    if run is None:
        return {"dead": {}, "tested": 0}, {}
    found = _units(trained, run)
    return {"dead": {name: one.dead for name, one in found.items()}, "tested": len(_images(run)[0])}, {}


def _tested_run(model: str) -> Run | None:
    if model == imagenet.NAME:
        return None
    run = get_run(model)
    try:
        kept_test(run)
    except RunStateError:  # it has not been tested
        return None
    return run


def _units(trained: TrainedModel, run: Run) -> dict[str, Tested]:
    """What the test images say of all units; asked once of a network."""
    with _testing:
        if trained.keras_model not in _tested:
            _tested[trained.keras_model] = units_on(trained, _images(run)[0], tell)
        return _tested[trained.keras_model]


def _images(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Some of the test images, of each class alike, and their classes."""
    kept = kept_test(run)
    some = some_places(kept.labels, TESTED)
    return load(run.recipe.dataset).images[kept.indices[some]], kept.labels[some]


def filter_likes(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run, a `layer` and the number of one `filter` → what in the run's test images excites it most.

    Of each image only its strongest place counts. Answers up to nine `patches`, uint8 (n, h, w, c), the strongest
    first: the part of the image that the value there depends on; smaller ones, from an edge, stand on black. As facts
    the `values` there, the `labels` of the images, and how many were `tested`. A unit that is above 0 nowhere has none.
    """
    trained, run = load_trained(arguments["model"]), get_run(arguments["model"])
    layer = _layer(trained.keras_model, arguments["layer"])
    images, labels = _images(run)
    found = _units(trained, run)[layer.name]
    number = int(arguments["filter"]) % found.values.shape[1]
    liked = found.values[:, number] > 0
    which, places = found.images[liked, number], found.places[liked, number]
    facts = {"values": found.values[liked, number].tolist(), "labels": labels[which].tolist(), "tested": len(images)}
    if not len(which):
        return facts, {"patches": np.zeros((0, 1, 1, images.shape[-1]), np.uint8)}
    boxes = [_box(trained.keras_model, layer.name, int(place), found.columns) for place in places]
    return facts, {"patches": _cut_out(images[which], np.array(boxes))}


def _box(network: Any, name: str, place: int, columns: int) -> tuple[int, int, int, int]:
    if columns:
        return seen_from(network, name, *divmod(place, columns))
    height, width = network.input.shape[1:3]
    return 0, height - 1, 0, width - 1


def _cut_out(images: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The boxes of the images, all as large as the largest of them: uint8 (n, h, w, c), on black."""
    height, width = ((boxes[:, last] - boxes[:, last - 1]).max() + 1 for last in (1, 3))
    found = np.zeros((len(images), height, width, images.shape[-1]), np.uint8)
    for place, (image, (top, bottom, left, right)) in enumerate(zip(images, boxes, strict=True)):
        cut = image[top : bottom + 1, left : right + 1]
        found[place, : cut.shape[0], : cut.shape[1]] = cut
    return found


def strongest(maps: np.ndarray) -> np.ndarray:
    """The places of the maps (rows, columns, k) by their mean size, the largest first."""
    flat = maps.reshape(-1, maps.shape[-1])
    sizes = np.abs(flat).mean(axis=0)
    if np.isnan(sizes).any():  # places that are none: slower, and only where there are some
        sizes = np.nanmean(np.abs(flat), axis=0)
    return np.argsort(-sizes, kind="stable")


def _layer(network: Any, name: str) -> Any:
    """The layer called `name`.

    Raises:
        UnknownNameError: there is none.
    """
    known = {layer.name: layer for layer in layers_of(network)}
    if name not in known:
        raise UnknownNameError(_NO_LAYER, name=name, known=", ".join(list(known)[:20]))
    return known[name]


def _small(values: np.ndarray) -> np.ndarray:
    """At most `SIDE` pixels a side, nearest pixels; smaller maps are repeated up to it."""
    rows, columns = (np.arange(SIDE) * size // SIDE for size in values.shape)
    return values[rows][:, columns].astype(np.float32)


INSIDE_OPERATIONS = {
    "inside_network": inside_network,
    "inside_layer": inside_layer,
    "inside_unit": inside_unit,
    "inside_kernels": inside_kernels,
    "inside_tested": inside_tested,
    "filter_likes": filter_likes,
}
