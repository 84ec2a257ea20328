"""A page as a picture, for those who may see the document."""

import ctypes
import io
from mmap import mmap

import pypdfium2
from PIL import Image

from sources.examining import bounds
from sources.examining.looking.mapped import Mapped


def drawn(content: mmap, page: int, width: int) -> bytes:
    """A page, from 1, as a PNG no wider than asked; nothing where there is no such page."""
    if content[:5] == b"%PDF-":
        return _of_pdf(content, page, width)
    with Image.open(io.BufferedReader(Mapped(content)), formats=("PNG", "JPEG", "TIFF")) as picture:
        if page > getattr(picture, "n_frames", 1):
            return b""
        picture.seek(page - 1)
        if picture.size[0] * picture.size[1] > bounds.MOST_PIXELS:
            return b""
        picture.draft("RGB", (width, width * 4))
        shown = picture.convert("RGB")
    shown.thumbnail((width, width * 4))
    return _png(shown)


def _of_pdf(content: mmap, page: int, width: int) -> bytes:
    raw = (ctypes.c_char * len(content)).from_buffer(content)
    document = pypdfium2.PdfDocument(raw)
    if page > len(document):
        return b""
    shown = document[page - 1]
    across, down = shown.get_size()
    # A strip of a page is drawn no higher than it is wide four times.
    scale = min(width / across, width * 4 / down)
    return _png(shown.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB"))


def _png(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
