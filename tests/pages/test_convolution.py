"""The lesson on convolution: asked first, then changed, then found in a network; what cannot be is explained."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from imgcls.lessons.convolution import Window, convolve
from pages.components.convolution_channels import apart, is_colour
from pages.components.convolution_see import place_to_ask
from pages.components.lesson_picture import to_grey_cells
from pages.components.sliding import kernel_from

STEP = "lesson step: convolution"


def windows(app: Any) -> dict[str, dict[str, Any]]:
    """What the browser was told of each window, by what is done in it."""
    found = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "imgcls_sliding"]
    told = [json.loads(one.json or one.mixed.json) for one in found]
    return {one["mode"]: one for one in told}


def window(app: Any, component: str = "imgcls_sliding") -> dict[str, Any]:
    """What the browser was told; of several windows that of the kernel."""
    if component == "imgcls_sliding":
        return windows(app)["sum"]
    (found,) = [one.proto for one in app.get("bidi_component") if one.proto.component_name == component]
    told: dict[str, Any] = json.loads(found.json or found.mixed.json)
    return told


def press(app: Any, label: str) -> Any:
    (button,) = [one for one in app.button if one.label == label]
    return button.click().run()


def test_the_result_is_hidden_until_an_answer(visit: Any, words: Any) -> None:
    app = visit("convolution")
    assert not app.exception
    assert window(app)["hidden"]
    app.slider[0].set_value(0.5).run()
    press(app, "That is my answer")
    told = window(app)
    assert not told["hidden"]
    row, column = told["cell"]
    assert f"You said 0.5; it is **{told['y'][row][column]:.2f}**" in words(app)


def test_what_the_browser_shows_is_the_convolution(visit: Any) -> None:
    app = visit("convolution", session={STEP: "change"})
    told = window(app)
    x, kernel = np.array(told["x"]), np.array(told["kernel"])
    np.testing.assert_allclose(told["y"], convolve(x[..., None], kernel[..., None], Window(3)), atol=1e-4)
    assert told["editable"]


def test_relu_is_stepped_on_the_map_of_ones_own_kernel(visit: Any, words: Any) -> None:
    app = visit("convolution", session={STEP: "change"})
    told, relu = window(app), windows(app)["relu"]
    np.testing.assert_allclose(relu["x"], told["y"], atol=1e-4)
    np.testing.assert_allclose(relu["y"], np.maximum(told["y"], 0), atol=1e-4)
    below = int((np.array(told["y"]) < 0).sum())
    assert below > 0
    assert f"Of 144 numbers {below} are below zero" in words(app)
    assert relu["words"]["output"] == "After ReLU"


def select(app: Any, label: str) -> Any:
    (found,) = [one for one in (*app.selectbox, *app.number_input, *app.select_slider) if one.label == label]
    return found


def test_what_has_no_place_is_explained(visit: Any) -> None:
    app = visit("convolution", session={STEP: "change"})
    select(app, "Its size").set_value(7).run()
    select(app, "Dilation").set_value(3).run()
    assert not app.exception
    assert "covers 19 cells a side, the picture has only 14" in app.warning[0].value
    select(app, "Padding").set_value("same").run()
    assert not app.warning
    select(app, "Stride").set_value(2).run()
    assert "one or the other" in app.warning[0].value


def test_an_even_same_kernel_and_a_single_place_are_explained(visit: Any, words: Any) -> None:
    app = visit("convolution", session={STEP: "change"})
    select(app, "Its size").set_value(4).run()
    select(app, "Padding").set_value("same").run()
    assert "3 zeros cannot be shared out evenly: above and on the left 1, below and on the right 2" in words(app)
    select(app, "Stride").set_value(20).run()
    assert "a single number" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, step: str) -> None:
    assert not visit("convolution", language="zh_CN", session={STEP: step}).exception


def test_without_a_run_it_leads_to_one(visit: Any, words: Any) -> None:
    app = visit("convolution", session={STEP: "find"})
    assert "Your own network will stand here" in words(app)
    press(app, "Train a network")
    assert not app.exception
    assert app.query_params["from"] == "convolution"


def test_from_training_it_leads_back(visit: Any, words: Any) -> None:
    assert "← Back to lesson 1: Convolution" in words(visit("train", link={"from": "convolution"}))
    assert "Back to lesson" not in words(visit("train"))


def test_in_ones_own_network(visit: Any, tested: Any, inference: Any) -> None:
    tested()
    app = visit("convolution", session={STEP: "find"})
    assert not app.exception
    told = window(app, "imgcls_unit")
    assert told["name"] == "map 1 of conv_1"
    assert told["facts"]["bias"] == 0.1
    assert told["channels"] == ["grey"]
    asked = [arguments for name, arguments in inference.asked if name == "inside_unit"]
    assert (asked[-1]["layer"], asked[-1]["unit"]) == ("conv_1", 0)


def test_inside_leads_to_the_layer_that_was_looked_at(visit: Any, tested: Any) -> None:
    tested()
    app = visit("convolution", session={STEP: "find", "convolution wanted layer": "conv_2"})
    assert select(app, "Layer").value == "conv_2"
    app.run()
    assert select(app, "Layer").value == "conv_2"


def test_the_channels_of_the_readers_picture_add_up(visit: Any) -> None:
    app = visit("convolution", session={STEP: "change"})
    assert "is grey" in "".join(note.value for note in app.caption), "a digit has one channel"
    select(app, "Data set").set_value("shapes").run()
    assert not app.exception
    assert "is grey" not in "".join(note.value for note in app.caption)
    told = window(app, "imgcls_unit")
    assert told["channels"] == ["red", "green", "blue"]
    assert told["arrays"]["x"]["shape"] == [24, 24, 3]
    assert not told["checked"], "no network has computed it"


def test_the_sum_over_channels_is_the_convolution() -> None:
    rng = np.random.default_rng(0)
    picture, kernels = rng.uniform(size=(7, 6, 3)), rng.normal(size=(3, 3, 3))
    facts, arrays = apart(picture, kernels, 0.3)
    for row, column in ((0, 0), (4, 3), tuple(facts["start"])):
        by_hand = (picture[row : row + 3, column : column + 3] * kernels).sum() + 0.3
        assert arrays["value"][row, column] == pytest.approx(max(by_hand, 0.0))


def test_what_is_a_colour_picture() -> None:
    grey = np.full((4, 4, 3), 90, np.uint8)
    assert not is_colour(grey)
    assert not is_colour(grey[..., :1])
    grey[1, 1, 2] = 0
    assert is_colour(grey)


def test_a_place_to_ask_about_is_neither_flat_nor_the_strongest() -> None:
    result = np.array([[0.0, 0.1, 2.0], [0.0, -1.0, 0.5]])
    assert place_to_ask(result) == (1, 1)
    assert place_to_ask(np.zeros((2, 2))) == (1, 1)


def test_cells_are_the_middle_of_the_picture_in_hundredths() -> None:
    picture = np.zeros((4, 8, 1), np.uint8)
    picture[:, 2:6] = 128
    np.testing.assert_array_equal(to_grey_cells(picture, 2), np.full((2, 2), 0.5))


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {"version": "a 3", "values": [[1]]},
        {"version": "a 2", "values": [[1, 2]]},
        {"version": "a 2", "values": [[1, 2], [3, float("nan")]]},
        {"version": "a 2", "values": [[1, 2], [3, "4"]]},
        {"version": "a 2", "values": [[1, 2], [3, 1000]]},
        {"version": "a 2", "values": [[1, 2], [3, True]]},
    ],
)
def test_only_a_kernel_is_taken_for_one(sent: Any) -> None:
    assert kernel_from(sent, "a 2", 2) is None


def test_a_changed_kernel_is_taken() -> None:
    found = kernel_from({"version": "a 2", "values": [[1, 2], [3, 4.5]]}, "a 2", 2)
    np.testing.assert_array_equal(found, [[1, 2], [3, 4.5]])
