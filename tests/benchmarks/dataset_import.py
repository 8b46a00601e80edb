"""What it takes to import 5,000 photographs of 100 KB as a data set of one's own, and to look for twins among them.

    .venv/bin/python -m tests.benchmarks.dataset_import [--images 5000] [--width 640] [--height 480] [--kind jpeg]
                                                        [--steps import load …]

The photographs are windows of scikit-image's, each at another place and in another light, with the noise of a sensor,
saved so that a file has about 100 KB. Each step is timed in a process of its own, which reports its seconds and the
most memory that it ever took; in the end all of them are printed as JSON.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

CLASSES = ("astronaut", "chelsea", "coffee", "rocket", "retina")
_SHIFT = 64  # px

#: Runs a step and prints its seconds, its process's processor seconds (which the machine's other tenants change little)
#: and its largest memory (MB). Linux only: `ru_maxrss` would count the memory of the process that started it.
STEP = """
import json, sys, time
began = time.perf_counter()
{step}
seconds, processor = time.perf_counter() - began, time.process_time()
lines = open("/proc/self/status").read().splitlines()
memory = int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
took = {{"seconds": round(seconds, 2), "processor seconds": round(processor, 2), "megabytes": round(memory)}}
print(json.dumps({{**took, **found}}))
"""

STEPS = {
    "import": """
from pathlib import Path
from imgcls.datasets.importing import import_dataset
report = import_dataset("photographs", Path(sys.argv[1]))
found = {"images": report.images, "left_out": len(report.left_out), "groups of twins": len(report.duplicates)}
""",
    "load": """
from imgcls.datasets import load
from imgcls.recipe import Choice
images = load(Choice(name="photographs"))
found = {"images": len(images)}
""",
    "load at another side": """
from imgcls.datasets import load
from imgcls.recipe import Choice
images = load(Choice(name="photographs", side=96))
found = {"images": len(images)}
""",
    "look for twins": """
from imgcls.datasets import load
from imgcls.datasets.duplicates import near_duplicates
from imgcls.recipe import Choice
images = load(Choice(name="photographs")).images
began = time.perf_counter()
found = {"pairs": len(near_duplicates(images))}
""",
    "facts": """
from imgcls.datasets import DATASETS
DATASETS.get("photographs").usual
began = time.perf_counter()
found = {"images": DATASETS.get("photographs").usual.size}
""",
    "version": """
from imgcls.datasets import DATASETS
entry = DATASETS.get("photographs")
began = time.perf_counter()
found = {"version": entry.version()}
""",
}


def windows(label: str, count: int, width: int, height: int) -> Iterator[np.ndarray]:
    """Pieces of one photograph, uint8 (h, w, 3), no two alike."""
    random = np.random.default_rng(len(label))
    whole = Image.fromarray(getattr(data, label)())
    # drawn once, used at another place each time: to draw it anew would take longer than all the rest
    sensor = random.normal(0, 6, (height + _SHIFT, width + _SHIFT, 3)).astype(np.float32)
    for _ in range(count):
        share = random.uniform(0.4, 0.9)
        breadth, length = whole.width * share, whole.height * share
        left, top = random.uniform(0, whole.width - breadth), random.uniform(0, whole.height - length)
        piece = whole.resize((width, height), Image.Resampling.BILINEAR, (left, top, left + breadth, top + length))
        down, right = random.integers(0, _SHIFT, 2)
        noise = sensor[down : down + height, right : right + width]
        yield np.clip(np.asarray(piece, np.float32) * random.uniform(0.7, 1.1) + noise, 0, 255).astype(np.uint8)


def encoded(pixels: np.ndarray, kind: str, quality: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, quality=quality)
    return stream.getvalue()


def quality_of_100_kb(pixels: np.ndarray, kind: str) -> int:
    return min(range(20, 96, 5), key=lambda quality: abs(len(encoded(pixels, kind, quality)) - 100_000))


def make(folder: Path, count: int, width: int, height: int, kind: str) -> int:
    """Write the photographs; returns their bytes."""

    def make_class(label: str) -> int:
        (folder / label).mkdir(parents=True)
        quality, size = quality_of_100_kb(next(windows(label, 1, width, height)), kind), 0
        for number, pixels in enumerate(windows(label, count // len(CLASSES), width, height)):
            file = encoded(pixels, kind, quality)
            size += len(file)
            (folder / label / f"{number:04}.{kind}").write_bytes(file)
        return size

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(make_class, CLASSES))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--kind", choices=("jpeg", "png", "webp"), default="jpeg")
    parser.add_argument("--steps", nargs="*", choices=STEPS, default=list(STEPS), help="import comes first")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "source"
        size = make(source, asked.images, asked.width, asked.height, asked.kind)
        kilobytes, told = round(size / asked.images / 1000), {}
        print(f"{asked.images} files of {kilobytes} KB, {asked.width} × {asked.height}", flush=True)
        environment = {**os.environ, "IMGCLS_HOME": str(Path(place) / "home")}
        for name in (one for one in STEPS if one in asked.steps):
            command = [sys.executable, "-c", STEP.format(step=STEPS[name]), str(source)]
            done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
            told[name] = json.loads(done.stdout)
            print(name, told[name], flush=True)
    print(json.dumps({"files": asked.images, "kilobytes": kilobytes, "steps": told}))


if __name__ == "__main__":
    main()
