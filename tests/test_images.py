"""Hostile bytes in, pixels or one right sentence out (rows T3, B1 and B4 of the safety plan)."""

from __future__ import annotations

import io
import os
import random
import re
import struct
import subprocess
import sys
import time
import warnings
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from imgcls import images
from imgcls.errors import ImageError
from imgcls.images import decode_image, encode_png, enlarge, read_image, shown_name

SEED = 20240229
ORIENTATION = 0x0112

#: Where EXIF says that row 0 and column 0 of the stored picture lie → stored (r, c) taken from upright (h, w).
STORED = {
    1: lambda r, c, h, w: (r, c),  # top, left
    2: lambda r, c, h, w: (r, w - 1 - c),  # top, right
    3: lambda r, c, h, w: (h - 1 - r, w - 1 - c),  # bottom, right
    4: lambda r, c, h, w: (h - 1 - r, c),  # bottom, left
    5: lambda r, c, h, w: (c, r),  # left, top
    6: lambda r, c, h, w: (c, w - 1 - r),  # right, top
    7: lambda r, c, h, w: (h - 1 - c, w - 1 - r),  # right, bottom
    8: lambda r, c, h, w: (h - 1 - c, r),  # left, bottom
}


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@cache
def scene(height: int = 60, width: int = 80) -> np.ndarray:
    """Uint8 (h, w, 3): smooth shades with some texture, different in every corner."""
    y, x = np.mgrid[0:height, 0:width]
    shades = np.stack([255 * x / width, 255 * y / height, 128 + 100 * np.sin(x * y / 200)], axis=2)
    return shades.astype(np.uint8)


def picture() -> Image.Image:
    return Image.fromarray(scene())


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *extra: bytes, depth: int = 8, colour: int = 0, rows: bytes = b"") -> bytes:
    """A PNG put together by hand, grey and black unless told."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows or bytes((width + 1) * height)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + chunk(b"IEND", b"")


def broken_checksum() -> bytes:
    data = bytearray(saved(picture()))
    data[data.index(b"IDAT") + 40] ^= 0x10
    return bytes(data)


def lying_pixels() -> bytes:
    """Right checksums around pixels that are no zlib stream."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"no zlib at all") + chunk(b"IEND", b"")


def webp_canvas(width: int, height: int) -> bytes:
    """The header of a WebP that asks for a canvas, and nothing in it."""
    body = b"\0" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    content = b"WEBPVP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(content)) + content


