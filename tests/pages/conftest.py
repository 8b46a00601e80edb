"""The app under Streamlit's own tester, with an engine that only notes what it is asked, and runs written by hand.

No TensorFlow here: a run is a folder of files, and the answers come from `stub_worker.py`.
"""

from __future__ import annotations

import gc
import html
import io
import itertools
import json
import re
import runpy
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from imgcls.atomic import write_arrays
from imgcls.datasets.editing import add_image
from imgcls.datasets.importing import import_dataset
from imgcls.datasets.shelf import exists
from imgcls.engines.inference import Answer, Question
from imgcls.errors import BrokenError, ImgclsError
from imgcls.evaluation.metrics import softmax
from imgcls.recipe import Choice, Recipe
from imgcls.runs import Run, create_run, get_run
from imgcls.training.control import read_wishes, write_wishes
from imgcls.training.data import divided
from imgcls.training.data_card import hold_data
from pages.components import services
from tests.datasets.people import bring, encoded, picture

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = runpy.run_path(str(Path(__file__).with_name("stub_worker.py")))["ANSWERS"]


@pytest.fixture(scope="module", autouse=True)
def _cheap_collections() -> None:
    """Streamlit collects all garbage after every run of a page; what stands here already need not be looked at."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _packages_are_scanned_once() -> Iterator[None]:
    """Every test is a server to Streamlit, and a server reads the metadata of all packages that are installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


class FakeEngine:
    """Writes the run's folder, trains nothing, and keeps what it was asked in `calls`."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.refusal: ImgclsError | None = None
        self.ahead = 0

    def submit(self, recipe: Recipe) -> str:
        self._note("submit", recipe)
        return create_run(recipe, {"ticket": 1, "engine": ""}).id

    def resume(self, run_id: str) -> None:
        self._note("resume", run_id)

    def position(self, run_id: str) -> int:
        return self.ahead

    def control(
        self,
        run_id: str,
        *,
        pause: bool | None = None,
        stop: bool | None = None,
        learning_rate: float | None = None,
    ) -> None:
        asked: dict[str, Any] = {"pause": pause, "stop": stop, "learning_rate": learning_rate}
        asked = {name: value for name, value in asked.items() if value is not None}
        self._note("control", run_id, asked)
        folder = get_run(run_id).folder
        write_wishes(folder, replace(read_wishes(folder), **asked))

    def prepare(self) -> None:
        """There is nothing to warm up."""

    def _note(self, *call: Any) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.calls.append(call)


class FakeInference:
    """Answers at once; or, if told so, never or with an error.

    What is asked of an operation in `late` waits until `settle()`. `slow` are the questions that went to the slow line.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.slow: list[tuple[str, dict[str, Any]]] = []
        self.futures: list[Question] = []
        self.silent = False
        self.late: set[str] = set()
        self.refusal: ImgclsError | None = None
        self._waiting: list[tuple[Question, Callable[[], Any]]] = []

    def ask(
        self,
        operation: str,
        arrays: dict[str, np.ndarray] | None = None,
        slow: bool = False,
        forget_after: float | None = None,
        is_there: Callable[[], bool] | None = None,
        **arguments: Any,
    ) -> Question:
        future = Question(lambda: None)
        self.asked.append((operation, arguments))
        self.slow += [(operation, arguments)] if slow else []
        self.futures.append(future)
        if self.refusal is not None:
            future.set_exception(self.refusal)
        elif operation in self.late:
            self._waiting.append((future, lambda: Answer(*ANSWERS[operation](arguments, arrays or {}))))
        elif not self.silent:
            future.set_result(Answer(*ANSWERS[operation](arguments, arrays or {})))
        return future

    def settle(self) -> None:
        """Answer what has been asked late and not taken back."""
        for future, answer in self._waiting:
            if future.set_running_or_notify_cancel():
                future.set_result(answer())
        self._waiting.clear()
        self.late.clear()

    def warm_up(self) -> None:
        """It is warm."""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    """The engine that the pages of this test get."""
    fake = FakeEngine()
    monkeypatch.setattr(services, "LocalEngine", lambda *args, **kwargs: fake)
    services.engine.clear()
    yield fake
    services.engine.clear()


