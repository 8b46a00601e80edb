"""lab: one deep network four times, without and with batch norm and skip connections, and how its gradients fare."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from imgcls.commands.answer import Answer, table
from imgcls.commands.fetching import fetching
from imgcls.commands.training import watch
from imgcls.engines.local import LocalEngine
from imgcls.errors import ImgclsError, RecipeError
from imgcls.language import N_, environment_language, translator
from imgcls.race import DEFAULT, VARIANT_WORDS, Variant, race_recipes, race_title
from imgcls.recipe import Recipe, with_settings
from imgcls.runs import FIRST_STEP, Gradients, Run, Status, delete_run, get_run, read_gradients, rename_run
from imgcls.training.check import check_recipe
from imgcls.trials import has_diverged

#: What is printed of each network. Before: at the first step; after: at the last step of the last epoch it ended.
_COLUMNS = (
    *("network", "validation", "test"),
    *("first layer, before", "last layer, before", "first layer, after", "last layer, after"),
)
_EXPLAINED = (
    "best accuracies; gradient norms of the first and the last layer, before anything is learned and at the end"
)


def lab(asked: argparse.Namespace) -> Answer:
    """Train the four, one after another, and tell how much of the gradient reaches their layers.

    Raises:
        RecipeError: there is no such depth, a setting makes no sense, or it is one of the network.
        UnknownNameError: there is no such data set.
    """
    recipes = asked_race(asked)
    for recipe in recipes.values():
        fetching(partial(check_recipe, recipe))
    engine, runs = LocalEngine(adopt=False, spare=False), dict[Variant, Run]()
    try:
        _begin(engine, asked.depth, recipes, runs)
        return _answer(asked.depth, {variant: _watched(engine, variant, run) for variant, run in runs.items()}, runs)
    except KeyboardInterrupt:
        _leave_the_line(engine, runs)
        raise
    finally:
        engine.close()


def asked_race(asked: argparse.Namespace) -> dict[Variant, Recipe]:
    """The four recipes that the arguments describe; but for them they are those of the page Lab.

    Raises:
        RecipeError: a setting makes no sense, or it is one of the network, which the race decides.
    """
    flags = {
        "dataset.name": asked.dataset,
        "training.epochs": asked.epochs,
        "training.batch_size": asked.batch_size,
        "seed": asked.seed,
    }
    settings = [f"{path}={json.dumps(value)}" for path, value in flags.items() if value is not None]
    if of_network := [setting for setting in asked.set if setting.strip().startswith("architecture")]:
        raise RecipeError(
            N_("The lab has its own four networks, of which only --depth can be chosen. Received: {setting}"),
            setting=of_network[0],
        )
    return race_recipes(asked.depth, with_settings(DEFAULT, settings + asked.set))


def _begin(engine: LocalEngine, depth: int, recipes: Mapping[Variant, Recipe], runs: dict[Variant, Run]) -> None:
    """Put all four into the line at once: one worker trains them all, and the page can go on with their race.

    Args:
        runs: they are added to these as they begin, so that whoever interrupts knows which there are.
    """
    translate = translator(environment_language())
    try:
        for variant, recipe in recipes.items():
            runs[variant] = get_run(engine.submit(recipe))
            rename_run(runs[variant], race_title(depth, variant, translate))
    except ImgclsError:
        _leave_the_line(engine, runs)
        for run in runs.values():  # a part of them is no race
            with suppress(ImgclsError):
                delete_run(run)
        raise


def _leave_the_line(engine: LocalEngine, runs: Mapping[Variant, Run]) -> None:
    """What has not begun does not begin, the last first; it can be resumed like what was interrupted."""
    for run in reversed([*runs.values()]):
        with suppress(ImgclsError):
            if run.status is Status.QUEUED:
                engine.control(run.id, stop=True)


def _watched(engine: LocalEngine, variant: Variant, run: Run) -> Answer:
    print(f"{VARIANT_WORDS[variant]}:", file=sys.stderr)
    return watch(engine, run.id)


# -- what is told


def _answer(depth: int, told: Mapping[Variant, Answer], runs: Mapping[Variant, Run]) -> Answer:
    gradients = {variant: _gradients(run) for variant, run in runs.items()}
    networks = [
        {
            "network": VARIANT_WORDS[variant],
            "architecture": runs[variant].recipe.architecture.model_dump(mode="json"),
            **answer.data,
            "gradients": [_facts(epoch, one) for epoch, one in gradients[variant].items()],
        }
        for variant, answer in told.items()
    ]
    link = f"/lab?lab={','.join(run.id for run in runs.values())}"
    rows = [_row(network, list(gradients[variant].values())) for variant, network in zip(told, networks, strict=True)]
    codes = [answer.exit_code for variant, answer in told.items() if not has_diverged(runs[variant].result)]
    data = {"depth": depth, "networks": networks, "link": link}
    return Answer(data, [*table([_COLUMNS, *rows]), "", _EXPLAINED, f"drawn on the page {link}"], max(codes, default=0))


def _gradients(run: Run) -> dict[int, Gradients]:
    """Of the first step and of every epoch that was ended, as far as they were kept."""
    epochs = range(FIRST_STEP, run.recipe.training.epochs + 1)
    found = {epoch: read_gradients(run.folder, epoch) for epoch in epochs}
    return {epoch: one for epoch, one in found.items() if one is not None}


def _facts(epoch: int, gradients: Gradients) -> dict[str, Any]:
    """Epoch 0 is the first step. None is a norm that is infinite or no number: JSON has no such thing."""
    norms = [value if math.isfinite(value) else None for value in gradients.norms.tolist()]
    return {"epoch": epoch, "layers": list(gradients.layers), "norms": norms}


def _row(network: dict[str, Any], gradients: list[Gradients]) -> list[str]:
    shares = [network.get("validation_accuracy"), network.get("test_accuracy")]
    ends = (
        [f"{one.norms[place]:.2e}" for one in (gradients[0], gradients[-1]) for place in (0, -1)] if gradients else []
    )
    return [
        network["network"],
        *("–" if share is None else f"{share:.2%}" for share in shares),
        *(ends or ["–"] * 4),
    ]
