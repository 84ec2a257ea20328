"""Cookies that a process knows: looked up once a minute each, and when they were used, told in groups."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth.assurance import Assurance, Level
from auth.tokens import Claims, Reason, TokenRefused
from gateway.identity.cookie import Shown
from sources.identity import session as source
from sources.identity.facts import outdated
from sources.identity.session import SessionRecord
from sources.postgres.store import Store

MOST: Final = 10_000
MOST_USES: Final = 100_000
REMEMBERED: Final = timedelta(seconds=60)
OURS: Final = "session"


@dataclass(slots=True)
class _Known:
    """A session by its cookie.

    Attributes:
        until: when it is looked up anew.
        idle_until: when it ends if nobody uses it any more.
    """

    claims: Claims
    session_id: int
    since: datetime
    until: datetime
    idle: timedelta
    idle_until: datetime
    expires_at: datetime


class KnownCookies:
    """Remembers sessions by the digests of their cookies, so that a busy browser costs a statement a minute.

    That a session has ended, or its cookie is another, the facts of its account say at once; here it is forgotten
    within a minute. Uses are noted in memory and written by `write`: at most once a minute for each session.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._looking: dict[bytes, asyncio.Task[SessionRecord | None]] = {}
        self._uses: dict[int, datetime] = {}

    def __len__(self) -> int:
        return len(self._known)

    async def claims(self, cookie: Shown, at: datetime, *, using: bool = True) -> Claims:
        """What a session's cookie says, as a token would; to look is no use where `using` is false.

        Raises:
            TokenRefused: there is no such session, or it is over.
            SourceFailure: nobody can say.
        """
        digest = cookie.digest
        known = self._known.get(digest)
        if known is None or not known.since <= at < known.until:
            known = await self._looked_up(cookie, at, known)
        if at >= known.idle_until or at >= known.expires_at:
            raise TokenRefused(Reason.EXPIRED)
        if using:
            self._known.move_to_end(digest)
            self._note(known.session_id, at)
            known.idle_until = at + known.idle
        return known.claims

    def forget(self, session_id: str) -> None:
        """Forget a session's cookies, for they were replaced or it has ended."""
        for digest in [digest for digest, known in self._known.items() if known.claims.session == session_id]:
            del self._known[digest]

    async def write(self) -> int:
        """Write which sessions were used since the last time; none is left for a second call.

        Raises:
            SourceFailure: the store took nothing; it is told the next time.
        """
        uses, self._uses = self._uses, {}
        if not uses:
            return 0
        try:
            await source.used(self._store, uses)
        except BaseException:
            # Those of meanwhile are later; what is too much for the memory is of no use to anybody.
            self._uses = dict(list((uses | self._uses).items())[-MOST_USES:])
            raise
        return 0

    def _note(self, session_id: int, at: datetime) -> None:
        self._uses[session_id] = at
        if len(self._uses) > MOST_USES:
            del self._uses[next(iter(self._uses))]

    async def _looked_up(self, cookie: Shown, at: datetime, before: _Known | None) -> _Known:
        digest = cookie.digest
        self._known.pop(digest, None)
        if not cookie.fit:
            raise TokenRefused(Reason.MALFORMED)
        looking = self._looking.get(digest)
        if looking is None:
            looking = self._looking[digest] = asyncio.create_task(source.by_cookie(self._store, digest))
            looking.add_done_callback(lambda _: self._looking.pop(digest, None))
        found = await asyncio.shield(looking)
        if found is None:
            raise TokenRefused(Reason.UNKNOWN_SESSION)
        if found.ended_at is not None:
            raise TokenRefused(Reason.DENIED)
        known = _known(found, at)
        if before is not None:
            known.idle_until = max(known.idle_until, before.idle_until)
        self._known[digest] = known
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return known


def _known(found: SessionRecord, at: datetime) -> _Known:
    session, idle = str(found.id), timedelta(seconds=found.idle_seconds)
    assurance = Assurance(Level(found.assurance), found.auth_time, found.second_factor_at)
    token, ends = outdated(session, found.generation), found.expires_at.timestamp()
    claims = Claims(OURS, found.account, ends, token, found.client, assurance, session)
    return _Known(claims, found.id, at, at + REMEMBERED, idle, found.used_at + idle, found.expires_at)
