"""Explain in a real browser, with the real workers: maps, trust, cancelling, and both ways to touch a picture."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from imgcls.runs import Run
from tests.browser.conftest import Server, Watched
from tests.browser.test_accessibility import LOOKS, faults
from tests.browser.test_data import press, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def opened(browser: Any, server: Server, run: Run, asked: str = "", **look: Any) -> Watched:
    """Explain with the first sample of this run, or of what else is `asked` in the link."""
    folder = server.home / "runs" / run.id
    if not folder.exists():
        shutil.copytree(run.folder, folder)
    context = browser.new_context(locale="en-GB", **look)
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page
    page.goto(f"{server.url}/explain?{asked or f'run={run.id}'}")
    page.get_by_text("Sample", exact=True).first.click(timeout=60_000)
    page.locator(".grid button").first.click()
    page.get_by_text("What it cannot say.").first.wait_for(timeout=60_000)
    settled(page)
    return watched


def choose_methods(page: Any, *names: str) -> None:
    box = page.get_by_role("combobox", name=re.compile("Methods, side by side"))
    for name in names:
        box.click()
        box.fill(name)
        page.get_by_role("option", name=name, exact=True).click()
    box.press("Escape")
    settled(page)


def probability(page: Any) -> tuple[float, float]:
    """Before and after, of what is said of the hidden part."""
    said = page.get_by_role("heading", name=re.compile(r"Hiding this takes")).inner_text()
    before, after = (float(share) for share in re.findall(r"([\d.]+)\s?%", said))
    return before, after


def stroke(page: Any, label: str, down: tuple[float, float], up: tuple[float, float]) -> None:
    """Paint over the picture with the mouse, in shares of its sides."""
    sheet = page.get_by_role("application", name=label)
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    page.mouse.move(box["x"] + down[0] * box["width"], box["y"] + down[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + up[0] * box["width"], box["y"] + up[1] * box["height"], steps=12)
    page.mouse.up()


def test_maps_side_by_side_trust_and_touch(browser: Any, server: Server, pictures: Path, tiny_run: Run) -> None:
    watched = opened(browser, server, tiny_run, viewport={"width": 1366, "height": 900})
    page = watched.page
    page.get_by_text(re.compile("enlarged by half-pixel bilinear interpolation")).wait_for()
    page.screenshot(path=pictures / "explain-1.png", full_page=True)

    choose_methods(page, "Saliency", "Eigen-CAM")
    for caption in ("Where the evidence lies", "Where its score reacts", "What stands out to the layer"):
        page.locator("figcaption", has_text=caption).wait_for(timeout=60_000)
    page.screenshot(path=pictures / "explain-2-side-by-side.png", full_page=True)

    # trust: priced, then every check with its verdict
    page.get_by_text(re.compile("pictures pass through the network")).wait_for()
    press(page, "Check this map")
    page.get_by_text(re.compile("checks speak for")).wait_for(timeout=120_000)
    for check in ("Destroy what was learned", "Take away what it shows", "Add noise that you hardly see"):
        page.get_by_text(check).wait_for()
    settled(page)
    page.screenshot(path=pictures / "explain-3-trust.png", full_page=True)

    # hide a part with the mouse: the probabilities move, and more of it moves them more
    page.get_by_text("Hide a part", exact=True).click()
    page.get_by_text("Paint over a part of the picture").wait_for()
    settled(page)
    stroke(page, "Paint what to hide", (0.5, 0.1), (0.5, 0.9))
    page.get_by_role("heading", name=re.compile("Hiding this takes")).wait_for(timeout=60_000)
    before, first = probability(page)
    assert first != before
    settled(page)
    stroke(page, "Paint what to hide", (0.15, 0.5), (0.85, 0.5))
    page.wait_for_function(
        "(said) => !document.body.innerText.includes(said)",
        arg=page.get_by_role("heading", name=re.compile("Hiding this takes")).inner_text(),
    )
    settled(page)
    page.screenshot(path=pictures / "explain-4-hidden.png", full_page=True)
    again, second = probability(page)
    assert again == before
    assert second != first

    # draw where you would look, then see the overlap
    page.get_by_text("Where would you look?", exact=True).click()
    page.get_by_text(re.compile("Paint the part by which")).wait_for()
    settled(page)
    stroke(page, "Paint where you would look", (0.3, 0.3), (0.7, 0.7))
    page.get_by_role("heading", name=re.compile("of the map's heat lies where you looked")).wait_for(timeout=60_000)
    page.get_by_text("Intersection over union").wait_for()
    # and what the network says without that part, or with nothing else
    page.get_by_role("heading", name=re.compile("Hiding this takes")).wait_for(timeout=60_000)
    page.get_by_text("With all else hidden and only this left").wait_for()
    settled(page)
    page.screenshot(path=pictures / "explain-5-drawn.png", full_page=True)
    assert watched.errors == []
    assert watched.outside == set()


def test_heavy_work_is_priced_and_cancelled(browser: Any, server: Server, pictures: Path, tiny_run: Run) -> None:
    watched = opened(browser, server, tiny_run, viewport={"width": 1366, "height": 900})
    page = watched.page
    page.get_by_text("Which method?", exact=True).click()
    page.get_by_text(re.compile("pictures pass through the network: about")).wait_for()
    press(page, "Measure all methods")
    page.get_by_role("button", name="Cancel").wait_for(timeout=60_000)
    page.screenshot(path=pictures / "explain-6-measuring.png", full_page=True)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Measure all methods").wait_for(timeout=30_000)
    # the line is free again: a check of one map gets its answer
    page.get_by_text("Can I trust it?", exact=True).click()
    press(page, "Check this map")
    page.get_by_text(re.compile("checks speak for")).wait_for(timeout=60_000)
    assert watched.errors == []


def test_who_leaves_does_not_hold_the_line(browser: Any, server: Server, tiny_run: Run) -> None:
    """Thousands of masks on a large network take minutes; nobody else waits that long for what was left."""
    first = opened(browser, server, tiny_run, "model=imagenet", viewport={"width": 1366, "height": 900})
    choose_methods(first.page, "RISE")
    first.page.get_by_text("Settings of the methods").click()
    masks = first.page.get_by_role("spinbutton", name="masks")
    masks.fill("8000")
    masks.press("Enter")
    press(first.page, "Compute it")
    first.page.get_by_role("button", name="Cancel").wait_for(timeout=60_000)
    first.page.get_by_text(re.compile("RISE · about .* to go")).wait_for(timeout=60_000)
    first.page.context.close()
    second = opened(browser, server, tiny_run, viewport={"width": 1366, "height": 900})
    press(second.page, "Check this map")
    second.page.get_by_text(re.compile("checks speak for")).wait_for(timeout=60_000)


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_keeps_anybody_out(browser: Any, server: Server, tiny_run: Run, look: str) -> None:
    page = opened(browser, server, tiny_run, **LOOKS[look]).page
    found = {"map": faults(page)}
    press(page, "Check this map")
    page.get_by_text(re.compile("checks speak for")).wait_for(timeout=120_000)
    found["trust"] = faults(page)
    for panel in ("Hide a part", "Where would you look?", "Another network", "Second opinion", "All probabilities"):
        page.get_by_text(panel, exact=True).click()
        page.wait_for_timeout(1500)
        found[panel] = faults(page)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
