"""The lesson on overfitting in a real browser: a guess, a training that is watched where it stands, and its gap."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Server, Watched
from tests.browser.test_data import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

#: Seconds from the click to the gap; on two idle cores it takes about ten.
LONGEST = 60.0


def test_a_guess_a_training_and_its_gap(browser: Any, server: Server, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page

    page.goto(f"{server.url}/overfitting")
    page.get_by_role("button", name="That is my answer").click()
    page.get_by_role("button", name="Train it now").click()
    begun = time.monotonic()
    page.get_by_text(re.compile("You said 50 %.*a gap of")).wait_for(timeout=LONGEST * 1000)
    assert time.monotonic() - begun < LONGEST
    settled(page)
    page.screenshot(path=pictures / "lesson-overfitting.png")

    page.reload()
    page.get_by_text("You said").first.wait_for(state="detached")
    page.get_by_role("button", name="Show it without an answer").click()
    page.get_by_text("a gap of").wait_for()  # the run is used again: nothing is trained twice
    assert page.get_by_role("button", name="Train it now").count() == 0
    assert watched.errors == []
    assert watched.outside == set()
    context.close()
