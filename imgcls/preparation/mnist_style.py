"""A drawing or a photograph of one sign, brought to what MNIST's digits look like.

MNIST was made so: black ink on paper, scanned, "size normalized to fit in a 20x20 pixel box while
preserving their aspect ratio", grey from the anti-aliasing, "centered in a 28x28 image by computing the
center of mass of the pixels, and translating the image so as to position this point at the center"
(LeCun, Cortes, Burges: The MNIST database, http://yann.lecun.com/exdb/mnist; LeCun et al., 1998,
"Gradient-based learning applied to document recognition", section III.A). A network trained on it has
never seen anything else, so a picture has to go the same way.

Not covered: a sheet of paper photographed together with the table around it, and two signs at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from imgcls.language import N_
from imgcls.preparation.fit import grey
from imgcls.preparation.prepared import Prepared, Step

GREY = N_("Grey")
IN_STYLE = N_("Already as in MNIST: left unchanged")
BLANK = N_("No strokes found: the picture is empty")
INVERTED = N_("Inverted: light strokes on dark")
PAPER_REMOVED = N_("Background made black")
CROPPED = N_("Cropped to the strokes")
THICKENED = N_("Strokes made as thick as with MNIST's pen")
THINNED = N_("Strokes made as thin as with MNIST's pen")
CENTRED = N_("Shrunk and centred by the weight of the strokes")

#: The strokes' longest side, as a part of the image's: 20 of 28.
BOX = 20 / 28

#: Longer side (px) that a photograph is shrunk to before anything else: strokes stay some pixels wide.
WORKING_SIDE = 480

#: Pixels of the cropped strokes for one of the result; edges are drawn at this scale before they are shrunk.
OVERSAMPLING = 6

#: Usual width of a stroke in a box of 20 px. Of 500 digits of MNIST, 5 % are below 1.6, half below 2.5 and
#: 95 % below 3.7. What lies outside of this narrower range is drawn with a pen of the nearer bound: a classifier
#: then reads 94.4 % of thin-penned digits instead of 85.8 % (untouched: 95.2 %).
STROKE_WIDTHS = (2.4, 3.0)

#: Below this difference from the paper (of 255, per channel) nothing counts as ink: pale pencil has 30.
CONTRAST_MIN = 14.0

#: Pieces smaller than this part of the largest are dust; the loose bar of a 5 has 10 % and more.
SPECK = 0.04


@dataclass(frozen=True)
class _Ink:
    """What was written: `amount` float32 (h, w), 0 paper … 1 full ink; `kept` bool (h, w), without specks."""

    amount: np.ndarray
    kept: np.ndarray
    darker: bool


def prepare(picture: np.ndarray, height: int = 28, width: int = 28, channels: int = 1) -> Prepared:
    """Light strokes on black, in the size and at the place of MNIST's digits.

    Args:
        picture: uint8 (h, w, 3), RGB, 0…255, 8 px a side or more: dark on light or light on dark, any colours.
        height: of the result (px); its box is 20/28 of it.
        width: of the result (px).
        channels: 1, or 3 equal ones.

    Returns:
        uint8 (height, width, channels), strokes up to 255, everything else 0. A picture that already
        is in this style comes back with its values unchanged; one without strokes is all zero.
    """
    small = _shrunk(picture)
    lightness = grey(small)
    steps = [Step(GREY, lightness)]
    if _is_in_style(lightness[..., 0], height, width):
        return Prepared(lightness.repeat(channels, axis=2), (*steps, Step(IN_STYLE, lightness)))
    ink = _find_ink(small)
    if ink is None:
        blank = np.zeros((height, width, channels), np.uint8)
        return Prepared(blank, (*steps, Step(BLANK, blank)))
    steps.append(Step(INVERTED if ink.darker else PAPER_REMOVED, _drawn(ink.amount)))
    strokes = _cropped(np.where(ink.kept, ink.amount, 0))
    steps.append(Step(CROPPED, _drawn(strokes)))
    box = (round(height * BOX), round(width * BOX))
    strokes, title = _with_usual_pen(strokes, box)
    if title:
        steps.append(Step(title, _drawn(strokes)))
    image = _drawn(_centred(_bright(_fitted(strokes, box)), height, width))
    steps.append(Step(CENTRED, image))
    return Prepared(image.repeat(channels, axis=2), tuple(steps))


def _drawn(amount: np.ndarray) -> np.ndarray:
    """Float (h, w), 0…1 → uint8 (h, w, 1), 0…255."""
    return np.round(np.clip(amount, 0, 1) * 255).astype(np.uint8)[..., np.newaxis]


def _is_in_style(lightness: np.ndarray, height: int, width: int) -> bool:
    """Whether uint8 (h, w) has MNIST's size, black margin, box and centre already."""
    if lightness.shape != (height, width) or lightness.max() < 200:
        return False
    ink = lightness > 30
    ink_height, ink_width = (np.ptp(np.flatnonzero(ink.any(axis))) + 1 for axis in (1, 0))
    filled = max(ink_height / (height * BOX), ink_width / (width * BOX))
    has_margin = ink[_border(ink.shape)].mean() < 0.2
    middle = ndimage.center_of_mass(np.where(ink, lightness, 0))
    is_centred = abs(middle[0] / height - 0.5) < 1 / 28 and abs(middle[1] / width - 0.5) < 1 / 28
    return bool(has_margin and is_centred and 0.9 < filled < 1.06)


