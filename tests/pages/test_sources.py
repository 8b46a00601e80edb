"""Where pictures come from, one page at a time."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.components.canvas import SIDE
from pages.components.current import Picture


def many() -> None:
    import streamlit as st

    from pages.components.sources import bring_it, pick_pictures

    for picture in pick_pictures(st.session_state["model"], several=True):
        st.text(f"{picture.name} {picture.pixels.dtype} {picture.pixels.shape}")
    st.caption(f"bring {bring_it()}")


def one() -> None:
    import streamlit as st

    from pages.components.sources import pick_pictures

    for picture in pick_pictures(st.session_state["model"], several=False):
        st.text(f"{picture.name} {picture.pixels.dtype} {picture.pixels.shape}")


@pytest.fixture
def model(make_run: Any) -> str:
    return str(make_run("completed").id)


def opened(page: Any, model: str, **session: Any) -> AppTest:
    app = AppTest.from_function(page, default_timeout=20)
    app.session_state["model"] = model
    for name, value in session.items():
        app.session_state[name] = value
    return app.run()


def shown(app: AppTest) -> list[str]:
    assert not app.exception
    return [str(text.value) for text in app.text]


def drawing() -> dict[str, Any]:
    import base64

    stream = io.BytesIO()
    Image.new("L", (SIDE, SIDE), 255).save(stream, "PNG")
    return {"png": "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode(), "strokes": [[1, 2]]}


def test_the_sources_and_their_order(model: str) -> None:
    assert opened(many, model).segmented_control[0].options == ["Draw", "Upload", "Sample", "Camera"]


def test_a_drawing(model: str) -> None:
    app = opened(many, model, **{"drawing: drawing": drawing()})
    assert shown(app) == [f"your drawing uint8 ({SIDE}, {SIDE}, 3)"]


@pytest.mark.parametrize(
    "sent",
    [
        "nonsense",
        7,
        {"png": "data:image/png;base64,AAAA", "strokes": []},
        {"png": "data:image/png;base64,iVBORw0KGgoAAAA=", "strokes": []},
    ],
)
def test_what_the_surface_does_not_send_is_one_sentence(model: str, sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.canvas._surface", lambda **_: SimpleNamespace(drawing=sent))
    app = opened(many, model)
    assert shown(app) == []
    assert len(app.error) == 1


def test_one_page_takes_one_picture(model: str, picture_file: bytes) -> None:
    app = opened(one, model)
    app.segmented_control[0].set_value("upload").run()
    assert not app.file_uploader[0].accept_multiple_files
    app.file_uploader[0].set_value(("a.png", picture_file, "image/png")).run()
    assert shown(app) == ["a.png uint8 (60, 40, 3)"]


def test_the_carried_picture_comes_first(model: str) -> None:
    app = opened(one, model, picture=Picture("kept.png", np.zeros((9, 9, 3), np.uint8)))
    assert app.segmented_control[0].value == "kept"
    assert shown(app) == ["kept.png uint8 (9, 9, 3)"]


def test_several_kinds_of_picture_at_once(model: str) -> None:
    files = []
    for kind, mode in (("JPEG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("PNG", "1")):
        stream = io.BytesIO()
        Image.new(mode, (20, 10)).save(stream, kind)
        files.append((f"{kind}{mode}.{'jpg' if kind == 'JPEG' else kind.lower()}", stream.getvalue(), "image/png"))
    app = opened(many, model)
    app.segmented_control[0].set_value("upload").run()
    app.file_uploader[0].set_value(files).run()
    assert [line.split(" ", 1)[1] for line in shown(app)] == ["uint8 (10, 20, 3)"] * 4


def test_two_files_of_the_same_name_are_two_pictures(model: str, picture_file: bytes) -> None:
    app = opened(many, model)
    app.segmented_control[0].set_value("upload").run()
    app.file_uploader[0].set_value([("a.png", picture_file, "image/png")] * 2).run()
    assert shown(app) == ["a.png uint8 (60, 40, 3)"] * 2


def test_a_limit_changed_by_the_teacher_is_said_and_kept(
    model: str, picture_file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGCLS_PREDICT_IMAGES", "2")
    monkeypatch.setenv("IMGCLS_IMAGE_MEGABYTES", "0.00005")
    app = opened(many, model)
    app.segmented_control[0].set_value("upload").run()
    app.file_uploader[0].set_value([(f"{n}.png", picture_file, "image/png") for n in range(3)]).run()
    assert shown(app) == []
    assert len(app.error) == 3
    assert "at most 2 pictures" in app.error[0].value
    assert "too large" in app.error[1].value


def test_a_sample_is_a_validation_image(model: str) -> None:
    app = opened(many, model)
    app.segmented_control[0].set_value("sample").run()
    assert shown(app) == []
    app.session_state[f"samples {model}: chosen"] = {}
    assert shown(app.run()) == []
    assert "never trained on them" in app.caption[0].value


@pytest.mark.parametrize("part", ["validation", "test"])
def test_the_samples_are_drawn_from_the_share_that_was_asked_for(model: str, part: str) -> None:
    from imgcls.datasets import load, split_indices
    from imgcls.recipe import Recipe
    from pages.components.sources import _samples

    recipe = Recipe(seed=3)
    images, labels = _samples(recipe, part)
    assert labels == [str(digit) for digit in range(10)] * 4
    data = load(recipe.dataset)
    members = getattr(split_indices(data.labels, recipe.split, recipe.seed), part)
    known = {image.tobytes() for image in data.images[members]}
    assert all(image.tobytes() in known for image in images)


def test_pictures_are_brought_to_the_network_unless_switched_off(model: str) -> None:
    assert opened(many, model).caption[-1].value == "bring True"
    assert opened(many, model, bring=False).caption[-1].value == "bring False"
