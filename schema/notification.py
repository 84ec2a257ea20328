"""How the viewer wants to be told: by kind and by channel."""

import strawberry

from engine.declare import public, shows
from resolvers.notices.wishes import NotificationChannel, NotificationKind, Wish

strawberry.enum(NotificationChannel, description="Where a message goes (канал уведомления).")


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
