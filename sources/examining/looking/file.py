"""What a file is: by how it begins, then by reading all of it."""

from mmap import mmap
from typing import Final

from sources.examining.examined import Examined, FaultCode, refused
from sources.examining.looking.certificate import look_at_certificate
from sources.examining.looking.jpeg import look_at_jpeg
from sources.examining.looking.pdf import look_at_pdf
from sources.examining.looking.png import look_at_png
from sources.examining.looking.tiff import look_at_tiff

_READERS: Final = (
    (b"%PDF-", look_at_pdf),
    (b"\x89PNG\r\n\x1a\n", look_at_png),
    (b"\xff\xd8\xff", look_at_jpeg),
    (b"II*\0", look_at_tiff),
    (b"MM\0*", look_at_tiff),
    (b"\x30\x82", look_at_certificate),
    (b"-----BEGIN CERTIFICATE-----", look_at_certificate),
)
# How far a lenient reader looks for the beginning of a PDF.
_LENIENT: Final = 1 << 10


def look(content: mmap) -> Examined:
    """What a file is, and what it must not be."""
    for beginning, reader in _READERS:
        if content[: len(beginning)] == beginning:
            return reader(content)
    if content[:_LENIENT].find(b"%PDF-") > 0:
        return refused(FaultCode.MIXED_FORMATS, None, "BYTES_BEFORE_BEGINNING")
    return refused(FaultCode.UNSUPPORTED_FORMAT)
