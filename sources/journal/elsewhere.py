"""Keys of acts that other services do, with what came of them, and their entries in the chain.

A key is taken before the service is asked, and until a lease ends nobody else may ask under it. A key whose outcome
nobody knows stays open: under it the same may be asked once more.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import asyncpg
import orjson

from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Key, KeyInProgress, Unit, writing
from sources.sealing import KeyMissing, Keyring, PersonalKey, SealBroken, new_key

# More of an answer is not kept.
MOST_KEPT: Final = 65_536
# Where what is kept stands, as its seal has it.
_PLACE: Final = ("idempotency_key", "outcome")
_HELD: Final = """
SELECT act, digest, outcome, coalesce((outcome->>'until')::timestamptz > clock_timestamp(), false) AS leased
FROM idempotency_key WHERE key = ANY($1) AND subject = $2 FOR UPDATE
"""
_TAKE: Final = """
INSERT INTO idempotency_key (key, subject, act, digest, outcome, at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING RETURNING key
"""
_HOLDER: Final = "SELECT subject FROM idempotency_key WHERE key = $1"
_AGAIN: Final = """
UPDATE idempotency_key SET at = greatest(at, $3), outcome = jsonb_build_object('state', 'SENT',
    'until', clock_timestamp() + make_interval(secs => $4)) WHERE key = ANY($1) AND subject = $2
"""
# Whoever comes too late to know what became of it says nothing against who knows.
_ENDED: Final = """
UPDATE idempotency_key SET outcome = $3 WHERE key = ANY($1) AND subject = $2
AND ($4 OR outcome->>'state' <> 'DONE')
"""
_NOTE: Final = """
INSERT INTO arrived_audit_entry (id, store, at, subject, act, object, grounds)
VALUES (gen_random_uuid(), 'journal', $1, $2, $3, $4, $5) RETURNING position
"""


class Outcome(StrEnum):
    """What became of an act elsewhere, as its entries and its errors have it."""

    SENT = "SENT"
    DONE = "DONE"
    REFUSED = "REFUSED"
    NOT_DONE = "NOT_DONE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Note:
    """An entry of the chain; the grounds are JSON."""

    at: datetime
    subject: str
    act: str
    thing: str | None
    grounds: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was done under a key: what is kept of the answer, None where that is too much or cannot be opened."""

    answer: Any


class Taken(Row):
    """A key as it is held."""

    act: str
    digest: bytes
    outcome: str
    leased: bool


class Position(Row):
    """Where an entry stands in the chain."""

    position: int


async def take(unit: Unit, key: Key, at: datetime, lasts: timedelta, keyring: Keyring) -> Done | None:
    """Take a key for as long as an act may be under way; what was done under it, if anything was.

    Raises:
        KeyConflict: it was taken for something else.
        KeyInProgress: the same is under way under it.
    """
    names, seconds = [key.text, key.beside], lasts.total_seconds()
    try:
        held = await unit.row(Taken, _HELD, names, key.subject)
        if held is None and not await _taken_first(unit, key, at):
            held = await unit.row(Taken, _HELD, names, key.subject)
            if held is None:  # forgotten between the two statements
                raise KeyInProgress
    except asyncpg.LockNotAvailableError:
        raise KeyInProgress from None
    if held is not None:
        said = key.outcome_of(held)
        if said.get("state") == Outcome.DONE:
            return Done(_opened(said, key, keyring))
        if held["leased"]:
            raise KeyInProgress
    await unit.run(_AGAIN, names, key.subject, at, seconds)
    return None


async def noted(unit: Unit, note: Note) -> int:
    """Put an entry into the chain; its position."""
    row: Any = await unit.row(Position, _NOTE, note.at, note.subject, note.act, note.thing, note.grounds)
    position: int = row["position"]
    return position


async def end(store: Store, key: Key, outcome: Outcome, note: Note, answer: Any, keyring: Keyring) -> None:
    """Note what became of an act, and keep it with its key: all or nothing.

    Raises:
        SourceFailure: nobody knows whether it is noted.
    """
    done = outcome is Outcome.DONE
    said = {"state": outcome} | (_sealed(answer, key, keyring) if done else {})
    async with writing(store) as unit:
        await unit.run(_ENDED, [key.text, key.beside], key.subject, orjson.dumps(said).decode(), done)
        await noted(unit, note)


async def _taken_first(unit: Unit, key: Key, at: datetime) -> bool:
    """Take a key that the subject has not used; whether he had not."""
    said = orjson.dumps({"state": Outcome.SENT}).decode()
    if await unit.rows(Row, _TAKE, key.text, key.subject, key.act, key.digest, said, at):
        return True
    holder = await unit.row(Row, _HOLDER, key.text)
    if holder is None or holder["subject"] == key.subject:
        return False
    return bool(await unit.rows(Row, _TAKE, key.beside, key.subject, key.act, key.digest, said, at))


def _sealed(answer: Any, key: Key, keyring: Keyring) -> dict[str, str]:
    """An answer as it is kept: sealed, for it may say anything of a person; nothing of one that is too long."""
    text = orjson.dumps(answer).decode()
    if len(text) > MOST_KEPT:
        return {}
    own = new_key()
    try:
        wrapped = keyring.wrap(own, *_PLACE, key.beside)
    except KeyMissing:
        return {}
    sealed = PersonalKey(own).seal(text, *_PLACE, key.beside)
    return {"wrapped": base64.b64encode(wrapped).decode(), "sealed": base64.b64encode(sealed).decode()}


def _opened(said: dict[str, Any], key: Key, keyring: Keyring) -> Any:
    if "sealed" not in said:
        return None
    try:
        own = keyring.unwrap(base64.b64decode(said["wrapped"]), *_PLACE, key.beside)
        return orjson.loads(PersonalKey(own).open(base64.b64decode(said["sealed"]), *_PLACE, key.beside))
    except (KeyMissing, SealBroken, ValueError):
        return None
