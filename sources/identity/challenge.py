"""Challenges that prove whose a phone or an e-mail address is: a code is sent there, and only its hash is kept.

The code itself stands there, sealed, until it has been sent. There is one challenge of an account and a kind: a new
one takes the place of the last, and counts on how many codes were sent within a day.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Table, Text, text

from sources.identity.tables import metadata
from sources.postgres.failure import SourceUnavailable
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Unit
from sources.sealed_store import SealedStore
from sources.sealing import KeyMissing, PersonalKey, SealBroken, new_key

TABLE: Final = "contact_challenge"
LIFE: Final = timedelta(minutes=10)
RESEND: Final = timedelta(seconds=60)
ATTEMPTS: Final = 5
# So many codes go to one account and kind within a day.
MOST_CODES: Final = 10
DAY: Final = timedelta(days=1)
DIGITS: Final = 6

contact_challenge = Table(
    TABLE,
    metadata,
    Column("account", Text, primary_key=True),
    Column("kind", Text, CheckConstraint("kind IN ('PHONE','EMAIL')"), primary_key=True),
    Column("session", Text),  # the session in which it was asked for, where it is known
    Column("sealed_key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),  # sealed: the phone or address to be proved
    Column("code", LargeBinary),  # sealed, until it has been sent
    Column("code_hash", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),  # with a wrong code
    Column("proved_at", DateTime(timezone=True)),  # when the right code was shown; the register may not know yet
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("codes", Integer, nullable=False, server_default="1"),  # how many were made since `counted_from`
    Column("counted_from", DateTime(timezone=True), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),  # to send it
    Column("send_at", DateTime(timezone=True)),
    Column("language", Text, nullable=False),
    CheckConstraint("expires_at > made_at", name="challenge_term"),
    CheckConstraint("(code IS NULL) = (send_at IS NULL)", name="challenge_to_send"),
    Index("contact_challenge_over", "expires_at"),
    Index("contact_challenge_to_send", "send_at", postgresql_where=text("code IS NOT NULL")),
)


class ChallengeRecord(Row):
    """One challenge of one account."""

    account: str
    kind: str
    session: str | None
    sealed_key: bytes
    value: bytes
    code: bytes | None
    code_hash: bytes
    attempts: int
    proved_at: datetime | None
    made_at: datetime
    expires_at: datetime
    codes: int
    counted_from: datetime
    tries: int
    send_at: datetime | None
    language: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What is to be sent: the code, to a phone or an address."""

    account: str
    kind: str
    value: str = field(repr=False)
    code: str = field(repr=False)
    language: str
    tries: int


_HELD = "SELECT * FROM contact_challenge WHERE account = $1 AND kind = $2 FOR UPDATE"
_OF = "SELECT * FROM contact_challenge WHERE account = $1 AND expires_at > $2 ORDER BY kind"
_COLUMNS: Final = (
    "account", "kind", "session", "sealed_key", "value", "code", "code_hash", "made_at", "expires_at", "codes",
    "counted_from", "send_at", "language",
)  # fmt: skip
_MISSED = "UPDATE contact_challenge SET attempts = attempts + 1 WHERE account = $1 AND kind = $2"
_PROVED = "UPDATE contact_challenge SET proved_at = $3 WHERE account = $1 AND kind = $2"
_SPENT = "DELETE FROM contact_challenge WHERE account = $1 AND kind = $2 AND made_at = $3"
_DUE = """
SELECT * FROM contact_challenge WHERE code IS NOT NULL AND send_at <= $1 AND expires_at > $1
ORDER BY send_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""
_CLAIM = "UPDATE contact_challenge SET tries = tries + 1, send_at = $3 WHERE account = $1 AND kind = $2"
_SENT = """
UPDATE contact_challenge SET code = NULL, send_at = NULL
WHERE account = $1 AND kind = $2 AND code_hash = $3
"""
# Counted on for a day: whoever asks anew has no more codes for it.
_FORGET = f"DELETE FROM contact_challenge WHERE expires_at < now() - interval '{DAY.days} days'"  # noqa: S608


async def held(unit: Unit, account: str, kind: str) -> ChallengeRecord | None:
    """The challenge of an account and a kind; nobody else changes it until the transaction ends."""
    return await unit.row(ChallengeRecord, _HELD, account, kind)


async def challenges_of(store: SealedStore, account: str, at: datetime) -> list[ChallengeRecord]:
    """The challenges of an account that are not over."""
    rows: list[Any] = await store.fetch(ChallengeRecord, _OF, account, at)
    return rows


def new_code() -> str:
    """Six digits by chance."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def made(
    store: SealedStore,
    account: str,
    kind: str,
    value: str,
    at: datetime,
    *,
    session: str | None,
    language: str,
    last: ChallengeRecord | None,
    number: int = 0,
) -> Change:
    """A challenge with a new code, in the place of the last one, as a term of the statement.

    `number` tells several of one statement apart.

    Raises:
        SourceUnavailable: a key of the ring is lost.
    """
    counted = last is not None and last.counted_from > at - DAY
    code, personal = new_code(), new_key()
    sealing, row = PersonalKey(personal), row_of(account, kind)
    try:
        values = (
            account, kind, session,
            store.keyring.wrap(personal, TABLE, "sealed_key", row),
            sealing.seal(value, TABLE, "value", row),
            sealing.seal(code, TABLE, "code", row),
            _hashed(store, account, kind, session, code),
            at, at + LIFE,
            last.codes + 1 if last is not None and counted else 1,
            last.counted_from if last is not None and counted else at,
            at, language,
        )  # fmt: skip
    except KeyMissing as missing:
        raise _lost(store, missing) from missing
    first = FIRST_OF_CHANGE + number * len(_COLUMNS)
    places = ", ".join(f"${place}" for place in range(first, first + len(_COLUMNS)))
    anew = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[2:])
    text = (
        f"challenged_{number} AS (INSERT INTO contact_challenge ({', '.join(_COLUMNS)}) VALUES ({places}) "  # noqa: S608
        f"ON CONFLICT (account, kind) DO UPDATE SET {anew}, attempts = 0, proved_at = NULL, tries = 0)"
    )
    return Change(text, values)


