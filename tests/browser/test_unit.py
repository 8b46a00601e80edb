"""A unit of every kind in a browser, without a server: what it adds up is what the network computed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgcls.inside import kind_of, layers_of, look_at, take_apart
from pages.components import unit_js
from pages.components.unit import unit_data
from tests.browser.harness import show
from tests.inside.test_apart import picture, trained

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NETWORKS = {
    "seed-cnn": {"sum", "largest", "copied", "terms"},
    "lenet-5": {"sum", "mean", "copied", "terms"},
    "resnet-8": {"sum", "normalised", "bent", "added", "largest", "copied", "mean", "terms"},
    "vit-tiny": {"sum", "copied", "scaled", "standardised", "attention", "added", "terms"},
    "convnext": {"sum", "standardised", "bent", "scaled", "added", "mean", "terms"},
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_kind_adds_up_in_the_browser(browser: Any, pictures: Path, name: str) -> None:
    model = trained(name, (28, 28, 1))
    network, look = model.keras_model, look_at(model, picture((28, 28, 1)))
    page = browser.new_page(viewport={"width": 823, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    found = set()
    for layer in {kind_of(one): one for one in layers_of(network)}.values():
        apart = take_apart(network, look, layer, 1)
        start = np.argwhere(~np.isnan(apart.arrays["value"]))[-1].tolist()
        facts = {**apart.facts, "kind": apart.kind, "start": start, "colours": None}
        data = unit_data(facts, apart.arrays, layer.name, f"map 2 of {layer.name}")
        show(page, unit_js, data)
        for key in ("", "Home", "ArrowRight", "ArrowDown"):
            board = page.locator(".made .sheet").first
            if key and board.count():
                board.press(key)
            same(page, f"{layer.name}, {apart.kind}, {page.locator('.where').inner_text()}")
        page.screenshot(path=pictures / f"unit-{name}-{apart.kind}.png", full_page=True)
        found.add(apart.kind)
    assert errors == []
    assert found == NETWORKS[name]
    page.close()


def same(page: Any, told: str) -> None:
    """What is computed on the page and what the network computed are the same numbers."""
    said = page.locator(".check").inner_text()
    words = re.sub(r"\w*_\w*", "", said)  # layers bear numbers in their names
    numbers = [float(one.replace("−", "-")) for one in re.findall(r"−?\d+(?:\.\d+)?", words)]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    assert pairs, said
    for computed, value in pairs:
        assert computed == pytest.approx(value, rel=2e-3, abs=2e-3), (told, said)