def scan_bomb(scans: int = 2000) -> bytes:
    """A progressive JPEG whose last scan is repeated: few bytes, each a walk over the whole picture."""
    data = saved(Image.new("RGB", (2000, 2000), "grey"), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * scans + b"\xff\xd9"


def zip_of(content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", content)
    return stream.getvalue()


def exif_of(orientation: object) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


def bombs_in_text() -> bytes:
    text = PngImagePlugin.PngInfo()
    for number in range(40):
        text.add_text(f"bomb {number}", "0" * 4_000_000, zip=True)
    return saved(picture(), pnginfo=text)


def jpeg_with(segment: bytes, code: int = 0xE1) -> bytes:
    data = saved(picture(), "JPEG")
    return data[:2] + bytes([0xFF, code]) + struct.pack(">H", len(segment) + 2) + segment + data[2:]


@dataclass(frozen=True)
class Hostile:
    """A file and what is to come of it: `refused` is the template's text, None where it can be read."""

    name: str
    data: bytes
    refused: str | None
    what: str = ""


def _cut(kind: str) -> list[Hostile]:
    whole = saved(picture(), kind)
    return [
        Hostile(f"cut at {part} of 100.{kind}", whole[: len(whole) * part // 100], images.TRUNCATED)
        for part in (10, 30, 50, 70, 90)
    ]


def _other_formats() -> list[Hostile]:
    made = {kind: saved(picture().convert("P"), kind) for kind in ("GIF", "TIFF", "BMP", "ICO", "AVIF", "PDF")}
    made["EPS"] = saved(picture(), "EPS")
    made["JPEG 2000"] = saved(picture(), "JPEG2000")
    made["PSD"] = b"8BPS\0\1" + bytes(40)
    made["SVG"] = b"<?xml version='1.0'?>\n<!-- drawn -->\n<svg xmlns='http://www.w3.org/2000/svg'/>"
    made["HTML"] = b"<!DOCTYPE html><html><script>alert(1)</script>"
    made["HEIC"] = b"\0\0\0\x18ftypheic" + bytes(40)
    made["MP4"] = b"\0\0\0\x18ftypisom" + bytes(40)
    made["ZIP"] = zip_of(b"text")
    made["NumPy"] = b"\x93NUMPY\1\0" + bytes(40)
    made["HDF5"] = b"\x89HDF\r\n\x1a\n" + bytes(40)
    made["gzip"] = b"\x1f\x8b\x08" + bytes(40)
    made["DICOM"] = bytes(128) + b"DICM"
    made["JPEG XL"] = b"\xff\x0a" + bytes(40)
    return [Hostile(f"really {kind}.png", data, images.OTHER_FORMAT, kind) for kind, data in made.items()]


def _sizes() -> list[Hostile]:
    return [
        Hostile("88 megapixels.png", png(9000, 9778), images.TOO_LONG),
        Hostile("64 megapixels.png", png(8000, 8000), images.TOO_MANY_PIXELS),
        Hostile("65 gigapixels.png", png(2**31 - 1, 2**31 - 1, rows=b"\0"), images.TOO_LONG),
        Hostile("strip.png", png(1, 100_000), images.TOO_SMALL),
        Hostile("long.png", png(8, 8193), images.TOO_LONG),
        Hostile("one pixel.png", png(1, 1), images.TOO_SMALL),
        Hostile("seven.png", png(7, 7), images.TOO_SMALL),
        Hostile("nothing by nothing.png", png(0, 0, rows=b"\0"), images.TOO_SMALL),
        Hostile("one pixel.jpg", saved(Image.new("RGB", (1, 1)), "JPEG"), images.TOO_SMALL),
        Hostile("big.jpg", saved(Image.new("L", (4001, 4000)), "JPEG"), images.TOO_MANY_PIXELS),
        Hostile("long.jpg", saved(Image.new("L", (20_000, 8)), "JPEG"), images.TOO_LONG),
        Hostile("canvas.webp", webp_canvas(16_383, 16_383), images.TOO_LONG),
        Hostile("big.webp", webp_canvas(5000, 5000), images.TOO_MANY_PIXELS),
        Hostile("one pixel.webp", saved(Image.new("RGB", (1, 1)), "WEBP", lossless=True), images.TOO_SMALL),
        Hostile("small lossy.webp", saved(Image.new("RGB", (4, 9)), "WEBP"), images.TOO_SMALL),
        Hostile("heavy.jpg", saved(picture(), "JPEG") + bytes(10 * 2**20), images.TOO_HEAVY),
    ]


def _broken() -> list[Hostile]:
    whole, swapped = saved(picture(), "WEBP"), bytearray(saved(picture(), "WEBP"))
    swapped[20:] = bytes(reversed(swapped[20:]))
    return [
        Hostile("empty.png", b"", images.EMPTY),
        Hostile("one byte.png", b"\x89", images.NOT_A_PICTURE),
        Hostile("text.png", b"Dear all, attached is the picture.", images.NOT_A_PICTURE),
        Hostile("noise.jpg", random.Random(SEED).randbytes(5000), images.NOT_A_PICTURE),
        Hostile("zeros.jpg", bytes(5000), images.NOT_A_PICTURE),
        Hostile("signature.png", b"\x89PNG\r\n\x1a\n", images.TRUNCATED),
        Hostile("signature.jpg", b"\xff\xd8\xff", images.TRUNCATED),
        Hostile("signature.webp", b"RIFF\0\0\0\0WEBP", images.TRUNCATED),
        Hostile("no header.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b"") + bytes(30), images.TOO_SMALL),
        Hostile(
            "headless.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"x" * 40) + chunk(b"IEND", b""), images.TOO_LONG
        ),
        Hostile("checksum.png", broken_checksum(), images.DAMAGED),
        Hostile("lying.png", lying_pixels(), images.DAMAGED),
        Hostile("no end.png", saved(picture())[:-12], images.TRUNCATED),
        Hostile("odd depth.png", png(40, 40, depth=7), images.DAMAGED),
        Hostile("huge chunk.png", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR" + bytes(50), images.TOO_SMALL),
        Hostile("no picture.jpg", b"\xff\xd8\xff\xe0\0\2\xff\xd9", images.DAMAGED),
        Hostile("reversed.webp", bytes(swapped), images.DAMAGED),
        Hostile("empty canvas.webp", webp_canvas(40, 40), images.DAMAGED),
        Hostile("chunks.png", png(40, 40, chunk(b"teXt", b"") * 50_000), images.TOO_MANY_PARTS),
        Hostile("scans.jpg", scan_bomb(), images.TOO_MANY_PARTS),
        Hostile("wave.webp", b"RIFF" + whole[4:8] + b"WAVE" + whole[12:], images.NOT_A_PICTURE),
    ]


def _odd_but_right() -> list[Hostile]:
    moving = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green")]
    animation = {"save_all": True, "append_images": moving[1:]}
    text = PngImagePlugin.PngInfo()
    text.add_text("novel", "x" * 2**20)
    files = {
        "eight.png": png(8, 8),
        "few rows.png": png(40, 40, rows=bytes(41 * 20)),  # whole as a file; the missing half is black
        "plain.jpg": saved(picture(), "JPEG"),
        "plain.webp": saved(picture(), "WEBP"),
        "progressive.jpg": saved(picture(), "JPEG", progressive=True),
        "cmyk.jpg": saved(picture().convert("CMYK"), "JPEG"),
        "grey.jpg": saved(picture().convert("L"), "JPEG"),
        "palette.png": saved(picture().convert("P")),
        "bits.png": saved(picture().convert("1")),
        "moving.png": saved(moving[0], "PNG", **animation),
        "moving.webp": saved(moving[0], "WEBP", **animation),
        "two pictures.jpg": saved(moving[0], "MPO", **animation),
        "interlaced lies.png": png(40, 40, chunk(b"acTL", b"junk"), chunk(b"fcTL", b"junk")),
        "profile junk.png": png(40, 40, chunk(b"iCCP", b"x\0\0junk")),
        "profile junk.jpg": saved(picture(), "JPEG", icc_profile=b"junk" * 1000),
        "exif junk.png": png(40, 40, chunk(b"eXIf", b"junk")),
        "exif junk.jpg": jpeg_with(b"Exif\0\0" + b"\xff" * 200),
        "exif huge.jpg": jpeg_with(b"Exif\0\0MM\0*" + bytes(65_000)),
        "orientation 99.jpg": saved(picture(), "JPEG", exif=exif_of(99)),
        "mpf junk.jpg": jpeg_with(b"MPF\0" + b"MM\0*\0\0\0\x08" + b"\xff" * 100, 0xE2),
        "long text.png": saved(picture(), pnginfo=text),
        "text bombs.png": bombs_in_text(),
        "polyglot.png": saved(picture()) + zip_of(b"hidden"),
        "polyglot.jpg": saved(picture(), "JPEG") + zip_of(b"hidden"),
        "thumbnail.jpg": jpeg_with(b"junk" + saved(Image.new("RGB", (90, 90)), "JPEG") * 20, 0xE5),
    }
    return [Hostile(name, data, None) for name, data in files.items()]


@cache
def corpus() -> tuple[Hostile, ...]:
    return (*_broken(), *_cut("PNG"), *_cut("JPEG"), *_cut("WEBP"), *_other_formats(), *_sizes(), *_odd_but_right())


def outcome(data: bytes, name: str = "") -> str | None:
    """The template of the refusal, or None; a picture must be whole in any case."""
    try:
        pixels = decode_image(data, name)
    except ImageError as error:
        return error.template
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    assert min(pixels.shape[:2]) >= 8
    return None


def test_corpus_is_large_and_meets_every_sentence() -> None:
    assert len(corpus()) >= 60
    met = {hostile.refused for hostile in corpus()} | {images.NOT_THERE, images.NOT_A_FILE, images.NOT_READABLE}
    known = {value for value in vars(images).values() if isinstance(value, str) and "Received" in value}
    assert known - {images.__doc__} == met - {None}


@pytest.mark.parametrize("hostile", corpus(), ids=lambda hostile: hostile.name)
def test_each_file_gets_its_own_sentence(hostile: Hostile) -> None:
    start = time.perf_counter()
    try:
        refused = None
        decode_image(hostile.data, hostile.name)
    except ImageError as error:
        refused, said = error.template, str(error)
        assert f"“{hostile.name}”" in said
        assert f"Received: {hostile.what}" in said
        assert "Expected" in said
    assert refused == hostile.refused
    assert time.perf_counter() - start < 1


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
def test_hostile_files_stay_below_150_megabytes(tmp_path: Path) -> None:
    for number, hostile in enumerate(corpus()):
        (tmp_path / f"{number}").write_bytes(hostile.data)
    script = """if True:
        import re, sys
        from pathlib import Path
        from imgcls.errors import ImageError
        from imgcls.images import decode_image
        def peak():
            return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
        before = peak()
        for path in Path(sys.argv[1]).iterdir():
            try:
                decode_image(path.read_bytes())
            except ImageError:
                pass
        print((peak() - before) / 1024)"""
    ran = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True)
    assert float(ran.stdout) < 150
    assert ran.stderr == ""


def _fuzz(count: int) -> dict[str | None, int]:
    """How often each outcome came of `count` mutants; anything but `ImageError` ends the test."""
    rng = random.Random(SEED)
    seeds = [saved(picture(), kind) for kind in ("PNG", "JPEG", "WEBP")]
    seeds += [
        saved(picture().convert("P")),
        saved(picture(), "JPEG", progressive=True, exif=exif_of(6)),
        saved(picture().convert("RGBA"), "WEBP", lossless=True),
    ]
    outcomes: dict[str | None, int] = {}
    for number in range(count):
        found = outcome(mutant(seeds[number % len(seeds)], rng))
        outcomes[found] = outcomes.get(found, 0) + 1
    return outcomes


def mutant(data: bytes, rng: random.Random) -> bytes:
    """Some bits flipped, a piece removed or doubled; half of the PNGs get their checksums right again."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 20))):
        changed[rng.randrange(4, len(changed))] ^= 1 << rng.randrange(8)
    start, length = rng.randrange(12, len(changed)), rng.randrange(1, 64)
    action = rng.randrange(4)
    if action == 0:
        del changed[start : start + length]
    elif action == 1:
        changed[start:start] = changed[start : start + length]
    return mended(bytes(changed)) if rng.random() < 0.5 else bytes(changed)


def mended(data: bytes) -> bytes:
    """A PNG's chunks with right checksums, so that the fault reaches the decoder; other files as they are."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    parts, position = [data[:8]], 8
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        parts.append(chunk(kind, data[position + 8 : position + 8 + min(length, len(data))]))
        position += 12 + length
    return b"".join(parts)


def test_only_image_errors_escape_from_300_mutants() -> None:
    outcomes = _fuzz(300)
    assert outcomes.get(None, 0) > 20  # some still decode, so the mutants reach the decoders …
    assert outcomes.get(images.DAMAGED, 0) > 20  # … and some do not
    assert outcomes.get(images.TRUNCATED, 0) > 5


@pytest.mark.slow
def test_only_image_errors_escape_from_2000_mutants() -> None:
    start = time.perf_counter()
    assert sum(_fuzz(2000).values()) == 2000
    assert time.perf_counter() - start < 60


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_orientation_is_honoured(orientation: int, kind: str) -> None:
    upright = scene(48, 64)
    height, width = upright.shape[:2]
    rows, columns = (height, width) if orientation <= 4 else (width, height)
    stored = np.array(
        [[upright[STORED[orientation](r, c, height, width)] for c in range(columns)] for r in range(rows)]
    )
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    data = saved(Image.fromarray(stored), kind, exif=exif_of(orientation), **options)
    difference = np.abs(decode_image(data).astype(int) - upright)
    assert difference.max() <= (12 if kind == "JPEG" else 0)


def test_pixels_come_back_as_they_were() -> None:
    assert np.array_equal(decode_image(saved(picture())), scene())


def test_result_is_a_writable_block() -> None:
    pixels = decode_image(saved(picture(), exif=exif_of(6)))
    assert pixels.flags.writeable
    assert pixels.flags.c_contiguous


def test_16_bit_grey_is_scaled_not_clipped() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (16, 1))
    pixels = decode_image(saved(Image.fromarray(ramp)))
    assert np.array_equal(pixels[0, :, 0], np.arange(256))
    assert np.array_equal(pixels[..., 0], pixels[..., 2])


def test_16_bit_colour_is_scaled() -> None:
    row = b"\0" + struct.pack(">HHH", 0, 32896, 65535) * 16
    pixels = decode_image(png(16, 16, depth=16, colour=2, rows=row * 16))
    assert np.array_equal(pixels[3, 3], [0, 128, 255])


def test_cmyk_keeps_its_colours() -> None:
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    assert np.abs(decode_image(saved(red, "JPEG", quality=95))[8, 8] - np.array([255, 0, 0])).max() < 6


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGBA", (255, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (0, 0, 0, 51), (204, 204, 204)),
        ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("LA", (0, 0), (255, 255, 255)),
        ("LA", (100, 255), (100, 100, 100)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_places_are_white(mode: str, colour: tuple, expected: tuple, kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    data = saved(Image.new(mode, (16, 16), colour), kind, **options)
    assert tuple(decode_image(data)[5, 5]) == expected


def test_palette_with_transparency_is_white_there() -> None:
    image = Image.new("P", (16, 16), 1)
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 0, 255])
    image.paste(2, (0, 0, 16, 8))
    pixels = decode_image(saved(image, transparency=b"\xff\x00\xff"))
    assert tuple(pixels[2, 2]) == (0, 0, 255)
    assert tuple(pixels[12, 12]) == (255, 255, 255)


@pytest.mark.parametrize(("depth", "colour"), [(1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2)])
def test_the_transparent_colour_is_found_in_every_depth(depth: int, colour: int) -> None:
    """Black is declared transparent in one picture and the lightest shade, as it is stored, in the other."""
    samples = 3 if colour == 2 else 1
    row = b"\0" + bytes(16 * samples * depth // 8)
    for key, expected in ((0, 255), (2**depth - 1, 0)):
        transparent = chunk(b"tRNS", struct.pack(">H", key) * samples)
        pixels = decode_image(png(16, 16, transparent, depth=depth, colour=colour, rows=row * 16))
        assert pixels.min() == pixels.max() == expected


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_only_the_first_frame_is_read(kind: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "lime")]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], **({} if kind == "PNG" else {"lossless": 1}))
    assert tuple(decode_image(data)[20, 20]) == (255, 0, 0)


def test_strips_join_without_a_seam() -> None:
    tall = scene(1500, 1100)  # more than one strip of a megapixel
    assert np.array_equal(decode_image(saved(Image.fromarray(tall), compress_level=1)), tall)


def test_limits_are_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_IMAGE_SIDE_MAX", "70")
    assert outcome(saved(picture())) == images.TOO_LONG
    monkeypatch.setenv("IMGCLS_IMAGE_SIDE_MAX", "80")
    assert outcome(saved(picture())) is None
    monkeypatch.setenv("IMGCLS_IMAGE_MEGAPIXELS", "0.0047")
    assert outcome(saved(picture())) == images.TOO_MANY_PIXELS
    monkeypatch.setenv("IMGCLS_IMAGE_MEGABYTES", "0.001")
    assert outcome(saved(picture())) == images.TOO_HEAVY


def test_a_size_just_above_the_limit_does_not_read_like_it() -> None:
    with pytest.raises(ImageError, match=r"at most 10 MB\. Received: 10\.1 MB"):
        decode_image(bytes(10 * 2**20 + 1))


def test_threads_decode_at_once_and_leave_the_warnings_alone() -> None:
    before = list(warnings.filters)
    files = [hostile.data for hostile in corpus() if hostile.refused is None] * 2
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(outcome, files)) == {None}
    assert warnings.filters == before


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.png",
        "../../etc/passwd",
        "a\0b.png",
        "line\nbreak\r\x1b[31m.png",
        "photo\u202egnp.exe",
        "\u2066mirrored\u2069.png",
        "x" * 300 + ".png",
        "😀🎨.png",
        "手写数字.png",
        "half \ud800 surrogate.png",
        "{name} {0} %s.png",
        "",
        "\n",
    ],
)
def test_names_are_safe_to_show(name: str) -> None:
    with pytest.raises(ImageError) as caught:
        decode_image(b"text", name)
    shown = caught.value.values["name"]
    assert 0 < len(shown) <= 64
    assert shown.isprintable()
    assert str(caught.value).encode()  # can be sent: no half surrogates
    assert str(caught.value).startswith(f"“{shown}” is not a picture. Expected JPEG")


