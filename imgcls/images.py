"""Bytes of a stranger → uint8 pixels, and back. The only file that calls `Image.open`.

`decode_image` takes whatever somebody uploaded. Either a plain array of pixels comes back or an
`ImageError` with one sentence for the fault; nothing else escapes, whatever the bytes. In this order,
the cheap checks first: size of the file, kind of file, structure, size of the picture, and only then
the pixels.

Not covered: colour profiles are ignored (pixels are taken as sRGB), and only the first frame of an
animation is read.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import re
import stat
import struct
import threading
import unicodedata
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from imgcls.errors import ImageError
from imgcls.language import N_
from imgcls.limits import limit

#: The limit is counted like Streamlit's `max_upload_size`, so that both draw the line at the same byte.
BYTES_PER_MEGABYTE = 2**20
PIXELS_PER_MEGAPIXEL = 10**6

#: A progressive JPEG has about 10 scans. Each costs a walk over all blocks and may be a few bytes long,
#: so that a small file with thousands of scans would decode for hours (libjpeg-turbo, `-maxscans`).
JPEG_SCANS_MAX = 64

#: An intact 10 MB PNG has a few hundred chunks; a million empty ones would be a second of walking.
PNG_CHUNKS_MAX = 20_000

NAME_LENGTH_MAX = 64

NOT_THERE = N_("There is no file “{name}”. Expected the path of a picture. Received: a path that leads nowhere.")
NOT_A_FILE = N_("“{name}” is not a file. Expected the path of a picture. Received: a folder or a device.")
NOT_READABLE = N_("“{name}” may not be read. Expected a file that this account may open. Received: {reason}.")
EMPTY = N_("“{name}” is empty. Expected a JPEG, PNG or WebP picture. Received: 0 bytes.")
TOO_HEAVY = N_("The file “{name}” is too large. Expected at most {limit} MB. Received: {size} MB.")
NOT_A_PICTURE = N_("“{name}” is not a picture. Expected JPEG, PNG or WebP. Received: a file that begins with {start}.")
OTHER_FORMAT = N_("“{name}” is not a picture that can be read. Expected JPEG, PNG or WebP. Received: {what}.")
TRUNCATED = N_("“{name}” is cut off. Expected a whole {format} file. Received: only the first {size} bytes of it.")
DAMAGED = N_("“{name}” is damaged. Expected an intact {format} file. Received: one that cannot be decoded.")
TOO_MANY_PIXELS = N_(
    "“{name}” has too many pixels. Expected at most {limit} megapixels. Received: {width} × {height}, that is {size}."
)
TOO_SMALL = N_("“{name}” is too small. Expected at least {limit} pixels a side. Received: {width} × {height}.")
TOO_LONG = N_("“{name}” has too long a side. Expected at most {limit} pixels a side. Received: {width} × {height}.")
TOO_MANY_PARTS = N_(
    "“{name}” is split into too many parts. Expected at most {limit} in a {format} file. Received: more."
)

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

#: What the picture consists of. Texts, profiles, thumbnails and further frames never reach the decoder.
_PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"IDAT", b"IEND")

#: A marker, but neither a stuffed byte (FF 00) nor a restart inside the pixels (FF D0 … FF D7).
_JPEG_MARKER = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")
_JPEG_START_OF_SCAN = 0xDA
_JPEG_END = 0xD9

#: Beginnings of files that people do upload: name of the format → pattern.
_OTHER_FORMATS = {
    "GIF": rb"GIF8[79]a",
    "TIFF": rb"II[*+]\0|MM\0[*+]",
    "BMP": rb"BM.{4}\0\0\0\0",
    "ICO": rb"\0\0[\x01\x02]\0",
    "PSD": rb"8BPS",
    "PDF": rb"%PDF",
    "EPS": rb"%!PS|\xc5\xd0\xd3\xc6",
    "SVG": rb"\s*(<\?xml.*|<!--.*|<!DOCTYPE svg.*)?<svg",
    "HTML": rb"\s*<(!doctype )?html",
    "AVIF": rb".{4}ftypavi[fs]",
    "HEIC": rb".{4}ftyp(hei|hev|mif|msf)",
    "MP4": rb".{4}ftyp",
    "JPEG 2000": rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
    "JPEG XL": rb"\0\0\0\x0cJXL |\xff\x0a",
    "ZIP": rb"PK\x03\x04",
    "gzip": rb"\x1f\x8b",
    "DICOM": rb".{128}DICM",
    "HDF5": rb"\x89HDF",
    "NumPy": rb"\x93NUMPY",
}

#: EXIF orientation → what turns the stored picture upright (EXIF 2.32, tag 0x0112).
_UPRIGHT: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(pixels, 2).swapaxes(0, 1),
    8: lambda pixels: np.rot90(pixels),
}

#: 0…65535 → 0…255, rounded.
_FROM_16_BIT: np.ndarray = np.round(np.arange(65536) * (255 / 65535)).astype(np.uint8)

#: One picture at a time: bounds the memory of a class that uploads at once, and `catch_warnings` is not
#: safe between threads.
_DECODING = threading.Lock()


@dataclass(frozen=True)
class _File:
    """A file under examination. `format` is Pillow's name: JPEG, PNG or WEBP."""

    data: bytes
    name: str
    format: str

    def refused(self, template: str, **values: object) -> ImageError:
        return ImageError(template, name=self.name, **values)

    def truncated(self) -> ImageError:
        return self.refused(TRUNCATED, format=self.format, size=len(self.data))

    def damaged(self) -> ImageError:
        return self.refused(DAMAGED, format=self.format)


