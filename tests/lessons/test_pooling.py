"""The page's pooling is Keras's; shifts and counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.errors import InputError
from imgcls.lessons import GLOSSARY, lesson
from imgcls.lessons.convolution import Window
from imgcls.lessons.pooling import FORMULAS, SHIFTS, change_under_shifts, dense_parameters, pool, shifted


@pytest.mark.parametrize("kind", ["max", "mean"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("side", "stride"), [(1, 1), (2, 2), (2, 1), (3, 2), (3, 3), (4, 3), (2, 5)])
def test_it_is_the_pooling_of_keras(kind: str, padding: str, side: int, stride: int) -> None:
    import keras

    x = np.random.default_rng(side).normal(size=(9, 11))
    work = {"max": keras.ops.max_pool, "mean": keras.ops.average_pool}[kind]
    wanted = np.asarray(work(x[None, ..., None], side, strides=stride, padding=padding))[0, ..., 0]
    np.testing.assert_allclose(pool(x, Window(side, stride, padding), kind), wanted, atol=1e-6)  # type: ignore[arg-type]


def test_lesson_and_glossary_have_the_formula_of_each_kind() -> None:
    for formula in (lesson("pooling").formula, GLOSSARY["pooling"].formula):
        assert all(one in formula for one in FORMULAS.values())


def test_a_window_larger_than_the_picture_is_refused() -> None:
    with pytest.raises(InputError, match="The window covers 9 cells a side, the picture has only 8"):
        pool(np.zeros((8, 8)), Window(9, 9), "max")


def test_shifts_by_hand() -> None:
    x = np.array([[1, 2], [3, 4]])
    np.testing.assert_array_equal(shifted(x, 1, 0), [[0, 0], [1, 2]])
    np.testing.assert_array_equal(shifted(x, 0, -1), [[2, 0], [4, 0]])
    np.testing.assert_array_equal(shifted(x, 0, 0), x)


def test_colour_pictures_are_shifted_like_grey_ones() -> None:
    x = np.random.default_rng(0).integers(0, 255, (5, 4, 3))
    for rows, columns in SHIFTS:
        moved = shifted(x, rows, columns)
        for channel in range(3):
            np.testing.assert_array_equal(moved[..., channel], shifted(x[..., channel], rows, columns))


def test_change_is_relative_to_the_map() -> None:
    one = np.ones((2, 2))
    assert change_under_shifts([one, one]) == 0
    assert change_under_shifts([one, 0 * one, 2 * one]) == 1
    assert change_under_shifts([0 * one, one]) == 0


def test_parameters_of_the_articles_dense_layer() -> None:
    import keras

    layer = keras.layers.Dense(64)
    layer.build((None, 5 * 5 * 64))
    assert layer.count_params() == dense_parameters(5, 64, 64)
