"""From the article's first formula to the same one inside a network that one has trained: by links alone, from nothing.

And the ways to bring a picture of one's own into a lesson: drawn, uploaded, photographed; the window under the pointer.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from tests.browser.conftest import Server, Watched
from tests.browser.test_collect import CAMERA
from tests.browser.test_data import settled
from tests.browser.test_story import draw_seven
from tests.datasets.people import encoded

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def opened(browser: Any, server: Server, page: str = "") -> Watched:
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    watched.page.add_init_script(CAMERA)
    watched.page.goto(f"{server.url}/{page}")
    return watched


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text.replace("\N{MINUS SIGN}", "-"))]


def test_from_the_formula_to_ones_own_network(browser: Any, server: Server, pictures: Path) -> None:
    assert not (server.home / "runs").exists(), "nothing has been trained yet"
    watched = opened(browser, server)
    page = watched.page

    # from the start page to the card of the first lesson, and its formula
    page.get_by_role("button", name="Learn").click()
    page.get_by_role("menuitem", name="All lessons").click()
    page.get_by_text("How does a network see?").wait_for(timeout=60_000)
    page.screenshot(path=pictures / "learn-0-lessons.png", full_page=True)
    settled(page)
    page.get_by_role("main").get_by_role("link", name="1 · Convolution").click()
    page.locator(".katex-html", has_text="y(i,j)").first.wait_for()

    # the result is hidden until there is an answer
    page.get_by_text("Σ = ?").wait_for(timeout=60_000)
    settled(page)
    page.get_by_role("button", name="That is my answer").click()
    said = page.get_by_text("You said 0.0; it is").inner_text()
    page.screenshot(path=pictures / "learn-1-see.png", full_page=True)
    assert abs(numbers(page.locator(".total").first.inner_text())[0] - numbers(said)[1]) < 0.011

    # a changed weight changes the sum, which is that of the products shown
    settled(page)
    page.get_by_role("button", name="Go on: change it").click()
    weight = page.get_by_label("weight in row 2, column 2")
    weight.wait_for()
    settled(page)
    page.locator("svg.y").first.focus()
    for key in ["ArrowDown"] * 3 + ["ArrowRight"] * 5:
        page.keyboard.press(key)
    page.get_by_text("row 4, column 6").first.wait_for()
    before = page.locator(".total").first.inner_text()
    weight.fill("2")
    weight.press("Enter")
    for _ in range(50):
        if page.locator(".total").first.inner_text() != before:
            break
        page.wait_for_timeout(100)
    products = [numbers(cell)[0] for cell in page.locator(".part").nth(2).locator("td").all_inner_texts()]
    assert sum(products) == pytest.approx(numbers(page.locator(".total").first.inner_text())[0], abs=0.05)
    page.screenshot(path=pictures / "learn-2-change.png", full_page=True)

    # ReLU at its end, number by number
    settled(page)
    page.locator("svg.y").nth(1).focus()
    shown, came_in = page.locator(".total").last, []
    for key in ["ArrowDown"] * 4 + ["ArrowRight"] * 11:
        page.keyboard.press(key)
        came, goes = numbers(shown.inner_text())[1:]
        assert goes == max(0.0, came)
        came_in.append(came)
    assert min(came_in) < 0 < max(came_in)

    # there is no network of one's own yet: the way to one, and back
    settled(page)
    page.get_by_role("button", name="Go on: find it in your own network").click()
    page.get_by_text("Your own network will stand here").wait_for()
    page.screenshot(path=pictures / "learn-3-nothing-yet.png", full_page=True)
    settled(page)
    page.get_by_role("button", name="Train a network").click()
    page.get_by_role("button", name="Start training").wait_for()
    settled(page)
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("completed").first.wait_for(timeout=150_000)
    page.screenshot(path=pictures / "learn-4-trained.png", full_page=True)
    settled(page)
    page.get_by_role("link", name="Back to lesson 1: Convolution").click()

    # the same formula with the numbers of that network: what it gives is what the network computed
    told = page.get_by_text(re.compile("The numbers give .* the network itself computed")).inner_text(timeout=60_000)
    activated, value = numbers(told)[-2:]
    assert activated == pytest.approx(value, abs=1e-3)
    page.screenshot(path=pictures / "learn-5-find.png", full_page=True)

    # and on to all its layers
    settled(page)
    page.get_by_role("link", name=re.compile("Inside")).last.click()
    page.get_by_text("What happens inside?").wait_for(timeout=60_000)
    settled(page)
    page.screenshot(path=pictures / "learn-6-inside.png", full_page=True)
    assert watched.errors == []
    assert watched.outside == set()
    page.context.close()


def cells(page: Any) -> list[str]:
    """The colours of the lesson's picture, cell by cell."""
    return [str(cell.get_attribute("fill")) for cell in page.locator("svg.x").first.locator("> rect").all()]


def choose(page: Any, source: str) -> None:
    settled(page)
    page.get_by_role("combobox", name="Picture").first.click()
    page.get_by_role("option", name=source).click()
    settled(page)


def test_pictures_of_ones_own_and_the_window_under_the_pointer(
    browser: Any, server: Server, pictures: Path, tmp_path: Path
) -> None:
    watched = opened(browser, server, "convolution")
    page = watched.page
    page.get_by_role("button", name="Show it without an answer").click()
    settled(page)

    # under the pointer, and by itself
    result = page.locator("svg.y").bounding_box()
    page.mouse.move(result["x"] + result["width"] * 0.99, result["y"] + result["height"] * 0.99)
    page.get_by_text("row 12, column 12").wait_for()
    page.mouse.move(result["x"] + 4, result["y"] + 4)
    page.get_by_text("row 1, column 1").wait_for()
    page.mouse.move(5, 5)
    page.get_by_role("button", name="Play").click()
    page.get_by_text("row 1, column 4").wait_for()
    page.get_by_role("button", name="Pause").click()

    page.get_by_role("button", name="Go on: change it").click()
    page.locator("svg.x rect").first.wait_for()
    seen = [cells(page)]
    choose(page, "Draw")
    draw_seven(page)
    page.locator("svg.x rect").first.wait_for()
    settled(page)
    seen.append(cells(page))
    page.screenshot(path=pictures / "learn-drawn.png", full_page=True)
    # what is drawn is dark on light paper: a stroke at the top, nothing at the bottom right
    assert seen[-1][20] != seen[-1][-1]

    half = np.full((40, 40, 3), 255, np.uint8)
    half[:, :20] = 0
    picture = tmp_path / "half.png"
    picture.write_bytes(encoded(half))
    choose(page, "Upload")
    page.locator("input[type=file]").set_input_files(str(picture))
    page.locator("svg.x rect").first.wait_for()
    settled(page)
    seen.append(cells(page))
    assert seen[-1][:6] + seen[-1][8:14] == ["rgb(0,0,0)"] * 6 + ["rgb(255,255,255)"] * 6  # the seam may blend

    choose(page, "Camera")
    page.get_by_role("button", name="Take Photo").click(timeout=30_000)
    page.locator("svg.x rect").first.wait_for(timeout=30_000)
    settled(page)
    seen.append(cells(page))
    page.screenshot(path=pictures / "learn-photographed.png", full_page=True)
    assert len({tuple(one) for one in seen}) == 4, "four pictures, and no two alike"
    assert watched.errors == []
    assert watched.outside == set()
    page.context.close()
