"""Why are two digits confused, and what fixes it? Walked in a real browser, with the real workers."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from imgcls.runs import Run
from pages.components.evaluate_images import MOST_SHOWN
from tests.browser.conftest import Server, Watched
from tests.browser.test_data import press, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


def test_why_confused_and_what_fixes_it(browser: Any, server: Server, pictures: Path, tiny_run: Run) -> None:
    shutil.copytree(tiny_run.folder, server.home / "runs" / tiny_run.id)
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page
    page.goto(f"{server.url}/evaluate?run={tiny_run.id}")

    # the most confused cell is open, and shows its images
    page.get_by_text("Most confused").wait_for(timeout=60_000)
    pair = page.get_by_role("button", name=re.compile("taken for")).first
    true, predicted, count = re.match(r"(\d) taken for (\d): (\d+)", pair.inner_text()).groups()
    page.get_by_role("heading", name=f"{true}, but taken for {predicted}: {count}").wait_for()
    cells = page.locator("button.cell")
    cells.first.wait_for()
    assert cells.count() == min(int(count), MOST_SHOWN)
    page.screenshot(path=pictures / "evaluate-1-cell.png")

    # why: the evidence for both classes
    settled(page)
    cells.first.click()
    page.get_by_text("Why? The evidence").wait_for(timeout=60_000)
    page.locator("figure.picture figcaption", has_text=f"for {predicted}:").first.wait_for()
    page.screenshot(path=pictures / "evaluate-2-why.png", full_page=True)

    # a click on the diagonal of the matrix opens another cell
    settled(page)
    chart = page.locator(".js-plotly-plot .nsewdrag").first
    box = chart.bounding_box()
    chart.click(position={"x": 0.05 * box["width"], "y": 0.05 * box["height"]})
    page.get_by_role("heading", name=re.compile("0, and taken for it")).wait_for()
    pair.click()
    page.get_by_role("heading", name=f"{true}, but taken for {predicted}: {count}").wait_for()

    # what fixes it: one image is left out, and the same recipe is trained again
    settled(page)
    cells.first.click()
    page.get_by_text("1 image is chosen.").wait_for()
    press(page, "Leave out")
    page.get_by_role("button", name="Train it again with the corrections").wait_for()
    page.screenshot(path=pictures / "evaluate-3-corrected.png", full_page=True)
    press(page, "Train it again with the corrections")
    page.get_by_text("completed").wait_for(timeout=120_000)
    press(page, "See where it fails")
    page.get_by_text("What changed").click()
    page.get_by_text("All the same but for one setting: corrections.").wait_for()
    page.get_by_text(re.compile("Of the .*999.* test images that both have seen")).wait_for()
    page.screenshot(path=pictures / "evaluate-4-changed.png", full_page=True)
    assert watched.errors == []
    assert watched.outside == set()
