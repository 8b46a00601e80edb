"""Can I trust it? What each check costs, that it can be cancelled, and what its answer is called on the page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.recipe import Choice, Recipe
from imgcls.trust import pointing, price, ranking
from pages.components.current import Picture
from pages.components.trust import POINTED, RANKED
from tests.pages.conftest import ANSWERS

PICTURE = {"picture": Picture("a.png", np.full((32, 32, 3), 90, np.uint8))}


@pytest.fixture
def explained(visit: Any, make_run: Any) -> Any:
    make_run("completed")
    return visit("explain", session=PICTURE)


@pytest.fixture
def with_masks(visit: Any, make_run: Any) -> Any:
    """The page of a run whose data set knows where its objects are."""
    make_run("completed", recipe=Recipe(dataset=Choice(name="shapes")))
    return visit("explain", session=PICTURE)


def trust_questions(inference: Any) -> list[str]:
    return [operation for operation, _ in inference.asked if operation.startswith("trust")]


class TestPrices:
    def test_a_check_is_priced(self, explained: Any, words: Any, inference: Any) -> None:
        passes = sum(price.passes_of_checks(3).values())
        # a hundredth of a second a pass, and a copy of three layers
        assert f"{passes} pictures pass through the network: about {passes / 100 + 0.15:.0f} s." in words(explained)
        assert not trust_questions(inference)

    def test_a_heavy_method_is_dearer_to_check(self, explained: Any, words: Any) -> None:
        explained.multiselect(key="methods").set_value(["rise"]).run()
        explained.button(key="go explain rise").click().run()
        passes = sum(price.passes_of_checks(603).values())
        assert f"{passes:,} pictures pass through the network: about {passes / 100 + 0.15:.0f} s." in words(explained)

    def test_the_table_of_all_methods_is_priced(self, explained: Any, words: Any) -> None:
        explained.pills(key="further").set_value("ranking").run()
        assert " pictures pass through the network: about " in words(explained)
        assert " minutes." in words(explained)

    @pytest.mark.parametrize(("panel", "key"), [("trust", "check map"), ("ranking", "rank methods")])
    def test_no_button_before_the_price(
        self, visit: Any, make_run: Any, words: Any, inference: Any, panel: str, key: str
    ) -> None:
        make_run("completed")
        inference.late = {"price"}
        app = visit("explain", session=PICTURE)
        app.pills(key="further").set_value(panel).run()
        assert not app.exception
        assert "Finding out how long it will take …" in words(app)
        assert key not in [button.key for button in app.button]
        inference.settle()
        app.run()
        assert key in [button.key for button in app.button]


@pytest.mark.parametrize(
    ("panel", "key", "operation", "place"),
    [
        ("trust", "check map", "trust_map", "trust"),
        ("ranking", "rank methods", "trust_ranking", "ranking"),
        ("trust", "check pointing", "trust_pointing", "pointing"),
    ],
)
def test_each_can_be_cancelled_and_asked_again(
    with_masks: Any, inference: Any, panel: str, key: str, operation: str, place: str
) -> None:
    with_masks.pills(key="further").set_value(panel).run()
    if operation == "trust_pointing":
        with_masks.button(key="check map").click().run()
    inference.late = {operation}
    with_masks.button(key=key).click().run()
    assert inference.slow[-1][0] == operation
    asked = inference.futures[-1]
    with_masks.button(key=f"cancel {place}").click().run()
    assert not with_masks.exception
    assert asked.cancelled()
    with_masks.button(key=key).click().run()
    assert trust_questions(inference).count(operation) == 2


class TestPointing:
    def test_the_game_is_offered_where_objects_are_known(self, with_masks: Any, words: Any, inference: Any) -> None:
        with_masks.button(key="check map").click().run()
        assert trust_questions(inference) == ["trust_map"]
        with_masks.button(key="check pointing").click().run()
        assert not with_masks.exception
        assert inference.asked[-1][1]["count"] == POINTED
        said = words(with_masks)
        assert f"✓ {pointing.POINTS}" in said
        assert f"{POINTED} test images, each moved to another place" in said
        assert "The network still knows 40 of them" in said
        assert "lies on the object in 80% of them; the centre of the picture does in 30%, a random place in 20%" in said
        assert "50% of the heat lies on the object." in said

    def test_and_nowhere_else(self, explained: Any) -> None:
        explained.button(key="check map").click().run()
        assert "check pointing" not in [button.key for button in explained.button]

    def test_a_network_that_knows_none_of_the_moved_pictures(
        self, with_masks: Any, words: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nothing = dict.fromkeys(("hits", "centre", "chance", "energy"), float("nan"))
        told = {**nothing, "images": 0, "drawn": 0, "asked": POINTED, "verdict": pointing.TOO_FEW}
        monkeypatch.setitem(ANSWERS, "trust_pointing", lambda arguments, arrays: (told, {}))
        with_masks.button(key="check map").click().run()
        with_masks.button(key="check pointing").click().run()
        assert not with_masks.exception
        assert f"? {pointing.TOO_FEW}" in words(with_masks)
        assert "nan" not in words(with_masks)


class TestRanking:
    def test_what_pointing_is_held_against_stands_in_the_table(self, with_masks: Any, words: Any) -> None:
        with_masks.pills(key="further").set_value("ranking").run()
        with_masks.button(key="rank methods").click().run()
        assert not with_masks.exception
        table = with_masks.dataframe[0].value.set_index("method")["points at the object"]
        assert table.to_dict() == {
            "Grad-CAM": 0.7,
            "LayerCAM": 0.9,
            "– the centre of the picture": 0.35,
            "– a random place": 0.2,
        }
        assert "moved to other places, 12 of which the network still knows" in words(with_masks)
        assert "LayerCAM points best here, and its map stays much the same" in words(with_masks)

    def test_without_masks_nothing_points(self, explained: Any) -> None:
        explained.pills(key="further").set_value("ranking").run()
        explained.button(key="rank methods").click().run()
        assert list(explained.dataframe[0].value["method"]) == ["Grad-CAM", "LayerCAM"]

    def test_the_price_counts_every_method_that_fits(self, explained: Any, words: Any) -> None:
        from imgcls.explain.registry import Size

        explained.pills(key="further").set_value("ranking").run()
        size = Size(28, 28, 64)  # of the stand-in's usual layer
        ones = [ranking.passes_of_each(one, size) for one in ranking.fitting(True, True)]
        assert len(ones) == 15
        passes = price.passes_of_ranking(ones, RANKED, ranking.CLOSELY, False)
        assert f"{passes:,} pictures pass through the network" in words(explained)


def test_a_stage_without_a_map_says_why(explained: Any, words: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known = ANSWERS["trust_map"]

    def vanished(arguments: Any, arrays: Any) -> Any:
        facts, made = known(arguments, arrays)
        facts["randomised"]["rows"][-1] |= {"status": "gradient_vanished", "correlation": None}
        return facts, made

    monkeypatch.setitem(ANSWERS, "trust_map", vanished)
    explained.button(key="check map").click().run()
    assert not explained.exception
    assert "4 layers random: no map. The score does not change with anything" in words(explained)
    assert "3 layers random: no map" not in words(explained)
