"""Maps as the browser gets them: a byte a number, in one scale; what is clicked counts once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.components.map_sheet import _quantised, _thinned
from pages.components.signed_js import packed


def test_zero_is_the_middle_and_no_number_is_nothing() -> None:
    made = _quantised(np.array([-2.0, -1.0, 0.0, 1.0, 2.0, np.nan]))
    assert made.tolist() == [1, 64, 128, 192, 255, 0]
    assert _quantised(np.zeros((2, 2))).tolist() == [[128, 128], [128, 128]]


@pytest.mark.parametrize(("shape", "wanted"), [((26, 26), (26, 26)), ((112, 112), (64, 64)), ((128, 64), (64, 32))])
def test_large_maps_are_thinned_out(shape: tuple[int, int], wanted: tuple[int, int]) -> None:
    maps = np.random.default_rng(0).normal(size=(*shape, 2))
    thin = _thinned(maps)
    assert thin.shape == (*wanted, 2)
    assert set(thin.ravel()) <= set(maps.ravel())
    assert (thin[0, 0] == maps[0, 0]).all()


@pytest.mark.parametrize(("dtype", "kept"), [("float64", "float32"), ("int32", "int32"), ("uint8", "uint8")])
def test_numbers_go_as_bytes(dtype: str, kept: str) -> None:
    import base64

    values = np.arange(6).reshape(2, 3).astype(dtype)
    sent = packed(values)
    assert (sent["type"], sent["shape"]) == (kept, [2, 3])
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(sent["data"]), kept).reshape(2, 3), values)


def script() -> None:
    import streamlit as st

    from pages.components.clicks import clicked

    st.session_state["found"] = clicked("here", 3)


@pytest.mark.parametrize("place", [3, -1, None, "1", True])
def test_only_a_place_that_is_there_is_taken(place: Any) -> None:
    app = AppTest.from_function(script)
    app.session_state["here"] = {"chosen": {"place": place, "turn": 1}}
    assert app.run().session_state["found"] is None


def test_a_click_counts_once() -> None:
    app = AppTest.from_function(script)
    assert app.run().session_state["found"] is None
    app.session_state["here"] = {"chosen": {"place": 2, "turn": 1}}
    assert app.run().session_state["found"] == 2
    assert app.run().session_state["found"] is None
    app.session_state["here"] = {"chosen": {"place": 2, "turn": 2}}
    assert app.run().session_state["found"] == 2
