"""Under which name a file is saved (RFC 6266, RFC 8187): of what somebody wrote, only what is harmless anywhere."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

# The types that are told; whatever else a file may be, it is told as bytes.
EXTENSIONS: Final[Mapping[str, str]] = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "text/plain": "txt",
}
BYTES: Final = "application/octet-stream"
LONGEST_BYTES: Final = 150
NAMELESS: Final = "document"
# Controls, marks of direction, what joins or does not show, halves of surrogates, what has no meaning yet.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORBIDDEN: Final = re.compile(r'[<>:"|?*%;]')
_BLANKS: Final = re.compile(r"\s+")
_ENDING: Final = re.compile(r"\.(?:pdf|zip|jpe?g|png|tiff?|txt)$", re.IGNORECASE)
# No file of these names can be made on Windows, whatever its ending.
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def media_type_of(media_type: str) -> str:
    """The media type that is told: one of those that documents are of, else bytes; text has its charset."""
    name = media_type.partition(";")[0].strip().lower()
    if name not in EXTENSIONS:
        return BYTES
    return f"{name}; charset=utf-8" if name == "text/plain" else name


def file_name(given: str, media_type: str) -> str:
    """A name for a file of a media type: no folder, nothing that does not show, the ending of its type.

    It has at most `LONGEST_BYTES` bytes in UTF-8, the ending left out.
    """
    name = re.split(r"[/\\]", given)[-1]
    name = "".join(" " if one in "\t\n\v\f\r" else one for one in unicodedata.normalize("NFC", name))
    name = "".join(one for one in name if unicodedata.category(one) not in _HIDDEN)
    name = _ENDING.sub("", _BLANKS.sub(" ", _FORBIDDEN.sub("_", name)).strip())
    name = name.encode()[:LONGEST_BYTES].decode(errors="ignore").strip(". ")
    if not name or _DEVICES.fullmatch(name):
        name = f"{NAMELESS}{f'-{name}' if name else ''}"
    ending = EXTENSIONS.get(media_type.partition(";")[0].strip().lower())
    return name if ending is None else f"{name}.{ending}"


def attachment(name: str) -> bytes:
    """The header `Content-Disposition` by which a file is saved, and not shown; the name is one of `file_name`."""
    plain = "".join(one if " " <= one <= "~" else "_" for one in name)
    if plain == name:
        return f'attachment; filename="{plain}"'.encode("ascii")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}".encode("ascii")
