"""Runs that ended with a network as it was built: quick to make, for whatever asks a run's model."""

from __future__ import annotations

from imgcls.architectures import build_model
from imgcls.atomic import write_json
from imgcls.datasets import dataset_facts
from imgcls.recipe import Recipe
from imgcls.runs import Run, create_run, get_run
from imgcls.runs.status import QUEUE, RESULT
from imgcls.training.finish import save_model


def built_run(recipe: Recipe) -> Run:
    """A completed run of this recipe whose network has learned nothing."""
    facts = dataset_facts(recipe.dataset)
    folder = create_run(recipe, {"ticket": 1, "engine": ""}).folder
    (folder / QUEUE).unlink()
    model = build_model(recipe.architecture, facts.image_shape, len(facts.class_names), recipe.seed)
    write_json(folder / RESULT, {"status": "completed", "best_epoch": 1, "model_sha256": save_model(folder, model)})
    return get_run(folder.name)
