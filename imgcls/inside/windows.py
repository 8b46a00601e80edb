"""Layers that look through a window: convolution, pooling, and dense layers that every place shares."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.inside.asked import Asked, Parts

#: `kernel`, `stride`, `dilation` and `pad` (zeros above and on the left), each for rows and columns.
Window = dict[str, list[int]]

#: Numbers of the input that are sent at most. Of wide maps those channels that count most; the others are added up.
MOST_SENT = 160_000


def convolved(asked: Asked) -> Parts:
    """A convolution, also one in groups."""
    layer, given = asked.layer, asked.given[0]
    kernel = np.asarray(layer.kernel, np.float32)[..., asked.unit]
    group = asked.unit // (layer.filters // layer.groups)
    channels = group * kernel.shape[2] + np.arange(kernel.shape[2])
    return _sum(asked, given[..., channels], channels, kernel, _window(layer, given))


def convolved_alone(asked: Asked) -> Parts:
    """A depthwise convolution: each kernel looks at one channel."""
    layer, given = asked.layer, asked.given[0]
    channel, which = divmod(asked.unit, layer.depth_multiplier)
    kernel = np.asarray(layer.kernel, np.float32)[:, :, [channel], which]
    return _sum(asked, given[..., [channel]], np.array([channel]), kernel, _window(layer, given))


def weighed_everywhere(asked: Asked) -> Parts:
    """A dense layer on maps or tokens: every place by itself, all with the same weights."""
    given = asked.given[0]
    weights = np.asarray(asked.layer.kernel, np.float32)[:, asked.unit]
    window = {"kernel": [1, 1], "stride": [1, 1], "dilation": [1, 1], "pad": [0, 0]}
    return _sum(asked, given, np.arange(len(weights)), weights[None, None], window)


def pooled(asked: Asked) -> Parts:
    """A pooling layer: the window goes over one map; what lies outside it does not count."""
    given, layer = asked.given[0], asked.layer
    window = _window(layer, given, layer.pool_size)
    return {"window": window, "channels": [asked.unit]}, {"x": given[..., [asked.unit]]}


def pooled_globally(asked: Asked) -> Parts:
    """The whole map is one window."""
    given = asked.given[0][..., [asked.unit]]
    window = {"kernel": list(given.shape[:2]), "stride": [1, 1], "dilation": [1, 1], "pad": [0, 0]}
    return {"window": window, "channels": [asked.unit]}, {"x": given}


def bias_of(layer: Any, unit: int) -> dict[str, Any]:
    """A layer's bias for one unit, and whether it has one at all."""
    has_bias = getattr(layer, "bias", None) is not None
    return {"bias": float(np.asarray(layer.bias)[unit]) if has_bias else 0.0, "has_bias": has_bias}


def _window(layer: Any, given: np.ndarray, size: Any = None) -> Window:
    kernel = [int(one) for one in (size or layer.kernel_size)]
    stride = [int(one) for one in layer.strides]
    dilation = [int(one) for one in getattr(layer, "dilation_rate", (1, 1))]
    pad = [
        pad_before(side, k, s, d) if layer.padding == "same" else 0
        for side, k, s, d in zip(given.shape[:2], kernel, stride, dilation, strict=True)
    ]
    return {"kernel": kernel, "stride": stride, "dilation": dilation, "pad": pad}


def pad_before(side: int, kernel: int, stride: int, dilation: int) -> int:
    """Zeros before a side; with an odd number of them, one more stands after."""
    covered = dilation * (kernel - 1) + 1
    return max((-(-side // stride) - 1) * stride + covered - side, 0) // 2


def _sum(asked: Asked, given: np.ndarray, channels: np.ndarray, kernel: np.ndarray, window: Window) -> Parts:
    """The channels that count most on this map, the strongest first, with their kernels; the sum of the others."""
    added = _contributions(given, kernel, window, asked.value.shape)
    order = np.argsort(-np.nanmean(np.abs(added), axis=(0, 1)), kind="stable")
    most = max(1, MOST_SENT // (given.shape[0] * given.shape[1]))
    shown, others = order[:most], order[most:]
    facts = {"window": window, "channels": channels[shown].tolist(), "others": len(others)}
    arrays = {"x": given[..., shown], "kernel": kernel[..., shown]}
    if len(others):
        arrays["rest"] = added[..., others].sum(axis=-1)
    return facts | bias_of(asked.layer, asked.unit), arrays


def _contributions(given: np.ndarray, kernel: np.ndarray, window: Window, shape: tuple[int, ...]) -> np.ndarray:
    """What each channel adds to the sum at each place: float64 (rows, columns, c)."""
    (kh, kw), (down, across), (dh, dw) = window["kernel"], window["stride"], window["dilation"]
    (rows, columns), (top, left) = shape, window["pad"]
    # behind the picture as many zeros as a window may need
    around = np.pad(given, ((top, dh * kh + down), (left, dw * kw + across), (0, 0)))
    added = np.zeros((rows, columns, given.shape[2]))
    for p in range(kh):
        for q in range(kw):
            seen = around[p * dh : p * dh + down * rows : down, q * dw : q * dw + across * columns : across]
            added += seen[:rows, :columns] * kernel[p, q].astype(float)
    return added
