"""Which services are joined, as a file of the settings says: where they are, what may be read of them, by whom.

[mis]
url = "https://mis.hospital.example/graphql"
schema = "mis.graphql"       # pinned; named from the folder of this file
deadline = 0.8               # seconds, once for an operation
token = "none"               # or "caller", or "file:/run/secrets/mis"
gives = []                   # fields of others, besides keys, that it may @require
batch = 500                  # references in one request
[mis.reads]
"Query.wards" = "practitioner:employment:read"
"Workload.*" = "inherits"
[mis.acts]
"bookBed" = "schedule:booking:write"
[mis.cost]
"Practitioner.patientsToday" = 20
"""

import re
import tomllib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.remote_sources import RemoteSource, read_source

# What our own graph is called among the joined ones.
OWN: Final = "kabinet"
INHERITS: Final = "inherits"
PUBLIC: Final = "public"
MOST: Final = 20
MOST_COST: Final = 1_000
MOST_AT_ONCE: Final = 10_000
_COORDINATE: Final = re.compile(r"[A-Za-z][_0-9A-Za-z]*[.]([_A-Za-z][_0-9A-Za-z]*|[*])")
_NAME: Final = re.compile(r"[A-Za-z][_0-9A-Za-z]*")
_MEMBERS: Final = frozenset({"schema", "gives", "batch", "reads", "acts", "cost"})


class JoinedInvalid(Exception):
    """The file joins nothing; each fault names the place and holds no value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class JoinedService:
    """One service of somebody else.

    Attributes:
        source: where it is, and how it is asked.
        schema: its schema as it is pinned, in the language of schemas.
        gives: coordinates of others that it may require.
        batch: how many references go in one request.
        reads: by coordinate, or `Type.*`, under which permission it is read, `inherits` or `public`.
        acts: by field of its `Mutation`, the permission that it takes.
        cost: by coordinate, what one value costs.
    """

    source: RemoteSource
    schema: str
    gives: frozenset[str] = frozenset()
    batch: int = 500
    reads: Mapping[str, str] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)
    cost: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called, in errors and in the log too."""
        return self.source.name

    def line(self, coordinate: str) -> str | None:
        """What the file says of a coordinate: its own line, or that of its type; None without one."""
        return self.reads.get(coordinate) or self.reads.get(f"{coordinate.partition('.')[0]}.*")


@dataclass(frozen=True, slots=True)
class Joining:
    """All services that are joined; without any, nothing is."""

    services: tuple[JoinedService, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.services)

    def at_odds(self, taken: Container[str], *, part: bool) -> Iterator[str]:
        """What else of the settings they do not go with: names of stores that are `taken`, a part of the graph."""
        yield from (f"{one.name}: a store has this name" for one in self.services if one.name in taken)
        if self.services and part:
            yield "expected nothing: a part of the graph joins no services"

    def shown(self) -> str:
        """The services for an operator to read."""
        return ", ".join(f"{one.name} ({urlsplit(one.source.url).hostname})" for one in self.services) or "unset"


def read_joined(file: Path) -> Joining:
    """The services that a file lists.

    Raises:
        JoinedInvalid: it is no such file, or something of it is wrong; what the schemas say is not looked at.
    """
    try:
        said = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        raise JoinedInvalid(["expected a TOML file with a table for each service"]) from None
    if not 1 <= len(said) <= MOST:
        raise JoinedInvalid([f"expected 1 to {MOST} services, each a table under its name"])
    faults: list[str] = []
    found = [_service(name, given, file.parent, faults) for name, given in said.items()]
    if faults:
        raise JoinedInvalid(faults)
    return Joining(tuple(one for one in found if one is not None))


def _service(name: str, given: Any, folder: Path, faults: list[str]) -> JoinedService | None:
    before = len(faults)

    def wrong(place: str, expected: str) -> None:
        faults.append(f"{name}{'.' if place else ''}{place}: expected {expected}")

    if not isinstance(given, dict):
        faults.append("expected a table for each service")
        return None
    asked = {key: value for key, value in given.items() if key not in _MEMBERS}
    source = read_source(name, name, asked, folder, {OWN}, faults)
    schema = _pinned(given.get("schema"), folder)
    if schema is None:
        wrong("schema", "a readable file in UTF-8")
    batch, gives = given.get("batch", 500), given.get("gives", [])
    if not isinstance(batch, int) or isinstance(batch, bool) or not 1 <= batch <= MOST_AT_ONCE:
        wrong("batch", f"a whole number from 1 to {MOST_AT_ONCE}")
    if not isinstance(gives, list) or not all(_is_coordinate(one) and not one.endswith("*") for one in gives):
        wrong("gives", "a list of coordinates, such as Practitioner.registryNumber")
    reads, acts, cost = given.get("reads", {}), given.get("acts", {}), given.get("cost", {})
    _lines(reads, "reads", "the name of a permission, inherits or public", _is_word, wrong)
    _lines(cost, "cost", f"a whole number from 0 to {MOST_COST}", _is_cost, wrong)
    if not isinstance(acts, dict) or not all(map(_NAME.fullmatch, acts)):
        wrong("acts", "a table of fields of Mutation, such as bookBed")
    else:
        for act in (one for one, said in acts.items() if not _is_permission(said)):
            wrong(f'acts."{act}"', "the name of a permission")
    if len(faults) > before or schema is None or source is None:
        return None
    tables = [MappingProxyType(one) for one in (reads, acts, cost)]
    return JoinedService(source, schema, frozenset(gives), batch, *tables)


def _lines(given: Any, place: str, expected: str, fits: Any, wrong: Any) -> None:
    if not isinstance(given, dict):
        wrong(place, "a table of coordinates")
        return
    for coordinate, said in given.items():
        if not _is_coordinate(coordinate):
            wrong(place, "coordinates, such as Practitioner.workload or Workload.*")
        elif not fits(said):
            wrong(f'{place}."{coordinate}"', expected)


def _pinned(name: Any, folder: Path) -> str | None:
    if not isinstance(name, str) or not name:
        return None
    try:
        return (folder / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _is_coordinate(value: Any) -> bool:
    return isinstance(value, str) and _COORDINATE.fullmatch(value) is not None


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_permission(value: Any) -> bool:
    return _is_word(value) and value not in {INHERITS, PUBLIC}


def _is_cost(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_COST
