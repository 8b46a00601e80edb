"""Keras is asked on a click, about the numbers that are on the page now, and what it says is not glossed over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.engines.inference import Answer

LESSONS = {"convolution": "Conv2D", "pooling": "MaxPooling2D", "normalisation": "BatchNormalization"}


def press(app: Any) -> Any:
    (button,) = [one for one in app.button if one.label == "Let Keras compute it too"]
    return button.click().run()


@pytest.mark.parametrize("lesson", LESSONS)
def test_keras_computes_what_is_on_the_page(visit: Any, words: Any, inference: Any, lesson: str) -> None:
    app = visit(lesson, session={f"lesson step: {lesson}": "change"})
    assert "by_keras" not in [name for name, _given in inference.asked]
    assert not press(app).exception
    assert f"keras.layers.{LESSONS[lesson]} computes the same" in words(app)
    app.number_input[0].increment().run()  # other numbers: what Keras said does not hold for them
    assert "computes the same" not in words(app)
    press(app)
    assert "computes the same" in words(app)
    assert [name for name, _given in inference.asked].count("by_keras") == 2


def test_a_difference_is_said(visit: Any, words: Any, inference: Any) -> None:
    inference.silent = True
    app = press(visit("pooling", session={"lesson step: pooling": "change"}))
    assert not app.exception
    inference.futures[-1].set_result(Answer({}, {"y": np.zeros((7, 7), np.float32)}))
    assert "which should not be" in words(app.run())
