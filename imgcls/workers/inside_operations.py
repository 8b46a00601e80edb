"""What the inference worker shows of a network's inside: each layer's feature maps for one picture."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from imgcls.datasets import load
from imgcls.errors import ImgclsError, UnknownNameError
from imgcls.evaluation.embedding import some_places
from imgcls.evaluation.kept import kept_test
from imgcls.language import N_
from imgcls.models import TrainedModel, load_trained
from imgcls.runs import get_run
from imgcls.workers.lesson_operations import kind_of

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]

#: Side of a thumbnail, in pixels: larger maps are thinned out to it.
SIDE = 56
#: Maps of a layer that are sent at once; values for the histogram; test images that a unit is judged by.
MAPS, VALUES, TESTED = 64, 20_000, 200
#: Test images that a filter is asked about, and how many of its favourites are shown.
LIKED, MOST_LIKED = 300, 9
_NO_LAYER = N_("The network has no such layer “{name}”. Expected one of: {known}.")

_kept: weakref.WeakKeyDictionary[Any, dict[str, Any]] = weakref.WeakKeyDictionary()


def inside_network(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, one uint8 `image` → its layers, and of each that has maps the strongest one, `maps` (n, 56, 56).

    A layer tells its `name`, `kind`, output `shape`, `parameters`, whether it can be taken `apart` by `unit_sum`, and
    `map`, the place of its map, or None.
    """
    trained = load_trained(arguments["model"])
    network = trained.keras_model
    names = [layer.name for layer in network.layers if _has_output(layer)]
    outputs = _outputs(network, "all", names)(trained.inputs(arrays["image"][None]), training=False)
    rows: list[dict[str, Any]] = []
    maps: list[np.ndarray] = []
    for name, value in zip(names, outputs, strict=True):
        layer, found = network.get_layer(name), np.asarray(value, np.float32)[0]
        row = {"name": name, "kind": type(layer).__name__, "shape": list(found.shape), "map": None}
        row |= {"parameters": int(layer.count_params()), "apart": kind_of(layer) == "conv"}
        if found.ndim == 3 and min(found.shape[:2]) > 1:
            row["map"] = len(maps)
            maps.append(_small(found[..., strongest(found)[0]]))
        rows.append(row)
    return {"layers": rows}, {"maps": np.stack(maps) if maps else np.zeros((0, SIDE, SIDE), np.float32)}


