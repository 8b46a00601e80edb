"""Who is right where, by hand; McNemar's p against scipy."""

from __future__ import annotations

import pytest
from scipy import stats

from imgcls.comparison.agreement import agreement, mcnemar
from tests.evaluation.test_mistakes import kept


@pytest.mark.parametrize("pair", [(0, 0), (1, 8), (8, 1), (5, 5), (0, 12), (300, 340), (3000, 3200)])
def test_mcnemar_is_the_binomial_test(pair):
    expected = stats.binomtest(min(pair), sum(pair)).pvalue if sum(pair) else 1.0
    assert mcnemar(*pair) == pytest.approx(expected, rel=1e-9)


def test_who_is_right_where():
    first = kept([0, 1, 2, 0, 1], [0, 0, 2, 1, 1], indices=[10, 11, 12, 13, 14])
    second = kept([2, 0, 0, 0, 0], [2, 0, 0, 1, 2], indices=[12, 11, 10, 13, 14])
    found = agreement(first, second)
    # 10 and 12: both; 11: only the second; 13: nobody; 14 has another label in the second run's test
    assert first.indices[found.both].tolist() == [10, 12]
    assert first.indices[found.first].tolist() == []
    assert first.indices[found.second].tolist() == [11]
    assert first.indices[found.neither].tolist() == [13]
    assert second.indices[found.other].tolist() == [11]
    assert found.common == 4
    assert found.p_value == 1.0
