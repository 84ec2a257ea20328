"""The accreditation store: consents to the terms of access, one row for each time that one was given."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Table, Text, text

from sources.accreditation import metadata
from sources.postgres.row import Row
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Unit

# The first half of an advisory lock's number; the second is the person's.
LOCK = 7_220_118

access_consent = Table(
    "access_consent",
    metadata,
    Column("practitioner_id", BigInteger, primary_key=True, autoincrement=False),
    Column("confirmed_at", DateTime(timezone=True), primary_key=True),
    Column("version", Text, nullable=False),  # of the text that was agreed to
    Column("ended_at", DateTime(timezone=True)),  # taken back, or followed by the consent to another version
    CheckConstraint("ended_at IS NULL OR ended_at > confirmed_at", name="consent_term"),
    Index("one_consent_at_a_time", "practitioner_id", unique=True, postgresql_where=text("ended_at IS NULL")),
)


class ConsentRecord(Row):
    """A consent of a person to a version of the terms."""

    practitioner_id: int
    version: str
    confirmed_at: datetime
    ended_at: datetime | None


_ALONE = f"SELECT pg_advisory_xact_lock({LOCK}, hashint8($1))"
_LAST = "SELECT * FROM access_consent WHERE practitioner_id = $1 ORDER BY confirmed_at DESC LIMIT 1"
_END = "UPDATE access_consent SET ended_at = {at} WHERE practitioner_id = {person} AND ended_at IS NULL"
_PERSON, _AT, _VERSION = (f"${number}" for number in range(FIRST_OF_CHANGE, FIRST_OF_CHANGE + 3))
_GIVE = "INSERT INTO access_consent (practitioner_id, confirmed_at, version) VALUES ({person}, {at}, {version})"
_GIVEN = f"given AS ({_GIVE.format(person=_PERSON, at=_AT, version=_VERSION)})"
_FOLLOWED = _END.format(person="$1", at="$2")
_ENDED = f"ended AS ({_END.format(person=_PERSON, at=_AT)})"


async def held(unit: Unit, practitioner_id: int) -> ConsentRecord | None:
    """The last consent of a person, ended or not; nobody else gives or ends one until the transaction ends."""
    await unit.run(_ALONE, practitioner_id)
    return await unit.row(ConsentRecord, _LAST, practitioner_id)


async def end(unit: Unit, practitioner_id: int, at: datetime) -> None:
    """End a held consent that another one follows."""
    await unit.run(_FOLLOWED, practitioner_id, at)


def given(practitioner_id: int, version: str, at: datetime) -> Change:
    """Consent, where none is in force."""
    return Change(_GIVEN, (practitioner_id, at, version))


def ended(practitioner_id: int, at: datetime) -> Change:
    """End a held consent."""
    return Change(_ENDED, (practitioner_id, at))
