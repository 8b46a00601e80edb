"""Weights that are not here: the notice above the numbers, the download, its end, and its failure."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imgcls.architectures.weights.downloaded import DOWNLOADED, DownloadedWeights
from imgcls.datasets.corrections import Correction, correct
from imgcls.downloads import progress
from imgcls.errors import PlaceError
from imgcls.recipe import Choice, Imbalance, Recipe
from imgcls.shortcut_lab import DEFAULT

RECIPE = Recipe(architecture=Choice(name="applications/MobileNetV2"))
SIZE = DOWNLOADED.get("MobileNetV2").size
START = {"recipe to start from": RECIPE}


class FakeWeb:
    """Brings nine tenths, and the last one when it is told to."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.go_on, self.arrived = threading.Event(), threading.Event()
        self.calls = 0
        self.error: PlaceError | None = None

    def download(self, weights: DownloadedWeights, tell: Any) -> Path | None:
        self.calls += 1
        if self.error is not None:
            raise self.error
        while tell(SIZE * 9 // 10, SIZE):
            self.arrived.set()
            if self.go_on.wait(0.01):
                self.place.parent.mkdir(parents=True, exist_ok=True)
                self.place.write_bytes(bytes(SIZE))
                return self.place
        return None


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, home_folder: Path, tmp_path: Path) -> Iterator[FakeWeb]:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(progress, "_downloads", {})
    known = DOWNLOADED.get("MobileNetV2")
    made = FakeWeb(home_folder / "cache" / "weights" / known.file)
    monkeypatch.setattr(DownloadedWeights, "download", lambda weights, tell: made.download(weights, tell))
    yield made
    made.go_on.set()
    if download := progress.last_download(known):
        download.wait(5)


def start(app: Any) -> Any:
    return app.button(key="start")


def has(app: Any, key: str) -> bool:
    return any(button.key == key for button in app.button)


def told(app: Any) -> str:
    return "\n".join(element.value.replace("\\", "") for kind in (app.info, app.error) for element in kind)


def until_over() -> None:
    download = progress.last_download(DOWNLOADED.get("MobileNetV2"))
    assert download is not None
    download.wait(5)


def test_the_network_is_described_before_its_weights_are_here(
    visit: Any, web: FakeWeb, inference: Any, words: Any
) -> None:
    app = visit("train", session=START)
    assert not app.exception
    assert "The weights of MobileNetV2 (9 MB) are not on this machine yet" in told(app)
    assert app.button(key="download weights").label == "Download (9 MB)"
    assert start(app).disabled
    assert not app.error
    shown = {metric.label: metric.value for metric in app.metric}
    assert (shown["Parameters"], shown["Multiply-adds"]) == ("121,930", "2.5 M")
    assert shown["Parameters that learn"] == "12,810"
    assert "…" not in shown.values()
    assert {name for name, _ in inference.asked} <= {"describe", "measure", "predict"}
    assert not has(app, "find rates go")  # what has to be trained for waits
    assert "MobileNetV2" in words(app)
    assert web.calls == 0  # nothing is fetched before somebody asks for it


def test_with_random_weights_there_is_nothing_to_download(visit: Any, web: FakeWeb) -> None:
    recipe = Recipe(architecture=Choice(name="applications/MobileNetV2", weights="none"))
    app = visit("train", session={"recipe to start from": recipe})
    assert not app.exception
    assert not start(app).disabled
    assert not has(app, "download weights")


def test_asked_for_watched_and_started(visit: Any, web: FakeWeb, engine: Any) -> None:
    app = visit("train", session=START)
    app.button(key="download weights").click().run()
    assert web.arrived.wait(5)
    app.run()
    assert not app.exception
    assert has(app, "cancel weights")
    assert not has(app, "download weights")
    assert start(app).disabled
    web.go_on.set()
    until_over()
    app.run()
    assert not app.exception
    assert not has(app, "cancel weights")
    assert "Parameters" in {metric.label for metric in app.metric}
    start(app).click().run()
    assert engine.calls == [("submit", RECIPE)]


def test_how_far_it_is_is_said(visit: Any, web: FakeWeb) -> None:
    app = visit("train", session=START)
    app.button(key="download weights").click().run()
    assert web.arrived.wait(5)
    app.run()
    (bar,) = app.get("progress")
    assert bar.proto.value in (89, 90)
    assert bar.proto.text == "Downloading the weights of MobileNetV2: 8.5 of 9.4 MB"


