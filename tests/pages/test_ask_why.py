"""From a confusion to its explanation: a test image goes on to Explain, and a map that is empty says why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.pages.conftest import ANSWERS
from tests.pages.test_evaluate import chosen


def test_a_chosen_image_goes_on_to_explain_with_its_true_class(
    visit: Any, tested: Any, make_run: Any, words: Any, inference: Any
) -> None:
    run = tested()
    make_run("completed")  # a newer one, which Explain would show by itself
    app = visit("evaluate", link={"run": run.id}, session={"model": "imagenet"})  # and another was asked before
    chosen(app, run, [0, 2])
    app.button(key=f"repair why {run.id}").click().run()
    assert not app.exception
    assert app.title[0].value == "What did it look at?"
    asked = next(arguments for operation, arguments in inference.asked if operation == "explain")
    assert asked["model"] == run.id
    assert "what it truly is: 4" in app.selectbox(key="target").options
    carried = app.session_state["picture"]
    assert carried.label == "4"
    assert carried.pixels.shape == (28, 28, 3)
    app = app.switch_page("pages/explain.py").run()  # the tester does not stay where a button has led
    app.selectbox(key="target").set_value("true").run()
    assert next(given for name, given in inference.asked[::-1] if name == "explain")["class"] == 4


@pytest.mark.parametrize(
    ("status", "short", "means"),
    [
        ("gradient_vanished", "the gradient is zero", "its gradient is zero"),
        ("no_positive_evidence", "nothing speaks for it", "Nothing in this picture speaks for this class"),
        ("layer_silent", "the layer is silent", "all its activations are zero"),
    ],
)
def test_an_empty_map_says_why(
    visit: Any, tested: Any, words: Any, monkeypatch: pytest.MonkeyPatch, status: str, short: str, means: str
) -> None:
    known = ANSWERS["explain_images"]

    def empty(arguments: Any, arrays: Any) -> Any:
        facts, made = known(arguments, arrays)
        facts["statuses"][0] = status
        return facts, {**made, "maps": np.zeros_like(made["maps"])}

    monkeypatch.setitem(ANSWERS, "explain_images", empty)
    run = tested()
    app = chosen(visit("evaluate"), run, [0, 2])
    assert not app.exception
    assert short in str([html.value for html in app.html])
    assert f"{short}: " in words(app)
    assert means in words(app)