def test_a_long_name_keeps_its_ending() -> None:
    assert shown_name("a" * 300 + ".docx.png") == "a" * 40 + "…" + "a" * 14 + ".docx.png"
    assert shown_name("short.png") == "short.png"


def test_read_image_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "手写 picture.png"
    path.write_bytes(saved(picture()))
    assert np.array_equal(read_image(path), scene())
    assert np.array_equal(read_image(str(path)), scene())


def test_read_image_names_the_file_it_refuses(tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    path.touch()
    with pytest.raises(ImageError, match=r"“empty\.png” is empty"):
        read_image(path)


@pytest.mark.parametrize("path", ["missing.png", "a\0b.png", "file/inside.png"])
def test_read_image_of_nothing(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImageError) as caught:
        read_image(tmp_path / path)
    assert caught.value.template == images.NOT_THERE


def test_read_image_of_a_folder_or_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # reading it would wait for ever
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ImageError) as caught:
            read_image(path)
        assert caught.value.template == images.NOT_A_FILE


def test_read_image_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "private.png"
    path.write_bytes(saved(picture()))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # a test that runs as root may read everything
    with pytest.raises(ImageError, match=r"“private\.png” may not be read.*Permission denied"):
        read_image(path)


def test_read_image_with_an_impossible_name() -> None:
    with pytest.raises(ImageError) as caught:
        read_image("x" * 5000)
    assert caught.value.template == images.NOT_READABLE


