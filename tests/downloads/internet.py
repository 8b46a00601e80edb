"""An internet of one file or a few, on this machine: a server that answers as it is told, and counts."""

from __future__ import annotations

import http.server
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Internet:
    """What the server does.

    Args:
        content: of the file.
        files: name → content, where there are several.
        cut: bytes after which the connection ends; None: after the last.
        status: in place of an answer.
        to: where it sends on to.
        ranges: whether it sends parts of the file.
        pause: seconds between two pieces.
        silent: seconds before it says anything.
    """

    content: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    cut: int | None = None
    status: int = 0
    to: str = ""
    ranges: bool = True
    pause: float = 0.0
    silent: float = 0.0
    says_length: bool = True
    range_from: int | None = None
    asked: list[str | None] = field(default_factory=list)
    url: str = ""


def _handler(internet: Internet) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            internet.asked.append(wanted)
            time.sleep(internet.silent)
            if internet.to:
                self.send_response(302)
                self.send_header("Location", internet.to)
                self.end_headers()
            elif internet.status:
                self.send_error(internet.status)
            else:
                self._send(int(re.sub(r"\D", "", wanted)) if wanted and internet.ranges else 0)

        def _send(self, start: int) -> None:
            content = internet.files.get(self.path.rpartition("/")[2], internet.content)
            size = len(content)
            if start >= size > 0:
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                told = start if internet.range_from is None else internet.range_from
                self.send_header("Content-Range", f"bytes {told}-{size - 1}/{size}")
            if internet.says_length:
                self.send_header("Content-Length", str(size - start))
            self.end_headers()
            end = size if internet.cut is None else min(internet.cut, size)
            for place in range(start, end, 1000):
                self.wfile.write(content[place : min(place + 1000, end)])
                time.sleep(internet.pause)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    return Handler


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Whoever asked has gone."""


@contextmanager
def serving(internet: Internet) -> Iterator[Internet]:
    server = _Server(("127.0.0.1", 0), _handler(internet))
    internet.url = f"http://127.0.0.1:{server.server_port}/file.bin"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield internet
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
