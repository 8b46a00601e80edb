"""What the inference worker can do, and the command line in its own process: each a plain function.

An operation takes JSON values and arrays and answers with JSON values and arrays.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import asdict
from math import prod
from typing import Any

import numpy as np

from imgcls.architectures import build_model
from imgcls.datasets import dataset_facts
from imgcls.errors import UnknownNameError
from imgcls.evaluation.metrics import softmax
from imgcls.explain import explain
from imgcls.language import N_
from imgcls.models import load_trained
from imgcls.recipe import recipe_from
from imgcls.training.check import check_parameters, check_recipe
from imgcls.training.timing import keep_timing, known_timing

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]
Operation = Callable[[dict[str, Any], dict[str, np.ndarray]], Answer]

#: Class names in the sentence about one that is not known.
CLASSES_TOLD = 20


def predict(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, uint8 `images` (n, h, w, c) → `probabilities` (n, classes), `logits`, and the epoch they come from."""
    trained = load_trained(arguments["model"])
    logits = trained.logits(arrays["images"])
    facts = {"epoch": trained.card.epoch, "is_final": trained.card.is_final, "version": trained.card.version}
    return facts, {"probabilities": softmax(logits).astype(np.float32), "logits": logits}


def layers(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model` → the layers that can be explained, and the default one."""
    from imgcls.explain.engine import default_layer, explainable_layers

    model = load_trained(arguments["model"]).keras_model
    return {"layers": explainable_layers(model), "default": default_layer(model)}, {}


def explain_image(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `method`, optional `layer` and `class` (a number), one uint8 `image` (h, w, c) → raw map and map."""
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
    )[0]
    facts = {
        "method": found.method,
        "layer": found.layer,
        "layer_shape": [int(size) for size in found.layer_shape],
        "target": found.target,
        "status": str(found.status),
        "seconds": found.seconds,
        "epoch": trained.card.epoch,
        "is_final": trained.card.is_final,
    }
    arrays = {"raw": found.raw, "map": found.map, "logits": found.logits, "probabilities": found.probabilities}
    return facts, {name: np.asarray(value, np.float32) for name, value in arrays.items()}


def measure(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`recipe` → parameters, and seconds per step and per image, as `Timing`; measured now unless known already."""
    from imgcls.training.trial import measured_timing

    recipe = recipe_from(arguments["recipe"])
    check_recipe(recipe)
    timing = known_timing(recipe)
    if timing is None:
        timing = measured_timing(recipe)
        keep_timing(recipe, timing)
    return asdict(timing), {}


def describe(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`recipe` → what its network costs, and what it is made of: one row a layer.

    Of each layer also the `block` of the body that it is in, from 1, None in the head, and whether it is `trainable`;
    of the whole the number of `blocks`, and of `features` that the head reads.
    """
    from imgcls.architectures.measure import costs, layer_costs
    from imgcls.architectures.transfer import parts

    recipe = recipe_from(arguments["recipe"])
    check_recipe(recipe)
    dataset = dataset_facts(recipe.dataset)
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


OPERATIONS: dict[str, Operation] = {
    "predict": predict,
    "layers": layers,
    "explain": explain_image,
    "measure": measure,
    "describe": describe,
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
            known=", ".join(_likely(name, class_names)) + (" …" if len(class_names) > CLASSES_TOLD else ""),
        )
    return class_names.index(name)


def _likely(name: str, class_names: tuple[str, ...]) -> list[str]:
    """All class names, or of many those that `name` was probably meant to be."""
    if len(class_names) <= CLASSES_TOLD:
        return list(class_names)
    holding = [known for known in class_names if name.strip() and name.casefold() in known.casefold()]
    alike = difflib.get_close_matches(name, class_names, CLASSES_TOLD)
    return list(dict.fromkeys([*holding, *alike, *class_names]))[:CLASSES_TOLD]
