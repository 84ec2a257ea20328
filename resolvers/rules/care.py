"""What patients consent to (согласия пациента), word by word, and how long a consultation opens their records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from resolvers.rules.reading import Table, versions

FILES = "care-*.json"
CONSENTS = ("TREATMENT", "EXCHANGE", "SPECIAL", "DISCLOSURE", "TELEMEDICINE")


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """What a patient consents to.

    Attributes:
        text: by language.
        most_days: how many days it lasts at most, and unless it is said; None where it needs no end.
    """

    kind: str
    text: Mapping[str, str]
    most_days: int | None


@dataclass(frozen=True, slots=True)
class CareRules:
    """One version of the texts and terms."""

    version: str
    in_force_from: datetime
    zone: ZoneInfo
    consultation: timedelta
    consents: Mapping[str, ConsentRule]


def read_care(folder: Path) -> tuple[CareRules, ...]:
    """Every version in a folder, in the order in which they come into force.

    Raises:
        RulesAreWrong: a file is malformed, says one thing twice or nothing of a kind, or two begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "consultationDays", "consents"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> CareRules:
    consents: dict[str, ConsentRule] = {}
    for row in file.rows("consents", {"kind", "mostDays", "text"}):
        kind = row.one_of("kind", CONSENTS)
        if kind in consents:
            raise row.wrong("kind", f"{kind} stands twice")
        most = row.number("mostDays", 1, 3_650) if "mostDays" in row else None
        consents[kind] = ConsentRule(kind, row.translated("text"), most)
    if silent := sorted({*CONSENTS} - set(consents)):
        raise file.wrong("consents", f"nothing is said of {', '.join(silent)}")
    zone = file.zone("zone")
    return CareRules(
        file.version("version"),
        file.begins(),
        zone,
        timedelta(days=file.number("consultationDays", 1, 365)),
        MappingProxyType(consents),
    )
