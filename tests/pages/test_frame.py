"""A page opened before the start page, in a server that has just begun, stands in the same frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import services

PAGES = Path(__file__).resolve().parents[2] / "pages"


def fresh(app: AppTest, page: str) -> AppTest:
    """Open a page as the first visitor of a new server does: Streamlit itself runs the files in `pages/` then."""
    app.run()
    return app.switch_page(f"pages/{page}.py").run()


@pytest.mark.parametrize("page", sorted({file.stem for file in PAGES.glob("*.py")} - {"__init__", "home"}))
def test_a_link_opened_first_is_framed(engine: Any, inference: Any, root_app: AppTest, page: str) -> None:
    app = fresh(root_app, page)
    assert not app.exception
    assert len(app.title) == 1
    assert app.segmented_control(key="language_switch")
    assert any("<style>" in str(html.value) for html in app.html)


def test_an_error_on_it_is_one_sentence(engine: Any, inference: Any, root_app: AppTest, monkeypatch: Any) -> None:
    monkeypatch.setenv("IMGCLS_EPOCHS", "many")
    app = fresh(root_app, "train")
    assert not app.exception
    assert len(app.error) == 1


def test_a_home_that_cannot_be_written_to_is_one_sentence(
    root_app: AppTest, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("IMGCLS_HOME", str(tmp_path / "file" / "home"))
    services.engine.clear()
    services.start_up.clear()
    root_app.run()
    assert not root_app.exception
    (error,) = root_app.error
    assert "Set IMGCLS\\_HOME to another folder" in error.value
    assert root_app.segmented_control(key="language_switch")
