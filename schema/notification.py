"""How the viewer wants to be told: by kind and by channel."""

from engine.declare import public, shows
from resolvers.notices.wishes import NotificationChannel, NotificationKind, Wish
from schema.enums import enum

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
