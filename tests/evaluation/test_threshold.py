"""The “not sure” threshold of a run: kept for its weights, and read with care."""

from __future__ import annotations

import json

import numpy as np
import pytest

from imgcls.evaluation.metrics import softmax
from imgcls.evaluation.threshold import THRESHOLD, Threshold, keep_threshold, threshold_of


def test_it_is_kept_for_these_weights_and_taken_back(queued_run):
    assert threshold_of(queued_run, "1") is None
    keep_threshold(queued_run, "1", Threshold(0.9, 1.5))
    assert threshold_of(queued_run, "1") == Threshold(0.9, 1.5)
    assert threshold_of(queued_run, "2") is None, "other weights are as sure of other things"
    keep_threshold(queued_run, "1", None)
    assert threshold_of(queued_run, "1") is None


@pytest.mark.parametrize(
    "change", [{"least": 0}, {"least": 1.1}, {"least": "x"}, {"temperature": 0}, {"temperature": True}]
)
def test_what_is_no_threshold_is_none(queued_run, change):
    kept = {"least": 0.5, "temperature": 1.0, "version": "1", **change}
    (queued_run.folder / THRESHOLD).write_text(json.dumps(kept))
    assert threshold_of(queued_run, "1") is None


def test_it_is_meant_for_probabilities_at_its_temperature():
    logits = np.array([[2.0, 0.0, 0.0]], np.float32)
    cool, warm = Threshold(0.7), Threshold(0.7, 2.0)
    np.testing.assert_allclose(warm.probabilities(logits), softmax(logits / 2))
    assert cool.is_sure(cool.probabilities(logits)[0])
    assert not warm.is_sure(warm.probabilities(logits)[0])
    assert Threshold(0.5).is_sure(np.array([0.5, 0.5])), "at least so sure"