def decode_image(data: bytes, name: str = "", enough: int | None = None) -> np.ndarray:
    """The pixels of an uploaded file, upright, on white where it was transparent.

    Args:
        data: the file; JPEG, PNG or WebP, whatever its name says.
        name: how the file is called in messages.
        enough: a JPEG may come at a half, a quarter or an eighth of its size, which is read sooner and with less
            memory, as long as its longer side is still this long (px); None: it comes at its own size.

    Returns:
        uint8 (height, width, 3), RGB, 0…255, a new array. Only the pixels come along: no place, no
        camera, no thumbnail. 16-bit pictures are scaled to 8 bits; of an animation the first frame.

    Raises:
        ImageError: the file is empty, too large, of another kind, cut off or damaged, or the picture
            is too small or too large. Its sentence says which.
    """
    file = _recognised(data, shown_name(name))
    content = _CHECKED[file.format](file)
    try:
        return _pixels(file, content, enough)
    except ImageError:
        raise
    except Exception:  # Pillow's decoders raise a dozen kinds of error, some of them undocumented
        raise (file.truncated() if _is_cut_off(file) else file.damaged()) from None


def read_image(path: str | os.PathLike[str]) -> np.ndarray:
    """The pixels of a file on this machine, as `decode_image` returns them.

    Raises:
        ImageError: there is no such file, it may not be read, or `decode_image` refuses it.
    """
    name = shown_name(Path(path).name)
    try:
        data = _read(Path(path), name)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise ImageError(NOT_THERE, name=name) from None
    except OSError as error:
        raise ImageError(NOT_READABLE, name=name, reason=error.strerror) from None
    return decode_image(data, name)


