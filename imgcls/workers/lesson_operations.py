"""What the inference worker answers to the lessons: the article's formulas with the numbers of a trained network."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from imgcls import imagenet
from imgcls.architectures import architecture_options, build_model
from imgcls.architectures.transfer import BodyOptions, parts
from imgcls.augmentation import preview
from imgcls.augmentation.examples import examples, one_hot
from imgcls.datasets import load
from imgcls.errors import InputError, UnknownNameError
from imgcls.evaluation.embedding import penultimate, some_places
from imgcls.evaluation.kept import kept_test
from imgcls.evaluation.metrics import accuracy, softmax
from imgcls.language import N_
from imgcls.lessons.convolution import Window
from imgcls.lessons.pooling import SHIFTS, change_under_shifts, shifted
from imgcls.models import TrainedModel, load_trained
from imgcls.preparation.choose import prepare_for
from imgcls.recipe import Choice
from imgcls.runs import get_run
from imgcls.workers.progress import tell

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]

#: Maps of a layer that are shown.
_MOST_MAPS = 6
#: Values of a channel that a histogram is made of.
_MOST_VALUES = 20_000
#: Test images on which blocks are switched off.
_MOST_TESTED = 500

#: Models that end at a layer, by network and the layer's name: building one takes longer than asking it.
_parts: weakref.WeakKeyDictionary[Any, dict[str, Any]] = weakref.WeakKeyDictionary()

_NO_LAYER = N_("The network has no such layer “{name}”. Expected one of: {known}.")


def lesson_layers(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model` → its `layers` that the lessons look into: `name`, `kind` (conv, max, mean or norm), shapes, window.

    Also the names of its `additions`, where a residual block ends; there may be none.
    """
    model = load_trained(arguments["model"]).keras_model
    found = [described for layer in model.layers if (described := _described(layer)) is not None]
    return {"layers": found, "additions": list(residual_blocks(model))}, {}


def _described(layer: Any) -> dict[str, Any] | None:
    kind = kind_of(layer)
    if kind is None:
        return None
    facts: dict[str, Any] = {"name": layer.name, "kind": kind}
    facts["from"] = [int(side) for side in layer.input.shape[1:]]
    facts["to"] = [int(side) for side in layer.output.shape[1:]]
    if kind != "norm":
        window = _window(layer)
        facts |= {"side": window.kernel, "stride": window.stride}
        facts |= {"padding": window.padding, "dilation": window.dilation}
    return facts


def kind_of(layer: Any) -> str | None:
    """What a layer is to the lessons; None for those that they do not look into."""
    from keras import layers

    if isinstance(layer, layers.Conv2D) and not isinstance(layer, layers.DepthwiseConv2D) and layer.groups == 1:
        square = len(set(layer.kernel_size)) == len(set(layer.strides)) == len(set(layer.dilation_rate)) == 1
        return "conv" if square else None
    if isinstance(layer, layers.MaxPooling2D | layers.AveragePooling2D):
        square = len(set(layer.pool_size)) == len(set(layer.strides)) == 1
        return ("max" if isinstance(layer, layers.MaxPooling2D) else "mean") if square else None
    if isinstance(layer, layers.BatchNormalization) and len(layer.output.shape) == 4:
        return "norm"
    return None


def _window(layer: Any) -> Window:
    side = getattr(layer, "kernel_size", None) or layer.pool_size
    return Window(side[0], layer.strides[0], layer.padding, getattr(layer, "dilation_rate", (1,))[0])


