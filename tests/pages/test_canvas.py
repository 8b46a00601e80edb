"""What the drawing surface accepts from a browser."""

from __future__ import annotations

import base64
import math
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from imgcls.errors import ImageError
from pages.components.canvas import PNG_BYTES_MAX, POINTS_MAX, SIDE, decode_drawing, decode_png


def data_url(picture: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(picture).decode()}"


def png() -> bytes:
    file = BytesIO()
    Image.new("L", (SIDE, SIDE), 255).save(file, "PNG")
    return file.getvalue()


def test_a_drawing_comes_through_unchanged() -> None:
    sent = {"png": data_url(png()), "strokes": [[10.5, 20, 30, 40], [5, 5]]}
    assert decode_drawing(sent) == (png(), sent["strokes"])


def test_empty_paper_is_no_picture() -> None:
    assert decode_drawing({"png": "", "strokes": []}) == (None, [])


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        ["data:image/png;base64,"],
        "data:image/png;base64,",
        data_url(png(), "image/svg+xml"),
        data_url(b"GIF89a"),
        data_url(png())[:-3] + "%%%",
        data_url(png()) + "é",
        "https://example.org/a.png",
        data_url(png() + bytes(PNG_BYTES_MAX)),
    ],
)
def test_anything_but_a_small_png_is_refused_in_words(text: Any) -> None:
    with pytest.raises(ImageError, match="expected a PNG") as caught:
        decode_png(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("sent", [None, "x", 3, [], {}, {"png": ""}, {"strokes": []}])
def test_anything_but_a_drawing_is_refused(sent: Any) -> None:
    with pytest.raises(ImageError):
        decode_drawing(sent)


@pytest.mark.parametrize(
    "strokes",
    [
        None,
        "10,10",
        {"0": [1, 2]},
        [1, 2],
        [[]],
        [[1]],
        [[1, 2, 3]],
        [[1, "2"]],
        [[True, False]],
        [[math.nan, 0]],
        [[math.inf, 0]],
        [[1, None]],
        [[0, 0] * (POINTS_MAX + 1)],
        [[0, 0]] * (POINTS_MAX + 1),
    ],
)
def test_strokes_that_cannot_have_been_drawn_are_refused(strokes: Any) -> None:
    with pytest.raises(ImageError):
        decode_drawing({"png": data_url(png()), "strokes": strokes})


def test_as_many_points_as_the_surface_takes_are_accepted() -> None:
    full = [[0, 0] * POINTS_MAX]
    assert decode_drawing({"png": data_url(png()), "strokes": full})[1] == full


def page() -> None:
    import streamlit as st

    from pages.components.canvas import canvas

    picture = canvas("digit", "Draw here", {"undo": "Undo", "clear": "Clear", "hint": "Or pick a sample."})
    st.text("empty" if picture is None else f"{len(picture)} bytes")


def test_a_new_surface_is_empty() -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    assert app.text[0].value == "empty"


def test_a_drawing_of_this_session_is_there_again() -> None:
    app = AppTest.from_function(page)
    app.session_state["digit: drawing"] = {"png": data_url(png()), "strokes": [[1, 2]]}
    app.run()
    assert not app.exception
    assert app.text[0].value == f"{len(png())} bytes"
