"""Work that goes on while the page does: watched, cancelled, and never silent when it breaks."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from imgcls.datasets import own
from imgcls.datasets.background import Work, start_work, works_under_way
from imgcls.datasets.checking import check_dataset
from imgcls.datasets.importing import import_dataset
from imgcls.errors import DatasetError, InputError
from tests.datasets.people import bring


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    return bring(tmp_path / "pets")


def ended(work: Work) -> Work:
    work.wait(20)
    assert not work.is_running
    return work


def test_an_import_ends_with_its_report(pets: Path) -> None:
    after: list[str] = []
    work = ended(
        start_work("import", "pets", lambda tell: import_dataset("pets", pets, tell=tell), lambda: after.append("x"))
    )
    assert work.error is None
    assert work.report is not None
    assert work.report.counts == {"cats": 8, "dogs": 9}
    assert (work.done, work.share) == (work.total, 1.0)
    assert after == ["x"]
    assert works_under_way() == []


def test_it_is_under_way_until_it_has_ended_and_nobody_begins_a_second(pets: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def job(tell: own.Tell) -> Any:
        begun.set()
        go_on.wait(20)
        return import_dataset("Pets", pets, tell=tell)

    work = start_work("import", "Pets", job)
    begun.wait(20)
    assert works_under_way() == [work]
    with pytest.raises(InputError, match="being changed"):
        start_work("check", "pets", lambda tell: check_dataset("pets", tell))
    other = ended(start_work("import", "others", lambda tell: import_dataset("others", pets, tell=tell)))
    assert other.report is not None
    go_on.set()
    assert ended(work).report is not None


def test_cancelled_it_leaves_nothing_behind(pets: Path) -> None:
    holder: list[Work] = []
    known = threading.Event()

    def job(tell: own.Tell) -> Any:
        known.wait(20)

        def cancelling(done: int, total: int) -> bool:
            holder[0].cancel()
            return tell(done, total)

        return import_dataset("pets", pets, tell=cancelling)

    holder.append(start_work("import", "pets", job))
    known.set()
    work = ended(holder[0])
    assert work.is_cancelled
    assert (work.report, work.error) == (None, None)
    assert own.names() == []


def test_a_refusal_is_kept_for_the_page(tmp_path: Path) -> None:
    alone = bring(tmp_path / "alone", {"cats": 3})
    work = ended(start_work("import", "alone", lambda tell: import_dataset("alone", alone, tell=tell)))
    assert isinstance(work.error, DatasetError)
    assert work.report is None


def test_what_breaks_is_a_sentence_and_another_try_may_begin(capsys: pytest.CaptureFixture[str]) -> None:
    after: list[str] = []

    def job(tell: own.Tell) -> Any:
        raise ZeroDivisionError("oh")

    work = ended(start_work("check", "pets", job, lambda: after.append("x")))
    assert "pets" in str(work.error)
    assert "ZeroDivisionError" in str(work.error)
    assert after == ["x"]
    assert "Traceback" in capsys.readouterr().err
    ended(start_work("check", "pets", job))