def pooled_maps(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `layer`, one `image` → the strongest maps `before` (h, w, n) and `after` (h', w', n) a pooling layer.

    Also how much of them a shift of the picture by one pixel changes: `moved_before` and `moved_after`, the mean
    change over the mean size, over the four directions; what comes in at the edge is black.
    """
    trained = load_trained(arguments["model"])
    layer = _layer(trained, arguments["layer"], "max", "mean")
    image = arrays["image"]
    moved = [shifted(image, *by) for by in SHIFTS]
    before, after = _around(trained, layer, np.stack([image, *moved]))
    strongest = np.argsort(-before[0].mean(axis=(0, 1)), kind="stable")[:_MOST_MAPS]
    facts = {"moved_before": change_under_shifts(list(before)), "moved_after": change_under_shifts(list(after))}
    facts["maps"] = int(before.shape[-1])
    return facts, {"before": before[0][..., strongest], "after": after[0][..., strongest]}


def normalised(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """One channel before and after a batch normalisation: `model`, `layer`, `channel`, and `batch`, how many images.

    The images are spread evenly over the run's test, which may be sorted by class. Answers `before`, some of the
    channel's values (n,), what the network makes of them, `inference`, and what it would while training on this
    batch, `training`; as facts the batch's `mean` and `variance`, the moving ones, `gamma`, `beta` and `epsilon`.
    """
    trained, run = load_trained(arguments["model"]), get_run(arguments["model"])
    layer = _layer(trained, arguments["layer"], "norm")
    indices = kept_test(run).indices
    some = np.linspace(0, len(indices) - 1, min(int(arguments["batch"]), len(indices))).astype(int)
    images = load(run.recipe.dataset).images[indices[some]]
    before, after = _around(trained, layer, images)
    channel = int(arguments["channel"]) % before.shape[-1]
    x, y = before[..., channel].ravel().astype(float), after[..., channel].ravel()
    facts = {
        "mean": float(x.mean()),
        "variance": float(x.var()),
        "moving_mean": float(np.asarray(layer.moving_mean)[channel]),
        "moving_variance": float(np.asarray(layer.moving_variance)[channel]),
        "gamma": float(np.asarray(layer.gamma)[channel]) if layer.scale else 1.0,
        "beta": float(np.asarray(layer.beta)[channel]) if layer.center else 0.0,
        "epsilon": float(layer.epsilon),
        "channels": int(before.shape[-1]),
    }
    training = facts["gamma"] * (x - x.mean()) / np.sqrt(x.var() + facts["epsilon"]) + facts["beta"]
    shown = np.linspace(0, len(x) - 1, min(len(x), _MOST_VALUES)).astype(int)
    return facts, {name: v[shown].astype(np.float32) for name, v in _named(x, y, training).items()}


def _named(before: np.ndarray, inference: np.ndarray, training: np.ndarray) -> dict[str, np.ndarray]:
    return {"before": before, "inference": inference, "training": training}


def blocks_off(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run with residual blocks → its `accuracy` on some test images, whole and without each block's F.

    Answers `without` (blocks,), in the network's order; the facts name the `blocks`, which may be none.
    """
    trained, run = load_trained(arguments["model"]), get_run(arguments["model"])
    kept = kept_test(run)
    some = some_places(kept.labels, _MOST_TESTED)
    labels = kept.labels[some]
    inputs = trained.inputs(load(run.recipe.dataset).images[kept.indices[some]])
    blocks = residual_blocks(trained.keras_model)
    found = []
    for done, block in enumerate(blocks):
        tell(done, len(blocks))
        found.append(accuracy(_answers(without(trained.keras_model, block), inputs), labels))
    whole = accuracy(_answers(trained.keras_model, inputs), labels)
    return {"blocks": list(blocks), "whole": whole, "images": len(labels)}, {"without": np.array(found, float)}


def residual_blocks(model: Any) -> dict[str, int]:
    """The additions of two ways → which of the two is F: the one that a convolution has made last."""
    from keras import layers

    found = {}
    for layer in model.layers:
        if isinstance(layer, layers.Add) and len(layer.input) == 2:
            lengths = [_steps_back(tensor) for tensor in layer.input]
            if lengths[0] != lengths[1]:
                found[layer.name] = int(np.argmax(lengths))
    return found


def _steps_back(tensor: Any) -> int:
    """Layers with weights on the way back to where the ways part, or to the addition before."""
    from keras import layers

    steps = 0
    while True:
        layer = tensor._keras_history.operation
        if isinstance(layer, layers.Add | layers.InputLayer):
            return steps
        steps += bool(layer.weights)
        if isinstance(layer.input, list):
            return steps
        tensor = layer.input


def without(model: Any, block: str) -> Any:
    """A copy of `model` in which the F of one block is zero, so that y = x."""
    import keras

    way = residual_blocks(model)[block]

    def call(layer: Any, *given: Any, **more: Any) -> Any:
        if layer.name != block:
            return layer(*given, **more)
        ways = list(given[0])
        ways[way] = keras.layers.Rescaling(0.0, name=f"{block}_off")(ways[way])
        return layer(ways, **more)

    copy = keras.models.clone_model(model, call_function=call)
    copy.set_weights(model.get_weights())
    return copy


def _answers(model: Any, inputs: np.ndarray) -> np.ndarray:
    parts = [inputs[start : start + 100] for start in range(0, len(inputs), 100)]
    return np.concatenate([np.asarray(model(part, training=False), np.float32) for part in parts])


def body_features(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """uint8 `images` (n, h, w, c) of any size → what a body that knows photographs makes of them: `features` (n, 1280).

    Also what its old head says to each: `said`, the best class's name, and its probability, `sure` (n,).
    """
    trained = load_trained(imagenet.NAME)
    card = trained.card
    colour = [image.repeat(3, axis=2) if image.shape[2] == 1 else image for image in arrays["images"]]
    fitted = np.stack([prepare_for(card.preparation, image, card.image_shape).image for image in colour])
    network = _parts.setdefault(trained.keras_model, {})
    if "features" not in network:
        network["features"] = penultimate(trained.keras_model)
    features = np.asarray(network["features"](trained.inputs(fitted), training=False), np.float32)
    head = trained.keras_model.layers[-1]
    probabilities = softmax(np.asarray(head(features, training=False), np.float32))
    best = probabilities.argmax(axis=1)
    facts = {"said": [card.class_names[place] for place in best], "body": _body_size(trained.keras_model)}
    return facts, {"features": features, "sure": probabilities.max(axis=1)}


def _body_size(model: Any) -> int:
    """Weights of all but the last layer, without what batch norm has measured."""
    return sum(len(weight) for weight in _weights(model.layers[:-1]))


def moved(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run → how far training moved the weights of each of its `blocks` from where they started.

    The distance is relative, |w − w₀| / |w₀| over all weights of the block; what batch norm has measured is no weight.
    A block tells its `name`, `parameters` and `moved`; so does the `head`. `learned`: whether the body had learned.
    """
    run = get_run(arguments["model"])
    trained = load_trained(run.id)
    recipe, card = run.recipe, trained.card
    start = build_model(recipe.architecture, card.image_shape, len(card.class_names), recipe.seed)
    before, after = parts(start), parts(trained.keras_model)
    blocks = [_distance(old, new) for old, new in zip(before.blocks, after.blocks, strict=True)]
    options = architecture_options(recipe.architecture)
    learned = isinstance(options, BodyOptions) and options.has_learned
    head = _distance(before.head, after.head)
    return {"blocks": [one for one in blocks if one["parameters"]], "head": head, "learned": learned}, {}


def changes(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`dataset`, `augmentations`, a list of names, `count` and `seed` → some images as each of them changes them.

    Answers `originals` uint8 (n, h, w, c) and `images` uint8 (names, n, h, w, c); `labels` float32 (names, n,
    classes) are mixed where the images are.
    """
    dataset, seed = Choice(**arguments["dataset"]), int(arguments["seed"])
    images = load(dataset)
    places = examples(images, int(arguments["count"]), seed)
    originals, truth = images.images[places], one_hot(images.labels[places], len(images.class_names))
    made = [preview((Choice(name=name),), originals, truth, seed) for name in arguments["augmentations"]]
    found = {"images": np.stack([one for one, _ in made]), "labels": np.stack([labels for _, labels in made])}
    return {"class_names": list(images.class_names)}, {"originals": originals, **found}


def by_keras(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """The page's numbers once more, by Keras itself: `layer`, and `x` float (h, w), a batch (n, h, w) for the last one.

    Conv2D takes its `kernel` (k, k) and its window, `kernel`, `stride`, `padding` and `dilation`; MaxPooling2D and
    AveragePooling2D take the window; BatchNormalization, as it is while training, takes `gamma` and `beta`. Answers
    `y`, float32.

    Raises:
        UnknownNameError: no lesson has such a layer.
    """
    from keras import layers

    name, x = arguments["layer"], arrays["x"].astype(np.float32)
    if name == "BatchNormalization":
        layer = layers.BatchNormalization()
        layer.build((None, *x.shape[1:], 1))
        layer.gamma.assign([arguments["gamma"]])
        layer.beta.assign([arguments["beta"]])
        return {}, {"y": np.asarray(layer(x[..., None], training=True))[..., 0]}
    side, stride, padding = (arguments.get(one) for one in ("kernel", "stride", "padding"))
    made: dict[str, Callable[[], Any]] = {
        "Conv2D": lambda: layers.Conv2D(
            1, side, strides=stride, padding=padding, dilation_rate=arguments["dilation"], use_bias=False
        ),
        "MaxPooling2D": lambda: layers.MaxPooling2D(side, stride, padding),
        "AveragePooling2D": lambda: layers.AveragePooling2D(side, stride, padding),
    }
    if name not in made:
        raise UnknownNameError(_NO_LAYER, name=name, known=", ".join([*made, "BatchNormalization"]))
    layer = made[name]()
    layer.build((None, *x.shape, 1))
    if layer.weights:
        layer.kernel.assign(arrays["kernel"][..., None, None])
    return {}, {"y": np.asarray(layer(x[None, ..., None], training=False))[0, ..., 0]}


def _distance(before: Any, after: Any) -> dict[str, Any]:
    old, new = (np.concatenate([np.zeros(0), *_weights(layers)]) for layers in (before, after))
    size = float(np.linalg.norm(old))
    name = next((layer.name for layer in after if layer.weights), "")
    return {"name": name, "parameters": len(new), "moved": float(np.linalg.norm(new - old)) / size if size else 0.0}


def _weights(layers: Any) -> list[np.ndarray]:
    measured = ("moving_mean", "moving_variance")
    found = [weight for layer in layers for weight in layer.weights if weight.name not in measured]
    return [np.asarray(weight, float).ravel() for weight in found]


def _layer(trained: TrainedModel, name: str, *kinds: str) -> Any:
    """The layer called `name`, of one of these kinds.

    Raises:
        UnknownNameError: there is none.
    """
    known = {layer.name: layer for layer in trained.keras_model.layers if kind_of(layer) in kinds}
    if name not in known:
        raise UnknownNameError(_NO_LAYER, name=name, known=", ".join(known))
    return known[name]


def _around(trained: TrainedModel, layer: Any, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 input and output of a layer for uint8 images (n, h, w, c).

    Raises:
        InputError: images of another shape.
    """
    import keras

    if tuple(images.shape[1:]) != tuple(trained.card.image_shape):
        raise InputError(
            N_("Expected images of the shape {wanted}. Received: {shape}"),
            wanted=str(trained.card.image_shape),
            shape=str(tuple(images.shape[1:])),
        )
    known = _parts.setdefault(trained.keras_model, {})
    if layer.name not in known:
        known[layer.name] = keras.Model(trained.keras_model.input, [layer.input, layer.output])
    before, after = known[layer.name](trained.inputs(images), training=False)
    return np.asarray(keras.ops.cast(before, "float32")), np.asarray(keras.ops.cast(after, "float32"))


LESSON_OPERATIONS = {
    "lesson_layers": lesson_layers,
    "pooled_maps": pooled_maps,
    "normalised": normalised,
    "blocks_off": blocks_off,
    "body_features": body_features,
    "moved": moved,
    "changes": changes,
    "by_keras": by_keras,
}
