"""Shares of heat, worked by hand."""

from __future__ import annotations

import numpy as np

from imgcls.explain.energy import energy_inside


def test_by_hand():
    maps = np.zeros((4, 2, 2), np.float32)
    maps[0, 0, 0] = 3
    maps[0, 1, 1] = 1
    maps[1] = 0.5
    maps[2, 0, 1] = 2
    masks = np.zeros((4, 2, 2), bool)
    masks[:, 0, 0] = True
    found = energy_inside(maps, masks)
    np.testing.assert_allclose(found[:3], [0.75, 0.25, 0.0])
    assert np.isnan(found[3])  # no heat lies nowhere
