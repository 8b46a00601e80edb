"""Seconds from the click on Train to the first point on the chart: with the warm spare, and cold.

    .venv/bin/python -m tests.benchmarks.first_point [--rounds 5]

Warm and cold clicks alternate in one run. Cold means a server without a spare worker
(`IMGCLS_SPARE_WORKERS=0`), as if the click came first. JSON with all rounds so far is printed after each.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, chromium, start_server

POINT = "canvas[data-points]:not([data-points='0'])"


def seconds_to_first_point(browser: Any, warm: bool) -> float:
    """One server, one click."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["IMGCLS_SPARE_WORKERS"] = "1" if warm else "0"
        server = start_server(Path(place) / "home", Path(place) / "server.log")
        try:
            page = browser.new_page()
            page.goto(server.url)
            button = page.get_by_role("button", name="Train it now")
            button.wait_for()
            page.wait_for_timeout(12_000)  # the spare is ready, or would be
            began = time.perf_counter()
            button.click()
            page.locator(POINT).first.wait_for(timeout=60_000)
            return time.perf_counter() - began
        finally:
            page.close()
            server.stop()


def report_of(found: dict[str, list[float]]) -> dict[str, Any]:
    """Of the rounds so far."""
    medians = {name: statistics.median(values) for name, values in found.items()}
    return {"seconds": found, "median": medians, "warm_to_cold": medians["warm"] / medians["cold"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    found: dict[str, list[float]] = {"warm": [], "cold": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for _ in range(rounds):
            for name in found:
                found[name].append(seconds_to_first_point(browser, warm=name == "warm"))
            print(json.dumps(report_of(found)), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
