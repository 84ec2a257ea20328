"""The documents: what a worker's cabinet holds (not the bytes)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Computed,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    and_,
    any_,
    case,
    func,
    literal_column,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR, UUID, array

from sources.documents.tables import OF_A_RECORD, OWNED, metadata, of_a_record
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store

KINDS = (
    "'PASSPORT','SNILS','DIPLOMA','RETRAINING','CPD','EXPERIENCE','SIGNING_CERTIFICATE','APPLICATION_FORM',"
    "'LICENCE','ACCREDITATION','REFERENCE','DECISION','QUALIFICATION_CERTIFICATE','CASE_HISTORY','DISCHARGE_SUMMARY',"
    "'REFERRAL','MEDICAL_CERTIFICATE'"
)
# What identifies a person, and not what he learnt or did.
IDENTITY_PAPERS = ("PASSPORT", "SNILS")
STATUSES = "'DRAFT','CHECKED','SIGNED','QUEUED','SENT','REGISTERED','REJECTED','ANNULLED'"
# A paper in one of these was found in order, and is good for what it is wanted for.
USABLE = frozenset({"CHECKED", "SIGNED", "QUEUED", "SENT", "REGISTERED"})

document = Table(
    "document",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("practitioner_id", BigInteger),  # the owner is a person …
    Column("holder_organization_id", BigInteger),  # … or an institution …
    *of_a_record(),  # … or nobody: it is about a patient, and stands with one of his records
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("title", Text, nullable=False),
    Column("status", Text, CheckConstraint(f"status IN ({STATUSES})"), nullable=False),
    Column("number", Text),
    Column("issued_on", Date),
    Column("expires_on", Date),
    Column("issuer", Text),
    Column("media_type", Text, nullable=False),
    Column("byte_size", BigInteger, CheckConstraint("byte_size >= 0"), nullable=False),
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("shared_organization_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("event_id", UUID, unique=True),  # what it follows from, if the gateway made it itself
    Column("version", Integer, nullable=False, server_default="1"),  # of the row, which `expectedVersion` names
    # Which version of its content is in force: 0 while its bytes lie elsewhere.
    Column("content_version", Integer, nullable=False, server_default="0"),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # To whom it was given first, and whether to others besides: a list of each has an order.
    Column("first_given_id", BigInteger, Computed("shared_organization_ids[1]", persisted=True)),
    Column("given_widely", Boolean, Computed("cardinality(shared_organization_ids) > 1", persisted=True)),
    # The words of its title, and those of its number where that names nobody; the number without what divides it.
    Column("words", TSVECTOR, Computed("document_words(title, kind, number)", persisted=True)),
    Column("number_key", Text(collation="C"), Computed("document_number_key(number)", persisted=True)),
    CheckConstraint("expires_on IS NULL OR issued_on IS NULL OR expires_on > issued_on", name="document_term"),
    CheckConstraint(OWNED, name="document_owner"),
    CheckConstraint(OF_A_RECORD, name="document_of_a_record"),
    CheckConstraint("patient_id IS NULL OR cardinality(shared_organization_ids) = 0", name="document_not_shared"),
    Index("document_by_practitioner", "practitioner_id", "created_at", "id"),
    Index("document_by_organization", "holder_organization_id", "created_at", "id"),
    Index("document_by_sha256", "practitioner_id", "sha256"),
    Index("document_by_share", "shared_organization_ids", postgresql_using="gin"),
    Index("document_by_first_given", "first_given_id", "created_at", "id"),
    Index(
        "document_given_widely",
        "shared_organization_ids",
        postgresql_using="gin",
        postgresql_where=text("given_widely"),
    ),
    Index("document_by_words", "words", postgresql_using="gin"),
    Index("document_by_number", "number_key"),
    Index("document_by_creation", "created_at", "id"),
    Index("document_by_title", "title", "id"),
    Index("document_by_size", "byte_size", "id"),
    *(
        Index(f"document_by_{name}", f"{name}_id", "created_at", "id", postgresql_where=text(f"{name}_id IS NOT NULL"))
        for name in ("patient", "encounter", "episode", "note")
    ),
)


class DocumentRecord(Row):
    """One electronic document of a worker or an institution, or about a patient; the bytes live elsewhere.

    `author_id`, `place_id`: who put in, and where, what is about a patient.
    `plain`: whether it identifies nobody.
    `given_organization_ids`: to which organisations it was given, if it identifies nobody.
    """

    id: int
    practitioner_id: int | None
    holder_organization_id: int | None
    patient_id: int | None
    encounter_id: int | None
    episode_id: int | None
    note_id: int | None
    author_id: int | None
    place_id: int | None
    kind: str
    title: str
    status: str
    number: str | None
    issued_on: date | None
    expires_on: date | None
    issuer: str | None
    media_type: str
    byte_size: int
    sha256: str
    created_at: datetime
    shared_organization_ids: list[int]
    version: int
    content_version: int
    changed_at: datetime
    plain: bool
    given_organization_ids: list[int]


_PLAIN = document.c.kind.not_in(IDENTITY_PAPERS)
_NONE: ColumnElement[Any] = literal_column("'{}'::bigint[]", ARRAY(BigInteger))
# Greater than every character that a number can have.
_LAST: ColumnElement[str] = literal_column("'\U0010ffff'", Text())


def _begins(key: Any) -> Any:
    """Whether the number begins with another one, whatever divides the two."""
    return and_(document.c.number_key >= key, document.c.number_key < key.concat(_LAST))


def _given(organization: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That it was given to an organisation: first, or besides."""
    first, shared = document.c.first_given_id, document.c.shared_organization_ids
    return first == organization, and_(
        document.c.given_widely, shared.contains(array([organization])), first != organization
    )


