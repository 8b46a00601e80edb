"""L4: a school day of questions to one inference worker, in a minute."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from imgcls.engines.inference import InferenceClient
from imgcls.explain import methods
from tests.explain.nets import cheap


def megabytes(pid: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_many_questions_cost_no_memory_no_files_and_no_retracing(tiny_run, home_folder):
    client = InferenceClient()
    rng = np.random.default_rng(0)

    known = [one.name for one in methods()]

    def ask(predictions: int, explanations: int, checks: int) -> None:
        futures = []
        for number in range(predictions):
            count = number % 5 + 1
            images = rng.integers(0, 256, (count, 28, 28, 1), np.uint8)
            futures.append(client.ask("predict", {"images": images}, model=tiny_run.id))
        for number in range(explanations):
            image = rng.integers(0, 256, (28, 28, 1), np.uint8)
            layer = ("pool_2", "conv_2", "conv_1")[number % 3]
            asked = {"method": known[number % len(known)], "layer": layer, "class": number % 10}
            asked["options"] = cheap(asked["method"])
            futures.append(client.ask("explain", {"image": image}, model=tiny_run.id, **asked))
        for number in range(checks):
            image = rng.integers(0, 256, (28, 28, 1), np.uint8)
            asked = {"method": ("grad-cam", "saliency")[number % 2], "class": number % 10}
            futures.append(client.ask("trust_map", {"image": image}, slow=True, model=tiny_run.id, **asked))
        for future in futures:
            future.result(120)

    try:
        ask(50, 3 * len(known), 2)  # warm-up: every shape, every method at every layer once
        worker = client._worker
        before = megabytes(worker.pid), open_files(worker.pid), open_files(os.getpid())
        ask(500, 200, 20)
        after = megabytes(worker.pid), open_files(worker.pid), open_files(os.getpid())
        assert client._worker is worker
        assert after[0] - before[0] < 100
        assert abs(after[1] - before[1]) <= 5
        assert abs(after[2] - before[2]) <= 5
        assert "retracing" not in (home_folder / "logs" / "inference.log").read_text()
        print(f"memory +{after[0] - before[0]:.1f} MB")
    finally:
        client.close()
