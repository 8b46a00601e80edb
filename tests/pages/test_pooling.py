"""The lesson on pooling: a guess about shifts, a window of one's own, and a layer of one's own network."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from imgcls.lessons.convolution import Window
from imgcls.lessons.pooling import FORMULAS, pool
from pages.components.pooling_window import changes

STEP = "lesson step: pooling"


def window(app: Any) -> dict[str, Any]:
    (found,) = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "imgcls_sliding"]
    return json.loads(found.json or found.mixed.json)


def field(app: Any, label: str) -> Any:
    (found,) = [one for one in (*app.selectbox, *app.number_input) if one.label == label]
    return found


def test_the_guess_meets_the_measurement(visit: Any, words: Any) -> None:
    app = visit("pooling")
    picture = np.array(window(app)["x"])
    _, after = changes(picture, Window(2, 2), "max")
    app.slider[0].set_value(75.0).run()
    next(one for one in app.button if one.label == "That is my answer").click().run()
    assert not app.exception
    assert "You said 75 %" in words(app)
    assert f"**{after:.0%}**" in words(app)


def test_what_the_browser_shows_is_the_pooling(visit: Any) -> None:
    app = visit("pooling", session={STEP: "change"})
    field(app, "What is kept").set_value("mean").run()
    field(app, "Window").set_value(3).run()
    told = window(app)
    np.testing.assert_allclose(told["y"], pool(np.array(told["x"]), Window(3, 2), "mean"), atol=1e-4)


def formulas(app: Any) -> list[str]:
    return [one.value.strip("$\n ") for one in app.latex]


def test_the_formula_is_that_of_what_is_kept(visit: Any) -> None:
    app = visit("pooling", session={STEP: "change"})
    assert FORMULAS["max"] in formulas(app)
    field(app, "What is kept").set_value("mean").run()
    assert FORMULAS["mean"] in formulas(app)
    assert FORMULAS["max"] not in formulas(app)


@pytest.mark.parametrize(("size", "stride", "kind"), [(3, 2, "mean"), (3, 2, "max"), (4, 3, "mean"), (5, 1, "mean")])
def test_with_padding_the_shown_cells_make_the_shown_result(visit: Any, size: int, stride: int, kind: str) -> None:
    app = visit("pooling", session={STEP: "change"})
    field(app, "What is kept").set_value(kind).run()
    field(app, "Window").set_value(size).run()
    field(app, "Stride").set_value(stride).run()
    field(app, "Padding").set_value("same").run()
    told, of = window(app), {"max": max, "mean": lambda cells: sum(cells) / len(cells)}[kind]
    padded = sum(cell is None for row in told["x"] for cell in row)
    assert padded == len(told["x"]) ** 2 - 14**2 > 0
    for i, row in enumerate(told["y"]):
        for j, result in enumerate(row):
            taps = [line[j * stride : j * stride + size] for line in told["x"][i * stride : i * stride + size]]
            shown = [cell for line in taps for cell in line if cell is not None]
            assert of(shown) == pytest.approx(result, abs=1e-4)


def test_padding_is_explained_and_uneven_padding_too(visit: Any, words: Any) -> None:
    app = visit("pooling", session={STEP: "change"})
    assert "dashed cells" not in words(app)
    field(app, "Window").set_value(4).run()
    field(app, "Stride").set_value(1).run()
    field(app, "Padding").set_value("same").run()
    assert "the mean is divided by their number" in words(app)
    assert "3 empty cells a side cannot be shared out evenly: above and on the left 1" in words(app)
    field(app, "Window").set_value(3).run()
    assert "the mean is divided by their number" in words(app)
    assert "cannot be shared out evenly" not in words(app)


def test_a_window_too_large_is_explained(visit: Any) -> None:
    app = visit("pooling", session={STEP: "change"})
    field(app, "Window").set_value(15).run()
    assert not app.exception
    assert "The window covers 15 cells a side, the picture has only 14" in app.warning[0].value
    assert not any(word in app.warning[0].value for word in ("kernel", "dilation"))


def test_a_layer_of_ones_own(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("pooling", session={STEP: "find"})
    assert not app.exception
    assert FORMULAS["max"] in formulas(app)
    assert FORMULAS["mean"] not in formulas(app)
    assert "26 × 26 × 32 numbers become 13 × 13 × 32" in words(app)
    assert "and after pooling 30%" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, step: str) -> None:
    assert not visit("pooling", language="zh_CN", session={STEP: step}).exception
