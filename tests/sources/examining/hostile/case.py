"""A file of the corpus with what is to be said of it."""

import io
import zipfile
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A file.

    Attributes:
        faults: `CODE:WHAT@PAGE` for each, by blanks; none for one that is taken.
        dpi: the lowest resolution that is found.
    """

    name: str
    content: bytes
    faults: str = ""
    dpi: int | None = None


def archive() -> bytes:
    """A ZIP with a program."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as file:
        file.writestr("a.exe", b"MZ")
    return kept.getvalue()
