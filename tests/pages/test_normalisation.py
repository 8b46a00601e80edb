"""The lesson on batch normalisation: a guess, both modes, and a layer of one's own network."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.lessons.normalisation import tried
from imgcls.trials import title_of
from pages.components.question import Asked

STEP = "lesson step: normalisation"


def test_the_spread_is_gamma_whatever_came_in(visit: Any, words: Any) -> None:
    app = visit("normalisation")
    assert len(app.get("plotly_chart")) == 1
    next(one for one in app.button if one.label == "That is my answer").click().run()
    assert not app.exception
    assert "You said 5: it is **2.00**, and the mean 1.00" in words(app)
    assert len(app.get("plotly_chart")) == 2


def test_a_value_wanders_less_in_a_larger_batch(visit: Any) -> None:
    app = visit("normalisation", session={STEP: "change"})
    found = []
    for size in (2, 64):
        app.select_slider[0].set_value(size).run()
        assert not app.exception
        found.append(float(app.metric[2].value))
    assert found[1] < found[0] / 2


def test_a_layer_of_ones_own(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("normalisation", session={STEP: "find"})
    assert not app.exception
    assert "this batch: μ, σ 1.000, 2.000" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, step: str) -> None:
    assert not visit("normalisation", language="zh_CN", session={STEP: step}).exception


LEARNS = {"question: normalisation learns": Asked(True, "2")}


def test_the_rates_are_tried_where_they_are_read(visit: Any, engine: Any) -> None:
    app = visit("normalisation", session={STEP: "change"})
    assert not any(one.label == "Train all six" for one in app.button)
    app = visit("normalisation", session={STEP: "change", **LEARNS})
    next(one for one in app.button if one.label == "Train all six").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == list(tried().values())


def test_rate_by_rate_without_and_with(visit: Any, words: Any, tested: Any) -> None:
    ids = [
        tested(recipe=recipe, title=title_of("Rates", str(place))).id for place, recipe in enumerate(tried().values())
    ]
    app = visit("normalisation", session={STEP: "change", **LEARNS}, link={"trials": ",".join(ids)})
    assert not app.exception
    assert "You said 2. Without batch norm it learns at **3 of 3** rates, with it at **3**." in words(app)
    assert str(app.table[-1].value).count("99.3%") == 6
