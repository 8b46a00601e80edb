"""Coloured shapes on cluttered ground, each drawn from a seed and its number, and where exactly they are.

A picture is drawn in two steps: a scene, which knows nothing of the shape, and the shape on it. So neither the colours
nor the clutter nor the place can tell the class, and the same number shows the same scene whatever the shape.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.registry import Options

#: Changes when the same options give other pictures: what was drawn before is not taken for them.
EDITION = 1
#: Least and most of a colour's channels; noise stays below `DARKEST`, so that nothing is ever cut off at 0 or 255.
DARKEST, LIGHTEST = 30, 225
#: A shape is drawn this many times larger, and a pixel is in it where half of it is.
_FINER = 4

TOO_LARGE = N_(
    "Expected images that take at most {most} MB of memory. Received: {images} images of {side} × {side} pixels, that "
    "is {size} MB. Choose fewer or smaller ones."
)


@dataclass(frozen=True)
class Look:
    """How hard the shapes are to see.

    Args:
        strokes: of clutter.
        contrast: least distance between the shape's colour and any other, in RGB of 0…255.
        size: least and most of a shape's size (the root of its area) as a share of the image's side.
        turn: a shape is turned by up to this, either way (degrees).
        noise: each channel of each pixel is off by up to this, of 255.
    """

    strokes: int
    contrast: float
    size: tuple[float, float]
    turn: float
    noise: int


#: By difficulty.
LOOKS = {
    1: Look(0, 110, (0.42, 0.5), 10, 0),
    2: Look(5, 95, (0.36, 0.5), 20, 8),
    3: Look(9, 80, (0.33, 0.48), 180, 14),
    4: Look(14, 65, (0.3, 0.45), 180, 20),
    5: Look(20, 50, (0.26, 0.42), 180, 28),
}


@dataclass(frozen=True)
class Scene:
    """Everything about a picture but the shape.

    Args:
        ground: uint8 (side, side, 3), without the noise.
        noise: int16 (side, side, 3), added at the end.
        colour: of the shape, uint8 (3,).
        centre: x, y (px).
        size: root of the shape's area (px).
        turn: counter-clockwise (radians).
    """

    ground: np.ndarray
    noise: np.ndarray
    colour: np.ndarray
    centre: np.ndarray
    size: float
    turn: float

    def picture(self, shape: str | None) -> tuple[np.ndarray, np.ndarray]:
        """The image, uint8 (side, side, 3), and where the shape is, bool (side, side); None: the ground alone."""
        side = len(self.ground)
        mask = np.zeros((side, side), bool) if shape is None else self._where(shape)
        drawn = np.where(mask[..., np.newaxis], self.colour, self.ground)
        return (drawn + self.noise).astype(np.uint8), mask

    def _where(self, shape: str) -> np.ndarray:
        side = len(self.ground)
        canvas = Image.new("L", (side * _FINER, side * _FINER))
        pen = ImageDraw.Draw(canvas)
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        turned = np.array([[cosine, -sine], [sine, cosine]]) * self.size
        for outline, ink in zip(OUTLINES[shape], (255, 0), strict=False):
            points = (outline @ turned + self.centre) * _FINER - 0.5
            pen.polygon([tuple(point) for point in points.tolist()], fill=ink)
        return np.asarray(canvas.reduce(_FINER)) > 127


def _around(*radii: float, first: float = -90.0) -> np.ndarray:
    """A polygon whose corners go around the middle in equal steps from `first` (degrees) on: (corners, 2)."""
    angles = np.radians(first + np.arange(len(radii)) * 360 / len(radii))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * np.array(radii)[:, np.newaxis]


def _cross() -> np.ndarray:
    corner = np.array([(1, 3), (1, 1), (3, 1)])
    quarter = np.array([(0, -1), (1, 0)])
    return np.concatenate([corner @ np.linalg.matrix_power(quarter, turns) for turns in range(4)]).astype(float)


def _heart() -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    up = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([16 * np.sin(t) ** 3, -up - 2], axis=1)


def _area(outline: np.ndarray) -> float:
    x, y = outline.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def _of_area_one(outline: np.ndarray, hole: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
    """No class has more paint than another. The hole, if there is one, comes second."""
    parts = (outline,) if hole is None else (outline, hole)
    area = _area(outline) - (0 if hole is None else _area(hole))
    return tuple(part / np.sqrt(area) for part in parts)


#: Outlines of area 1 around (0, 0), each (corners, 2); a second one is a hole.
OUTLINES = {
    "circle": _of_area_one(_around(*[1] * 48)),
    "square": _of_area_one(_around(*[1] * 4, first=-45)),
    "triangle": _of_area_one(_around(*[1] * 3)),
    "star": _of_area_one(_around(*[1, 0.45] * 5)),
    "cross": _of_area_one(_cross()),
    "ring": _of_area_one(_around(*[1] * 48), _around(*[0.55] * 48)),
    "heart": _of_area_one(_heart()),
    "hexagon": _of_area_one(_around(*[1] * 6)),
}


def reach(shapes: Sequence[str]) -> float:
    """How far the farthest corner of any of these shapes is from its middle, for area 1."""
    return max(float(np.linalg.norm(outline, axis=1).max()) for shape in shapes for outline in OUTLINES[shape])


def draw_scene(generator: np.random.Generator, side: int, look: Look, room: float) -> Scene:
    """A scene of `side` × `side` pixels.

    Args:
        generator: everything in the scene comes from it.
        side: of the image (px).
        look: how hard it is made.
        room: around the shape, from its centre to each edge, as a share of its size; less where that does not fit.
    """
    colour = generator.integers(DARKEST, LIGHTEST + 1, 3)
    size = generator.uniform(*look.size) * side
    least = min(room * size, side / 2)
    centre = generator.uniform(least, side - least, 2)
    turn = np.radians(generator.uniform(-look.turn, look.turn))
    others = _colours_apart(generator, colour, look.contrast, look.strokes + 2)
    ground = _shaded(generator, side, *_until_near(others[0], others[1], colour, look.contrast))
    noise = generator.integers(-look.noise, look.noise + 1, (side, side, 3))
    scribbled = _scribbled(generator, ground, others[2:])
    return Scene(scribbled, noise.astype(np.int16), colour.astype(np.uint8), centre, size, turn)


def _colours_apart(generator: np.random.Generator, colour: np.ndarray, contrast: float, count: int) -> np.ndarray:
    """Colours, int64 (count, 3), each at least `contrast` away from `colour`."""
    drawn = generator.integers(DARKEST, LIGHTEST + 1, (256, 3))
    distance = np.linalg.norm(drawn - colour, axis=1)
    far = drawn[distance >= min(contrast, distance.max())]
    return far[np.arange(count) % len(far)]


def _until_near(first: np.ndarray, last: np.ndarray, colour: np.ndarray, contrast: float) -> tuple[np.ndarray, ...]:
    """The two ends of a shade from `first` towards `last` that stops before it comes near `colour`."""
    shade = first + (last - first) * np.linspace(0, 1, 17)[:, np.newaxis]
    near = np.linalg.norm(shade - colour, axis=1) < contrast
    return first, shade[max(int(near.argmax()) - 1, 0)] if near.any() else last


def _shaded(generator: np.random.Generator, side: int, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Ground that changes from one colour to another in a random direction: uint8 (side, side, 3)."""
    angle = generator.uniform(0, 2 * np.pi)
    along = np.linspace(-1, 1, side)
    across = along * np.cos(angle) + along[:, np.newaxis] * np.sin(angle)  # (side, side), within ±√2
    share = (across / np.sqrt(2) + 1) / 2
    return np.round(first + (last - first) * share[..., np.newaxis]).astype(np.uint8)


