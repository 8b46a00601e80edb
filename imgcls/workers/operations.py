"""What the inference worker can do, and the command line in its own process: each a plain function.

An operation takes JSON values and arrays and answers with JSON values and arrays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from math import prod
from typing import Any

import numpy as np

from imgcls.architectures import build_model
from imgcls.architectures.applications import outlined
from imgcls.augmentation import preview
from imgcls.augmentation.examples import examples, one_hot
from imgcls.datasets import dataset_facts, load
from imgcls.errors import ImageError, RecipeError, UnknownNameError
from imgcls.evaluation.metrics import softmax
from imgcls.explain import explain
from imgcls.language import N_
from imgcls.models import load_trained
from imgcls.recipe import Choice, recipe_from
from imgcls.registry import likely
from imgcls.training.check import check_outline, check_parameters
from imgcls.training.timing import keep_timing, known_timing
from imgcls.workers.evaluation_operations import EVALUATION_OPERATIONS
from imgcls.workers.inside_operations import INSIDE_OPERATIONS
from imgcls.workers.lesson_operations import LESSON_OPERATIONS
from imgcls.workers.progress import tell
from imgcls.workers.training_operations import TRAINING_OPERATIONS
from imgcls.workers.trust_operations import TRUST_OPERATIONS

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]
Operation = Callable[[dict[str, Any], dict[str, np.ndarray]], Answer]


def predict(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, uint8 `images` (n, h, w, c) → `probabilities` (n, classes), `logits`, and the epoch they come from."""
    trained = load_trained(arguments["model"])
    logits = trained.logits(arrays["images"])
    facts = {"epoch": trained.card.epoch, "is_final": trained.card.is_final, "version": trained.card.version}
    return facts, {"probabilities": softmax(logits).astype(np.float32), "logits": logits}


