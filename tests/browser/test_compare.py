"""Does batch norm help here, and is the difference real? A new user, an empty home, from Start to the sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Server, Watched
from tests.browser.test_data import press, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


def test_does_batch_norm_help_here(browser: Any, server: Server, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page

    # from Start to the form of a race; nothing has ever been trained here
    page.goto(server.url)
    page.get_by_role("button", name="Train it now").wait_for(timeout=60_000)
    page.screenshot(path=pictures / "compare-1-start.png")
    page.get_by_role("link", name="Compare", exact=True).click()
    page.get_by_text("Not enough to compare").wait_for()
    page.screenshot(path=pictures / "compare-2-nothing-yet.png")
    settled(page)
    page.get_by_text("A new race").click()
    page.get_by_text("What is trained").wait_for()

    # the article's network has no batch norm to switch: the page says who has
    settled(page)
    page.get_by_text("With and without batch norm").click()
    page.get_by_text("cannot be switched").wait_for()
    page.screenshot(path=pictures / "compare-3-no-switch.png")
    press(page, "CNN of your own")
    page.get_by_role("cell", name="cnn, no batch norm").wait_for()
    settled(page)
    slider = page.get_by_role("slider", name="Epochs")
    slider.press("Home")
    settled(page)
    assert slider.input_value() == "1"
    assert page.get_by_role("radio", name="3", exact=True).is_checked(), "three seeds, unless one says otherwise"
    page.screenshot(path=pictures / "compare-4-form.png")

    # six trainings, watched; the link knows which they are
    press(page, "Start the race")
    page.get_by_text("Stop all").wait_for(timeout=60_000)
    page.locator("canvas[data-points]").first.wait_for(timeout=60_000)
    page.screenshot(path=pictures / "compare-5-running.png")
    page.reload()
    page.get_by_text("Over the seeds").wait_for(timeout=400_000)
    settled(page)

    # the answer: who, by how much, whether that is real, at what cost, and whether the comparison is fair
    said = page.locator("[data-testid='stAlert']", has_text="over its seeds").inner_text()
    assert re.match(r"“cnn, (no )?batch norm” (beats|is) .*“cnn, (no )?batch norm”", said), said
    assert re.search(r"\d+\.\d ± \d+\.\d points", said), said
    assert ("The difference is real" in said) != ("the difference may be chance" in said), said
    assert re.search(r"It costs \d+\.\d× the time", said), said
    page.get_by_text("Is it a fair comparison?").wait_for()
    fair = page.locator("[data-testid='stAlert']", has_text="All the same but for").inner_text()
    assert fair.startswith("All the same but for one setting: batch norm. Data, split, seeds and budget are the same")
    assert page.get_by_role("cell", name=re.compile(r"^± \d+\.\d$")).count() == 2, "a spread for each"
    assert page.get_by_text("Both right", exact=True).is_visible()
    page.screenshot(path=pictures / "compare-6-answer.png", full_page=True)
    assert watched.errors == []
    assert watched.outside == set()
