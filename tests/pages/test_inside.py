"""Inside: layers in their order, one of them, one pixel; and what is said where there is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from pages.components.current import Picture


@pytest.fixture
def looked(visit: Any, tested: Any) -> Any:
    """The page with a tested run and a picture."""
    import numpy as np

    run = tested()

    def look(**session: Any) -> Any:
        return visit(
            "inside",
            link={"run": run.id},
            session={"picture": Picture("a", np.zeros((28, 28, 3), np.uint8)), **session},
        )

    return look


def layer_of(app: Any) -> Any:
    (layer,) = [box for box in app.selectbox if box.label == "Layer"]
    return layer


def test_no_picture_yet(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("inside")
    assert not app.exception
    assert "Nothing to look at yet" in words(app)


def test_layers_one_layer_and_one_pixel(looked: Any, words: Any, inference: Any) -> None:
    app = looked()
    assert not app.exception
    layer = layer_of(app)
    assert layer.options == ["conv_1 · Conv2D · 26×26×32", "pool_1 · MaxPooling2D · 13×13×32",
                             "flatten · Flatten · 5408", "logits · Dense · 10"]  # fmt: skip
    assert "slides over all maps before it" in words(app)
    assert {metric.label: metric.value for metric in app.metric} == {
        "Shape": "26×26×32",
        "Parameters": "320",
        "Dead units": "25%",
    }
    asked = [arguments for name, arguments in inference.asked if name == "unit_sum"]
    assert asked[-1]["at"] == [12, 12]
    layer_of(app).select_index(3).run()
    assert not app.exception
    assert "weighs all inputs" in words(app)
    assert len(app.table) == 1
    layer_of(app).select_index(1).run()
    assert not app.exception
    assert "keeps the largest value" in words(app)


def test_in_chinese(looked: Any) -> None:
    app = looked()
    app.session_state["language"] = "zh_CN"
    app.run()
    assert not app.exception
