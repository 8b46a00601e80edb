"""Where a run comes from: written once, read back, and nothing read where there is no such thing."""

from __future__ import annotations

import json

import pytest

from imgcls.origin import FILE, Origin, keep_origin, origin_of

PARENT = "20260131-093000-1a2b3c"


@pytest.mark.parametrize("origin", [Origin(PARENT), Origin(PARENT, "4", "9")])
def test_it_is_read_back(queued_run, origin):
    keep_origin(queued_run, origin)
    assert origin_of(queued_run) == origin


@pytest.mark.parametrize("content", ["", "[]", "7", json.dumps({"run": "../x"}), json.dumps({"run": 7, "true": "4"})])
def test_what_is_no_origin_is_none(queued_run, content):
    assert origin_of(queued_run) is None
    (queued_run.folder / FILE).write_text(content)
    assert origin_of(queued_run) is None


def test_half_a_confusion_is_none(queued_run):
    (queued_run.folder / FILE).write_text(json.dumps({"run": PARENT, "true": "4", "predicted": 9}))
    assert origin_of(queued_run) == Origin(PARENT)
