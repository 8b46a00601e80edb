"""What an explanation is called: on the page, and on the picture that is taken home."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.explain import Explanation, method
from imgcls.models import model_card
from pages.components.explain_words import captions, heading, plain_subject


@pytest.fixture
def card(make_run: Any) -> Any:
    return model_card(make_run("completed", title="Anna's network").id)


def explained(name: str = "grad-cam", **given: Any) -> Explanation:
    known = method(name)
    nothing = np.zeros((0, 0), np.float32)
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[3] = 0.91
    shape = (11, 11, 64) if known.needs_layer else ()
    layer = "conv2d_1" if known.needs_layer else None
    said = {"layer": layer, "layer_shape": shape, "target": 3, "status": "ok", "seconds": 0.1, "shows": known.shows}
    return Explanation(
        name, raw=nothing, map=nothing, logits=probabilities, probabilities=probabilities, **{**said, **given}
    )


def test_the_picture_names_method_class_layer_network_and_limits(card: Any) -> None:
    own, english, numbered = captions(card, explained())
    assert own.title == "Grad-CAM: evidence for 3 (91.0%)"
    assert own.below == (
        "Layer conv2d_1 (11 × 11) of Anna's network",
        f"What it cannot say: {method('grad-cam').limits_text}",
    )
    assert own.ends == ("less evidence", "more evidence")
    assert english.title == own.title
    assert numbered.title == "Grad-CAM: evidence for class 4 of 10 (91.0%)"


def test_what_shows_no_evidence_is_not_called_so(card: Any) -> None:
    own = captions(card, explained("saliency"))[0]
    assert own.title == "Saliency: where the score of 3 reacts (91.0%)"
    assert own.below[0] == "Network: Anna's network"
    assert own.ends == ("weaker reaction", "stronger reaction")


def test_a_filter_is_named_in_place_of_a_class(card: Any) -> None:
    made = explained("activation-maximization", filter=5, layer="conv2d", layer_shape=(26, 26, 32))
    assert plain_subject(card, made) == "filter 5 of conv2d"
    assert {each.title for each in captions(card, made)} == {
        "Activation maximization: a picture that excites filter 5 of conv2d"
    }
    assert heading(card, [made]) == "### What excites filter **5** of conv2d"


def test_of_several_the_line_above_fits_all(card: Any) -> None:
    evidence, reaction, structure = (explained(name) for name in ("grad-cam", "saliency", "eigen-cam"))
    assert heading(card, [evidence, structure]).startswith("### Evidence for **3**")
    assert heading(card, [reaction, evidence]) == "### **3**, to which it gives 91.0%"
    assert heading(card, [structure]) == "### What stands out in the picture, whatever the class"