def upright_size(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Height and width (px) that `read_image` would give a file, read off its header; None where it has none to read.

    Whether the pixels after it can be decoded is not looked at.
    """
    try:
        with _strict_pillow(), Image.open(path, formats=tuple(_CHECKED)) as image:
            # Pillow decodes a PNG to look for EXIF behind its pixels
            turned = (image.format != "PNG" or "exif" in image.info) and _orientation(image) >= 5
            return image.size if turned else image.size[::-1]
    except Exception:  # missing, damaged, of another kind: whoever reads the pixels says so
        return None


def encode_png(pixels: np.ndarray) -> bytes:
    """The PNG file of an array.

    Args:
        pixels: uint8 (h, w), (h, w, 1), (h, w, 3) RGB or (h, w, 4) RGBA.

    Raises:
        ValueError: another type or shape.
    """
    flat = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    if flat.dtype != np.uint8 or not (flat.ndim == 2 or (flat.ndim == 3 and flat.shape[2] in (3, 4))):
        raise ValueError(f"expected uint8 (h, w), (h, w, 1|3|4). Received: {pixels.dtype} {pixels.shape}")
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(flat)).save(stream, "PNG")
    return stream.getvalue()


def enlarge(pixels: np.ndarray, side: int) -> np.ndarray:
    """Every pixel repeated, as often as fits, so that a small picture shows its pixels as squares.

    Args:
        pixels: (h, w) or (h, w, c), any type.
        side: the longer side of the result is at most this (px); a larger picture comes back as it is.

    Returns:
        (h·k, w·k[, c]) with the same k ≥ 1 for both sides.
    """
    factor = max(1, side // max(pixels.shape[:2]))
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def shown_name(name: str) -> str:
    """A file name that is safe to put into a sentence: one line, at most 64 characters.

    Control characters, half surrogates and the invisible signs that reverse the direction of reading are
    removed; a long name loses its middle, because its ending says what it claims to be.
    """
    visible = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    if len(visible) > NAME_LENGTH_MAX:
        visible = visible[:40] + "…" + visible[-(NAME_LENGTH_MAX - 41) :]
    return visible.strip() or "picture"


def _read(path: Path, name: str) -> bytes:
    """At most one byte more than is allowed, however the file grows while it is read."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise ImageError(NOT_A_FILE, name=name)
    _check_weight(about.st_size, name)
    with path.open("rb") as file:
        return file.read(_bytes_max() + 1)


def _bytes_max() -> int:
    return int(limit("image_megabytes") * BYTES_PER_MEGABYTE)


def _check_weight(size: int, name: str) -> None:
    if size > _bytes_max():
        megabytes = _rounded_up(size / BYTES_PER_MEGABYTE)
        raise ImageError(TOO_HEAVY, name=name, limit=f"{limit('image_megabytes'):g}", size=megabytes)


def _rounded_up(value: float) -> str:
    """One decimal, upwards: a refused size never reads like the limit itself."""
    return f"{math.ceil(value * 10) / 10:g}"


def _recognised(data: bytes, name: str) -> _File:
    """The file with its format, by its first bytes alone: names and declared types are claims."""
    if not data:
        raise ImageError(EMPTY, name=name)
    _check_weight(len(data), name)
    if data.startswith(_PNG_SIGNATURE):
        return _File(data, name, "PNG")
    if data.startswith(b"\xff\xd8\xff"):
        return _File(data, name, "JPEG")
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _File(data, name, "WEBP")
    raise _not_taken(data, name)


def _not_taken(data: bytes, name: str) -> ImageError:
    for what, pattern in _OTHER_FORMATS.items():
        if re.match(pattern, data[:1024], re.DOTALL | re.IGNORECASE):
            return ImageError(OTHER_FORMAT, name=name, what=what)
    return ImageError(NOT_A_PICTURE, name=name, start=data[:4].hex(" ").upper())


def _check_size(file: _File, width: int, height: int) -> None:
    """Refuse a picture by its size in pixels, as the header gives it."""
    shortest, longest, most = limit("image_side_min"), limit("image_side_max"), limit("image_megapixels")
    size = {"width": width, "height": height}
    if min(width, height) < shortest:
        raise file.refused(TOO_SMALL, limit=f"{shortest:g}", **size)
    if max(width, height) > longest:
        raise file.refused(TOO_LONG, limit=f"{longest:g}", **size)
    megapixels = width * height / PIXELS_PER_MEGAPIXEL
    if megapixels > most:
        raise file.refused(TOO_MANY_PIXELS, limit=f"{most:g}", size=_rounded_up(megapixels), **size)


def _checked_png(file: _File) -> bytes:
    """The file with only those chunks that make the picture, each found to match its checksum.

    Pillow alone would not check the pixels' checksums, and would unpack texts and profiles that
    nobody looks at. The pixel chunks are joined to one.
    """
    if len(file.data) >= 24:
        _check_size(file, *struct.unpack_from(">II", file.data, 16))
    parts: dict[bytes, list[bytes]] = {kind: [] for kind in _PNG_KEPT}
    for count, (kind, body) in enumerate(_png_chunks(file)):
        if count >= PNG_CHUNKS_MAX:
            raise file.refused(TOO_MANY_PARTS, limit=PNG_CHUNKS_MAX, format=file.format)
        if kind in parts:
            parts[kind].append(body)
    return _PNG_SIGNATURE + b"".join(_png_chunk(kind, b"".join(found)) for kind, found in parts.items() if found)


def _png_chunks(file: _File) -> Iterator[tuple[bytes, bytes]]:
    """(kind, body) of each chunk up to and with IEND; what follows is no part of the picture."""
    position, kind = len(_PNG_SIGNATURE), b""
    while kind != b"IEND":
        header = file.data[position : position + 8]
        if len(header) < 8:
            raise file.truncated()
        length, kind = struct.unpack(">I4s", header)
        body = file.data[position + 8 : position + 8 + length]
        checksum = file.data[position + 8 + length : position + 12 + length]
        if len(checksum) < 4:
            raise file.truncated()
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(checksum, "big"):
            raise file.damaged()
        yield kind, body
        position += 12 + length


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _checked_jpeg(file: _File) -> bytes:
    """The file itself, when it has no more scans than a picture needs. Pillow reads its size first."""
    if _jpeg_markers(file.data).count(_JPEG_START_OF_SCAN) > JPEG_SCANS_MAX:
        raise file.refused(TOO_MANY_PARTS, limit=JPEG_SCANS_MAX, format=file.format)
    return file.data


def _jpeg_markers(data: bytes) -> bytes:
    """The codes of the picture's markers in order, up to and with its end (0xD9) where it has one.

    Segments are stepped over, so that a thumbnail inside of one is not taken for the picture.
    """
    codes = bytearray()
    position = 2
    while found := _JPEG_MARKER.search(data, position):
        codes += found[1]
        if codes[-1] == _JPEG_END:
            break
        position = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
    return bytes(codes)


def _checked_webp(file: _File) -> bytes:
    """The file itself, its size checked: Pillow asks for the canvas's memory as soon as it opens one."""
    size = _webp_size(file.data)
    if size:
        _check_size(file, *size)
    return file.data


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in the first chunk (RFC 9649, sections 2.5 to 2.7); None: not a known chunk."""
    header = data[12:30].ljust(18, b"\0")
    if header.startswith(b"VP8X"):
        return int.from_bytes(header[12:15], "little") + 1, int.from_bytes(header[15:18], "little") + 1
    if header.startswith(b"VP8L"):
        bits = int.from_bytes(header[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if header.startswith(b"VP8 ") and header[11:14] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", header, 14)
        return width & 0x3FFF, height & 0x3FFF
    return None


_CHECKED: dict[str, Callable[[_File], bytes]] = {
    "JPEG": _checked_jpeg,
    "PNG": _checked_png,
    "WEBP": _checked_webp,
}


def _is_cut_off(file: _File) -> bool:
    """Whether the end of a file that could not be decoded is missing. A PNG has been found whole before."""
    if file.format == "WEBP":
        return len(file.data) < 20 or int.from_bytes(file.data[4:8], "little") + 8 > len(file.data)
    return file.format == "JPEG" and _JPEG_END not in _jpeg_markers(file.data)


@contextlib.contextmanager
def _strict_pillow() -> Iterator[None]:
    """A bomb is an error; junk in what is thrown away anyway (EXIF, second pictures) is not worth a word."""
    with _DECODING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _pixels(file: _File, content: bytes, enough: int | None) -> np.ndarray:
    """uint8 (height, width, 3) of a file whose structure has been checked; raises whatever Pillow raises."""
    with _strict_pillow(), Image.open(io.BytesIO(content), formats=(file.format,)) as image:
        _check_size(file, *image.size)
        if file.format == "PNG":
            _mend_transparency(image, depth=content[24])
        if enough is not None:
            _allow_smaller(image, enough)
        image.load()
        upright = _UPRIGHT.get(_orientation(image), lambda pixels: pixels)
        pixels = _grey_from_16_bit(image) if image.mode.startswith("I") else _rgb(image)
    return np.ascontiguousarray(upright(pixels))


def _allow_smaller(image: Image.Image, enough: int) -> None:
    """Let the decoder average 2 × 2, 4 × 4 or 8 × 8 pixels on its way; only that of JPEG can.

    The longer side stays `enough` px long, and a strip as broad as a picture must be.
    """
    share = max(enough / max(image.size), limit("image_side_min") / min(image.size))
    if share < 1:
        image.draft(None, (math.ceil(image.width * share), math.ceil(image.height * share)))


def _orientation(image: Image.Image) -> int:
    """1…8, or 1 where EXIF is missing or junk."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # as many kinds of error as there are broken cameras
        return 1


def _mend_transparency(image: Image.Image, depth: int) -> None:
    """Bring the PNG's transparent colour to the scale of Pillow's 8-bit pixels.

    The file gives it in its own depth (1, 2, 4, 8 or 16 bits) and Pillow passes it on as it is.
    """
    key = image.info.get("transparency")
    if depth == 8 or image.mode not in ("1", "L", "RGB") or not isinstance(key, int | tuple):
        return  # a palette's key is an index, and 16-bit grey is compared in its own depth

    def scaled(value: int) -> int:
        return value >> 8 if depth == 16 else value * 255 // (2**depth - 1)

    image.info["transparency"] = scaled(key) if isinstance(key, int) else tuple(scaled(value) for value in key)


def _grey_from_16_bit(image: Image.Image) -> np.ndarray:
    """uint8 (height, width, 3) of a 16-bit grey picture. Pillow's own conversion clips instead of scaling."""
    samples: np.ndarray = np.asarray(image)
    grey = _FROM_16_BIT[samples]
    if isinstance(key := image.info.get("transparency"), int):
        grey[samples == key] = 255
    return grey[..., np.newaxis].repeat(3, axis=2)


def _rgb(image: Image.Image) -> np.ndarray:
    """uint8 (height, width, 3), converted in strips of a megapixel: a 16 MP picture is not held thrice."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    rows = max(1, PIXELS_PER_MEGAPIXEL // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        pixels[top : top + rows] = np.asarray(_on_white(strip))
    return pixels


def _on_white(image: Image.Image) -> Image.Image:
    """RGB of any mode; transparent places show white, as on paper."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
