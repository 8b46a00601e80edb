"""The strip of images before Start shows what training sees: corrected, made wrong, thinned out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.datasets.corrections import Correction, correct
from imgcls.recipe import Choice, Imbalance, Recipe, Split
from imgcls.training.data import run_data
from pages.components.preview import _samples, _seen

DIGITS = Choice(name="mnist-5k")


def strip(recipe: Recipe) -> np.ndarray:
    """Its images, uint8 (40, 28, 28): four of each digit, in the order of the digits."""
    pixels = _samples(_seen(recipe), recipe)
    assert pixels.shape == (2 * 56, 20 * 56)
    small = pixels[::2, ::2]
    return small.reshape(2, 28, 20, 28).swapaxes(1, 2).reshape(40, 28, 28)


def told(recipe: Recipe) -> dict[bytes, int]:
    """What a run has its images for, by their pixels."""
    train = run_data(recipe).train
    return {image.tobytes(): int(label) for image, label in zip(train.images, train.labels, strict=True)}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"label_noise": 0.5},
        {"seed": 3, "split": Split(validation=0.2, test=0.3)},
        {"label_noise": 0.2, "imbalance": Imbalance(kind="long-tail", ratio=0.02)},
    ],
)
def test_every_image_stands_where_training_has_it(home_folder: Any, changes: dict[str, Any]) -> None:
    recipe = Recipe(**changes)
    known = told(recipe)
    assert [known[image.tobytes()] for image in strip(recipe)] == np.repeat(np.arange(10), 4).tolist()


def test_a_corrected_image_stands_in_its_new_class(home_folder: Any) -> None:
    before = strip(Recipe())
    train = run_data(Recipe()).train
    (place,) = [place for place, image in enumerate(train.images) if image.tobytes() == before[0].tobytes()]
    made = correct(DIGITS, {train.keys[place]: Correction(label="9")})
    after = strip(Recipe(corrections=made.identifier()))
    nine = told(Recipe(corrections=made.identifier()))[before[0].tobytes()]
    assert nine == 9
    assert before[0].tobytes() not in [image.tobytes() for image in after[:4]]
    assert np.array_equal(after[:3], before[1:4])


def test_the_page_says_that_noise_has_moved_some(visit: Any, engine: Any) -> None:
    said = "label noise has put 15 % of them with a wrong one"
    app = visit("train")
    assert not app.exception
    assert said not in shown(app)
    (noise,) = [slider for slider in app.select_slider if slider.label == "Label noise"]
    noise.set_value(0.15).run()
    assert not app.exception
    assert said in shown(app)


def shown(app: Any) -> str:
    """All that stands in pictures' frames."""
    return "\n".join(str(element.proto.body) for element in app.get("html"))
