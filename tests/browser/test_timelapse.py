"""The time-lapse in a real browser: scrub by keys, play and pause, and nothing is asked of the server meanwhile."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from imgcls.runs import Run
from tests.browser.conftest import Server, Watched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

#: A number that is another one when another picture is painted.
PAINTED = """(canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, value, place) => (sum * 31 + value) % 1000003, 7);
}"""


def with_more_epochs(run: Run, home: Path) -> None:
    """The run in the server's home, with epochs in which the evidence moves to the right and the network grows sure."""
    place = home / "runs" / run.id
    shutil.copytree(run.folder, place)
    log = place / "metrics.jsonl"
    (ended,) = [line for line in map(json.loads, log.read_text().splitlines()) if line["kind"] == "epoch"]
    more = "".join(json.dumps(ended | {"epoch": epoch}) + "\n" for epoch in range(2, 7))
    log.write_text(log.read_text() + more)
    usual = dict(np.load(place / "snapshots" / "epoch-0001.npz"))
    count, height, width = usual["pinned_raw"].shape
    for epoch in range(2, 7):
        raw = np.full((count, height, width), -1.0, np.float32)
        raw[:, :, (epoch - 2) % width] = 1.0
        shares = np.full((count, 10), 0.01 * (6 - epoch), np.float32)
        shares[np.arange(count), np.arange(count)] = 1 - 0.09 * (6 - epoch)
        kept = {"pinned_raw": raw, "pinned_status": np.full(count, "ok"), "pinned_probabilities": shares}
        np.savez(place / "snapshots" / f"epoch-{epoch:04d}.npz", **(usual | kept))


def painted(page: Any, epoch: int) -> None:
    """Wait until the pictures of this epoch are on the page."""
    page.locator(f".lapse[data-painted='{epoch}']").wait_for()


@pytest.mark.slow
def test_scrub_play_and_pause(browser: Any, server: Server, pictures: Path, tiny_run: Run) -> None:
    with_more_epochs(tiny_run, server.home)
    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page
    frames: list[Any] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    page.goto(f"{server.url}/train?run={tiny_run.id}")
    lapse = page.locator(".lapse")
    lapse.wait_for(timeout=60_000)
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()
    canvases, epoch = page.locator(".lapse .watched canvas"), page.locator(".lapse .epoch")
    assert canvases.count() == 10
    assert epoch.inner_text() == "Epoch 6"
    painted(page, 6)
    at_the_end = canvases.nth(3).evaluate(PAINTED)
    said = page.locator(".lapse .watched .said")
    assert said.nth(3).inner_text() == "100%"

    sent = len(frames)
    slider = page.get_by_role("slider", name="Epoch", exact=True).and_(page.locator(".place"))
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert epoch.inner_text() == "Epoch 5"
    assert said.nth(3).inner_text() == "91%"
    painted(page, 5)
    assert canvases.nth(3).evaluate(PAINTED) != at_the_end
    page.keyboard.press("Home")
    assert epoch.inner_text() == "First step"
    assert page.locator(".lapse .mistakes img").is_hidden()
    painted(page, 0)
    lapse.screenshot(path=pictures / "time-lapse-first.png")

    play = page.locator(".lapse .play")
    play.click()
    assert "Pause" in play.inner_text()
    painted(page, 2)
    play.click()
    assert "Play" in play.inner_text()
    paused = epoch.inner_text()
    play.click()
    painted(page, 6)
    page.locator(".lapse .play", has_text="Play").wait_for()
    assert paused in ("Epoch 2", "Epoch 3")
    assert canvases.nth(3).evaluate(PAINTED) == at_the_end
    assert len(frames) == sent, "the browser asked the server for something while it scrubbed"
    lapse.screenshot(path=pictures / "time-lapse.png")

    with page.expect_download() as download:
        page.get_by_role("button", name="Animated picture").click()
    film = Path(download.value.path()).read_bytes()
    assert film.startswith(b"GIF89a")
    page.set_viewport_size({"width": 375, "height": 800})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    lapse.screenshot(path=pictures / "time-lapse-phone.png")
    assert watched.errors == []
    assert watched.outside == set()
