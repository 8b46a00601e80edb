"""The lesson on transfer learning in a real browser, by keyboard: ten pictures, three trainings, a body as it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Server
from tests.browser.test_lessons import CHANGE, FIND, GIVE, Walk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

#: Milliseconds for the three trainings; on two idle cores they take about 25 s.
LONGEST = 150_000


def test_ten_pictures_are_enough(browser: Any, server: Server, pictures: Path) -> None:
    walk = Walk(browser, server, pictures, "transfer")
    page = walk.page
    walk.press(GIVE)
    said = page.get_by_text(re.compile(r"You said 10\. It is \d+ of 20 by the network")).inner_text(timeout=60_000)
    seen, plainly = (int(number) for number in re.findall(r"(\d+) of 20 by the network, (\d+) by pixels", said)[0])
    assert seen > 10 > plainly
    walk.photograph("1-see")

    walk.press(CHANGE)
    page.get_by_text("10 pictures to learn from, 400 others").wait_for()
    walk.slide("Blocks of the body that are fine-tuned", "ArrowRight")
    page.get_by_text("the last 5 of 18 blocks learn along").wait_for()
    walk.choose("new head only")
    walk.press(GIVE)
    walk.press("Train them")
    told = page.get_by_text(re.compile("From 10 pictures: from nothing")).inner_text(timeout=LONGEST)
    shares = [float(share) for share in re.findall(r"([\d.]+)%", told)]
    nothing, head = shares[1], shares[2]  # the first is that of what was expected
    assert head > 60 > 40 > nothing
    assert shares[0] == head
    walk.photograph("2-change")

    walk.press(FIND)
    walk.run("new head only")
    walk.press("Show it without an answer")
    page.get_by_text("18 of 18 blocks are exactly as they were").wait_for(timeout=30_000)
    page.get_by_text("Your head says").wait_for()
    walk.photograph("3-find")
    walk.end()
