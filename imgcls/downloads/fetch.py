"""A file from the web, over https alone, into a draft that an interrupted fetch goes on with. No Keras."""

from __future__ import annotations

import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from imgcls.atomic import disk_errors
from imgcls.limits import limit

#: (bytes there, bytes in all) → whether to go on
Tell = Callable[[int, int], bool]

#: The most bytes that are read between two looks at whether to go on.
CHUNK = 256 * 1024


class NotFetchedError(Exception):
    """Why there is no file, in the words of the system or the server; callers make a sentence of it."""


def fetch(url: str, draft: Path, size: int, tell: Tell) -> bool:
    """Bring what is missing of `draft`; False as soon as `tell` says that it should end.

    Args:
        url: https alone, also where the server sends on to another address.
        draft: kept when the connection breaks off; the next call asks for the rest.
        size: bytes, where the server does not say.
        tell: told after every chunk.

    Raises:
        NotFetchedError: the network or the server does not give it.
        PlaceError: the disk does not take it.
    """
    have = draft.stat().st_size if draft.exists() else 0
    with _answer(url, have) as answer:
        with _network_errors():
            start, total = _extent(answer, have, size)
        _check_size(total)
        with disk_errors(draft), open(draft, "r+b" if start else "wb") as file:
            file.seek(start)
            done = start
            while chunk := _read(answer):
                done += len(chunk)
                _check_size(done)
                file.write(chunk)
                if not tell(done, total):
                    return False
            file.flush()
            os.fsync(file.fileno())
    if done < total:
        raise NotFetchedError(f"the connection ended after {done:,} of {total:,} bytes")
    return True


def _is_safe(url: str) -> bool:
    return urlsplit(url).scheme == "https"


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows https to https and nowhere else."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        _check_safe(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_safe(url: str) -> None:
    if not _is_safe(url):
        raise NotFetchedError(f"the address is not https: {url[:200]}")


@contextmanager
def _answer(url: str, have: int) -> Iterator[Any]:
    """The server's answer, asked for what lies beyond the first `have` bytes."""
    _check_safe(url)
    with _network_errors():
        answer = _open(url, have)
    with answer:
        yield answer


def _open(url: str, have: int) -> Any:
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        return urllib.request.build_opener(_SafeRedirects).open(request, timeout=limit("download_seconds"))
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
            raise
        error.close()
        return _open(url, 0)  # the draft is longer than the file: it is no part of it


@contextmanager
def _network_errors() -> Iterator[None]:
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        raise NotFetchedError(f"the server said {error.code} {error.reason}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFetchedError(_words(error)) from None


def _words(error: BaseException) -> str:
    """What the system says: `URLError` wraps an `OSError`, and that may have words of its own."""
    cause = getattr(error, "reason", None) or error
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _read(answer: Any) -> bytes:
    with _network_errors():
        return bytes(answer.read1(CHUNK))  # what is there: a slow line must not delay Cancel


def _extent(answer: Any, have: int, size: int) -> tuple[int, int]:
    """Where the answer begins within the file, and how long the file is."""
    if answer.status == 200:  # the whole file, whatever was asked for
        return 0, int(answer.headers.get("Content-Length") or size)
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range") or "")
    if answer.status == 206 and found and int(found[1]) == have:
        return have, int(found[2])
    raise NotFetchedError(f"the server said {answer.status}, and not which part of the file it sends")


def _check_size(size: int) -> None:
    most = limit("download_megabytes")
    if size > most * 1e6:
        raise NotFetchedError(f"it is larger than {most:g} MB")
