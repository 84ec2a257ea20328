"""How patients are found, and who stands for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.batch import many, one
from engine.errors import BadArgument, Finding
from engine.global_id import decode
from resolvers import identifiers
from resolvers.context import Context
from resolvers.names import searched
from sources.clinical import finding, reading
from sources.clinical.patient import PatientRecord, RepresentativeRecord
from sources.clinical.shown import PATIENT, REPRESENTATIVE
from sources.postgres.ask import Ask

PREFIX = "pat"
REPRESENTATIVE_PREFIX = "repr"
SEVERAL = "several patients are known so; name another field"

ById = tuple[str, int]
ByNumber = tuple[str, str]
ByName = tuple[str, tuple[str, str, date]]


@dataclass(frozen=True)
class PatientName:
    """A person by what the store can look for: all of it together."""

    family_name: str
    given_name: str
    birth_on: date


@dataclass(frozen=True)
class PatientBy:
    """Names one patient: exactly one of the fields."""

    id: str | None = None
    insurance_number: str | None = None
    name: PatientName | None = None


def key_of(*, by: PatientBy) -> tuple[int, ById | ByNumber | ByName] | None:
    """The key that a lookup means; an id that is none of ours means nothing.

    Raises:
        BadArgument: a number without its check digit, or a name without a letter, or longer than 100 characters.
    """
    if by.id is not None:
        key = decode(PREFIX, by.id)
        return None if key is None else (0, ("id", key))
    if by.insurance_number is not None:
        return 0, ("insurance_number", identifiers.insurance_number(by.insurance_number, "by.insuranceNumber"))
    if by.name is None:
        return None
    for name, text in (("familyName", by.name.family_name), ("givenName", by.name.given_name)):
        if not any(map(str.isalpha, searched(text, f"by.name.{name}"))):
            raise BadArgument(f"by.name.{name}", "expected at least one letter", Finding.ILL_FORMED)
    return 0, ("name", (by.name.family_name, by.name.given_name, by.name.birth_on))


@one("clinical", PatientRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, PatientRecord]:
    """Patients by key."""
    return await reading.records(context.stores.clinical, PATIENT, keys, ask)


@one("clinical", PatientRecord)
async def lookup(context: Context, keys: Sequence[tuple[str, Any]], ask: Ask) -> dict[tuple[str, Any], PatientRecord]:
    """Patients by (what is known, its value); a statement for each way to look, whether anybody is found or not.

    Raises:
        BadArgument: the viewer may see several patients of the name who were born on that day.
        SourceUnavailable: the key that hashes is lost.
    """
    store = context.stores.clinical
    ids = [value for what, value in keys if what == "id"]
    hashes: dict[str, dict[bytes, tuple[str, Any]]] = {"insurance_hash": {}, "name_hash": {}}
    for what, value in keys:
        if what == "insurance_number":
            made = finding.insurance_hashes(store, value)
            hashes["insurance_hash"] |= dict.fromkeys(made, (what, value))
        elif what == "name":
            hashes["name_hash"] |= dict.fromkeys(finding.name_hashes(store, *value), (what, value))
    rows = await reading.records(store, PATIENT, ids, ask) if ids else {}
    found: dict[tuple[str, Any], PatientRecord] = {("id", key): row for key, row in rows.items()}
    for column, wanted in hashes.items():
        of_hashes = await reading.all_of(store, PATIENT, [*wanted], ask, parent=column) if wanted else {}
        for one_hash, patients in of_hashes.items():
            for patient in patients:
                if wanted[one_hash] in found:
                    what = "by.name" if column == "name_hash" else "by.insuranceNumber"
                    raise BadArgument(what, SEVERAL, Finding.AMBIGUOUS)
                found[wanted[one_hash]] = patient
    return found


@many("clinical", RepresentativeRecord)
async def representatives(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[RepresentativeRecord]]:
    """Who stands for each patient, or did, in the order in which they became known."""
    return await reading.all_of(context.stores.clinical, REPRESENTATIVE, keys, ask, parent="patient_id")
