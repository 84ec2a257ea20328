"""What came of looking for an account in the register; while the register is silent, its profile, sealed."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Table, Text, text

from sources.identity.tables import metadata
from sources.postgres.row import Row
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Left, Unit, writing
from sources.sealed_store import SealedStore
from sources.sealing import Keyring, PersonalKey, SealBroken, new_key

TABLE: Final = "registry_match"
ACT: Final = "matchRegistry"
STATES = "'MATCHED','NONE','AMBIGUOUS','MISMATCH','PENDING'"
# What is sealed waits for the register no longer than this.
KEPT: Final = timedelta(days=7)
FIRST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 3_600.0

registry_match = Table(
    TABLE,
    metadata,
    Column("account", Text, primary_key=True),
    Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False),
    Column("practitioner_id", BigInteger),
    Column("field", Text),  # with MISMATCH, in what the two differ
    Column("reason", Text, nullable=False),  # in one word, for support
    Column("snils_hash", LargeBinary),  # what the sign-in said, so that nobody registers under another one
    Column("sealed_key", LargeBinary),
    Column("profile", LargeBinary),  # sealed, and dropped as soon as the register has answered
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", DateTime(timezone=True)),
    Column("since", DateTime(timezone=True), nullable=False),  # when this account was first looked for
    Column("checked_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("(state = 'MATCHED') = (practitioner_id IS NOT NULL)", name="match_of_somebody"),
    CheckConstraint("(state = 'MISMATCH') = (field IS NOT NULL)", name="match_differs_in"),
    CheckConstraint(
        "(state = 'PENDING') = (profile IS NOT NULL) AND (profile IS NULL) = (sealed_key IS NULL) "
        "AND (profile IS NULL) = (next_at IS NULL)",
        name="match_waits",
    ),
    Index("registry_match_waiting", "next_at", postgresql_where=text("state = 'PENDING'")),
)


class MatchRecord(Row):
    """What came of looking for an account in the register."""

    account: str
    state: str
    practitioner_id: int | None
    field: str | None
    reason: str
    snils_hash: bytes | None
    sealed_key: bytes | None
    profile: bytes | None
    attempts: int
    next_at: datetime | None
    since: datetime
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a search, in the words of the store."""

    account: str
    state: str
    practitioner_id: int | None
    field: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class SaidProfile:
    """What a sign-in said of a person."""

    snils: str | None = field(repr=False)
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    patronymic: str | None = field(repr=False)
    birth_on: date | None = field(repr=False)
    inn: str | None = field(repr=False)


_COLUMNS: Final = (
    "account", "state", "practitioner_id", "field", "reason", "snils_hash", "sealed_key", "profile", "next_at",
    "since", "checked_at",
)  # fmt: skip
_PLACES: Final = ", ".join(f"${place}" for place in range(FIRST_OF_CHANGE, FIRST_OF_CHANGE + len(_COLUMNS)))
# A hash of what was said before stays where nothing is said now; attempts begin anew with each sign-in.
_KEEP: Final = f"""
kept AS (
    INSERT INTO registry_match ({", ".join(_COLUMNS)}) VALUES ({_PLACES})
    ON CONFLICT (account) DO UPDATE SET state = excluded.state, practitioner_id = excluded.practitioner_id,
        field = excluded.field, reason = excluded.reason, sealed_key = excluded.sealed_key,
        snils_hash = coalesce(excluded.snils_hash, registry_match.snils_hash), profile = excluded.profile,
        next_at = excluded.next_at, checked_at = excluded.checked_at, attempts = 0
)
"""  # noqa: S608 - our own columns
_LET_GO = "DELETE FROM registry_match WHERE account = $1"
_OF = "SELECT * FROM registry_match WHERE account = ANY($1::text[])"
_DUE = """
SELECT * FROM registry_match WHERE state = 'PENDING' AND next_at <= $1 ORDER BY next_at LIMIT $2
FOR UPDATE SKIP LOCKED
"""
_CLAIM = "UPDATE registry_match SET attempts = attempts + 1, next_at = $2 WHERE account = $1"


async def keep(store: SealedStore, outcome: Outcome, said: SaidProfile, at: datetime) -> None:
    """Keep what came of a search, with an audit entry; the profile only while the register is silent.

    Raises:
        SourceUnavailable: the store, or its ring, is lost.
    """
    waits = outcome.state == "PENDING"
    with store.keyed() as ring:
        key, profile = _sealed(ring, outcome.account, said) if waits else (None, None)
        digest = None if said.snils is None else ring.hashed("snils", [said.snils])
    values = (
        outcome.account, outcome.state, outcome.practitioner_id, outcome.field, outcome.reason, digest, key, profile,
        at + timedelta(seconds=FIRST_PAUSE) if waits else None, at, at,
    )  # fmt: skip
    grounds = {"state": outcome.state, "reason": outcome.reason}
    left = Left(at=at, events=(), subject=outcome.account, act=ACT, thing=None, grounds=grounds)
    async with writing(store) as unit:
        await unit.leave(left, Change(_KEEP, values))


async def let_go(store: SealedStore, account: str) -> None:
    """Drop what is kept of an account whose person turned out to have another one, with a profile that waits."""
    await store.fetch(Row, _LET_GO, account)


async def matches_of(store: SealedStore, accounts: list[str]) -> list[MatchRecord]:
    """What came of looking for accounts."""
    rows: list[Any] = await store.fetch(MatchRecord, _OF, accounts)
    return rows


async def due(unit: Unit, at: datetime, most: int) -> list[MatchRecord]:
    """Accounts that are to be looked for once more, and put off meanwhile: whoever dies with them is followed."""
    rows: list[Any] = await unit.rows(MatchRecord, _DUE, at, most)
    for row in rows:
        pause = min(FIRST_PAUSE * 2**row.attempts, LONGEST_PAUSE)
        await unit.run(_CLAIM, row.account, at + timedelta(seconds=pause))
    return rows


def opened(store: SealedStore, row: MatchRecord) -> SaidProfile | None:
    """The profile that waits; none where it cannot be opened any more, by whatever key.

    Raises:
        SourceUnavailable: a key of the ring is lost.
    """
    if row.sealed_key is None or row.profile is None:
        return None
    try:
        with store.keyed() as ring:
            personal = PersonalKey(ring.unwrap(row.sealed_key, TABLE, "sealed_key", row.account))
            said = orjson.loads(personal.open(row.profile, TABLE, "profile", row.account))
    except SealBroken:
        store.unopened("a profile that waits for the register is broken", row.sealed_key[0])
        return None
    birth = said.pop("birth_on")
    return SaidProfile(birth_on=None if birth is None else date.fromisoformat(birth), **said)


def said_before(store: SealedStore, row: MatchRecord, snils: str) -> bool | None:
    """Whether a СНИЛС is the one that the sign-in told; None where it told none, or its key was taken away since.

    Raises:
        SourceUnavailable: the key that hashes is lost.
    """
    if row.snils_hash is None:
        return None
    with store.keyed() as ring:
        if ring.finding and row.snils_hash[0] not in ring.finding:
            return None
        return row.snils_hash in ring.hashes("snils", [snils])


def _sealed(ring: Keyring, account: str, said: SaidProfile) -> tuple[bytes, bytes]:
    personal = new_key()
    told = orjson.dumps({name: getattr(said, name) for name in SaidProfile.__slots__}).decode()
    wrapped = ring.wrap(personal, TABLE, "sealed_key", account)
    return wrapped, PersonalKey(personal).seal(told, TABLE, "profile", account)
