"""The explanation page: the picture carried along, class and layer, maps that mean nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.errors import WorkerError
from imgcls.figures.bars import percentage
from pages.components.current import Picture
from tests.pages.conftest import ANSWERS

SEEN = {"picture": Picture("a.png", np.zeros((28, 28, 3), np.uint8))}


@pytest.fixture
def explained(visit: Any, make_run: Any) -> Any:
    """The page with a completed run and a picture that came from the prediction page."""
    make_run("completed")
    paper = np.full((60, 40, 3), 255, np.uint8)
    paper[10:50, 18:23] = 20
    return visit("explain", session={"picture": Picture("three.png", paper)})


def test_without_a_run_imagenet_is_there_and_a_way_to_train(visit: Any, words: Any) -> None:
    app = visit("explain")
    assert not app.exception
    assert app.selectbox[0].options == ["ImageNet: 1,000 kinds of things"]
    assert "Photographs that come with" in words(app)


def test_without_a_network_it_leads_to_training(visit: Any, words: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.current._ready_made", lambda: [])  # its packages are not installed
    app = visit("explain")
    assert "No trained network yet" in words(app)
    app.button[0].click().run()
    assert not app.exception
    assert app.title[0].value == "Train a network and watch it learn"


def test_without_a_picture_it_says_what_to_do(visit: Any, make_run: Any, words: Any) -> None:
    make_run("completed")
    app = visit("explain")
    assert not app.exception
    assert "Nothing to explain yet" in words(app)


def test_the_picture_of_the_prediction_is_explained(explained: Any, words: Any, inference: Any) -> None:
    assert not explained.exception
    assert f"### Evidence for **3**, to which it gives {percentage(0.91)}" in words(explained)
    # the price is that of the checks that are offered below the map
    assert [operation for operation, _ in inference.asked] == ["layers", "explain", "price"]
    assert inference.slow == []
    asked = inference.asked[1][1]
    assert (asked["method"], asked["layer"], asked["class"]) == ("grad-cam", "conv2d_1", None)
    assert "What the network sees" in str([html.value for html in explained.html])
    labels = [button.label for button in explained.get("download_button")]
    assert labels == ["One-page picture", "Overlay", "Raw numbers"]


def test_another_class_and_another_layer_are_asked_for(explained: Any, words: Any, inference: Any) -> None:
    explained.selectbox(key="target").set_value(3)
    layer = next(box for box in explained.selectbox if box.label == "Layer")
    assert layer.options == ["conv2d (26 × 26)", "max_pooling2d (13 × 13)", "conv2d_1 (11 × 11), the usual choice"]
    layer.set_value("conv2d").run()
    assert not explained.exception
    asked = inference.asked[-1][1]
    assert (asked["layer"], asked["class"]) == ("conv2d", 3)


def test_a_map_that_means_nothing_is_said_instead_of_drawn(explained: Any, words: Any) -> None:
    drawn = len(explained.html)
    explained.selectbox(key="target").set_value(7).run()
    assert not explained.exception
    (warning,) = explained.warning
    assert "Nothing in this picture speaks for this class" in warning.value
    assert len(explained.html) < drawn


def test_opacity_is_drawn_without_asking_again(explained: Any, inference: Any) -> None:
    before = len(inference.asked)
    explained.slider(key="opacity").set_value(0.2).run()
    assert not explained.exception
    assert len(inference.asked) == before


def test_methods_stand_side_by_side(explained: Any, words: Any, inference: Any) -> None:
    explained.multiselect(key="methods").set_value(["grad-cam", "saliency", "guided-backprop"]).run()
    assert not explained.exception
    asked = [arguments["method"] for operation, arguments in inference.asked if operation == "explain"]
    assert asked == ["grad-cam", "saliency", "guided-backprop"]
    for title in ("Grad-CAM", "Saliency", "Guided backpropagation"):
        assert f"**{title}**" in words(explained)
    explained.multiselect(key="methods").set_value([]).run()
    assert "Choose a method above" in words(explained)


def test_what_takes_long_is_priced_before_it_starts(explained: Any, words: Any, inference: Any) -> None:
    explained.multiselect(key="methods").set_value(["rise"]).run()
    assert "603 pictures pass through the network: about 6 s." in words(explained)
    assert "rise" not in explained_methods(inference)
    explained.button(key="go explain rise").click().run()
    assert not explained.exception
    assert explained_methods(inference)[-1] == "rise"


def explained_methods(inference: Any) -> list[str]:
    return [arguments["method"] for operation, arguments in inference.asked if operation == "explain"]


@pytest.fixture
def unpriced(visit: Any, make_run: Any, inference: Any) -> Any:
    """The page while the price of a pass is still being found out."""
    make_run("completed")
    inference.late = {"price"}
    return visit("explain", session={"picture": Picture("a.png", np.zeros((28, 28, 3), np.uint8))})


@pytest.mark.parametrize("method", ["rise", "lime", "score-cam", "integrated-gradients"])
def test_nothing_heavy_begins_before_its_price_is_known(unpriced: Any, words: Any, inference: Any, method: str) -> None:
    unpriced.multiselect(key="methods").set_value([method]).run()
    assert not unpriced.exception
    assert method not in explained_methods(inference)
    assert "Finding out how long it will take …" in words(unpriced)
    inference.settle()
    unpriced.run()
    if f"go explain {method}" in [button.key for button in unpriced.button]:
        unpriced.button(key=f"go explain {method}").click().run()
    assert not unpriced.exception
    assert explained_methods(inference)[-1] == method
    assert method == "integrated-gradients" or inference.slow[-1][1]["method"] == method


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that answers in a millionth of a second."""
    monkeypatch.setitem(ANSWERS, "price", lambda arguments, arrays: ({"seconds": 1e-6}, {}))


