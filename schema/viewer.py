"""The viewer: who asks, what he is at this instant and what he may do."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from auth.assurance import Assurance as AssuranceFact
from auth.assurance import Level
from auth.permissions import Permission as P
from auth.roles import RoleName
from engine.declare import edge, public, shows
from engine.relay import Connection
from resolvers import message as inbox_messages
from resolvers import notification as notifications
from resolvers import viewer as viewers
from resolvers.viewer import PermissionView, ReadinessView, RoleView, ViewerView

if TYPE_CHECKING:
    from schema.message import Inbox, Message
    from schema.notification import NotificationSetting
    from schema.practitioner import Practitioner

strawberry.enum(
    RoleName, description="Roles, computed from facts at each instant; docs/access.md says what each reads."
)
strawberry.enum(Level, name="AssuranceLevel", description="Whether the account is confirmed (подтверждённая запись).")


@strawberry.enum(description="What is needed to work.")
class ReadinessKind(StrEnum):
    """Steps from the first sign-in to work, in their order."""

    CONFIRMED_ACCOUNT = "CONFIRMED_ACCOUNT"
    SECOND_FACTOR = "SECOND_FACTOR"
    ORGANIZATION_LINK = "ORGANIZATION_LINK"
    ACCREDITATION = "ACCREDITATION"


@shows(ViewerView, keys={"addressee": "subject"})
class Viewer:
    """Whoever asks; all of it is his own."""

    practitioner: "Practitioner | None" = edge(
        viewers.practitioner, "The viewer in the register; null while he is not linked.", by="key"
    )
    roles: "list[Role] | None" = edge(viewers.roles, "Roles in force now, with what each rests on.", by="key")
    permissions: "list[Permission] | None" = edge(
        viewers.permissions, "What the viewer may do at all; the rest depends on the object.", by="key"
    )
    readiness: "list[ReadinessItem] | None" = edge(viewers.readiness, "What is needed to work, done or not.", by="key")
    messages: "Connection[Message] | None" = edge(
        inbox_messages.of_viewer,
        "What the viewer was told, newest first.",
        by="key",
        backward=True,
        permission=P.NOTIFICATION_MESSAGE_READ,
        arguments={"unread_only": "Only what is unread."},
    )
    inbox: "Inbox | None" = edge(
        inbox_messages.inbox, "What waits among the messages.", by="key", permission=P.NOTIFICATION_MESSAGE_READ
    )
    notification_settings: "list[NotificationSetting] | None" = edge(
        notifications.settings,
        "How the viewer wants to be told, kind by kind.",
        by="key",
        permission=P.NOTIFICATION_MESSAGE_READ,
    )
    assurance: "Assurance" = public("How sure the sign-in was.")


@shows(RoleView)
class Role:
    """A role in force."""

    name: RoleName = public("The role.")
    because: str = public("What it rests on, as ids of the records.")
    valid_until: datetime | None = public("The instant from which it is no longer in force, as far as is known.")


@shows(PermissionView)
class Permission:
    """A permission that the viewer holds."""

    name: str = public("Name, as `domain:facet:action`.")
    rules: list[str] = public("Rules of which one must also hold: `all`, `own`, `org` …")


@shows(ReadinessView)
class ReadinessItem:
    """One thing that is needed to work."""

    item: ReadinessKind = public("What.")
    done: bool = public("Whether it is done.")


@shows(AssuranceFact)
class Assurance:
    """How sure the sign-in was (уровень доверия)."""

    level: Level = public("Whether the account is confirmed.")
    auth_time: datetime = public("When the viewer signed in.")
    second_factor_at: datetime | None = public("When a second factor was last shown.")
