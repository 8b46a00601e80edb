"""Thirty people on one server while a run trains: how long each waits, what watching costs, how much the run is slowed.

    python -m tests.benchmarks.crowd [--visitors 30] [--seconds 40]

Each visitor is a session over the WebSocket that a browser opens: it asks for pages, looks again as often as the page
tells a browser to, and clicks, that is, runs a page anew, every few seconds. Thirty real browsers would need the two
cores for themselves. First nobody is there, then half the visitors only watch the run, then all are there and click.
Linux only: processor time is read from /proc. Prints JSON in the last line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from imgcls.recipe import Recipe, with_settings
from imgcls.runs import create_run, get_run, read_curve
from tests.browser.conftest import Server, start_server

#: Pages that people walk through while a run trains; the first is where it is watched.
PAGES = ("train", "", "runs", "data", "convolution", "learn", "compare", "predict")
#: Seconds between two clicks of one visitor.
PAUSE = (2.0, 6.0)


@dataclass
class Visitor:
    """One session. `waits`: seconds from each click to the page that answers it."""

    server: Server
    run: str
    clicks: bool
    seed: int
    waits: list[float] = field(default_factory=list)
    looks: int = 0
    trouble: int = 0

    async def stay(self, until: float) -> None:
        """Be there until a moment of the monotonic clock."""
        address = f"{self.server.url.replace('http', 'ws')}/_stcore/stream"
        protocols = [websockets.Subprotocol("streamlit")]
        async with websockets.connect(
            address, subprotocols=protocols, origin=websockets.Origin(self.server.url), max_size=None
        ) as socket:
            self._socket, self._finished = socket, asyncio.Event()
            self._timers: dict[str, asyncio.Task[None]] = {}
            reader = asyncio.create_task(self._read())
            draw, page = random.Random(self.seed), PAGES[0]
            while time.monotonic() < until:
                await self._open(page)
                await asyncio.sleep(draw.uniform(*PAUSE) if self.clicks else max(0.1, until - time.monotonic()))
                page = draw.choice(PAGES) if self.clicks else PAGES[0]
            for task in [reader, *self._timers.values()]:
                task.cancel()

    async def _open(self, page: str) -> None:
        """Run a page and wait for its end."""
        for task in self._timers.values():
            task.cancel()
        self._timers.clear()
        self._page = page
        self._finished.clear()
        began = time.perf_counter()
        await self._send(BackMsg(), "")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._finished.wait(), 30)
        self.waits.append(time.perf_counter() - began)

    async def _send(self, message: BackMsg, fragment: str) -> None:
        asked = message.rerun_script
        asked.query_string, asked.page_name, asked.fragment_id = f"run={self.run}", self._page, fragment
        asked.is_auto_rerun = bool(fragment)
        asked.context_info.locale, asked.context_info.timezone = "en-GB", "UTC"
        with suppress(websockets.ConnectionClosed):
            await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        with suppress(websockets.ConnectionClosed):
            async for data in self._socket:
                message = ForwardMsg.FromString(data)
                kind = message.WhichOneof("type")
                if kind == "script_finished":
                    self._finished.set()
                elif kind == "auto_rerun":
                    self._again(message.auto_rerun.fragment_id, message.auto_rerun.interval)
                elif kind == "delta" and message.delta.new_element.HasField("exception"):
                    self.trouble += 1

    def _again(self, fragment: str, interval: float) -> None:
        """Look as often as a browser would be told to."""
        if (known := self._timers.pop(fragment, None)) is not None:
            known.cancel()

        async def look() -> None:
            while True:
                await asyncio.sleep(interval)
                self.looks += 1
                await self._send(BackMsg(), fragment)

        self._timers[fragment] = asyncio.create_task(look())


async def together(visitors: list[Visitor], seconds: float) -> None:
    """All of them at once, come in within the first three seconds."""
    until = time.monotonic() + seconds

    async def one(visitor: Visitor, place: int) -> None:
        await asyncio.sleep(3 * place / max(1, len(visitors)))
        await visitor.stay(until)

    work: list[Coroutine[Any, Any, None]] = [one(visitor, place) for place, visitor in enumerate(visitors)]
    await asyncio.gather(*work)


def processor_seconds(pid: int) -> float:
    """Of one process, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def phase(server: Server, run: str, visitors: list[Visitor], seconds: float) -> dict[str, Any]:
    """One stretch of the run: its seconds an epoch, the server's share of a core, and how long people waited."""
    folder = get_run(run).folder
    began, used = time.time(), processor_seconds(server.process.pid)
    if visitors:
        asyncio.run(together(visitors, seconds))
    else:
        time.sleep(seconds)
    end, spent = time.time(), processor_seconds(server.process.pid) - used
    settled = began + 4  # the first seconds are for coming in
    ends = [one["t"] for one in read_curve(folder).epochs if settled <= one["t"] <= end]
    waits = sorted(wait for visitor in visitors for wait in visitor.waits)
    return {
        "visitors": len(visitors),
        "epoch_s": statistics.median(np.diff(ends)),
        "epochs": len(ends) - 1,
        "server_cores": spent / (end - began),
        "looks": sum(visitor.looks for visitor in visitors),
        "clicks": len(waits),
        "median_s": statistics.median(waits) if waits else None,
        "p95_s": waits[int(0.95 * (len(waits) - 1))] if waits else None,
        "trouble": sum(visitor.trouble for visitor in visitors),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=40.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        os.environ |= {"IMGCLS_HOME": str(home), "IMGCLS_EPOCHS": "1000"}
        run = create_run(with_settings(Recipe(), ["training.epochs=1000"]), {"ticket": 1, "engine": ""}).id
        server = start_server(home, home / "server.log")
        try:
            asyncio.run(together([Visitor(server, run, False, 0)], 2))  # the first page starts the engine
            deadline = time.monotonic() + 60
            while not read_curve(get_run(run).folder).epochs and time.monotonic() < deadline:
                time.sleep(0.2)
            alone = phase(server, run, [], asked.seconds / 2)
            watching = [Visitor(server, run, False, seed) for seed in range(asked.visitors // 2)]
            watched = phase(server, run, watching, asked.seconds)
            crowd = [Visitor(server, run, True, seed) for seed in range(asked.visitors)]
            crowded = phase(server, run, crowd, asked.seconds)
            again = phase(server, run, [], asked.seconds / 2)
        finally:
            server.stop()
    quiet = statistics.mean([alone["epoch_s"], again["epoch_s"]])
    cores = (watched["server_cores"] - statistics.mean([alone["server_cores"], again["server_cores"]])) / len(watching)
    report = {
        "alone": alone,
        "watched": watched,
        "crowded": crowded,
        "alone_again": again,
        "cores_for_one_who_watches": cores,
        "p95_s": crowded["p95_s"],
        "slowed": crowded["epoch_s"] / quiet,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
