"""What the hospital says: made up from the numbers of its practitioners."""

from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from graphql import GraphQLResolveInfo, GraphQLSchema, build_schema

SDL: Final = (Path(__file__).parent / "mis.graphql").read_text("utf-8")
_MACHINERY: Final = """
scalar _Any
union _Entity = Practitioner | Ward
type _Service { sdl: String! }
extend type Query {
  _service: _Service!
  _entities(representations: [_Any!]!): [_Entity]!
}
"""
# Of later practitioners the hospital knows nothing, unless it is told to.
LAST: Final = 55
MOST_REMEMBERED: Final = 100_000
Info = GraphQLResolveInfo[Any]


class Ward(NamedTuple):
    """A ward, with the numbers of those who work in it; the first heads it."""

    id: str
    name: str
    staff: tuple[int, ...]


WARDS: Final = (
    Ward("w1", "Терапия", (11, 12, 13, 14)),
    Ward("w2", "Хирургия", (2, 3, 4, 5)),
    Ward("w3", "Приёмное отделение", (1, 21, 31, 41)),
)


@dataclass(slots=True)
class Counts:
    """What the hospital was asked for.

    Attributes:
        asked: how many operations came.
        entities: how many entities they named.
        fields: by field, of which practitioners; the latest.
    """

    asked: int = 0
    entities: int = 0
    fields: "deque[tuple[str, str]]" = field(default_factory=lambda: deque(maxlen=MOST_REMEMBERED))

    def told(self) -> dict[str, Any]:
        """The counts as JSON has them."""
        by_field = Counter(name for name, _ in self.fields)
        return {"asked": self.asked, "entities": self.entities, "fields": dict(by_field)}


class Practitioner(NamedTuple):
    """One of ours, as the hospital knows him."""

    id: str

    @property
    def number(self) -> int:
        """The number in his id; 0 where there is none."""
        end = self.id.rpartition("_")[2]
        return int(end) if end.isascii() and end.isdigit() else 0


def schema(counts: Counts, last: int = LAST) -> GraphQLSchema:
    """The schema that answers; whatever it is asked for is counted. Of practitioners after `last` it knows nothing."""
    made = build_schema(SDL + _MACHINERY, assume_valid=True, assume_valid_sdl=True)

    def resolve(kind: str, name: str, how: Any) -> None:
        made.type_map[kind].fields[name].resolve = how  # type: ignore[attr-defined]

    def noted(name: str, how: Any) -> Any:
        def answer(one: Practitioner, _: Info, **arguments: Any) -> Any:
            counts.fields.append((name, one.id))
            return how(one, **arguments)

        return answer

    def entities(_: Any, __: Info, representations: list[Any]) -> list[Any]:
        counts.entities += len(representations)
        return [_entity(one, last) for one in representations]

    resolve("Query", "wards", lambda *_: list(WARDS))
    resolve("Query", "_service", lambda *_: {"sdl": SDL})
    resolve("Query", "_entities", entities)
    resolve("Ward", "head", lambda ward, _: _practitioner(ward.staff[0]))
    resolve("Ward", "staff", lambda ward, _: list(map(_practitioner, ward.staff)))
    resolve("Practitioner", "workload", noted("workload", _workload))
    resolve("Practitioner", "patientsToday", noted("patientsToday", _visits))
    union: Any = made.type_map["_Entity"]
    union.resolve_type = lambda one, *_: type(one).__name__
    return made


def _practitioner(number: int) -> Practitioner:
    return Practitioner(f"prac_{number}")


def _entity(given: Any, last: int) -> Any:
    if not isinstance(given, dict):
        return None
    said = str(given.get("id"))
    if given.get("__typename") == "Ward":
        return next((one for one in WARDS if one.id == said), None)
    found = Practitioner(said)
    return found if 0 < found.number <= last else None


def _workload(one: Practitioner, week: int | None = None) -> dict[str, Any]:
    plan = {"rate": 1.5, "note": "совместительство"} if one.number % 2 else None
    return {"hours": 30 + one.number % 10, "week": week or 1, "plan": plan}


def _visits(one: Practitioner) -> list[dict[str, Any]]:
    return [
        {"time": f"{8 + place:02}:00", "patientName": f"Пациент {place}", "ward": WARDS[place % 2]}
        for place in range(one.number % 4)
    ]
