"""How soon a lesson answers: every control of every lesson, and the first point of every race that is trained in one.

    python -m tests.benchmarks.lessons [--lessons pooling rare …] [--no-races | --only-races]

Chromium works the app as a reader would. A control is moved by key or click, there and back twice; its answer is there
when the last thing on the page has changed that changes (the last mutation before the page stands still), and what the
network is asked has been answered. A race counts from the click that starts it to the first point in its chart, with a
warm spare worker, and is then stopped. Seconds; asked is 0.3 (median of a control) and 2 (first point). JSON with all
lessons so far comes after each.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, sync_playwright

from tests.benchmarks.first_point import POINT
from tests.browser.conftest import FLAGS, chromium, start_server
from tests.browser.test_data import settled

LESSONS = (
    *("convolution", "pooling", "residual", "normalisation", "transfer"),
    *("augmentation", "rare", "overfitting", "choosing", "heatmaps"),
)
STEPS = ("1", "2", "3")
#: Where a race is begun, its step, and the button that begins it.
RACES = {
    "residual": ("2", "Start the race"),
    "normalisation": ("2", "Train all six"),
    "transfer": ("2", "Train them"),
    "augmentation": ("2", "Measure it"),
    "rare": ("2", "Train all four"),
    "overfitting": ("1", "Train it now"),
    "choosing": ("1", "Start the race"),
    "heatmaps": ("1", "Train it now"),
}
#: Milliseconds a page must stand still, and the longest that is waited for it.
_STILL, _LONGEST = 250, 15_000
#: Times each control is moved, there and back twice, and milliseconds until a new spare worker is warm.
_TURNS, _WARM = 4, 14_000

#: Notes when a key or a click comes, and when something on the page changed last.
_WATCH = """() => {
  if (window.heard) return;
  window.heard = { at: 0, changed: 0 };
  for (const kind of ['keydown', 'pointerdown'])
    addEventListener(kind, () => { window.heard.at = performance.now(); }, { capture: true });
  const note = () => { window.heard.changed = performance.now(); };
  const look = (root) => new MutationObserver(note).observe(
    root, { subtree: true, childList: true, characterData: true, attributes: true });
  look(document.body);
  const attach = Element.prototype.attachShadow;
  document.querySelectorAll('*').forEach((one) => one.shadowRoot && look(one.shadowRoot));
  Element.prototype.attachShadow = function (how) { const root = attach.call(this, how); look(root); return root; };
}"""
#: Whether the page has stood still for a while, with nothing under way.
_QUIET = f"""() => {{
  const app = document.querySelector('[data-testid=stApp]');
  const busy = app.dataset.testScriptState !== 'notRunning' || document.body.innerText.includes('Asking the network');
  if (busy) window.heard.busy = performance.now();
  return performance.now() - Math.max(window.heard.changed, window.heard.at, window.heard.busy || 0) > {_STILL};
}}"""
_TOOK = "() => (Math.max(window.heard.changed, window.heard.at) - window.heard.at) / 1000"


class Reader:
    """A browser page in which the time of every answer is taken."""

    def __init__(self, page: Any, url: str, residual: str) -> None:
        self.page, self._url, self._residual = page, url, residual

    def open(self, lesson: str, step: str) -> None:
        run = f"?run={self._residual}" if lesson in ("residual", "normalisation") else ""
        self.page.goto(f"{self._url}/{lesson}{run}")
        self._step(step)
        skip = self.page.get_by_role("button", name="Show it without an answer")
        for _ in range(2):
            if skip.count():
                skip.first.press("Enter")
                settled(self.page)
                self.page.wait_for_timeout(300)
        self.page.evaluate(_WATCH)
        self.page.wait_for_function(_QUIET, timeout=60_000, polling=50)

    def _step(self, step: str) -> None:
        chosen = self.page.get_by_role("radio", name=f"{step} · ").first
        chosen.wait_for(timeout=60_000)
        settled(self.page)
        chosen.click()
        settled(self.page)

    def seconds(self, act: Any) -> float:
        """From the key or click to the last change on the page."""
        act()
        self.page.wait_for_function(_QUIET, timeout=_LONGEST, polling=50)
        return float(self.page.evaluate(_TOOK))

    def controls(self) -> dict[str, Any]:
        """Name → what to do in a turn, counted from 0, for everything in the step that can be moved."""
        main, found = self.page.get_by_role("main"), _Named()
        for one in main.get_by_role("slider").all():
            # away from the end it stands at, and back
            there = "ArrowRight" if one.evaluate("(it) => +it.value < +it.max") else "ArrowLeft"
            back = {"ArrowRight": "ArrowLeft", "ArrowLeft": "ArrowRight"}[there]
            found.add(one, lambda turn, one=one, keys=(there, back): one.press(keys[turn % 2]))
        for one in main.get_by_role("spinbutton").all():
            if "weight in" not in str(one.get_attribute("aria-label")):
                found.add(one, lambda turn, one=one: one.press(("ArrowUp", "ArrowDown")[turn % 2]))
        weight = main.get_by_label("weight in row 1, column 1")
        if weight.count():
            found.add(weight, lambda turn: (weight.fill(str(turn + 2)), weight.press("Enter")))
        for one in main.get_by_role("combobox").all():
            found.add(one, lambda turn, one=one: self._select(one, ("ArrowDown", "ArrowUp")[turn % 2]))
        for one in main.locator("[role=group]:has(> button.cell)").all():
            found.add(one, lambda turn, one=one: one.locator("button.cell").nth(turn + 1).click())
        for one in main.locator("svg.y").all():
            found.add(one, lambda turn, one=one: one.press("ArrowRight"))
        return dict(found)

    def _select(self, one: Any, key: str) -> None:
        """Another of a list. While it is open the rest is hidden from roles: keys go where the focus is."""
        one.click()
        try:
            self.page.get_by_role("option").first.wait_for(timeout=2_000)
        except Error:  # the page was drawn anew at the moment of the click
            one.click()
            self.page.get_by_role("option").first.wait_for()
        self.page.keyboard.press(key)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("listbox").wait_for(state="detached")


class _Named(dict[str, Any]):
    """Controls by what they are called; a second one of a name is numbered."""

    def add(self, one: Any, act: Any) -> None:
        name = (one.get_attribute("aria-label") or "a control").split(". ")[-1].strip()
        same = sum(known.split(" #")[0] == name for known in self)
        self[name if not same else f"{name} #{same + 1}"] = act


def controls_of(reader: Reader, lesson: str) -> dict[str, float]:
    """“step: control” → median of its answers, in seconds."""
    medians = {}
    for step in STEPS:
        reader.open(lesson, step)
        for name, act in reader.controls().items():
            taken = []
            try:
                for turn in range(_TURNS):
                    taken.append(reader.seconds(lambda act=act, turn=turn: act(turn)))
            except Error as error:
                print(f"{lesson} {step}: {name}: {str(error).splitlines()[0]}", flush=True)
            if taken:
                medians[f"{step}: {name}"] = round(statistics.median(taken), 3)
    return medians


def first_point(reader: Reader, lesson: str) -> float:
    """From the click that begins a race to its first point, in seconds; the race is then stopped."""
    step, label = RACES[lesson]
    reader.open(lesson, step)
    reader.page.wait_for_timeout(_WARM)
    button = reader.page.get_by_role("button", name=label)
    settled(reader.page)
    began = time.perf_counter()
    button.click()
    reader.page.locator(POINT).first.wait_for(timeout=60_000)
    took = time.perf_counter() - began
    stop = reader.page.get_by_role("button", name="Stop all")
    if stop.count():
        settled(reader.page)
        stop.click()
        reader.page.get_by_text("All have ended").or_(reader.page.get_by_text("Nothing is trained now")).first.wait_for(
            timeout=60_000
        )
    else:
        reader.page.wait_for_timeout(15_000)
    return round(took, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lessons", nargs="+", default=list(LESSONS), choices=LESSONS)
    parser.add_argument("--no-races", action="store_true")
    parser.add_argument("--only-races", action="store_true")
    asked = parser.parse_args()
    controls: dict[str, dict[str, float]] = {}
    points: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        home = Path(place) / "home"
        residual = trained(home)
        server = start_server(home, Path(place) / "server.log")
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            page = browser.new_context(viewport={"width": 1366, "height": 1400}, locale="en-GB").new_page()
            page.set_default_timeout(20_000)
            reader = Reader(page, server.url, residual)
            page.goto(server.url)
            page.wait_for_timeout(_WARM)
            for lesson in asked.lessons if not asked.only_races else ():
                controls[lesson] = controls_of(reader, lesson)
                print(f"{lesson}: {json.dumps(controls[lesson])}", flush=True)
                print(json.dumps(report_of(controls, points)), flush=True)
            for lesson in RACES if not asked.no_races else ():
                if lesson in asked.lessons:
                    points[lesson] = first_point(reader, lesson)
                    print(f"{lesson}: first point after {points[lesson]:.2f} s", flush=True)
                    print(json.dumps(report_of(controls, points)), flush=True)
        finally:
            browser.close()
            server.stop()


def report_of(controls: dict[str, dict[str, float]], points: dict[str, float]) -> dict[str, Any]:
    """Of the lessons so far."""
    every = [seconds for one in controls.values() for seconds in one.values()]
    slow = {
        f"{lesson} {name}": seconds
        for lesson, one in controls.items()
        for name, seconds in one.items()
        if seconds > 0.3
    }
    return {
        "controls": len(every),
        "median": round(statistics.median(every), 3) if every else None,
        "medians": {lesson: round(statistics.median(one.values()), 3) for lesson, one in controls.items() if one},
        "slower than 0.3": slow,
        "first points": points,
    }


def trained(home: Path) -> str:
    """A home with a run of a residual network and a newer one of the article's; the first one's identifier."""
    import os

    os.environ["IMGCLS_HOME"] = str(home)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from imgcls.cli import main as command
    from imgcls.runs import list_runs

    command(["train", "--architecture", "resnet-8", "--epochs", "1", "--set", "subset=0.2"])
    (residual,) = [run.id for run in list_runs()]
    command(["train", "--epochs", "2"])
    return residual


if __name__ == "__main__":
    main()
