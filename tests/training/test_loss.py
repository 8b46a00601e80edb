"""The losses, by the numbers of their papers and by scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from imgcls.balance import Plan, balance_plan
from imgcls.evaluation.metrics import softmax
from imgcls.recipe import Choice
from imgcls.training.loss import make_loss

RANDOM = np.random.default_rng(0)
LOGITS = RANDOM.normal(0, 3, (64, 5)).astype(np.float32)
NUMBERS = RANDOM.choice(5, 64, p=[0.5, 0.2, 0.15, 0.1, 0.05])
LABELS = np.eye(5, dtype=np.float32)[NUMBERS]


def test_cross_entropy_is_scikit_learns():
    assert float(make_loss()(LABELS, LOGITS)) == pytest.approx(
        log_loss(NUMBERS, softmax(LOGITS).astype(float)), rel=1e-5
    )


def test_class_weights_weigh_each_image():
    plan = balance_plan(Choice(name="class-weights"), NUMBERS, 5)
    wanted = log_loss(NUMBERS, softmax(LOGITS).astype(float), sample_weight=plan.weights[NUMBERS])
    assert float(make_loss(plan)(LABELS, LOGITS)) == pytest.approx(wanted, rel=1e-5)
    assert wanted != pytest.approx(float(make_loss()(LABELS, LOGITS)), rel=0.01)


def test_a_mixed_label_weighs_in_proportion():
    plan, label = Plan(weights=np.array([4.0, 1.0, 1.0, 1.0, 1.0])), np.array([[0.25, 0.75, 0, 0, 0]], np.float32)
    plain = float(make_loss()(label, LOGITS[:1]))
    assert float(make_loss(plan)(label, LOGITS[:1])) == pytest.approx(1.75 * plain, rel=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 1.0, 2.0, 5.0])
def test_focal_loss_by_its_formula(gamma):
    sure = softmax(LOGITS.astype(float))[np.arange(64), NUMBERS]
    wanted = np.mean((1 - sure) ** gamma * -np.log(sure))
    assert float(make_loss(Plan(gamma=gamma))(LABELS, LOGITS)) == pytest.approx(wanted, rel=1e-4)
