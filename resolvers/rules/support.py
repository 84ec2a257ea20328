"""How often support may be asked, and how old confirmed contacts may be before they are called stale."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from resolvers.rules.reading import Table, versions

FILES = "support-*.json"
MOST_TICKETS = 1_000
MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class SupportRules:
    """One version of them.

    Attributes:
        tickets_in_a_day: how many tickets an account opens within 24 hours at most.
        contacts_months: contacts that were confirmed longer ago are stale.
    """

    version: str
    in_force_from: datetime
    tickets_in_a_day: int
    contacts_months: int


def read_support(folder: Path) -> tuple[SupportRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "ticketsInADay", "contactsMonths"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> SupportRules:
    return SupportRules(
        file.version("version"),
        file.begins(),
        file.number("ticketsInADay", 1, MOST_TICKETS),
        file.number("contactsMonths", 1, MOST_MONTHS),
    )