@pytest.fixture
def inference(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeInference]:
    """The inference client that the pages of this test get."""
    fake = FakeInference()
    monkeypatch.setattr(services, "InferenceClient", lambda *args, **kwargs: fake)
    services.inference.clear()
    yield fake
    services.inference.clear()


@pytest.fixture
def root_app() -> AppTest:
    """The app in a server that nobody has visited; `AppTest` begins every run as the very first."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)


class SeenPagesManager(PagesManager):
    """That of a server whose `app.py` has run before: `AppTest` begins every run as a server's very first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        PagesManager.uses_pages_directory = False


Opened = Callable[..., AppTest]


@pytest.fixture
def visit(engine: FakeEngine, inference: FakeInference, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Open a page of the app as a browser would: `visit("train", link={"run": …}, language="zh_CN", session={…})`."""

    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", SeenPagesManager)

    def visit(
        page: str = "home",
        link: dict[str, str] | None = None,
        language: str | None = None,
        session: dict[str, Any] | None = None,
    ) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        if language:
            app.session_state["language"] = language
        for name, value in (session or {}).items():
            app.session_state[name] = value
        app.query_params.update(link or {})
        if page != "home":
            app.switch_page(f"pages/{page}.py")
        return app.run()

    return visit


# -- runs by hand

_MINUTES = itertools.count()


def _curve(epochs: int, every: int = 4) -> list[dict[str, Any]]:
    """The lines of a log of `epochs` ended epochs of four steps each, of ten that were asked for."""
    lines: list[dict[str, Any]] = [
        {
            "kind": "start",
            "parameters": 121_930,
            "epochs": 10,
            "steps_per_epoch": every,
            "train_images": 3500,
            "validation_images": 500,
            "classes": 10,
        }
    ]
    for epoch in range(1, epochs + 1):
        falling = [round(2 / (every * (epoch - 1) + step + 1), 4) for step in range(every)]
        lines.append(
            {
                "kind": "steps",
                "step": epoch * every,
                "every": 1,
                "loss": falling,
                "accuracy": [round(1 - loss / 3, 4) for loss in falling],
                "learning_rate": 0.001,
                "images_per_second": 5000.0,
            }
        )
        lines.append(
            {
                "kind": "epoch",
                "epoch": epoch,
                "step": epoch * every,
                "partial": False,
                "loss": falling[-1],
                "accuracy": 0.9,
                "val_loss": 0.3,
                "val_accuracy": 0.875,
                "seconds": 75.0 * epoch,
                "validation_seconds": 0.1,
                "best": True,
            }
        )
    return [{**line, "t": 1_770_000_000.0 + place} for place, line in enumerate(lines)]


@pytest.fixture
def make_run(home_folder: Path) -> Iterator[Callable[..., Run]]:
    """Write the folder of a run: `make_run("failed", title="…", epochs=2, recipe=…)`; newer ones come first.

    Statuses: queued, running, paused, interrupted, completed, stopped, failed. A running one holds its lock.
    """
    locks: list[FileLock] = []

    def make_run(
        status: str,
        *,
        title: str | None = None,
        epochs: int = 2,
        recipe: Recipe | None = None,
        reason: ImgclsError | None = None,
    ) -> Run:
        made = create_run(recipe or Recipe(), {"ticket": 1, "engine": ""})
        begun = time.gmtime(1_770_000_000 + 60 * next(_MINUTES))
        identifier = f"{time.strftime('%Y%m%d-%H%M%S', begun)}-{made.id[-6:]}"
        folder = made.folder.rename(made.folder.with_name(identifier))
        if title is not None:
            _write(folder / "title.json", {"title": title})
        if status == "queued":
            return get_run(identifier)
        (folder / "queue.json").unlink()
        if epochs:
            lines = "".join(json.dumps(line) + "\n" for line in _curve(epochs))
            (folder / "metrics.jsonl").write_text(lines)
            (folder / "snapshots").mkdir()
            arrays = {"confusion": np.eye(10, dtype=int) * 50, "filters": np.ones((3, 3, 1, 32), np.float32)}
            np.savez(folder / "snapshots" / f"epoch-{epochs:04d}.npz", **arrays)
            (folder / "checkpoints").mkdir()
            pointer = {"last": {"file": "a.npz", "sha256": "0" * 64, "progress": {"epoch": epochs}}}
            _write(folder / "checkpoints" / "checkpoint.json", pointer)
        if status in ("running", "paused"):
            locks.append(FileLock(folder / "worker.lock"))
            locks[-1].acquire()
            _write(folder / "control.json", {"pause": status == "paused"})
        elif status != "interrupted":
            _write(folder / "result.json", _result(status, reason, folder if epochs else None))
        return get_run(identifier)

    yield make_run
    for lock in locks:
        lock.release()


@pytest.fixture
def tested(make_run: Callable[..., Run]) -> Callable[..., Run]:
    """A run on mnist-5k, tested: so many of the first fours are taken for nines, all else is right."""

    def tested(wrong: int = 7, recipe: Recipe | None = None, title: str | None = None) -> Run:
        run = make_run("completed", recipe=recipe, title=title)
        images, parts = divided(run.recipe)
        labels = images.labels[parts.test]
        predicted = labels.copy()
        predicted[np.flatnonzero(labels == 4)[:wrong]] = 9
        logits = 3 * np.eye(10, dtype=np.float32)[predicted]
        arrays = {"logits": logits, "probabilities": softmax(logits), "labels": labels, "indices": parts.test}
        write_arrays(run.folder / "evaluation.npz", arrays)
        right = float((predicted == labels).mean())
        _write(run.folder / "result.json", {**(run.result or {}), "test_accuracy": right, "test_images": len(labels)})
        return run

    return tested


@pytest.fixture
def changed(tmp_path: Any, make_run: Any) -> Callable[..., Run]:
    """A run on a data set of one's own that has changed since it began."""

    def changed(status: str, title: str | None = None) -> Run:
        if not exists("pets"):
            import_dataset("pets", bring(tmp_path / "pets"))
        run = make_run(status, recipe=Recipe(dataset=Choice(name="pets")), title=title)
        hold_data(run.folder, run.recipe, [8, 9])
        shutil.rmtree(run.folder / "snapshots")  # of ten classes
        add_image("pets", "cats", encoded(picture(sum(run.id.encode()))))
        return run

    return changed


def _result(status: str, reason: ImgclsError | None, folder: Path | None) -> dict[str, Any]:
    result: dict[str, Any] = {"status": status, "reason": reason.to_json() if reason else None, "finished": time.time()}
    if status == "failed":
        result["reason"] = (reason or BrokenError("The machine ran out of memory.")).to_json()
    elif folder is not None:
        (folder / "model.keras").write_bytes(b"weights")
        result |= {
            "validation_accuracy": 0.875,
            "test_accuracy": 0.8625,
            "test_images": 1000,
            "train_seconds": 150.0,
            "best_epoch": 2,
            "model_sha256": "0" * 64,
        }
    return result


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data))