def inside_layer(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `layer`, one `image`, `start` → up to 64 of its `maps` (h, w, k), or its `units` (k,), and `values`.

    `values` are some of all its activations. Of a run also the share of `dead` units: those that are nowhere above 0
    in any of `tested` test images; None where the layer has values below 0, so that 0 is no silence.
    """
    trained = load_trained(arguments["model"])
    network = trained.keras_model
    name = _known(network, arguments["layer"])
    look = _outputs(network, name, [name])
    found = np.asarray(look(trained.inputs(arrays["image"][None]), training=False), np.float32)[0]
    flat = found.ravel()
    shown = np.linspace(0, len(flat) - 1, min(len(flat), VALUES)).astype(int)
    facts: dict[str, Any] = {"count": int(found.shape[-1]), "lowest": float(flat.min()), "highest": float(flat.max())}
    known = _kept[network]
    if f"dead {name}" not in known:  # the same for every picture
        known[f"dead {name}"] = _dead(trained, arguments["model"], look)
    facts |= known[f"dead {name}"]
    start = int(arguments.get("start", 0))
    if found.ndim != 3:
        return facts, {"units": flat[:4096], "values": flat[shown]}
    return facts, {"maps": found[..., start : start + MAPS], "values": flat[shown]}


def filter_likes(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run, a `layer` and the number of one `filter` → what in the run's test images excites it most.

    Of each image only its strongest place counts. Answers up to nine `patches`, uint8 (n, h, w, c), the strongest
    first: the part of the image that the value there depends on, by its gradient; smaller ones, from an edge, stand
    on black. As facts the `values` there, the `labels` of the images, and how many were `tested`. A filter that is
    above 0 nowhere has none.
    """
    trained, run = load_trained(arguments["model"]), get_run(arguments["model"])
    network, kept = trained.keras_model, kept_test(run)
    name = _known(network, arguments["layer"])
    look = _outputs(network, name, [name])
    some = some_places(kept.labels, LIKED)
    images = load(run.recipe.dataset).images[kept.indices[some]]
    number = int(arguments["filter"]) % look.output.shape[-1]
    best, places = _strongest_places(trained, look, images, number)
    order = [int(one) for one in np.argsort(-best, kind="stable")[:MOST_LIKED] if best[one] > 0]
    facts = {"values": best[order].tolist(), "labels": kept.labels[some][order].tolist(), "tested": len(images)}
    if not order:
        return facts, {"patches": np.zeros((0, 1, 1, images.shape[-1]), np.uint8)}
    boxes = _seen_from(look, trained.inputs(images[order]), places[order], number)
    return facts, {"patches": _cut_out(images[order], boxes)}


def _strongest_places(trained: TrainedModel, look: Any, images: np.ndarray, number: int) -> tuple[Any, Any]:
    """The largest value of one map for each of n images, float (n,), and where it stands, int (n, 2)."""
    found = []
    for begin in range(0, len(images), 50):
        values = look(trained.inputs(images[begin : begin + 50]), training=False)
        found.append(np.asarray(values[..., number], np.float32))
    maps = np.concatenate(found)
    flat = maps.reshape(len(maps), -1)
    return flat.max(axis=1), np.stack(np.unravel_index(flat.argmax(axis=1), maps.shape[1:]), axis=1)


def _seen_from(look: Any, inputs: np.ndarray, places: np.ndarray, number: int) -> np.ndarray:
    """The smallest box of each input that its value depends on: int (n, 4), first, last row, first, last column."""
    import tensorflow as tf

    given = tf.convert_to_tensor(inputs)
    where = np.column_stack([np.arange(len(places)), places, np.full(len(places), number)])
    with tf.GradientTape() as tape:
        tape.watch(given)
        total = tf.reduce_sum(tf.gather_nd(look(given, training=False), where))
    moved = np.abs(np.asarray(tape.gradient(total, given))).sum(axis=-1) > 0
    boxes = []
    for one in moved:
        rows, columns = np.flatnonzero(one.any(axis=1)), np.flatnonzero(one.any(axis=0))
        whole = not len(rows)
        boxes.append((0, one.shape[0] - 1, 0, one.shape[1] - 1) if whole else (*rows[[0, -1]], *columns[[0, -1]]))
    return np.array(boxes, int)


def _cut_out(images: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The boxes of the images, all as large as the largest of them: uint8 (n, h, w, c), on black."""
    height, width = ((boxes[:, last] - boxes[:, last - 1]).max() + 1 for last in (1, 3))
    found = np.zeros((len(images), height, width, images.shape[-1]), np.uint8)
    for place, (image, (top, bottom, left, right)) in enumerate(zip(images, boxes, strict=True)):
        cut = image[top : bottom + 1, left : right + 1]
        found[place, : cut.shape[0], : cut.shape[1]] = cut
    return found


def strongest(maps: np.ndarray) -> np.ndarray:
    """The places of the maps (h, w, k) by their mean size, the largest first."""
    return np.argsort(-np.abs(maps).mean(axis=(0, 1)), kind="stable")


def _dead(trained: TrainedModel, model: str, look: Any) -> dict[str, Any]:
    if model == "imagenet":
        return {"dead": None, "tested": 0}
    run = get_run(model)
    try:
        kept = kept_test(run)
    except ImgclsError:  # it has not been tested
        return {"dead": None, "tested": 0}
    some = some_places(kept.labels, TESTED)
    images = load(run.recipe.dataset).images[kept.indices[some]]
    alive, lowest = None, 0.0
    for begin in range(0, len(images), 50):
        values = np.asarray(look(trained.inputs(images[begin : begin + 50]), training=False), np.float32)
        above = (values > 0).any(axis=tuple(range(values.ndim - 1)))
        alive, lowest = above if alive is None else alive | above, min(lowest, float(values.min()))
    share = None if alive is None or lowest < 0 else float(1 - alive.mean())
    return {"dead": share, "tested": len(images)}


def _outputs(network: Any, key: str, names: list[str]) -> Any:
    """A model that gives the outputs of these layers; kept as long as the network is."""
    import keras

    known = _kept.setdefault(network, {})
    if key not in known:
        outputs = [network.get_layer(name).output for name in names]
        known[key] = keras.Model(network.inputs, outputs if key == "all" else outputs[0])
    return known[key]


def _has_output(layer: Any) -> bool:
    return type(layer).__name__ != "InputLayer" and hasattr(getattr(layer, "output", None), "shape")


def _known(network: Any, name: str) -> str:
    known = [layer.name for layer in network.layers if _has_output(layer)]
    if name not in known:
        raise UnknownNameError(_NO_LAYER, name=name, known=", ".join(known[:20]))
    return name


def _small(values: np.ndarray) -> np.ndarray:
    """At most `SIDE` pixels a side, nearest pixels; smaller maps are repeated up to it."""
    rows, columns = (np.arange(SIDE) * size // SIDE for size in values.shape)
    return values[rows][:, columns].astype(np.float32)


INSIDE_OPERATIONS = {"inside_network": inside_network, "inside_layer": inside_layer, "filter_likes": filter_likes}
