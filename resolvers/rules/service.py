"""Which services nursing does by itself, and how few people a number may be about that is told of an organisation."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from resolvers.rules.reading import Table, versions

FILES = "services-*.json"
MOST_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """One version of them.

    Attributes:
        nursed: what the codes of services begin with that a nurse does by herself.
        fewest_people: a number that is about fewer is not told to who sees none of them.
    """

    version: str
    in_force_from: datetime
    nursed: tuple[str, ...]
    fewest_people: int

    def nursing(self, code: str) -> bool:
        """Whether a nurse does a service by herself."""
        return any(code == one or code.startswith(f"{one}.") for one in self.nursed)


def read_service_rules(folder: Path) -> tuple[ServiceRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "nursing", "fewestPeople"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> ServiceRules:
    return ServiceRules(
        file.version("version"),
        file.begins(),
        file.texts("nursing"),
        file.number("fewestPeople", 1, MOST_PEOPLE),
    )
