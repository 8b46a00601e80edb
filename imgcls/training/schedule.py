"""The learning rate of every step."""

from __future__ import annotations

import numpy as np

#: Of `step`: from this share of the run on, the rate is multiplied by this; as He et al. 2016 trained ResNets.
_STEPS = ((0.5, 0.1), (0.75, 0.1))
#: Of `warmup-cosine`: the share of the run in which the rate rises.
_WARM_UP = 0.1
#: Of `one-cycle`: the share in which it rises, and what its beginning and end are of the highest rate.
_RISE, _BEGINNING, _END = 0.25, 1 / 25, 1e-5


def schedule_factor(name: str, steps: np.ndarray, total: int) -> np.ndarray:
    """What the base learning rate is multiplied by at each step; a function of the step alone.

    Args:
        name: `constant`; `step` (a tenth from half of the run on, a hundredth from three quarters on: He et al. 2016,
            https://arxiv.org/abs/1512.03385); `cosine` (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983,
            without restarts: from 1 down to 0); `warmup-cosine` (rises evenly in the first tenth, then the same); or
            `one-cycle` (Smith 2018, https://arxiv.org/abs/1803.09820, with cosines: from 1/25 up to 1 in a quarter,
            then down to 1/100,000).
        steps: step numbers from 0, (n,).
        total: steps of the whole run.

    Returns:
        float64, (n,), each in (0, 1].
    """
    if name == "step":
        return np.prod([np.where(steps >= share * total, factor, 1.0) for share, factor in _STEPS], axis=0)
    if name == "cosine":
        return _falling(steps / total)
    if name == "warmup-cosine":
        rise = max(1, round(_WARM_UP * total))
        fall = _falling((steps - rise) / max(1, total - rise))
        return np.where(steps < rise, (steps + 1) / rise, fall)
    if name == "one-cycle":
        rise = max(1, round(_RISE * total))
        up = _BEGINNING + (1 - _BEGINNING) * _falling(1 - steps / rise)
        down = _END + (1 - _END) * _falling((steps - rise) / max(1, total - rise))
        return np.where(steps < rise, up, down)
    return np.ones(len(steps))


def _falling(share: np.ndarray) -> np.ndarray:
    """Half a cosine, from 1 at 0 down to 0 at 1."""
    return 0.5 * (1 + np.cos(np.pi * np.asarray(share)))