def test_heavy_methods_wait_in_the_slow_line_however_cheap(cheap: None, explained: Any, inference: Any) -> None:
    explained.multiselect(key="methods").set_value(["occlusion", "smoothgrad"]).run()
    assert not explained.exception
    assert [arguments["method"] for _, arguments in inference.slow] == ["occlusion"]


def test_cancel_takes_a_heavy_explanation_back_and_it_does_not_begin_again(
    explained: Any, words: Any, inference: Any
) -> None:
    inference.late = {"explain"}
    explained.multiselect(key="methods").set_value(["rise"]).run()
    explained.button(key="go explain rise").click().run()
    assert [button.label for button in explained.button] == ["Cancel"]
    (asked,) = [
        future
        for future, (operation, given) in zip(inference.futures, inference.asked, strict=True)
        if operation == "explain" and given["method"] == "rise"
    ]
    assert not asked.done()
    explained.button(key="cancel explain rise").click().run()
    assert not explained.exception
    assert asked.cancelled()
    explained.run()
    assert explained_methods(inference).count("rise") == 1
    assert "about 6 s." in words(explained)
    explained.button(key="go explain rise").click().run()
    assert explained_methods(inference).count("rise") == 2


def test_a_cheap_one_that_was_cancelled_does_not_begin_again_either(
    cheap: None, explained: Any, inference: Any
) -> None:
    inference.late = {"explain"}
    explained.multiselect(key="methods").set_value(["rise"]).run()
    explained.button(key="cancel explain rise").click().run().run()
    assert not explained.exception
    assert explained_methods(inference).count("rise") == 1
    explained.button(key="go explain rise").click().run()
    assert explained_methods(inference).count("rise") == 2


def test_what_is_chosen_no_more_is_taken_back(explained: Any, inference: Any) -> None:
    inference.late = {"explain"}
    explained.multiselect(key="methods").set_value(["rise"]).run()
    explained.button(key="go explain rise").click().run()
    explained.multiselect(key="methods").set_value(["grad-cam"]).run()
    assert not explained.exception
    cancelled = [
        given["method"]
        for future, (_, given) in zip(inference.futures, inference.asked, strict=True)
        if future.cancelled()
    ]
    assert cancelled == ["rise"]


def test_another_network_is_priced_and_can_be_cancelled(explained: Any, words: Any, inference: Any) -> None:
    explained.multiselect(key="methods").set_value(["rise"]).run()
    explained.button(key="go explain rise").click().run()
    explained.pills(key="further").set_value("network").run()
    assert not explained.exception
    assert "603 pictures pass through the network: about 6 s." in words(explained)
    assert explained_methods(inference).count("rise") == 1
    inference.late = {"explain"}
    explained.button(key="go explain other").click().run()
    (other,) = [
        place
        for place, (_, given) in enumerate(inference.asked)
        if given.get("method") == "rise" and given["model"] == "imagenet"
    ]
    assert inference.asked[other] in inference.slow
    explained.button(key="cancel explain other").click().run()
    assert not explained.exception
    assert inference.futures[other].cancelled()