# -- pictures


@pytest.fixture
def picture_file() -> bytes:
    """A PNG of a dark stroke on white paper."""
    paper = np.full((60, 40, 3), 255, np.uint8)
    paper[10:50, 18:23] = 20
    stream = io.BytesIO()
    Image.fromarray(paper).save(stream, "PNG")
    return stream.getvalue()


# -- what stands on a page


@pytest.fixture
def words() -> Callable[[AppTest], str]:
    """Everything that a page says, in one text."""

    def words(app: AppTest) -> str:
        kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error", "success")
        said = [str(element.value) for kind in kinds for element in getattr(app, kind)]
        said += [button.label for button in app.button] + [link.label for link in app.page_link]
        said += [metric.label + " " + str(metric.value) for metric in app.metric]
        return "\n".join(said + [expander.label for expander in app.expander])

    return words


@pytest.fixture
def markup() -> Callable[[AppTest, str], list[str]]:
    """Texts in which a browser would take `name` for markup: in Markdown or HTML, and not escaped."""

    def markup(app: AppTest, name: str) -> list[str]:
        bare = re.compile(r"(?<!\\)" + re.escape(name))
        kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error", "success")
        texts = [str(element.value) for kind in kinds for element in getattr(app, kind)]
        texts += [widget.label for kind in ("button", "expander", "metric", "toggle") for widget in getattr(app, kind)]
        # in HTML, only these signs mean anything
        pictures = [str(element.value) for element in app.html] if html.escape(name) != name else []
        return [text for text in texts + pictures if bare.search(text)]

    return markup
