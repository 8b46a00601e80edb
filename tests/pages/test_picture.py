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


def grid() -> None:
    import numpy as np
    import streamlit as st

    from pages.components.picture import Labelled, show_columns

    side = st.session_state["side"]
    pixels = np.arange(side * side, dtype=np.uint32).reshape(side, side, 1).astype(np.uint8)
    one = Labelled(pixels, 'the "first"', ("<b>a</b>",))
    other = Labelled(255 - pixels, "below", ("0.7 a", "+ 0.3 b"))
    show_columns([[one, other, one], [one, one, other]])


def sets() -> None:
    import numpy as np

    from pages.components.picture import Labelled, show_sets

    pixels = np.zeros((6, 6, 1), np.uint8)
    one, other = Labelled(pixels, "one", ("a",)), Labelled(pixels, "other", ("<b>", "c"))
    show_sets([[one, other, one], [one, one, one]])


def test_pictures_of_a_set_stand_side_by_side_and_level() -> None:
    app = AppTest.from_function(sets).run()
    assert not app.exception
    shown = str(app.html[0].value)
    assert shown.count("grid-template-columns:repeat(3,") == 2
    assert "minmax(min(100%,18.0rem),1fr)" in shown, "a narrow page has one set in a row, whole"
    assert re.findall(r"min-height:([\d.]+)em", shown) == ["2.6"] * 6
    assert "<b>" not in shown


def grid_of(side: int) -> str:
    app = AppTest.from_function(grid)
    app.session_state["side"] = side
    app.run()
    assert not app.exception
    return str(app.html[0].value)


def test_a_grid_keeps_columns_together_and_words_are_text() -> None:
    shown = grid_of(6)
    assert shown.count("<figure") == 6
    assert "<b>" not in shown
    assert 'alt="the &quot;first&quot;"' in shown
    # the second and third row have room for two lines everywhere, the first for one
    assert re.findall(r"min-height:([\d.]+)em", shown) == ["1.3", "2.6", "2.6"] * 2
    sources = re.findall(r'base64,([^"]+)"', shown)
    for source, sign in zip(sources[:2], (1, -1), strict=True):
        with Image.open(io.BytesIO(base64.b64decode(source))) as image:
            assert image.size == (6, 6)
            assert np.sign(int(np.asarray(image)[5, 5]) - int(np.asarray(image)[0, 0])) == sign


def test_small_pictures_of_a_grid_stay_pixels_and_large_ones_are_made_smaller() -> None:
    assert grid_of(28).count("image-rendering:pixelated") == 6
    large = grid_of(400)
    assert "pixelated" not in large
    (first, *_rest) = re.findall(r'base64,([^"]+)"', large)
    with Image.open(io.BytesIO(base64.b64decode(first))) as image:
        assert image.size == (192, 192)
