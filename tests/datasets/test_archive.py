"""Archives of strangers: pictures or one right sentence out, and nothing ever written (rows T4 and B2 of the plan)."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from imgcls.datasets import archive, found, zip_members
from imgcls.datasets.found import Listing, found_files
from imgcls.errors import DatasetError, ImageError, ImgclsError
from imgcls.images import TOO_HEAVY, decode_image, encode_png
from tests.datasets.hostile_archives import FINE, UTF8, Hostile, Member, by_name, corpus, deflated, png, zipped

SEED = 20240229

Make = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """Writes an archive: bytes as they are, or what `zipped` makes of members."""

    def make(*content: Member | str | bytes, name: str = "fruit.zip") -> Path:
        path = tmp_path / name
        path.write_bytes(content[0] if len(content) == 1 and isinstance(content[0], bytes) else zipped(*content))
        return path

    return make


def content(listing: Listing) -> list[tuple[str, str]]:
    return [(file.class_name, file.name) for file in listing.files]


def refusal(path: Path) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        found_files(path)
    return caught.value


# -- what strangers may send


def test_the_corpus_is_large_and_meets_every_sentence() -> None:
    assert len(corpus()) >= 25
    met = {hostile.refused for hostile in corpus()} | {archive.UNREADABLE, archive.TOO_HEAVY, archive.MEMBER_DAMAGED}
    known = {
        value
        for module in (archive, zip_members)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and "Received" in value
    }
    assert known - met == set()


@pytest.mark.parametrize("hostile", corpus(), ids=lambda hostile: hostile.name)
def test_each_archive_gets_its_own_sentence(hostile: Hostile, tmp_path: Path) -> None:
    path = tmp_path / hostile.name
    path.write_bytes(hostile.data)
    if hostile.refused is None:
        with found_files(path) as listing:
            assert len(listing.class_names) == hostile.classes
        return
    error = refusal(path)
    assert error.template == hostile.refused
    assert f"“{hostile.name}”" in str(error)
    assert "Expected" in str(error)
    assert hostile.member in str(error)
    assert str(error).isprintable()
    json.dumps(error.to_json())


LIARS = {
    "more than it says.zip": archive.MEMBER_DAMAGED,
    "less than it says.zip": archive.MEMBER_DAMAGED,
    "wrong checksum.zip": archive.MEMBER_DAMAGED,
    "no deflate.zip": archive.MEMBER_DAMAGED,
    "patched.zip": archive.MEMBER_DAMAGED,
    "other name inside.zip": archive.MEMBER_DAMAGED,
    "heavy.zip": TOO_HEAVY,
}


@pytest.mark.parametrize("name", LIARS)
def test_a_damaged_file_is_its_own_fault_alone(name: str, made: Make) -> None:
    with found_files(made(by_name([name])[name])) as listing:
        *fine, bad = listing.files
        assert [file.read() for file in fine] == [png(0), png(1)]
        with pytest.raises(ImageError) as caught:
            bad.read()
    assert caught.value.template == LIARS[name]
    assert "“pear/3.png”" in str(caught.value)


AUDITED = """if True:
    import json, os, re, sys
    from pathlib import Path
    from imgcls.datasets.found import found_files
    from imgcls.errors import ImgclsError
    from imgcls.images import decode_image

    written, watching = [], False
    CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod",
               "os.utime", "tempfile.mkstemp", "tempfile.mkdtemp", "subprocess.Popen", "os.system", "socket.connect"}

    def hook(event, args):
        if not watching:
            return
        modes, flags = set(str(args[1] or "r")) if event == "open" else set(), os.O_WRONLY | os.O_RDWR | os.O_CREAT
        if event == "open" and (modes & set("wax+") or args[2] & flags):
            written.append(repr(args))
        if event in CHANGES or event.startswith("shutil."):
            written.append(event)

    def peak():
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

    def walk(folder):
        count = 0
        for path in sorted(folder.iterdir()):
            try:
                with found_files(path) as listing:
                    for file in listing.files:
                        try:
                            decode_image(file.read(), file.name)
                            count += 1
                        except ImgclsError:
                            pass
            except ImgclsError:
                pass
        return count

    walk(Path(sys.argv[1]) / "fine")
    sys.addaudithook(hook)
    watching, before = True, peak()
    read = walk(Path(sys.argv[1]) / "hostile")
    grown, handles = peak() - before, len(os.listdir("/proc/self/fd"))
    watching = True
    open(os.devnull, "w").close()
    print(json.dumps({"grown": grown, "written": written, "read": read, "handles": handles}))"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
