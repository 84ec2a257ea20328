"""Inquiries about patients as the graph shows them."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import organization as organizations
from resolvers.clinical import inquiry as inquiries
from resolvers.clinical import patient as patients
from resolvers.clinical.acts.inquiry import InquiryPayload as InquiryResult
from resolvers.clinical.inquiry import BasisView, InquiryState
from resolvers.rules.inquiry import InquiryBasisKind, InquiryOffice, InquiryPurpose
from schema.enums import enum
from schema.payload import Problem
from sources.clinical.inquiry import InquiryRecord

if TYPE_CHECKING:
    from schema.clinical.patient import Patient
    from schema.organization import Organization

enum(
    InquiryOffice,
    "In which office somebody inquires.",
    INS="An insurer (страховая медицинская организация): of what it reads no texts are shown.",
    REG="The regulator (регулятор).",
    HED="The head of an organisation (главный врач): of its records alone.",
)
enum(
    InquiryBasisKind,
    "What the paper is that an inquiry rests on.",
    ASSIGNMENT="An assignment of an examination (поручение на экспертизу).",
    ORDER="An order or a decision to check (приказ, решение о проверке).",
    REQUEST="A request of a court, of investigators or of an authority (запрос суда, следствия, органа).",
    COMPLAINT="A complaint or another petition (жалоба, обращение).",
)
enum(
    InquiryPurpose,
    "What an inquiry is for.",
    ECONOMIC_EXAMINATION="Whether what was paid was done (медико-экономическая экспертиза).",
    QUALITY_EXAMINATION="The quality of care, by an insurer (экспертиза качества медицинской помощи).",
    STATE_CONTROL="State control of quality and safety (государственный контроль качества).",
    INTERNAL_CONTROL="Internal control of quality and safety (внутренний контроль качества).",
    COMPLAINT_REVIEW="To answer a complaint (рассмотрение обращения).",
    AUTHORITY_REQUEST="To answer a court, investigators or an authority (ответ на запрос).",
)
enum(
    InquiryState,
    "Whether an inquiry opens anything.",
    OPEN="It is open (открыт).",
    ENDED="Its term is over, or it was closed (завершён).",
)


@shows(BasisView)
class InquiryBasis:
    """The paper that an inquiry rests on (основание запроса)."""

    kind: InquiryBasisKind = public("What it is.")
    number: str = public("Its number.")
    issued_on: date = public("When it was issued.")


# Whoever may see one sees whom it names only where he may know that patient.
@shows(
    InquiryRecord,
    prefix=inquiries.PREFIX,
    node=inquiries.by_id,
    gate=P.CLINICAL_INQUIRY_READ,
    keys={"inquiry": "inquirer", "patient": "accounts"},
)
class Inquiry(Node):
    """An inquiry about a patient (запрос сведений): whose, which time it is about, on which basis, until when."""

    id: strawberry.ID = derived(Ids(inquiries.PREFIX), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(
        patients.by_id,
        "Whom it names, as long as it is open; null too where nobody was found whom it could name.",
        by="patient_id",
    )
    patient_id: strawberry.ID | None = derived(
        inquiries.patient_of, "His global id.", needs=("patient_id",), permission=P.AUDIT_EVENT_READ
    )
    office: InquiryOffice = public("In which office it was made.")
    officer: str | None = derived(str, "Who made it: the account.", needs=("officer",), permission=P.AUDIT_EVENT_READ)
    organization: "Organization | None" = edge(
        organizations.by_id, "Of a head, the organisation whose records it opens.", by="organization_id"
    )
    starts_on: date = derived(inquiries.first_day, "First day that it is about.", needs=("since",))
    last_on: date = derived(inquiries.last_day, "Last day that it is about.", needs=("until",))
    basis: InquiryBasis = derived(inquiries.basis_of, "What it rests on.", needs=("basis", "basis_number", "basis_on"))
    purpose: InquiryPurpose = public("What it is for.")
    state: InquiryState = derived(
        inquiries.state_at, "Whether it is open at this instant.", needs=("opened_at", "ends_at"), clock=True
    )
    opened_at: datetime = public("When it was opened.")
    ends_at: datetime = public("The instant from which it is not open any more.")
    closed_at: datetime | None = public("When it was closed; null where its term ends it.")


@shows(InquiryResult)
class InquiryPayload:
    """What came of an act on an inquiry."""

    inquiry: Inquiry | None = edge(inquiries.by_id, "The inquiry after the act.", by="inquiry_id")
    problems: list[Problem] = public("What keeps the act from being done; empty when it is done.")