def rather_than(app: Any, place: int) -> Any:
    return next(box for box in app.selectbox if box.label == "Rather than").set_value(place).run()


def test_one_class_rather_than_another_beside_each_of_the_two(explained: Any, words: Any, inference: Any) -> None:
    before = len(inference.asked)
    rather_than(explained, 8)
    assert not explained.exception
    asked = [(given["class"], given["against"]) for name, given in inference.asked[before:] if name == "explain"]
    assert asked == [(None, 8), (3, None), (8, None)]
    assert "**3** rather than **8**" in words(explained)
    assert "Each of the two classes by itself, and their difference" in words(explained)
    drawn = str([html.value for html in explained.html])
    assert "3 by itself" in drawn
    assert "8 by itself: nothing speaks for it" in drawn  # so says the stand-in of every class but its own
    assert "All three in one scale: equal heat is an equal value." in words(explained)
    explained.slider(key="opacity").set_value(0.2).run()  # drawn again, not asked again
    assert len([name for name, _ in inference.asked[before:] if name == "explain"]) == 3


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (-1.0, "The raw values of the third are those of the first less those of the second."),
        (1.0, "that is not the first map less the second"),
    ],
)
def test_what_the_third_map_is_to_the_first_two(
    explained: Any, words: Any, monkeypatch: pytest.MonkeyPatch, difference: float, said: str
) -> None:
    whole, values = ANSWERS["explain"], {(None, 8): difference, (3, None): 2.0, (8, None): 3.0}

    def explain(arguments: Any, arrays: Any) -> Any:
        facts, found = whole(arguments, arrays)
        value = values[arguments.get("class"), arguments.get("against")]
        return facts, {**found, "raw": np.full((11, 11), value, np.float32)}

    monkeypatch.setitem(ANSWERS, "explain", explain)
    rather_than(explained, 8)
    assert not explained.exception
    assert said in words(explained)


@pytest.mark.parametrize("method", ["eigen-cam", "activation-maximization"])
def test_what_has_no_map_of_a_class_is_asked_once(explained: Any, words: Any, inference: Any, method: str) -> None:
    explained.multiselect(key="methods").set_value([method]).run()
    before = len(inference.asked)
    rather_than(explained, 8)
    assert not explained.exception
    assert all(given["against"] == 8 for name, given in inference.asked[before:] if name == "explain")
    assert "Each of the two classes by itself" not in words(explained)


def test_several_methods_leave_the_two_classes_to_one_of_them(explained: Any, words: Any, inference: Any) -> None:
    explained.multiselect(key="methods").set_value(["grad-cam", "saliency"]).run()
    before = len(inference.asked)
    rather_than(explained, 8)
    assert "Choose one method alone to see the map of each of the two classes" in words(explained)
    assert len([name for name, _ in inference.asked[before:] if name == "explain"]) == 2


def test_nothing_is_checked_before_it_is_asked_for(explained: Any, words: Any, inference: Any) -> None:
    assert not [operation for operation, _ in inference.asked if operation.startswith("trust")]
    explained.button(key="check map").click().run()
    assert not explained.exception
    assert "Do not rest on this map: 2 of 3 checks speak for it" in words(explained)
    assert [element.value for element in explained.error] == [
        "✗ A blob in the centre or pixels chosen by chance do as well as this map. It does not show what the answer "
        "hangs on."
    ]
    assert len(explained.success) == 2


def test_integrated_gradients_add_up(explained: Any, words: Any) -> None:
    explained.multiselect(key="methods").set_value(["integrated-gradients"]).run()
    explained.button(key="check map").click().run()
    assert not explained.exception
    assert "The gap is 0.0%" in words(explained)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("network", "on both, at the usual layer of the other"),
        ("second", "Both draw the same map"),
        ("ranking", "Every method that fits this network"),
        ("probabilities", "3"),
    ],
)
def test_what_can_be_asked_on(explained: Any, words: Any, chosen: str, said: str) -> None:
    explained.pills(key="further").set_value(chosen).run()
    assert not explained.exception
    assert said in words(explained)


