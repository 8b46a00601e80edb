"""Ten materials: pieces cut out of photographs that lie inside of scikit-image and scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from imgcls.datasets.cache import cached_arrays
from imgcls.datasets.installed import installed_file
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet, Part
from imgcls.images import read_image
from imgcls.language import N_
from imgcls.registry import Options

#: left, top, right, bottom in the photograph (px), the last two outside.
Box = tuple[int, int, int, int]

#: Shares of the pieces for training, validation and test; those of `imgcls.recipe.Split`.
SHARES = {Part.TRAIN: 0.7, Part.VALIDATION: 0.1, Part.TEST: 0.2}
#: What every material is brought to, in grey levels: mean and standard deviation of its training boxes.
MEAN, SPREAD = 128.0, 40.0
#: Changes when other pieces come out: what was made before is not taken for them.
EDITION = 1

_SKIMAGE = ("skimage", "data")
_SKLEARN = ("sklearn", "datasets", "images")


@dataclass(frozen=True)
class Material:
    """One class: where its photograph lies, and the boxes that each part is cut from. No two boxes overlap."""

    name: str
    file: tuple[str, ...]
    boxes: dict[Part, tuple[Box, ...]]


def _boxes(train: tuple[Box, ...], validation: tuple[Box, ...], test: tuple[Box, ...]) -> dict[Part, tuple[Box, ...]]:
    return {Part.TRAIN: train, Part.VALIDATION: validation, Part.TEST: test}


def _strips(width: int, height: int) -> dict[Part, tuple[Box, ...]]:
    """All of a photograph that shows nothing else: three upright strips."""
    first, second = round(width * 0.55), round(width * 0.7)
    return _boxes(((0, 0, first, height),), ((first, 0, second, height),), ((second, 0, width, height),))


#: Found by looking: inside of each box there is this material and nothing else.
MATERIALS = (
    Material("brick", (*_SKIMAGE, "brick.png"), _strips(512, 512)),
    Material("grass", (*_SKIMAGE, "grass.png"), _strips(512, 512)),
    Material("gravel", (*_SKIMAGE, "gravel.png"), _strips(512, 512)),
    Material(
        "fur",
        (*_SKIMAGE, "chelsea.png"),
        _boxes(((110, 8, 200, 82), (218, 20, 290, 150)), ((50, 20, 110, 82),), ((100, 150, 195, 200),)),
    ),
    Material(
        "wood",
        (*_SKIMAGE, "coffee.png"),
        _boxes(((485, 310, 600, 400), (0, 175, 74, 240)), ((0, 110, 74, 175),), ((485, 215, 600, 310),)),
    ),
    Material(
        "petals",
        (*_SKLEARN, "flower.jpg"),
        _boxes(((212, 140, 300, 310),), ((300, 100, 350, 180), (300, 255, 350, 335)), ((350, 135, 405, 310),)),
    ),
    Material(
        "leaves",
        (*_SKLEARN, "china.jpg"),
        _boxes(((362, 345, 470, 427), (0, 350, 95, 427)), ((470, 365, 560, 427),), ((470, 305, 560, 365),)),
    ),
    Material("stars", (*_SKIMAGE, "hubble_deep_field.jpg"), _strips(1000, 872)),
    Material(
        "tissue",
        (*_SKIMAGE, "ihc.png"),
        _boxes(((20, 50, 140, 190), (55, 310, 148, 500)), ((260, 330, 360, 480),), ((370, 20, 445, 140),)),
    ),
    Material(
        "print",
        (*_SKIMAGE, "page.png"),
        _boxes(((4, 48, 200, 118),), ((200, 48, 270, 114),), ((270, 48, 378, 114),)),
    ),
)
CLASSES = tuple(material.name for material in MATERIALS)


class TexturesOptions(Options):
    """How large the pieces are, and how many."""

    side: int = Field(
        32,
        ge=16,
        le=48,
        strict=True,
        title=N_("side"),
        description=N_("Width and height of a piece, in pixels. The smaller it is, the less of the pattern it shows."),
    )
    per_class: int = Field(
        200,
        ge=50,
        le=400,
        strict=True,
        title=N_("images per class"),
        description=N_("All are cut from the same few photographs: more of them overlap more, and bring less new."),
    )


def _counts(per_class: int) -> dict[Part, int]:
    held = {part: round(per_class * SHARES[part]) for part in (Part.VALIDATION, Part.TEST)}
    return {Part.TRAIN: per_class - sum(held.values()), **held}


def places(material: Material, part: Part, side: int, count: int) -> np.ndarray:
    """Where pieces of one part begin: int64 (count, 2), left and top in the photograph, no two the same.

    Every place in the part's boxes is as likely as every other. Pieces of the same part may share pixels; those of
    two parts cannot.
    """
    found = []
    for left, top, right, bottom in material.boxes[part]:
        x, y = np.meshgrid(np.arange(left, right - side + 1), np.arange(top, bottom - side + 1))
        found.append(np.stack([x.ravel(), y.ravel()], axis=1))
    every = np.concatenate(found)
    generator = np.random.default_rng([CLASSES.index(material.name), int(part)])
    return every[generator.choice(len(every), count, replace=False)]


def photograph(material: Material) -> np.ndarray:
    """The photograph, grey, uint8 (h, w), brought to the common brightness and contrast.

    Its training boxes get mean `MEAN` and standard deviation `SPREAD`; the rest is changed in the same way, and values
    beyond black and white are cut off. Grey, because three of the photographs are.

    Raises:
        PlaceError: the package came without it.
    """
    grey = read_image(installed_file(*material.file)) @ np.array([0.299, 0.587, 0.114])  # ITU-R 601
    shown = [grey[top:bottom, left:right].ravel() for left, top, right, bottom in material.boxes[Part.TRAIN]]
    known = np.concatenate(shown)
    return np.clip(np.round((grey - known.mean()) * (SPREAD / known.std()) + MEAN), 0, 255).astype(np.uint8)


def _cut(options: TexturesOptions) -> dict[str, np.ndarray]:
    images, labels, parts = [], [], []
    for label, material in enumerate(MATERIALS):
        grey = photograph(material)
        for part, count in _counts(options.per_class).items():
            for left, top in places(material, part, options.side, count):
                images.append(grey[top : top + options.side, left : left + options.side, np.newaxis])
                labels.append(label)
                parts.append(part)
    return {"images": np.stack(images), "labels": np.array(labels, np.int64), "parts": np.array(parts, np.int8)}


def _load(options: TexturesOptions) -> ImageSet:
    name = f"textures-{EDITION}-{options.side}-{options.per_class}"
    arrays = cached_arrays(name, lambda: _cut(options))
    return ImageSet(arrays["images"], arrays["labels"], CLASSES, arrays["parts"])


def _facts(options: TexturesOptions) -> Facts:
    train, validation, test = (count * len(CLASSES) for count in _counts(options.per_class).values())
    shape = (options.side, options.side, 1)
    return Facts(shape, CLASSES, options.per_class * len(CLASSES), "fit", (train, validation, test, 0))


DATASETS.add(
    Dataset(
        name="textures",
        title=N_("Textures"),
        summary=N_(
            "Small pieces of brick, fur, wood, leaves and six other surfaces: no outline to recognise, only a pattern. "
            "All are grey and equally light, so that neither colour nor brightness gives a class away. Training, "
            "validation and test pieces come from different places of the photographs and share no pixel; yet there "
            "is only one photograph of each, so a good test result says little about other walls and other cats."
        ),
        source=(
            "scikit-image: brick and gravel (CC0Textures), grass (linolafett), Chelsea (Stefan van der Walt), coffee "
            "(Rachel Michetti), Hubble deep field (NASA), colon tissue (Center for Microscopy and Molecular Imaging), "
            "page; scikit-learn: china.jpg (danielbuechele), flower.jpg (vultilion)"
        ),
        licence="CC0, public domain or no known restrictions (scikit-image); CC BY 2.0 (china.jpg, flower.jpg)",
        facts=_facts,
        load=_load,
        options=TexturesOptions,
    )
)
