"""Whether 80 % sure means right in 80 of 100 cases; Guo et al. 2017, https://arxiv.org/abs/1706.04599."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.evaluation.metrics import cross_entropy

#: Bins of equal width between 0 and 1, as in the paper.
BINS = 15
#: Between these a temperature is looked for; outside of them a network has no probabilities worth the name.
COLDEST, HOTTEST = 0.05, 20.0


@dataclass(frozen=True, eq=False)
class Reliability:
    """Images by how sure the network was of them.

    Args:
        edges: float64 (bins + 1,).
        counts: int64 (bins,).
        confidence: float64 (bins,), mean confidence; 0 in an empty bin.
        accuracy: float64 (bins,), share that is right; 0 in an empty bin.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """The expected calibration error: Σ n_b/n · |accuracy_b − confidence_b|, from 0 to 1."""
        return float((self.counts * np.abs(self.accuracy - self.confidence)).sum() / self.counts.sum())

    @property
    def overconfidence(self) -> float:
        """Mean confidence less accuracy: above 0 the network is surer than it may be."""
        return float((self.counts * (self.confidence - self.accuracy)).sum() / self.counts.sum())


def reliability(confidence: np.ndarray, correct: np.ndarray, bins: int = BINS) -> Reliability:
    """Sort n ≥ 1 images into bins (low, high] by their confidence.

    Args:
        confidence: (n,), 0 to 1.
        correct: bool (n,).
        bins: how many of equal width.
    """
    edges = np.linspace(0, 1, bins + 1)
    places = np.clip(np.ceil(np.asarray(confidence) * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    sums = [np.bincount(places, weights=values, minlength=bins) for values in (confidence, np.asarray(correct, float))]
    means = [np.divide(one, counts, out=np.zeros(bins), where=counts > 0) for one in sums]
    return Reliability(edges, counts, *means)


def fitted_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The T by which logits are divided so that their mean cross-entropy is least.

    One number for all images: which class is first stays as it is. To be fitted on other images than those that it is
    judged by. The loss is convex in 1/T; the least is found by golden sections of log T.

    Args:
        logits: (n, classes).
        labels: (n,).
    """
    low, high = np.log(COLDEST), np.log(HOTTEST)
    ratio = (np.sqrt(5) - 1) / 2

    def loss(at: float) -> float:
        return float(cross_entropy(np.asarray(logits, np.float64) / np.exp(at), labels).mean())

    left, right = high - ratio * (high - low), low + ratio * (high - low)
    losses = loss(left), loss(right)
    while high - low > 1e-6:
        if losses[0] < losses[1]:
            high, right = right, left
            left = high - ratio * (high - low)
            losses = loss(left), losses[0]
        else:
            low, left = left, right
            right = low + ratio * (high - low)
            losses = losses[1], loss(right)
    return float(np.exp((low + high) / 2))