def test_the_table_of_methods(explained: Any) -> None:
    explained.pills(key="further").set_value("ranking").run()
    explained.button(key="rank methods").click().run()
    assert not explained.exception
    assert list(explained.dataframe[0].value["method"]) == ["Grad-CAM", "LayerCAM"]


@pytest.mark.parametrize("silent", [True, False])
def test_waiting_and_failing_are_said(visit: Any, make_run: Any, inference: Any, silent: bool) -> None:
    make_run("completed")
    inference.silent = silent
    inference.refusal = None if silent else WorkerError("It has ended.")
    app = visit("explain", session={"picture": Picture("a.png", np.zeros((28, 28, 3), np.uint8))})
    assert not app.exception
    said = app.info if silent else app.error
    assert [element.value for element in said] == ["Asking the network …" if silent else "It has ended."]


def test_a_model_that_is_gone_is_one_sentence(visit: Any, make_run: Any) -> None:
    run = make_run("completed")
    (run.folder / "recipe.json").write_text('{"version": 1, "dataset": {"name": "gone"}}')
    app = visit("explain", session={"picture": Picture("a.png", np.zeros((28, 28, 3), np.uint8))})
    assert not app.exception
    assert len(app.error) == 1


class TestLink:
    """What a link, or another page, asks."""

    def test_a_link_fills_the_controls_once(self, visit: Any, make_run: Any, words: Any, inference: Any) -> None:
        run = make_run("completed")
        link = {"run": run.id, "method": "activation-maximization", "layer": "conv2d", "filter": "5"}
        app = visit("explain", link=link, session=SEEN)
        assert not app.exception
        assert not app.error
        assert not app.warning
        asked = inference.asked[-1][1]
        app.button(key="go explain activation-maximization").click().run()
        asked = next(given for operation, given in inference.asked[::-1] if operation == "explain")
        assert (asked["method"], asked["layer"], asked["options"]) == (
            "activation-maximization",
            "conv2d",
            {"filter": 5},
        )
        assert "### What excites filter **5** of conv2d" in words(app)
        assert set(app.query_params) == {"run"}
        app.multiselect(key="methods").set_value(["saliency"]).run()
        app.run()
        assert app.multiselect(key="methods").value == ["saliency"]

    def test_a_question_without_a_picture_of_ones_own_needs_none(self, visit: Any, make_run: Any, words: Any) -> None:
        run = make_run("completed")
        app = visit("explain", link={"run": run.id, "method": "activation-maximization", "filter": "64"})
        assert not app.exception
        assert "Nothing to explain yet" not in words(app)
        assert "300 pictures pass through the network: about 3 s." in words(app)

    def test_another_page_asks_through_the_session(self, visit: Any, make_run: Any, inference: Any) -> None:
        make_run("completed")
        linked = {"method": "grad-cam++", "layer": "max_pooling2d"}
        app = visit("explain", session={**SEEN, "explain: linked": linked})
        assert not app.exception
        asked = next(given for operation, given in inference.asked if operation == "explain")
        assert (asked["method"], asked["layer"]) == ("grad-cam++", "max_pooling2d")

    @pytest.mark.parametrize(
        ("link", "said"),
        [
            ({"method": "tea-leaves"}, "There is no explanation method"),
            ({"layer": "conv9"}, "There is no layer “conv9” with a height and a width"),
            ({"filter": "65"}, "Expected a filter from 1 to 64 of the layer “conv2d\\_1”"),
            ({"filter": "0", "layer": "conv2d"}, "Expected a filter from 1 to 32"),
            ({"filter": "²"}, "Expected a filter from 1 to 64"),
        ],
    )
    def test_what_a_link_cannot_mean_is_one_sentence(
        self, visit: Any, make_run: Any, words: Any, link: dict[str, str], said: str
    ) -> None:
        make_run("completed")
        app = visit("explain", link=link, session=SEEN)
        assert not app.exception
        (error,) = app.error
        assert error.value.startswith(said)
        assert "### Evidence for **3**" in words(app)  # and the page goes on
        assert not app.run().error


