"""How sessions begin, are refreshed, are raised and end; each within a transaction of whoever does it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sources.identity.session import COLUMNS, SessionRecord
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Unit

_COLUMNS: Final = (
    "id", "account", "method_id", "kind", "client", "device", "address_hint", "assurance", "amr", "auth_time",
    "second_factor_at", "started_at", "used_at", "idle_seconds", "expires_at", "cookie_digest", "device_id",
)  # fmt: skip
_PLACES: Final = ", ".join(f"${place}" for place in range(1, len(_COLUMNS) + 1))
_BEGIN = f"""
WITH known AS (
    INSERT INTO account (subject, created_at, first_sign_in_at) VALUES ($2, $12, $12)
    ON CONFLICT (subject) DO UPDATE SET first_sign_in_at = $12 WHERE account.first_sign_in_at IS NULL
    RETURNING subject
), through AS (
    UPDATE sign_in_method SET last_used_at = $12 WHERE id = $3
)
INSERT INTO session ({", ".join(_COLUMNS)}, first_sign_in) SELECT {_PLACES}, EXISTS (SELECT FROM known)
RETURNING first_sign_in
"""  # noqa: S608 - names of columns
_GIVE = "INSERT INTO refresh_token (digest, session_id, issued_at, salt) VALUES ($1, $2, $3, $4)"
_TOKEN = "SELECT session_id FROM refresh_token WHERE digest = $1"  # noqa: S105 - a statement
_FAMILY = f"SELECT {COLUMNS} FROM session s WHERE s.id = $1 FOR NO KEY UPDATE"  # noqa: S608 - names of columns
_OWN = f"""
SELECT {COLUMNS} FROM session s WHERE s.id = $1 AND s.account = $2 AND s.ended_at IS NULL FOR NO KEY UPDATE
"""  # noqa: S608 - names of columns
_HELD = "SELECT digest, salt, replaced_at FROM refresh_token WHERE digest = $1"
_GOOD = "SELECT digest FROM refresh_token WHERE session_id = $1 AND replaced_at IS NULL"
_REPLACE = "UPDATE refresh_token SET replaced_at = $2 WHERE digest = $1"
_USE = "UPDATE session SET used_at = greatest(used_at, $2) WHERE id = $1"
_RAISE = """
UPDATE session SET assurance = $2, amr = $3, auth_time = $4, second_factor_at = $5, raised_at = $6, used_at = $6,
    generation = generation + 1, cookie_digest = CASE WHEN cookie_digest IS NULL THEN NULL ELSE $7::bytea END
WHERE id = $1
"""
_END = """ended AS (
    UPDATE session SET ended_at = $1, ended_why = ${why} WHERE id = ${id} AND ended_at IS NULL
)"""
_END_ALL = """ended AS (
    UPDATE session SET ended_at = $1, ended_why = ${why} WHERE id = ANY(${ids}::bigint[]) AND ended_at IS NULL
)"""
_TO_END = """
SELECT s.id FROM session s WHERE s.account = $1 AND s.ended_at IS NULL AND s.expires_at > $2
  AND s.id IS DISTINCT FROM $3 ORDER BY s.id FOR NO KEY UPDATE
"""
# Whoever shows a token that was forgotten is refused; that it was shown before is then not known any more.
_FORGET = (
    "DELETE FROM refresh_token WHERE replaced_at < now() - interval '7 days'",
    "DELETE FROM session WHERE kind = 'SERVICE' AND expires_at < now() - interval '1 day'",
    "DELETE FROM session WHERE coalesce(ended_at, expires_at) < now() - interval '90 days'",
)


class TokenRecord(Row):
    """A refresh token as its family has it."""

    digest: bytes
    salt: bytes
    replaced_at: datetime | None


async def begin(unit: Unit, columns: Mapping[str, Any]) -> bool:
    """Begin a session, and its account where there was none; whether nobody had signed in to it before."""
    row = await unit.row(Row, _BEGIN, *(columns[name] for name in _COLUMNS))
    return row is not None and bool(row["first_sign_in"])


async def give(unit: Unit, session_id: int, digest: bytes, salt: bytes, at: datetime) -> None:
    """Keep the digest of the refresh token that is good from now on."""
    await unit.run(_GIVE, digest, session_id, at, salt)


async def family_of(unit: Unit, digest: bytes) -> tuple[SessionRecord, TokenRecord] | None:
    """The session of a refresh token, locked, with the token as it is under that lock."""
    found = await unit.row(Row, _TOKEN, digest)
    session = None if found is None else await locked(unit, found["session_id"])
    token = None if session is None else await unit.row(TokenRecord, _HELD, digest)
    return None if session is None or token is None else (session, token)


async def locked(unit: Unit, session_id: int) -> SessionRecord | None:
    """A session under a lock: nobody ends, raises or refreshes it meanwhile."""
    found: SessionRecord | None = await unit.row(SessionRecord, _FAMILY, session_id)
    return found


async def own_locked(unit: Unit, session_id: int, account: str) -> SessionRecord | None:
    """A session of an account under a lock; on those of others nobody waits."""
    found: SessionRecord | None = await unit.row(SessionRecord, _OWN, session_id, account)
    return found


async def good_token(unit: Unit, session_id: int) -> bytes | None:
    """The digest of the one refresh token of a locked session that is good."""
    found = await unit.row(Row, _GOOD, session_id)
    return None if found is None else found["digest"]


async def replace(unit: Unit, session_id: int, old: bytes, new: bytes, salt: bytes, at: datetime) -> None:
    """Put another refresh token in the place of the good one; its session was used."""
    await unit.run(_REPLACE, old, at)
    await give(unit, session_id, new, salt, at)
    await unit.run(_USE, session_id, at)


async def rise(
    unit: Unit,
    session_id: int,
    assurance: str,
    amr: Sequence[str],
    auth_time: datetime,
    second_factor_at: datetime | None,
    at: datetime,
    cookie: bytes,
) -> None:
    """Note a later and surer sign-in of a locked session; a browser's has another cookie from then on."""
    await unit.run(_RAISE, session_id, assurance, list(amr), auth_time, second_factor_at, at, cookie)


def ended(session_id: int, why: str) -> Change:
    """The change that ends a session at the instant of what is left with it; one that has ended stays as it was."""
    return Change(_END.format(why=FIRST_OF_CHANGE, id=FIRST_OF_CHANGE + 1), (why, session_id))


async def to_end(unit: Unit, account: str, at: datetime, but: int | None) -> list[int]:
    """The sessions of an account that have not come to their end, locked; all but one."""
    return [row["id"] for row in await unit.rows(Row, _TO_END, account, at, but)]


def all_ended(session_ids: Sequence[int], why: str) -> Change:
    """The change that ends locked sessions at the instant of what is left with it."""
    return Change(_END_ALL.format(why=FIRST_OF_CHANGE, ids=FIRST_OF_CHANGE + 1), (why, list(session_ids)))


async def forget_over(store: Store) -> None:
    """Drop what is long over: replaced tokens after a week, sessions after 90 days, those of machines after one."""
    for text in _FORGET:
        await store.fetch(Row, text)
