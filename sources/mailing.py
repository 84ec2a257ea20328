"""Mail that waits to be sent: claimed for a while, then settled; what cannot be sent stays in sight."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class ClaimedMail(Row):
    """Mail that this process may try now; `attempts` counts this one."""

    id: int
    attempts: int
    message_id: int
    subject: str
    kind: str
    at: datetime
    template: str
    parameters: str


class DeadMail(Row):
    """Mail that was given up."""

    id: int
    kind: str
    attempts: int
    last_error: str
    settled_at: datetime


# A claim is a delay: whoever dies with it leaves mail that is tried again, perhaps a second time.
_CLAIM = """
WITH mine AS (
    SELECT id FROM mail WHERE state = 'QUEUED' AND next_at <= now() ORDER BY next_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE mail SET attempts = attempts + 1, next_at = now() + $2 * interval '1 second'
    FROM mine WHERE mail.id = mine.id RETURNING mail.id, mail.attempts, mail.message_id
)
SELECT c.id, c.attempts, c.message_id, m.subject, m.kind, m.at, m.template, m.parameters
FROM claimed c JOIN message m ON m.id = c.message_id ORDER BY c.id
"""
_SENT = "UPDATE mail SET state = 'SENT', settled_at = now(), last_error = NULL WHERE id = $1"
_LATER = "UPDATE mail SET next_at = now() + $2 * interval '1 second', last_error = $3 WHERE id = $1"
_GIVEN_UP = "UPDATE mail SET state = 'DEAD', settled_at = now(), last_error = $2 WHERE id = $1"
_DEAD = """
SELECT d.id, m.kind, d.attempts, d.last_error, d.settled_at
FROM mail d JOIN message m ON m.id = d.message_id WHERE d.state = 'DEAD' ORDER BY d.id
"""
_AGAIN = """
UPDATE mail SET state = 'QUEUED', attempts = 0, next_at = now(), settled_at = NULL
WHERE state = 'DEAD' AND ($1::bigint[] IS NULL OR id = ANY($1)) RETURNING id
"""


async def claim(store: Store, most: int, seconds: float) -> list[ClaimedMail]:
    """Mail that is due, kept from all others for so many seconds."""
    rows: list[Any] = await store.fetch(ClaimedMail, _CLAIM, most, seconds)
    return rows


async def sent(store: Store, mail: int) -> None:
    """The server took it."""
    await store.fetch(Row, _SENT, mail)


async def later(store: Store, mail: int, seconds: float, code: str) -> None:
    """It is to be tried again after so many seconds."""
    await store.fetch(Row, _LATER, mail, seconds, code)


async def given_up(store: Store, mail: int, code: str) -> None:
    """It is not tried any more until somebody says so."""
    await store.fetch(Row, _GIVEN_UP, mail, code)


async def dead(store: Store) -> list[DeadMail]:
    """What was given up, oldest first."""
    rows: list[Any] = await store.fetch(DeadMail, _DEAD)
    return rows


async def again(store: Store, mails: Sequence[int] | None) -> int:
    """Queue what was given up once more: these, or all of it; how many."""
    return len(await store.fetch(Row, _AGAIN, None if mails is None else list(mails)))
