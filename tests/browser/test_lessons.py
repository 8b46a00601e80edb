"""Lessons 2 to 10 in a real browser: a question first, then what changes, then the same in one's own run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from imgcls.recipe import recipe_from
from imgcls.runs import create_run
from tests.browser.conftest import Server, Watched, start_server
from tests.browser.test_data import settled
from tests.conftest import train_here

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

GIVE, SKIP = "That is my answer", "Show it without an answer"
CHANGE, FIND = "Go on: change it", "Go on: find it in your own network"
#: Milliseconds for what trains within a lesson; on two idle cores at most thirty seconds.
TRAINED = 150_000
RESIDUAL = {
    "architecture": {"name": "resnet-8"},
    "subset": 0.2,
    "training": {"epochs": 2, "batch_size": 50},
}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, trained_once: Path) -> Iterator[Server]:
    """The app with two finished runs: the article's network, and a small residual one with batch normalisation."""
    home = tmp_path_factory.mktemp("school")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGCLS_HOME", str(home))
        train_here(create_run(recipe_from(RESIDUAL), {"ticket": 1, "engine": ""}).folder)
    shutil.copytree(trained_once, home / "runs" / trained_once.name)
    server = start_server(home, home / "server.log")
    yield server
    server.stop()


class Walk:
    """A lesson in a browser, its steps photographed."""

    def __init__(self, browser: Any, server: Server, pictures: Path, lesson: str, query: str = "") -> None:
        self.context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
        self.watched = Watched(self.context.new_page(), urlsplit(server.url).netloc)
        self.page, self._pictures, self._lesson = self.watched.page, pictures, lesson
        self.page.goto(f"{server.url}/{lesson}{query}")

    def press(self, name: str) -> None:
        """By keyboard."""
        settled(self.page)
        self.page.get_by_role("button", name=name).press("Enter")

    def choose(self, text: str) -> None:
        """One answer of a question."""
        self.page.locator("label").filter(has_text=text).first.wait_for()
        settled(self.page)
        self.page.locator("label").filter(has_text=text).first.click()

    def run(self, name: str) -> None:
        """One of the finished runs."""
        settled(self.page)
        self.page.get_by_label("Tested run").click()
        self.page.get_by_role("option", name=name).first.click()

    def slide(self, label: str, key: str) -> None:
        settled(self.page)
        self.page.get_by_role("slider", name=label).press(key)

    def said(self, pattern: str, longest: int = 60_000) -> list[float]:
        """The numbers in what the page says, which must match `pattern`."""
        found = self.page.get_by_text(re.compile(pattern)).first
        found.wait_for(timeout=longest)
        return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", found.inner_text().replace(",", ""))]

    def metric(self, label: str) -> list[float]:
        """The numbers of a metric."""
        box = self.page.locator("[data-testid=stMetric]").filter(has_text=label).first
        box.wait_for(timeout=60_000)
        value = box.locator("[data-testid=stMetricValue]").inner_text()
        return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", value.replace(",", ""))]

    def changed(self, label: str, before: list[float]) -> list[float]:
        """A metric's numbers as soon as they are others."""
        for _ in range(60):
            if (now := self.metric(label)) != before:
                return now
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{label} stays {before}")

    def photograph(self, step: str) -> None:
        settled(self.page)
        self.page.screenshot(path=self._pictures / f"lesson-{self._lesson}-{step}.png", full_page=True)

    def end(self) -> None:
        assert self.watched.errors == []
        assert self.watched.outside == set()
        self.context.close()


def test_pooling(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "pooling")
    walk.press(GIVE)
    guess, after, before = walk.said(r"You said \d+ %: it is \d+% rather than \d+%")[:3]
    assert guess == 60
    assert after < before
    walk.photograph("1-see")
    walk.press(CHANGE)
    assert walk.metric("after pooling") == [after]
    walk.page.get_by_label("Window", exact=True).fill("20")
    walk.page.get_by_label("Window", exact=True).press("Enter")
    walk.page.wait_for_timeout(500)
    walk.photograph("2-change")
    walk.press(FIND)
    assert walk.metric("and after pooling")[0] > 0
    walk.photograph("3-find")
    walk.end()