def is_code(store: SealedStore, row: ChallengeRecord, code: str) -> bool:
    """Whether a code is that of a challenge.

    Raises:
        SourceUnavailable: the key that hashes is lost.
    """
    try:
        hashes = store.keyring.hashes(TABLE, [row.account, row.kind, row.session or "", code])
    except KeyMissing as missing:
        raise _lost(store, missing) from missing
    return row.code_hash in hashes


async def missed(unit: Unit, row: ChallengeRecord) -> None:
    """Count a wrong code."""
    await unit.run(_MISSED, row.account, row.kind)


async def proved(unit: Unit, row: ChallengeRecord, at: datetime) -> None:
    """Note that the right code was shown."""
    await unit.run(_PROVED, row.account, row.kind, at)


async def spent(store: Store, row: ChallengeRecord) -> None:
    """Drop a challenge whose contact the register has."""
    await store.fetch(Row, _SPENT, row.account, row.kind, row.made_at)


def value_of(store: SealedStore, row: ChallengeRecord) -> str | None:
    """The phone or address that a challenge is about; none where it cannot be opened any more.

    Raises:
        SourceUnavailable: a key of the ring is lost.
    """
    return _opened(store, row, "value", row.value)


async def to_send(store: SealedStore, unit: Unit, at: datetime, most: int, seconds: float) -> list[tuple[Sent, bytes]]:
    """Codes that are due, each with its hash, put off for so many seconds: whoever dies with them is followed.

    Raises:
        SourceUnavailable: a key of the ring is lost.
    """
    found: list[tuple[Sent, bytes]] = []
    rows: list[Any] = await unit.rows(ChallengeRecord, _DUE, at, most)
    for row in rows:
        await unit.run(_CLAIM, row.account, row.kind, at + timedelta(seconds=seconds * 2**row.tries))
        value, code = _opened(store, row, "value", row.value), _opened(store, row, "code", row.code)
        if value is not None and code is not None:
            found.append((Sent(row.account, row.kind, value, code, row.language, row.tries), row.code_hash))
    return found


async def sent(store: Store, one: Sent, code_hash: bytes) -> None:
    """Drop the code: it has been sent, or is not to be tried any more."""
    await store.fetch(Row, _SENT, one.account, one.kind, code_hash)


async def forget_challenges(store: Store) -> None:
    """Drop challenges that have long been over."""
    await store.fetch(Row, _FORGET)


def _hashed(store: SealedStore, account: str, kind: str, session: str | None, code: str) -> bytes:
    return store.keyring.hashed(TABLE, [account, kind, session or "", code])


def _opened(store: SealedStore, row: ChallengeRecord, column: str, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    name = row_of(row.account, row.kind)
    try:
        personal = PersonalKey(store.keyring.unwrap(row.sealed_key, TABLE, "sealed_key", name))
        return personal.open(sealed, TABLE, column, name)
    except KeyMissing as missing:
        raise _lost(store, missing) from missing
    except SealBroken:
        store.unopened("a challenge is broken", row.sealed_key[0])
        return None


def row_of(account: str, kind: str) -> str:
    """What a challenge is called where something is sealed for it."""
    return f"{kind} {account}"


def _lost(store: SealedStore, missing: KeyMissing) -> SourceUnavailable:
    store.unopened(f"the {missing.kind} key is missing", missing.version)
    return SourceUnavailable(store.name)
