"""Inside in a real browser: the network as a picture, hovering a pixel, numbers that add up; keyboard and phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Server, Watched, serve_two_runs
from tests.browser.test_accessibility import LOOKS, faults
from tests.browser.test_data import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

RESIDUAL = {"architecture": {"name": "resnet-8"}, "subset": 0.1, "training": {"epochs": 1, "batch_size": 50}}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, trained_once: Path) -> Iterator[Server]:
    """The app with two finished runs: the article's network, and a small residual one with batch normalisation."""
    yield from serve_two_runs(tmp_path_factory.mktemp("school"), trained_once, RESIDUAL)


def run_of(server: Server, architecture: str) -> str:
    recipes = (server.home / "runs").glob("*/recipe.json")
    return next(path.parent.name for path in recipes if f'"{architecture}"' in path.read_text())


class Look:
    """The page with one of the runs and a sample."""

    def __init__(self, browser: Any, server: Server, architecture: str, layer: str, **context: Any) -> None:
        options = {"viewport": {"width": 1366, "height": 1000}, "locale": "en-GB", **context}
        self.context = browser.new_context(**options)
        self.watched = Watched(self.context.new_page(), urlsplit(server.url).netloc)
        self.page = self.watched.page
        self.page.goto(f"{server.url}/inside?run={run_of(server, architecture)}&layer={layer}")
        self.page.get_by_text("Sample", exact=True).first.click()
        self.page.locator(".grid button").nth(3).press("Enter")
        self.page.locator(".net").wait_for(timeout=60_000)
        self.unit_of(layer)

    def unit_of(self, layer: str) -> None:
        """Wait until a unit of this layer is taken apart."""
        self.page.locator(".out-name", has_text=re.compile(f"of {layer}$")).wait_for(timeout=30_000)
        settled(self.page)

    def numbers(self, part: str) -> list[float]:
        """The numbers that the page shows in a part of the unit."""
        return [parsed(text) for text in self.page.locator(part).all_inner_texts()]

    def end(self) -> None:
        assert self.watched.errors == []
        assert self.watched.outside == set()
        self.context.close()


def parsed(text: str) -> float:
    (number,) = re.findall(r"[+−-]?\d+(?:\.\d+)?", text)[-1:]
    return float(number.replace("−", "-"))


def adds_up(look: Look) -> tuple[float, float]:
    """Check what is shown of a convolution; its sum, and what the network computed after all steps."""
    terms, total = look.numbers(".unit .line .term:not(.total) b"), look.numbers(".unit .line .total b")[0]
    assert terms
    assert abs(sum(terms) - total) < 1e-4 * len(terms), "the numbers on the page, as a reader adds them"
    for part in range(look.page.locator(".part").count()):
        tables = look.page.locator(".part").nth(part).locator("table")
        patch, kernel, products = (
            [parsed(text) for text in tables.nth(at).locator("td").all_inner_texts()] for at in range(3)
        )
        for x, k, product in zip(patch, kernel, products, strict=True):
            assert abs(x * k - product) < 0.01
        sigma = parsed(look.page.locator(".part").nth(part).locator(".sigma").inner_text())
        assert abs(sum(products) - sigma) < 0.01
        assert any(abs(sigma - term) < 1e-6 for term in terms)
    said = look.page.locator(".check").inner_text()
    found = [float(text.replace("−", "-")) for text in re.findall(r"[−]?\d+\.\d+", said)]
    for computed, value in zip(found[::2], found[1::2], strict=True):
        assert abs(computed - value) <= 2e-3 * max(1.0, abs(value)), said
    return total, found[-1]


def test_hovering_a_pixel_shows_numbers_that_add_up(browser: Any, school: Server, pictures: Path) -> None:
    look = Look(browser, school, "resnet-8", "stem_conv")
    board = look.page.locator(".made .sheet").first
    board.scroll_into_view_if_needed()
    box, seen = board.bounding_box(), set()
    for x, y in ((0.1, 0.1), (0.51, 0.51), (0.55, 0.31), (0.7, 0.4)):
        look.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        place = f"row {int(y * 28) + 1}, column {int(x * 28) + 1}:"
        look.page.locator(".where", has_text=place).wait_for(timeout=1000)
        seen.add(adds_up(look))
        assert look.page.locator(".steps li").count() == 2, "batch norm and ReLU follow"
    assert len(seen) > 1, "another pixel, other numbers"
    # a click holds the place, so that the pointer can go elsewhere
    look.page.mouse.click(box["x"] + 0.51 * box["width"], box["y"] + 0.51 * box["height"])
    look.page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
    look.page.locator(".where", has_text="row 15, column 15:").wait_for()
    look.page.screenshot(path=pictures / "inside-hover.png", full_page=True)
    look.end()


def test_arrow_keys_go_from_pixel_to_pixel_and_wide_layers_are_grouped(browser: Any, school: Server) -> None:
    look = Look(browser, school, "seed-cnn", "conv_2")
    board = look.page.locator(".made .sheet").first
    board.focus()
    look.page.keyboard.press("Home")
    look.page.locator(".where", has_text="row 1, column 1:").wait_for()
    for key in ["ArrowDown"] * 3 + ["ArrowRight"] * 5:
        look.page.keyboard.press(key)
    look.page.locator(".where", has_text="row 4, column 6:").wait_for()
    adds_up(look)
    assert look.page.locator(".part").count() == 3, "the strongest channels number by number"
    assert "26 others" in look.page.locator(".unit .line").inner_text(), "32 channels, six of them named"
    look.end()