def test_nothing_is_written_and_little_is_held(tmp_path: Path) -> None:
    (tmp_path / "fine").mkdir()
    (tmp_path / "fine" / "1.zip").write_bytes(zipped(*FINE))
    (tmp_path / "hostile").mkdir()
    for number, hostile in enumerate(corpus()):
        (tmp_path / "hostile" / f"{number}.zip").write_bytes(hostile.data)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    ran = subprocess.run([sys.executable, "-c", AUDITED, tmp_path], capture_output=True, text=True, check=True)
    report = json.loads(ran.stdout)
    assert len(report["written"]) == 1, report["written"]  # the one at the end, which shows that the hook sees it
    assert os.devnull in report["written"][0]
    assert report["grown"] < 60  # MB; the largest table of contents is 25
    assert report["read"] > 40
    assert report["handles"] < 8  # every archive was closed
    assert ran.stderr == ""
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_the_bombs_are_bombs() -> None:
    """What is refused would be harmful if it were read: the small bomb unpacks to 7,000 times its size."""
    data = by_name(["one in another.zip"])["one in another.zip"]
    assert len(data) < 10_000
    first = data.index(b"PK\3\4")
    begin = first + 30 + len("apple/49.png")
    outer = zlib.decompressobj(-15).decompress(data[begin:])
    assert len(outer) > 900_000  # of each of 50 that share these bytes
    assert outer.startswith(b"PK\3\4")  # with the next one's header in front


def _fuzz(count: int, path: Path) -> dict[str, int]:
    """How often each outcome came of `count` mutants; anything but `ImgclsError` ends the test."""
    rng = random.Random(SEED)
    names = ("apple/1.png", "apple/2.png", "苹果/3.png", "pear/deep/4.png")
    large = encode_png(np.frombuffer(rng.randbytes(32 * 32), np.uint8).reshape(32, 32))
    seeds = [
        zipped(*(Member(name, large) for name in names), Member("pear/", b""), "readme.txt"),
        zipped(*(Member(name, large, method=0) for name in names)),
        zipped(*(name.encode("gbk") for name in names), comment=b"a comment"),
        by_name(["large as it is.zip"])["large as it is.zip"],
    ]
    outcomes: dict[str, int] = {}
    for number in range(count):
        path.write_bytes(mutant(seeds[number % len(seeds)], rng))
        for found_one in outcome(path):
            outcomes[found_one] = outcomes.get(found_one, 0) + 1
    return outcomes


def outcome(path: Path) -> set[str]:
    """The templates of what was refused, and `read` where a picture came out."""
    try:
        with found_files(path) as listing:
            met = set()
            for file in listing.files:
                try:
                    decode_image(file.read(), file.name)
                    met.add("read")
                except ImgclsError as error:
                    met.add(error.template)
            return met
    except ImgclsError as error:
        return {error.template}


def mutant(data: bytes, rng: random.Random) -> bytes:
    """Some bits flipped, half of them in the table of contents; a piece removed or doubled."""
    changed = bytearray(data)
    table = data.index(b"PK\1\2")
    for _ in range(rng.choice((1, 1, 1, 2, 9))):
        changed[rng.randrange(rng.choice((0, table)), len(changed))] ^= 1 << rng.randrange(8)
    start, length = rng.randrange(len(changed)), rng.randrange(1, 64)
    action = rng.randrange(6)
    if action == 0:
        del changed[start : start + length]
    elif action == 1:
        changed[start:start] = changed[start : start + length]
    return bytes(changed)


def test_only_our_errors_escape_from_300_mutants(tmp_path: Path) -> None:
    outcomes = _fuzz(300, tmp_path / "mutant.zip")
    assert outcomes["read"] > 50  # many are still listed, so the mutants reach every step …
    assert outcomes[archive.MEMBER_DAMAGED] > 20
    assert outcomes[zip_members.DAMAGED] > 20
    assert len(outcomes) >= 10  # … and are refused for many reasons


@pytest.mark.slow
def test_only_our_errors_escape_from_5000_mutants(tmp_path: Path) -> None:
    assert sum(_fuzz(5000, tmp_path / "mutant.zip").values()) >= 5000


# -- what other programs pack


