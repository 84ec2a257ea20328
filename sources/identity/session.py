"""Sessions: who came in, from where, how sure that was, and until when it holds; and the refresh tokens of each.

Of what a caller shows nothing lies in the store: of a cookie and of a refresh token it has a digest alone.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.identity.tables import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store

KINDS: Final = "'BROWSER','APP','SERVICE'"
LEVELS: Final = "'UNCONFIRMED','CONFIRMED','SERVICE'"
WHY: Final = (
    "'SIGNED_OUT','ENDED_ELSEWHERE','SIGNED_OUT_EVERYWHERE','DEVICE_FORGOTTEN','REUSED','FOREIGN_CLIENT','ADMINISTERED'"
)

session = Table(
    "session",
    metadata,
    Column(
        "id", BigInteger, primary_key=True, autoincrement=False
    ),  # by chance: it tells nothing of how many there are
    Column("account", Text, ForeignKey("account.subject"), nullable=False),
    Column("method_id", BigInteger, ForeignKey("sign_in_method.id")),
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})", name="session_kind"), nullable=False),
    Column("client", Text),  # the registered application; none for a browser
    Column("device", Text, nullable=False),  # what the device calls itself, for its owner to know it by
    Column("address_hint", Text),  # the network that it came from, not the address
    Column("assurance", Text, CheckConstraint(f"assurance IN ({LEVELS})", name="session_assurance"), nullable=False),
    Column("amr", ARRAY(Text), nullable=False, server_default="{}"),
    Column("auth_time", DateTime(timezone=True), nullable=False),
    Column("second_factor_at", DateTime(timezone=True)),
    Column("first_sign_in", Boolean, nullable=False),  # whether nobody had signed in to the account before
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Column("idle_seconds", Integer, nullable=False),  # so long it holds after it was used
    Column("expires_at", DateTime(timezone=True), nullable=False),  # whatever it is used for
    Column("device_id", BigInteger, ForeignKey("device.id", ondelete="SET NULL")),
    Column("cookie_digest", LargeBinary),
    Column("generation", Integer, nullable=False, server_default="1"),  # of the cookie: each step-up gives another
    Column("raised_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_why", Text, CheckConstraint(f"ended_why IN ({WHY})", name="session_ended_why")),
    CheckConstraint("expires_at > started_at AND idle_seconds > 0", name="session_term"),
    CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="session_ended_with_why"),
    CheckConstraint("(kind = 'BROWSER') = (cookie_digest IS NOT NULL)", name="session_cookie"),
    CheckConstraint("octet_length(cookie_digest) = 32", name="session_cookie_length"),
    Index("session_by_account", "account", "started_at", "id"),
    Index("session_ended", "account", postgresql_where=text("ended_at IS NOT NULL")),
    Index("session_raised", "account", postgresql_where=text("raised_at IS NOT NULL")),
    Index("session_by_cookie", "cookie_digest", unique=True),
    Index("session_by_expiry", "expires_at"),
    Index("session_by_device", "device_id", postgresql_where=text("device_id IS NOT NULL")),
)

# The tokens of a session are a family: one of them is good, the others were replaced, each by the next.
refresh_token = Table(
    "refresh_token",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("session_id", BigInteger, ForeignKey("session.id", ondelete="CASCADE"), nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("salt", LargeBinary, nullable=False),  # what its successor is made of, with a key that no store has
    Column("replaced_at", DateTime(timezone=True)),
    CheckConstraint("octet_length(digest) = 32 AND octet_length(salt) = 32", name="refresh_token_length"),
    Index("one_good_token_of_a_session", "session_id", unique=True, postgresql_where=text("replaced_at IS NULL")),
    Index("refresh_token_by_session", "session_id"),
)


class SessionRecord(Row):
    """A session; of what its caller shows, nothing."""

    id: int
    account: str
    method_id: int | None
    kind: str
    client: str | None
    device: str
    address_hint: str | None
    assurance: str
    amr: list[str]
    auth_time: datetime
    second_factor_at: datetime | None
    first_sign_in: bool
    started_at: datetime
    used_at: datetime
    idle_seconds: int
    expires_at: datetime
    generation: int
    ended_at: datetime | None

    @property
    def idle_expires_at(self) -> datetime:
        """When it ends if nobody uses it any more."""
        return min(self.used_at + timedelta(seconds=self.idle_seconds), self.expires_at)

    def live(self, at: datetime) -> bool:
        """Whether it holds at an instant."""
        return self.ended_at is None and at < self.idle_expires_at


COLUMNS: Final = ", ".join(f"s.{name}" for name in SessionRecord.__annotations__)
# So many are shown at most.
MOST_SHOWN: Final = 100

_BY_COOKIE = f"SELECT {COLUMNS} FROM session s WHERE s.cookie_digest = $1"  # noqa: S608 - names of columns
_BY_REFRESH_TOKEN = f"""
SELECT {COLUMNS} FROM session s JOIN refresh_token r ON r.session_id = s.id WHERE r.digest = $1
"""  # noqa: S608 - names of columns
_LIVE = f"""
SELECT {COLUMNS} FROM session s
WHERE s.account = $1 AND s.ended_at IS NULL AND s.expires_at > $2
  AND s.used_at + s.idle_seconds * interval '1 second' > $2
ORDER BY s.started_at DESC, s.id LIMIT {MOST_SHOWN}
"""  # noqa: S608 - names of columns
_USED = """
UPDATE session s SET used_at = u.at FROM unnest($1::bigint[], $2::timestamptz[]) AS u (id, at)
WHERE s.id = u.id AND s.ended_at IS NULL AND s.used_at < u.at
"""


async def by_cookie(store: Store, digest: bytes) -> SessionRecord | None:
    """The session whose cookie has a digest, whether it holds or not."""
    rows: list[Any] = await store.fetch(SessionRecord, _BY_COOKIE, digest)
    return rows[0] if rows else None


async def by_refresh_token(store: Store, digest: bytes) -> SessionRecord | None:
    """The session of a refresh token, whether either is good or not."""
    rows: list[Any] = await store.fetch(SessionRecord, _BY_REFRESH_TOKEN, digest)
    return rows[0] if rows else None


async def live_of(store: Store, subject: str, at: datetime) -> list[SessionRecord]:
    """The sessions of an account that hold at an instant, the newest first; a hundred at most."""
    rows: list[Any] = await store.fetch(SessionRecord, _LIVE, subject, at)
    return rows


async def used(store: Store, uses: Mapping[int, datetime]) -> None:
    """Note when sessions were last used, all in one statement."""
    await store.fetch(Row, _USED, [*uses], [*uses.values()])
