"""What is shown of a stranger's path, and what is nobody's on purpose."""

from __future__ import annotations

import pytest

from imgcls.datasets.entries import check_weight, is_hidden, megabytes, shown_path
from imgcls.errors import ImageError


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        (("fruit", "apple", "1.jpg"), "fruit/apple/1.jpg"),
        (("", "etc", "1.jpg"), "/etc/1.jpg"),
        (("a\x1b[31m", "\u202egnp.1"), "a[31m/gnp.1"),
        (("苹果", "一.jpg"), "苹果/一.jpg"),
        (tuple("abcdefgh"), "a/b/c/…/f/g/h"),
        (("x" * 300, "1.jpg"), "x" * 40 + "…" + "x" * 23 + "/1.jpg"),
    ],
)
def test_paths_are_safe_to_show(steps: tuple[str, ...], shown: str) -> None:
    assert shown_path(steps) == shown


@pytest.mark.parametrize("name", [".git", "._1.jpg", ".DS_Store", "__MACOSX", "Thumbs.db", "THUMBS.DB", "desktop.ini"])
def test_what_systems_leave_behind(name: str) -> None:
    assert is_hidden(name)


@pytest.mark.parametrize("name", ["apple", "MACOSX", "thumbs.db.jpg", "_private", "a.b"])
def test_what_people_put_there(name: str) -> None:
    assert not is_hidden(name)


def test_a_size_above_the_limit_does_not_read_like_it() -> None:
    check_weight(10 * 2**20, "a.jpg")
    with pytest.raises(ImageError, match=r"“a\.jpg” is too large\. Expected at most 10 MB\. Received: 10\.1 MB"):
        check_weight(10 * 2**20 + 1, "a.jpg")
    assert [megabytes(size) for size in (0, 1, 2**20, 2**80)] == ["0", "0.1", "1", str(2**60)]