DOCUMENT = Entity(
    DocumentRecord,
    document,
    computed={
        "plain": _PLAIN,
        "given_organization_ids": case((_PLAIN, document.c.shared_organization_ids), else_=_NONE),
    },
    filters={
        "search": (Text(), lambda value: document.c.words.op("@@")(func.document_sought(value))),
        "number": (Text(), lambda value: _begins(func.document_number_key(value, type_=Text()))),
        "charted": (Boolean(), lambda value: document.c.patient_id.is_not(None) == value),
        "created_since": (DateTime(timezone=True), lambda value: document.c.created_at >= value),
        "created_before": (DateTime(timezone=True), lambda value: document.c.created_at < value),
        "owner": (BigInteger(), lambda value: document.c.practitioner_id == value),
        "organization": (
            BigInteger(),
            lambda value: or_(
                document.c.holder_organization_id == value, document.c.shared_organization_ids.contains(array([value]))
            ),
        ),
        "kind": (ARRAY(Text), lambda value: document.c.kind == any_(value)),
        "status": (ARRAY(Text), lambda value: document.c.status == any_(value)),
        "issued_from": (Date(), lambda value: document.c.issued_on >= value),
        "issued_to": (Date(), lambda value: document.c.issued_on <= value),
    },
    narrows={
        "given_organization_ids": (
            ARRAY(BigInteger),
            lambda value: and_(document.c.shared_organization_ids.overlap(value), _PLAIN),
        ),
    },
    apart=True,
    anew=frozenset({"search", "number"}),
    ones={
        "shared_organization_ids": (BigInteger(), _given),
        "given_organization_ids": (
            BigInteger(),
            lambda value: tuple(and_(one, _PLAIN) for one in _given(value)),
        ),
    },
)

NEWEST_FIRST: Order = (("created_at", "desc"), ("id", "desc"))
# What is about a patient stands with his records (`charted.py`), and in no list of the catalogue.
_CATALOGUE: Filters = {"charted": False}
ORDERS: Mapping[str, str] = {"CREATED_AT": "created_at", "TITLE": "title", "BYTE_SIZE": "byte_size"}


async def documents(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, DocumentRecord]:
    """Documents by id."""
    return await by_key(store, DOCUMENT, keys, ask)


async def documents_of(
    store: Store, keys: Sequence[int], ask: Ask, window: Window, filters: Filters
) -> dict[int, Slice[DocumentRecord]]:
    """A slice of the documents of each person, newest first."""
    order = NEWEST_FIRST
    return await slices(store, DOCUMENT, keys, ask, window, key="practitioner_id", order=order, filters=filters)


async def documents_count(store: Store, keys: Sequence[int], ask: Ask, filters: Filters) -> dict[int, int]:
    """How many documents each person has."""
    return await counts(store, DOCUMENT, keys, ask, key="practitioner_id", filters=filters)


async def document_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters, order: Order
) -> dict[None, Slice[DocumentRecord]]:
    """A slice of all documents but those about patients."""
    wanted = {**filters, **_CATALOGUE}
    return await slices(store, DOCUMENT, keys, ask, window, key=None, order=order, filters=wanted)


async def document_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many documents fit the filters, those about patients left out."""
    return await counts(store, DOCUMENT, keys, ask, key=None, filters={**filters, **_CATALOGUE})


_EARLIEST = """
SELECT id, created_at FROM document
WHERE practitioner_id = $1 AND kind = ANY($2::text[]) AND status = ANY($3::text[])
    AND (expires_on IS NULL OR expires_on > $4)
ORDER BY created_at, id LIMIT 1
"""


async def earliest_of(
    store: Store, practitioner_id: int, kinds: Collection[str], statuses: Collection[str], day: date
) -> DocumentRecord | None:
    """The first document of a person among those of some kinds and statuses that are valid on a day."""
    found = await store.fetch(DocumentRecord, _EARLIEST, practitioner_id, sorted(kinds), sorted(statuses), day)
    return found[0] if found else None
