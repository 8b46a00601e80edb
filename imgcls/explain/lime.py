"""LIME: a linear model of the network around this picture, in pieces of the picture.

Ribeiro et al. 2016, *"Why Should I Trust You?": Explaining the Predictions of Any Classifier*,
https://arxiv.org/abs/1602.04938. Pieces: SLIC superpixels (Achanta et al. 2012), from scikit-image.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from imgcls.explain.explanation import without_rounding
from imgcls.explain.fill import Fill, fill_field, filled
from imgcls.explain.registry import AT_ONCE, Family, Subject, register_method
from imgcls.language import N_
from imgcls.registry import Options

#: Width of the kernel over cosine distances: how near a copy must be to count; as in the authors' code for images.
KERNEL_WIDTH = 0.25


class LimeOptions(Options):
    """The pieces, and how many copies with some of them hidden."""

    pieces: int = Field(
        40, ge=4, le=200, title=N_("pieces"), description=N_("About how many pieces the picture is cut into.")
    )
    samples: int = Field(
        500, ge=50, le=5000, title=N_("copies"), description=N_("More copies: steadier weights, and a longer wait.")
    )
    fill: Fill = fill_field("mean")
    seed: int = Field(0, ge=0, le=2**31 - 1, title=N_("seed"), description=N_("The same seed, the same copies."))


@register_method(
    "lime",
    title=N_("LIME"),
    paper="Ribeiro et al. 2016, https://arxiv.org/abs/1602.04938",
    question=N_("Which pieces of the picture raise the score of this class, if the pieces simply added up?"),
    limits_text=N_(
        "It explains a linear stand-in for the network, and only as well as that fits. Other pieces, another seed or "
        "another colour behind them give another map."
    ),
    cost=N_("One pass forward for each copy: hundreds to thousands."),
    family=Family.HIDING,
    passes=lambda options, size: 3 + options.samples,
    options=LimeOptions,
)
def lime(subject: Subject, options: LimeOptions) -> np.ndarray:
    """Raw maps: `(n, h, w)` float32, each piece painted with its weight in logits.

    A ridge regression on which pieces are in sight, copies weighted by exp(−d² / width²), d their cosine distance
    from the whole picture.
    """
    return np.stack([_one(subject, place, options) for place in range(len(subject.images))])


def _one(subject: Subject, place: int, options: LimeOptions) -> np.ndarray:
    from sklearn.linear_model import Ridge

    image = subject.images[place]
    pieces = superpixels(image, options.pieces, subject.values)
    count = int(pieces.max()) + 1
    shown = np.random.default_rng(options.seed).random((options.samples, count)) < 0.5
    shown[0] = True  # the picture itself
    scores = _answers(subject, place, pieces, shown, options)
    near = shown.sum(axis=1) / (np.sqrt(np.maximum(shown.sum(axis=1), 1)) * np.sqrt(count))
    weights = np.exp(-((1 - near) ** 2) / KERNEL_WIDTH**2)
    if not np.isfinite(scores).all():
        return np.full(image.shape[:2], np.nan, np.float32)
    fitted = Ridge(alpha=1.0).fit(shown.astype(np.float64), scores.astype(np.float64), weights)
    painted = without_rounding(fitted.coef_, np.abs(scores).max())[pieces]
    return painted.astype(np.float32)


def _answers(subject: Subject, place: int, pieces: np.ndarray, shown: np.ndarray, options: LimeOptions) -> np.ndarray:
    image = subject.images[place]
    hidden = filled(image[None], options.fill, subject.values)[0]
    found = []
    for start in range(0, len(shown), AT_ONCE):
        subject.progress(place * len(shown) + start, len(subject.images) * len(shown))
        masks = shown[start : start + AT_ONCE][:, pieces]
        found.append(subject.scores(np.where(masks[..., None], image, hidden), np.full(len(masks), place)))
    return np.concatenate(found)


def superpixels(image: np.ndarray, pieces: int, values: tuple[float, float]) -> np.ndarray:
    """The picture in about `pieces` connected pieces of alike neighbours: int `(h, w)`, from 0."""
    from skimage.segmentation import slic

    low, high = values
    pixels = np.clip((image - low) / (high - low), 0, 1)
    colour = pixels.shape[2] == 3
    given = pixels if colour else pixels.mean(axis=2)
    found: np.ndarray = slic(
        given.astype(np.float64),
        n_segments=pieces,
        compactness=10 if colour else 0.1,
        start_label=0,
        channel_axis=-1 if colour else None,
    )
    return found
