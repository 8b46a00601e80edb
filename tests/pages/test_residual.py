"""The lesson on residual connections: a guess, depth of one's own, blocks of one's own network."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from imgcls.lessons.residual import race
from imgcls.trials import title_of
from pages.components.question import Asked

STEP = "lesson step: residual"
AHEAD = {"question: residual ahead": Asked(True, 20.0)}


def test_the_guess_comes_before_the_figures(visit: Any, words: Any) -> None:
    app = visit("residual")
    assert not app.get("plotly_chart")
    app.radio[0].set_value("half").run()
    next(one for one in app.button if one.label == "That is my answer").click().run()
    assert not app.exception
    assert "You said about half; it is one part in" in words(app)
    assert len(app.get("plotly_chart")) == 2


def shown_sum(app: Any) -> dict[str, Any]:
    (found,) = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "imgcls_residual_sum"]
    return json.loads(found.json or found.mixed.json)


def test_one_block_number_by_number(visit: Any, words: Any) -> None:
    maps = {name: np.array(values) for name, values in shown_sum(visit("residual"))["maps"].items()}
    np.testing.assert_allclose(maps["x"] + maps["change"], maps["added"])
    np.testing.assert_allclose(np.maximum(maps["added"], 0), maps["y"])
    assert maps["change"].any()


def test_a_block_whose_f_is_zero_passes_on_what_came_in(visit: Any, words: Any) -> None:
    app = visit("residual")
    app.toggle[0].set_value(True).run()
    assert not app.exception
    maps = shown_sum(app)["maps"]
    assert maps["y"] == maps["x"]
    assert not np.any(maps["change"])
    assert not np.any(maps["second"])
    assert "the block passes on what came in" in words(app)


@pytest.mark.parametrize("step", ["see", "find"])
def test_the_way_to_the_addition_in_ones_own_network(visit: Any, tested: Any, step: str) -> None:
    run = tested()
    app = visit("residual", session={STEP: step})
    links = [one.proto.query_string for one in app.get("page_link") if "Inside" in one.proto.label]
    assert links == [f"run={run.id}&layer=stage_1_block_1_add"]


def test_without_a_network_the_third_step_tells_how_to_get_one(visit: Any, words: Any) -> None:
    app = visit("residual")
    next(one for one in app.button if one.label == "Find this sum in your own network").click().run()
    assert not app.exception
    assert "Your own network will stand here" in words(app)


def test_depth_of_ones_own(visit: Any, words: Any) -> None:
    app = visit("residual", session={STEP: "change"})
    app.slider[0].set_value(60).run()
    assert not app.exception
    assert "After 60 blocks" in words(app)


def test_the_race_is_begun_where_it_is_read(visit: Any, engine: Any) -> None:
    app = visit("residual", session={STEP: "change"})
    assert not any(one.label == "Start the race" for one in app.button)
    app = visit("residual", session={STEP: "change", **AHEAD})
    next(one for one in app.button if one.label == "Start the race").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == list(race().values())


def test_the_outcome_beside_what_was_said(visit: Any, words: Any, tested: Any) -> None:
    ids = [tested(recipe=recipe, title=title_of("Residual", name)).id for name, recipe in race().items()]
    link = {"trials": ",".join(ids)}
    app = visit("residual", session={STEP: "change", **AHEAD}, link=link)
    assert not app.exception
    assert "You said +20 points. It is with x + F(x) **99.3%**, without **99.3%**: **+0 points**." in words(app)


def test_blocks_of_ones_own(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("residual", session={STEP: "find"})
    assert not app.exception
    assert "Whole network, 500 test images 96.0%" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, step: str) -> None:
    assert not visit("residual", language="zh_CN", session={STEP: step}).exception
