"""The residual block in numbers, in a browser without a server: by pointer and by keys the shown numbers add up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgcls.lessons.residual import EDGES, RIDGE, STROKE, worked
from pages.components import residual_sum
from tests.browser.harness import show

pytestmark = pytest.mark.browser


def told(page: Any) -> list[float]:
    """Row, column, x, F(x), their sum, and what ReLU leaves of it."""
    said = page.locator(".say").inner_text()
    return [float(one.replace("−", "-")) for one in re.findall(r"−?\d+(?:\.\d+)?", said)]


def test_every_cell_adds_up(browser: Any, pictures: Path) -> None:
    found = worked(STROKE, EDGES, RIDGE)
    page = browser.new_page(viewport={"width": 860, "height": 500})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    show(page, residual_sum, residual_sum.sum_data(found, EDGES, RIDGE, (2, 1)))
    page.screenshot(path=pictures / "residual-sum.png", full_page=True)
    assert told(page) == [3, 2, 1, 6.5, 7.5, 7.5]
    page.locator(".x text").first.hover()
    assert told(page)[:2] == [1, 1]
    for row in range(5):
        page.locator(".y").press("Home")
        for key in ["ArrowDown"] * row:
            page.locator(".y").press(key)
        for column in range(5):
            at = (row, column)
            wanted = [row + 1, column + 1, *(float(of[at]) for of in (found.x, found.change, found.added, found.y))]
            assert told(page) == wanted
            page.locator(".y").press("ArrowRight")
    show(page, residual_sum, residual_sum.sum_data(worked(STROKE, EDGES, 0 * RIDGE), EDGES, 0 * RIDGE, (2, 1)))
    page.locator(".y").press("Home")
    assert told(page)[2:] == [0, 0, 0, 0], "with other numbers it goes on where it stood"
    assert not np.any([one < 0 for one in told(page)])
    assert errors == []
    page.close()
