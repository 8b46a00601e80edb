"""The speed table: every benchmark of this folder, one after another, each in a process of its own.

    python -m tests.benchmarks [--only NAME …] [--minutes 20] [--json FILE]

Prints a Markdown table with the aim beside each figure, in so many minutes at most: a benchmark that is not done when
its time is over gives the rows it has so far, and says that it was stopped. Ratios are taken within one run, because
machines are noisy; let nothing else run meanwhile. What cannot be measured says why.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from tests.benchmarks.gemm import peaks_elsewhere
from tests.benchmarks.table import BENCHMARKS, Benchmark, Row, failed, read_rows, without_benchmark

ROOT = Path(__file__).resolve().parents[2]
#: Seconds that are kept for stopping the last benchmark and for writing the file.
ENDING = 5


def rows_of(benchmark: Benchmark, seconds: float) -> list[Row]:
    """What it measured within this time, and one line more where that was not all."""
    command = [sys.executable, "-m", f"tests.benchmarks.{benchmark.name}", *benchmark.arguments]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        # a group of its own: servers and browsers that it has started must not disturb those who come after it
        started = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=errors, start_new_session=True
        )
        try:
            code = started.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            started.wait()
        printed, complaints = (_text(file) for file in (out, errors))
    if code:
        return [failed(benchmark, (complaints.strip().splitlines() or ["it failed"])[-1][:120])]
    return read_rows(benchmark, printed, None if code == 0 else seconds)


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def machine() -> str:
    """What it was measured on."""
    name = platform.processor() or platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        lines = [
            line.partition(":")[2].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")
        ]
        name = lines[0] if lines else name
    peaks = peaks_elsewhere()
    gemm = ", ".join(f"{speed:,.0f} GFLOP/s in {kind}" for kind, speed in peaks.items())
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}; matrix products: {gemm}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[one.name for one in BENCHMARKS], metavar="NAME")
    parser.add_argument("--minutes", type=float, default=20.0, metavar="MINUTES")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if unknown := set(asked.only) - {one.name for one in BENCHMARKS}:
        parser.error(f"expected some of {', '.join(one.name for one in BENCHMARKS)}. Received: {', '.join(unknown)}")
    end = time.monotonic() + 60 * asked.minutes - ENDING
    told = machine()
    print(f"{told}\n\n| what | against | figure | aim | |\n| --- | --- | --- | --- | --- |", flush=True)
    found: list[Row] = []
    for benchmark in (one for one in BENCHMARKS if one.name in asked.only):
        print(f"{benchmark.name} …", file=sys.stderr, flush=True)
        begun = time.perf_counter()
        left = end - time.monotonic()
        rows = rows_of(benchmark, min(benchmark.limit, left)) if left > 0 else [failed(benchmark, "no time was left")]
        print(f"  {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
        found += rows
        print("\n".join(row.line() for row in rows), flush=True)
    found += without_benchmark()
    print("\n".join(row.line() for row in without_benchmark()), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps({"machine": told, "rows": [asdict(row) for row in found]}, indent=1))


if __name__ == "__main__":
    main()
