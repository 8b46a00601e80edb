"""The product, walked: `python -m imgcls explain RUN IMAGE --method M` for every method on every registered network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, check_image_shape
from imgcls.cli import main
from imgcls.datasets import dataset_facts
from imgcls.errors import RecipeError
from imgcls.explain import Status, explain, methods
from imgcls.explain.registry import Family
from imgcls.images import encode_png, read_image
from imgcls.recipe import Choice, Recipe
from imgcls.workers import operations
from tests.architectures.trial import STARTS_FROM, choice
from tests.explain.nets import cheap
from tests.explain.sound import check_sound
from tests.runs.built import built_run

#: Walked every day: one method of each family on the article's network. All others take minutes together.
EVERYDAY = {("seed-cnn", "grad-cam"), ("seed-cnn", "saliency"), ("seed-cnn", "rise"), ("mlp", "grad-cam")}
#: Networks of which these methods say that they do not fit.
WITHOUT_LAYER = ("linear", "mlp")
WITHOUT_RELU = (
    "linear",
    "convnext",
    "vit-tiny",
    "lenet-5",
    "applications/ConvNeXtTiny",
    "applications/EfficientNetV2B0",
)


def cases() -> list[Any]:
    found = []
    for name in ARCHITECTURES.names():
        for known in methods():
            marks = [] if (name, known.name) in EVERYDAY else [pytest.mark.slow]
            found.append(pytest.param(name, known, id=f"{name}-{known.name}", marks=marks))
    return found


def dataset_for(name: str) -> Choice:
    for dataset in (Choice(name="mnist-5k"), Choice(name="shapes", images=100)):
        try:
            check_image_shape(choice(name), dataset_facts(dataset).image_shape)
        except RecipeError:
            continue
        return dataset
    raise AssertionError(f"{name} takes neither digits nor shapes")


@pytest.fixture(scope="module")
def runs(trained_once: Path) -> Iterator[Callable[[str], tuple[str, Path]]]:
    """Name of a network → a run that ended with it, as it was built, and a picture for it."""
    made: dict[str, tuple[str, Path]] = {}
    home = trained_once.parents[1]

    def run(name: str) -> tuple[str, Path]:
        if name not in made:
            STARTS_FROM["run"] = trained_once.name
            dataset = dataset_for(name)
            made[name] = _ended(Recipe(dataset=dataset, architecture=choice(name)), home)
        return made[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGCLS_HOME", str(home))
        yield run


def _ended(recipe: Recipe, home: Path) -> tuple[str, Path]:
    run = built_run(recipe)
    pixels = np.random.default_rng(0).integers(0, 256, dataset_facts(recipe.dataset).image_shape, np.uint8)
    picture = home / f"{run.id}.png"
    picture.write_bytes(encode_png(pixels))
    return run.id, picture


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any, Any]]:
    """Models that were asked, with the image and the explanation. None of them was changed by it."""
    asked = []

    def watched(model: Any, images: Any, *given: Any, **named: Any) -> Any:
        before = [variable.numpy().tobytes() for variable in model.variables]
        found = explain(model, images, *given, **named)
        assert [variable.numpy().tobytes() for variable in model.variables] == before
        asked.extend((model, image, each) for image, each in zip(images, found, strict=True))
        return found

    monkeypatch.setattr(operations, "explain", watched)
    return asked


@pytest.mark.parametrize(("name", "known"), cases())
def test_every_method_on_every_network(
    name: str, known: Any, runs: Any, seen: Any, trained_once: Path, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("IMGCLS_HOME", str(trained_once.parents[1]))
    run, picture = runs(name)
    out, raw = tmp_path / "why.png", tmp_path / "why.npy"
    options = [f"--option={option}={value}" for option, value in cheap(known.name).items()]
    files = ["--out", str(out), "--raw", str(raw)]
    capsys.readouterr()
    assert main(["explain", run, str(picture), "--method", known.name, "--as-is", *files, "--json", *options]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["method"], said["out"]) == (known.name, str(out))
    assert read_image(out).shape[0] > 280
    assert np.isfinite(np.load(raw)).all()
    ((model, image, explanation),) = seen
    check_sound(model, known, image, explanation)
    if known.needs_layer and name in WITHOUT_LAYER:
        assert said["status"] == Status.NO_SPATIAL_LAYER
    elif known.relu and name in WITHOUT_RELU:
        assert said["status"] == Status.NO_RELU
    else:  # a network that has learned nothing may have nothing to say for a class, but it is asked
        fine = (Status.OK, Status.NOT_CLASS_SPECIFIC, Status.NO_POSITIVE_EVIDENCE, Status.NO_EFFECT)
        assert said["status"] in fine
        assert (said["layer"] is not None) == known.needs_layer
        assert known.family != Family.SYNTHESIS or said["status"] == Status.OK
    assert said["meaning"].endswith(".")
    assert said["advice"].endswith(".")
