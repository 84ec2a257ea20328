"""Pictures, each with one thing in one place, and what is to be said of it."""

import io
import random
import struct
import zlib
from collections.abc import Iterator

from PIL import Image, PngImagePlugin

from tests.sources.examining.hostile.case import Case, archive

SEED = 20_232
# A page of A4 at a hundred dots per inch.
SIZE = (827, 1169)


def saved(form: str, mode: str = "L", size: tuple[int, int] = SIZE, **how: object) -> bytes:
    """A picture of a page with something on it."""
    picture = Image.new("L", size, 255)
    noise = Image.frombytes("L", (64, 64), random.Random(SEED).randbytes(4_096))
    picture.paste(noise.resize((min(300, size[0]), min(300, size[1]))), (0, 0))
    kept = io.BytesIO()
    picture.convert(mode).save(kept, form, **how)
    return kept.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunk(png: bytes, name: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk after its head."""
    return png[:33] + chunk(name, data) + png[33:]


def png_of(width: int, height: int, packed: bytes, bits: int = 8, colour: int = 0, interlace: int = 0) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def segment(mark: int, data: bytes) -> bytes:
    return bytes([0xFF, mark]) + struct.pack(">H", len(data) + 2) + data


def with_segment(jpeg: bytes, mark: int, data: bytes) -> bytes:
    """A JPEG with one more segment after its first."""
    at = 4 + struct.unpack(">H", jpeg[4:6])[0]
    return jpeg[:at] + segment(mark, data) + jpeg[at:]


def tiff_of(*entries: tuple[int, int, int, int], data: bytes = b"", after: int = 0) -> bytes:
    """A TIFF of one directory: tag, type, count and value of each entry; the data begin at 8."""
    place = 8 + len(data)
    rows = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return (
        b"II*\0" + struct.pack("<I", place) + data + struct.pack("<H", len(entries)) + rows + struct.pack("<I", after)
    )


def _grey(width: int, height: int, strip: int, size: int) -> tuple[tuple[int, int, int, int], ...]:
    return (
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, strip), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, size),
    )  # fmt: skip


def accepted() -> Iterator[Case]:
    """Pictures that are taken."""
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield Case(f"png of {mode}", saved("PNG", mode), dpi=100)
    yield Case("png that says its resolution", saved("PNG", size=(1_000, 700), dpi=(300, 300)), dpi=300)
    yield Case("png that says too much", saved("PNG", size=(600, 800), dpi=(600, 600)), dpi=68)
    yield Case("png with words", with_chunk(saved("PNG"), b"tEXt", b"Title\0a paper"), dpi=100)
    rows = b"".join(bytes(1 + wide) * high for wide, high in ((2, 2), (1, 2), (3, 1), (2, 3), (5, 2), (4, 5), (9, 4)))
    yield Case("png in seven passes", png_of(9, 9, zlib.compress(rows), interlace=1), dpi=1)
    for mode in ("L", "RGB", "CMYK"):
        yield Case(f"jpeg of {mode}", saved("JPEG", mode), dpi=100)
    jpeg = saved("JPEG", "RGB")
    yield Case("jpeg in several scans", saved("JPEG", "RGB", progressive=True), dpi=100)
    yield Case("jpeg with a second picture", jpeg + saved("JPEG", "L", (99, 99)), dpi=100)
    yield Case("jpeg that says its resolution", saved("JPEG", "L", (1_240, 1_754), dpi=(150, 150)), dpi=150)
    for how in ("raw", "tiff_lzw", "tiff_deflate"):
        yield Case(f"tiff {how}", saved("TIFF", compression=how), dpi=100)
    yield Case("tiff of a fax", saved("TIFF", "1", compression="group4"), dpi=100)
    yield Case("tiff of a large end", saved("TIFF", "I;16B", (827, 1169)), dpi=100)
    pages = [Image.new("L", size) for size in (SIZE, (414, 585))]
    yield Case("tiff of three pages", saved("TIFF", save_all=True, append_images=pages), dpi=50)
    yield Case("tiff of a hand", tiff_of(*_grey(9, 9, 8, 81), data=bytes(81)), dpi=1)


def broken() -> Iterator[Case]:
    """Pictures that cannot be read to their end."""
    png, jpeg, tiff = saved("PNG"), saved("JPEG", "RGB"), saved("TIFF", compression="tiff_lzw")
    for name, whole in (("png", png), ("jpeg", jpeg), ("tiff", tiff)):
        yield Case(f"{name} cut off", whole[: len(whole) * 2 // 3], "DAMAGED:")
        yield Case(f"{name} of a head alone", whole[:12], "DAMAGED:")
    yield Case("jpeg without its end", jpeg[:-2], "DAMAGED:")
    yield Case("png without its end", png[:-12], "DAMAGED:")
    flipped = bytearray(png)
    flipped[len(png) // 2] ^= 1
    yield Case("png with a flipped bit", bytes(flipped), "DAMAGED:")
    yield Case("png of too few rows", png_of(9, 9, zlib.compress(bytes(10 * 8))), "DAMAGED:")
    yield Case("png of no dots", png_of(0, 9, zlib.compress(b"")), "DAMAGED:")
    yield Case("png of strange colours", png_of(9, 9, zlib.compress(bytes(90)), colour=5), "DAMAGED:")
    yield Case("tiff whose data are outside", tiff_of(*_grey(9, 9, 5_000, 81), data=bytes(81)), "DAMAGED:")
    yield Case("tiff of a large directory", b"II*\0\x08\0\0\0\xff\xff" + bytes(99), "DAMAGED:")
    yield Case("tiff that goes round", tiff_of(*_grey(9, 9, 8, 81), data=bytes(81), after=89), dpi=1)
    yield Case("tiff of 64 bits", b"II+\0\x08\0\0\0" + bytes(99), "UNSUPPORTED_FORMAT:")


def bombs() -> Iterator[Case]:
    """Pictures that are small and have no end of dots."""
    yield Case("png of many dots", png_of(60_000, 60_000, zlib.compress(bytes(9))), "EXPANDS_TOO_FAR:")
    yield Case("png that unpacks further", png_of(9, 9, zlib.compress(bytes(30 << 20))), "EXPANDS_TOO_FAR:")
    words = zlib.compress(bytes(30 << 20), 9)
    yield Case("png whose words unpack", with_chunk(saved("PNG"), b"zTXt", b"Title\0\0" + words), "DAMAGED:")
    yield Case("png whose colours unpack", with_chunk(saved("PNG"), b"iCCP", b"a\0\0" + words), "DAMAGED:")
    frame = saved("JPEG", "L", (16, 16))
    at = frame.index(b"\xff\xc0")
    wide = frame[: at + 5] + b"\xff\xff\xff\xff" + frame[at + 9 :]
    yield Case("jpeg of many dots", wide, "EXPANDS_TOO_FAR:")
    scan = frame.index(b"\xff\xda")
    yield Case("jpeg of many scans", frame[:scan] + frame[scan:-2] * 100 + b"\xff\xd9", "EXPANDS_TOO_FAR:")
    yield Case("tiff of many dots", tiff_of(*_grey(60_000, 60_000, 8, 81), data=bytes(81)), "EXPANDS_TOO_FAR:")
    deflated = zlib.compress(bytes(9_000 * 9_000), 9)
    entries = {one[0]: one for one in _grey(9_000, 9_000, 8, len(deflated))}
    entries[259] = (259, 3, 1, 8)
    yield Case("tiff that unpacks far", tiff_of(*entries.values(), data=deflated), "EXPANDS_TOO_FAR:")


def mixed() -> Iterator[Case]:
    """Pictures that are something else besides."""
    png, jpeg, tiff = saved("PNG"), saved("JPEG", "RGB"), saved("TIFF", compression="tiff_lzw")
    page, zipped = b"<script>alert(1)</script>", archive()
    for name, whole, dpi in (("png", png, 100), ("jpeg", jpeg, 100), ("tiff", tiff, 100)):
        yield Case(f"{name} before blanks", whole + b"\0\0\n", dpi=dpi)
        yield Case(f"{name} before other bytes", whole + b"MZ\x90", "MIXED_FORMATS:BYTES_AFTER_END")
        yield Case(f"{name} before an archive", whole + zipped,
                   "MIXED_FORMATS:BYTES_AFTER_END MIXED_FORMATS:ARCHIVE")  # fmt: skip
        yield Case(f"{name} before a page", whole + page,
                   "MIXED_FORMATS:BYTES_AFTER_END MIXED_FORMATS:MARKUP")  # fmt: skip
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", page.decode())
    yield Case("png with a page in its words", saved("PNG", pnginfo=words), "MIXED_FORMATS:MARKUP")
    yield Case(
        "png with an archive in a chunk", png[:-12] + chunk(b"zIpA", zipped) + png[-12:], "MIXED_FORMATS:ARCHIVE"
    )
    yield Case("png that moves", with_chunk(png, b"acTL", struct.pack(">II", 1, 0)), "UNSUPPORTED_FORMAT:ANIMATED")
    yield Case("jpeg with a page in its comment", with_segment(jpeg, 0xFE, page), "MIXED_FORMATS:MARKUP")
    yield Case(
        "jpeg with a program in its words",
        with_segment(jpeg, 0xE1, b"Exif\0\0<?php system(1);"),
        "MIXED_FORMATS:MARKUP",
    )
    yield Case("jpeg with an archive inside", with_segment(jpeg, 0xE9, zipped), "MIXED_FORMATS:ARCHIVE")
    entries = (*_grey(9, 9, 8, 81), (270, 2, len(page), 89))
    yield Case("tiff with a page in its words", tiff_of(*entries, data=bytes(81) + page), "MIXED_FORMATS:MARKUP")
