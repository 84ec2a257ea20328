"""Receipts: what one side says to the other of a package, and how what it says is shown to people."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson

FORMAT: Final = "kabinet-receipt/1"
MOST_BYTES: Final = 65_536
LONGEST_TEXT: Final = 500

_CODE: Final = re.compile("[A-Z][A-Z0-9_]{0,63}")
_NUMBER: Final = re.compile("[0-9A-Za-zА-Яа-яЁё№./-]{1,64}")
# What may be somebody's: addresses, numbers, and words as names are written.
_MAIL: Final = re.compile(r"\S+@\S+")
_DIGITS: Final = re.compile(r"\d[\d\s()+-]*")
_NAME: Final = re.compile(r"\b[A-ZА-ЯЁ][A-Za-zа-яёА-ЯЁ]*[a-zа-яё][A-Za-zА-Яа-яЁё-]*\b|\b[A-ZА-ЯЁ][.]")
HIDDEN: Final = "•"


class ReceiptVerdict(StrEnum):
    """What a receipt says."""

    DELIVERED = "DELIVERED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class ReceiptMalformed(Exception):
    """It is no receipt of this protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSaid:
    """What a receipt says.

    Attributes:
        manifest: SHA-256 of the manifest that it is about.
        number: under which the other side registered the package.
    """

    source: str
    package: UUID
    issue: int
    manifest: str
    verdict: ReceiptVerdict
    at: datetime
    code: str | None = None
    text: str | None = None
    number: str | None = None


def written(said: ReceiptSaid) -> bytes:
    """A receipt as it is signed and sent."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "package": {"source": said.source, "id": str(said.package), "issue": said.issue},
        "manifest": said.manifest,
        "verdict": said.verdict.value,
        "at": said.at.isoformat(),
        "code": said.code,
        "text": said.text,
        "number": said.number,
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def read(content: bytes) -> ReceiptSaid:
    """The receipt that somebody sent.

    Raises:
        ReceiptMalformed: it is none.
    """
    try:
        said: Any = orjson.loads(content)
        package = said["package"]
        code, text, number = (said.get(name) for name in ("code", "text", "number"))
        found = ReceiptSaid(
            source=str(package["source"]),
            package=UUID(package["id"]),
            issue=int(package["issue"]),
            manifest=str(said["manifest"]),
            verdict=ReceiptVerdict(said["verdict"]),
            at=datetime.fromisoformat(said["at"]),
            code=code,
            text=None if text is None else str(text)[:LONGEST_TEXT],
            number=number,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ReceiptMalformed from None
    fits = said.get("format") == FORMAT and found.at.tzinfo is not None
    if code is not None and not (isinstance(code, str) and _CODE.fullmatch(code)):
        fits = False
    if number is not None and not (isinstance(number, str) and _NUMBER.fullmatch(number)):
        fits = False
    if not fits or (found.verdict is ReceiptVerdict.REJECTED and code is None):
        raise ReceiptMalformed
    return found


def masked(text: str | None) -> str | None:
    """The words of another side without what may name a person: numbers, addresses, and words written like names."""
    if text is None:
        return None
    bare = " ".join("".join(one if one.isprintable() else " " for one in text).split())[:LONGEST_TEXT]
    for pattern in (_MAIL, _DIGITS, _NAME):
        bare = pattern.sub(lambda found: HIDDEN * 3 + (" " if found.group().endswith(" ") else ""), bare)
    return bare or None
