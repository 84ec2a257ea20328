"""What the identity store says of accounts, as far as rights rest on it: all of it in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store

# What was given out for a session may be shown for so long after it has ended: an access token of five minutes, or a
# cookie that a process remembers for one, each by a clock that may differ by half a minute.
SHOWN_STILL = "10 minutes"

_FACTS = f"""
SELECT a.subject, ARRAY(
    SELECT s.id::text FROM session s
    WHERE s.account = a.subject AND s.ended_at > $2::timestamptz - interval '{SHOWN_STILL}'
    UNION ALL
    SELECT s.id::text || '/' || g FROM session s, generate_series(1, s.generation - 1) g
    WHERE s.account = a.subject AND s.raised_at > $2::timestamptz - interval '{SHOWN_STILL}'
) AS ended, l.locked_at, l.locked_until, (
    SELECT m.checked_at FROM registry_match m WHERE m.account = a.subject AND m.state = 'MISMATCH'
) AS mismatched_at, (SELECT c.factorless_at FROM account c WHERE c.subject = a.subject) AS factorless_at
FROM unnest($1::text[]) AS a (subject) LEFT JOIN LATERAL (
    SELECT min(o.locked_at) AS locked_at, max(o.until) AS locked_until FROM account_lock o
    WHERE o.account = a.subject AND o.until > $2::timestamptz AND o.reason <> 'FAILED_SIGN_INS'
) l ON true
"""  # noqa: S608 - a length of time


class AccountRecord(Row):
    """What is known of an account.

    Attributes:
        ended: ids of its sessions that ended a short time ago, and `id/generation` of cookies that were replaced then.
        locked_at, locked_until: the time for which it has no rights. Failed sign-ins keep out who signs in, not those
            who are in.
        mismatched_at: since when the register is known to have somebody of its СНИЛС whom it does not fit.
        factorless_at: since when its provider is known to have no second factor of its.
    """

    subject: str
    ended: list[str]
    locked_at: datetime | None
    locked_until: datetime | None
    mismatched_at: datetime | None
    factorless_at: datetime | None


async def facts_of(store: Store, subjects: Sequence[str], at: datetime) -> list[AccountRecord]:
    """What is known of accounts at an instant; each has a row, whether it is known or not."""
    rows: list[Any] = await store.fetch(AccountRecord, _FACTS, list(subjects), at)
    return rows


def outdated(session_id: str, generation: int) -> str:
    """How facts name a cookie that another one took the place of."""
    return f"{session_id}/{generation}"
