"""Confused pairs, hard images and what changed, on answers made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.atomic import write_arrays
from imgcls.comparison.agreement import mcnemar
from imgcls.errors import RunStateError
from imgcls.evaluation.changes import cell_change, changes
from imgcls.evaluation.kept import Kept, kept_test
from imgcls.evaluation.metrics import confusion_matrix
from imgcls.evaluation.mistakes import confident_mistakes, confused_pairs, hardest, in_cell


def kept(predicted, labels, indices=None, sure=None) -> Kept:
    """Answers with the given classes; `sure` is the logit of the predicted one."""
    logits = np.zeros((len(predicted), 3), np.float32)
    logits[np.arange(len(predicted)), predicted] = np.ones(len(predicted)) if sure is None else sure
    return Kept(logits, np.array(labels), np.arange(len(labels)) if indices is None else np.array(indices))


def test_confused_pairs():
    matrix = np.array([[8, 2, 0], [1, 9, 0], [3, 0, 1]])
    found = confused_pairs(matrix, 10)
    assert [(one.true, one.predicted, one.count) for one in found] == [(2, 0, 3), (0, 1, 2), (1, 0, 1)]
    assert [one.share for one in found] == [0.75, 0.2, 0.1]
    assert len(confused_pairs(matrix, 2)) == 2
    assert confused_pairs(np.diag([3, 4]), 5) == []
    assert matrix[0, 0] == 8, "what was given stays"


def test_images_of_a_cell_the_surest_first():
    answers = kept([1, 1, 1, 0], [0, 0, 1, 0], sure=[1.0, 3.0, 2.0, 1.0])
    assert in_cell(answers, 0, 1).tolist() == [1, 0]
    assert in_cell(answers, 0, 0).tolist() == [3]
    assert in_cell(answers, 2, 1).tolist() == []
    counts = confusion_matrix(answers.logits, answers.labels)
    assert all(len(in_cell(answers, row, column)) == counts[row, column] for row in range(3) for column in range(3))


def test_hardest_and_surest_mistakes():
    answers = kept([0, 1, 1, 2], [0, 0, 0, 2], sure=[0.5, 1.0, 5.0, 4.0])
    assert hardest(answers, 3).tolist() == [2, 1, 0]
    assert confident_mistakes(answers, 9).tolist() == [2, 1]


def test_what_changed_is_judged_by_the_later_labels():
    earlier = kept([0, 1, 2, 0, 1], [0, 0, 2, 1, 1], indices=[10, 11, 12, 13, 14])
    # image 11 is fixed, 12 is broken, 13 has been given the label that the network gave it, 99 is new, 14 is gone
    later = kept([1, 0, 0, 0, 0], [2, 0, 2, 0, 0], indices=[12, 11, 99, 13, 10])
    found = changes(earlier, later)
    assert found.common == 4
    assert later.indices[found.fixed].tolist() == [11]
    assert later.indices[found.broken].tolist() == [12]
    assert later.indices[found.still_wrong].tolist() == []
    assert later.indices[found.relabelled].tolist() == [13]
    assert (found.before, found.after) == (3, 3)


def test_nothing_in_common():
    found = changes(kept([0], [0], indices=[1]), kept([0], [0], indices=[2]))
    assert (found.common, len(found.fixed), len(found.broken)) == (0, 0, 0)


def test_kept_of_a_run(tiny_run, queued_run):
    found = kept_test(tiny_run)
    assert found.correct.mean() == pytest.approx(tiny_run.result["test_accuracy"])
    assert found.losses.mean() == pytest.approx(tiny_run.result["test_loss"], rel=1e-5)
    with pytest.raises(RunStateError, match="nothing of a test"):
        kept_test(queued_run)
    write_arrays(tiny_run.folder / "evaluation.npz", {"logits": np.zeros((2, 3)), "labels": np.zeros(1)})
    with pytest.raises(RunStateError):
        kept_test(tiny_run)


def test_one_confusion_before_and_after():
    # of class 0: 10 and 11 leave the cell 0 → 1, one right, one to class 2; 12 stays; 13 comes; 14 is of class 1
    earlier = kept([1, 1, 1, 0, 1], [0, 0, 0, 0, 1], indices=[10, 11, 12, 13, 14])
    later = kept([0, 2, 1, 1, 0, 1], [0, 0, 0, 0, 1, 0], indices=[10, 11, 12, 13, 14, 99])
    found = cell_change(earlier, later, 0, 1)
    assert (found.before, found.after) == (3, 2), "99 is in one test only"
    sets = (found.fixed, found.moved, found.still, found.broken)
    assert [later.indices[places].tolist() for places in sets] == [[10], [11], [12], [13]]
    assert found.p_value == 1.0
    many = cell_change(kept([1] * 9 + [0], [0] * 10), kept([0] * 9 + [1], [0] * 10), 0, 1)
    assert many.p_value == mcnemar(9, 1)


def test_a_confusion_is_judged_by_the_later_labels():
    relabelled = cell_change(kept([1, 1], [0, 0]), kept([1, 1], [0, 1]), 0, 1)
    assert (relabelled.before, relabelled.after) == (1, 1)
