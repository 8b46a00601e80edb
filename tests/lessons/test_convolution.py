"""The page's convolution is Keras's, and the cases by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.errors import InputError
from imgcls.lessons.convolution import KERNELS, Window, convolve, identity, patch

CASES = [
    Window(kernel, stride, padding, dilation)
    for kernel in (1, 2, 3, 4, 5)
    for padding in ("valid", "same")
    for stride, dilation in ((1, 1), (2, 1), (3, 1), (5, 1), (1, 2), (1, 3))
    if padding == "same" or dilation * (kernel - 1) + 1 <= 9
]


@pytest.mark.parametrize("window", CASES, ids=str)
def test_it_is_the_convolution_of_keras(window: Window) -> None:
    import keras

    rng = np.random.default_rng(window.kernel)
    x, kernel = rng.normal(size=(9, 11, 3)), rng.normal(size=(window.kernel, window.kernel, 3))
    wanted = keras.ops.conv(
        x[None], kernel[..., None], strides=window.stride, padding=window.padding, dilation_rate=window.dilation
    )
    found = convolve(x, kernel, window, bias=0.25)
    np.testing.assert_allclose(found - 0.25, np.asarray(wanted)[0, :, :, 0], atol=1e-6)


@pytest.mark.parametrize("window", CASES[::5], ids=str)
def test_each_value_is_its_patch_times_the_kernel(window: Window) -> None:
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(9, 9, 2)), rng.normal(size=(window.kernel, window.kernel, 2))
    found = convolve(x, kernel, window)
    for row in range(found.shape[0]):
        for column in range(found.shape[1]):
            assert (patch(x, window, row, column) * kernel).sum() == pytest.approx(found[row, column], abs=1e-9)


def test_a_case_by_hand() -> None:
    x = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])[..., None]
    kernel = np.array([[1.0, 0], [0, -1]])[..., None]
    np.testing.assert_array_equal(convolve(x, kernel, Window(2)), [[-4, -4], [-4, -4]])


def test_an_even_kernel_has_one_more_zero_after_than_before() -> None:
    assert Window(4, padding="same").pads(9) == (1, 2)
    assert Window(3, padding="same").pads(9) == (1, 1)


@pytest.mark.parametrize("side", [1, 2, 3, 4, 5, 7])
def test_the_identity_changes_nothing(side: int) -> None:
    x = np.random.default_rng(0).normal(size=(9, 9, 1))
    np.testing.assert_allclose(convolve(x, identity(side)[..., None], Window(side, padding="same")), x[:, :, 0])


@pytest.mark.parametrize(("name", "total"), [("vertical", 0), ("horizontal", 0), ("outline", 0), ("blur", 1)])
def test_what_kernels_make_of_a_flat_picture(name: str, total: float) -> None:
    for side in (2, 3, 5):
        flat = convolve(np.full((8, 8, 1), 0.7), KERNELS[name](side)[..., None], Window(side))
        np.testing.assert_allclose(flat, 0.7 * total, atol=1e-9)


@pytest.mark.parametrize(
    ("window", "says"),
    [
        (Window(9), "covers 9 cells a side, the picture has only 8"),
        (Window(5, dilation=2), "covers 9 cells"),
        (Window(3, stride=2, dilation=2), "one or the other"),
    ],
)
def test_what_has_no_result_is_refused_in_words(window: Window, says: str) -> None:
    with pytest.raises(InputError, match=says):
        convolve(np.zeros((8, 8, 1)), np.zeros((window.kernel, window.kernel, 1)), window)
