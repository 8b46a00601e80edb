"""A worker that does no more than take the run's lock, wait, and write a result; it starts in 30 ms."""

import fcntl
import json
import os
import sys
import time
from pathlib import Path

line = sys.stdin.readline()
if line.strip():
    run = Path(json.loads(line)["run"])
    with open(run / "worker.lock", "a") as lock, open(run.parents[1] / "trace.txt", "a") as trace:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (run / "queue.json").exists() and not (run / "result.json").exists():
            (run / "queue.json").unlink()
            print("begin", run.name, os.getpid(), time.monotonic(), file=trace, flush=True)
            time.sleep(float(os.environ.get("FAKE_EPOCH", "0.05")))
            print("end", run.name, os.getpid(), time.monotonic(), file=trace, flush=True)
            (run / "draft.json").write_text('{"status": "completed"}')
            (run / "draft.json").rename(run / "result.json")
