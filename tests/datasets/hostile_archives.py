"""ZIP archives written byte by byte, so that they can lie, and those of row B2 of the safety plan."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from imgcls.datasets import archive, found, zip_members
from imgcls.images import encode_png

UTF8 = 1 << 11


@cache
def png(shade: int = 0) -> bytes:
    """A picture of 8 × 8."""
    return encode_png(np.full((8, 8, 3), shade % 256, np.uint8))


@dataclass(frozen=True)
class Member:
    """A member as it is, and as the archive describes it where that differs: `size`, `packed_size`, `offset`, `crc`."""

    name: str | bytes
    data: bytes = field(default_factory=png)
    method: int = 8
    flags: int = UTF8
    mode: int = 0
    size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    crc: int | None = None
    extra: bytes = b""
    version: int = 20
    packed: bytes | None = None
    local: bytes | None = None

    @property
    def raw_name(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()

    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflated(self.data) if self.method == 8 else self.data

    def numbers(self) -> tuple[int, int, int]:
        """CRC, packed size and size, as claimed."""
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        packed = len(self.body()) if self.packed_size is None else self.packed_size
        return crc, packed, len(self.data) if self.size is None else self.size

    def header(self) -> bytes:
        if self.local is not None:
            return self.local
        fixed = (self.version, self.flags, self.method, 0, 0x21, *self.numbers(), len(self.raw_name), 0)
        return struct.pack("<4s5H3I2H", b"PK\3\4", *fixed) + self.raw_name + self.body()

    def entry(self, offset: int) -> bytes:
        offset = offset if self.offset is None else self.offset
        numbers = (self.version, self.flags, self.method, 0, 0x21, *self.numbers(), len(self.raw_name), len(self.extra))
        fixed = struct.pack("<4sBB5H3I5H2I", b"PK\1\2", 20, 3, *numbers, 0, 0, 0, self.mode << 16, offset)
        return fixed + self.raw_name + self.extra


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zipped(*members: Member | str | bytes, comment: bytes = b"", end: bytes | None = None) -> bytes:
    """The archive of these members, in this order; a name alone is a picture. `end` replaces the last record."""
    parts, directory, offset = [], [], 0
    for place, member in enumerate(members):
        whole = Member(member, png(place)) if isinstance(member, str | bytes) else member
        directory.append(whole.entry(offset))
        parts.append(whole.header())
        offset += len(parts[-1])
    table = b"".join(directory)
    return b"".join(parts) + table + (last_record(len(members), len(table), offset, comment) if end is None else end)


def last_record(count: int, length: int, offset: int, comment: bytes = b"") -> bytes:
    count = min(count, 0xFFFF)
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, length, offset, len(comment)) + comment


def zip64_end(members: int, length: int, offset: int, at: int) -> bytes:
    """The records at the end of a large archive; `at` is where they begin."""
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, members, members, length, offset)
    return record + struct.pack("<4sIQI", b"PK\6\7", 0, at, 1) + last_record(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


def zip64_extra(*numbers: int) -> bytes:
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


@dataclass(frozen=True)
class Hostile:
    """An archive and what is to come of it.

    Args:
        refused: the template of the sentence; None: it is listed, and reading its files does no harm.
        member: whom the sentence names.
        classes: how many, where it is listed.
    """

    name: str
    data: bytes
    refused: str | None
    member: str = ""
    classes: int = 0


FINE = ("apple/1.png", "pear/2.png")


def _with(name: str, member: Member, refused: str, shown: str | None = None) -> Hostile:
    """An archive with one bad member behind good ones."""
    text = member.raw_name.decode("utf-8", "replace")
    return Hostile(name, zipped(*FINE, member), refused, text if shown is None else shown)


def _names() -> list[Hostile]:
    only_backslashes = {
        "drive.zip": ("C:\\Windows\\1.png", zip_members.ABSOLUTE, "C:/Windows/1.png"),
        "upwards backslashes.zip": ("..\\..\\1.png", zip_members.OUTSIDE, "../../1.png"),
        "server.zip": ("\\\\server\\share\\1.png", zip_members.ABSOLUTE, "server/share/1.png"),
    }
    return [
        _with("upwards.zip", Member("../evil.png"), zip_members.OUTSIDE),
        _with("upwards inside.zip", Member("apple/../../evil.png"), zip_members.OUTSIDE),
        _with("upwards folder.zip", Member("../", b""), zip_members.OUTSIDE, "../"),
        _with("upwards space.zip", Member("apple/.. /evil.png"), zip_members.OUTSIDE, "evil.png"),
        _with("upwards hidden.zip", Member("__MACOSX/../../evil.png"), zip_members.OUTSIDE),
        _with("absolute.zip", Member("/etc/evil.png"), zip_members.ABSOLUTE, "etc/evil.png"),
        _with("two slashes.zip", Member("//server/evil.png"), zip_members.ABSOLUTE, "server/evil.png"),
        _with("drive slash.zip", Member("c:/evil.png"), zip_members.ABSOLUTE),
        _with("drive relative.zip", Member("c:evil.png"), zip_members.ABSOLUTE),
        _with("both slashes.zip", Member("apple\\evil.png"), zip_members.TWO_SLASHES),
        _with("zero.zip", Member("apple/1.png\0.exe"), zip_members.ZERO_IN_NAME, "1.png.exe"),
        _with("zero first.zip", Member("\0"), zip_members.ZERO_IN_NAME, ""),
        _with("deep.zip", Member("a/" * 21 + "1.png"), zip_members.TOO_DEEP, "a/a/a/…/a/a/1.png"),
        _with("deepest.zip", Member("a/" * 30_000 + "1.png"), zip_members.TOO_DEEP, "a/a/a/…/a/a/1.png"),
        _with("twice.zip", Member("apple/1.png"), zip_members.TWICE),
        _with("twice dot.zip", Member("./apple/./1.png"), zip_members.TWICE),
        _with("twice slash.zip", Member("apple//1.png"), zip_members.TWICE, "1.png"),
        _with("case.zip", Member("apple/1.PNG"), zip_members.SAME_NAME),
        _with("case folder.zip", Member("APPLE/3.png"), zip_members.SAME_NAME),
        _with("case Unicode.zip", Member("PEAR/3.png"), zip_members.SAME_NAME),
        Hostile("accent.zip", zipped("caf\u00e9/1.png", "cafe\u0301/2.png"), zip_members.SAME_NAME, "cafe\u0301/2.png"),
        *(
            Hostile(name, zipped("pear\\1.png", Member(bad)), refused, shown)
            for name, (bad, refused, shown) in only_backslashes.items()
        ),
    ]


def _kinds() -> list[Hostile]:
    modes = {
        "link": (stat.S_IFLNK | 0o777, zip_members.LINK),
        "character device": (stat.S_IFCHR, zip_members.SPECIAL),
        "block device": (stat.S_IFBLK, zip_members.SPECIAL),
        "pipe": (stat.S_IFIFO, zip_members.SPECIAL),
        "socket": (stat.S_IFSOCK, zip_members.SPECIAL),
    }
    flags = {"encrypted": 1, "strongly encrypted": 1 << 6, "masked": 1 << 13}
    methods = {"deflate64": 9, "bzip2": 12, "lzma": 14, "zstandard": 93, "nonsense": 65_535}
    return [
        *(
            _with(f"{name}.zip", Member("apple/evil.png", b"/etc/passwd", 0, mode=mode), refused)
            for name, (mode, refused) in modes.items()
        ),
        _with("link to folder.zip", Member("pear/", b"/etc", 0, mode=stat.S_IFLNK), zip_members.LINK, "pear"),
        *(
            _with(f"{name}.zip", Member("apple/2.png", flags=flag), zip_members.ENCRYPTED)
            for name, flag in flags.items()
        ),
        *(
            _with(f"{name}.zip", Member("apple/2.png", method=way), zip_members.OTHER_METHOD)
            for name, way in methods.items()
        ),
    ]


def _bombs() -> list[Hostile]:
    zeros = Member("pear/zeros.png", bytes(50 * 2**20))
    small = deflated(bytes(1_000_000))
    crc = zlib.crc32(bytes(1_000_000))
    flood = [Member(f"{n % 2}/{n}.png", b"", packed=small, size=1_000_000, crc=crc) for n in range(2_200)]
    return [
        _with("zeros.zip", zeros, zip_members.BOMB),
        _with("zeros in a text.zip", replace(zeros, name="readme.txt"), zip_members.BOMB),
        Hostile("flood of small bombs.zip", zipped(*flood), zip_members.UNPACKED),
        Hostile("all in one place.zip", _same_place(), zip_members.OVERLAP, "apple/"),
        Hostile("one in another.zip", _quoted(), zip_members.OVERLAP, "apple/"),
        _with("into the table.zip", Member("pear/3.png", packed_size=5000), zip_members.OVERLAP),
        _with("beyond the end.zip", Member("pear/3.png", offset=2**31), zip_members.OVERLAP),
        Hostile("100,001 members.zip", _crowd(100_001), zip_members.TOO_MANY),
        Hostile("50,001 members.zip", _crowd(50_001), zip_members.TOO_MANY),
        Hostile(
            "endless names.zip",
            zipped(*(Member(b"a" * 65_000 + b"%d" % n) for n in range(500))),
            zip_members.TOO_MANY,
        ),
    ]


def _same_place() -> bytes:
    kernel = Member("apple/0.png", bytes(900_000))
    return zipped(kernel, *(replace(kernel, name=f"apple/{n}.png", offset=0, local=b"") for n in range(1, 50)))


def _quoted() -> bytes:
    """Each local header lies, quoted in a stored block, in front of the data that all share (Fifield 2019)."""
    inner = Member("apple/0.png", bytes(900_000))
    members = [inner]
    for number in range(1, 50):
        quoted = inner.header()[: -len(inner.body())]
        packed = b"\0" + struct.pack("<2H", len(quoted), 0xFFFF - len(quoted)) + quoted + inner.body()
        inner = Member(f"apple/{number}.png", quoted + inner.data, packed=packed)
        members.append(inner)
    whole = inner.header()
    places = [(member, len(whole) - len(member.header())) for member in members]
    return zipped(*(replace(one, local=b"" if one is not inner else whole, offset=at) for one, at in reversed(places)))


def _crowd(count: int) -> bytes:
    """Empty members, put together by hand: quick to make, slow to list."""
    local = b"".join(
        struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 6, 0) + b"%06d" % n for n in range(count)
    )
    central = b"".join(
        struct.pack("<4sBB5H3I5H2I", b"PK\1\2", 20, 3, 20, 0, 0, 0, 33, 0, 0, 0, 6, 0, 0, 0, 0, 0, 36 * n) + b"%06d" % n
        for n in range(count)
    )
    at = len(local) + len(central)
    return local + central + zip64_end(count, len(central), len(local), at)


def _lies() -> list[Hostile]:
    whole = zipped(*FINE)
    at = whole.index(b"PK\5\6")
    table = whole.index(b"PK\1\2")
    huge = 0xFFFFFFFF
    fifty = deflated(bytes(50 * 2**20))

    def ended(**lies: int) -> bytes:
        said = {"members": 2, "length": at - table, "offset": table, "at": at} | lies
        return whole[:at] + zip64_end(**said)

    return [
        _with("size of an exabyte.zip", Member("pear/3.png", size=huge, extra=zip64_extra(2**60)), zip_members.BOMB),
        _with(
            "length of an exabyte.zip",
            Member("pear/3.png", packed_size=huge, extra=zip64_extra(2**60)),
            zip_members.OVERLAP,
        ),
        _with("place beyond.zip", Member("pear/3.png", offset=huge, extra=zip64_extra(2**63)), zip_members.OVERLAP),
        Hostile(
            "extra too short.zip",
            zipped(*FINE, Member("a/1.png", size=huge, extra=b"\1\0\4\0abcd")),
            zip_members.DAMAGED,
        ),
        Hostile("table of an exabyte.zip", ended(length=2**60), zip_members.DAMAGED),
        Hostile("table of all bytes.zip", ended(length=2**64 - 1), zip_members.DAMAGED),
        Hostile("table elsewhere.zip", ended(offset=2**62), zip_members.DAMAGED),
        Hostile("said to be many.zip", ended(members=2**40), None, classes=2),
        Hostile("said to be none.zip", ended(members=0), None, classes=2),
        Hostile("large as it is.zip", ended(), None, classes=2),
        Hostile(
            "more than it says.zip", zipped(*FINE, Member("pear/3.png", b"x" * 100, packed=fifty)), None, classes=2
        ),
        Hostile("less than it says.zip", zipped(*FINE, Member("pear/3.png", size=5_000)), None, classes=2),
        Hostile("wrong checksum.zip", zipped(*FINE, Member("pear/3.png", crc=1)), None, classes=2),
        Hostile("heavy.zip", zipped(*FINE, Member("pear/3.png", bytes(range(256)) * 45_000, 0)), None, classes=2),
        Hostile("no deflate.zip", zipped(*FINE, Member("pear/3.png", packed=b"\xff" * 90)), None, classes=2),
        Hostile("patched.zip", zipped(*FINE, Member("pear/3.png", flags=UTF8 | 1 << 5)), None, classes=2),
        Hostile(
            "other name inside.zip",
            zipped(*FINE, Member("pear/3.png", local=Member("pear/4.png").header())),
            None,
            classes=2,
        ),
    ]


def _no_archives() -> list[Hostile]:
    whole = zipped(*FINE)
    cuts = [
        Hostile(f"cut at {part} of 100.zip", whole[: len(whole) * part // 100], zip_members.DAMAGED)
        for part in (5, 40, 70, 90, 99)
    ]
    beginnings = {"RAR": b"Rar!\x1a\7", "7-Zip": b"7z\xbc\xaf\x27\x1c", "gzip": b"\x1f\x8b\x08", "xz": b"\xfd7zXZ\0"}
    return [
        *cuts,
        *(
            Hostile(f"really {name}.zip", start + bytes(99), archive.OTHER_KIND, name)
            for name, start in beginnings.items()
        ),
        Hostile("a picture.zip", png(), archive.OTHER_KIND, "PNG"),
        Hostile("nothing.zip", b"", archive.OTHER_KIND, "0 B"),
        Hostile("one byte.zip", b"P", archive.NOT_AN_ARCHIVE, "50"),
        Hostile("text.zip", b"Dear all, attached is the archive.", archive.NOT_AN_ARCHIVE, "44 65 61 72"),
        Hostile("front missing.zip", whole[60:], zip_members.DAMAGED),
        Hostile("name that is no UTF-8.zip", zipped(*FINE, Member(b"pear/\xff.png")), zip_members.DAMAGED),
        Hostile("of the future.zip", zipped(*FINE, Member("pear/3.png", version=99)), zip_members.DAMAGED),
        Hostile("empty.zip", zipped(), zip_members.EMPTY),
        Hostile("only an end.zip", last_record(5, 0, 0), zip_members.EMPTY),
        Hostile("only folders.zip", zipped(Member("apple/", b""), Member("pear/", b"")), found.NO_PICTURES),
        Hostile("only texts.zip", zipped("apple/1.txt", "pear/2.txt"), found.NO_PICTURES),
        Hostile("nested.zip", zipped(Member("apple/in.zip", whole), Member("pear/in.zip", whole)), found.NO_PICTURES),
        Hostile("no class folders.zip", zipped("1.png", "2.png"), found.NO_CLASSES),
        Hostile("one class.zip", zipped("apple/1.png", "apple/2.png"), found.ONE_CLASS, "apple"),
        Hostile("1,000 classes.zip", zipped(*(f"{n}/1.png" for n in range(1000))), found.TOO_MANY_CLASSES, "1000"),
    ]


def _odd_but_right() -> list[Hostile]:
    whole = zipped(*FINE)
    return [
        Hostile("class with one image.zip", zipped(*FINE, "plum/1.png"), None, classes=3),
        Hostile("nested in a class.zip", zipped(*FINE, Member("pear/in.zip", whole)), None, classes=2),
        Hostile("archive named as a picture.zip", zipped(*FINE, Member("pear/3.png", whole)), None, classes=2),
        Hostile("behind a program.zip", b"MZ" + bytes(5000) + whole, None, classes=2),
        Hostile("behind a picture.zip", png() + whole, None, classes=2),
        Hostile("with a comment.zip", zipped(*FINE, comment=b"PK\5\6 <script>" * 100), zip_members.DAMAGED),
        Hostile("with a plain comment.zip", zipped(*FINE, comment=b"<script>" * 8000), None, classes=2),
        Hostile("table inside of a member.zip", zipped(*FINE, Member("pear/3.png", whole, 0)), None, classes=2),
        Hostile("stored.zip", zipped(*(Member(name, method=0) for name in FINE)), None, classes=2),
        Hostile("markup.zip", zipped("<script>alert(1)</script>/1.png", "=cmd|x/2.png"), None, classes=2),
        Hostile(
            "names.zip",
            zipped("con/1.png", "…/2.png", "a\u202egnp/3.png", "x" * 300 + "/4.png", "\x1b[31m/5.png"),
            None,
            classes=5,
        ),
        Hostile("same after cleaning.zip", zipped("a?/1.png", "a*/2.png", "a_/3.png"), None, classes=3),
    ]


@cache
def corpus() -> tuple[Hostile, ...]:
    return (*_names(), *_kinds(), *_bombs(), *_lies(), *_no_archives(), *_odd_but_right())


def by_name(names: Iterable[str]) -> dict[str, bytes]:
    known = {hostile.name: hostile.data for hostile in corpus()}
    return {name: known[name] for name in names}
