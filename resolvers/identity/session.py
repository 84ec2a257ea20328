"""The viewer's sessions and his ways to sign in; everybody finds his own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from auth.assurance import Assurance, Level
from engine.batch import many, one
from resolvers import prefixes
from resolvers.context import Context
from resolvers.viewer import complete
from sources.identity import NAME, session
from sources.identity import account as methods
from sources.identity.account import MethodRecord
from sources.identity.session import SessionRecord
from sources.postgres.ask import Ask

PREFIX = prefixes.SESSION
METHOD_PREFIX = "way"


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session of the viewer that holds."""

    key: int
    kind: str
    client: str | None
    device: str
    network: str | None
    assurance: Assurance
    second_factor_at: datetime | None
    first_sign_in: bool
    started_at: datetime
    used_at: datetime
    expires_at: datetime
    idle_expires_at: datetime
    current: bool


@one("identity", SessionView)
async def current(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, SessionView]:
    """The session under which the viewer asks; none where his token is of another issuer."""
    complete(context, NAME)
    found = next((one for one in await _live(context) if one.current), None)
    return {} if found is None else dict.fromkeys(keys, found)


@many("identity", SessionView)
async def of_viewer(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[SessionView]]:
    """The viewer's sessions that hold, the newest first."""
    complete(context, NAME)
    return dict.fromkeys(keys, await _live(context))


@many("identity", MethodRecord)
async def sign_in_methods(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[MethodRecord]]:
    """The ways to sign in that lead to the viewer's account, the oldest first."""
    complete(context, NAME)
    found = await methods.methods_of(context.stores.identity, context.viewer.subject or "")
    return dict.fromkeys(keys, found)


async def _live(context: Context) -> list[SessionView]:
    facts = context.viewer.facts
    if facts is None or facts.over:
        return []
    rows = await session.live_of(context.stores.identity, facts.subject, context.at)
    return [_view(row, facts.session) for row in rows]


def _view(row: SessionRecord, current: str | None) -> SessionView:
    return SessionView(
        row.id,
        row.kind,
        row.client,
        row.device,
        row.address_hint,
        Assurance(Level(row.assurance), row.auth_time, row.second_factor_at),
        row.second_factor_at,
        row.first_sign_in,
        row.started_at,
        row.used_at,
        row.expires_at,
        row.idle_expires_at,
        str(row.id) == current,
    )
