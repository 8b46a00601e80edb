"""Images to watch are chosen beside what is about to be trained, and travel in the recipe."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.recipe import Recipe
from imgcls.training.data import divided
from pages.components import sheet


@pytest.fixture
def validation() -> list[int]:
    return [int(place) for place in divided(Recipe())[1].validation]


class Sent:
    def __init__(self, chosen: Any) -> None:
        self.chosen = chosen


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The page of pictures: what it was sent (`data`), and the places that it sends back (`places`)."""
    state: dict[str, Any] = {"data": None, "places": None}

    def component(*, data: dict[str, Any], **_: Any) -> Sent:
        state["data"] = data
        places = state["places"]
        return Sent(None if places is None else {"version": data["version"], "places": places})

    monkeypatch.setattr(sheet, "_sheet", component)
    return state


def started(app: Any, engine: Any) -> Recipe:
    """The recipe of the run that a click on Start begins."""
    app.button(key="start").click().run()
    assert not app.exception
    return next(call[1] for call in reversed(engine.calls) if call[0] == "submit")


def mode(app: Any) -> Any:
    (found,) = [one for one in app.button_group if one.label == "Images to watch"]
    return found


def position(browser: dict[str, Any], place: int) -> int:
    return int(browser["data"]["cells"][place]["name"].rpartition(" ")[2])


def test_nobody_has_to_choose(visit: Any, engine: Any, browser: dict[str, Any]) -> None:
    app = visit("train")
    assert mode(app).value is False
    assert browser["data"] is None
    assert started(app, engine).pinned == ()


def test_chosen_images_are_in_the_recipe(
    visit: Any, engine: Any, browser: dict[str, Any], words: Any, validation: list[int]
) -> None:
    app = visit("train")
    mode(app).set_value(True).run()
    assert len(browser["data"]["cells"]) == 60
    assert {cell["caption"] for cell in browser["data"]["cells"]} == set("0123456789")
    assert "it is the first of each class" in words(app)
    browser["places"] = [3, 20, 41]
    app.run()
    wanted = tuple(position(browser, place) for place in (3, 20, 41))
    assert set(wanted) < set(validation)
    recipe = started(app, engine)
    assert recipe.pinned == wanted
    assert recipe.hash() == Recipe().hash()


def test_no_more_than_twelve(visit: Any, engine: Any, browser: dict[str, Any], words: Any) -> None:
    app = visit("train")
    browser["places"] = list(range(30))
    mode(app).set_value(True).run()
    assert "At most 12 images are watched" in words(app)
    assert started(app, engine).pinned == tuple(position(browser, place) for place in range(12))


def test_the_first_of_each_class_again(visit: Any, engine: Any, browser: dict[str, Any]) -> None:
    app = visit("train")
    browser["places"] = [5]
    mode(app).set_value(True).run()
    mode(app).set_value(False).run()
    assert started(app, engine).pinned == ()


def test_another_split_has_other_images(visit: Any, engine: Any, browser: dict[str, Any]) -> None:
    app = visit("train")
    browser["places"] = [5]
    mode(app).set_value(True).run()
    browser["places"] = None
    (seed,) = [one for one in app.number_input if one.label == "Seed"]
    seed.set_value(3).run()
    assert not app.exception
    assert mode(app).value is False
    assert started(app, engine).pinned == ()


def test_a_link_brings_its_pins(visit: Any, engine: Any, browser: dict[str, Any], validation: list[int]) -> None:
    pins = (validation[400], validation[7])
    app = visit("train", link={"recipe": Recipe(pinned=pins).to_code()})
    assert mode(app).value is True
    assert browser["data"]["chosen"] == [0, 1]
    assert [position(browser, place) for place in (0, 1)] == list(pins)
    assert started(app, engine).pinned == pins


def test_a_link_to_a_training_image_is_refused_in_words(visit: Any, words: Any, validation: list[int]) -> None:
    wrong = next(place for place in range(5000) if place not in validation)
    app = visit("train", link={"recipe": Recipe(pinned=(wrong,)).to_code()})
    assert not app.exception
    assert "Expected images to watch that are in the validation part" in words(app)
    assert mode(app).value is False
