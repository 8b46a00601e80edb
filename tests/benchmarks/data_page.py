"""How long the page Data takes to turn a page, to choose, to correct and to change its view.

    .venv/bin/python -m tests.benchmarks.data_page [--turns 20] [--images 20000] [--side 64]

Two measurements for mnist-5k and for as many random pictures in colour. `server` is the run of the whole script under
Streamlit's own tester. `browser` is the time from the click until the last of the thumbnails is painted in Chromium,
over a real server; it is left out where no Chromium is found, and for the random pictures, which only this process
knows. Prints medians in seconds, in the end all of them as JSON; every turn shows a page that was not shown before.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from imgcls.datasets import DATASETS, Dataset, Facts, ImageSet, load
from imgcls.datasets.registry import fixed
from imgcls.recipe import Choice
from tests.browser.conftest import FLAGS, chromium, start_server

ROOT = Path(__file__).resolve().parents[2]


def seconds(what: Callable[..., Any], *values: Any) -> float:
    """Of a call, or of setting a control and running the page."""
    began = time.perf_counter()
    done = what(*values)
    if values:
        done.run()
    return time.perf_counter() - began


def register_random(count: int, side: int) -> Choice:
    random = np.random.default_rng(0)
    names = tuple(f"class {number}" for number in range(10))
    images = random.integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    made = ImageSet(images, random.integers(0, 10, count), names)
    facts = fixed(Facts((side, side, 3), names, count))
    DATASETS.add(Dataset("random", "Random", "", "", "", facts, lambda options: made))
    return Choice(name="random")


def server_times(dataset: Choice, turns: int) -> dict[str, float]:
    """Medians of the script's own seconds."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.session_state["data looked at"] = dataset
    found = {"open": seconds(app.switch_page, "pages/data.py")}
    assert not app.exception
    pages = range(2, min(turns + 2, app.pagination[0].num_pages))
    found["turn"] = statistics.median(seconds(app.pagination[0].set_value, page) for page in pages)
    noise = [seconds(app.slider(key="data noise").set_value, 5 * step) for step in range(1, 9)]
    found["noise"] = statistics.median(noise)
    for view in ("counts", "averages", "twins", "images"):
        found[view] = seconds(app.button_group(key="data view").set_value, view)
    order = next(box for box in app.selectbox if box.label == "Order")
    found["most unlike, once"] = seconds(order.set_value, "unlike")
    assert not app.exception
    return found


def browser_turn(home: Path, turns: int) -> float | None:
    """Median seconds from the click on "next page" until its thumbnails are painted."""
    path = chromium()
    if path is None:
        return None
    from playwright.sync_api import sync_playwright

    server = start_server(home, home / "server.log")
    try:
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=path, args=FLAGS).new_page()
            page.goto(f"{server.url}/data")
            page.locator("button.cell").first.wait_for()
            page.wait_for_timeout(2000)
            return statistics.median(_turn(page) for _ in range(turns))
    finally:
        server.stop()


def _turn(page: Any) -> float:
    grid = page.locator(".grid").first
    before = grid.get_attribute("data-shown")
    following = page.locator("[data-testid=stPagination] button").last
    began = time.perf_counter()
    following.click()
    grid.evaluate(
        """(grid, before) => new Promise((done) => {
             const look = () => grid.dataset.shown !== before ? requestAnimationFrame(done) : setTimeout(look, 5);
             look();
           })""",
        before,
    )
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--side", type=int, default=64)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["IMGCLS_HOME"] = place
        os.environ["IMGCLS_SPARE_WORKERS"] = "0"
        load(Choice(name="mnist-5k"))  # parsed once a machine
        report: dict[str, Any] = {"mnist-5k, server": server_times(Choice(name="mnist-5k"), asked.turns)}
        large = register_random(asked.images, asked.side)
        report[f"{asked.images:,} × {asked.side}² × 3, server"] = server_times(large, asked.turns)
        report["mnist-5k, browser"] = {"turn": browser_turn(Path(place), asked.turns)}
    said = {name: {what: value and round(value, 3) for what, value in times.items()} for name, times in report.items()}
    for name, times in said.items():
        print(f"{name}: {json.dumps(times)}")
    print(json.dumps(said))


if __name__ == "__main__":
    main()
