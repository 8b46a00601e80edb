"""Numbers from probabilities and labels; plain NumPy."""

from __future__ import annotations

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities, float64, of logits (…, classes)."""
    shifted = np.exp(np.asarray(logits, np.float64) - np.max(logits, axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """−log p of the true class of each image, (n,), from logits (n, classes) and labels (n,)."""
    logits = np.asarray(logits, np.float64)
    top = logits.max(axis=1)
    spread = np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return top + spread - logits[np.arange(len(labels)), labels]


def accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """The share of images whose highest score (n, classes) is at the true class."""
    return float((scores.argmax(axis=1) == labels).mean())


def confusion_matrix(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Counts, int64 (classes, classes): row = true class, column = predicted class."""
    classes = scores.shape[1]
    return np.bincount(labels * classes + scores.argmax(axis=1), minlength=classes * classes).reshape(classes, classes)


def accuracy_interval(accuracy_: float, count: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95 % interval (1927) of an accuracy measured on `count` images."""
    middle = (accuracy_ + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(accuracy_ * (1 - accuracy_) / count + z * z / (4 * count * count))
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def balanced_accuracy(matrix: np.ndarray) -> float:
    """The mean recall over the classes that have images, from a confusion matrix: every class counts the same.

    Brodersen et al. 2010, The Balanced Accuracy and Its Posterior Distribution. On a test set with as many images of
    each class it is the accuracy.
    """
    recall = per_class(matrix)["recall"]
    return float(recall[matrix.sum(axis=1) > 0].mean())


def per_class(matrix: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall and F1 of each class, float64 (classes,), from a confusion matrix; 0 where undefined."""
    hits = np.diag(matrix).astype(float)
    precision = np.divide(hits, matrix.sum(axis=0), out=np.zeros_like(hits), where=matrix.sum(axis=0) > 0)
    recall = np.divide(hits, matrix.sum(axis=1), out=np.zeros_like(hits), where=matrix.sum(axis=1) > 0)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros_like(hits), where=both > 0)
    return {"precision": precision, "recall": recall, "f1": f1}
