"""Walks through every page of the app in a process of its own, and prints what the process has become.

    python tests/house/walk_pages.py HOME_WITH_RUNS

The home folder's runs are the finished, interrupted and failed ones whose names are its `finished.txt` and so on. The
workers are `tests/pages/stub_worker.py`, started by the real engine and the real inference client. Prints JSON: the
steps walked, the exceptions shown, the modules of Keras that were loaded and when, and the addresses called.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
FORBIDDEN = ("keras", "tensorflow", "tf_keras_vis", "jax", "torch")

report: dict[str, Any] = {"steps": [], "exceptions": [], "loaded": {}, "called": []}


def watch_sockets() -> None:
    """Note every address that is not of this machine, and refuse it."""

    def guarded(original: Any, refuse: type[OSError]) -> Any:
        def call(target: Any, *args: Any, **kwargs: Any) -> Any:
            address = args[0] if isinstance(target, socket.socket) else target
            host = str(address[0] if isinstance(address, tuple) else address)
            is_local_socket = isinstance(target, socket.socket) and target.family == socket.AF_UNIX
            if not is_local_socket and host not in ("127.0.0.1", "::1", "localhost"):
                report["called"].append(host)
                raise refuse("no way out in this test")
            return original(target, *args, **kwargs)

        return call

    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, guarded(getattr(socket.socket, name), OSError))
    socket.getaddrinfo = guarded(socket.getaddrinfo, socket.gaierror)


def use_stub_workers() -> None:
    import imgcls.engines.inference
    import imgcls.engines.local

    def start(kind: str, *_: Any, **__: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "tests" / "pages" / "stub_worker.py"), kind]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    imgcls.engines.local.start_worker = start
    imgcls.engines.inference.start_worker = start


def walk(home: Path) -> None:
    from streamlit.testing.v1 import AppTest

    from pages.components import services

    services._WARM_UP_AFTER = 0.0
    runs = {kind: (home / f"{kind}.txt").read_text() for kind in ("finished", "interrupted", "failed", "running")}
    picture = (ROOT / "assets" / "icon.png").read_bytes()

    def step(name: str, app: AppTest) -> AppTest:
        report["steps"].append(name)
        report["exceptions"] += [f"{name}: {found.value}" for found in app.exception]
        for module in FORBIDDEN:
            if module in sys.modules:
                report["loaded"].setdefault(module, name)
        return app

    def page(name: str, **link: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        app.query_params.update(link)
        return app.switch_page(f"pages/{name}.py").run()

    def until_answered(app: AppTest) -> AppTest:
        for _ in range(40):
            if not any("Asking" in info.value for info in app.info):
                break
            app.run()
        return app

    for state in ("no runs", "runs"):
        # the folder is only given to the pages; the engine keeps its own
        os.environ["IMGCLS_HOME"] = str(home if state == "runs" else home / "empty")
        for name in sorted(file.stem for file in (ROOT / "pages").glob("*.py") if file.stem != "__init__"):
            step(f"{name}, {state}", page(name))
    from pages.components.lesson import STEPS, offered

    for lesson in offered():
        for name in STEPS:
            app = page(lesson.page.removesuffix(".py"))
            app.segmented_control[0].set_value(name).run()
            step(f"lesson {lesson.name}, {name}", until_answered(app))
    for kind, run in runs.items():
        step(f"train, a {kind} run", page("train", run=run))
    for name in ("predict", "explain"):
        app = page(name, run=runs["finished"])
        for source in ("sample", "camera", "upload"):
            app.segmented_control[0].set_value(source).run()
            step(f"{name}, {source}", app)
        app.file_uploader[0].set_value(("icon.png", picture, "image/png")).run()
        until_answered(app)
        step(f"{name}, answered", app)
        assert app.get("plotly_chart"), f"{name}: {app}"
        app.session_state["language"] = "zh_CN"
        step(f"{name}, in Chinese", app.run())


if __name__ == "__main__":
    watch_sockets()
    use_stub_workers()
    walk(Path(sys.argv[1]))
    print(json.dumps(report))
