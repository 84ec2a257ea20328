"""Referrals (направления): who sends which patient where, and what became of it."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
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
    and_,
    any_,
    case,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.known import KnownRecord
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.tables import labelled, metadata, of_encounter, of_patient, placed, record_id, versioned
from sources.postgres.statement import AT

KINDS = "'HOSPITALIZATION','CONSULTATION','EXAMINATION','LABORATORY','HIGH_TECH','REHABILITATION'"
URGENCIES = "'EMERGENCY','URGENT','PLANNED'"
STATES = "'DRAFT','AWAITING_SIGNATURE','DISCARDED','ISSUED','ACCEPTED','DECLINED','ANSWERED','ANNULLED'"
# Nobody but those who draw it up knows of it yet, or ever.
UNISSUED: Final = ("DRAFT", "AWAITING_SIGNATURE", "DISCARDED")
EXPIRED: Final = "EXPIRED"

referral = Table(
    "referral",
    metadata,
    record_id(),
    of_patient(),
    *of_encounter("referral"),
    *placed(),  # by whom it was drawn up, and for which organisation
    Column("order_id", BigInteger),  # what was ordered, which its answer fulfils
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("urgency", Text, CheckConstraint(f"urgency IN ({URGENCIES})"), nullable=False),
    Column("to_organization_id", BigInteger, nullable=False),
    Column("to_department_id", BigInteger),
    Column("to_practitioner_id", BigInteger),
    Column("code", Text, nullable=False),
    Column("book_version", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False),
    Column("cosigner_id", BigInteger),  # without whom it is not issued
    # As it was issued: by whom, on which grounds, whom it names, as which document, until when it can be accepted.
    Column("signer_id", BigInteger),
    Column("issued_at", DateTime(timezone=True)),
    Column("accreditation_id", BigInteger),
    Column("employment_id", BigInteger),
    Column("patient_name", LargeBinary),
    Column("patient_birth_on", LargeBinary),
    Column("patient_insurance_number", LargeBinary),
    Column("document_code", Text),
    Column("document_edition", Integer),
    Column("accept_until", DateTime(timezone=True)),
    # As it was taken: by whom for which doctor, until when he cares by it, or why nobody does.
    Column("acceptor_id", BigInteger),
    Column("accepted_at", DateTime(timezone=True)),
    Column("care_until", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("closing", LargeBinary),
    Column("answer", LargeBinary),
    Column("answer_note_id", BigInteger, ForeignKey("note.id")),
    # The document that it is as well: wanted from its issue on, until it is made.
    Column("paper_wanted_at", DateTime(timezone=True)),
    Column("paper_again_at", DateTime(timezone=True)),
    Column("paper_attempts", Integer, nullable=False, server_default="0"),
    Column("document_id", BigInteger, unique=True),
    *labelled("referral"),
    *versioned(),
    CheckConstraint("cosigner_id <> practitioner_id", name="referral_signed_by_another"),
    CheckConstraint("state <> 'AWAITING_SIGNATURE' OR cosigner_id IS NOT NULL", name="referral_awaits_somebody"),
    CheckConstraint(
        "num_nonnulls(signer_id, issued_at, accreditation_id, employment_id, patient_name, patient_birth_on, "
        "document_code, document_edition, accept_until) = "
        "CASE WHEN state IN ('DRAFT', 'AWAITING_SIGNATURE', 'DISCARDED') THEN 0 ELSE 9 END",
        name="referral_issued",
    ),
    CheckConstraint(
        "num_nonnulls(acceptor_id, accepted_at, care_until) IN (0, 3) AND CASE "
        "WHEN state IN ('ACCEPTED', 'ANSWERED') THEN acceptor_id IS NOT NULL "
        "WHEN state = 'ANNULLED' THEN true ELSE acceptor_id IS NULL END",
        name="referral_accepted",
    ),
    CheckConstraint(
        "(closed_at IS NOT NULL) = (state IN ('DECLINED', 'ANSWERED', 'ANNULLED'))", name="referral_closed"
    ),
    CheckConstraint("(closing IS NOT NULL) = (state IN ('DECLINED', 'ANNULLED'))", name="referral_closed_for_a_reason"),
    CheckConstraint("(answer IS NOT NULL) = (state = 'ANSWERED')", name="referral_answered"),
    CheckConstraint("answer IS NOT NULL OR answer_note_id IS NULL", name="referral_answered_by_a_note"),
    CheckConstraint("accept_until > issued_at", name="referral_accepted_after_issue"),
    CheckConstraint("accepted_at >= issued_at AND accepted_at < accept_until", name="referral_accepted_in_time"),
    CheckConstraint("care_until > accepted_at", name="referral_care_term"),
    CheckConstraint("special_kind IS NULL OR to_practitioner_id IS NOT NULL", name="referral_special_to_one"),
    ForeignKeyConstraint(
        ["order_id", "patient_id"], ["service_order.id", "service_order.patient_id"], name="referral_order"
    ),
    Index("referral_by_patient", "patient_id", "at", "id"),
    Index("referral_by_receiver", "to_organization_id", "at", "id"),
    Index("referral_by_place", "organization_id", "at", "id"),
    Index("referral_by_encounter", "encounter_id", "at", "id", postgresql_where=text("encounter_id IS NOT NULL")),
    Index("referral_by_order", "order_id", "at", "id", postgresql_where=text("order_id IS NOT NULL")),
    Index("referral_without_paper", "paper_again_at", "id", postgresql_where=text("paper_wanted_at IS NOT NULL")),
)


class ReferralRecord(KnownRecord, Opened):
    """A referral.

    Attributes:
        standing: its state at the instant of the operation: one that nobody took in time has expired.
        received_at: the organisation that takes it in, once it is issued.
        parties: whoever issued it, whom it names and who accepted it, each at his organisation.
    """

    id: int
    patient_id: int
    encounter_id: int | None
    organization_id: int
    practitioner_id: int
    order_id: int | None
    kind: str
    urgency: str
    to_organization_id: int
    to_department_id: int | None
    to_practitioner_id: int | None
    code: str
    book_version: str
    reason: str
    at: datetime
    state: str
    cosigner_id: int | None
    signer_id: int | None
    issued_at: datetime | None
    accreditation_id: int | None
    employment_id: int | None
    patient_name: str | None
    patient_birth_on: date | None
    patient_insurance_number: str | None
    document_code: str | None
    document_edition: int | None
    accept_until: datetime | None
    acceptor_id: int | None
    accepted_at: datetime | None
    care_until: datetime | None
    closed_at: datetime | None
    closing: str | None
    answer: str | None
    answer_note_id: int | None
    document_id: int | None
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime
    standing: str
    received_at: int | None
    parties: list[str]


_OVER: ColumnElement[bool] = and_(referral.c.state == literal_column("'ISSUED'"), referral.c.accept_until <= AT)
STANDING: Final[ColumnElement[Any]] = case((_OVER, literal_column(f"'{EXPIRED}'")), else_=referral.c.state)

REFERRAL: Final = Sealed(
    ReferralRecord,
    referral,
    {
        **dict.fromkeys(("reason", "patient_name", "patient_insurance_number", "closing", "answer"), str),
        "patient_birth_on": date.fromisoformat,
    },
    key_of_patient=sealed_key_of(referral, patient),
    computed={"standing": STANDING},
    filters={
        "kind": (ARRAY(Text), lambda value: referral.c.kind == any_(value)),
        "state": (ARRAY(Text), lambda value: any_(value) == STANDING),
        "sent_by": (BigInteger(), lambda value: referral.c.organization_id == value),
        "sent_to": (
            BigInteger(),
            lambda value: and_(referral.c.to_organization_id == value, referral.c.state.not_in(UNISSUED)),
        ),
    },
)