def test_what_python_packs(tmp_path: Path) -> None:
    for place, name in enumerate(("水果/苹果/一.png", "水果/梨/二.png", "水果/🍌 banana/三.png")):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        (tmp_path / "in" / name).write_bytes(png(place))
    path = Path(shutil.make_archive(str(tmp_path / "fruit"), "zip", tmp_path / "in"))
    with found_files(path) as listing:
        assert content(listing) == [
            ("banana banana", "水果/🍌 banana/三.png"),
            ("梨", "水果/梨/二.png"),
            ("苹果", "水果/苹果/一.png"),
        ]
        assert [file.read() for file in listing.files] == [png(2), png(1), png(0)]
        assert listing.skipped == ()


@pytest.mark.skipif(not shutil.which("zip"), reason="Info-ZIP's zip is not installed")
def test_what_info_zip_packs(tmp_path: Path) -> None:
    for name in ("苹果/1.png", "crème brûlée/2.png"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        (tmp_path / "in" / name).write_bytes(png())
    subprocess.run(["zip", "-qr", "../fruit.zip", "."], cwd=tmp_path / "in", check=True)
    with found_files(tmp_path / "fruit.zip") as listing:
        assert listing.class_names == ("crème brûlée", "苹果")
        assert {file.read() for file in listing.files} == {png()}


def test_what_macos_packs(made: Make) -> None:
    """Names in UTF-8 that are not marked as such, accents apart from their letters, and a double of everything."""
    names = ("fruit/cafe\u0301/1.png", "fruit/苹果/2.png")
    doubles = (f"__MACOSX/{name.replace('/', '/._', 2)}" for name in names)
    junk = (Member("fruit/.DS_Store", b"\0\0\0\1Bud1"), *(Member(name, b"\0\5\x16\7", flags=0) for name in doubles))
    path = made(*(Member(name, png(), flags=0) for name in names), *junk)
    with found_files(path) as listing:
        assert listing.class_names == ("café", "苹果")
        assert len(listing.files) == 2
        assert listing.skipped == ()


@pytest.mark.parametrize(("coding", "name"), [("gb2312", "苹果"), ("cp437", "Äpfel à la carte"), ("utf-8", "ябълка")])
def test_names_of_other_systems(coding: str, name: str, made: Make) -> None:
    path = made(Member(f"{name}/1.png".encode(coding), flags=0), Member("梨/2.png"), Member(b"pear/3.png", flags=0))
    with found_files(path) as listing:
        assert set(listing.class_names) == {name, "梨", "pear"}
        assert {file.read() for file in listing.files} == {png()}


def test_backslashes_between_folders(made: Make) -> None:
    """Windows' tools of before 2016 write them, against the standard, but never both kinds."""
    path = made("fruit\\apple\\1.png", "fruit\\pear\\2.png", Member("fruit\\plum\\", b""))
    with found_files(path) as listing:
        assert content(listing) == [("apple", "fruit/apple/1.png"), ("pear", "fruit/pear/2.png")]
        assert [one.name for one in listing.skipped] == ["fruit/plum"]
        assert listing.files[1].read() == png(1)


def test_with_and_without_entries_for_folders(made: Make) -> None:
    folders = [Member(name, b"", 0, mode=0o040755) for name in ("fruit/", "fruit/apple/", "fruit/pear/")]
    with found_files(made(*folders, "fruit/apple/1.png", "fruit/pear/2.png", name="with.zip")) as listing:
        with_them = content(listing), listing.class_names, listing.skipped
    with found_files(made("fruit/apple/1.png", "fruit/pear/2.png", name="without.zip")) as listing:
        assert (content(listing), listing.class_names, listing.skipped) == with_them


def test_nested_archives_are_listed_and_not_opened(made: Make) -> None:
    inner = zipped("plum/1.png")
    path = made(*FINE, Member("pear/more.ZIP", inner), Member("notes/texts.tar.gz", b"x"), Member("a.7z", b"x"))
    with found_files(path) as listing:
        assert len(listing.files) == 2
        assert [(one.name, one.reason.template) for one in listing.skipped] == [
            ("a.7z", found.NESTED),
            ("notes/texts.tar.gz", found.NESTED),
            ("pear/more.ZIP", found.NESTED),
        ]


def test_the_ending_of_the_archive_does_not_matter(made: Make) -> None:
    with found_files(made(*FINE, name="upload")) as listing:
        assert len(listing.files) == 2


# -- limits


def test_an_archive_of_a_gigabyte_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    path.write_bytes(zipped(*FINE))
    os.truncate(path, 1000 * 2**20 + 1)  # a hole, which takes no place on the disk
    error = refusal(path)
    assert error.template == archive.TOO_HEAVY
    assert "at most 1000 MB. Received: 1000.1 MB" in str(error)


def test_limits_are_read_when_asked(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(*FINE, Member("pear/deep/large.png", bytes(2 * 2**20 + 1) + os.urandom(30_000)))
    limits = {
        "archive_megabytes": ("0.01", archive.TOO_HEAVY),
        "archive_members": ("2", zip_members.TOO_MANY),
        "archive_unpacked_megabytes": ("2", zip_members.UNPACKED),
        "archive_ratio": ("50", zip_members.BOMB),
        "dataset_depth": ("1", zip_members.TOO_DEEP),
        "dataset_classes": ("1", found.TOO_MANY_CLASSES),
        "dataset_images": ("2", found.TOO_MANY_IMAGES),
    }
    for name, (value, template) in limits.items():
        with monkeypatch.context() as patch:
            patch.setenv(f"IMGCLS_{name.upper()}", value)
            error = refusal(path)
        assert error.template == template, name
        assert re.search(rf"at most {value}\b", str(error)), name
    with found_files(path) as listing:
        assert len(listing.files) == 3


def test_a_flat_picture_is_no_bomb(made: Make) -> None:
    flat = Member("pear/flat.png", bytes(100 * 2**10) * 9)
    assert len(flat.data) > 400 * len(deflated(flat.data))  # below 1 MB it may shrink as it likes
    with found_files(made(*FINE, flat)) as listing:
        assert listing.files[-1].read() == flat.data


def test_a_picture_is_read_up_to_its_limit_and_no_further(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_IMAGE_MEGABYTES", "0.01")
    most = int(0.01 * 2**20)
    right, heavy = (Member(f"pear/{size}.png", os.urandom(size)) for size in (most, most + 1))
    with found_files(made(*FINE, right, heavy)) as listing:
        files = {file.name: file for file in listing.files}
        assert files[right.name].read() == right.data
        with pytest.raises(ImageError, match="too large") as caught:
            files[heavy.name].read()
    assert caught.value.template == TOO_HEAVY


def test_a_full_archive_is_listed_in_little_memory(tmp_path: Path) -> None:
    """As many members as are allowed, most of them other files: each is listed with its reason."""
    path = tmp_path / "full.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for number in range(5000):
            packed.writestr(f"{number % 10}/picture {number}.{'png' if number % 2 else 'txt'}", b"")
    tracemalloc.start()
    with found_files(path) as listing:
        peak = tracemalloc.get_traced_memory()[1]
        assert len(listing.files) == len(listing.skipped) == 2500
    tracemalloc.stop()
    assert peak < 5000 * 3000  # bytes a member; 50,000 of them stay below 150 MB


# -- how it is handled


def test_an_archive_is_closed_with_its_listing(made: Make) -> None:
    path = made(*FINE)
    with found_files(path) as listing:
        pass
    with pytest.raises(ValueError, match="closed"):
        listing.files[0].read()
    listing.close()  # a second time does no harm


def test_a_file_can_be_read_twice_and_from_many_threads(made: Make) -> None:
    names = [f"{number % 3}/{number}.png" for number in range(60)]
    with found_files(made(*names)) as listing, ThreadPoolExecutor(8) as pool:
        once = list(pool.map(lambda file: file.read(), listing.files))
        assert once == [file.read() for file in listing.files]
        assert set(once) == {png(number) for number in range(60)}


def test_an_archive_that_shrinks_meanwhile_breaks_only_its_pictures(made: Make) -> None:
    path = made(*FINE)
    with found_files(path) as listing:
        os.truncate(path, 20)
        for file in listing.files:
            with pytest.raises(ImageError, match="damaged"):
                file.read()


def test_names_in_sentences_are_safe_to_show(made: Make) -> None:
    bad = Member("a\x1b[31m/\u202egnp.1/" + "x" * 300 + "/../<b>.png", flags=UTF8)
    said = str(refusal(made(*FINE, bad, name="a\u202e\n.zip")))
    assert said.isprintable()
    assert len(said) < 350
    assert said.startswith("The archive “a.zip” is refused because of “a[31m/gnp.1/xxx")
