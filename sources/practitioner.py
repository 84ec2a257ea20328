"""Medical workers (ФРМР): who they are, what they learned, how they are reached."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    and_,
    any_,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.employment import employment, in_force
from sources.organization import ORGANIZATION, organization
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, children, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import TODAY, Entity, Fold, Order, there_is
from sources.postgres.store import Store
from sources.registry import metadata

practitioner = Table(
    "practitioner",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", Text, unique=True),  # the person at the state portal (ЕСИА oid); null until the first sign-in
    Column("registry_number", Text, nullable=False, unique=True),
    Column("family_name", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("patronymic", Text),
    Column("sort_name", Text, nullable=False),  # lower case, ё as е: the order of names without ICU
    Column("specialty_code", Text),
    Column("birth_on", Date, nullable=False),
    Column("snils", Text, CheckConstraint("is_snils(snils)"), nullable=False, unique=True),
    Column("inn", Text, CheckConstraint("is_inn(inn)"), unique=True),
    Column("phone", Text),
    Column("email", Text),
    Column("email_verified_at", DateTime(timezone=True)),  # when it was proved to be his; mail goes to no other
    Column("phone_verified_at", DateTime(timezone=True)),
    Column("preferential_from", Date),  # preferential prescriptions (льготные рецепты): from when …
    Column("preferential_to", Date),  # … until which day, as his card says
    CheckConstraint("preferential_to IS NULL OR preferential_from <= preferential_to", name="preferential_term"),
    CheckConstraint("email_verified_at IS NULL OR email IS NOT NULL", name="verified_what_is_there"),
    CheckConstraint("phone_verified_at IS NULL OR phone IS NOT NULL", name="phone_verified_what_is_there"),
    Index("practitioner_by_name", "sort_name", "id"),
    Index("practitioner_by_specialty", "specialty_code", "sort_name", "id"),
    Index("practitioner_by_birth", "birth_on", "id"),
)

qualification = Table(
    "qualification",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("practitioner_id", BigInteger, ForeignKey("practitioner.id"), nullable=False),
    Column("specialty_code", Text, nullable=False),
    Column("rank", Integer, CheckConstraint("rank BETWEEN 1 AND 3"), nullable=False),  # 1 second, 2 first, 3 highest
    Column("awarded_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    CheckConstraint("ends_on > awarded_on", name="qualification_term"),
    Index("qualification_by_practitioner", "practitioner_id"),
)

education = Table(
    "education",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("practitioner_id", BigInteger, ForeignKey("practitioner.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("specialty_code", Text, nullable=False),
    Column("document_number", Text, nullable=False),
    Column("completed_on", Date, nullable=False),
    Column("hours", Integer),
    Index("education_by_practitioner", "practitioner_id"),
)

certificate = Table(
    "certificate",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("practitioner_id", BigInteger, ForeignKey("practitioner.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("specialty_code", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    CheckConstraint("ends_on > issued_on", name="certificate_term"),
    Index("certificate_by_practitioner", "practitioner_id"),
)


class PractitionerRecord(Row):
    """A medical worker.

    `organization_ids`, `department_ids`: of the employments in force on the day of the operation.
    `organization_id`: of the main employment in force, or none.
    """

    id: int
    subject: str | None
    registry_number: str
    family_name: str
    given_name: str
    patronymic: str | None
    sort_name: str
    specialty_code: str | None
    birth_on: date
    snils: str
    inn: str | None
    phone: str | None
    email: str | None
    email_verified_at: datetime | None
    phone_verified_at: datetime | None
    preferential_from: date | None
    preferential_to: date | None
    organization_id: int | None
    organization_ids: list[int]
    department_ids: list[int]


class QualificationRecord(Row):
    """An award of a qualification category (квалификационная категория)."""

    id: int
    practitioner_id: int
    specialty_code: str
    rank: int
    awarded_on: date
    ends_on: date


class EducationRecord(Row):
    """One completed course of education."""

    id: int
    practitioner_id: int
    kind: str
    institution: str
    specialty_code: str
    document_number: str
    completed_on: date
    hours: int | None


class CertificateRecord(Row):
    """A specialist's certificate of the old system (сертификат специалиста)."""

    id: int
    practitioner_id: int
    number: str
    institution: str
    specialty_code: str
    issued_on: date
    ends_on: date


_main = employment.alias("main_employment")
_here = and_(employment.c.practitioner_id == practitioner.c.id, in_force(employment))


def _ids(column: Column[Any]) -> Any:
    found = select(column).where(_here, column.is_not(None)).correlate(practitioner).scalar_subquery()
    return func.array(found, type_=ARRAY(BigInteger))


def _works_where(condition: Any) -> Any:
    return there_is(practitioner, _here, condition)


def _mainly_works_where(*conditions: Any) -> Any:
    # A filter answers whoever asks; where else somebody works, not everybody may read.
    return there_is(practitioner, _here, employment.c.kind == "MAIN", *conditions)


