"""The application for accreditation as the graph shows it."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import accreditation as accreditations
from resolvers import application as applications
from resolvers import book as books
from resolvers import filing as filings
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.acts import keys
from resolvers.application import ApplicationOutcome, ApplicationStage, Slot
from resolvers.application import Clarification as ClarificationFact
from resolvers.application import Consent as ConsentFact
from resolvers.application import Deadline as DeadlineFact
from resolvers.application import Rejection as RejectionFact
from resolvers.application.punctuality import TermsKept as TermsKeptFact
from resolvers.application.punctuality import terms_kept
from resolvers.book import Direction
from resolvers.document import reading as documents
from resolvers.document.kinds import DocumentKind
from resolvers.filing import FilingKind, FilingStatus
from resolvers.rules.procedure import AccreditationKind
from schema.document.document import Document
from schema.enums import enum
from schema.filing import DATED, KIND, STATUS, Filing
from schema.renewal import RenewalChange
from sources.application import ApplicationRecord

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.application_history import ApplicationComment, ApplicationEvent
    from schema.book import Specialty
    from schema.organization import Organization
    from schema.practitioner import Practitioner


class AccreditationPurpose(StrEnum):
    """Purposes of the kind TEMPORARY."""

    INTERNSHIP = "INTERNSHIP"
    TEMPORARY_TASK = "TEMPORARY_TASK"
    AWAITING_DECISION = "AWAITING_DECISION"


class ConsentKind(StrEnum):
    """Texts to agree to."""

    ACCREDITATION_TERMS = "ACCREDITATION_TERMS"
    PERSONAL_DATA = "PERSONAL_DATA"


enum(
    ApplicationStage,
    "Where an application stands (стадия).",
    DRAFT="Not submitted yet (черновик).",
    RECEPTION="Received and registered (приём).",
    CHECK="Examined by the expert (проверка).",
    APPROVAL="Before the commission (согласование).",
    DONE="Ended; the outcome says how (завершение).",
)
enum(
    ApplicationOutcome,
    "How an application ended (итог).",
    ACCREDITED="Accreditation was given (аккредитован).",
    REJECTED="Accreditation was refused (отказано).",
    WITHDRAWN="The applicant took it back (отозвано).",
)
enum(
    AccreditationPurpose,
    "What a temporary accreditation is for (цель).",
    INTERNSHIP="Training at the workplace (стажировка).",
    TEMPORARY_TASK="Work for a time, such as standing in for somebody (временная работа).",
    AWAITING_DECISION="Work until the commission decides (до решения комиссии).",
)
enum(
    ConsentKind,
    "What an applicant agrees to (согласие).",
    ACCREDITATION_TERMS="The terms of accreditation (условия аккредитации).",
    PERSONAL_DATA="Processing of personal data (обработка персональных данных).",
)


@shows(
    ApplicationRecord,
    name="AccreditationApplication",
    prefix=applications.PREFIX,
    node=applications.by_id,
    gate=P.APPLICATION_QUEUE_READ,
    keys=keys.APPLICATION,
)
class AccreditationApplication(Node, Filing):
    """An application for accreditation (заявление на аккредитацию)."""

    id: strawberry.ID = derived(Ids(applications.PREFIX), NODE_DESCRIPTION, needs=("id",))
    number: str = public("Number (номер заявления).")
    applicant: "Practitioner | None" = edge(
        practitioners.by_id, "Who applied; null for an institution.",
        by="practitioner_id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    kind: AccreditationKind = public("Kind applied for.")
    specialty: "Specialty | None" = derived(books.specialty, "Specialty applied for.", needs=("specialty_code",))
    stage: ApplicationStage = public("Where it stands.")
    clarification: "Clarification | None" = derived(
        applications.clarification_of,
        "What the applicant is asked to put right, while it is asked (уточнение).",
        needs=("clarification_requested_at", "clarification_deadline", "clarification_what"),
        permission=P.APPLICATION_FILE_READ,
    )
    outcome: ApplicationOutcome | None = guarded(P.APPLICATION_FILE_READ, "How it ended.")
    attempt: int = public("Which attempt it is, from 1.")
    submitted_at: datetime | None = guarded(P.APPLICATION_FILE_READ, "When it was submitted; null for a draft.")
    deadline: "Deadline | None" = derived(
        applications.deadline_of,
        "When the decision is due (срок решения).",
        needs=("earliest_on", "latest_on", "provisional", "kind", "submitted_at", "procedure_version"),
    )
    terms_kept: "TermsKept | None" = derived(
        terms_kept,
        "Whether the terms were kept at this instant (соблюдение сроков); null for a draft.",
        needs=(
            "kind", "procedure_version", "submitted_at", "checked_at", "latest_on", "stage", "outcome", "changed_at",
        ),
        permission=P.APPLICATION_FILE_READ,
        clock=True,
    )  # fmt: skip
    comments: "list[ApplicationComment] | None" = edge(
        applications.comments, "What the examining expert remarked, from the beginning.",
        by="id", permission=P.APPLICATION_REVIEW_READ,
    )  # fmt: skip
    history: "list[ApplicationEvent] | None" = edge(
        applications.history, "What happened to it, from the beginning (история).",
        by="id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    form: "Document | None" = edge(
        documents.by_id, "The application as it was submitted, as a document for its applicant to sign (заявление).",
        by="form_id", permission=P.DOCUMENT_CATALOGUE_READ,
    )  # fmt: skip
    documents: "list[Document] | None" = edge(
        documents.by_id, "Documents attached to it, in the order of attachment.",
        by="document_ids", permission=P.DOCUMENT_CATALOGUE_READ,
    )  # fmt: skip
    version: int = public("Version: what acts that change it expect.")
    changed_at: datetime | None = guarded(P.APPLICATION_FILE_READ, "When it last changed.")
    claimed: bool = derived(applications.is_claimed, "Whether an expert has it.", needs=("queue",))
    queue_position: int | None = public(
        "Place in the queue of its kind, from 1, what is due first before the rest; null unless it waits for an expert."
    )
    organization: "Organization | None" = edge(
        organizations.by_id, "Where the accreditation shall be worked under; of an institution, itself.",
        by="organization_id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    purpose: AccreditationPurpose | None = guarded(P.APPLICATION_FILE_READ, "Purpose of a temporary accreditation.")
    days: int | None = guarded(P.APPLICATION_FILE_READ, "How long a temporary accreditation shall last, in days.")
    supervisor: "Practitioner | None" = edge(
        practitioners.by_id, "Supervisor (наставник) during a temporary accreditation.",
        by="supervisor_id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    base: "Accreditation | None" = edge(
        accreditations.by_id, "The record that a special accreditation or one for remote work shall stand on.",
        by="base_id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    directions: list[Direction] | None = guarded(P.APPLICATION_FILE_READ, "Directions of a special accreditation.")
    licence_number: str | None = guarded(P.APPLICATION_FILE_READ, "Number of the organisation's licence.")
    phone: str | None = guarded(P.APPLICATION_CONTACT_READ, "Phone for this application; null: as in the register.")
    email: str | None = guarded(P.APPLICATION_CONTACT_READ, "E-mail for this application; null: as in the register.")
    papers: "list[FilledSlot] | None" = derived(
        applications.papers_of, "Documents by the slot that they fill, for whoever may read all of them.",
        needs=("papers",), permission=P.DOCUMENT_CATALOGUE_READ,
    )  # fmt: skip
    consents: "list[Consent] | None" = derived(
        applications.consents_of, "Consents of the applicant (согласия).",
        needs=("consents",), permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    previous: "AccreditationApplication | None" = edge(
        applications.by_id, "The attempt before this one.", by="previous_id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    renews: "Accreditation | None" = edge(
        accreditations.by_id, "The record that this one shall follow.",
        by="renews_id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    changes: list[RenewalChange] | None = guarded(
        P.APPLICATION_FILE_READ, "What it says otherwise than the record that it renews; null when it renews none."
    )
    suspensions: "list[Accreditation] | None" = edge(
        accreditations.by_id, "The applicant's records in this specialty that are suspended now (приостановленные).",
        by="suspended_ids", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    accreditation: "Accreditation | None" = edge(
        accreditations.of_application, "The record of the register that came of it (запись реестра).",
        by="id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    protocol_number: str | None = guarded(P.APPLICATION_FILE_READ, "Protocol of the decision, once it is made.")
    rejection: "Rejection | None" = derived(
        applications.rejection_of, "Why it was rejected (отказ).",
        needs=("rejection_reasons", "missing_documents"), permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    filing_kind: FilingKind = derived(lambda _: FilingKind.ACCREDITATION, KIND, needs=("id",))
    dated: date | None = derived(
        filings.submitted_on, DATED, needs=("submitted_at",), permission=P.APPLICATION_FILE_READ
    )
    filing_status: FilingStatus | None = derived(
        filings.of_application, STATUS, needs=("stage", "outcome"), permission=P.APPLICATION_FILE_READ
    )


@shows(DeadlineFact)
class Deadline:
    """When the automatic check and the decision are due, in legal days of the authority."""

    automatic_on: date | None = public(
        "The automatic check (автоматическая проверка) has its result on this day at the latest; null where the rules "
        "of the time had no such term."
    )
    expected_from: date = public(
        "From this day on a decision is to be expected; nothing keeps it from being made sooner.", column="earliest_on"
    )
    earliest_on: date = public(
        "The day from which a decision is to be expected.",
        deprecated="Ask for `expectedFrom`: it never kept a decision from being made sooner.",
    )
    latest_on: date = public("The decision on this day at the latest.")
    provisional: bool = public("Whether it crosses a year whose working calendar is not official yet.")


@shows(TermsKeptFact)
class TermsKept:
    """For each term of `deadline` whether what was due was done on its last day or before, in the authority's zone."""

    automatic: bool | None = public(
        "The automatic check: its result is the step SUBMITTED of the history. Null while there is time, and where "
        "the rules of the time had no such term."
    )
    decision: bool | None = public(
        "The decision, each clarification having made it due later. Null while there is time, and of what the "
        "applicant took back."
    )


@shows(Slot)
class FilledSlot:
    """Documents in a slot of the application."""

    slot: str = public("Name of the slot, as the rules of the kind have it.")
    ids: list[strawberry.ID] = public("Global ids of the documents.")


@shows(ConsentFact)
class Consent:
    """A consent to one version of a text (согласие)."""

    kind: ConsentKind = public("To what.")
    version: str = public("Version of the text.")
    at: datetime = public("When it was given.")


@shows(RejectionFact)
class Rejection:
    """Why an application was rejected (отказ)."""

    reasons: list[str] = public("Reasons.")
    missing_documents: list[DocumentKind] = public("Documents that were missing.")


@shows(ClarificationFact)
class Clarification:
    """A request to put something right (запрос уточнения)."""

    requested_at: datetime = public("When it was asked.")
    deadline: datetime = public("Until when it must be answered.")
    what: str = public("What is asked.")
