"""train and resume: the local engine, watched from a shell."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from imgcls.architectures import ARCHITECTURES
from imgcls.atomic import read_json
from imgcls.commands.answer import Answer
from imgcls.commands.corrections import corrections_of
from imgcls.commands.fetching import fetching
from imgcls.engines.local import LocalEngine
from imgcls.errors import BrokenError, ImgclsError, InputError, PlaceError, error_from_json
from imgcls.language import N_, environment_language, translator
from imgcls.presets import FIRST, PRESETS
from imgcls.recipe import Recipe, recipe_from, recipe_from_code, with_settings
from imgcls.runs import Curve, CurveReader, Run, Status, get_run
from imgcls.workers.training import PROBLEM


def asked_recipe(asked: argparse.Namespace) -> Recipe:
    """The recipe that the arguments describe: file, code or preset first, then the flags, then `--set`.

    Raises:
        InputError: a file that is no recipe, or both a recipe and a preset.
        UnknownNameError: no such preset.
        RecipeError: a setting makes no sense.
    """
    if asked.recipe and asked.preset:
        raise InputError(N_("Expected --recipe or --preset, from which to start. Received: both."))
    recipe = _base(asked.recipe) if asked.recipe else PRESETS.get(asked.preset or FIRST).recipe
    flags = {
        "dataset.name": asked.dataset,
        "architecture.name": _registered(asked.architecture),
        "balance.name": asked.balance,
        "training.epochs": asked.epochs,
        "training.batch_size": asked.batch_size,
        "seed": asked.seed,
    }
    settings = [f"{path}={json.dumps(value)}" for path, value in flags.items() if value is not None]
    recipe = with_settings(recipe, settings + asked.set)
    if asked.corrections is None:
        return recipe
    return with_settings(recipe, [f"corrections={json.dumps(corrections_of(asked.corrections, recipe.dataset))}"])


def _registered(name: str | None) -> str | None:
    """An architecture's name as it is listed, however it was typed; one that is not there is refused later."""
    return ARCHITECTURES.get(name).name if name in ARCHITECTURES else name  # type: ignore[arg-type]


def _base(source: str) -> Recipe:
    path = Path(source)
    if not path.suffix and not os.path.exists(source):  # unlike Path.exists, this takes a code of any length
        return recipe_from_code(source)
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            N_("Expected a recipe file in JSON. Received: {path} ({reason})."), path=source, reason=reason
        ) from None
    return recipe_from(data)


def train(asked: argparse.Namespace) -> Answer:
    recipe = asked_recipe(asked)
    engine = LocalEngine(adopt=False, spare=False)
    try:
        return watch(engine, fetching(lambda: engine.submit(recipe)))
    finally:
        engine.close()


def resume(asked: argparse.Namespace) -> Answer:
    engine = LocalEngine(adopt=False, spare=False)
    try:
        fetching(lambda: engine.resume(asked.model))
        return watch(engine, asked.model)
    finally:
        engine.close()


def watch(engine: LocalEngine, run_id: str) -> Answer:
    """Say how a run goes on until it needs nothing more from this engine; what became of it."""
    run, shown = get_run(run_id), 0
    print(f"run {run_id}", file=sys.stderr)
    reader = CurveReader(run.folder)
    status, ahead, told = Status.QUEUED, 0, 0
    while status.is_active:
        status = engine.wait(run_id, seconds=0.5)
        if status is Status.QUEUED and (place := engine.position(run_id)) != ahead:
            ahead = place
            print(f"waiting, {ahead} ahead", file=sys.stderr)
        reader.poll()
        told = _tell_features(reader.curve, told)
        for epoch in reader.curve.epochs[shown:]:
            print(
                f"epoch {epoch['epoch']}/{reader.curve.start['epochs']}"
                f"  loss {epoch['loss']:.4f}  accuracy {epoch['accuracy']:.2%}"
                f"  validation loss {epoch['val_loss']:.4f}  validation accuracy {epoch['val_accuracy']:.2%}",
                file=sys.stderr,
                flush=True,
            )
        shown = len(reader.curve.epochs)
    return _answer(run, status)


def _tell_features(curve: Curve, told: int) -> int:
    """Say how far the features of a frozen body are, if that has changed; returns the images told of."""
    done, total = curve.features.get("done", 0), curve.features.get("total", 0)
    if done != told:
        cached = curve.features["cached"]
        print(
            f"features {done}/{total}" + (f", {cached} kept from before" if cached else ""), file=sys.stderr, flush=True
        )
    return int(done)


def _answer(run: Run, status: Status) -> Answer:
    result = run.result or {}
    data = {
        "run": run.id,
        "status": status.value,
        **{name: value for name, value in result.items() if name != "status"},
    }
    problem = result.get("reason") or (read_json(run.folder / PROBLEM) if status is Status.INTERRUPTED else None)
    if problem:
        error = error_from_json(problem)
        data["reason"] = error.say(translator(environment_language()))
        print(f"imgcls: {data['reason']}", file=sys.stderr)
    else:
        error = None
    accuracy = result.get("test_accuracy")
    words = f"{status.value}: test accuracy {accuracy:.2%}" if accuracy is not None else status.value
    return Answer(data, [f"{run.id}  {words}"], _exit_code(status, error))


def _exit_code(status: Status, error: ImgclsError | None) -> int:
    if status in (Status.COMPLETED, Status.STOPPED):
        return 0
    if isinstance(error, InputError | PlaceError):
        return InputError.exit_code
    return BrokenError.exit_code
