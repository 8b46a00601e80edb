"""Inside: the network as a picture, one of its layers, one of its units; and what is said where there is nothing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from imgcls import imagenet
from imgcls.explain.explanation import STATUS_WORDS, Status
from pages.components.current import Picture
from pages.components.softmax_steps import softmax_rows
from tests.pages.conftest import ANSWERS


@pytest.fixture
def looked(visit: Any, tested: Any) -> Any:
    """The page with a tested run and a picture."""
    run = tested()

    def look(link: dict[str, str] | None = None, **session: Any) -> Any:
        return visit(
            "inside",
            link={"run": run.id, **(link or {})},
            session={"picture": Picture("a", np.zeros((28, 28, 3), np.uint8)), **session},
        )

    return look


def sent(app: Any, component: str) -> dict[str, Any]:
    """What the browser was told of one of our components."""
    (found,) = [one.proto for one in app.get("bidi_component") if one.proto.component_name == component]
    return json.loads(found.json or found.mixed.json)


def layer_of(app: Any) -> Any:
    (layer,) = [box for box in app.selectbox if box.label == "Layer"]
    return layer


def button(app: Any, label: str) -> Any:
    (found,) = [one for one in app.button if one.label == label]
    return found


def test_no_picture_yet(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("inside")
    assert not app.exception
    assert "Nothing to look at yet" in words(app)


def test_who_comes_from_a_lesson_finds_a_picture_there(visit: Any, tested: Any, words: Any) -> None:
    run = tested()
    app = visit("inside", link={"run": run.id, "layer": "pool_1"})
    assert not app.exception
    assert "A test image to begin with, a 0" in words(app)
    assert sent(app, "imgcls_unit")["name"] == "map 32 of pool_1"
    app.run()
    assert "A test image to begin with" in words(app), "not only at the first run"


def test_the_network_is_a_picture_from_what_goes_in_to_what_comes_out(looked: Any) -> None:
    app = looked()
    assert not app.exception
    told = sent(app, "imgcls_network_picture")
    assert [layer["name"] for layer in told["layers"]] == ["conv_1", "pool_1", "flatten", "logits"]
    assert told["maps"]["shape"] == [4, 48, 48]
    assert told["picture"].startswith("data:image/png")
    assert [one["name"] for one in told["answer"]] == ["9", "8", "7"]
    assert told["chosen"] == 0
    assert layer_of(app).options[0] == "conv_1 · Conv2D · 26×26×32"


def test_one_layer_with_its_maps_and_its_dead_units(looked: Any, words: Any) -> None:
    app = looked()
    said = words(app)
    assert "slides over all maps before it" in said
    assert {metric.label: metric.value for metric in app.metric} == {"Shape": "26×26×32", "Parameters": "320"}
    assert "**25%**" in said
    told = sent(app, "imgcls_map_sheet")
    assert told["maps"]["shape"] == [32, 26, 26]
    assert told["names"][0] == "32", "the strongest first, counted from 1"
    assert told["chosen"] == 0


def test_the_strongest_unit_is_taken_apart(looked: Any, inference: Any) -> None:
    told = sent(looked(), "imgcls_unit")
    asked = [arguments for name, arguments in inference.asked if name == "inside_unit"]
    assert (asked[-1]["layer"], asked[-1]["unit"]) == ("conv_1", 31)
    assert told["name"] == "map 32 of conv_1"
    assert told["channels"] == ["grey"]
    assert {name: one["shape"] for name, one in told["arrays"].items()} == {
        "x": [28, 28, 1],
        "kernel": [3, 3, 1],
        "value": [26, 26],
        "after": [1, 26, 26],
    }


@pytest.mark.parametrize(
    ("place", "sentence", "name"),
    [(1, "keeps the largest value", "map 32 of pool_1"), (2, "one long row", "unit 5408 of flatten")],
)
def test_other_layers(looked: Any, words: Any, place: int, sentence: str, name: str) -> None:
    app = looked()
    layer_of(app).select_index(place).run()
    assert not app.exception
    assert sentence in words(app)
    assert sent(app, "imgcls_unit")["name"] == name


def test_the_units_of_the_last_layer_are_the_classes(looked: Any) -> None:
    app = looked(link={"layer": "logits"})
    assert layer_of(app).value == 3, "the link names it"
    assert sent(app, "imgcls_map_sheet")["names"][0] == "9"
    told = sent(app, "imgcls_unit")
    assert told["name"] == "9 of logits"
    assert told["facts"]["origin"]["layer"] == "pool_1"


def test_maps_page_by_page_and_by_number(looked: Any, inference: Any) -> None:
    app = looked(link={"layer": "flatten"})
    (page,) = [box for box in app.number_input if box.label == "Page of maps, of 85"]
    page.set_value(85).run()
    asked = [arguments for name, arguments in inference.asked if name == "inside_layer"]
    assert (asked[-1]["start"], asked[-1]["order"]) == (5376, "strength")
    assert len(sent(app, "imgcls_map_sheet")["names"]) == 32
    app.session_state["inside order"] = "number"
    app.run()
    assert [arguments for name, arguments in inference.asked if name == "inside_layer"][-1]["order"] == "number"


def kernels_asked(inference: Any) -> list[dict[str, Any]]:
    return [arguments for name, arguments in inference.asked if name == "inside_kernels"]


def test_kernels_stand_in_the_order_of_the_maps(looked: Any, inference: Any, words: Any) -> None:
    app = looked()
    assert "From the strongest on this picture down: 1 to 32 of 32 filters, row by row." in words(app)
    assert not [box for box in app.number_input if "kernels" in box.label], "one page needs no choice of pages"
    app.session_state["inside order"] = "number"
    app.run()
    assert "Filters 1 to 32 of 32, row by row." in words(app)
    assert kernels_asked(inference)[-1]["order"] == "number"


@pytest.mark.parametrize("kind", ["Conv2D", "DepthwiseConv2D"])
def test_every_kernel_of_a_wide_layer_can_be_reached(
    looked: Any, inference: Any, words: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    facts, arrays = ANSWERS["inside_network"]({}, {})
    facts["layers"][0] |= {"name": "wide", "kind": kind, "shape": [26, 26, 150]}
    monkeypatch.setitem(ANSWERS, "inside_network", lambda *asked: (facts, arrays))
    for name in ("inside_layer", "inside_unit"):
        known = ANSWERS[name]
        monkeypatch.setitem(ANSWERS, name, lambda a, b, known=known: known({**a, "layer": "conv_1"}, b))
    app = looked()
    (page,) = [box for box in app.number_input if box.label == "Page of kernels, of 3"]
    page.set_value(3).run()
    assert not app.exception
    assert kernels_asked(inference)[-1]["start"] == 128
    assert "down: 129 to 150 of 150 filters" in words(app)


def test_what_has_no_kernels_is_asked_for_none(looked: Any, inference: Any) -> None:
    looked(link={"layer": "pool_1"})
    assert not kernels_asked(inference)


def test_what_excites_a_unit_and_a_picture_made_for_it(looked: Any, inference: Any, words: Any) -> None:
    app = looked()
    assert "What excites map 32 most" in words(app)
    assert len(sent(app, "imgcls_sheet")["cells"]) == 3
    (link,) = [one for one in app.get("page_link") if "Explain" in one.proto.label]
    assert link.proto.query_string.startswith("method=activation-maximization&layer=conv_1&filter=32&run=")
    button(app, "Make it").click().run()
    assert not app.exception
    asked = [arguments for name, arguments in inference.asked if name == "explain"]
    assert asked[-1]["method"] == "activation-maximization"
    assert (asked[-1]["layer"], asked[-1]["options"], asked[-1]["class"]) == ("conv_1", {"filter": 32}, None)
    assert "seldom what one would call it" in words(app)


def test_a_unit_that_nothing_excites_has_no_picture_and_says_why(looked: Any, monkeypatch: Any, words: Any) -> None:
    answered = ANSWERS["explain"]

    def silent(arguments: Any, arrays: Any) -> Any:
        facts, numbers = answered(arguments, arrays)
        return {**facts, "status": "layer_silent"}, {name: one for name, one in numbers.items() if name != "picture"}

    monkeypatch.setitem(ANSWERS, "explain", silent)
    app = looked()
    button(app, "Make it").click().run()
    assert not app.exception
    assert STATUS_WORDS[Status.LAYER_SILENT].means in words(app)


def test_the_picture_made_for_a_class_asks_for_the_class(looked: Any, inference: Any) -> None:
    app = looked(link={"layer": "logits"})
    button(app, "Make it").click().run()
    asked = [arguments for name, arguments in inference.asked if name == "explain"]
    assert (asked[-1]["layer"], asked[-1]["options"], asked[-1]["class"]) == (None, {}, 9)


def test_making_a_picture_can_be_ended(looked: Any, inference: Any) -> None:
    app = looked()
    inference.silent = True
    button(app, "Make it").click().run()
    assert not app.exception
    inference.silent = False
    button(app, "Cancel").click().run()
    assert inference.futures[-1].cancelled() or any(one.cancelled() for one in inference.futures)
    assert button(app, "Make it")


def test_asking_the_test_images_can_be_ended(looked: Any, inference: Any, words: Any) -> None:
    app = looked()
    app.session_state["inside tested: off"] = "0" * 64
    app.run()
    assert not app.exception
    assert "**25%**" not in words(app)
    button(app, "Ask the test images").click().run()
    assert "**25%**" in words(app)


def test_scores_become_probabilities(looked: Any) -> None:
    told = sent(looked(), "imgcls_softmax")
    assert [row["name"] for row in told["rows"]] == [str(number) for number in range(9, -1, -1)]
    assert [row["logit"] for row in told["rows"]] == list(range(9, -1, -1))
    assert told["shift"] == 0


def test_large_scores_are_moved_down_and_many_classes_share_a_line() -> None:
    """Held to softmax by hand."""
    logits = np.linspace(-3, 25, 40).astype(np.float32)
    rows, shift = softmax_rows([f"class {number}" for number in range(40)], logits)
    assert shift == 25
    assert len(rows) == 11
    powers = [row["power"] if row["logit"] is None else np.exp(row["logit"] - shift) for row in rows]
    wanted = np.exp(logits - 25) / np.exp(logits - 25).sum()
    assert powers[0] / sum(powers) == pytest.approx(wanted.max(), rel=1e-6)
    assert rows[-1]["name"] == "the 30 other classes"
    assert powers[-1] / sum(powers) == pytest.approx(np.sort(wanted)[:30].sum(), rel=1e-5)


def test_a_layer_leads_to_the_lesson_about_it(looked: Any) -> None:
    app = looked(link={"layer": "pool_1"})
    lesson = button(app, "Lesson 2: Pooling")
    lesson.click().run()
    assert not app.exception
    assert [box.value for box in app.selectbox if box.label == "Layer"] == ["pool_1"]


def test_words_open_in_place(looked: Any, words: Any) -> None:
    app = looked()
    opened = [block.proto.popover.label for block in app.get("popover")]
    assert {"Dead unit", "Convolution", "Kernel", "Feature map"} <= set(opened)
    assert "A unit that says zero to every image" in words(app)
    layer_of(app).select_index(1).run()
    assert "Pooling" in [block.proto.popover.label for block in app.get("popover")]


def test_imagenet_has_no_test_images_but_everything_else(visit: Any, words: Any) -> None:
    picture = Picture("a", np.zeros((64, 64, 3), np.uint8))
    app = visit("inside", link={"model": imagenet.NAME}, session={"picture": picture})
    assert not app.exception
    assert "1.2 million photographs are not here" in words(app)


def test_in_chinese(looked: Any) -> None:
    app = looked()
    app.session_state["language"] = "zh_CN"
    app.run()
    assert not app.exception
