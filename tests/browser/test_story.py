"""The whole story in a real browser: train, watch, leave, come back, draw, read, ask why."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from imgcls.images import decode_image
from tests.browser.conftest import Server, Watched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CURVE = "canvas[data-points]"  # the first of two is the loss


def open_page(browser: Any, server: Server, **options: Any) -> Watched:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB", **options)
    return Watched(context.new_page(), urlsplit(server.url).netloc)


def points(page: Any) -> int:
    """Points of the training curve that are drawn now."""
    curve = page.locator(CURVE).first
    return int(curve.get_attribute("data-points") or 0) if curve.count() else 0


def wait_for_points(page: Any, count: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while points(page) < count:
        assert time.monotonic() < deadline, f"only {points(page)} points after {seconds} s"
        page.wait_for_timeout(100)


def draw_seven(page: Any) -> None:
    paper = page.locator(".surface canvas")
    paper.wait_for()
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.move(*at(0.25, 0.2))
    page.mouse.down()
    page.mouse.move(*at(0.72, 0.2), steps=8)
    page.mouse.move(*at(0.45, 0.85), steps=8)
    page.mouse.up()


def shown_picture(page: Any, caption: str) -> np.ndarray:
    """The pixels of the picture above a caption, uint8 (h, w, 3)."""
    figure = page.locator("figure.picture").filter(has_text=caption).locator("img")
    source = figure.first.get_attribute("src")
    return decode_image(base64.b64decode(source.partition(",")[2]))


def test_story(browser: Any, server: Server, pictures: Path) -> None:
    watched = open_page(browser, server)
    page = watched.page
    page.goto(server.url)
    page.get_by_role("button", name="Train it now").wait_for()
    page.screenshot(path=pictures / "1-start.png")

    page.get_by_role("button", name="Train it now").click()
    wait_for_points(page, 3)
    assert page.get_by_role("button", name="Pause").is_visible(), "three points before the run ends"
    assert page.locator(CURVE).first.get_attribute("data-end") == "10", "the axis spans the whole run from the start"
    page.screenshot(path=pictures / "2-train.png")
    link = page.url
    assert "run=" in link

    # switch pages, come back, reload: the same run is there. It pauses, or a fast machine would end it meanwhile
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Continue").wait_for()
    page.get_by_role("link", name="Runs").click()
    page.get_by_text("What has been trained here").wait_for()
    page.screenshot(path=pictures / "3-runs.png")
    page.get_by_role("link", name="Train", exact=True).click()
    page.get_by_role("button", name="Continue").wait_for()
    assert page.url == link
    page.reload()
    page.get_by_role("button", name="Continue").wait_for()
    wait_for_points(page, 3)
    before = points(page)

    # somebody else opens the link
    other = open_page(browser, server)
    other.page.goto(link)
    wait_for_points(other.page, before)

    # it goes on while its page is left
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Runs").click()
    page.get_by_text("What has been trained here").wait_for()
    other.page.get_by_text("completed").wait_for(timeout=90_000)
    page.get_by_role("link", name="Train", exact=True).click()
    page.get_by_text("completed").wait_for(timeout=10_000)
    page.get_by_text("Test accuracy").first.wait_for()
    page.screenshot(path=pictures / "4-trained.png")
    other.page.get_by_text("completed").wait_for(timeout=10_000)

    page.get_by_role("button", name="Draw a digit and try it").click()
    draw_seven(page)
    page.get_by_role("heading", name="It says 7").wait_for(timeout=60_000)
    page.screenshot(path=pictures / "5-predict.png")
    seen = shown_picture(page, "What the network sees")
    assert seen.shape[:2] == (28, 28)
    assert seen.max() > 200 > 20 > np.median(seen), "light strokes on dark"

    page.get_by_role("button", name="Ask why").click()
    page.get_by_role("heading", name="Evidence for 7").wait_for(timeout=60_000)
    heat = shown_picture(page, "Where the evidence lies").astype(int)
    assert np.ptp(heat, axis=2).max() > 100, "colour lies over the grey picture"
    assert np.ptp(shown_picture(page, "What the network sees").astype(int), axis=2).max() == 0
    page.wait_for_timeout(500)
    page.screenshot(path=pictures / "6-explain.png")

    for one in (watched, other):
        assert one.errors == []
        assert one.outside == set()


@pytest.mark.slow
def test_pause_rate_and_stop(browser: Any, server: Server, pictures: Path) -> None:
    watched = open_page(browser, server)
    page = watched.page
    page.goto(f"{server.url}/train")
    page.get_by_role("button", name="Start training").click()
    wait_for_points(page, 3)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Continue").wait_for()
    page.wait_for_timeout(3500)  # longer than the page waits between two looks
    standing = points(page)
    page.wait_for_timeout(3500)
    assert points(page) == standing, "a paused run stands still"

    slider = page.get_by_role("slider", name="Learning rate")
    slider.press("ArrowRight")
    page.get_by_role("button", name="Continue").click()
    wait_for_points(page, standing + 3)
    page.locator("dl.facts > div", has_text="Learning rate").get_by_text("0.003").wait_for()

    page.get_by_role("button", name="Stop and keep").click()
    page.get_by_text("stopped early").wait_for(timeout=20_000)
    page.get_by_role("button", name="Draw a digit and try it").wait_for()
    page.screenshot(path=pictures / "7-stopped.png")
    assert watched.errors == []


@pytest.mark.slow
def test_killed_worker_shows_interrupted_and_resumes(browser: Any, server: Server) -> None:
    watched = open_page(browser, server)
    page = watched.page
    page.goto(f"{server.url}/train")
    page.get_by_role("button", name="Start training").click()
    wait_for_points(page, 130)  # the second epoch
    kill_training_workers(server)
    killed = time.monotonic()
    page.get_by_role("button", name="Resume training").wait_for(timeout=10_000)
    assert time.monotonic() - killed < 3
    page.get_by_role("button", name="Resume training").click()
    page.get_by_text("completed").wait_for(timeout=90_000)
    page.get_by_text("Epoch 10 of 10").wait_for()
    assert watched.errors == []


def kill_training_workers(server: Server) -> None:
    """SIGKILL to whoever holds the lock of a run in the server's home."""
    import os
    import signal

    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if b"imgcls.workers\0training" in command and parent == server.process.pid:
                os.kill(int(entry.name), signal.SIGKILL)
