"""How long the page Inside takes to answer each of its controls, in a real browser.

    python -m tests.benchmarks.inside_page [--rounds 7] [--networks seed-cnn resnet-20 imagenet] [--home FOLDER]

A small run of each network is trained (none for `imagenet`), a sample is looked at, and each control is used in turn.
The time runs in the browser, from the click to the picture after it that shows what was asked for. Prints the median
of each control in seconds and all of them as JSON; asked is 0.3 for every one. `--home` is a folder whose runs are
used where they are there.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, Server, chromium, start_server
from tests.browser.test_data import settled

NETWORKS = ("seed-cnn", "resnet-20", "imagenet")
#: Looks through the shadows in which components live.
HELPERS = """
window.deep = (selector) => {
  const roots = [document, ...[...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean)];
  return roots.flatMap((root) => [...root.querySelectorAll(selector)]);
};
window.textOf = (selector) => deep(selector)[0]?.textContent ?? '';
window.stateOf = () => [textOf('.out-name'), textOf('.where'), deep('.made canvas')[0]?.toDataURL().length].join();
window.timed = (act, done, limit = 20000) => new Promise((tell, fail) => {
  const began = performance.now();
  const look = () => {
    if (done()) requestAnimationFrame(() => tell(performance.now() - began));
    else if (performance.now() - began > limit) fail(new Error('not done: ' + done));
    else setTimeout(look, 4);
  };
  act();
  look();
});
"""
#: Control → what is done with it the n-th time, and when it is done; JavaScript.
CONTROLS = {
    "another pixel under the pointer": (
        """const sheet = deep('.made .sheet')[0], box = sheet.getBoundingClientRect();
        sheet.dispatchEvent(new PointerEvent('pointermove', { pointerType: 'mouse', bubbles: true,
          clientX: box.left + box.width * (n % 2 ? 0.25 : 0.75), clientY: box.top + box.height / 2 }));""",
        "textOf('.where') !== before.where",
    ),
    "another map": (
        """const all = deep('.grid button[aria-label^="map"]');
        all.find((one, at) => at > n % 5 && one.getAttribute('aria-pressed') === 'false').click();""",
        "textOf('.out-name') !== before.name",
    ),
    "another order of the maps": (
        """[...document.querySelectorAll('[data-testid="stButtonGroup"] button')]
        .find((one) => one.textContent.trim() === (n % 2 ? 'strongest first' : 'by number')).click();""",
        "deep('.grid button[aria-label^=\"map\"]')[0]?.getAttribute('aria-label') !== before.first",
    ),
    "another layer, in the picture": (
        """window.wanted = layers[n % layers.length]; deep(`button.tile[title^="${wanted},"]`)[0].click();""",
        "textOf('.out-name').endsWith(`of ${wanted}`)",
    ),
    "a block unfolded": (
        """deep('.flow button[aria-expanded="false"]')[n % 3].click();""",
        "deep('.strip').length > 0 && textOf('.strip p') !== before.strip",
    ),
    "another picture": (
        """deep('.grid button:has(img)').find((one, at) => at > n % 3 && one.getAttribute('aria-pressed') === 'false')
        .click();""",
        "deep('.net .tile img')[0]?.src !== before.picture && stateOf() !== before.state",
    ),
}
#: Layers that are chosen in turn: unfolded blocks show them.
LAYERS = """() => {
  deep('.all').filter((one) => !one.hidden && one.textContent === 'Show all layers').forEach((one) => one.click());
  const strips = deep('.strip button.tile'), all = strips.length ? strips : deep('.flow button.tile');
  const names = all.map((one) => one.title.split(',')[0]).filter((name) => !/resize|dropout/.test(name));
  return names.filter((_, at) => at % Math.ceil(names.length / 9) === 0);
}"""
BEFORE = """({ where: textOf('.where'), name: textOf('.out-name'), strip: textOf('.strip p'), state: stateOf(),
  first: deep('.grid button[aria-label^="map"]')[0]?.getAttribute('aria-label'),
  picture: deep('.net .tile img')[0]?.src })"""


def measured(page: Any, control: str, rounds: int, layers: list[str]) -> float | None:
    """The median of one control; None where this network has none of it."""
    act, done = CONTROLS[control]
    if control == "a block unfolded":
        if not page.evaluate("deep('.flow button[aria-expanded]').length"):
            return None
        page.evaluate(
            "deep('.all').filter((one) => one.textContent === 'Fold all blocks').forEach((one) => one.click())"
        )
    took = []
    for number in range(rounds + 1):
        settled(page)
        script = (
            f"(layers) => {{ const n = {number}, before = {BEFORE}; return timed(() => {{ {act} }}, () => {done}); }}"
        )
        took.append(page.evaluate(script, layers))
        page.wait_for_timeout(150)
    return round(statistics.median(took[1:]) / 1000, 3)  # the first time, much is drawn that stays


def look_at(page: Any, server: Server, network: str, run: str | None, rounds: int) -> dict[str, float]:
    """All controls of the page with one network."""
    asked = f"model={network}" if run is None else f"run={run}"
    page.goto(f"{server.url}/inside?{asked}")
    if run is not None:
        page.get_by_text("Sample", exact=True).first.click()
    page.locator(".grid button").first.click()
    page.locator(".out-name").wait_for(timeout=120_000)
    page.evaluate(f"() => {{ {HELPERS} }}")
    if run is not None:  # until then the test images are asked
        page.get_by_text("that excite it most").or_(page.get_by_text("excites it")).first.wait_for(timeout=120_000)
    settled(page)
    layers = page.evaluate(LAYERS)
    found: dict[str, float] = {}
    for control in CONTROLS:
        if control != "another layer, in the picture" and control != "another picture":
            first = page.evaluate("deep('.net button.tile[title*=\"Conv2D\"]')[0]?.title.split(',')[0]")
            page.evaluate('(name) => deep(`button.tile[title^="${name},"]`)[0].click()', first)
            page.wait_for_function("(name) => textOf('.out-name').endsWith(`of ${name}`)", arg=first)
        seconds = measured(page, control, rounds, layers)
        if seconds is not None:
            found[control] = seconds
            print(f"{network}, {control}: {seconds:.3f} s", file=sys.stderr, flush=True)
    return found


def runs(networks: list[str]) -> dict[str, str | None]:
    """The network → its run, trained now where there is none."""
    from imgcls.cli import main as command
    from imgcls.runs import get_run, list_runs

    found: dict[str, str | None] = {}
    for name in networks:
        if name == "imagenet":
            found[name] = None
            continue
        known = [row.id for row in list_runs() if get_run(row.id).recipe.architecture.name == name]
        if not known:
            command(["train", "--architecture", name, "--epochs", "1", "--set", "subset=0.2"])
            known = [list_runs()[0].id]
        found[name] = known[0]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        os.environ["IMGCLS_HOME"] = str(asked.home or Path(place) / "home")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        known = runs(asked.networks)
        server = start_server(Path(os.environ["IMGCLS_HOME"]), Path(place) / "server.log")
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1366, "height": 1000}, locale="en-GB")
            found = {network: look_at(page, server, network, run, asked.rounds) for network, run in known.items()}
        finally:
            browser.close()
            server.stop()
    slowest = max(seconds for controls in found.values() for seconds in controls.values())
    print(json.dumps({"seconds": found, "slowest": slowest}, indent=1))


if __name__ == "__main__":
    main()
