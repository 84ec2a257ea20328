"""Attestations of the world: whoever is accredited for telemedicine has all of them, and one of the cast who may be."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from gateway.world.batch import Batch
from gateway.world.cast import CAST
from gateway.world.days import days_before, midnight
from gateway.world.people import Person
from gateway.world.records import Record
from resolvers.rules import attestation_rules

COLUMNS = (
    "id", "practitioner_id", "organization_id", "kind", "issuer", "number", "valid_from", "valid_to", "renews_id",
    "recorded_by", "recorded_at", "changed_at",
)  # fmt: skip
ISSUERS = {
    "CHANNEL": "ПАО «Ростелеком»",
    "WORKPLACE": "Отдел информатизации больницы",
    "CERTIFIED_PROTECTION": "АО «ИнфоТеКС»",
    "TELEMEDICINE_POINT": "Минздрав России",
    "PERSONAL_DATA_ATTESTATION": "ООО «Центр защиты информации»",
}
# So many days ago they were issued, for so many days; of the one of the cast who has it, the first was renewed then.
AGE, TERM = 200, 730

Row = tuple[object, ...]


def attestations(people: Sequence[Person], records: Sequence[Record], today: date) -> Batch:
    """The attestations of whoever holds a record for telemedicine, and of the therapist, who could apply for one."""
    holders = {one.holder.id for one in records if one.kind == "REMOTE"} | {CAST["therapist"].practitioner_id}
    rows: list[Row] = []
    for person in people:
        if person.id in holders:
            rows += _of(person, len(rows) + 1, today)
    return Batch("attestation", COLUMNS, rows)


def _of(person: Person, first: int, today: date) -> Iterator[Row]:
    since = midnight(days_before(today, AGE))
    until, by = since + timedelta(days=TERM), CAST["registrar"].subject
    key, before = first, None
    whose = (person.id, person.place.id)
    if person.persona == "telemedic":
        earlier, kind = since - timedelta(days=365), "CHANNEL"
        number = f"А-{person.id}/{key}"
        yield (key, *whose, kind, ISSUERS[kind], number, earlier, since, None, by, earlier, since)
        key, before = key + 1, key
    for kind in attestation_rules(since).required:
        renews = before if kind == "CHANNEL" else None
        number = f"А-{person.id}/{key}"
        yield (key, *whose, kind, ISSUERS[kind], number, since, until, renews, by, since, since)
        key += 1
