"""A stranger's pickle, read without running it. The only file that reads pickles.

A pickle is a program; the usual reader runs it, and with it whatever it names. Here `pickletools` only splits it into
instructions, and a `Machine` carries out the few that plain values need. A name in the file is compared with the names
that are allowed and never looked up, so there is nothing that could be called: what a call means is up to the few
lines of the machine's subclass.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, ClassVar


class ForbiddenError(Exception):
    """An instruction or a name that the file's kind has no use for."""


#: What a broken program leads to: an operand that is missing or of another kind, a key that cannot be one, no UTF-8.
BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class Name:
    """A name as it stands in the file, `module attribute`, nothing more."""

    text: str


class Machine:
    """What the instructions of a pickle work on: a stack, the stacks below its marks, and a memo.

    A subclass allows names, says what calls and attributes mean, and may know more instructions.
    """

    allowed: ClassVar[frozenset[str]] = frozenset()
    more: ClassVar[Mapping[str, Callable[[Any, Any], None]]] = {}

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def called(self, name: Any, arguments: Any) -> Any:
        """What stands for the result of a call; other readers would make it."""
        raise ForbiddenError("REDUCE")

    def built(self, target: Any, state: Any) -> Any:
        """What stands for `target` with these attributes."""
        raise ForbiddenError("BUILD")

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self, count: int) -> list[Any]:
        if count > len(self.stack):
            raise IndexError("empty stack")
        items = self.stack[-count:]
        del self.stack[-count:]
        return items

    def mark(self) -> None:
        self.below.append(self.stack)
        self.stack = []

    def pop_to_mark(self) -> list[Any]:
        items, self.stack = self.stack, self.below.pop()
        return items

    def name(self, text: str) -> None:
        if text not in self.allowed:
            raise ForbiddenError(text)
        self.push(Name(text))

    def reduce(self) -> None:
        self.push(self.called(*self.pop(2)))

    def build(self) -> None:
        self.push(self.built(*self.pop(2)))

    def items(self, pairs: list[Any]) -> None:
        target = self.stack[-1]
        # texts alone: the hash of tuples nested a hundred times would take for ever
        if type(target) is not dict or any(type(key) not in (str, bytes) for key in pairs[::2]):
            raise TypeError("no dict of names")
        target.update(zip(pairs[::2], pairs[1::2], strict=True))

    def members(self, members: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise TypeError("no list")
        target.extend(members)

    def remember(self, place: int) -> None:
        self.memo[place] = self.stack[-1]


def run(stream: IO[bytes], machine: Machine) -> Any:
    """What the next pickle of a stream describes; the stream is left behind it.

    Raises:
        ForbiddenError: it asks for something that is not allowed; nothing of that has happened.
        ValueError and the others in `BROKEN`: it is cut off or damaged.
    """
    for instruction, operand, _position in pickletools.genops(stream):
        if instruction.name != "STOP":
            act = machine.more.get(instruction.name) or _INSTRUCTIONS.get(instruction.name)
            if act is None:
                raise ForbiddenError(instruction.name)
            act(machine, operand)
    return machine.stack.pop()


#: What each instruction does to the machine; one that is not here is refused.
_INSTRUCTIONS: dict[str, Callable[[Machine, Any], None]] = {
    "PROTO": lambda machine, version: None,
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"), Machine.push),
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "MARK": lambda machine, _: machine.mark(),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.pop_to_mark())),
    "TUPLE1": lambda machine, _: machine.push(tuple(machine.pop(1))),
    "TUPLE2": lambda machine, _: machine.push(tuple(machine.pop(2))),
    "TUPLE3": lambda machine, _: machine.push(tuple(machine.pop(3))),
    "SETITEM": lambda machine, _: machine.items(machine.pop(2)),
    "SETITEMS": lambda machine, _: machine.items(machine.pop_to_mark()),
    "APPEND": lambda machine, _: machine.members(machine.pop(1)),
    "APPENDS": lambda machine, _: machine.members(machine.pop_to_mark()),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), Machine.remember),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), lambda machine, place: machine.push(machine.memo[place])),
    "GLOBAL": Machine.name,
    "REDUCE": lambda machine, _: machine.reduce(),
    "BUILD": lambda machine, _: machine.build(),
}
