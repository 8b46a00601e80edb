"""No lesson has a serious fault that axe finds: in light and dark, wide and on a phone. Inside: `test_inside.py`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Server, start_server
from tests.browser.test_data import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

LESSONS = (
    *("convolution", "pooling", "residual", "normalisation", "transfer"),
    *("augmentation", "rare", "overfitting", "choosing", "heatmaps"),
)
STEPS = ("1 · ", "2 · ", "3 · ")
#: Who wants to see the result at once, in either language.
SKIP = re.compile("Show it without an answer|不作答，直接看")
LOOKS = {
    "light and wide": {"viewport": {"width": 1366, "height": 900}, "color_scheme": "light"},
    "dark phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, trained_once: Path) -> Iterator[Server]:
    """The app with one finished run."""
    home = tmp_path_factory.mktemp("school")
    shutil.copytree(trained_once, home / "runs" / trained_once.name)
    server = start_server(home, home / "server.log")
    yield server
    server.stop()


def faults(page: Any) -> list[str]:
    """What axe calls serious or critical, and the first place of each; the navigation is Streamlit's own."""
    settled(page)
    page.wait_for_timeout(700)  # colours fade in and out
    found = Axe().run(page, {"exclude": [["[data-testid=stSidebarNav]"]]}).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")
    ]


def test_every_step_of_every_lesson(browser: Any, school: Server) -> None:
    """In the dark, on a phone, in Chinese; light and wide each walk of a lesson looks at the steps it photographs."""
    context = browser.new_context(**LOOKS["dark phone"], locale="zh-CN")
    page, found = context.new_page(), {}
    for lesson in LESSONS:
        page.goto(f"{school.url}/{lesson}")
        for step in STEPS:
            page.get_by_role("radio", name=re.compile(f"^{step}")).first.click()
            settled(page)
            if page.get_by_role("button", name=SKIP).count():
                page.get_by_role("button", name=SKIP).first.click()
            if wrong := faults(page):
                found[f"{lesson} {step}"] = wrong
    context.close()
    assert found == {}


@pytest.mark.parametrize("look", LOOKS)
def test_evaluate_and_compare(browser: Any, school: Server, trained_once: Path, look: str) -> None:
    """Every section of Evaluate with an image chosen, the table of runs, a comparison, and the form of a race."""
    other = school.home / "runs" / f"{trained_once.name[:-1]}{'0' if trained_once.name[-1] != '0' else '1'}"
    if not other.exists():
        shutil.copytree(trained_once, other)
    context = browser.new_context(**LOOKS[look])
    page, found = context.new_page(), {}
    page.goto(f"{school.url}/evaluate?run={trained_once.name}")
    page.locator("button.cell").first.click(timeout=60_000)
    sections = ("What is taken for what", "Mistakes", "How sure it is", "One class alone", "What changed")
    for section in sections:
        settled(page)
        page.get_by_text(section, exact=True).first.click()
        found |= {f"{section}: {one}": 1 for one in faults(page)}
    for link in (f"compare?trials={trained_once.name},{other.name}", "compare"):
        page.goto(f"{school.url}/{link}")
        page.get_by_text("A new race" if link == "compare" else "Is it a fair comparison?").first.wait_for()
        found |= {f"{link}: {one}": 1 for one in faults(page)}
    page.get_by_text("A new race").click()
    page.get_by_text("With and without batch norm").click()
    found |= {f"race: {one}": 1 for one in faults(page)}
    assert found == {}
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, "nothing scrolls sideways"
