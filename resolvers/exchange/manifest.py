"""The manifest of a package: what is in it, from whom, to whom, for what. It is what is signed.

No more is said of a document than its recipient may know; the kinds of recipients and what each may know are data.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

FORMAT: Final = "kabinet-exchange/1"
NAME: Final = "manifest.json"
SIGNATURE: Final = "manifest.json.p7s"
MOST_BYTES: Final = 262_144
MOST_DOCUMENTS: Final = 200
MOST_SIGNATURES: Final = 20
MOST_SIGNATURE_BYTES: Final = 65_536
LONGEST: Final = 300

_SHA256: Final = re.compile("[0-9a-f]{64}")
_WORD: Final = re.compile("[A-Z][A-Z0-9_]{0,63}")
_ID: Final = re.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_MEDIA: Final = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}(; ?charset=[a-z0-9-]{1,20})?")


class ManifestMalformed(Exception):
    """It is no manifest of this protocol; names the member, never its value."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One file in a package."""

    file: str
    byte_size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Described:
    """One document in a package.

    Attributes:
        said: what is said of it beside, by the names of the manifest.
        shared_with: ОГРН of the organisations that the sender lets see it, beside the one that receives it.
    """

    id: str
    version: int
    kind: str
    media_type: str
    content: Packed
    signatures: tuple[Packed, ...] = ()
    said: dict[str, str] = field(default_factory=dict)
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a package says of itself.

    Attributes:
        source: what the sender calls himself; with `package` and `issue` it names the package.
        sender_ogrn: of the organisation that sends, where it is one.
        recipient: what the sender calls the recipient.
    """

    source: str
    package: UUID
    issue: int
    made_at: datetime
    sender_ogrn: str | None
    recipient: str
    recipient_ogrn: str | None
    purpose: str
    basis: str
    basis_number: str | None = None
    basis_on: date | None = None
    in_answer_to: str | None = None
    documents: tuple[Described, ...] = ()


SAID: Final = ("title", "number", "issuedOn", "expiresOn", "issuer", "owner")


def described(row: Any, owner: str | None, allowed: Collection[str]) -> dict[str, str]:
    """What is said of a document to whoever may know no more than what is allowed."""
    known = {
        "title": row.title,
        "number": row.number,
        "issuedOn": None if row.issued_on is None else row.issued_on.isoformat(),
        "expiresOn": None if row.expires_on is None else row.expires_on.isoformat(),
        "issuer": row.issuer,
        "owner": owner,
    }
    return {name: known[name] for name in SAID if name in allowed and known[name] is not None}


def place(number: int, signature: int | None = None) -> str:
    """The name of a file in a package: the content of a document, counted from 1, or one of its signatures."""
    return f"documents/{number}/content" if signature is None else f"documents/{number}/signature-{signature}.p7s"


def written(manifest: Manifest) -> bytes:
    """The manifest as it is signed."""
    m = manifest
    said: dict[str, Any] = {
        "format": FORMAT,
        "package": {"source": m.source, "id": str(m.package), "issue": m.issue},
        "madeAt": m.made_at.isoformat(),
        "sender": {"ogrn": m.sender_ogrn},
        "recipient": {"id": m.recipient, "ogrn": m.recipient_ogrn},
        "purpose": m.purpose,
        "legalBasis": {
            "kind": m.basis,
            "number": m.basis_number,
            "issuedOn": None if m.basis_on is None else m.basis_on.isoformat(),
        },
        "inAnswerTo": m.in_answer_to,
        "documents": [_document(one) for one in m.documents],
    }
    return orjson.dumps(said, option=orjson.OPT_INDENT_2)


def digest(manifest: bytes) -> str:
    """What a receipt names the package by."""
    return sha256(manifest).hexdigest()


def _document(one: Described) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "kind": one.kind,
        **one.said,
        "mediaType": one.media_type,
        "content": _packed(one.content),
        "signatures": [_packed(signature) for signature in one.signatures],
        "sharedWith": list(one.shared_with),
    }


def _packed(one: Packed) -> dict[str, Any]:
    return {"file": one.file, "byteSize": one.byte_size, "sha256": one.sha256}


def read(content: bytes) -> Manifest:
    """The manifest that somebody sent.

    Raises:
        ManifestMalformed: it is none.
    """
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise ManifestMalformed("json") from None
    top = _Members(said, "manifest")
    if top.text("format") != FORMAT:
        raise ManifestMalformed("format")
    package, sender = top.inner("package"), top.inner("sender")
    recipient, basis = top.inner("recipient"), top.inner("legalBasis")
    try:
        made_at = datetime.fromisoformat(top.text("madeAt"))
        name = UUID(package.text("id"))
    except ValueError:
        raise ManifestMalformed("package.id") from None
    if made_at.tzinfo is None:
        raise ManifestMalformed("madeAt")
    documents = top.rows("documents", MOST_DOCUMENTS)
    if not documents:
        raise ManifestMalformed("documents")
    return Manifest(
        source=package.matching("source", _ID),
        package=name,
        issue=package.number("issue", 1_000),
        made_at=made_at,
        sender_ogrn=sender.maybe("ogrn"),
        recipient=recipient.matching("id", _ID),
        recipient_ogrn=recipient.maybe("ogrn"),
        purpose=top.matching("purpose", _WORD),
        basis=basis.matching("kind", _WORD),
        basis_number=basis.maybe("number"),
        basis_on=basis.day("issuedOn"),
        in_answer_to=top.maybe("inAnswerTo"),
        documents=tuple(_read_document(one, number) for number, one in enumerate(documents, 1)),
    )


def _read_document(one: "_Members", number: int) -> Described:
    said = {name: value for name in SAID if (value := one.maybe(name)) is not None}
    for name in ("issuedOn", "expiresOn"):
        one.day(name)
    signatures = one.rows("signatures", MOST_SIGNATURES)
    return Described(
        one.matching("id", _ID),
        one.number("version", 1_000_000),
        one.matching("kind", _WORD),
        one.matching("mediaType", _MEDIA),
        _read_packed(one.inner("content"), place(number)),
        tuple(_read_packed(row, place(number, index)) for index, row in enumerate(signatures, 1)),
        said,
        tuple(one.texts("sharedWith")),
    )


def _read_packed(one: "_Members", expected: str) -> Packed:
    if one.text("file") != expected:
        raise ManifestMalformed(f"{one.place}.file")
    return Packed(expected, one.number("byteSize", 2**32), one.matching("sha256", _SHA256))


class _Members:
    """One object of a manifest; what it has beside is passed over, for later editions may say more."""

    def __init__(self, content: object, place: str) -> None:
        if not isinstance(content, dict):
            raise ManifestMalformed(place)
        self.place = place
        self._content = content

    def text(self, name: str) -> str:
        found = self.maybe(name)
        if found is None:
            raise ManifestMalformed(f"{self.place}.{name}")
        return found

    def maybe(self, name: str) -> str | None:
        found = self._content.get(name)
        if found is None:
            return None
        if not isinstance(found, str) or not 0 < len(found) <= LONGEST or not found.isprintable():
            raise ManifestMalformed(f"{self.place}.{name}")
        return found

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        found = self.text(name)
        if not pattern.fullmatch(found):
            raise ManifestMalformed(f"{self.place}.{name}")
        return found

    def number(self, name: str, most: int) -> int:
        found = self._content.get(name)
        if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= most:
            raise ManifestMalformed(f"{self.place}.{name}")
        return found

    def day(self, name: str) -> date | None:
        found = self.maybe(name)
        try:
            return None if found is None else date.fromisoformat(found)
        except ValueError:
            raise ManifestMalformed(f"{self.place}.{name}") from None

    def inner(self, name: str) -> "_Members":
        return _Members(self._content.get(name), f"{self.place}.{name}")

    def rows(self, name: str, most: int) -> Sequence["_Members"]:
        found = self._content.get(name, [])
        if not isinstance(found, list) or len(found) > most:
            raise ManifestMalformed(f"{self.place}.{name}")
        return [_Members(one, f"{self.place}.{name}.{place}") for place, one in enumerate(found)]

    def texts(self, name: str) -> list[str]:
        found = self._content.get(name, [])
        if not isinstance(found, list) or len(found) > MOST_DOCUMENTS:
            raise ManifestMalformed(f"{self.place}.{name}")
        if not all(isinstance(one, str) and _ID.fullmatch(one) for one in found):
            raise ManifestMalformed(f"{self.place}.{name}")
        return found
