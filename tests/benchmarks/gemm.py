"""The most billion operations a second that a matrix product reaches here, by TensorFlow, in both precisions.

    python -m tests.benchmarks.gemm

A training that used all of it would be limited by arithmetic alone. Prints JSON in the last line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

SIDE, ROUNDS = 2048, 8


def peaks() -> dict[str, float]:
    """GFLOP/s by the name of the type, in this process."""
    import tensorflow as tf

    found = {}
    for kind in ("float32", "bfloat16"):
        one = tf.cast(tf.random.normal((SIDE, SIDE)), kind)
        product = tf.function(lambda one=one: tf.linalg.matmul(one, one), jit_compile=False)
        product()
        best = 0.0
        for _ in range(ROUNDS):
            began = time.perf_counter()
            product().numpy()
            best = max(best, 2 * SIDE**3 / (time.perf_counter() - began) / 1e9)
        found[kind] = best
    return found


def peaks_elsewhere() -> dict[str, float]:
    """The same in a process of its own, for one that should not import TensorFlow."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "tests.benchmarks.gemm"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    print(json.dumps(peaks()))


if __name__ == "__main__":
    main()
