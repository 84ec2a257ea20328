"""What a kind of document is (вид документа): what is put in for it, how long it is good, who signs it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from resolvers.rules.reading import Table, midnight, versions

FILES: Final = "document-kinds-*.json"
MEGABYTE: Final = 1 << 20
MEDIA_TYPES: Final = frozenset(
    {"application/pdf", "image/jpeg", "image/png", "image/tiff", "application/pkix-cert", "text/plain"}
)
ALGORITHMS: Final = ("GOST_2012_256", "GOST_2012_512", "RSA", "EC", "ED25519")
BOOK_OF_DOCUMENTS: Final = "1.2.643.5.1.13.13.11.1520"


class DocumentKind(StrEnum):
    """What a document is."""

    PASSPORT = "PASSPORT"
    SNILS = "SNILS"
    DIPLOMA = "DIPLOMA"
    RETRAINING = "RETRAINING"
    CPD = "CPD"
    EXPERIENCE = "EXPERIENCE"
    SIGNING_CERTIFICATE = "SIGNING_CERTIFICATE"
    APPLICATION_FORM = "APPLICATION_FORM"
    LICENCE = "LICENCE"
    ACCREDITATION = "ACCREDITATION"
    REFERENCE = "REFERENCE"
    DECISION = "DECISION"
    QUALIFICATION_CERTIFICATE = "QUALIFICATION_CERTIFICATE"
    CASE_HISTORY = "CASE_HISTORY"
    DISCHARGE_SUMMARY = "DISCHARGE_SUMMARY"
    REFERRAL = "REFERRAL"
    MEDICAL_CERTIFICATE = "MEDICAL_CERTIFICATE"


class DocumentOwner(StrEnum):
    """Whose a document of a kind may be; a patient's is a person's whom a worker treats, tied to his record."""

    PERSON = "PERSON"
    ORGANIZATION = "ORGANIZATION"
    PATIENT = "PATIENT"


class DocumentClass(StrEnum):
    """How sensitive a document of a kind is."""

    IDENTIFIERS = "IDENTIFIERS"
    PROFESSIONAL = "PROFESSIONAL"
    CLINICAL = "CLINICAL"


class Asked(StrEnum):
    """Whether something is said of a document."""

    NEEDED = "NEEDED"
    OPTIONAL = "OPTIONAL"
    NONE = "NONE"


class SignatureRole(StrEnum):
    """As what somebody signs."""

    OWNER = "OWNER"
    AUTHOR = "AUTHOR"
    OFFICIAL = "OFFICIAL"
    ORGANIZATION = "ORGANIZATION"
    AUTHORITY = "AUTHORITY"


class Compared(StrEnum):
    """What of the registers a document is compared with."""

    SNILS = "SNILS"
    EDUCATION = "EDUCATION"
    ACCREDITATION = "ACCREDITATION"
    LICENCE = "LICENCE"
    CERTIFICATE = "CERTIFICATE"


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a book of the ministry; of an electronic medical document with its edition, and earlier ones' codes."""

    book: str
    code: str
    edition: int | None
    earlier: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """Whose signatures a document takes.

    Attributes:
        needed: whether it counts for nothing without one of each role.
        algorithms: of the keys that may sign it.
    """

    needed: bool
    roles: tuple[SignatureRole, ...]
    algorithms: frozenset[str]

    def complete(self, roles: Iterable[str | None]) -> bool:
        """Whether signatures that hold, by the role of each, are all that are due."""
        return bool(self.roles) and set(self.roles) <= set(roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRules:
    """What one version of the rules says of a kind.

    Attributes:
        names: what it is called, by language.
        put_in: whether people put it in; else the product makes it.
        least_dpi: of a page that was scanned; None where it is not asked for.
        good_months: for how long after its issue it counts; None for ever, or as long as it says itself.
        stamp: whether it has a stamp and a signature by hand, which somebody looks at.
        educational: whether only an institution of education may issue it.
    """

    kind: DocumentKind
    names: Mapping[str, str]
    owners: frozenset[DocumentOwner]
    sensitivity: DocumentClass
    put_in: bool
    media_types: frozenset[str]
    most_bytes: int
    most_pages: int
    least_dpi: int | None
    code: Code | None
    number: Asked
    issuer: Asked
    issued_on: Asked
    expires_on: Asked
    good_months: int | None
    stamp: bool
    signatures: SignaturePolicy
    compared_with: Compared | None
    educational: bool


@dataclass(frozen=True, slots=True)
class DocumentKinds:
    """One version of what documents are."""

    version: str
    in_force_from: datetime
    kinds: Mapping[DocumentKind, KindRules]


_KNOWN: Final = {
    "names", "owners", "class", "putIn", "mediaTypes", "mostMegabytes", "mostPages", "leastDpi", "code", "number",
    "issuer", "issuedOn", "expiresOn", "goodMonths", "stamp", "signatures", "comparedWith", "issuers",
}  # fmt: skip


def read_document_kinds(folder: Path) -> tuple[DocumentKinds, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a kind is missing, or two versions begin on one day.
    """
    return tuple(map(_version, versions(folder, FILES, {"version", "inForceFrom", "zone", "source", "kinds"})))


def _version(file: Table) -> DocumentKinds:
    rows = Table(f"{file.place}.kinds", file.raw("kinds"), known=tuple(DocumentKind))
    kinds = {kind: _kind(kind, Table(f"{rows.place}.{kind}", rows.raw(kind), known=_KNOWN)) for kind in DocumentKind}
    in_force_from = midnight(file.day("inForceFrom"), file.zone("zone"))
    return DocumentKinds(file.version("version"), in_force_from, MappingProxyType(kinds))


def _kind(kind: DocumentKind, row: Table) -> KindRules:
    owners = frozenset(map(DocumentOwner, row.texts("owners", tuple(DocumentOwner))))
    media_types = frozenset(row.texts("mediaTypes", MEDIA_TYPES))
    if not owners or not media_types:
        raise row.wrong("owners", "nobody could own it, or no file could be it")
    return KindRules(
        kind=kind,
        names=row.translated("names"),
        owners=owners,
        sensitivity=DocumentClass(row.one_of("class", tuple(DocumentClass))),
        put_in=row.flag("putIn"),
        media_types=media_types,
        most_bytes=row.number("mostMegabytes", 1, 100) * MEGABYTE,
        most_pages=row.number("mostPages", 1, 1_000),
        least_dpi=row.number("leastDpi", 50, 1_200) if "leastDpi" in row else None,
        code=_code(Table(f"{row.place}.code", row.raw("code"), known=_CODE)) if "code" in row else None,
        number=Asked(row.one_of("number", tuple(Asked))),
        issuer=Asked(row.one_of("issuer", tuple(Asked))),
        issued_on=Asked(row.one_of("issuedOn", tuple(Asked))),
        expires_on=Asked(row.one_of("expiresOn", tuple(Asked))),
        good_months=row.number("goodMonths", 1, 600) if "goodMonths" in row else None,
        stamp=row.flag("stamp"),
        signatures=_signatures(Table(f"{row.place}.signatures", row.raw("signatures"), known=_SIGNATURES)),
        compared_with=Compared(row.one_of("comparedWith", tuple(Compared))) if "comparedWith" in row else None,
        educational="issuers" in row and row.one_of("issuers", {"EDUCATIONAL"}) == "EDUCATIONAL",
    )


_CODE: Final = {"book", "code", "edition", "earlier"}
_SIGNATURES: Final = {"needed", "roles", "algorithms"}


def _code(row: Table) -> Code:
    edition = row.number("edition", 1, 99) if "edition" in row else None
    if (edition is None) is (row.text("book") == BOOK_OF_DOCUMENTS):
        raise row.wrong("edition", "electronic medical documents have editions, and nothing else has")
    return Code(row.text("book"), row.text("code"), edition, row.texts("earlier") if "earlier" in row else ())


def _signatures(row: Table) -> SignaturePolicy:
    roles = tuple(map(SignatureRole, row.texts("roles", tuple(SignatureRole))))
    algorithms = frozenset(row.texts("algorithms", ALGORITHMS))
    if bool(roles) is not bool(algorithms) or (row.flag("needed") and not roles):
        raise row.wrong("roles", "whoever signs has a key, and what needs a signature has somebody who signs")
    return SignaturePolicy(row.flag("needed"), roles, algorithms)