def test_the_network_is_walked_by_keyboard(browser: Any, school: Server, pictures: Path) -> None:
    look = Look(browser, school, "resnet-8", "stem_conv")
    page = look.page
    assert page.locator(".flow .tile").count() == 7, "the picture, four blocks, average and logits"
    assert page.locator(".flow .loop").count() == 3, "three blocks have a skip connection"
    page.locator(".flow button.tile[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    strip = page.locator(".strip")
    page.locator(".strip > p", has_text="stage 2 block 1").wait_for()
    assert strip.locator("button.tile").count() == 9
    assert strip.locator(".arcs path:not(.tip)").count() == 2, "from the block's input, and through the shortcut"
    strip.get_by_role("button", name="stage_2_block_1_add").press("Enter")
    look.unit_of("stage_2_block_1_add")
    terms = look.numbers(".unit .line .term:not(.total) b")
    assert abs(sum(terms) - look.numbers(".unit .line .total b")[0]) < 2e-4, "x + F(x)"
    assert "F(x): stage_2_block_1_norm_2" in page.locator(".unit .line").inner_text()
    page.screenshot(path=pictures / "inside-add.png", full_page=True)
    # the lesson about it, and back to the same run
    page.get_by_role("button", name="Lesson 3: Residual connection").click()
    page.get_by_text("Why can a network with skip connections be so deep?").wait_for(timeout=30_000)
    page.get_by_role("link", name="Look at it on Inside, with all its maps").click()
    page.locator(".net").wait_for(timeout=30_000)
    look.end()


def test_every_kind_of_unit_opens_and_the_answer_is_softmax(browser: Any, school: Server, pictures: Path) -> None:
    look = Look(browser, school, "seed-cnn", "pool_1")
    assert "the largest" in look.page.locator(".unit .line").inner_text()
    for layer in ("flatten", "dense_1", "logits"):
        look.page.locator(".flow").get_by_role("button", name=layer).press("Enter")
        look.page.get_by_role("heading", name=re.compile(rf"of {layer}, taken apart")).wait_for(timeout=30_000)
        settled(look.page)
    terms = look.numbers(".unit .line .term:not(.total) b")
    assert abs(sum(terms) - look.numbers(".unit .line .total b")[0]) < 1e-4 * len(terms)
    # logits → e^z → ÷ sum: the probabilities on the page are those that its scores give
    rows = look.page.locator(".soft tbody tr")
    cells = [rows.nth(at).locator("td").all_inner_texts() for at in range(rows.count())]
    scores, shares = [parsed(row[1]) for row in cells], [parsed(row[3]) for row in cells]
    assert len(cells) == 10
    assert abs(sum(shares) - 100) < 0.1
    powers = [2.718281828459045**score for score in scores]
    for power, share in zip(powers, shares, strict=True):
        assert abs(100 * power / sum(powers) - share) < 0.02
    rows.nth(2).hover()
    assert look.page.locator(".soft .said").inner_text().startswith(cells[2][0] + ":")
    look.page.screenshot(path=pictures / "inside-logits.png", full_page=True)
    look.end()


def test_a_picture_is_made_for_a_filter_in_place(browser: Any, school: Server) -> None:
    look = Look(browser, school, "seed-cnn", "conv_1")
    look.page.get_by_role("button", name="Make it").click()
    look.page.get_by_text("what excites most is seldom").wait_for(timeout=60_000)
    assert look.page.locator("img[alt^='The picture made for map']").count() == 1
    link = look.page.get_by_role("link", name="With all settings, on Explain").get_attribute("href")
    assert re.search(r"method=activation-maximization&layer=conv_1&filter=\d+", link)
    look.end()


def test_on_a_phone_nothing_scrolls_sideways(browser: Any, school: Server, pictures: Path) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    look = Look(browser, school, "resnet-8", "stage_2_block_1_conv_1", **phone)
    look.page.get_by_role("button", name="Show all layers").click()
    wide = look.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    board = look.page.locator(".made .sheet").first
    board.scroll_into_view_if_needed()
    board.tap()
    adds_up(look)
    look.page.screenshot(path=pictures / "inside-phone.png", full_page=True)
    look.end()


#: Layers of different kinds: convolution, batch norm, activation, addition, pooling, mean, dense; a vector.
KINDS_OPENED = {
    "resnet-8": (
        *("stem_conv", "stem_norm", "stem_relu", "stage_2_block_1_add", "stage_2_block_1_shortcut", "average"),
        "logits",
    ),
    "seed-cnn": ("flatten",),
}


@pytest.mark.parametrize(("look", "locale"), zip(LOOKS, ("en-GB", "zh-CN"), strict=True))
def test_axe_finds_no_serious_fault(browser: Any, school: Server, look: str, locale: str) -> None:
    context = browser.new_context(**LOOKS[look], locale=locale)
    page, found = context.new_page(), {}
    for network, layers in KINDS_OPENED.items():
        for layer in layers:
            page.goto(f"{school.url}/inside?run={run_of(school, network)}&layer={layer}")
            page.get_by_text("Sample" if locale == "en-GB" else "样本", exact=True).first.click()
            page.locator(".grid button").first.click()
            page.locator(".out-name").wait_for(state="attached", timeout=60_000)
            if page.locator(".net .all:not([hidden])").count():
                page.locator(".net .all").click()
            if wrong := faults(page):
                found[layer] = wrong
    context.close()
    assert found == {}
