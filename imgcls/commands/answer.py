"""What a command answers: the same for a person and for a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`data` is printed with `--json`, `lines` without."""

    data: dict[str, Any]
    lines: Sequence[str]
    exit_code: int = 0


def table(rows: Sequence[Sequence[object]]) -> list[str]:
    """Rows of cells as aligned lines."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))] if cells else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
