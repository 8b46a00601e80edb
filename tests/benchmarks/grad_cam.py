"""Grad-CAM of one image through the inference worker, against the bare traced function and against tf-keras-vis.

    python -m tests.benchmarks.grad_cam

Asked alternately in one run, after a warm-up: through the worker as a page does (client, pipe, worker, pipe); the same
traced function in this process; tf-keras-vis in this process on the same model. Then the worker's memory over 500
predictions and 200 explanations. Prints a table and JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROUNDS = 30


def median_ms(works: dict[str, Callable[[], Any]], rounds: int) -> dict[str, tuple[float, float, float]]:
    """Median, lowest and highest decile of each work in milliseconds, asked in turn."""
    for work in works.values():
        work()
        work()
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            took[name].append(1000 * (time.perf_counter() - began))
    return {
        name: (statistics.median(values), *(float(np.quantile(values, share)) for share in (0.1, 0.9)))
        for name, values in took.items()
    }


def compare(client: Any, name: str, image: np.ndarray) -> dict[str, Any]:
    from tf_keras_vis.gradcam import Gradcam

    from imgcls.explain import engine
    from imgcls.models import load_trained

    trained = load_trained(name)
    model, inputs = trained.keras_model, trained.inputs(image[None])
    layer = engine.default_layer(model)
    assert layer is not None
    target = int(engine.scores(model, inputs).argmax())
    other = Gradcam(model, model_modifier=None, clone=False)
    raw = {"activation_modifier": None, "expand_cam": False, "normalize_cam": False}
    works = {
        "worker": lambda: client.ask("explain", {"image": image}, model=name, method="grad-cam").result(60),
        "bare": lambda: engine.look(model, inputs, np.array([target]), layer, to_image=False),
        "tf-keras-vis": lambda: other(lambda logits: logits[:, target], inputs, penultimate_layer=layer, **raw),
    }
    found = median_ms(works, ROUNDS)
    middle = {work: values[0] for work, values in found.items()}
    return {
        "milliseconds": found,
        "worker / bare": middle["worker"] / middle["bare"],
        "tf-keras-vis / worker": middle["tf-keras-vis"] / middle["worker"],
    }


def memory(client: Any, name: str, image: np.ndarray) -> dict[str, float]:
    """Megabytes of the worker before and after 500 predictions and 200 explanations by several methods."""
    from imgcls.explain import methods

    known = [one.name for one in methods() if not one.is_heavy]
    for method in known:
        client.ask("explain", {"image": image}, model=name, method=method).result(60)
    client.ask("predict", {"images": image[None]}, model=name).result(60)
    pid = client._worker.pid
    before = resident(pid)
    for _ in range(500):
        client.ask("predict", {"images": image[None]}, model=name).result(60)
    for place in range(200):
        client.ask("explain", {"image": image}, model=name, method=known[place % len(known)]).result(60)
    return {"before": before, "after": resident(pid), "grown": resident(pid) - before}


def resident(pid: int) -> float:
    """Resident memory of a process in megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["IMGCLS_HOME"] = home
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from imgcls.cli import main as command
        from imgcls.datasets import load
        from imgcls.engines.inference import InferenceClient
        from imgcls.recipe import Choice
        from imgcls.runs import list_runs

        command(["train", "--epochs", "1"])
        run = list_runs()[0].id
        digit = load(Choice(name="mnist-5k")).images[0]
        photograph = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
        client = InferenceClient()
        found = {
            "seed-cnn 28×28": compare(client, run, digit),
            "efficientnet-lite0 224×224": compare(client, "imagenet", photograph),
            "memory of the worker, MB": memory(client, run, digit),
        }
        client.close()
    for name, rows in found.items():
        print(name)
        for row, value in rows.items():
            print(f"  {row}: {value}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
