"""Orders (назначения) of medical services and of medicines, and by what each is carried out.

A service has its protocol (протокол), a medicine is given again and again until its term is over. An order is of the
organisation where it was made; so are its protocol and its values, wherever it was carried out.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    and_,
    any_,
    case,
    exists,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.known import KnownRecord
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.tables import (
    IN_AN_ENCOUNTER,
    errable,
    labelled,
    metadata,
    of_encounter,
    of_patient,
    placed,
    record_id,
    versioned,
    within,
)
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity

DIRECTIONS = "'SURGERY','RADIATION_DIAGNOSTICS','LABORATORY'"
PRIORITIES = "'ROUTINE','URGENT','CITO'"
STATES = "'ACTIVE','RECORDED','FULFILLED','CANCELLED','ENTERED_IN_ERROR'"
PROTOCOL_STATES = "'UNSIGNED','SIGNED'"
SIGNIFICANCES = "'NORMAL','ABNORMAL','CRITICAL'"
# The class of the nomenclature for giving medicines: the code of each order of one, which only `medicine` tells.
MEDICINE: Final = "A25"
SERVICE = f"^([AB][0-9]{{2}}([.][0-9]{{2,3}}){{2,4}}|{MEDICINE})$"

service_order = Table(
    "service_order",
    metadata,
    record_id(),
    of_patient(),
    *of_encounter("service_order"),
    *placed(),
    Column("code", Text, CheckConstraint(f"code ~ '{SERVICE}'"), nullable=False),
    Column("book_version", Text, nullable=False),
    Column("priority", Text, CheckConstraint(f"priority IN ({PRIORITIES})"), nullable=False),
    Column("direction", Text, CheckConstraint(f"direction IN ({DIRECTIONS})")),
    Column("performer_id", BigInteger, nullable=False),  # the organisation that is to carry it out
    Column("department_id", BigInteger),  # of that organisation
    Column("directed", Text),  # for whom it is, as `auth/footing.py` writes it
    Column("text", LargeBinary),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("valid_until", DateTime(timezone=True), nullable=False),
    Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False, server_default="ACTIVE"),
    Column("cancelled_at", DateTime(timezone=True)),
    Column("cancelled_by", BigInteger),
    Column("reason", LargeBinary),  # why it was cancelled
    Column("medicine", LargeBinary),  # which, and how it is given: a JSON object
    Column("given", Integer, nullable=False, server_default="0"),
    *labelled("service_order"),
    *versioned(),
    errable(),
    CheckConstraint("(direction IS NULL) = (directed IS NULL)", name="service_order_directed_check"),
    CheckConstraint("valid_until > at", name="service_order_term"),
    CheckConstraint(
        "num_nonnulls(cancelled_at, cancelled_by, reason) IN (0, 3) AND (state <> 'CANCELLED' OR reason IS NOT NULL)",
        name="service_order_cancelled",
    ),
    CheckConstraint(f"(code = '{MEDICINE}') = (medicine IS NOT NULL)", name="service_order_medicine"),
    CheckConstraint("given = 0 OR given > 0 AND medicine IS NOT NULL", name="service_order_given"),
    UniqueConstraint("id", "patient_id", name="service_order_of_patient"),
    Index("service_order_by_patient", "patient_id", "at", "id"),
    Index("service_order_by_encounter", "encounter_id", "at", "id", postgresql_where=IN_AN_ENCOUNTER),
    Index("service_order_by_practitioner", "practitioner_id", "organization_id", "at", "id"),
    Index("service_order_directed", "directed", "at", "id", postgresql_where=text("directed IS NOT NULL")),
)

order_protocol = Table(
    "order_protocol",
    metadata,
    record_id(),
    of_patient(),
    Column("order_id", BigInteger, nullable=False),
    *placed(),  # those of the order
    Column("performer_id", BigInteger, nullable=False),  # where it was carried out
    Column("recorder_id", BigInteger, nullable=False),  # by whom it was recorded
    Column("directed", Text),
    Column("state", Text, CheckConstraint(f"state IN ({PROTOCOL_STATES})"), nullable=False),
    Column("significance", Text, CheckConstraint(f"significance IN ({SIGNIFICANCES})"), nullable=False),
    Column("conclusion", LargeBinary),
    Column("imaging_id", BigInteger, ForeignKey("imaging_study.id")),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("signer_id", BigInteger),
    Column("signed_at", DateTime(timezone=True)),
    Column("accreditation_id", BigInteger),
    Column("employment_id", BigInteger),  # the workplace at which it was signed
    Column("acknowledged_by", BigInteger),
    Column("acknowledged_at", DateTime(timezone=True)),
    *labelled("order_protocol"),
    *versioned(),
    ForeignKeyConstraint(
        ["order_id", "patient_id"], ["service_order.id", "service_order.patient_id"], name="order_protocol_order"
    ),
    CheckConstraint(
        "num_nonnulls(signer_id, signed_at, accreditation_id, employment_id) = "
        "CASE WHEN state = 'SIGNED' THEN 4 ELSE 0 END",
        name="order_protocol_signature",
    ),
    CheckConstraint("num_nonnulls(acknowledged_by, acknowledged_at) <> 1", name="order_protocol_acknowledged"),
    Index("one_protocol_of_an_order", "order_id", unique=True),
    Index("order_protocol_by_patient", "patient_id", "at", "id"),
)

order_administration = Table(
    "order_administration",
    metadata,
    record_id(),
    of_patient(),
    Column("order_id", BigInteger, nullable=False),
    *placed(),  # by whoever gave it
    Column("accreditation_id", BigInteger),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(
        ["order_id", "patient_id"], ["service_order.id", "service_order.patient_id"], name="order_administration_order"
    ),
    Index("order_administration_by_order", "order_id", "at", "id"),
)


class OrderRecord(KnownRecord, Opened):
    """An order (назначение).

    Attributes:
        code: of the service; A25 of a medicine.
        direction: that of the special accreditation which it takes to carry it out, if it takes one.
        performer_id, department_id: who is to carry it out.
        directed: for whom it is: direction and organisation, as `LABORATORY@3`.
        state: without the clock; an ACTIVE one of which the term is over has expired.
        medicine: `code` of the book of `book_version`, `dose` at a time in `unit`, `timesPerDay`, for `days`,
            `overDose`; None of a service.
        given: how often the medicine was given.
        waiting: whether something that is not as it should be was found, and nobody has acknowledged it.
    """

    id: int
    patient_id: int
    encounter_id: int | None
    organization_id: int
    practitioner_id: int
    code: str
    book_version: str
    priority: str
    direction: str | None
    performer_id: int
    department_id: int | None
    directed: str | None
    text: str | None
    at: datetime
    valid_until: datetime
    state: str
    cancelled_at: datetime | None
    cancelled_by: int | None
    reason: str | None
    medicine: dict[str, Any] | None
    given: int
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime
    error_id: int | None
    waiting: bool


class ProtocolRecord(KnownRecord, Opened):
    """The protocol of an order: what was found, by whom, and whether it is signed."""

    id: int
    patient_id: int
    order_id: int
    organization_id: int
    practitioner_id: int
    performer_id: int
    recorder_id: int
    directed: str | None
    state: str
    significance: str
    conclusion: str | None
    imaging_id: int | None
    at: datetime
    signer_id: int | None
    signed_at: datetime | None
    accreditation_id: int | None
    employment_id: int | None
    acknowledged_by: int | None
    acknowledged_at: datetime | None
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime


class AdministrationRecord(Row):
    """That a medicine which was ordered was given, once."""

    id: int
    patient_id: int
    order_id: int
    organization_id: int
    practitioner_id: int
    accreditation_id: int | None
    at: datetime
    recorded_at: datetime


STATUS: Final[ColumnElement[Any]] = case(
    (and_(service_order.c.state == "ACTIVE", service_order.c.valid_until <= AT), "EXPIRED"),
    else_=service_order.c.state,
)


WAITING: Final[ColumnElement[Any]] = (
    exists()
    .where(
        order_protocol.c.order_id == service_order.c.id,
        order_protocol.c.significance != "NORMAL",
        order_protocol.c.acknowledged_at.is_(None),
    )
    .correlate(service_order)
)

_FILTERS: Final[Mapping[str, Any]] = {
    **within(service_order),
    "status": (ARRAY(Text), lambda values: any_(values) == STATUS),
    "priority": (ARRAY(Text), lambda values: service_order.c.priority == any_(values)),
    "department": (BigInteger(), lambda value: service_order.c.department_id == value),
    "directed": (ARRAY(Text), lambda values: service_order.c.directed == any_(values)),
    "author": (BigInteger(), lambda value: service_order.c.practitioner_id == value),
    "waiting": (Boolean(), lambda value: value == WAITING),
    "place": (BigInteger(), lambda value: service_order.c.organization_id == value),
}


def _object(text: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(text)
    return found


ORDER: Final = Sealed(
    OrderRecord,
    service_order,
    {"text": str, "reason": str, "medicine": _object},
    key_of_patient=sealed_key_of(service_order, patient),
    computed={"waiting": WAITING},
    filters=_FILTERS,
)
PROTOCOL: Final = Sealed(
    ProtocolRecord,
    order_protocol,
    {"conclusion": str},
    key_of_patient=sealed_key_of(order_protocol, patient),
    filters=within(order_protocol),
)
ADMINISTRATION: Final = Entity(AdministrationRecord, order_administration)