def layers(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model` → the layers that can be explained, the default one, and whether the network has a ReLU."""
    from imgcls.explain.engine import default_layer, explainable_layers, has_relu

    model = load_trained(arguments["model"]).keras_model
    facts = {"layers": explainable_layers(model), "default": default_layer(model), "relu": has_relu(model)}
    return facts, {}


def explain_image(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `method`, one uint8 `image` (h, w, c) → raw map and map, or the picture that the method makes.

    Optional are `layer`, `class` and `against` (numbers), and the method's `options`.
    """
    trained = load_trained(arguments["model"])
    inputs = trained.inputs(arrays["image"][None])
    target = arguments.get("class")
    found = explain(
        trained.keras_model,
        inputs,
        target,
        method=arguments.get("method", "grad-cam"),
        layer=arguments.get("layer"),
        options=arguments.get("options"),
        against=arguments.get("against"),
        values=trained.card.values,
        progress=tell,
    )[0]
    facts = {**found.facts(), "epoch": trained.card.epoch, "is_final": trained.card.is_final}
    made = {"raw": found.raw, "map": found.map, "logits": found.logits, "probabilities": found.probabilities}
    numbers = {name: np.asarray(value, np.float32) for name, value in made.items()}
    return facts, numbers if found.picture is None else {**numbers, "picture": found.picture}


#: A price is told from the first pass that takes at least this long, in seconds: a large network is asked about two
#: images, a small one about many.
PRICED_BY = 0.08


def price(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model` → `seconds` that one image takes to pass through it, many at a time."""
    from imgcls.explain import engine
    from imgcls.explain.registry import AT_ONCE

    trained = load_trained(arguments["model"])
    images = trained.inputs(np.zeros((AT_ONCE, *trained.card.image_shape), np.uint8))
    engine.scores(trained.keras_model, images[:1])  # the first pass traces
    for count in (2, 8, AT_ONCE):
        # the first pass of a new size is slow, and on a busy machine any one may be
        seconds = min(_seconds_of(trained.keras_model, images[:count]) for _ in range(3))
        if seconds > PRICED_BY:
            break
    return {"seconds": seconds / count}, {}


def _seconds_of(model: Any, images: np.ndarray) -> float:
    from imgcls.explain import engine

    began = time.perf_counter()
    engine.scores(model, images)
    return time.perf_counter() - began


def second_opinion(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `class`, `layer`, one uint8 `image` (h, w, c) → tf-keras-vis's raw Grad-CAM `raw` (h', w')."""
    from imgcls.explain.engine import refuse_unknown_layer
    from imgcls.explain.second_opinion import grad_cam_of_tf_keras_vis

    trained = load_trained(arguments["model"])
    refuse_unknown_layer(trained.keras_model, arguments["layer"])
    inputs = trained.inputs(arrays["image"][None])
    return {}, {"raw": grad_cam_of_tf_keras_vis(trained.keras_model, inputs, arguments["class"], arguments["layer"])}


def explain_images(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `method`, optional `classes` (a number for each), uint8 `images` (n, h, w, c) → what each map says.

    Answers `maps` (n, h, w), 0 to 1, and `probabilities` (n, classes); the `statuses` and `targets` are facts.
    """
    trained = load_trained(arguments["model"])
    found = explain(
        trained.keras_model,
        trained.inputs(arrays["images"]),
        arguments.get("classes"),
        method=arguments.get("method", "grad-cam"),
        values=trained.card.values,
        progress=tell,
    )
    facts = {"statuses": [str(one.status) for one in found], "targets": [one.target for one in found]}
    maps = np.stack([np.asarray(one.map, np.float32) for one in found])
    return facts, {"maps": maps, "probabilities": np.stack([one.probabilities for one in found]).astype(np.float32)}


def measure(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`recipe` → parameters, and seconds per step and per image, as `Timing`; measured now unless known already.

    Weights and data need not be here yet: any numbers take as long.
    """
    from imgcls.training.trial import measured_timing

    recipe = recipe_from(arguments["recipe"])
    check_outline(recipe)
    timing = known_timing(recipe)
    if timing is None:
        with outlined():
            timing = measured_timing(recipe, tell)
        keep_timing(recipe, timing)
    return asdict(timing), {}


def describe(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`recipe` → what its network costs, and what it is made of: one row a layer.

    Of each layer also the `block` of the body that it is in, from 1, None in the head, and whether it is `trainable`;
    of the whole the number of `blocks`, and of `features` that the head reads. Weights and data need not be here yet.
    """
    from imgcls.architectures.measure import costs, layer_costs
    from imgcls.architectures.transfer import parts

    recipe = recipe_from(arguments["recipe"])
    check_outline(recipe)
    dataset = dataset_facts(recipe.dataset)
    with outlined():
        model = build_model(recipe.architecture, dataset.image_shape, len(dataset.class_names), recipe.seed)
    check_parameters(int(model.count_params()))
    found = parts(model)
    blocks = {layer.name: place for place, block in enumerate(found.blocks, 1) for layer in block}
    rows = [
        {**row, "block": blocks.get(layer.name), "trainable": bool(layer.trainable)}
        for row, layer in zip(layer_costs(model), model.layers, strict=True)
    ]
    features = int(prod(found.features.output.shape[1:]))
    return {**costs(model), "layers": rows, "blocks": len(found.blocks), "features": features}, {}


def augment(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`dataset`, `augmentation`, `seed`, `draws` → images as training would see them, each drawn a few times.

    Which images: those that are sent, uint8 `images` (n, h, w, c) with integer `labels` (n,); else `count` of the
    data set, chosen by `pick`, another number.

    All of it is one batch: images are mixed with each other, and with other draws of themselves.

    Answers `originals` uint8 (n, h, w, c) and `truth` float32 (n, classes); `images` uint8 (draws, n, h, w, c) and
    `labels` float32 (draws, n, classes), mixed where the images are.
    """
    recipe = recipe_from({"dataset": arguments["dataset"], "augmentation": arguments["augmentation"]})
    draws, seed = int(arguments.get("draws", 1)), int(arguments.get("seed", 0))
    originals, truth = _sent(recipe.dataset, arrays) if "images" in arrays else _chosen(recipe.dataset, arguments)
    if draws < 1 or not len(originals):
        raise RecipeError(N_("Expected at least one image, drawn at least once."))
    images, labels = preview(
        recipe.augmentation, np.tile(originals, (draws, 1, 1, 1)), np.tile(truth, (draws, 1)), seed
    )
    found = {"images": images.reshape(draws, *originals.shape), "labels": labels.reshape(draws, *truth.shape)}
    return {"class_names": list(dataset_facts(recipe.dataset).class_names)}, {
        "originals": originals,
        "truth": truth,
        **found,
    }


def _chosen(dataset: Choice, arguments: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    images = load(dataset)
    places = examples(images, int(arguments["count"]), int(arguments.get("pick", 0)))
    return images.images[places], one_hot(images.labels[places], len(images.class_names))


def _sent(dataset: Choice, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    images, labels, facts = arrays["images"], arrays["labels"], dataset_facts(dataset)
    if images.dtype != np.uint8 or images.shape != (len(labels), *facts.image_shape):
        raise ImageError(
            N_("Expected images of the shape {wanted}, one for each label. Received: {shape}"),
            wanted=str(facts.image_shape),
            shape=str(images.shape),
        )
    return images, one_hot(labels, len(facts.class_names))


OPERATIONS: dict[str, Operation] = {
    "predict": predict,
    "layers": layers,
    "explain": explain_image,
    "explain_images": explain_images,
    "price": price,
    "second_opinion": second_opinion,
    "measure": measure,
    "describe": describe,
    "augment": augment,
    **EVALUATION_OPERATIONS,
    **TRAINING_OPERATIONS,
    **TRUST_OPERATIONS,
    **INSIDE_OPERATIONS,
    **LESSON_OPERATIONS,
}


def class_number(name: str, class_names: tuple[str, ...]) -> int:
    """The position of a class.

    Raises:
        UnknownNameError: the model does not know it.
    """
    if name not in class_names:
        raise UnknownNameError(
            N_("The model does not know the class “{name}”. Expected one of: {known}."),
            name=name,
            known=likely(name, class_names),
        )
    return class_names.index(name)
