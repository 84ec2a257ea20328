"""What happened to an application, and what was remarked on it, as the graph shows it."""

from datetime import datetime
from enum import StrEnum

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, public, shows
from engine.global_id import Ids
from engine.relay import ROW_DESCRIPTION
from resolvers import application as applications
from resolvers.application import ApplicationStage
from schema.enums import enum
from sources.application import ApplicationCommentRecord, ApplicationEventRecord


class ApplicationEventKind(StrEnum):
    """Steps of the history."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    SUBMITTED = "SUBMITTED"
    CLAIMED = "CLAIMED"
    RELEASED = "RELEASED"
    STAGE_CHANGED = "STAGE_CHANGED"
    CLARIFICATION_REQUESTED = "CLARIFICATION_REQUESTED"
    CLARIFIED = "CLARIFIED"
    DECIDED = "DECIDED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"
    DEADLINE_CHANGED = "DEADLINE_CHANGED"


class CommentAudience(StrEnum):
    """Applicant, or only those who examine."""

    APPLICANT = "APPLICANT"
    INTERNAL = "INTERNAL"


enum(
    ApplicationEventKind,
    "What happened to an application.",
    CREATED="A draft was begun (создано).",
    UPDATED="The draft was changed (изменено).",
    SUBMITTED="It was submitted (подано).",
    CLAIMED="An expert took it (взято в работу).",
    RELEASED="The expert put it back (возвращено в очередь).",
    STAGE_CHANGED="It went to another stage (смена стадии).",
    CLARIFICATION_REQUESTED="The expert asked to put something right (запрос уточнения).",
    CLARIFIED="The applicant put it right (уточнено).",
    DECIDED="The commission decided (решение).",
    WITHDRAWN="The applicant took it back (отозвано).",
    LAPSED="What was asked was not put right in time, and it was rejected (срок истёк).",
    DEADLINE_CHANGED="A working calendar became official, and the deadline with it (срок пересчитан).",
)
enum(
    CommentAudience,
    "Whom a comment is for.",
    APPLICANT="The applicant, and those who examine (для заявителя).",
    INTERNAL="Only those who examine (внутренний).",
)


@shows(ApplicationCommentRecord, gate=P.APPLICATION_COMMENT_READ, keys={"addressed": "audience"})
class ApplicationComment:
    """A remark of the examining expert (комментарий)."""

    id: strawberry.ID = derived(Ids(applications.COMMENT_PREFIX), ROW_DESCRIPTION, needs=("id",))
    at: datetime = public("When it was made.")
    audience: CommentAudience = public("Whom it is for.")
    text: str = public("The remark.")


@shows(ApplicationEventRecord)
class ApplicationEvent:
    """One step in the history of an application."""

    id: strawberry.ID = derived(Ids(applications.STEP_PREFIX), ROW_DESCRIPTION, needs=("id",))
    at: datetime = public("When it happened.")
    kind: ApplicationEventKind = public("What happened.")
    stage: ApplicationStage = public("The stage after it.")
