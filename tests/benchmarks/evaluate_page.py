"""How long the page Evaluate takes to open for a test of 10,000 images whose probabilities are kept.

    python -m tests.benchmarks.evaluate_page [--images 1000 10000 50000]

A small run is trained; its test is then written anew with as many answers as asked, drawn from what it said (the
images repeat: mnist-5k has 5,000). `open` is the whole script of the page under Streamlit's own tester, `again` the
same once more, as after every click. Medians in seconds; asked is 1 for 10,000.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def with_answers(folder: Path, count: int) -> None:
    from imgcls.atomic import read_json, write_arrays, write_json

    with np.load(folder / "evaluation.npz") as kept:
        arrays = {name: kept[name] for name in kept.files}
    drawn = np.random.default_rng(0).integers(0, len(arrays["labels"]), count)
    write_arrays(folder / "evaluation.npz", {name: values[drawn] for name, values in arrays.items()})
    write_json(folder / "result.json", {**read_json(folder / "result.json"), "test_images": count})


def seconds(run: str) -> dict[str, float]:
    from streamlit.testing.v1 import AppTest

    opened, again = [], []
    for _ in range(3):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
        app.session_state["run"] = run
        began = time.perf_counter()
        app.switch_page("pages/evaluate.py").run()
        opened.append(time.perf_counter() - began)
        assert not app.exception, app.exception
        assert len(app.get("plotly_chart")) > 0, "the page shows the run"
        began = time.perf_counter()
        app.run()
        again.append(time.perf_counter() - began)
    return {"open": round(statistics.median(opened), 3), "again": round(statistics.median(again), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, nargs="+", default=[1000, 10_000, 50_000])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["IMGCLS_HOME"] = home
        os.environ["IMGCLS_SPARE_WORKERS"] = "0"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from imgcls.cli import main as command
        from imgcls.runs import get_run, list_runs

        command(["train", "--architecture", "linear", "--epochs", "3"])
        run = get_run(list_runs()[0].id)
        for count in asked.images:
            with_answers(run.folder, count)
            found: dict[str, Any] = seconds(run.id)
            print(f"{count:,} test images: {json.dumps(found)}", flush=True)


if __name__ == "__main__":
    main()