def test_residual_connection(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "residual")
    walk.choose("about half")
    walk.press(GIVE)
    assert walk.said("You said about half; it is one part in")[0] > 1e6
    walk.photograph("1-see")
    walk.press(CHANGE)
    walk.slide("Blocks", "End")
    blocks, plain = walk.said("After 60 blocks: plain")[:2]
    assert blocks == 60
    assert plain < 10
    walk.press(GIVE)
    walk.press("Start the race")
    guess, residual, plain = walk.said(r"You said \+0 points\. It is with", TRAINED)[:3]
    assert guess == 0
    assert residual > plain + 10
    walk.photograph("2-change")
    walk.press(FIND)
    walk.run("resnet-8")
    whole = walk.metric("Whole network")[0]
    assert 5 < whole <= 100
    assert walk.page.get_by_text("without its F:").count() == 3
    walk.photograph("3-find")
    walk.end()


def test_batch_normalisation(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "normalisation")
    walk.press(GIVE)
    guess, spread, mean = walk.said(r"You said [\d.]+: it is")[:3]
    assert (spread, mean) == (2, 1)
    assert guess != spread
    walk.photograph("1-see")
    walk.press(CHANGE)
    wanders = walk.metric("one value wanders by")
    walk.slide("Images in the batch", "Home")
    assert walk.changed("one value wanders by", wanders) > wanders, "a small batch wanders more"
    walk.choose("2")
    walk.press(GIVE)
    walk.press("Train all six")
    guess, without, count, normed = walk.said(r"You said 2\. Without batch norm it learns at", TRAINED)[:4]
    assert (guess, count) == (2, 3)
    assert without < normed
    walk.photograph("2-change")
    walk.press(FIND)
    walk.run("resnet-8")
    assert len(walk.metric("moving average: μ, σ")) == 2
    walk.photograph("3-find")
    walk.end()


def test_augmentation(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "augmentation")
    walk.choose("there is more of it")
    walk.press(GIVE)
    walk.page.get_by_text("Both, in these shares").wait_for()
    walk.photograph("1-see")
    walk.press(CHANGE)
    assert walk.said("of 784 pixels are set to 0")[:2] == [81, 784]
    walk.slide("Side of the square (Cutout)", "Home")
    assert walk.said("0 of 784 pixels are set to 0")[:2] == [0, 784]
    walk.photograph("2-change")
    walk.press(FIND)
    walk.page.get_by_text("What your network answers on the way").wait_for(timeout=60_000)
    walk.photograph("3-find")
    walk.end()


def test_rare_classes(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "rare")
    walk.choose("nearly all")
    walk.press(GIVE)
    assert walk.said("that between 0 and")[:3] == [0, 50, 50]
    walk.photograph("1-see")
    walk.press(CHANGE)
    assert walk.said("One mistake on class D now costs as much as")[:2] == [80, 80]
    walk.slide("Images of class D", "End")
    assert walk.said("One mistake on class C now costs as much as")[:2] == [25, 25]
    walk.photograph("2-change")
    walk.press(FIND)
    found, of_all = walk.said("It finds least of")[1:3]
    assert found < of_all == 100
    walk.photograph("3-find")
    walk.end()


def test_choosing_a_network(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "choosing")
    walk.choose("seeds cannot tell")
    walk.press(GIVE)
    walk.press("Start the race")
    walk.page.get_by_text(re.compile("You said: that the seeds cannot tell")).wait_for(timeout=TRAINED)
    walk.photograph("1-see")
    walk.press(CHANGE)
    walk.choose("yes, clearly")
    walk.press(GIVE)
    low, high = walk.said("It can be chance: between")[:2]
    assert low < 0 < high
    walk.slide("Seeds of each", "End")
    low, high = walk.said("Real: between")[:2]
    assert 0 < low < high
    walk.photograph("2-change")
    walk.press(FIND)
    walk.page.get_by_text("Mean test accuracy").first.wait_for()
    walk.photograph("3-find")
    walk.end()


def test_trusting_a_heatmap(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "heatmaps")
    walk.press(GIVE)
    walk.press("Train it now")
    guess, marked, clean = walk.said(r"You said \d+ %\. With the mark it finds", TRAINED)[:3]
    assert guess == 50
    assert marked > 80 > clean
    walk.photograph("1-see")
    walk.press(CHANGE)
    walk.choose("Cutout")
    walk.press(GIVE)
    walk.press("Train them")  # the first of the three is trained already
    walk.page.get_by_text("In the test, where no mark is").wait_for(timeout=TRAINED)
    walk.photograph("2-change")
    walk.press(FIND)
    walk.run("seed-cnn · mnist-5k")
    walk.page.get_by_text(re.compile("Hiding the hottest")).wait_for(timeout=60_000)
    hottest, elsewhere = walk.metric("lost, hottest hidden")[0], walk.metric("lost, elsewhere")[0]
    assert -100 <= elsewhere <= 100
    assert -100 <= hottest <= 100
    walk.photograph("3-find")
    walk.end()
