"""What a worker's way with memory is worth: steps of resnet-20 in large pages, kept, against the C library's own way.

    python -m tests.benchmarks.large_pages [--pairs 6]

Each turn is a process of its own, because the C library reads its settings when it starts; the two take turns. Printed
are images per second, the resident memory after the last step in megabytes, and in the last line JSON with the ratio of
each pair. Only Linux with the GNU C library has these settings.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from typing import Any

from imgcls.engines.process import worker_environment

STEPS = """
import json, os, statistics, time
from pathlib import Path
import numpy as np
from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.recipe import Choice
from imgcls.datasets import ImageSet
from imgcls.training.data import Batches
from imgcls.training.half import processor_has_bfloat16
from imgcls.training.optimizer import make_optimizer
from imgcls.training.step import Steps
rng = np.random.default_rng(0)
some = ImageSet(rng.integers(0, 256, (1280, 32, 32, 3), np.uint8), np.arange(1280) % 10, tuple("0123456789"))
model = build_model(Choice(name="resnet-20"), (32, 32, 3), 10, 0)
steps = Steps(model, make_optimizer("adam"), ARCHITECTURES.get("resnet-20").preprocessing)
steps.half = processor_has_bfloat16()
batches = Batches(some, 128, 0)
seconds = []
for epoch in range(7):
    run = batches.epoch(epoch)
    began = time.perf_counter()
    steps.train(run, np.full(10, 0.001))
    seconds.append(time.perf_counter() - began)
pages = int(Path("/proc/self/statm").read_text().split()[1])
told = {"speed": 1280 / statistics.median(seconds[1:]), "megabytes": pages * os.sysconf("SC_PAGE_SIZE") / 1e6}
print(json.dumps(told))
"""


def turn(environment: dict[str, str]) -> dict[str, Any]:
    """Images per second and megabytes of one process."""
    quiet = {**environment, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", STEPS], env=quiet, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=6)
    asked = parser.parse_args()
    plain = {name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES"}
    large = {**plain, "GLIBC_TUNABLES": worker_environment(plain)["GLIBC_TUNABLES"]}
    ratios = []
    for _ in range(asked.pairs):
        usual, ours = turn(plain), turn(large)
        ratios.append(ours["speed"] / usual["speed"])
        told = ", ".join(f"{one['speed']:,.0f} images/s in {one['megabytes']:,.0f} MB" for one in (usual, ours))
        print(f"{told}: {ratios[-1]:.2f} ×", flush=True)
    print(json.dumps({"ratio": statistics.median(ratios), "spread": [min(ratios), max(ratios)]}))


if __name__ == "__main__":
    main()
