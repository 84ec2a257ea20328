"""How the viewer wants to be told: by kind and by channel."""

from typing import TYPE_CHECKING

from engine.declare import edge, public, shows
from resolvers import message as letters
from resolvers import notification as notifications
from resolvers import viewer as viewers
from resolvers.message import MarkMessagesReadPayload as MarkedRead
from resolvers.notification import ChangeNotificationSettingsPayload as ChangedSettings
from resolvers.telling.wishes import NotificationChannel, NotificationKind, Wish
from schema.enums import enum

if TYPE_CHECKING:
    from schema.message import Inbox
    from schema.payload import Problem
    from schema.viewer import Viewer

enum(
    NotificationChannel,
    "Where a message goes (канал уведомления).",
    CABINET="Messages of the cabinet (кабинет).",
    EMAIL="Mail to the address that was verified (электронная почта).",
)


@shows(Wish)
class NotificationSetting:
    """How one kind of message is told by one channel (настройка уведомлений)."""

    kind: NotificationKind = public("What the messages are about.")
    channel: NotificationChannel = public("Where they go.")
    enabled: bool = public("Whether they go there.")
    lead_days: list[int] | None = public(
        "How many days before, for what is told beforehand; null for what is told when it happens."
    )
    required: bool = public("Whether it cannot be switched off.")


@shows(MarkedRead)
class MarkMessagesReadPayload:
    """What came of marking messages read."""

    marked: int = public("How many messages were unread before.")
    inbox: "Inbox | None" = edge(letters.inbox, "What is unread now.", by="key")
    viewer: "Viewer | None" = edge(viewers.current, "The viewer after the act.", by="key")


@shows(ChangedSettings)
class ChangeNotificationSettingsPayload:
    """What came of changing settings."""

    settings: "list[NotificationSetting] | None" = edge(notifications.settings, "Every setting as it is now.", by="key")
    inbox: "Inbox | None" = edge(letters.inbox, "Among it the language of mail.", by="key")
    viewer: "Viewer | None" = edge(viewers.current, "The viewer after the act.", by="key")
    problems: "list[Problem]" = public("What keeps the act from being done; empty when it is done.")
