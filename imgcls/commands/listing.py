"""datasets, architectures, augmentations, balances, methods, presets, runs."""

from __future__ import annotations

import argparse
import time

from imgcls.architectures import ARCHITECTURES
from imgcls.augmentation import AUGMENTATIONS
from imgcls.balance import BALANCES
from imgcls.commands.answer import Answer, table
from imgcls.commands.costs import network_costs
from imgcls.datasets import DATASETS
from imgcls.explain import Method
from imgcls.explain import methods as explanation_methods
from imgcls.presets import PRESETS
from imgcls.runs import list_runs


def datasets(asked: argparse.Namespace) -> Answer:
    data = [
        {
            "name": entry.name,
            "title": entry.title,
            "summary": entry.described(),
            "source": entry.source,
            "licence": entry.licence,
            "images": entry.usual.size,
            "image_shape": list(entry.usual.image_shape),
            "classes": list(entry.usual.class_names),
            "options": entry.options.model_json_schema().get("properties", {}),
        }
        for entry in DATASETS
    ]
    rows = [
        (entry.name, f"{entry.usual.size} images", "×".join(map(str, entry.usual.image_shape)), entry.title)
        for entry in DATASETS
    ]
    return Answer({"datasets": data}, table(rows))


def architectures(asked: argparse.Namespace) -> Answer:
    """All networks; with a name, what that one costs."""
    if getattr(asked, "name", None) is not None:
        return network_costs(asked)
    data = [
        {
            "name": entry.name,
            "title": entry.title,
            "paper": entry.paper,
            "summary": entry.summary,
            "departs": entry.departs,
            "sides": list(entry.sides),
            "options": entry.options.model_json_schema().get("properties", {}),
        }
        for entry in ARCHITECTURES
    ]
    return Answer({"architectures": data}, table([(entry.name, entry.title, entry.paper) for entry in ARCHITECTURES]))


def augmentations(asked: argparse.Namespace) -> Answer:
    data = [
        {
            "name": entry.name,
            "title": entry.title,
            "paper": entry.paper,
            "summary": entry.summary,
            "departs": entry.departs,
            "mixes": entry.mixes,
            "options": entry.options.model_json_schema().get("properties", {}),
        }
        for entry in AUGMENTATIONS
    ]
    return Answer({"augmentations": data}, table([(entry.name, entry.title, entry.paper) for entry in AUGMENTATIONS]))


def balances(asked: argparse.Namespace) -> Answer:
    data = [
        {
            "name": entry.name,
            "title": entry.title,
            "paper": entry.paper,
            "summary": entry.summary,
            "formula": entry.formula,
            "options": entry.options.model_json_schema().get("properties", {}),
        }
        for entry in BALANCES
    ]
    return Answer({"balances": data}, table([(entry.name, entry.title, entry.formula) for entry in BALANCES]))


def presets(asked: argparse.Namespace) -> Answer:
    data = [
        {
            "name": entry.name,
            "title": entry.title,
            "summary": entry.summary,
            "recipe": entry.recipe.model_dump(mode="json"),
            "code": entry.recipe.to_code(),
        }
        for entry in PRESETS
    ]
    return Answer({"presets": data}, table([(entry.name, entry.title, entry.summary) for entry in PRESETS]))


def methods(asked: argparse.Namespace) -> Answer:
    """All methods: what each asks, which networks it fits, what it costs and what it cannot say."""
    known = explanation_methods()
    data = [
        {
            "name": entry.name,
            "title": entry.title,
            "paper": entry.paper,
            "question": entry.question,
            "fits": _fits(entry),
            "needs_layer": entry.needs_layer,
            "needs_relu": entry.relu,
            "class_specific": entry.class_specific,
            "cost": entry.cost,
            "heavy": entry.is_heavy,
            "limits": entry.limits_text,
            "options": entry.options.model_json_schema().get("properties", {}),
        }
        for entry in known
    ]
    heads = table([(entry.name, entry.title, _fits(entry)) for entry in known])
    lines = [line for head, entry in zip(heads, known, strict=True) for line in (head, *_said_of(entry))]
    return Answer({"methods": data}, lines)


def _fits(entry: Method) -> str:
    """Which networks a method says something about, as `Method.misfit` decides it."""
    if entry.misfit(has_layer=False, has_relu=True) is not None:
        return "networks with a layer that has a height and a width"
    if entry.misfit(has_layer=True, has_relu=False) is not None:
        return "networks with a ReLU"
    return "any network"


def _said_of(entry: Method) -> list[str]:
    """The sentences of a method, below its name: they are too long for columns."""
    said = {"asks": entry.question, "costs": entry.cost, "cannot say": entry.limits_text}
    return [f"  {what + ':':<12}{text}" for what, text in said.items()]


def runs(asked: argparse.Namespace) -> Answer:
    found = list_runs()
    data = [
        {
            "run": row.id,
            "title": row.title,
            "status": row.status.value,
            "dataset": row.recipe.dataset.name,
            "architecture": row.recipe.architecture.name,
            "seed": row.recipe.seed,
            "created": time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(row.created)),
            "test_accuracy": row.result.get("test_accuracy"),
            "validation_accuracy": row.result.get("validation_accuracy"),
            "train_seconds": row.result.get("train_seconds"),
            "recipe": row.recipe.model_dump(mode="json"),
        }
        for row in found
    ]
    rows = [(row.id, row.status.value, _percent(row.result.get("test_accuracy")), row.title) for row in found]
    return Answer({"runs": data}, table(rows) or ["no runs yet; begin with: python -m imgcls train"])


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
