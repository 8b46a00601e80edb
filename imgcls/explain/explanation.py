"""What an explanation is: a raw map, the map to draw, and whether it may be drawn at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np

from imgcls.language import N_


class Status(StrEnum):
    """Whether a map means something. `STATUS_WORDS` says it in words; `DRAWN` are the ones that are drawn."""

    OK = "ok"
    NO_POSITIVE_EVIDENCE = "no_positive_evidence"
    GRADIENT_VANISHED = "gradient_vanished"
    LAYER_1X1 = "layer_1x1"
    NOT_CLASS_SPECIFIC = "not_class_specific"
    NON_FINITE = "non_finite"
    NO_SPATIAL_LAYER = "no_spatial_layer"
    NO_RELU = "no_relu"
    NO_EFFECT = "no_effect"
    SATURATED = "saturated"
    LAYER_SILENT = "layer_silent"


#: What is drawn: evidence, and what is none but can be seen, with a warning.
DRAWN = (Status.OK, Status.NOT_CLASS_SPECIFIC)


@dataclass(frozen=True)
class StatusWords:
    """A status for the reader, marked with `N_`: what it means, and what to try."""

    means: str
    advice: str


STATUS_WORDS = {
    Status.OK: StatusWords(
        N_("The map shows where the network found evidence for this class."),
        N_("Compare it with the map of another class, and with another method."),
    ),
    Status.NO_POSITIVE_EVIDENCE: StatusWords(
        N_("Nothing in this picture speaks for this class; what the method found speaks against it."),
        N_("Explain the predicted class instead, or choose another layer."),
    ),
    Status.GRADIENT_VANISHED: StatusWords(
        N_("The score does not change with anything that the method looks at: its gradient is zero."),
        N_("Choose a later layer, or train the network longer: a dead or untrained part passes no gradient on."),
    ),
    Status.LAYER_1X1: StatusWords(
        N_("The output of this layer is one single place, so it cannot say where."),
        N_("Choose an earlier layer with a larger map."),
    ),
    Status.NOT_CLASS_SPECIFIC: StatusWords(
        N_("This method shows what stands out in the picture, whatever the class: it is no evidence for one."),
        N_("Use it to see what the layer reacts to, and Grad-CAM to ask about a class."),
    ),
    Status.NON_FINITE: StatusWords(
        N_("The network computed numbers that are infinite or not numbers, so no map can be drawn."),
        N_("The training has probably diverged: train again with a smaller learning rate."),
    ),
    Status.NO_SPATIAL_LAYER: StatusWords(
        N_("This network has no layer with a height and a width, so nothing in it says where."),
        N_("Choose a method that works on the pixels, or a network with convolutions."),
    ),
    Status.NO_RELU: StatusWords(
        N_("This network has no ReLU, and the method differs from the plain gradient only in how it passes one."),
        N_("Choose saliency: it would be the same map."),
    ),
    Status.NO_EFFECT: StatusWords(
        N_("The map is zero everywhere, although the score does react to the picture: this method finds nothing here."),
        N_("Choose another method; for one that hides parts, hide larger ones, or hide them behind something else."),
    ),
    Status.SATURATED: StatusWords(
        N_("The network is so sure that its probability stays the same whatever is hidden, so the map is zero."),
        N_("Choose occlusion or LIME: they look at the logit, which still moves."),
    ),
    Status.LAYER_SILENT: StatusWords(
        N_("This layer is silent on this picture: all its activations are zero."),
        N_("Choose an earlier layer, or train the network longer: nothing in a dead layer comes back by itself."),
    ),
}


#: A status in a word or two, where there is no room for a sentence.
STATUS_SHORT = {
    Status.OK: N_("a map"),
    Status.NO_POSITIVE_EVIDENCE: N_("nothing speaks for it"),
    Status.GRADIENT_VANISHED: N_("the gradient is zero"),
    Status.LAYER_1X1: N_("a layer of one place"),
    Status.NOT_CLASS_SPECIFIC: N_("the same for any class"),
    Status.NON_FINITE: N_("not a number"),
    Status.NO_SPATIAL_LAYER: N_("no layer with places"),
    Status.NO_RELU: N_("no ReLU"),
    Status.NO_EFFECT: N_("nothing found"),
    Status.SATURATED: N_("too sure to move"),
    Status.LAYER_SILENT: N_("the layer is silent"),
}


class Shows(StrEnum):
    """What the map of a method shows; only some maps show evidence. `SHOWS_WORDS` says it in words."""

    EVIDENCE = "evidence"  # what raises or lowers the score
    REACTION = "reaction"  # where the score is sensitive, whichever way
    STRUCTURE = "structure"  # what stands out, whatever the class
    PICTURE = "picture"  # no map: a picture that was made


@dataclass(frozen=True)
class ShowsWords:
    """What a map shows, for the reader, marked with `N_`.

    Args:
        title: with `{name}` for the class or filter, as the line above a picture, e.g. "evidence for {name}".
        caption: under the map.
        less, more: the ends of its scale.
        fine: what an `ok` map means, and what to try.
    """

    title: str
    caption: str
    less: str
    more: str
    fine: StatusWords


SHOWS_WORDS = {
    Shows.EVIDENCE: ShowsWords(
        N_("evidence for {name}"),
        N_("Where the evidence lies"),
        N_("less evidence"),
        N_("more evidence"),
        STATUS_WORDS[Status.OK],
    ),
    Shows.REACTION: ShowsWords(
        N_("where the score of {name} reacts"),
        N_("Where its score reacts"),
        N_("weaker reaction"),
        N_("stronger reaction"),
        StatusWords(
            N_("The map shows which pixels the score of this class reacts to, up or down: that is no evidence."),
            N_("Compare it with a method that knows for and against: integrated gradients, or Grad-CAM."),
        ),
    ),
    Shows.STRUCTURE: ShowsWords(
        N_("what stands out, whatever the class"),
        N_("What stands out to the layer"),
        N_("stands out less"),
        N_("stands out more"),
        STATUS_WORDS[Status.NOT_CLASS_SPECIFIC],
    ),
    Shows.PICTURE: ShowsWords(
        N_("a picture that excites {name}"),
        N_("A picture made by the network"),
        "",
        "",
        StatusWords(
            N_("The picture was made to excite what was chosen. It shows what excites it, not what it looks like."),
            N_("Make another one with another seed: what both share is less likely to be chance."),
        ),
    ),
}


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why one image was given one class.

    Args:
        method: name of the method.
        layer: name of the layer that was explained; `None` where the method or the model has none.
        layer_shape: `(h', w', channels)` of its output; `()` without a layer.
        target: the class explained.
        raw: `(h', w')` float32, signed, as the method computed it; `(0, 0)` where it could not.
        map: `(H, W)` float32 in `[0, 1]` at the size of the input: the positive part of `raw`, upsampled by
            half-pixel bilinear interpolation, its highest value 1. All 0 unless the status is `ok`.
        logits: `(classes,)` float32.
        probabilities: `(classes,)` float32, their softmax.
        status: a `Status`; only an `ok` map means something.
        seconds: time taken, as this image's share of its batch.
        against: the class that the target is held against ("why 3 rather than 8"); `None` for none.
        signed: whether what is below zero in `raw` speaks against the class.
        picture: `(h, w, c)` uint8, what a method made that synthesises a picture; `None` for all others.
        shows: a `Shows`, what the map is a map of.
        filter: the filter of `layer`, from 1, that was excited in place of the class; `None` for none.
    """

    method: str
    layer: str | None
    layer_shape: tuple[int, ...]
    target: int
    raw: np.ndarray
    map: np.ndarray
    logits: np.ndarray
    probabilities: np.ndarray
    status: str
    seconds: float
    against: int | None = None
    signed: bool = True
    picture: np.ndarray | None = None
    shows: str = Shows.EVIDENCE
    filter: int | None = None

    @property
    def drawn(self) -> bool:
        """Whether the map means something and may be drawn."""
        return self.status in DRAWN and self.raw.size > 0

    @property
    def words(self) -> StatusWords:
        """What the status means and what to try."""
        return self.shown.fine if self.status == Status.OK else STATUS_WORDS[Status(self.status)]

    @property
    def shown(self) -> ShowsWords:
        """What the map shows."""
        return SHOWS_WORDS[Shows(self.shows)]

    def facts(self) -> dict[str, Any]:
        """All but the arrays, as JSON values."""
        return {
            "method": self.method,
            "layer": self.layer,
            "layer_shape": [int(size) for size in self.layer_shape],
            "target": self.target,
            "status": str(self.status),
            "seconds": self.seconds,
            "against": self.against,
            "signed": self.signed,
            "shows": str(self.shows),
            "filter": self.filter,
        }


