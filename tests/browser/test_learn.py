"""From the article's first formula to the same one inside one's own network: by keyboard in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from imgcls.runs import Run
from tests.browser.conftest import Server, Watched
from tests.browser.test_data import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


def test_from_the_formula_to_ones_own_network(browser: Any, server: Server, pictures: Path, tiny_run: Run) -> None:
    shutil.copytree(tiny_run.folder, server.home / "runs" / tiny_run.id)
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page
    page.goto(f"{server.url}/learn")
    page.get_by_text("How does a network see?").wait_for(timeout=60_000)
    page.goto(f"{server.url}/convolution")

    # the result is hidden until there is an answer
    page.get_by_text("Σ = ?").wait_for(timeout=60_000)
    page.get_by_role("button", name="That is my answer").press("Enter")
    page.get_by_text("You said 0.0; it is").wait_for()
    page.screenshot(path=pictures / "learn-1-see.png")

    # arrow keys move the window, and a changed weight changes the sum
    settled(page)
    page.get_by_role("button", name="Go on: change it").press("Enter")
    weight = page.get_by_label("weight in row 2, column 2")
    weight.wait_for()
    settled(page)
    page.locator("svg.y").focus()
    for key in ["ArrowDown"] * 3 + ["ArrowRight"] * 5:
        page.keyboard.press(key)
    page.get_by_text("row 4, column 6").wait_for()
    before = page.locator(".total").inner_text()
    weight.fill("2")
    weight.press("Enter")
    for _ in range(50):
        if page.locator(".total").inner_text() != before:
            break
        page.wait_for_timeout(100)
    assert page.locator(".total").inner_text() != before
    page.screenshot(path=pictures / "learn-2-change.png", full_page=True)

    # the same formula in one's own network
    settled(page)
    page.get_by_role("button", name="Go on: find it in your own network").press("Enter")
    page.get_by_text("the network itself computed").wait_for(timeout=60_000)
    page.screenshot(path=pictures / "learn-3-find.png", full_page=True)
