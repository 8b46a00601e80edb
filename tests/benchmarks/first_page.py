"""Seconds from `streamlit run` to the first page painted, against Streamlit's own `streamlit hello`.

    python -m tests.benchmarks.first_page [--rounds 5]

They take turns in one run; every server is a process of its own, the browser is open all the time. Painted is when the
page's title can be seen.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, ROOT, chromium

COMMANDS = {"app": ["run", "app.py"], "hello": ["hello"]}


def painted(browser: Any, command: list[str], home: str) -> float:
    """Seconds until the title of the first page is seen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true", "--browser.gatherUsageStats", "false"]
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", *command, *options],
        cwd=ROOT,
        env={**os.environ, "IMGCLS_HOME": home},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}")
        page.locator("h1").first.wait_for(timeout=60_000)
        took = time.perf_counter() - began
        page.close()
    finally:
        server.terminate()
        server.wait()
    return took


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{address} did not answer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for _ in range(asked.rounds):
            for name, command in COMMANDS.items():
                found[name].append(painted(browser, command, home))
                print(f"{name}: {found[name][-1]:.2f} s", flush=True)
        browser.close()
    ratios = [ours / theirs for ours, theirs in zip(found["app"], found["hello"], strict=True)]
    medians = {name: statistics.median(seconds) for name, seconds in found.items()}
    print(json.dumps({"median": medians, "ratio": statistics.median(ratios), "spread": [min(ratios), max(ratios)]}))


if __name__ == "__main__":
    main()
