"""Lessons 2 to 10 and Inside in a real browser, by keyboard: a question, what changes, the same in one's own run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Server, Watched, serve_two_runs
from tests.browser.keyboard import Keyboard
from tests.browser.test_accessibility import faults
from tests.browser.test_data import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

GIVE = "That is my answer"
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
    yield from serve_two_runs(tmp_path_factory.mktemp("school"), trained_once, RESIDUAL)


def residual_run(server: Server) -> str:
    """The run of `RESIDUAL`."""
    recipes = (server.home / "runs").glob("*/recipe.json")
    return next(path.parent.name for path in recipes if "resnet-8" in path.read_text())


class Walk(Keyboard):
    """A lesson worked by keyboard, its steps photographed and looked at by axe."""

    def __init__(self, browser: Any, server: Server, pictures: Path, lesson: str, query: str = "") -> None:
        self.context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB")
        self.watched = Watched(self.context.new_page(), urlsplit(server.url).netloc)
        super().__init__(self.watched.page)
        self._server, self._pictures, self._lesson = server, pictures, lesson
        self.page.goto(f"{server.url}/{lesson}{query}")

    def run(self, name: str) -> None:
        """One of the finished runs."""
        self.select("Tested run", name)

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
        """A picture of the step as it stands now, and no serious fault in it."""
        settled(self.page)
        self.page.screenshot(path=self._pictures / f"lesson-{self._lesson}-{step}.png", full_page=True)
        assert faults(self.page) == []

    def in_chinese(self) -> None:
        """The same results in Chinese, for somebody who opens the link on a dark screen: no serious fault either."""
        context = self.page.context.browser.new_context(
            viewport={"width": 1366, "height": 1000}, locale="zh-CN", color_scheme="dark"
        )
        page = context.new_page()
        page.goto(self.page.url)
        page.get_by_role("radio", name=re.compile("^2")).first.wait_for()
        settled(page)
        page.get_by_role("radio", name=re.compile("^2")).first.press("Enter")
        page.locator("[data-testid=stTable]").first.wait_for(timeout=60_000)
        assert faults(page) == []
        page.screenshot(path=self._pictures / f"lesson-{self._lesson}-zh.png", full_page=True)
        context.close()

    def end(self) -> None:
        assert self.watched.errors == []
        assert self.watched.outside == set()
        self.context.close()


def test_convolution(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "convolution")
    walk.slide("What is the sum at the framed place?", "ArrowRight")
    walk.press(GIVE)
    guess, value = walk.said(r"You said 0\.1; it is")[:2]
    assert guess == 0.1
    assert walk.page.locator(".total").inner_text() == f"Σ = {value:.2f}".replace("-", "\N{MINUS SIGN}")
    walk.press("One on")
    walk.press("Play", "Space")
    walk.press("Pause", "Space")
    walk.photograph("1-see")
    walk.press(CHANGE)
    walk.select("Kernel", "sharpen")
    walk.number("weight in row 2, column 2", "9")
    walk.reach(walk.page.locator("svg.y").first)
    for key in ["Home"] + ["ArrowDown"] * 4 + ["ArrowRight"] * 5:
        walk.page.keyboard.press(key)
    walk.page.get_by_text("row 5, column 6").first.wait_for()
    walk.thumbnail("Image", "ArrowRight")
    walk.press("Let Keras compute it too")
    walk.page.get_by_text("computes the same 144 numbers").wait_for(timeout=60_000)
    walk.slide("Bias", "ArrowRight")
    walk.page.locator(".unit .line .term", has_text="bias").filter(has_text="+0.1").first.wait_for()
    walk.photograph("2-change")
    walk.press(FIND)
    walk.run("seed-cnn · mnist-5k")
    given, value = walk.said("The numbers give .* the network itself computed")[-2:]
    assert abs(given - value) < 1e-3
    walk.photograph("3-find")
    walk.end()


def test_pooling(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "pooling")
    walk.press(GIVE)
    guess, after, before = walk.said(r"You said \d+ %: it is \d+% rather than \d+%")[:3]
    assert guess == 60
    assert after < before
    walk.photograph("1-see")
    walk.press(CHANGE)
    assert walk.metric("after pooling") == [after]
    assert "kept" in walk.word("Pooling")
    walk.number("Window", "3")
    walk.select("What is kept", "the mean")
    walk.select("Padding", "same")
    walk.page.get_by_text("the mean is divided by their number").wait_for()
    settled(walk.page)
    walk.reach(walk.page.locator("svg.y"))
    walk.page.keyboard.press("Home")
    for key in ["ArrowDown"] * 2 + ["ArrowRight"] * 3:
        walk.page.keyboard.press(key)
    assert walk.page.locator(".where").inner_text().startswith("row 3, column 4")
    for places in (0, 1, 2):  # here, one on, and on to the corner, where some cells lie outside and do not count
        cells = walk.page.locator(".sum td").all_inner_texts()
        shown = [float(cell) for cell in cells if cell != "\N{EN DASH}"]
        told = float(walk.page.locator(".total").inner_text().split()[-1])
        assert abs(sum(shown) / len(shown) - told) < 0.011
        assert (len(shown) < len(cells)) == (places == 2)
        if places == 0:
            walk.press("One on")
        elif places == 1:
            walk.reach(walk.page.locator("svg.y"))
            walk.page.keyboard.press("End")
    walk.press("Play")
    walk.page.get_by_text(re.compile("row [1-3], column")).wait_for()  # after the corner it begins again
    walk.press("Pause")
    walk.photograph("2-change")
    walk.number("Window", "20")
    walk.select("Padding", "valid")
    walk.page.get_by_text("The window covers 20 cells a side").wait_for()
    walk.press(FIND)
    moved = walk.metric("and after pooling")
    assert moved[0] > 0
    walk.thumbnail("Test image", "ArrowRight", "ArrowRight")
    walk.changed("and after pooling", moved)
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
    walk.in_chinese()
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
    walk.in_chinese()
    walk.press(FIND)
    walk.run("resnet-8")
    assert len(walk.metric("moving average: μ, σ")) == 2
    walk.photograph("3-find")
    walk.end()


def test_augmentation(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "augmentation")
    walk.choose("there is more of it")
    walk.press(GIVE)
    sure, best = walk.said("You said 3 alone")[2:6:3]
    assert sure > best
    walk.photograph("1-see")
    walk.press(CHANGE)
    assert walk.said("of 784 pixels are set to 0")[:2] == [81, 784]
    walk.slide("Side of the square (Cutout)", "Home")
    assert walk.said("0 of 784 pixels are set to 0")[:2] == [0, 784]
    walk.slide("By how many points", "ArrowRight")
    walk.press(GIVE)
    walk.press("Measure it")
    guess, best, before, gain = walk.said(r"You said \+1 points\. Measured: the best is", TRAINED)[:4]
    assert guess == 1
    assert best - before == pytest.approx(gain, abs=0.11)
    assert gain > 0
    walk.page.get_by_text("Flip, -").wait_for()  # a mirrored digit is mostly none
    walk.photograph("2-change")
    walk.in_chinese()
    walk.press(FIND)
    walk.page.get_by_text("What your network answers on the way").wait_for(timeout=60_000)
    walk.photograph("3-find")
    walk.end()


def test_rare_classes(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "rare")
    assert walk.page.get_by_role("slider", name="Share of the rare class, %").count() == 0
    walk.choose("nearly all")
    walk.press(GIVE)
    assert walk.said("that between 0 and")[:3] == [0, 50, 50]
    walk.photograph("1-see")
    walk.press(CHANGE)
    assert walk.said("One mistake on class D now costs as much as")[:2] == [80, 80]
    walk.slide("Images of class D", "End")
    assert walk.said("One mistake on class C now costs as much as")[:2] == [25, 25]
    walk.choose("Class weights")
    walk.press(GIVE)
    walk.press("Train all four")
    guessed, best, balanced, plain, plain_balanced = walk.said("You said “Class weights”: it finds", TRAINED)[:5]
    assert best >= guessed > plain
    assert balanced > plain_balanced
    walk.photograph("2-change")
    walk.in_chinese()
    walk.press(FIND)
    walk.run("seed-cnn · mnist-5k")
    found, of_all = walk.said("It finds least of")[1:3]
    assert found < of_all == 100
    walk.photograph("3-find")
    walk.step("1 · See it")
    walk.page.get_by_text("You said: nearly all").wait_for()
    walk.end()


def test_overfitting(browser: Any, school: Server, pictures: Path) -> None:
    walk = Walk(browser, school, pictures, "overfitting")
    walk.press(GIVE)
    walk.press("Train it now")
    assert walk.said("You said 50 %.*a gap of", 60_000)[0] == 50  # on two idle cores it takes about ten seconds
    walk.photograph("1-see")
    walk.page.reload()
    walk.page.get_by_text("You said").first.wait_for(state="detached")
    walk.press("Show it without an answer")
    walk.page.get_by_text("a gap of").wait_for()  # the run is used again: nothing is trained twice
    assert walk.page.get_by_role("button", name="Train it now").count() == 0
    walk.press(CHANGE)
    walk.choose("a smaller network")
    walk.press(GIVE)
    for remedy in ("four times the images", "augmentation", "weight decay", "dropout"):
        walk.toggle(remedy)  # two of six are enough here; the first training is there already
    walk.press("Train them")
    closed = walk.said("You said “a smaller network”: it closed", TRAINED)[0]
    table = walk.page.locator("[data-testid=stTable]").filter(has_text="Gap in loss")
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    gaps = {row[0]: float(row[4]) for row in rows}
    assert len(gaps) == 3
    assert closed == pytest.approx(100 * (1 - gaps["a smaller network"] / gaps["as it is"]), abs=1)
    walk.photograph("2-change")
    walk.in_chinese()
    walk.press(FIND)
    walk.run("Overfitting: as it is")
    assert walk.metric("gap in accuracy")[0] > 0
    walk.page.get_by_text("It learns by heart").or_(walk.page.get_by_text("What the curves say")).first.wait_for()
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
    walk.said("You said yes. But two means of 3 seeds each differ by up to")
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
