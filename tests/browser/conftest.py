"""A real server and a real browser. Skipped, with the reason, where no Chromium is found."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from imgcls.recipe import recipe_from
from imgcls.runs import create_run
from tests.conftest import train_here

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: No start page, no look-ups: a browser that talks to nobody but the server under test.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


REQUIRED = bool(os.environ.get("IMGCLS_BROWSER_REQUIRED"))  # read now: tests run without such variables


def chromium() -> str | None:
    """The browser to test with: $CHROMIUM, else the first one on the path."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Server:
    """A running app. `log` is what it printed."""

    url: str
    home: Path
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_server(home: Path, log: Path) -> Server:
    """`streamlit run app.py` on a free port of the loopback, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    with log.open("wb") as file:
        environment = {**os.environ, "IMGCLS_HOME": str(home)}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT)
    server = Server(f"http://127.0.0.1:{port}", home, log, process)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1).close()
            return server
        except OSError:
            time.sleep(0.1)
    server.stop()
    raise AssertionError(f"the server did not answer: {log.read_text()}")


def wait_until_warm(server: Server) -> None:
    """Wait until the training worker has imported Keras and unpacked its first data set, as it has after a minute."""
    deadline = time.monotonic() + 120
    while not (server.home / "cache" / "datasets" / "mnist-5k.npz").exists():
        assert time.monotonic() < deadline, f"no warm worker after 120 s: {server.log.read_text()}"
        time.sleep(0.1)


def serve_two_runs(home: Path, first: Path, second: dict[str, Any]) -> Iterator[Server]:
    """A server over two finished runs: a copy of the folder `first`, and one of the recipe `second`, trained here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGCLS_HOME", str(home))
        train_here(create_run(recipe_from(second), {"ticket": 1, "engine": ""}).folder)
    shutil.copytree(first, home / "runs" / first.name)
    server = start_server(home, home / "server.log")
    yield server
    server.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = start_server(tmp_path / "home", tmp_path / "server.log")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium()
    if path is None:
        reason = f"no Chromium found: looked for {', '.join(NAMES)} and $CHROMIUM"
        if REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of a failed test, say what its pages showed: what was waited for is seldom the whole story.

    Here and not in a fixture, because the server goes down first."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.when == "call" and report.failed and browser is not None:
        pages = [page for context in browser.contexts for page in context.pages]
        for page in pages:
            report.sections.append((f"what was on {page.url}", page.locator("body").inner_text(timeout=5_000)))
    return report


@pytest.fixture(autouse=True)
def nothing_stays_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what a test has opened, also when it fails: an open page asks its server again and again, to the end."""
    yield
    if "browser" in request.fixturenames:
        for context in request.getfixturevalue("browser").contexts:
            context.close()


@dataclass
class Watched:
    """A browser page and what it should not have done."""

    page: Any
    host: str
    errors: list[str] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("response", self._response)
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        # a response that failed is judged by `_response`, which knows its address
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def _response(self, response: Any) -> None:
        # Streamlit looks for its own health page below the page's address first
        if response.status >= 400 and "/_stcore/" not in response.url:
            self.errors.append(f"{response.status} {response.url}")

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.outside.add(parts.netloc)


@pytest.fixture
def pictures() -> Path:
    """Where screenshots go: `test-output/`, to be looked at after a run."""
    place = ROOT / "test-output"
    place.mkdir(exist_ok=True)
    return place
