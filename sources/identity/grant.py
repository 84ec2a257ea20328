"""Grants (переданный доступ): who hands which module on to whom, for which patients, and until when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
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
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from sources.identity.tables import metadata
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity, Order
from sources.postgres.store import Store

MODULES: Final = "'RECEPTION','PRESCRIPTIONS','CASE_HISTORY','SCHEDULE','DOCUMENTS','REPORTS'"
OF_PATIENTS: Final = "'RECEPTION','PRESCRIPTIONS','CASE_HISTORY','SCHEDULE'"
DRUG_CLASSES: Final = "'SUBJECT_QUANTITY','LIST_II','LIST_III'"
KINDS: Final = "'ORDINARY','REQUESTED','EMERGENCY'"

# The reason is a word of a list: what anybody could write of a patient has no place where it would stand unsealed.
access_grant = Table(
    "access_grant",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("module", Text, CheckConstraint(f"module IN ({MODULES})"), nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("department_id", BigInteger),
    Column("patient_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("grantor_id", BigInteger, nullable=False),  # whose access it is …
    Column("grantor_subject", Text, nullable=False),  # … with the account that he had when it was given
    Column("grantee_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("given_by", Text, nullable=False),  # the account that gave it, or asked for it
    Column("giver_id", BigInteger),
    Column("given_at", DateTime(timezone=True), nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),  # the end of its term
    Column("decision", Text, CheckConstraint("decision IN ('CONFIRMED','REFUSED')")),
    Column("decided_by", Text),
    Column("decider_id", BigInteger),
    Column("decided_at", DateTime(timezone=True)),
    Column("revoked_by", Text),
    Column("revoker_id", BigInteger),
    Column("revoked_at", DateTime(timezone=True)),
    Column("verdict", Text, CheckConstraint("verdict IN ('JUSTIFIED','UNJUSTIFIED')")),
    Column("reviewed_by", Text),
    Column("reviewer_id", BigInteger),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("drug_classes", ARRAY(Text), nullable=False, server_default="{}"),  # of controlled medicines
    CheckConstraint("ends_at > starts_at", name="access_grant_term"),
    CheckConstraint(
        "drug_classes = '{}' OR (module = 'PRESCRIPTIONS' AND department_id IS NULL AND patient_ids = '{}' "
        f"AND drug_classes <@ ARRAY[{DRUG_CLASSES}])",
        name="access_grant_drug_classes",
    ),
    CheckConstraint("grantor_id <> grantee_id", name="access_grant_of_two"),
    CheckConstraint("department_id IS NULL OR patient_ids = '{}'", name="access_grant_scope"),
    CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="access_grant_decided"),
    CheckConstraint("decision IS NULL OR kind = 'REQUESTED'", name="access_grant_asked"),
    CheckConstraint("(verdict IS NULL) = (reviewed_at IS NULL)", name="access_grant_reviewed"),
    CheckConstraint("verdict IS NULL OR kind = 'EMERGENCY'", name="access_grant_reviewable"),
    Index("access_grant_by_grantee", "grantee_id", "given_at", "id"),
    Index("access_grant_by_grantor", "grantor_id", "given_at", "id"),
    Index("access_grant_by_giver", "giver_id", "given_at", "id"),
    Index("access_grant_by_organization", "organization_id", "given_at", "id"),
    Index("access_grant_unreviewed", "id", postgresql_where=text("kind = 'EMERGENCY' AND reviewed_at IS NULL")),
)


class GrantRecord(Row):
    """A grant, or the request for one.

    Attributes:
        parties: whose access it is, who has it, and who gave it.
        givers: the same without who has it.
        office_id: the organisation, where the module is about no patient.
    """

    id: int
    kind: str
    module: str
    organization_id: int
    department_id: int | None
    patient_ids: list[int]
    grantor_id: int
    grantor_subject: str
    grantee_id: int
    reason: str
    given_by: str
    giver_id: int | None
    given_at: datetime
    starts_at: datetime
    ends_at: datetime
    decision: str | None
    decided_by: str | None
    decider_id: int | None
    decided_at: datetime | None
    revoked_by: str | None
    revoker_id: int | None
    revoked_at: datetime | None
    verdict: str | None
    reviewed_by: str | None
    reviewer_id: int | None
    reviewed_at: datetime | None
    version: int
    changed_at: datetime
    drug_classes: list[str]
    parties: list[int]
    givers: list[int]
    office_id: int | None


class HandedRecord(Row):
    """A grant as far as rights rest on it: until its term ends, or it was revoked."""

    id: int
    module: str
    organization_id: int
    department_id: int | None
    patient_ids: list[int]
    grantor_id: int
    grantor_subject: str
    grantee_id: int
    starts_at: datetime
    ends_at: datetime
    drug_classes: list[str]


_columns = access_grant.c
_NUMBERS = ARRAY(BigInteger)
_confirmed: ColumnElement[bool] = or_(_columns.kind != "REQUESTED", _columns.decision.is_not_distinct_from("CONFIRMED"))


def _in_force(value: Any) -> ColumnElement[bool]:
    standing = and_(_columns.starts_at <= AT, _columns.ends_at > AT, _columns.revoked_at.is_(None), _confirmed)
    said: ColumnElement[bool] = standing == value
    return said


def _waiting(value: Any) -> ColumnElement[bool]:
    undecided = and_(_columns.kind == "REQUESTED", _columns.decision.is_(None), _columns.revoked_at.is_(None))
    unreviewed = and_(_columns.kind == "EMERGENCY", _columns.verdict.is_(None))
    said: ColumnElement[bool] = or_(and_(undecided, _columns.ends_at > AT), unreviewed) == value
    return said


def _people(*columns: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.array_remove(array([*columns]), None, type_=_NUMBERS)


GRANT = Entity(
    GrantRecord,
    access_grant,
    computed={
        "parties": _people(_columns.grantor_id, _columns.grantee_id, _columns.giver_id),
        "givers": _people(_columns.grantor_id, _columns.giver_id),
        "office_id": case((_columns.module.in_(("DOCUMENTS", "REPORTS")), _columns.organization_id), else_=None),
    },
    filters={
        "in_force": (Boolean(), _in_force),
        "waiting": (Boolean(), _waiting),
        "module": (ARRAY(Text), lambda value: _columns.module == any_(value)),
        "kind": (ARRAY(Text), lambda value: _columns.kind == any_(value)),
        "organization": (BigInteger(), lambda value: _columns.organization_id == value),
        "given": (BigInteger(), lambda value: or_(_columns.grantor_id == value, _columns.giver_id == value)),
        "received": (BigInteger(), lambda value: _columns.grantee_id == value),
    },
    # Each of the indexes by a person serves its own part of it.
    narrows={
        "parties": (
            _NUMBERS,
            lambda values: or_(
                _columns.grantor_id == any_(values),
                _columns.grantee_id == any_(values),
                _columns.giver_id == any_(values),
            ),
        ),
    },
)
NEWEST_FIRST: Order = (("given_at", "desc"), ("id", "desc"))

_HANDED = """
SELECT id, module, organization_id, department_id, patient_ids, grantor_id, grantor_subject, grantee_id, starts_at,
       least(ends_at, revoked_at) AS ends_at, drug_classes
FROM access_grant
WHERE grantee_id = ANY($1::bigint[]) AND least(ends_at, revoked_at) > $2
    AND (kind <> 'REQUESTED' OR decision = 'CONFIRMED')
ORDER BY id
"""


async def grants(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, GrantRecord]:
    """Grants by key."""
    return await by_key(store, GRANT, keys, ask)


async def grants_of(store: Store, keys: Sequence[Any], ask: Ask, window: Window, filters: Filters) -> dict[Any, Any]:
    """A slice of all grants that fit the filters, the newest first."""
    found: dict[Any, Slice[GrantRecord]] = await slices(
        store, GRANT, keys, ask, window, key=None, order=NEWEST_FIRST, filters=filters
    )
    return found


async def grants_count(store: Store, keys: Sequence[Any], ask: Ask, filters: Filters) -> dict[Any, int]:
    """How many there are."""
    return await counts(store, GRANT, keys, ask, key=None, filters=filters)


async def handed_to(store: Store, practitioner_ids: Sequence[int], at: datetime) -> list[HandedRecord]:
    """What is handed on to people, from an instant on: what begins later too, nothing that is over or waits."""
    rows: list[Any] = await store.fetch(HandedRecord, _HANDED, list(practitioner_ids), at)
    return rows
