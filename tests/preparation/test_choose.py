"""The preparation that a data set names is the one that is done."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from imgcls.datasets.registry import Preparation
from imgcls.preparation import fit, mnist_style
from imgcls.preparation.choose import prepare_for

WIDE = np.full((40, 120, 3), 200, np.uint8)
WIDE[10:30, 5:25] = 10  # something at the left


def test_each_preparation_is_its_own():
    made = {name: prepare_for(name, WIDE, (28, 28, 1)).image for name in get_args(Preparation)}
    assert np.array_equal(made["fit"], fit.prepare(WIDE, 28, 28, 1, "crop").image)
    assert np.array_equal(made["pad"], fit.prepare(WIDE, 28, 28, 1, "pad").image)
    assert np.array_equal(made["mnist-style"], mnist_style.prepare(WIDE, 28, 28, 1).image)
    assert len({image.tobytes() for image in made.values()}) == 3


def test_pad_keeps_what_fit_cuts_off():
    assert prepare_for("fit", WIDE, (28, 28, 3)).image.min() == 200
    assert prepare_for("pad", WIDE, (28, 28, 3)).image.min() < 60


@pytest.mark.parametrize("name", ["mnist-style", "fit"])
def test_as_is_only_fits_the_size(name):
    image = prepare_for(name, WIDE, (28, 28, 1), as_is=True).image
    assert np.array_equal(image, fit.prepare(WIDE, 28, 28, 1, "crop").image)


def test_as_is_keeps_the_frame():
    assert np.array_equal(
        prepare_for("pad", WIDE, (28, 28, 1), as_is=True).image, prepare_for("pad", WIDE, (28, 28, 1)).image
    )
