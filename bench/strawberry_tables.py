"""The tables of the usual way, mapped by the ORM: the columns that the three operations look at."""

from datetime import date, datetime

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Mapping(DeclarativeBase):
    """What the mapped classes share."""

    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 - as the ORM wants it


class Person(Mapping):
    """A row of the register."""

    __tablename__ = "practitioner"

    id: Mapped[int] = mapped_column(primary_key=True)
    registry_number: Mapped[str]
    family_name: Mapped[str]
    given_name: Mapped[str]
    patronymic: Mapped[str | None]
    sort_name: Mapped[str]
    specialty_code: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    snils: Mapped[str]


class Award(Mapping):
    """A qualification category."""

    __tablename__ = "qualification"

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"))
    rank: Mapped[int]
    awarded_on: Mapped[date]
    ends_on: Mapped[date]


class Place(Mapping):
    """An organisation."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    ogrn: Mapped[str]


class Post(Mapping):
    """An employment."""

    __tablename__ = "employment"

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    position_code: Mapped[str]
    kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Record(Mapping):
    """A record of accreditation."""

    __tablename__ = "accreditation"

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int | None]
    kind: Mapped[str]
    specialty_code: Mapped[str | None]
    state: Mapped[str]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Filed(Mapping):
    """An application for accreditation."""

    __tablename__ = "application"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    practitioner_id: Mapped[int | None]
    stage: Mapped[str]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    earliest_on: Mapped[date | None]
    latest_on: Mapped[date | None]


class Paper(Mapping):
    """A document."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    media_type: Mapped[str]
    byte_size: Mapped[int]
    sha256: Mapped[str]
    created_at: Mapped[datetime]


class Turn(Mapping):
    """A shift."""

    __tablename__ = "shift"

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int]
    room: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[str]
