"""What a file has in it that its format does not account for: another file, or words for a browser."""

import re
from mmap import mmap
from typing import Final

from sources.examining.examined import Fault, FaultCode

# As far as a program looks that guesses what a file is.
_BEGINNING: Final = 4 << 10
_END: Final = (64 << 10) + 22
_MARKUP: Final = re.compile(
    rb"<(?:script|html|iframe|object|embed|body|svg|!doctype\s+html)[\s>/]|<\?php", re.IGNORECASE
)
_DIRECTORY_END, _DIRECTORY = b"PK\x05\x06", b"PK\x01\x02"
_BLANK: Final = b"\0\t\n\f\r "
# Archives and programs that begin further on in a file.
_ELSEWHERE: Final = ((257, b"ustar"), (32_769, b"CD001"))


def foreign(content: mmap, described: bytes = b"") -> Fault | None:
    """Another format inside a file whose own is known; `described` is what it says of itself in words."""
    beginning, end = content[:_BEGINNING], content[-_END:]
    if _MARKUP.search(beginning) or _MARKUP.search(end) or _MARKUP.search(described):
        return Fault(FaultCode.MIXED_FORMATS, None, "MARKUP")
    if _is_archive(end) or any(content[at : at + len(mark)] == mark for at, mark in _ELSEWHERE):
        return Fault(FaultCode.MIXED_FORMATS, None, "ARCHIVE")
    return None


def left_over(content: mmap, end: int) -> Fault | None:
    """Whether anything but blanks follows the end of a file."""
    rest = content[end : end + _END]
    if rest.strip(_BLANK) or len(content) > end + _END:
        return Fault(FaultCode.MIXED_FORMATS, None, "BYTES_AFTER_END")
    return None


def _is_archive(end: bytes) -> bool:
    """Whether the end of a file is that of a ZIP archive."""
    at = end.rfind(_DIRECTORY_END)
    while at >= 0:
        size = int.from_bytes(end[at + 12 : at + 16], "little")
        begin = at - size
        # Of an empty directory nothing else is seen; one that begins further up is taken for what it says.
        if len(end) >= at + 22 and (size == 0 or begin < 0 or end[begin : begin + 4] == _DIRECTORY):
            return True
        at = end.rfind(_DIRECTORY_END, 0, at)
    return False
