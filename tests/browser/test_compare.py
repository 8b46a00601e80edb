"""Does batch norm help here, and is the difference real? From the form of a race to the sentence, with real workers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from imgcls.runs import Run
from tests.browser.conftest import Server, Watched
from tests.browser.test_data import press, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


def test_does_batch_norm_help_here(browser: Any, server: Server, pictures: Path, tiny_run: Run) -> None:
    for name in (tiny_run.id, f"{tiny_run.id[:-1]}0"):
        shutil.copytree(tiny_run.folder, server.home / "runs" / name)
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page
    page.goto(f"{server.url}/compare")
    page.get_by_text("A new race").click()
    page.get_by_text("What is trained").wait_for()
    settled(page)
    page.get_by_role("combobox", name="Networks").fill("CNN of your own")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settled(page)
    page.get_by_role("button", name="Remove The article's CNN").click()
    settled(page)
    page.get_by_text("With and without batch norm").click()
    slider = page.get_by_role("slider", name="Epochs")
    settled(page)
    slider.press("ArrowLeft")
    settled(page)
    slider.press("ArrowLeft")
    settled(page)
    page.get_by_role("cell", name="cnn, no batch norm").wait_for()
    page.screenshot(path=pictures / "compare-1-race.png")
    press(page, "Start the race")
    page.get_by_text("Stop all").wait_for(timeout=60_000)
    page.wait_for_timeout(5000)
    page.screenshot(path=pictures / "compare-2-running.png")
    page.reload()  # the link knows which runs they are
    page.get_by_text("Over the seeds").wait_for(timeout=400_000)
    settled(page)
    said = page.locator("[data-testid='stAlert']", has_text="over its seeds").inner_text()
    assert "± " in said
    assert "It costs" in said
    page.screenshot(path=pictures / "compare-3-answer.png", full_page=True)
    assert page.get_by_text("Both right").is_visible()
    assert watched.errors == []
    assert watched.outside == set()
