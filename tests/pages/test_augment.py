"""The augmentation bench: what is shown of images and labels, what is asked for, and what is measured."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest

from imgcls.augmentation import AUGMENTATIONS
from imgcls.datasets import DATASETS, Dataset, Facts
from imgcls.datasets.registry import fixed
from imgcls.errors import MissingDataError
from imgcls.recipe import Choice, Split
from pages.components.bench import DEFAULT, DRAWS


def field(app: Any, kind: str, label: str) -> Any:
    (found,) = [widget for widget in getattr(app, kind) if widget.label == label]
    return found


def captions(app: Any) -> list[str]:
    return [caption.value for caption in app.caption]


def asked(inference: Any, operation: str = "augment") -> list[dict[str, Any]]:
    return [arguments for name, arguments in inference.asked if name == operation]


def choose(app: Any, *names: str) -> Any:
    return field(app, "multiselect", "Augmentation").set_value(list(names)).run()


def pictures(app: Any) -> list[tuple[str, list[str]]]:
    """Text for screen readers and lines below, of each picture of the grid."""
    (grid,) = [str(one.value) for one in app.html if "auto-fit" in str(one.value)]
    found = re.findall(r'<img alt="([^"]*)".*?<figcaption[^>]*>(.*?)</figcaption>', grid)
    return [
        (html.unescape(alt), [html.unescape(line) for line in re.findall(r"<span[^>]*>(.*?)</span>", below)])
        for alt, below in found
    ]


def is_faded(app: Any) -> bool:
    (grid,) = [str(one.value) for one in app.html if "auto-fit" in str(one.value)]
    return "opacity:0.5" in grid


# -- the pictures


def test_each_original_stands_above_its_draws(visit: Any, inference: Any) -> None:
    app = visit("augment")
    assert not app.exception
    shown = pictures(app)
    assert len(shown) == 10 * (1 + DRAWS)
    assert [shown[place * (1 + DRAWS)] for place in range(10)] == [
        (f"The original: {digit}", [str(digit)]) for digit in range(10)
    ]
    assert shown[1] == ("Draw 1, its label: 0", ["0"])
    (question,) = asked(inference)
    assert question["dataset"] == {"name": "mnist-5k"}
    assert question["augmentation"] == [{"name": "affine"}]
    assert (question["count"], question["draws"]) == (10, DRAWS)


def test_mixed_labels_are_written_out(visit: Any) -> None:
    app = choose(visit("augment"), "mixup")
    assert not app.exception
    shown = pictures(app)
    assert shown[0][1] == ["0"]
    assert shown[1] == ("Draw 1, its label: 0.7 “0” + 0.3 “1”", ["0.7 “0”", "+ 0.3 “1”"])
    assert shown[-1][1] == ["0.7 “9”", "+ 0.3 “0”"]


def test_the_options_are_asked_for(visit: Any, inference: Any) -> None:
    app = choose(visit("augment"), "rotate", "flip")
    field(app, "number_input", "degrees").set_value(40.0)
    field(app, "number_input", "chance").set_value(0.2)
    field(app, "selectbox", "direction").set_value("vertical").run()
    assert not app.exception
    assert asked(inference)[-1]["augmentation"] == [
        {"name": "rotate", "degrees": 40.0},
        {"name": "flip", "direction": "vertical", "chance": 0.2},
    ]


def test_draw_again_is_another_seed_and_other_images_another_pick(visit: Any, inference: Any) -> None:
    app = visit("augment")
    field(app, "button", "Draw again").click().run()
    field(app, "button", "Other images").click().run()
    seeds = [(question["seed"], question["pick"]) for question in asked(inference)]
    assert seeds == [(0, 0), (1, 0), (1, 1)]
    app.run()
    assert len(asked(inference)) == 3, "the same is not asked twice"


def test_the_page_does_not_wait_and_keeps_the_pictures_place(visit: Any, inference: Any) -> None:
    inference.silent = True
    app = visit("augment")
    assert not app.exception
    assert {tuple(lines) for _alt, lines in pictures(app)} == {("",)}
    assert len(pictures(app)) == 10 * (1 + DRAWS)
    assert any("Drawing the images" in info.value for info in app.info)


def test_the_last_pictures_stay_faded_until_the_next_are_there(visit: Any, inference: Any) -> None:
    app = visit("augment")
    before = pictures(app)
    assert not is_faded(app)
    inference.silent = True
    choose(app, "mixup")
    assert not app.exception
    assert pictures(app) == before
    assert is_faded(app)


def test_pictures_of_another_data_set_do_not_stay(visit: Any, inference: Any, bars: Dataset) -> None:
    app = visit("augment")
    inference.silent = True
    field(app, "selectbox", "Data set").set_value("bars").run()
    assert not app.exception
    assert len(pictures(app)) == 9 * (1 + DRAWS)
    assert {tuple(lines) for _alt, lines in pictures(app)} == {("",)}


def test_a_data_set_of_few_classes_shows_more_of_each(visit: Any, inference: Any, bars: Dataset) -> None:
    app = visit("augment")
    field(app, "selectbox", "Data set").set_value("bars").run()
    assert not app.exception
    assert asked(inference)[-1]["count"] == 9
    assert pictures(app)[0] == ("The original: left", ["left"])


def test_of_many_classes_there_are_ten(visit: Any, inference: Any, bars: Dataset, monkeypatch: Any) -> None:
    names = tuple(f"<i>{place}" for place in range(30))
    many = replace(bars, facts=fixed(Facts((12, 12, 1), names, 900)))
    monkeypatch.setitem(DATASETS._entries, "bars", many)
    app = visit("augment")
    field(app, "selectbox", "Data set").set_value("bars").run()
    assert not app.exception
    assert asked(inference)[-1]["count"] == 10
    (grid,) = [str(one.value) for one in app.html if "auto-fit" in str(one.value)]
    assert "<i>" not in grid, "a name is text"
    assert pictures(app)[0][1] == ["<i>0"]


def test_a_data_set_that_is_not_there_yet_can_be_brought(visit: Any, inference: Any) -> None:
    app = visit("augment")
    inference.refusal = MissingDataError("The data set {name} has to be downloaded first.", name="fashion-mnist")
    field(app, "selectbox", "Data set").set_value("fashion-mnist").run()
    assert not app.exception
    assert not app.error
    assert any("has to be downloaded first" in info.value for info in app.info)
    assert [button.label for button in app.button if button.label.startswith("Download")]
    assert not [one for one in app.html if "auto-fit" in str(one.value)]
    assert app.button(key="measure").disabled


# -- what is said


@pytest.mark.parametrize("name", AUGMENTATIONS.names())
def test_every_augmentation_is_explained(visit: Any, name: str) -> None:
    app = choose(visit("augment"), name)
    assert not app.exception
    entry = AUGMENTATIONS.get(name)
    said = [text.value for text in app.markdown]
    assert entry.title in [heading.value for heading in app.subheader]
    assert entry.summary in said
    assert entry.paper in captions(app)
    assert any("Not as in the paper" in text for text in said) == bool(entry.departs)


def test_what_makes_no_sense_is_said_and_not_forbidden(visit: Any) -> None:
    app = choose(visit("augment"), "flip")
    assert any("A mirrored digit or letter is another one" in text for text in captions(app))
    assert not app.button(key="measure").disabled


def test_without_any_there_is_nothing_to_measure(visit: Any, inference: Any) -> None:
    app = choose(visit("augment"))
    assert not app.exception
    assert app.button(key="measure").disabled
    assert "Choose an augmentation first." in captions(app)
    assert asked(inference)[-1]["augmentation"] == []


# -- the measurement


def test_the_same_recipe_is_trained_without_and_with(visit: Any, engine: Any) -> None:
    app = choose(visit("augment"), "rotate", "cutout")
    app.button(key="measure").click().run()
    assert not app.exception
    without, with_ = [call[1] for call in engine.calls if call[0] == "submit"]
    assert with_ == DEFAULT.model_copy(update={"augmentation": (Choice(name="rotate"), Choice(name="cutout"))})
    assert without == with_.model_copy(update={"augmentation": ()})
    assert any(text.value == "Measured, with and without: **Rotate, Cutout**" for text in app.markdown)


def test_the_settings_decide_what_is_trained(visit: Any, engine: Any) -> None:
    app = visit("augment")
    field(app, "select_slider", "Images to train on").set_value(250)
    field(app, "selectbox", "Network").set_value("seed-cnn")
    field(app, "slider", "Epochs").set_value(7)
    field(app, "number_input", "Seed").set_value(3).run()
    assert any("7 epochs, seed 3" in fold.label for fold in app.expander)
    app.button(key="measure").click().run()
    assert not app.exception
    for recipe in [call[1] for call in engine.calls if call[0] == "submit"]:
        assert recipe.split == Split(validation=0.1, test=0.85)
        assert DATASETS.get("mnist-5k").usual.sizes(recipe.split) == (250, 500, 4250)
        assert recipe.architecture.name == "seed-cnn"
        assert (recipe.training.epochs, recipe.seed) == (7, 3)


def test_numbers_of_images_are_those_that_can_be_had(visit: Any, bars: Dataset) -> None:
    app = visit("augment")
    field(app, "selectbox", "Data set").set_value("bars").run()
    # of 150 images of 3 classes; fewer than two of each class are not offered
    assert field(app, "select_slider", "Images to train on").options == ["7", "15", "30", "60", "105"]


@pytest.mark.parametrize("parts", [(100, 20, 30, 0), (0, 0, 30, 120)])
def test_a_test_of_the_data_sets_own_is_kept(
    visit: Any, engine: Any, bars: Dataset, monkeypatch: pytest.MonkeyPatch, parts: tuple[int, int, int, int]
) -> None:
    facts = Facts((12, 12, 1), ("left", "middle", "right"), 150, fixed=parts)
    monkeypatch.setitem(DATASETS._entries, "bars", replace(bars, facts=fixed(facts)))
    app = visit("augment")
    field(app, "selectbox", "Data set").set_value("bars").run()
    assert not app.exception
    assert not app.select_slider
    train = facts.sizes(Split())[0]
    assert train >= 100
    assert any(f"Trained on {train} images: the test is the data set's own" in text for text in captions(app))
    app.button(key="measure").click().run()
    assert not app.exception
    assert [call[1].split for call in engine.calls if call[0] == "submit"] == [Split()] * 2


def test_a_data_set_of_a_handful_cannot_be_made_smaller(visit: Any, bars: Dataset, monkeypatch: Any) -> None:
    monkeypatch.setitem(DATASETS._entries, "bars", replace(bars, facts=fixed(Facts((12, 12, 1), ("a", "b", "c"), 12))))
    app = visit("augment")
    field(app, "selectbox", "Data set").set_value("bars").run()
    assert not app.exception
    assert not app.select_slider
    assert "Trained on 9 images: there are too few to choose." in captions(app)


def test_what_it_costs_is_said_and_each_of_the_two_is_measured(visit: Any, inference: Any) -> None:
    app = visit("augment")
    assert any("One after another they take about" in text for text in captions(app))
    assert [question["recipe"]["augmentation"] for question in asked(inference, "measure")] == [
        [],
        [{"name": "affine"}],
    ]


def test_start_does_not_wait_for_the_estimate(visit: Any, inference: Any) -> None:
    inference.silent = True
    app = visit("augment")
    assert any("being measured" in text for text in captions(app))
    assert not app.button(key="measure").disabled


def test_a_recipe_that_makes_no_sense_cannot_be_measured(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_PARAMETERS", "1000")
    app = visit("augment")
    assert not app.exception
    assert len(app.error) == 1
    assert app.button(key="measure").disabled
    assert pictures(app), "to look costs nothing"


def test_new_trials_begin_with_the_settings_of_the_last(visit: Any, engine: Any) -> None:
    app = choose(visit("augment"), "mixup")
    field(app, "number_input", "alpha").set_value(0.5)
    field(app, "slider", "Epochs").set_value(7).run()
    app.button(key="measure").click().run()
    app.button(key="new augment").click().run()
    assert not app.exception
    assert "trials" not in app.query_params
    assert field(app, "multiselect", "Augmentation").value == ["mixup"]
    assert field(app, "number_input", "alpha").value == 0.5
    assert field(app, "slider", "Epochs").value == 7
    before = [call[1] for call in engine.calls if call[0] == "submit"]
    app.button(key="measure").click().run()
    assert [call[1] for call in engine.calls if call[0] == "submit"] == before * 2


def test_the_settings_are_there_when_one_comes_back(visit: Any) -> None:
    app = choose(visit("augment"), "cutmix", "flip")
    app.switch_page("pages/lab.py").run()
    app.switch_page("pages/augment.py").run()
    assert not app.exception
    assert field(app, "multiselect", "Augmentation").value == ["cutmix", "flip"]


def test_a_data_set_that_was_deleted_meanwhile_is_forgotten(visit: Any, bars: Dataset, monkeypatch: Any) -> None:
    app = visit("augment")
    field(app, "selectbox", "Data set").set_value("bars").run()
    app.switch_page("pages/lab.py").run()
    monkeypatch.delitem(DATASETS._entries, "bars")
    app.switch_page("pages/augment.py").run()
    assert not app.exception
    assert field(app, "selectbox", "Data set").value == "mnist-5k"
