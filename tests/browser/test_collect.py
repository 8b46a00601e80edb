"""A data set of one's own in a real browser: files through the real uploader, a camera, and off to training."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Server, Watched, wait_until_warm
from tests.datasets.people import bring as brought
from tests.datasets.people import encoded, picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

#: A camera that needs no device: another grey in every frame.
CAMERA = """
Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia: async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
  const context = canvas.getContext('2d');
  let frame = 0;
  setInterval(() => {
    context.fillStyle = `rgb(${frame * 7 % 256} ${frame * 3 % 256} 99)`;
    context.fillRect(0, 0, 320, 240);
    frame += 1;
  }, 30);
  return canvas.captureStream(30);
} } });
"""


def opened(browser: Any, server: Server) -> Watched:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    watched.page.add_init_script(CAMERA)
    watched.page.goto(f"{server.url}/collect")
    return watched


def begun(page: Any) -> None:
    page.get_by_role("textbox", name="One class").fill("stripes")
    page.get_by_role("textbox", name="Another class").fill("blots")
    page.get_by_role("button", name="Begin").click()
    page.get_by_text("Drop pictures of “blots” here").wait_for(timeout=15_000)


def files(first: int, count: int) -> list[dict[str, Any]]:
    return [
        {"name": f"{seed}.png", "mimeType": "image/png", "buffer": encoded(picture(seed))}
        for seed in range(first, first + count)
    ]


def bring(page: Any, files: Any) -> None:
    page.wait_for_function("document.querySelectorAll('input[type=file]').length === 1")  # the one before is gone
    page.locator("input[type=file]").set_input_files(files)


def counts(page: Any) -> list[int]:
    return [
        int(re.sub(r"\D", "", text))
        for text in page.get_by_test_id("stProgress").all_inner_texts()
        if "picture" in text
    ]


def wait_for_counts(page: Any, *wanted: int) -> None:
    deadline = time.monotonic() + 15
    while counts(page) != list(wanted):
        assert time.monotonic() < deadline, f"{counts(page)} after 15 s, not {wanted}"
        page.wait_for_timeout(50)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_from_nothing_to_training(browser: Any, server: Server, pictures: Path) -> None:
    watched = opened(browser, server)
    page = watched.page
    begun(page)
    train = page.get_by_role("button", name="Train on these pictures")
    assert train.is_disabled()

    bad = {"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture"}
    bring(page, [*files(1, 10), bad])
    wait_for_counts(page, 10, 0)
    page.get_by_text("“notes.png” is not a picture").wait_for()
    bring(page, files(20, 2))
    wait_for_counts(page, 12, 0)
    page.get_by_role("button", name="Add pictures").click()
    page.get_by_text("Drop pictures of “stripes” here").wait_for()
    bring(page, files(40, 12))
    wait_for_counts(page, 12, 12)

    page.get_by_role("button", name="stripes/0012.png").click()
    page.get_by_role("button", name="Take out").click()
    wait_for_counts(page, 12, 11)
    page.get_by_role("button", name="Undo").click()
    wait_for_counts(page, 12, 12)
    page.screenshot(path=pictures / "8-collect.png")

    wait_until_warm(server)  # people take minutes for what took seconds here
    train.click()
    page.get_by_role("button", name="Start training").click()
    # so few pictures are soon learned: whatever epoch the page catches, or the end
    page.get_by_text(re.compile(r"Epoch \d+ of|^Trained for$")).first.wait_for(timeout=60_000)
    assert watched.errors == []
    assert watched.outside == set()


@pytest.mark.slow
def test_a_folder_through_the_real_uploader(browser: Any, server: Server, pictures: Path, tmp_path: Path) -> None:
    folder = brought(tmp_path / "pets")
    (folder / "dogs" / "notes.txt").write_text("x")
    watched = opened(browser, server)
    page = watched.page
    page.get_by_text("Folder", exact=True).click()
    page.get_by_text("A folder with a folder for each class in it").wait_for()
    bring(page, folder)
    page.get_by_role("button", name="Import").click()
    wait_for_counts(page, 8, 9)
    page.get_by_text("1 file was left out.").wait_for()
    link = page.get_by_test_id("stCode").get_by_text("?dataset=").inner_text()
    assert link.strip() == f"{server.url}/collect?dataset=pets"
    page.screenshot(path=pictures / "8-collect-folder.png")
    assert watched.errors == []
    assert watched.outside == set()


@pytest.mark.slow
def test_the_camera_stays_open_and_loses_nothing(browser: Any, server: Server, pictures: Path) -> None:
    watched = opened(browser, server)
    page = watched.page
    begun(page)
    page.get_by_text("Camera", exact=True).click()
    page.get_by_role("button", name="Open the camera").click()
    take = page.get_by_role("button", name="Take pictures")
    take.wait_for()
    page.wait_for_timeout(500)  # until the first frame is there
    take.click()
    wait_for_counts(page, 1, 0)
    page.wait_for_timeout(2500)  # longer than what belongs to one burst

    box = take.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 10)
    page.mouse.down()
    page.wait_for_timeout(1600)
    page.mouse.up()
    taken = int(page.locator(".camera .said").inner_text().split()[0])
    assert taken >= 6
    wait_for_counts(page, taken, 0)
    assert take.is_visible(), "it is still open"
    page.screenshot(path=pictures / "9-camera.png")

    page.get_by_role("button", name="Undo").click()
    wait_for_counts(page, 1, 0)  # a burst is one step
    assert watched.errors == []
