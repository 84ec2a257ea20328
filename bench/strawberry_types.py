"""The types of the usual way, each made of one row."""

from datetime import date, datetime

import strawberry
from strawberry.types import Info

from bench.strawberry_loaders import loaders
from bench.strawberry_tables import Filed, Paper, Place, Post, Record, Turn
from sources.books import BOOKS

ENDS = frozenset({"ACTIVE", "UNDER_REVIEW", "SUSPENDED"})


@strawberry.type
class Specialty:
    """A specialty of the code book."""

    code: str
    name: str


def specialty_of(code: str | None) -> Specialty | None:
    """The specialty of a code."""
    found = BOOKS.specialties.by_code.get(code or "")
    return Specialty(code=found.code, name=found.name) if found else None


@strawberry.type
class Category:
    """A qualification category."""

    level: str


@strawberry.type
class Position:
    """A post of the code book."""

    code: str
    name: str


@strawberry.type
class Organization:
    """An organisation."""

    id: strawberry.ID
    name: str
    ogrn: str

    @classmethod
    def of(cls, row: Place) -> "Organization":
        """The organisation of a row."""
        return cls(id=strawberry.ID(f"org_{row.id}"), name=row.name, ogrn=row.ogrn)


@strawberry.type
class Accreditation:
    """A record of accreditation."""

    id: strawberry.ID
    kind: str
    status: str
    valid_from: datetime
    valid_to: datetime | None
    specialty: Specialty | None

    @classmethod
    def of(cls, row: Record, now: datetime) -> "Accreditation":
        """The record of a row, as it is worth now."""
        ended = row.state in ENDS and row.valid_to is not None and row.valid_to <= now
        return cls(
            id=strawberry.ID(f"acc_{row.id}"),
            kind=row.kind,
            status="EXPIRED" if ended else row.state,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            specialty=specialty_of(row.specialty_code),
        )


@strawberry.type
class Employment:
    """A post of one person."""

    id: strawberry.ID
    kind: str
    position: Position
    starts_on: date
    ends_on: date | None
    organization_id: strawberry.Private[int]

    @strawberry.field
    async def organization(self, info: Info) -> Organization:
        """Where."""
        return Organization.of(await loaders(info).places.load(self.organization_id))

    @classmethod
    def of(cls, row: Post) -> "Employment":
        """The post of a row."""
        position = BOOKS.positions.by_code[row.position_code]
        return cls(
            id=strawberry.ID(f"emp_{row.id}"),
            kind=row.kind,
            position=Position(code=position.code, name=position.name),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            organization_id=row.organization_id,
        )


@strawberry.type
class Deadline:
    """When a decision is due."""

    latest_on: date


@strawberry.type
class Application:
    """An application for accreditation."""

    id: strawberry.ID
    number: str
    stage: str
    submitted_at: datetime | None
    deadline: Deadline | None

    @classmethod
    def of(cls, row: Filed) -> "Application":
        """The application of a row."""
        due = row.latest_on if row.earliest_on is not None else None
        return cls(
            id=strawberry.ID(f"app_{row.id}"),
            number=row.number,
            stage=row.stage,
            submitted_at=row.submitted_at,
            deadline=None if due is None else Deadline(latest_on=due),
        )


@strawberry.type
class Document:
    """A document."""

    id: strawberry.ID
    kind: str
    title: str
    status: str
    issued_on: date | None
    expires_on: date | None
    media_type: str
    byte_size: int
    sha256: str

    @classmethod
    def of(cls, row: Paper) -> "Document":
        """The document of a row."""
        return cls(
            id=strawberry.ID(f"doc_{row.id}"),
            kind=row.kind,
            title=row.title,
            status=row.status,
            issued_on=row.issued_on,
            expires_on=row.expires_on,
            media_type=row.media_type,
            byte_size=row.byte_size,
            sha256=row.sha256,
        )


@strawberry.type
class Shift:
    """A shift."""

    id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    room: str | None
    kind: str

    @classmethod
    def of(cls, row: Turn) -> "Shift":
        """The shift of a row."""
        return cls(
            id=strawberry.ID(f"shift_{row.id}"),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            room=row.room,
            kind=row.kind,
        )
