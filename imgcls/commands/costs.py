"""architectures NAME: what one network costs on a data set, layer by layer."""

from __future__ import annotations

import argparse
from itertools import pairwise
from typing import Any

from imgcls.architectures import ARCHITECTURES
from imgcls.commands.answer import Answer, table
from imgcls.errors import MissingDataError, MissingWeightsError
from imgcls.language import environment_language, translator
from imgcls.recipe import Choice, Recipe, with_settings
from imgcls.training.check import check_recipe

#: What is printed of each layer; behind it what goes into it, where that is not the layer above alone.
_COLUMNS = ("name", "kind", "shape", "parameters", "multiply_adds")
_INPUTS = "inputs"


def network_costs(asked: argparse.Namespace) -> Answer:
    """Parameters, multiply-adds, memory and measured milliseconds of one image.

    Raises:
        UnknownNameError: there is no such network or data set.
        RecipeError: the network does not take the data set's images, or an option is out of range.
    """
    from imgcls.workers.operations import describe, measure

    recipe = Recipe(architecture=Choice(name=asked.name))
    if asked.dataset is not None:
        recipe = with_settings(recipe, [f"dataset.name={asked.dataset}"])
    recipe = with_settings(recipe, asked.set)
    arguments = {"recipe": recipe.model_dump(mode="json")}
    described, timed = describe(arguments, {})[0], measure(arguments, {})[0]
    missing = _missing(recipe)
    milliseconds = 1000 * (timed["validation_image"] + timed["feature_image"])
    entry = ARCHITECTURES.get(recipe.architecture.name)
    data = {
        "name": entry.name,
        "title": entry.title,
        "paper": entry.paper,
        "summary": entry.summary,
        "departs": entry.departs,
        "dataset": recipe.dataset.name,
        "options": recipe.architecture.options,
        **described,
        "milliseconds_per_image": milliseconds,
        "step_milliseconds": 1000 * timed["step"],
        "batch_size": recipe.training.batch_size,
        "missing": missing,
    }
    return Answer(data, [*_sums(data), *([missing] if missing else []), "", *table(_rows(described["layers"]))])


def _missing(recipe: Recipe) -> str | None:
    """What has to be downloaded before it can be trained, in a sentence: it is described before."""
    try:
        check_recipe(recipe)
    except (MissingWeightsError, MissingDataError) as error:
        return error.say(translator(environment_language()))
    return None


def _sums(data: dict[str, Any]) -> list[str]:
    batch = data["batch_size"]
    return [
        f"{data['name']} on {data['dataset']}: {data['title']}",
        f"parameters {data['parameters']:,}, of which {data['trainable_parameters']:,} learn",
        f"multiply-adds {data['multiply_adds']:,} an image",
        f"memory {data['activation_bytes'] * batch / 1e6:,.0f} MB for the feature maps of a batch of {batch}",
        f"{data['milliseconds_per_image']:.2f} ms an image, {data['step_milliseconds']:.1f} ms a training step, here",
    ]


def _rows(layers: list[dict[str, Any]]) -> list[list[str]]:
    """The head, and a row a layer: a skip connection is seen where two inputs come together."""
    first = [*_row(layers[0]), ""]
    return [[*_COLUMNS, _INPUTS], first, *([*_row(layer), _inputs(layer, above)] for above, layer in pairwise(layers))]


def _row(layer: dict[str, Any]) -> list[str]:
    return ["×".join(map(str, layer[one])) if one == "shape" else str(layer[one]) for one in _COLUMNS]


def _inputs(layer: dict[str, Any], above: dict[str, Any]) -> str:
    return "" if layer["inputs"] == [above["name"]] else ", ".join(layer["inputs"])