def test_somebody_else_sees_the_same_download(visit: Any, web: FakeWeb) -> None:
    visit("train", session=START).button(key="download weights").click().run()
    assert web.arrived.wait(5)
    other = visit("train", session=START)
    assert has(other, "cancel weights")
    assert web.calls == 1


def test_cancelled(visit: Any, web: FakeWeb) -> None:
    app = visit("train", session=START)
    app.button(key="download weights").click().run()
    assert web.arrived.wait(5)
    app.run()
    app.button(key="cancel weights").click().run()
    assert not app.exception
    until_over()
    app.run()
    assert has(app, "download weights")
    assert not app.error
    assert not web.place.exists()


def test_a_failure_is_one_sentence_and_the_button_is_there_again(visit: Any, web: FakeWeb) -> None:
    web.error = PlaceError("Nobody <b>answered</b>.")
    app = visit("train", session=START)
    app.button(key="download weights").click().run()
    until_over()
    app.run()
    assert not app.exception
    assert [element.value.replace("\\", "") for element in app.error] == ["Nobody <b>answered</b>."]
    web.error = None
    app.button(key="download weights").click().run()
    assert web.arrived.wait(5)
    app.run()
    assert not app.error


def test_damaged_weights_are_said_to_be(visit: Any, web: FakeWeb) -> None:
    web.place.parent.mkdir(parents=True)
    web.place.write_bytes(b"half")
    app = visit("train", session=START)
    assert "are damaged" in told(app)
    assert has(app, "download weights")
    assert start(app).disabled


def test_a_link_fills_the_form_though_its_weights_are_missing(visit: Any, web: FakeWeb) -> None:
    recipe = Recipe(architecture=Choice(name="applications/mobilenet-v2"), seed=5)
    app = visit("train", link={"recipe": recipe.to_code()})
    assert not app.exception
    assert not app.error
    (network,) = [box for box in app.selectbox if box.label == "Network"]
    assert network.value == "applications/MobileNetV2"
    assert has(app, "download weights")


def test_with_its_old_head_it_is_one_download(visit: Any, web: FakeWeb) -> None:
    whole = DOWNLOADED.get("MobileNetV2-with-head")
    web.place = web.place.with_name(whole.file)
    app = visit("train", session=START)
    assert app.button(key="download weights whole").label == "Download with its old head (15 MB)"
    app.button(key="download weights whole").click().run()
    assert web.arrived.wait(5)
    app.run()
    assert has(app, "cancel weights")
    assert not has(app, "download weights")
    assert not has(app, "download weights whole")
    app.button(key="cancel weights").click().run()
    download = progress.last_download(whole)
    assert download is not None
    download.wait(5)
    app.run()
    assert has(app, "download weights whole")


def test_other_nonsense_is_still_refused_first(visit: Any, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the check finds after the weights is found when they are there."""
    app = visit("train", session=START)
    app.button(key="download weights").click().run()
    web.go_on.set()
    until_over()
    monkeypatch.setenv("IMGCLS_PARAMETERS", "100")
    app.run()
    assert "at most 100 parameters" in told(app)
    assert start(app).disabled
    assert not has(app, "download weights")


# -- wherever a network is chosen

MOBILE = RECIPE.architecture
LONG_TAIL = RECIPE.model_copy(update={"imbalance": Imbalance(kind="long-tail", ratio=0.1)})
FORMS = {
    "imbalance": ({"imbalance to start from": (LONG_TAIL, ["none", "oversampling"])}, "start imbalance"),
    "shortcut": ({"shortcut to start from": DEFAULT.model_copy(update={"architecture": MOBILE})}, "start shortcut"),
    "compare": ({"compare way": "race", "race to start from": RECIPE}, "compare race go"),
}


@pytest.mark.parametrize("page", FORMS)
def test_every_form_offers_them(visit: Any, web: FakeWeb, page: str) -> None:
    session, key = FORMS[page]
    app = visit(page, session=session)
    assert not app.exception
    assert not app.error
    assert "The weights of MobileNetV2 (9 MB) are not on this machine yet" in told(app)
    assert not has(app, key) or app.button(key=key).disabled
    app.button(key="download weights").click().run()
    assert web.arrived.wait(5)
    app.run()
    assert has(app, "cancel weights")


def test_training_again_with_corrections_offers_them(visit: Any, web: FakeWeb, tested: Any, engine: Any) -> None:
    run = tested(recipe=RECIPE)
    correct(RECIPE.dataset, {"7": Correction(dropped=True)})
    app = visit("evaluate", link={"run": run.id})
    assert not app.exception
    assert has(app, "download weights")
    assert app.button(key=f"repair again {run.id}").disabled
