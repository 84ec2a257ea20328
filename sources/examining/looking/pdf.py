"""PDF: all of its structure read, nothing in it that acts, and how finely its pages were scanned."""

import ctypes
import io
import math
from collections.abc import Iterator
from mmap import mmap
from typing import Final

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from sources.examining import bounds
from sources.examining.examined import PDF, Examined, Fault, FaultCode, refused
from sources.examining.looking.active import active
from sources.examining.looking.foreign import foreign, left_over
from sources.examining.looking.mapped import Mapped
from sources.examining.looking.unpacking import expanding

_END: Final = b"%%EOF"
_POINTS: Final = 72
# A picture smaller than this part of its page is a sign or a stamp, unless many of them make the page.
_LEAST_PART: Final = 0.1
_MOST_PARTS: Final = 0.5
_MOST_THINGS: Final = 20_000
_PIECE: Final = 1 << 20
_LEFT_OUT: Final = ("error decoding stream", "bad_alloc", "object stream", "unfilterable")


def look_at_pdf(content: mmap) -> Examined:
    """What a PDF is."""
    end = content.rfind(_END)
    if end < 0:
        return refused(FaultCode.DAMAGED, PDF, "CUT_OFF")
    odd = [fault for fault in (left_over(content, end + len(_END)), foreign(content)) if fault is not None]
    try:
        with pikepdf.open(io.BufferedReader(Mapped(content)), attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                return refused(FaultCode.ENCRYPTED, PDF)
            # The library reads all objects to count them, so what can be seen without it is looked at first.
            if max(_said(pdf), _seen(content)) > bounds.MOST_OBJECTS or len(pdf.objects) > bounds.MOST_OBJECTS:
                return refused(FaultCode.EXPANDS_TOO_FAR, PDF, "OBJECTS")
            pages = len(pdf.pages)
            if pages > bounds.MOST_PAGES:
                return refused(FaultCode.EXPANDS_TOO_FAR, PDF, "PAGES")
            faults = [*odd, *_faults(pdf)]
            # What the library could not unpack, it leaves out, and nobody has looked at it.
            if not faults and any(word in str(warning) for warning in pdf.get_warnings() for word in _LEFT_OUT):
                faults.append(Fault(FaultCode.DAMAGED, None, "LEFT_OUT"))
    except pikepdf.PasswordError:
        return refused(FaultCode.ENCRYPTED, PDF)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RecursionError):
        return Examined(media_type=PDF, faults=(*odd, Fault(FaultCode.DAMAGED)))
    if not pages:
        faults.append(Fault(FaultCode.DAMAGED))
    if any(fault.code in {FaultCode.EXPANDS_TOO_FAR, FaultCode.DAMAGED} for fault in faults):
        return Examined(media_type=PDF, pages=pages, faults=tuple(faults))
    found, broken = _resolutions(content, pages)
    return Examined(media_type=PDF, pages=pages, resolutions=found, faults=(*faults, *broken))


def _said(pdf: pikepdf.Pdf) -> int:
    return int(pdf.trailer.get("/Size", 0))


def _seen(content: mmap) -> int:
    """How many objects end in a file, but for those that are packed."""
    return sum(content[at : at + _PIECE].count(b"endobj") for at in range(0, len(content), _PIECE))


def _faults(pdf: pikepdf.Pdf) -> Iterator[Fault]:
    """What the objects of a file do, hide or unpack to, each told once for each page."""
    # What cannot be unpacked would not be looked at below.
    if (far := expanding(pdf)) is not None:
        yield Fault(FaultCode.EXPANDS_TOO_FAR, None, far)
        return
    seen = set[Fault]()
    places: dict[tuple[int, int], int] | None = None
    for thing in pdf.objects:
        for code, what in active(thing):
            places = _places(pdf) if places is None else places
            fault = Fault(code, places.get(thing.objgen), what)
            if fault not in seen:
                seen.add(fault)
                yield fault


def _places(pdf: pikepdf.Pdf) -> dict[tuple[int, int], int]:
    """On which page an object is: pages themselves, and what stands on them to be clicked."""
    found: dict[tuple[int, int], int] = {}
    for number, page in enumerate(pdf.pages, 1):
        found[page.obj.objgen] = number
        notes = page.obj.get("/Annots")
        for note in notes if isinstance(notes, pikepdf.Array) else ():
            if isinstance(note, pikepdf.Dictionary) and note.is_indirect:
                found[note.objgen] = number
                action = note.get("/A")
                if isinstance(action, pikepdf.Dictionary) and action.is_indirect:
                    found[action.objgen] = number
    return found


def _resolutions(content: mmap, pages: int) -> tuple[tuple[int | None, ...], list[Fault]]:
    """The resolution of each page, and the pages that cannot be read."""
    raw = (ctypes.c_char * len(content)).from_buffer(content)
    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError:
        return (), [Fault(FaultCode.DAMAGED)]
    found: list[int | None] = []
    faults: list[Fault] = []
    for number in range(pages):
        try:
            page = document[number]
            found.append(_resolution(page))
            page.close()
        except (pypdfium2.PdfiumError, IndexError):
            found.append(None)
            faults.append(Fault(FaultCode.DAMAGED, number + 1))
    document.close()
    return tuple(found), faults


def _resolution(page: pypdfium2.PdfPage) -> int | None:
    """The lowest of the pictures that make a page."""
    whole = page.get_width() * page.get_height()
    pictures: list[tuple[float, float]] = []
    for number, thing in enumerate(page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE])):
        if number >= _MOST_THINGS:
            break
        wide, high = _placed(thing)
        across, down = thing.get_px_size()
        if wide > 0 and high > 0:
            pictures.append((wide * high, min(across / wide, down / high) * _POINTS))
    large = [dpi for area, dpi in pictures if area >= whole * _LEAST_PART]
    if not large and sum(area for area, _ in pictures) >= whole * _MOST_PARTS:
        large = [dpi for _, dpi in pictures]
    return round(min(large)) if large else None


def _placed(thing: pypdfium2.PdfObject) -> tuple[float, float]:
    """How wide and how high a picture is on its page, in points, whatever it is nested in."""
    matrix, around = thing.get_matrix(), thing.container
    while around is not None:
        matrix, around = matrix.multiply(around.get_matrix()), around.container
    return math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
