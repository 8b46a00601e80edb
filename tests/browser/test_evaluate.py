"""Why are 4 and 9 confused, and what fixes it? A new user, an empty home, from Start to what the remedy changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from imgcls.runs import Run
from tests.browser.conftest import Server, Watched
from tests.browser.test_data import press, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]


def open_cell(page: Any, row: int, column: int, classes: int = 10) -> None:
    """Click a cell of the confusion matrix, as a mouse does."""
    chart = page.locator(".js-plotly-plot .nsewdrag").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    place = {"x": (column + 0.5) / classes * box["width"], "y": (row + 0.5) / classes * box["height"]}
    chart.click(position=place)


def confused(page: Any, true: int, said: int) -> int:
    """Open the cell of a confusion; how many images it has."""
    settled(page)
    open_cell(page, true, said)
    heading = page.get_by_role("heading", name=re.compile(rf"^{true}, but taken for {said}: \d+"))
    heading.wait_for()
    return int(re.search(r": (\d+)", heading.inner_text()).group(1))


def choose(page: Any, place: int, cells: Any) -> None:
    """Choose one image of a grid and no other."""
    settled(page)
    page.get_by_role("button", name="Choose none").first.click()
    settled(page)
    cells.nth(place).click()
    page.get_by_text("1 image is chosen.").wait_for()


def test_why_confused_and_what_fixes_it(browser: Any, server: Server, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page

    # from Start to a network that has not learned for long
    page.goto(server.url)
    page.get_by_role("button", name="Train it now").wait_for(timeout=60_000)
    page.screenshot(path=pictures / "evaluate-1-start.png")
    page.get_by_role("link", name="Train", exact=True).click()
    page.get_by_role("button", name="Start training").wait_for()
    settled(page)
    page.get_by_role("combobox", name="Network").fill("LeNet-5")
    page.keyboard.press("Enter")
    settled(page)
    page.get_by_role("slider", name="Epochs").press("Home")
    settled(page)
    page.screenshot(path=pictures / "evaluate-2-form.png")
    press(page, "Start training")
    page.get_by_text("completed").wait_for(timeout=180_000)
    page.screenshot(path=pictures / "evaluate-3-trained.png")

    # the cell of the confusion opens its images: 4 → 9, or 9 → 4 where there are more
    press(page, "See where it fails")
    page.get_by_text("Most confused").wait_for(timeout=60_000)
    settled(page)
    counts = {(true, said): confused(page, true, said) for true, said in ((4, 9), (9, 4))}
    (true, said), count = max(counts.items(), key=lambda pair: pair[1])
    assert count >= 2, f"after one epoch some are confused: {counts}"
    assert confused(page, true, said) == count
    cells = page.locator("button.cell")
    cells.first.wait_for()
    assert cells.count() == count
    page.screenshot(path=pictures / "evaluate-4-cell.png")

    # why: the evidence for the true class and for the one it says, side by side
    settled(page)
    cells.first.click()
    page.get_by_text("Why? The evidence").wait_for(timeout=60_000)
    for label in (true, said):
        page.locator("figure.picture figcaption", has_text=f"for {label}:").first.wait_for()
    page.screenshot(path=pictures / "evaluate-5-why.png", full_page=True)

    # a decision about two labels: one is right and stays, one image is left out
    press(page, "Keep")
    page.get_by_text(re.compile("Relabelled 0, left out 0, kept 1")).wait_for()
    choose(page, 1, cells)
    press(page, "Leave out")
    page.get_by_text(re.compile("Relabelled 0, left out 1, kept 1")).wait_for()
    settled(page)
    page.screenshot(path=pictures / "evaluate-6-decided.png", full_page=True)

    # a remedy fills in the form; nothing else is changed there
    press(page, "Train for 2 epochs")
    page.get_by_role("button", name="Start training").wait_for()
    settled(page)
    assert page.get_by_role("slider", name="Epochs").input_value() == "2"
    page.screenshot(path=pictures / "evaluate-7-remedy.png")
    press(page, "Start training")
    page.get_by_text("completed").wait_for(timeout=180_000)

    # what changed, in this confusion and image by image
    press(page, "See what changed")
    page.get_by_text("All the same but for one setting: epochs.").wait_for()
    page.get_by_text("of images that neither was trained on").wait_for()
    change = page.get_by_text(re.compile(rf"^{true} → {said}: \d+ → \d+$"))
    change.wait_for()
    before, after = map(int, re.findall(r"\d+", change.inner_text())[2:])
    assert before == count - 1, "the one that was left out is in nobody's test any more"
    gone, came = map(int, re.search(r"(\d+) left it, (\d+) came into it", page.inner_text("body")).groups())
    assert after == before - gone + came
    assert page.get_by_role("heading", name=re.compile("^Fixed: ")).is_visible()
    assert page.get_by_role("heading", name=re.compile("^Newly broken: ")).is_visible()
    page.get_by_text(re.compile("Of the .*999.* test images that both have seen")).wait_for()
    settled(page)
    page.screenshot(path=pictures / "evaluate-8-changed.png", full_page=True)
    assert watched.errors == []
    assert watched.outside == set()


#: The place of the point of the map that lies farthest from all others, in pixels of its figure: no other is near.
ALONE = """() => {
  const graph = document.querySelector('.js-plotly-plot'), {xaxis, yaxis} = graph._fullLayout;
  const {x, y, hovertext} = graph.data[0];
  const at = x.map((one, i) => [xaxis._offset + xaxis.d2p(one), yaxis._offset + yaxis.d2p(y[i])]);
  const far = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
  const near = at.map((one, i) => Math.min(...at.map((two, j) => i === j ? Infinity : far(one, two))));
  const place = near.indexOf(Math.max(...near));
  return [...at[place], hovertext[place]];
}"""


def test_points_of_the_map_open_their_images(browser: Any, server: Server, pictures: Path, tiny_run: Run) -> None:
    shutil.copytree(tiny_run.folder, server.home / "runs" / tiny_run.id)
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
    watched = Watched(context.new_page(), urlsplit(server.url).netloc)
    page = watched.page
    page.goto(f"{server.url}/evaluate?run={tiny_run.id}")
    page.get_by_text("Most confused").wait_for(timeout=60_000)
    settled(page)
    page.get_by_text("On a map").click()
    press(page, "Draw the map")
    page.get_by_text("Crosses are mistakes").wait_for(timeout=120_000)
    settled(page)
    x, y, said = page.evaluate(ALONE)
    chart = page.locator(".js-plotly-plot").first
    chart.click(position={"x": x, "y": y})
    true, predicted = re.match(r"is (\d), says (\d)", said).groups()
    page.get_by_text(re.compile(f"^is {true}, says {predicted} ")).first.wait_for()
    page.get_by_text("Why? The evidence").wait_for(timeout=60_000)
    settled(page)
    page.screenshot(path=pictures / "evaluate-map-point.png", full_page=True)

    # without a mouse: the list of images, the mistakes first
    box = page.get_by_role("combobox", name="Image, the mistakes first")
    box.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option").first.wait_for()
    first = page.get_by_role("option").first.inner_text()
    wrong, answer = re.match(r"is (\d), says (\d)", first).groups()
    assert wrong != answer
    page.keyboard.type(first)  # leaves no other
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(f"^is {wrong}, says {answer} ")).first.wait_for()
    assert watched.errors == []
    assert watched.outside == set()
