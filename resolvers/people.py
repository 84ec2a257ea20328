"""How people are filtered, wherever a list of people stands."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engine.global_id import decode
from resolvers import identifiers, prefixes, regions
from resolvers.bounds import between
from resolvers.codes import codes
from resolvers.names import range_of, searched, sort_key

LONGEST_NUMBER = 64


class OrderDirection(StrEnum):
    """Which way an order runs."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True)
class PractitionerFilter:
    """Which practitioners are wanted: all conditions must hold."""

    search: str | None = None
    specialty: list[str] | None = None
    region: list[str] | None = None
    organization: str | None = None
    snils: str | None = None
    born_from: date | None = None
    born_to: date | None = None


def filters(given: PractitionerFilter | None) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: naming the field of the filter that cannot be taken.
    """
    if given is None:
        return {}
    found = _beginning(searched(given.search, "filter.search"))
    if given.specialty is not None:
        found["specialty"] = codes(given.specialty, "filter.specialty", LONGEST_NUMBER)
    if given.region is not None:
        found["region"] = regions.codes(given.region, "filter.region")
    if given.organization is not None:
        found["organization"] = decode(prefixes.ORGANIZATION, given.organization) or 0
    if given.snils is not None:
        found["snils"] = identifiers.snils(given.snils, "filter.snils")
    return found | between({"born_from": given.born_from, "born_to": given.born_to}, "filter.")


def _beginning(text: str) -> dict[str, object]:
    """Filters for the beginning of a name or of a number in the register; names of people have no digits."""
    name, key = "name", sort_key(text)
    if any(map(str.isdecimal, text)):
        name, key = "number", identifiers.number(text)
    return {f"{name}_{side}": bound for side, bound in zip(("from", "below"), range_of(key), strict=False)}