def explanation_from(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Explanation:
    """The explanation that a worker answered, put together again."""
    return Explanation(
        method=facts["method"],
        layer=facts["layer"],
        layer_shape=tuple(facts["layer_shape"]),
        target=facts["target"],
        raw=arrays["raw"],
        map=arrays["map"],
        logits=arrays["logits"],
        probabilities=arrays["probabilities"],
        status=facts["status"],
        seconds=facts["seconds"],
        against=facts.get("against"),
        signed=facts.get("signed", True),
        picture=arrays.get("picture"),
        shows=facts.get("shows", Shows.EVIDENCE),
        filter=facts.get("filter"),
    )


#: A raw map whose highest value is this much smaller than its lowest holds rounding errors, not evidence.
_ROUNDING = 1e-6


def judge(
    raw: np.ndarray,
    gradient: np.ndarray,
    activations: np.ndarray | None = None,
    whole: bool = False,
    hindrance: Status | None = None,
) -> Status:
    """Whether a raw map can be drawn, and if not, why.

    Args:
        raw: `(h', w')` signed.
        gradient: of the score with respect to what the map was made from, any shape.
        activations: what a class activation map was made from.
        whole: one place is all there is, because the image has no more: then that is a map.
        hindrance: what the method itself found to be in the way.
    """
    if not np.isfinite(raw).all():
        return Status.NON_FINITE
    if raw.size == 1 and not whole:
        return Status.LAYER_1X1
    if _is_zero(raw):
        return _why_zero(gradient, activations, hindrance)
    if raw.max() <= _ROUNDING * np.abs(raw).max():
        return Status.NO_POSITIVE_EVIDENCE
    return Status.OK


def _why_zero(gradient: np.ndarray, activations: np.ndarray | None, hindrance: Status | None) -> Status:
    """Nothing for the class is not yet something against it: a map of zeros has reasons of its own."""
    if activations is not None and _is_zero(activations):
        return Status.LAYER_SILENT
    if activations is not None and gradient.max(initial=0) <= 0 and not _is_zero(gradient):
        return Status.NO_POSITIVE_EVIDENCE  # of a method that keeps nothing else
    if hindrance is not None:
        return hindrance
    return Status.GRADIENT_VANISHED if _is_zero(gradient) else Status.NO_EFFECT


def without_rounding(differences: np.ndarray, scale: float) -> np.ndarray:
    """Differences of float32 numbers as large as `scale`, 0 where they are no more than its rounding.

    A score that nothing hidden changes would otherwise be drawn as a map of its last bits.
    """
    return np.where(np.abs(differences) <= 4 * np.finfo(np.float32).eps * abs(scale), 0, differences)


def _is_zero(array: np.ndarray) -> bool:
    return bool(np.abs(array).max(initial=0) < np.finfo(np.float32).tiny)


def drawable(raw: np.ndarray, size: tuple[int, int], highest: float = 1.0) -> np.ndarray:
    """The positive part of a raw map at `size` (height, width): float32 in `[0, 1]`.

    Args:
        highest: the quantile of the positive values that becomes 1. Below 1 for maps made of single pixels, of
            which a few outshine all others; what lies above it becomes 1 as well.
    """
    evidence = upsample(np.maximum(raw / raw.max(), 0), size)
    top = float(np.quantile(evidence[evidence > 0], highest)) if highest < 1 else float(evidence.max())
    return np.clip(evidence / top, 0, 1)


def drawable_together(raws: Sequence[np.ndarray], size: tuple[int, int], highest: float = 1.0) -> list[np.ndarray]:
    """The positive parts of several raw maps at `size` on one scale, so that equal heat is equal evidence.

    Float32 in `[0, 1]`; `highest` as in `drawable`, a quantile of the positive values of all of them.
    """
    most = max((float(raw.max(initial=0)) for raw in raws), default=0.0)
    if most <= 0:
        return [np.zeros(size, np.float32) for _ in raws]
    evidence = [upsample(np.maximum(raw / most, 0), size) if raw.size else np.zeros(size, np.float32) for raw in raws]
    positive = np.concatenate([each[each > 0] for each in evidence])
    top = float(np.quantile(positive, highest))
    return [np.clip(each / top, 0, 1) for each in evidence]


def upsample(array: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A map `(h, w)` at `size` (height, width) by half-pixel bilinear interpolation, float32.

    The same numbers as `tf.image.resize(..., antialias=True)`. Corner-aligned interpolation would move the
    evidence: the outer places of a map are the centres of its outer cells, not the picture's edge.
    """
    rows, columns = (_interpolation(old, new) for old, new in zip(array.shape, size, strict=True))
    return (rows @ array.astype(np.float32) @ columns.T).astype(np.float32)


@lru_cache(maxsize=256)
def _interpolation(old: int, new: int) -> np.ndarray:
    """The weights `(new, old)` that interpolate `old` values to `new` along one axis.

    Each new value is a triangle-weighted mean of the old ones around it. Where a map shrinks, the triangle is as
    wide as needed to leave no old value out.
    """
    places = (np.arange(new) + 0.5) * old / new - 0.5
    distances = np.abs(places[:, None] - np.arange(old)) / max(1, old / new)
    weights = np.maximum(0, 1 - distances)
    return weights / weights.sum(axis=1, keepdims=True)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis, float32; never overflows, and not a number only if a logit is not finite."""
    with np.errstate(invalid="ignore"):  # inf - inf: the status of such an explanation is `non_finite`
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
