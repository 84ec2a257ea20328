"""Makes the child that waits ready: its copies can open no file, so all that they need is loaded before."""

import io
from mmap import mmap
from typing import Any

import pikepdf
from PIL import Image

from sources.examining.looking.file import look
from sources.examining.looking.preview import drawn


def warm() -> None:
    """Look once at a file of each format that the child made itself."""
    # How many dots a picture may have, each reader asks before it unpacks any.
    Image.MAX_IMAGE_PIXELS = None
    for content in (*_pictures(), _pdf(), _pdf(encryption=pikepdf.Encryption(owner="o", user=""))):
        with mmap(-1, len(content)) as mapped:
            mapped.write(content)
            look(mapped)
        with mmap(-1, len(content)) as mapped:
            mapped.write(content)
            drawn(mapped, 1, 8)


def _pictures() -> list[bytes]:
    made = []
    for name in ("PNG", "JPEG", "TIFF"):
        kept = io.BytesIO()
        Image.new("RGB", (8, 8)).save(kept, name, dpi=(300, 300))
        made.append(kept.getvalue())
    return made


def _pdf(**saved: Any) -> bytes:
    pdf, kept = pikepdf.new(), io.BytesIO()
    page = pdf.add_blank_page()
    page.Contents = pdf.make_stream(b"0 0 8 8 re f")
    pdf.save(kept, **saved)
    return kept.getvalue()
