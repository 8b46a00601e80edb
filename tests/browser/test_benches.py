"""The benches in a real browser, up to Start: labels are mixed as their images are, and the two labs show their forms.

Nothing is trained.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Server, Watched
from tests.browser.test_data import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

#: The lines below a picture whose label is a mixture: 0.7 “3” and + 0.3 “5”.
MIXED = re.compile(r"(0\.\d{1,2}) “(\d)”\s*\+ (0\.\d{1,2}) “(\d)”")


def mixtures(page: Any) -> list[tuple[str, str, str, str]]:
    """Of all pictures below the originals that have more than one label: share, class, share, class."""
    texts = [" ".join(text.split()) for text in page.locator("figure.picture figcaption").all_inner_texts()]
    return [found.groups() for text in texts if (found := MIXED.fullmatch(text))]


def drawn(page: Any) -> None:
    """Every picture of the page is there, decoded."""
    page.wait_for_function(
        "[...document.querySelectorAll('figure.picture img')].every((one) => one.complete && one.naturalWidth > 1)"
    )


def test_a_mixed_label_and_the_forms_of_the_labs(browser: Any, server: Server, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page

    page.goto(f"{server.url}/augment")
    # the worker has to start first; until it has answered the page is drawn anew, and would close the list of options
    page.get_by_role("img", name="Draw 4, its label: 9").wait_for(timeout=60_000)
    settled(page)
    page.get_by_role("combobox", name="Augmentation").fill("MixUp")  # the list shows a part of itself, and scrolls
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")  # while the list is open, the rest of the page is hidden from roles
    page.get_by_text("Options of MixUp").wait_for()
    page.locator("figcaption", has_text="+ 0.").first.wait_for()
    settled(page)
    drawn(page)
    found = mixtures(page)
    assert len(found) > 3
    for share, one, other_share, other in found:
        assert float(share) + float(other_share) == pytest.approx(1, abs=0.011)
        assert float(share) >= float(other_share)
        assert one != other
    page.get_by_role("button", name="Measure it").wait_for()
    page.screenshot(path=pictures / "benches-augment.png")

    page.goto(f"{server.url}/imbalance")
    page.get_by_role("button", name="Train them all").wait_for()
    page.locator(".js-plotly-plot .barlayer path").nth(9).wait_for()
    assert page.get_by_role("slider", name="The rarest class keeps").get_attribute("aria-valuetext") == "1 %"
    page.screenshot(path=pictures / "benches-imbalance.png")

    page.goto(f"{server.url}/shortcut")
    page.get_by_role("button", name="Train all three").wait_for()
    page.locator("figure.picture img").nth(1).wait_for()
    drawn(page)
    page.get_by_text("In the test: without it.").wait_for()
    assert page.get_by_role("slider", name="Epochs").is_visible()
    page.screenshot(path=pictures / "benches-shortcut.png")

    runs = server.home / "runs"
    assert not runs.exists() or not list(runs.iterdir()), "nobody has pressed Start"
    assert watched.errors == []
    assert watched.outside == set()