def _shrunk(picture: np.ndarray) -> np.ndarray:
    """uint8 (h, w, 3) averaged over squares of whole pixels, longer side about `WORKING_SIDE` at most.

    Of a large square nine to twenty-five pixels are averaged: all 12 million of a photograph take ten times as long.
    """
    height, width = picture.shape[:2]
    factor = min(-(-max(height, width) // WORKING_SIDE), min(height, width) // 28)  # a strip keeps its breadth
    if factor < 2:
        return picture
    stride = max(1, factor // 3)
    sampled = Image.fromarray(np.ascontiguousarray(picture[::stride, ::stride]))
    return np.asarray(sampled.reduce(-(-factor // stride)))


def _find_ink(picture: np.ndarray) -> _Ink | None:
    """The strokes of uint8 (h, w, 3); None where there are none.

    The paper is first guessed from the border, then fitted again to all that is no ink.
    """
    colours = picture.astype(np.float32)
    guess = _separate(colours - _paper_by_border(colours))
    if guess is None:
        return None
    bare = ~ndimage.binary_dilation(guess.kept, iterations=3)
    if bare.mean() < 0.3:  # a tight crop: too little paper for a bent surface
        return guess
    return _separate(colours - _paper(colours, bare, bent=True)) or guess


def _border(shape: tuple[int, ...]) -> np.ndarray:
    """Bool (h, w): the outer tenth on each side."""
    height, width = shape
    border = np.ones((height, width), bool)
    inset = (max(1, height // 10), max(1, width // 10))
    border[inset[0] : -inset[0], inset[1] : -inset[1]] = False
    return border


def _paper_by_border(colours: np.ndarray) -> np.ndarray:
    """The paper's colour, float32 (h, w, 3), as the border shows it.

    A plane, because light falls from one side; bent only where that fits far better (the dark corners
    of a lens), because a bent surface is easily pulled by strokes that reach the border.
    """
    border = _border(colours.shape[:2])
    plane, bent = (_paper(colours, border, bent) for bent in (False, True))
    plane_error, bent_error = (float(np.median(np.abs(colours - paper)[border])) for paper in (plane, bent))
    return bent if plane_error > 2 and bent_error < plane_error / 2 else plane


def _paper(colours: np.ndarray, where: np.ndarray, bent: bool) -> np.ndarray:
    """The paper's colour everywhere, float32 (h, w, 3), from the pixels `where` there is (mostly) paper.

    Least absolute deviations, by reweighted least squares: strokes that reach the border do not pull.
    """
    height, width = where.shape
    row, column = np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, width, dtype=np.float32)
    y, x = np.meshgrid(row, column, indexing="ij")
    terms = [np.ones_like(x), x, y] + ([x * x, x * y, y * y] if bent else [])
    chosen = np.flatnonzero(where)[:: max(1, int(where.sum()) // 2000)]
    basis = np.stack([term.ravel()[chosen] for term in terms], axis=1)  # (samples, terms)
    paper = np.empty_like(colours)
    for channel in range(3):
        values = colours[..., channel].ravel()[chosen]
        factors = _least_absolute(basis, values)
        paper[..., channel] = sum(factor * term for factor, term in zip(factors, terms, strict=True))
    return np.clip(paper, 0, 255)


def _least_absolute(basis: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Factors (terms,) with the least sum of |basis @ factors − values|."""
    weights = np.ones(len(values), np.float32)
    for _ in range(8):
        weighted = (basis * weights[:, np.newaxis]).T
        # the normal equations: at most 6 × 6, and pinv also answers for a strip of a picture
        factors: np.ndarray = np.linalg.pinv(weighted @ basis) @ (weighted @ values)
        weights = 1 / np.maximum(np.abs(values - basis @ factors), 0.5)
    return factors


def _separate(difference: np.ndarray) -> _Ink | None:
    """Strokes from the difference to the paper, float32 (h, w, 3); None where nothing stands out."""
    sigma = min(1.0, max(difference.shape) / 300)
    smooth = ndimage.gaussian_filter(difference, (sigma, sigma, 0))
    direction = _ink_colour(smooth)
    evident, amount = smooth @ direction, difference @ direction
    peak = float(evident.max())
    if peak < max(CONTRAST_MIN * np.sqrt(3), 6 * _spread(evident)):
        return None
    level = float(np.median(evident[evident > 0.5 * peak]))
    kept = _without_specks(evident > 0.4 * level)
    floor = min(max(2.5 * _spread(amount), 0.1 * level), 0.4 * level)
    near = ndimage.binary_dilation(kept, iterations=max(1, round(2 * sigma)))
    return _Ink(np.clip((amount - floor) / (level - floor), 0, 1), near, bool(direction.sum() < 0))


def _ink_colour(difference: np.ndarray) -> np.ndarray:
    """The direction, float32 (3,) of length 1, in which ink differs from paper: red on green is found, too."""
    distance = np.linalg.norm(difference, axis=2)
    strongest = difference[distance >= 0.6 * distance.max()].mean(axis=0)
    return strongest / max(float(np.linalg.norm(strongest)), 1e-6)


def _spread(amount: np.ndarray) -> float:
    """The standard deviation of the paper's noise in float (h, w).

    From the median, which strokes hardly move, of differences between near pixels, which slow shades
    hardly move. Next neighbours would be too alike after smoothing.
    """
    sample = amount[::3]  # every third row tells as much
    return 1.4826 / np.sqrt(2) * float(np.median(np.abs(sample[:, 3:] - sample[:, :-3])))


def _without_specks(mask: np.ndarray) -> np.ndarray:
    """Bool (h, w): the pieces that are not much smaller than the largest."""
    pieces, _ = ndimage.label(mask, np.ones((3, 3)))
    areas = np.bincount(pieces.ravel())
    areas[0] = 0
    return (areas >= SPECK * areas.max())[pieces] & mask


def _cropped(amount: np.ndarray) -> np.ndarray:
    """The smallest part of float (h, w) with all ink in it."""
    ink = amount > 0.1
    if not ink.any():
        return amount
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return amount[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _with_usual_pen(strokes: np.ndarray, box: tuple[int, int]) -> tuple[np.ndarray, str]:
    """Strokes float (h, w) with a pen that MNIST's writers could have had, and what was done in words.

    A thin pen would shrink to a grey thread, a thick one close the loops. Small pictures, which have no
    edges to move, come back as they are.
    """
    scale = max(strokes.shape[0] / box[0], strokes.shape[1] / box[1])
    if scale < OVERSAMPLING / 2:
        return strokes, ""
    if scale > OVERSAMPLING:
        strokes = _fitted(strokes, (box[0] * OVERSAMPLING, box[1] * OVERSAMPLING))
        scale = OVERSAMPLING
    unit = scale * max(box) / 20
    if strokes.max() <= 0.5:  # noise rather than strokes
        return strokes, ""
    inside = ndimage.distance_transform_edt(strokes > 0.5)
    drawn_width = 4 * inside[inside > 0].mean() - 2  # a line w px wide has a mean distance of (w + 2) / 4
    usual = float(np.clip(drawn_width, STROKE_WIDTHS[0] * unit, STROKE_WIDTHS[1] * unit))
    if usual == drawn_width:
        return strokes, ""
    return _redrawn(strokes, (usual - drawn_width) / 2), THICKENED if usual > drawn_width else THINNED


def _redrawn(strokes: np.ndarray, growth: float) -> np.ndarray:
    """Strokes float (h, w) with every edge moved outwards by `growth` px (inwards where negative)."""
    roomy = np.pad(strokes, int(np.ceil(max(growth, 0))) + 1) > 0.5
    inside, outside = ndimage.distance_transform_edt(roomy), ndimage.distance_transform_edt(~roomy)
    moved = np.clip(inside - outside + growth + np.where(roomy, 0, 1), 0, 1)
    return _cropped(moved) if moved.max() > 0.1 else strokes


def _fitted(strokes: np.ndarray, box: tuple[int, int]) -> np.ndarray:
    """Float (h, w) scaled to touch the `box` (height, width), its aspect kept, anti-aliased."""
    height, width = strokes.shape
    scale = min(box[0] / height, box[1] / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return strokes
    image = Image.fromarray(np.ascontiguousarray(strokes, np.float32))
    filtering = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return np.clip(np.asarray(image.resize(size, filtering)), 0, 1)


def _bright(strokes: np.ndarray) -> np.ndarray:
    """Strokes float (h, w) whose brighter tenth reaches 1, as in MNIST; at most doubled."""
    brighter = float(np.percentile(strokes[strokes > 0.05], 90)) if (strokes > 0.05).any() else 1.0
    return strokes * min(2.0, 1 / max(brighter, 1e-6))


def _centred(strokes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Float (h, w) moved by whole pixels until its centre of mass is that of a (height, width) image."""
    field = np.zeros((height, width), np.float32)
    rows, columns = strokes.shape
    y, x = ndimage.center_of_mass(strokes)
    top = int(np.clip(round(height / 2 - y), 0, height - rows))
    left = int(np.clip(round(width / 2 - x), 0, width - columns))
    field[top : top + rows, left : left + columns] = strokes
    return field