def test_a_picture_that_is_made_is_not_called_evidence_and_can_be_taken_home(explained: Any, words: Any) -> None:
    explained.multiselect(key="methods").set_value(["activation-maximization"]).run()
    explained.button(key="go explain activation-maximization").click().run()
    assert not explained.exception
    assert "### What excites **3**" in words(explained)
    assert "vidence" not in "\n".join(line for line in words(explained).splitlines() if line.startswith("#"))
    labels = [button.label for button in explained.get("download_button")]
    assert labels == ["One-page picture", "The picture alone"]


def test_another_network_makes_its_own_picture_and_no_warning(explained: Any, words: Any) -> None:
    explained.multiselect(key="methods").set_value(["activation-maximization"]).run()
    explained.button(key="go explain activation-maximization").click().run()
    explained.pills(key="further").set_value("network").run()
    explained.button(key="go explain other").click().run()
    assert not explained.exception
    assert not explained.warning
    assert str([html.value for html in explained.html]).count("A picture made by the network") >= 2


def test_another_network_holds_it_against_the_same_class(visit: Any, make_run: Any, words: Any, inference: Any) -> None:
    second, first = make_run("completed"), make_run("completed")
    explained = visit("explain", link={"run": first.id}, session=SEEN)
    next(box for box in explained.selectbox if box.label == "Rather than").set_value(8).run()
    explained.pills(key="further").set_value("network").run()
    next(box for box in explained.selectbox if box.label == "The other network").set_value(second.id).run()
    asked = next(given for _, given in inference.asked[::-1] if given.get("model") == second.id and "against" in given)
    assert (asked["class"], asked["against"]) == (3, 8)
    assert "**3** rather than **8**" in words(explained)
    next(box for box in explained.selectbox if box.label == "The other network").set_value("imagenet").run()
    asked = next(given for _, given in inference.asked[::-1] if given.get("model") == "imagenet" and "against" in given)
    assert (asked["class"], asked["against"]) == (None, None)
    assert "It does not know the class 3: its own answer is explained." in words(explained)


@pytest.mark.parametrize(
    ("chosen", "heading"),
    [
        (["saliency"], "### Where the score of **3** reacts, to which it gives 91.0%"),
        (["grad-cam", "saliency"], "### **3**, to which it gives 91.0%"),
        (["grad-cam", "hirescam"], "### Evidence for **3**, to which it gives 91.0%"),
    ],
)
def test_only_evidence_is_called_so(explained: Any, words: Any, chosen: list[str], heading: str) -> None:
    explained.multiselect(key="methods").set_value(chosen).run()
    assert not explained.exception
    assert heading in words(explained).splitlines()
    captions = str([html.value for html in explained.html])
    assert ("Where its score reacts" in captions) == ("saliency" in chosen)
    assert ("Where the evidence lies" in captions) == (chosen != ["saliency"])


def test_how_the_heat_came_from_the_numbers_is_said(explained: Any, words: Any) -> None:
    assert "11 × 11, enlarged by half-pixel bilinear interpolation" in words(explained)


def test_the_numbers_can_be_read_also_where_no_map_is_drawn(explained: Any) -> None:
    explained.selectbox(key="target").set_value(7).run()
    assert not explained.exception
    labels = [button.label for button in explained.get("download_button")]
    assert labels == ["One-page picture", "Raw numbers"]
    assert len(explained.get("plotly_chart")) == 1


def test_a_browser_that_sees_only_the_second_of_two_quick_runs_begins_with_the_same(explained: Any) -> None:
    """What a control starts with is all that such a browser gets, and it reports it back as if it had been chosen."""
    for _ in range(2):
        methods = explained.multiselect(key="methods")
        assert [methods.options[place] for place in methods.proto.default] == ["Grad-CAM"]
        layer = next(box for box in explained.selectbox if box.label == "Layer")
        assert layer.options[layer.proto.default] == "conv2d_1 (11 × 11), the usual choice"
        explained.run()
    layer = next(box for box in explained.selectbox if box.label == "Layer")
    layer.set_value("conv2d").run()
    explained.multiselect(key="methods").set_value(["saliency"]).run()
    methods = explained.multiselect(key="methods")
    assert [methods.options[place] for place in methods.proto.default] == ["Saliency"]
    layer = next(box for box in explained.selectbox if box.label == "Layer")
    assert layer.options[layer.proto.default] == "conv2d (26 × 26)"
