"""The page Data in a real browser: choose by mouse and keys, correct, take back, and go from a bar to its images."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Server, Watched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PAINTED = """(cell) => {
  const canvas = cell.querySelector('canvas');
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, place) => place % 4 < 3 && value > 200);
}"""


def captions(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("button.cell").all_inner_texts()]


#: What is no longer on the page goes only after the script has ended, and moves what stands below it.
QUIET = """() => new Promise((done) => {
  let timer = setTimeout(finish, 200);
  const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(finish, 200); });
  function finish() { observer.disconnect(); done(); }
  observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  setTimeout(finish, 5000);
})"""


def settled(page: Any) -> None:
    """A button that is drawn anew at the moment of the click does not hear it: wait until the page stands still."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()
    page.evaluate(QUIET)


def press(page: Any, name: str) -> None:
    settled(page)
    page.get_by_role("button", name=name).click()


def chosen(page: Any, count: int) -> None:
    words = "1 image is chosen." if count == 1 else f"{count} images are chosen."
    page.get_by_text(words).wait_for()


@pytest.mark.slow
def test_choose_correct_and_take_back(browser: Any, server: Server, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page
    page.goto(f"{server.url}/data")
    cells = page.locator("button.cell")
    cells.nth(59).wait_for()
    assert all(cells.nth(place).evaluate(PAINTED) for place in (0, 9, 59)), "every cell shows its digit"
    assert captions(page)[:12] == [*"0123456789", "0", "1"]

    # a click, then all up to another one, then one of them not
    cells.nth(2).click()
    cells.nth(5).click(modifiers=["Shift"])
    chosen(page, 4)
    cells.nth(4).click()
    chosen(page, 3)
    press(page, "Relabel")
    page.locator(".cell.corrected").nth(2).wait_for()
    assert captions(page)[:6] == ["0", "1", "0, was 2", "0, was 3", "4", "0, was 5"]
    page.screenshot(path=pictures / "data-corrected.png")
    press(page, "Undo")
    page.locator(".cell.corrected").first.wait_for(state="detached")
    press(page, "Redo")
    page.locator(".cell.corrected").nth(2).wait_for()

    # by keyboard alone: one stop for Tab, arrows from there
    cells.nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    chosen(page, 1)
    below = next(place for place in range(60) if cells.nth(place).get_attribute("aria-pressed") == "true")
    assert captions(page)[below] == "1"
    assert below > 1
    page.keyboard.press("End")
    page.keyboard.press("Space")
    chosen(page, 2)
    assert cells.nth(59).get_attribute("aria-pressed") == "true"
    assert page.locator("button.cell[tabindex='0']").count() == 1
    press(page, "Leave out")
    page.locator(".cell.dropped").nth(1).wait_for()

    # a piece of a bar leads to its images
    page.get_by_role("radio", name="Counts").click()
    bar = page.locator(".js-plotly-plot .barlayer .trace").nth(2).locator("path").nth(7)
    bar.wait_for()
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_text("100 images").wait_for()
    cells.filter(has_text="7").nth(59).wait_for()
    assert set(captions(page)) == {"7"}

    # a fold that says what is chosen in it stays open when that changes
    page.get_by_text("Division: 70 / 10 / 20 %, seed 0").click()
    share = page.get_by_role("slider", name="Test share")
    share.press("ArrowRight")
    page.get_by_text("Division: 65 / 10 / 25 %, seed 0").wait_for()
    assert share.is_visible()

    assert watched.errors == []
    assert watched.outside == set()