def _scribbled(generator: np.random.Generator, ground: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """`ground` with one bent stroke in each of `colours`. No stroke encloses anything, so none looks like a shape."""
    side = len(ground)
    starts = generator.uniform(0, side, (len(colours), 2))
    angles = generator.uniform(0, 2 * np.pi, (len(colours), 1)) + generator.uniform(-1, 1, (len(colours), 3)).cumsum(1)
    lengths = generator.uniform(0.08, 0.25, (len(colours), 3)) * side
    widths = np.maximum(1, np.round(generator.uniform(0.02, 0.09, len(colours)) * side))
    steps = np.stack([np.cos(angles), np.sin(angles)], axis=2) * lengths[..., np.newaxis]
    picture = Image.fromarray(ground)
    pen = ImageDraw.Draw(picture)
    for start, way, width, colour in zip(starts, steps, widths.tolist(), colours.tolist(), strict=True):
        points = np.concatenate([start[np.newaxis], start + way.cumsum(axis=0)])
        pen.line([tuple(point) for point in points.tolist()], fill=tuple(colour), width=int(width))
    return np.asarray(picture)


def generator_of(seed: int, number: int, purpose: int = 0) -> np.random.Generator:
    """The chance in one image: the same whatever other images there are."""
    return np.random.default_rng([seed, number, purpose])


def cache_name(name: str, options: Options) -> str:
    """What the cache calls the pictures of these options."""
    said = f"{EDITION} {options.model_dump_json()}"
    return f"{name}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def check_memory(images: int, side: int) -> None:
    """Refuse pictures that would not fit into memory.

    Raises:
        RecipeError: they would not.
    """
    size, most = images * side * side * 3 / 1e6, limit("dataset_megabytes")
    if size > most:
        raise RecipeError(TOO_LARGE, most=f"{most:g}", images=f"{images:,}", side=side, size=f"{size:,.0f}")
