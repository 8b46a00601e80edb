"""A data set that is not here: the notice on Train, Data and Lab, the download, its end, and its failure."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imgcls.datasets import DATASETS, cache, verdicts
from imgcls.datasets.downloaded import DownloadedData
from imgcls.downloads import progress
from imgcls.errors import PlaceError
from imgcls.recipe import Choice, Imbalance, Recipe
from tests.datasets.placed import place_cifar_100, place_fashion_mnist

RECIPE = Recipe(dataset=Choice(name="fashion-mnist", images=1000))
SIZE = DATASETS.get("fashion-mnist").download.size  # type: ignore[union-attr]
START = {"recipe to start from": RECIPE}


class FakeWeb:
    """Brings nine tenths, and the last one when it is told to."""

    def __init__(self, keras_home: Path) -> None:
        self.keras_home = keras_home
        self.go_on, self.arrived = threading.Event(), threading.Event()
        self.calls = 0
        self.error: PlaceError | None = None

    def download(self, tell: Any) -> bool:
        self.calls += 1
        if self.error is not None:
            raise self.error
        while tell(SIZE * 9 // 10, SIZE):
            self.arrived.set()
            if self.go_on.wait(0.01):
                place_fashion_mnist(self.keras_home, train=1000, test=200)
                return True
        return False


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeWeb]:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(progress, "_downloads", {})
    monkeypatch.setattr(cache, "_memory", {})
    monkeypatch.setattr(verdicts, "_known", {})
    made = FakeWeb(tmp_path)
    monkeypatch.setattr(DownloadedData, "download", lambda data, tell: made.download(tell))
    yield made
    made.go_on.set()
    until_over(none_is_fine=True)


def until_over(none_is_fine: bool = False) -> None:
    wanted = DATASETS.get("fashion-mnist").download
    assert wanted is not None
    download = progress.last_download(wanted)
    assert none_is_fine or download is not None
    if download is not None:
        download.wait(5)


def start(app: Any) -> Any:
    return app.button(key="start")


def has(app: Any, key: str) -> bool:
    return any(button.key == key for button in app.button)


def told(app: Any) -> str:
    return "\n".join(element.value.replace("\\", "") for kind in (app.info, app.error) for element in kind)


def test_the_network_is_described_before_its_data_is_here(visit: Any, web: FakeWeb, inference: Any, words: Any) -> None:
    app = visit("train", session=START)
    assert not app.exception
    assert "The data set fashion-mnist (31 MB) is not on this machine yet" in told(app)
    assert app.button(key="download data").label == "Download (31 MB)"
    assert start(app).disabled
    assert not app.error
    shown = {metric.label: metric.value for metric in app.metric}
    assert (shown["Parameters"], shown["Multiply-adds"]) == ("121,930", "2.5 M")
    assert not has(app, "find rates go")  # what has to be trained for waits
    assert "clothes and shoes" in words(app)
    assert "875 images to train on, 125 to validate each epoch, 10,000 kept for the test" in words(app).replace(
        "\\", ""
    )
    assert web.calls == 0  # nothing is fetched before somebody asks for it


@pytest.mark.parametrize("network", ["efficientnet-lite0", "from-run"])
def test_a_network_that_would_show_a_training_image(visit: Any, web: FakeWeb, network: str) -> None:
    recipe = RECIPE.model_copy(update={"architecture": Choice(name=network)})
    app = visit("train", session={"recipe to start from": recipe})
    assert not app.exception
    assert start(app).disabled


def test_asked_for_watched_and_started(visit: Any, web: FakeWeb, engine: Any) -> None:
    app = visit("train", session=START)
    app.button(key="download data").click().run()
    assert web.arrived.wait(5)
    app.run()
    assert not app.exception
    assert has(app, "cancel data")
    assert not has(app, "download data")
    assert start(app).disabled
    (bar,) = app.get("progress")
    assert bar.proto.text == "Downloading the data set fashion-mnist: 27.8 of 30.9 MB"
    web.go_on.set()
    until_over()
    app.run()
    assert not app.exception
    assert not has(app, "cancel data")
    assert "Parameters" in {metric.label for metric in app.metric}
    start(app).click().run()
    assert engine.calls == [("submit", RECIPE)]


def test_cancelled(visit: Any, web: FakeWeb) -> None:
    app = visit("train", session=START)
    app.button(key="download data").click().run()
    assert web.arrived.wait(5)
    app.run()
    app.button(key="cancel data").click().run()
    assert not app.exception
    until_over()
    app.run()
    assert has(app, "download data")
    assert not app.error


def test_a_failure_is_one_sentence_and_the_button_is_there_again(visit: Any, web: FakeWeb) -> None:
    web.error = PlaceError("Nobody <b>answered</b>.")
    app = visit("train", session=START)
    app.button(key="download data").click().run()
    until_over()
    app.run()
    assert not app.exception
    assert [element.value.replace("\\", "") for element in app.error] == ["Nobody <b>answered</b>."]
    assert has(app, "download data")


def test_files_that_are_found_to_be_damaged(visit: Any, web: FakeWeb, tmp_path: Path) -> None:
    place_fashion_mnist(tmp_path)
    path = tmp_path / "datasets" / "fashion-mnist" / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:999])
    recipe = Recipe(dataset=Choice(name="fashion-mnist", images=777))  # of which no other test has kept pictures
    app = visit("train", session={"recipe to start from": recipe})
    for _ in range(2):
        assert not app.exception
        assert "train-images-idx3-ubyte.gz” is cut off, damaged or another file" in told(app)
        assert has(app, "download data")
        assert start(app).disabled  # at the first look already
        app.run()


def test_a_link_fills_the_form_though_its_data_set_is_missing(visit: Any, web: FakeWeb) -> None:
    app = visit("train", link={"recipe": RECIPE.to_code()})
    assert not app.exception
    assert not app.error
    (data,) = [box for box in app.selectbox if box.label == "Data set"]
    assert data.value == "fashion-mnist"
    assert has(app, "download data")


def test_other_nonsense_is_refused_first(visit: Any, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_PARAMETERS", "100")
    app = visit("train", session=START)
    assert "at most 100 parameters" in told(app)
    assert not has(app, "download data")


def test_a_hundred_classes_are_shown(visit: Any, web: FakeWeb, tmp_path: Path) -> None:
    place_cifar_100(tmp_path)
    recipe = Recipe(dataset=Choice(name="cifar-100", images=1000))
    app = visit("train", session={"recipe to start from": recipe})
    assert not app.exception
    assert not app.error
    assert not start(app).disabled


def test_the_lab_offers_it_too(visit: Any, web: FakeWeb) -> None:
    app = visit("lab")
    (data,) = [box for box in app.selectbox if box.label == "Data set"]
    data.set_value("fashion-mnist").run()
    assert not app.exception
    assert has(app, "download data")
    assert app.button(key="start race").disabled


def test_the_page_data_offers_it(visit: Any, web: FakeWeb) -> None:
    app = visit("data", session={"data looked at": RECIPE.dataset})
    assert not app.exception
    assert "The data set fashion-mnist (31 MB) is not on this machine yet" in told(app)
    app.button(key="download data").click().run()
    assert web.arrived.wait(5)
    web.go_on.set()
    until_over()
    app.run()
    assert not app.exception
    assert not has(app, "download data")
    assert not app.error


def test_rare_classes_offer_it(visit: Any, web: FakeWeb) -> None:
    recipe = RECIPE.model_copy(update={"imbalance": Imbalance(kind="long-tail", ratio=0.1)})
    trials = (recipe, ["none", "oversampling"])
    app = visit("imbalance", session={"imbalance to start from": trials})
    assert not app.exception
    assert not app.error
    assert app.button(key="start imbalance").disabled
    app.button(key="download data").click().run()
    assert web.arrived.wait(5)
    web.go_on.set()
    until_over()
    app.run()
    assert not has(app, "download data")
    assert not app.button(key="start imbalance").disabled


def test_a_race_offers_it(visit: Any, web: FakeWeb) -> None:
    app = visit("compare", session={"compare way": "race", "race to start from": RECIPE})
    assert not app.exception
    assert not app.error
    assert has(app, "download data")
    assert app.button(key="compare race go").disabled
