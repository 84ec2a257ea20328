"""The application for accreditation as the graph shows it."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import application as applications
from resolvers import book as books
from resolvers import document as documents
from resolvers import practitioner as practitioners
from resolvers.accreditation import AccreditationKind
from resolvers.application import ApplicationOutcome, ApplicationStage
from resolvers.application import Clarification as ClarificationFact
from resolvers.application import Deadline as DeadlineFact
from schema.enums import enum
from sources.application import ApplicationCommentRecord, ApplicationEventRecord, ApplicationRecord

if TYPE_CHECKING:
    from schema.book import Specialty
    from schema.document import Document
    from schema.practitioner import Practitioner


class ApplicationEventKind(StrEnum):
    """Steps of the history."""

    CREATED = "CREATED"
    SUBMITTED = "SUBMITTED"
    STAGE_CHANGED = "STAGE_CHANGED"
    CLARIFICATION_REQUESTED = "CLARIFICATION_REQUESTED"
    CLARIFIED = "CLARIFIED"
    DECIDED = "DECIDED"
    WITHDRAWN = "WITHDRAWN"


class CommentAudience(StrEnum):
    """Applicant, or only those who examine."""

    APPLICANT = "APPLICANT"
    INTERNAL = "INTERNAL"


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
    ApplicationEventKind,
    "What happened to an application.",
    CREATED="A draft was begun (создано).",
    SUBMITTED="It was submitted (подано).",
    STAGE_CHANGED="It went to another stage (смена стадии).",
    CLARIFICATION_REQUESTED="The expert asked to put something right (запрос уточнения).",
    CLARIFIED="The applicant put it right (уточнено).",
    DECIDED="The commission decided (решение).",
    WITHDRAWN="The applicant took it back (отозвано).",
)
enum(
    CommentAudience,
    "Whom a comment is for.",
    APPLICANT="The applicant, and those who examine (для заявителя).",
    INTERNAL="Only those who examine (внутренний).",
)


@shows(
    ApplicationRecord,
    name="AccreditationApplication",
    prefix=applications.PREFIX,
    node=applications.by_id,
    gate=P.APPLICATION_QUEUE_READ,
    keys={
        "own": "practitioner_id",
        "org": "organization_ids",
        "unit": "department_ids",
        "trainee": "practitioner_id",
        "case": "practitioner_id",
        "queue": "queue",
    },
)
class AccreditationApplication(Node):
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
        needs=("earliest_on", "latest_on", "provisional"),
    )
    comments: "list[ApplicationComment] | None" = edge(
        applications.comments, "What the examining expert remarked, from the beginning.",
        by="id", permission=P.APPLICATION_REVIEW_READ,
    )  # fmt: skip
    history: "list[ApplicationEvent] | None" = edge(
        applications.history, "What happened to it, from the beginning (история).",
        by="id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    documents: "list[Document] | None" = edge(
        documents.by_id, "Documents attached to it, in the order of attachment.",
        by="document_ids", permission=P.DOCUMENT_CATALOGUE_READ,
    )  # fmt: skip


@shows(DeadlineFact)
class Deadline:
    """When a decision is due, in legal days of the authority."""

    earliest_on: date = public("Not before this day.")
    latest_on: date = public("On this day at the latest.")
    provisional: bool = public("Whether it crosses a year whose working calendar is not official yet.")


@shows(ClarificationFact)
class Clarification:
    """A request to put something right (запрос уточнения)."""

    requested_at: datetime = public("When it was asked.")
    deadline: datetime = public("Until when it must be answered.")
    what: str = public("What is asked.")


@shows(ApplicationCommentRecord, gate=P.APPLICATION_COMMENT_READ, keys={"addressed": "audience"})
class ApplicationComment:
    """A remark of the examining expert (комментарий)."""

    at: datetime = public("When it was made.")
    audience: CommentAudience = public("Whom it is for.")
    text: str = public("The remark.")


@shows(ApplicationEventRecord)
class ApplicationEvent:
    """One step in the history of an application."""

    at: datetime = public("When it happened.")
    kind: ApplicationEventKind = public("What happened.")
    stage: ApplicationStage = public("The stage after it.")
