"""Which sources answer, as the graph shows it: names and states, and nothing of where they are or what they said."""

from datetime import datetime

from engine.declare import public, shows
from resolvers.service_status import SourceKind, SourceState, SourceStatusView
from schema.enums import enum

enum(
    SourceKind,
    "What a source is to the cabinet (вид источника данных).",
    STORE="A store of the cabinet itself (хранилище).",
    SERVICE="A service of others that is asked as a store is (сервис в роли хранилища).",
    JOINED="A service of others whose graph is joined with this one (присоединённый сервис).",
)
enum(
    SourceState,
    "What became of the last that a source was asked (состояние источника данных).",
    ANSWERS="It answered (отвечает).",
    FAILS="It did not (не отвечает).",
    UNKNOWN="Nobody has asked it yet (ещё не опрошен).",
)


@shows(SourceStatusView)
class SourceStatus:
    """A store or a service that the cabinet asks, and whether it answers (источник данных)."""

    name: str = public("What it is called, in `store` of errors too.")
    kind: SourceKind = public("What it is to the cabinet.")
    state: SourceState = public("What became of the last that it was asked.")
    since: datetime | None = public("Since when it has not answered; null unless it fails.")
