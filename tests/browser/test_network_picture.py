"""The picture of a network in a browser, without a server: every layer of every network is there and can be chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES
from imgcls.workers import inside_operations
from pages.components import network_picture_js
from pages.components.network_picture import picture_data
from tests.architectures.trial import is_downloaded
from tests.browser.harness import show
from tests.inside.test_apart import picture, trained

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = [name for name in ARCHITECTURES.names() if name != "from-run" and not is_downloaded(name)]
#: Ways that skip layers, as the graphs have them: two for each block of a transformer, one or two for each addition.
SKIPS = {"resnet-20": 11, "plain-20": 0, "densenet": 18, "mobilenet-v2": 10, "vit-tiny": 12, "seed-cnn": 0}


@pytest.fixture
def drawn(browser: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    def drawn(name: str, width: int) -> tuple[Any, list[dict[str, Any]]]:
        model = trained(name)
        monkeypatch.setattr(inside_operations, "load_trained", lambda name: model)
        image = picture(model.card.image_shape)
        facts, arrays = inside_operations.inside_network({"model": "a"}, {"image": image})
        page = browser.new_page(viewport={"width": width, "height": 800})
        answer = [("a long name of a class", 0.91), ("b", 0.08), ("c", 0.01)]
        data = picture_data(image, facts["layers"], arrays["maps"], answer, 0)
        show(page, network_picture_js, data)
        return page, facts["layers"]

    return drawn


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_there_and_can_be_chosen(drawn: Any, pictures: Path, name: str) -> None:
    page, layers = drawn(name, 823)
    page.screenshot(path=pictures / f"network-{name.replace('/', '-')}.png", full_page=True)
    if page.locator(".all").is_visible():
        page.locator(".all").press("Enter")
    page.screenshot(path=pictures / f"network-{name.replace('/', '-')}-all.png", full_page=True)
    alone = page.locator(".flow button.tile:not([aria-expanded])")
    folded = page.locator(".strip button.tile")
    assert alone.count() + folded.count() == len(layers)
    titles = [one.get_attribute("title").split(",")[0] for one in [*alone.all(), *folded.all()]]
    assert sorted(titles) == sorted(layer["name"] for layer in layers)
    assert page.locator(".answer .bar").count() == 3
    if name in SKIPS:
        assert page.locator(".arcs path:not(.tip)").count() == SKIPS[name]
    last = alone.last
    last.press("Enter")
    assert last.get_attribute("aria-pressed") == "true"
    sent = page.evaluate("window.sent")
    assert [value["place"] for _, value in sent] == [len(layers) - 1], "logits"
    page.close()


@pytest.mark.parametrize("name", ["resnet-20", "densenet", "mobilenet-v2"])
def test_on_a_phone_it_is_as_wide_as_the_phone(drawn: Any, pictures: Path, name: str) -> None:
    page, _ = drawn(name, 358)
    page.locator(".flow button[aria-expanded]").nth(4).press("Enter")
    page.screenshot(path=pictures / f"network-phone-{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 358
    boxes = [one.bounding_box() for one in page.locator(".arcs").all()]
    assert all(box["x"] + box["width"] <= 358 for box in boxes)
    page.close()


def test_a_block_is_opened_and_closed_by_keys(drawn: Any) -> None:
    page, _ = drawn("resnet-20", 823)
    page.locator(".flow button.tile[tabindex='0']").focus()
    assert page.locator(".flow button.tile[tabindex='0']").count() == 1, "one stop for Tab"
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    focused = "document.activeElement.textContent"
    assert "stage 1 block 1" in page.evaluate(focused)
    page.keyboard.press("Enter")
    assert page.locator(".strip").count() == 1
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    assert [one.split()[0] for one in page.locator(".strip button .name").all_inner_texts()][:3] == [
        "conv",
        "norm",
        "relu",
    ]
    page.keyboard.press("Enter")
    assert page.locator(".strip").count() == 0
    assert page.evaluate("window.sent") == [], "no layer was chosen by that"
    page.close()


def test_another_layer_is_only_marked_and_another_picture_is_drawn(drawn: Any) -> None:
    page, layers = drawn("resnet-20", 823)
    maps = np.full((len(layers), 48, 48), 200, np.uint8)
    image = picture((32, 32, 3))
    data = picture_data(image, layers, maps, [("a", 1.0)], 0)
    show(page, network_picture_js, data)
    page.evaluate("document.querySelector('.flow').kept = 1; document.querySelector('.flow button').kept = 1")
    show(page, network_picture_js, {**data, "chosen": 20})
    assert page.evaluate("document.querySelector('.flow button').kept") == 1, "nothing is drawn anew"
    assert page.locator(".strip [aria-pressed='true']").get_attribute("data-at") == "20", "its block opens"
    show(page, network_picture_js, picture_data(image // 2, layers, maps, [("a", 1.0)], len(layers) - 1))
    assert page.evaluate("document.querySelector('.flow button').kept") is None
    assert page.locator(".flow [aria-pressed='true'] .name").inner_text() == "logits"
    page.close()


def test_all_shades_are_drawn(drawn: Any) -> None:
    page, _ = drawn("seed-cnn", 823)
    pixels = page.evaluate(
        """() => { const canvas = document.querySelectorAll('button.tile canvas')[0];
        return [...canvas.getContext('2d').getImageData(0, 0, 48, 48).data]; }"""
    )
    colours = np.array(pixels).reshape(-1, 4)
    assert (colours[:, 3] == 255).all()
    assert len(np.unique(colours, axis=0)) > 10
    page.close()