def test_read_image_looks_at_the_size_before_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sparse.png"
    with path.open("wb") as file:
        file.truncate(2**40)
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(ImageError, match="too large"):
        read_image(path)


@pytest.mark.parametrize("shape", [(9, 12), (9, 12, 1), (9, 12, 3), (9, 12, 4)])
def test_encode_png_keeps_every_pixel(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    found = np.asarray(Image.open(io.BytesIO(encode_png(pixels))))
    assert np.array_equal(found, pixels.reshape(found.shape))


@pytest.mark.parametrize("pixels", [np.zeros((9, 9)), np.zeros((9, 9, 2), np.uint8), np.zeros(9, np.uint8)])
def test_encode_png_refuses_other_arrays(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match=re.escape(f"Received: {pixels.dtype} {pixels.shape}")):
        encode_png(pixels)


# -- no larger than is needed


@pytest.mark.parametrize(
    ("size", "enough", "found"),
    [
        ((600, 800), 800, (600, 800)),
        ((600, 800), 401, (600, 800)),
        ((600, 800), 400, (300, 400)),
        ((600, 800), 201, (300, 400)),
        ((600, 800), 200, (150, 200)),
        ((600, 800), 1, (75, 100)),  # an eighth is the least
        ((801, 601), 300, (401, 301)),
        ((600, 800), 10_000, (600, 800)),
        ((8, 4000), 100, (8, 4000)),  # a strip keeps the breadth that a picture must have
        ((33, 4000), 100, (9, 1000)),
    ],
)
def test_a_jpeg_may_come_smaller(size: tuple[int, int], enough: int, found: tuple[int, int]) -> None:
    assert decode_image(saved(Image.fromarray(scene(*size)), "JPEG"), enough=enough).shape == (*found, 3)


@pytest.mark.parametrize("orientation", STORED)
def test_a_smaller_jpeg_shows_the_same_picture_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = saved(Image.fromarray(scene(160, 240)), "JPEG", exif=exif, quality=95)
    whole, small = decode_image(data), decode_image(data, enough=60)
    height, width = whole.shape[:2]
    averaged = whole.reshape(height // 4, 4, width // 4, 4, 3).mean(axis=(1, 3))
    assert np.abs(averaged - small).mean() < 5  # turned any other way it would be more than 60


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_others_come_at_their_own_size(kind: str) -> None:
    data = saved(picture(), kind)
    assert np.array_equal(decode_image(data, enough=8), decode_image(data))


def test_a_cut_jpeg_is_refused_at_any_size() -> None:
    data = saved(Image.fromarray(scene(800, 800)), "JPEG")
    for enough in (None, 400, 100):
        with pytest.raises(ImageError, match="cut off"):
            decode_image(data[: len(data) // 2], "a.jpg", enough)


def test_enlarge_repeats_pixels() -> None:
    pixels = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    assert np.array_equal(enlarge(pixels, 7), [[1, 1, 2, 2, 3, 3]] * 2 + [[4, 4, 5, 5, 6, 6]] * 2)
    assert enlarge(pixels[..., np.newaxis], 300).shape == (200, 300, 1)


def test_enlarge_leaves_large_pictures_alone() -> None:
    assert np.array_equal(enlarge(scene(), 79), scene())
