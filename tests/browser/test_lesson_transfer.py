"""The lesson on transfer learning in a real browser: ten pictures, three trainings, a body that stayed as it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Server, Watched
from tests.browser.test_data import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

#: Milliseconds for the three trainings; on two idle cores they take about 25 s.
LONGEST = 150_000


def test_ten_pictures_are_enough(browser: Any, server: Server, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page

    page.goto(f"{server.url}/transfer")
    page.get_by_role("button", name="That is my answer").press("Enter")
    said = page.get_by_text(re.compile(r"You said 10\. It is \d+ of 20 by the network")).inner_text(timeout=60_000)
    seen, plainly = (int(number) for number in re.findall(r"(\d+) of 20 by the network, (\d+) by pixels", said)[0])
    assert seen > 10 > plainly
    settled(page)
    page.screenshot(path=pictures / "lesson-transfer-1-see.png", full_page=True)

    page.get_by_role("button", name="Go on: change it").press("Enter")
    page.get_by_text("10 pictures to learn from, 400 others").wait_for()
    settled(page)
    page.locator("label").filter(has_text="new head only").click()
    settled(page)
    page.get_by_role("button", name="That is my answer").press("Enter")
    page.get_by_role("button", name="Train them").click()
    told = page.get_by_text(re.compile("From 10 pictures: from nothing")).inner_text(timeout=LONGEST)
    shares = [float(share) for share in re.findall(r"([\d.]+)%", told)]
    nothing, head = shares[1], shares[2]  # the first is that of what was expected
    assert head > 60 > 40 > nothing
    assert shares[0] == head
    settled(page)
    page.screenshot(path=pictures / "lesson-transfer-2-change.png", full_page=True)

    page.get_by_role("button", name="Go on: find it in your own network").press("Enter")
    page.locator("label").filter(has_text="the first blocks").wait_for()
    settled(page)
    page.get_by_label("Tested run").click()
    page.get_by_role("option", name="new head only").click()
    settled(page)
    page.get_by_role("button", name="Show it without an answer").press("Enter")
    page.get_by_text("18 of 18 blocks are exactly as they were").wait_for(timeout=30_000)
    page.get_by_text("Your head says").wait_for()
    settled(page)
    page.screenshot(path=pictures / "lesson-transfer-3-find.png", full_page=True)
    assert watched.errors == []
    assert watched.outside == set()
    context.close()
