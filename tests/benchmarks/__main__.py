"""The speed table: every benchmark of this folder, one after another, each in a process of its own.

    python -m tests.benchmarks [--only NAME …] [--json FILE]

Prints a Markdown table with the aim beside each figure. Ratios are taken within one run, because machines are noisy;
let nothing else run meanwhile. What cannot be measured says why.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.gemm import peaks_elsewhere
from tests.benchmarks.table import BENCHMARKS, Benchmark, Row, failed, report_of, without_benchmark

ROOT = Path(__file__).resolve().parents[2]


def rows_of(benchmark: Benchmark) -> list[Row]:
    """What it measured, or one line that says why nothing."""
    command = [sys.executable, "-m", f"tests.benchmarks.{benchmark.name}", *benchmark.arguments]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=benchmark.limit
        )
    except subprocess.TimeoutExpired:
        return [failed(benchmark, f"not done in {benchmark.limit} s")]
    if done.returncode:
        return [failed(benchmark, (done.stderr.strip().splitlines() or ["it failed"])[-1][:120])]
    try:
        return benchmark.read(report_of(done.stdout))
    except (ValueError, KeyError) as error:
        return [failed(benchmark, f"its report was not understood: {error}")]


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
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if unknown := set(asked.only) - {one.name for one in BENCHMARKS}:
        parser.error(f"expected some of {', '.join(one.name for one in BENCHMARKS)}. Received: {', '.join(unknown)}")
    told = machine()
    print(f"{told}\n\n| what | against | figure | aim | |\n| --- | --- | --- | --- | --- |", flush=True)
    found: list[Row] = []
    for benchmark in (one for one in BENCHMARKS if one.name in asked.only):
        print(f"{benchmark.name} …", file=sys.stderr, flush=True)
        begun = time.perf_counter()
        rows = rows_of(benchmark)
        print(f"  {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
        found += rows
        print("\n".join(row.line() for row in rows), flush=True)
    found += without_benchmark()
    print("\n".join(row.line() for row in without_benchmark()), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps({"machine": told, "rows": [asdict(row) for row in found]}, indent=1))


if __name__ == "__main__":
    main()
