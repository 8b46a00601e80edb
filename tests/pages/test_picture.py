"""Pictures inside the page: crisp or smooth, with their words, and nothing but text in them."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def page() -> None:
    import streamlit as st

    from pages.components.picture import show_picture

    show_picture(st.session_state["pixels"], st.session_state["alt"], st.session_state.get("caption"), width=200)


def shown(pixels: np.ndarray, alt: str = "a picture", caption: str | None = None) -> str:
    app = AppTest.from_function(page)
    app.session_state["pixels"], app.session_state["alt"], app.session_state["caption"] = pixels, alt, caption
    app.run()
    assert not app.exception
    return str(app.html[0].value)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)])
def test_the_pixels_arrive_unchanged(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    found = re.search(r"base64,([^\"]+)\"", shown(pixels))
    assert found
    with Image.open(io.BytesIO(base64.b64decode(found[1]))) as image:
        np.testing.assert_array_equal(np.asarray(image), pixels.squeeze())


@pytest.mark.parametrize(("side", "crisp"), [(28, True), (127, True), (128, False), (600, False)])
def test_small_pictures_show_their_pixels_and_large_ones_are_smooth(side: int, crisp: bool) -> None:
    assert ("image-rendering:pixelated" in shown(np.zeros((side, 20), np.uint8))) is crisp


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '" onerror="alert(1)', "</figure><b>", "a&amp;b", "'x'"])
def test_names_are_text_and_nothing_else(name: str) -> None:
    html = shown(np.zeros((4, 4), np.uint8), alt=name, caption=name)
    assert re.findall(r"<(/?\w+)", html) == ["figure", "img", "figcaption", "/figcaption", "/figure"]
    (tag,) = re.findall(r"<img [^>]*>", html)
    assert re.findall(r' (\w+)="', tag) == ["alt", "style", "src"]


def test_it_is_never_wider_than_the_room() -> None:
    assert "width:min(200px, 100%)" in shown(np.zeros((4, 4), np.uint8))


def test_the_start_page_has_its_picture_inside(visit: Any) -> None:
    app = visit("home")
    pictures = [html.value for html in app.html if "<figure" in html.value]
    assert pictures
    data = base64.b64encode((ROOT / "assets" / "digits.png").read_bytes()).decode()
    assert data in pictures[0]


def test_no_page_asks_the_browser_for_a_file(visit: Any, make_run: Any) -> None:
    run = make_run("completed")
    for name in ("home", "train", "runs", "predict", "explain"):
        app = visit(name, link={"run": run.id} if name == "train" else None)
        sources = re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)', " ".join(str(html.value) for html in app.html))
        assert all("".join(source).startswith("data:") for source in sources), name
