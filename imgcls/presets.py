"""Presets: whole recipes to begin with, under a name."""

from __future__ import annotations

from dataclasses import dataclass

from imgcls.language import N_
from imgcls.recipe import Recipe, recipe_from
from imgcls.registry import MISSING_PRESET, Registry


@dataclass(frozen=True)
class Preset:
    """A recipe with a name.

    Args:
        name: as typed on the command line.
        title: what it is for.
        summary: what to expect of it, marked with `N_`.
        recipe: the whole of it.
    """

    name: str
    title: str
    summary: str
    recipe: Recipe


PRESETS: Registry[Preset] = Registry(MISSING_PRESET)

#: Where one begins who asks for nothing else.
FIRST = "first"

PRESETS.add(
    Preset(
        name=FIRST,
        title=N_("First network"),
        summary=N_(
            "The article's CNN, as it stands there, on 5,000 handwritten digits: ten seconds, and about 96 of 100 "
            "right. The one to understand and to compare others with."
        ),
        recipe=Recipe(),
    )
)

PRESETS.add(
    Preset(
        name="fast",
        title=N_("The same, in a few seconds"),
        summary=N_(
            "The article's CNN in larger steps: four times as many images in each, at a higher learning rate that "
            "falls to zero. The processor has more to do at once, and nothing is lost: two to five seconds, and about "
            "97 of 100 right."
        ),
        recipe=recipe_from(
            {
                "training": {
                    "batch_size": 128,
                    "epochs": 10,
                    "optimizer": {"name": "adam", "learning_rate": 0.005},
                    "schedule": "cosine",
                }
            }
        ),
    )
)

PRESETS.add(
    Preset(
        name="best",
        title=N_("As good as it gets"),
        summary=N_(
            "Five convolutions with batch norm, and digits that are moved, turned, scaled and slanted a little anew in "
            "every epoch: one to two minutes, and about 99 of 100 right."
        ),
        recipe=recipe_from(
            {
                "architecture": {
                    "name": "cnn",
                    "blocks": [
                        {"width": 32, "convolutions": 2, "batch_norm": True, "padding": "valid"},
                        {"width": 64, "convolutions": 2, "batch_norm": True, "padding": "valid"},
                        {"width": 128, "batch_norm": True, "pooling": "none"},
                    ],
                    "gathering": "average",
                    "dense": 0,
                    "dropout": 0.3,
                },
                "augmentation": [{"name": "affine"}],
                "training": {
                    "epochs": 30,
                    "batch_size": 64,
                    "optimizer": {"name": "sgd", "learning_rate": 0.1},
                    "schedule": "cosine",
                },
            }
        ),
    )
)
