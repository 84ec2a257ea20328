"""The root of what is told as it happens: streams, each event of which is answered under the rights of its instant."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import Root, edge, public, shows, stream
from engine.global_id import decode
from resolvers import application as applications
from resolvers import news
from resolvers import viewer as viewers
from resolvers.news import ApplicationChange as ApplicationChangeRow
from resolvers.news import ApplicationStep
from resolvers.news import StandingChange as StandingChangeRow
from schema.enums import enum

if TYPE_CHECKING:
    from schema.application import AccreditationApplication
    from schema.message import Message
    from schema.viewer import Viewer

enum(
    ApplicationStep,
    "A step of an application (шаг).",
    CREATED="A draft was begun (создано).",
    UPDATED="The draft was changed (изменено).",
    SUBMITTED="It was submitted (подано).",
    CLAIMED="An expert took it to examine (взято в работу).",
    RELEASED="The expert gave it back to the queue (возвращено в очередь).",
    CLARIFICATION_REQUESTED="The applicant is asked to put something right (запрошено уточнение).",
    CLARIFIED="The applicant answered (уточнено).",
    ADVANCED="It went on to the next stage (переведено на следующую стадию).",
    APPROVED="It was approved (одобрено).",
    REJECTED="It was rejected (отклонено).",
    WITHDRAWN="The applicant took it back (отозвано).",
    LAPSED="A clarification was not answered in time, so it was rejected (срок уточнения истёк).",
    COMMENTED="The expert made a remark (комментарий).",
)


def key_of_application(*, id: strawberry.ID | None = None) -> tuple[int, int | None] | None:
    """The application that is meant, or all of them; an id that is none of ours means none."""
    if id is None:
        return 0, None
    key = decode(applications.PREFIX, id)
    return None if key is None else (0, key)


def own() -> tuple[int, None]:
    """What concerns the viewer himself."""
    return 0, None


@shows(ApplicationChangeRow)
class ApplicationChange:
    """Something happened to an application (изменение заявления)."""

    application: "AccreditationApplication | None" = edge(
        news.application, "The application as it is now.", by="application_id"
    )
    step: ApplicationStep = public("What happened.")
    at: datetime = public("When it happened.")


@shows(StandingChangeRow)
class StandingChange:
    """The viewer's roles are others than before."""

    viewer: "Viewer | None" = edge(viewers.current, "The viewer as he is now.", by="key")
    at: datetime = public("Since when.")


@shows(Root)
class Subscription:
    """Everything that can be listened to; docs/subscriptions.md says how."""

    application_changed: ApplicationChange | None = stream(
        news.application_change,
        "Each step of an application that the viewer may see: his own, of his case, in his queue.",
        key=key_of_application,
        permission=P.APPLICATION_QUEUE_READ,
        arguments={"id": "Only this application."},
    )
    notification_received: "Message | None" = stream(
        news.message,
        "Each message to the viewer as it comes.",
        key=own,
        permission=P.NOTIFICATION_MESSAGE_READ,
    )
    standing_changed: StandingChange | None = stream(
        news.standing_change,
        "The viewer's roles became others, by an act or because a term began or ended at this instant.",
        key=own,
    )