_category = (
    select(qualification)
    .where(
        qualification.c.practitioner_id == practitioner.c.id,
        qualification.c.awarded_on <= TODAY,
        qualification.c.ends_on > TODAY,
    )
    .order_by(qualification.c.rank.desc(), qualification.c.awarded_on.desc(), qualification.c.id.desc())
    .limit(1)
    .lateral("category")
)

QUALIFICATION = Entity(QualificationRecord, qualification)
_CATEGORY = Entity(QualificationRecord, _category)

PRACTITIONER = Entity(
    PractitionerRecord,
    practitioner,
    computed={
        "organization_id": select(employment.c.organization_id)
        .where(_here, employment.c.kind == "MAIN")
        .correlate(practitioner)
        .scalar_subquery(),
        "organization_ids": _ids(employment.c.organization_id),
        "department_ids": _ids(employment.c.department_id),
    },
    folds={
        "organization": Fold(
            ORGANIZATION,
            (
                (_main, and_(_main.c.practitioner_id == practitioner.c.id, _main.c.kind == "MAIN", in_force(_main))),
                (organization, organization.c.id == _main.c.organization_id),
            ),
        ),
        "category": Fold(_CATEGORY, ((_category, true()),)),
    },
    filters={
        "name_from": (Text(), lambda value: practitioner.c.sort_name >= value),
        "name_below": (Text(), lambda value: practitioner.c.sort_name < value),
        "number_from": (Text(), lambda value: practitioner.c.registry_number >= value),
        "number_below": (Text(), lambda value: practitioner.c.registry_number < value),
        "specialty": (ARRAY(Text), lambda value: practitioner.c.specialty_code == any_(value)),
        "organization": (BigInteger(), lambda value: _mainly_works_where(employment.c.organization_id == value)),
        "region": (
            ARRAY(Text),
            lambda value: _mainly_works_where(
                organization.c.id == employment.c.organization_id, organization.c.region_code == any_(value)
            ),
        ),
        "snils": (Text(), lambda value: practitioner.c.snils == value),
        "born_from": (Date(), lambda value: practitioner.c.birth_on >= value),
        "born_to": (Date(), lambda value: practitioner.c.birth_on <= value),
    },
    narrows={
        "organization_ids": (
            ARRAY(BigInteger),
            lambda value: _works_where(employment.c.organization_id == any_(value)),
        ),
        "department_ids": (ARRAY(BigInteger), lambda value: _works_where(employment.c.department_id == any_(value))),
    },
)
EDUCATION = Entity(EducationRecord, education)
CERTIFICATE = Entity(CertificateRecord, certificate)

ORDERS: Mapping[str, str] = {"NAME": "sort_name", "REGISTRY_NUMBER": "registry_number", "BIRTH_ON": "birth_on"}


async def practitioners(store: Store, key: str, keys: Sequence[Any], ask: Ask) -> dict[Any, PractitionerRecord]:
    """Practitioners by a unique column: id, subject, snils or registry_number."""
    return await by_key(store, PRACTITIONER, keys, ask, key=key)


async def practitioner_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters, order: Order
) -> dict[None, Slice[PractitionerRecord]]:
    """A slice of all practitioners."""
    return await slices(store, PRACTITIONER, keys, ask, window, key=None, order=order, filters=filters)


async def practitioner_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many practitioners fit the filters."""
    return await counts(store, PRACTITIONER, keys, ask, key=None, filters=filters)


async def awards(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, QualificationRecord]:
    """Awards of qualification categories by id."""
    return await by_key(store, QUALIFICATION, keys, ask)


async def categories_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, QualificationRecord]:
    """The highest qualification category of each person that is in force on the day."""
    rows = await children(
        store,
        QUALIFICATION,
        keys,
        Ask(at=ask.at),
        key="practitioner_id",
        order=(("rank", "asc"), ("awarded_on", "asc")),
    )
    found, today = {}, ask.today
    for key, awards in rows.items():
        for award in awards:
            if award.awarded_on <= today < award.ends_on:
                found[key] = award
    return found


async def awards_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[QualificationRecord]]:
    """All awards of qualification categories of each person, earliest first."""
    order: Order = (("awarded_on", "asc"), ("id", "asc"))
    return await children(store, QUALIFICATION, keys, ask, key="practitioner_id", order=order)


async def education_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[EducationRecord]]:
    """Education of each person, earliest first."""
    order: Order = (("completed_on", "asc"), ("id", "asc"))
    return await children(store, EDUCATION, keys, ask, key="practitioner_id", order=order)


async def certificates_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[CertificateRecord]]:
    """Certificates of each person, newest first."""
    order: Order = (("issued_on", "desc"), ("id", "desc"))
    return await children(store, CERTIFICATE, keys, ask, key="practitioner_id", order=order)


_INSTITUTION = "SELECT institution FROM education WHERE institution = $1 LIMIT 1"


async def is_institution(store: Store, name: str) -> bool:
    """Whether the register has education of anybody from an institution of a name."""
    return bool(await store.fetch(EducationRecord, _INSTITUTION, name))
