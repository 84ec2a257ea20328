"""The shifts of another team in the place of ours: the same reads, asked of a foreign graph."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sources.graph.kind import Edge, Kind, Rules, global_key, instant, plain
from sources.graph.reading import Arguments, by_key, counts, slices
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters
from sources.remote.errand import Errand
from sources.remote.row import Row
from sources.remote.service import Service


class ShiftRow(Row):
    """A shift; read by name as well, as the rows of a store are, which ours stands in for."""

    id: int
    practitioner_id: int
    organization_id: int
    department_id: int | None
    room: str | None
    starts_at: datetime
    ends_at: datetime
    kind: str

    def __getitem__(self, name: str) -> Any:
        return vars(self)[name]

    def keys(self) -> Sequence[str]:
        return tuple(vars(self))

    def __iter__(self) -> Iterator[Any]:
        return iter(vars(self).values())


SHIFT = Kind(
    ShiftRow,
    "Shift",
    {
        "id": global_key("shift", "id"),
        "practitioner_id": global_key("prac", "worker", "id"),
        "organization_id": plain("place", int),
        "department_id": plain("part", int),
        "room": plain("room", str),
        "starts_at": instant("begins"),
        "ends_at": instant("ends"),
        "kind": plain("sort", str),
    },
    lambda key: {"id": f"shift_{key}"},
)
THEIRS = {"practitioner_id": "worker", "organization_id": "place", "department_id": "part"}
RULES = Rules(
    "rules",
    "[[Rule!]!]",
    lambda groups: [[{"column": THEIRS[name], "among": [*values]} for name, values in group] for group in groups],
)
OF_PERSON = Edge("Person", lambda key: {"id": f"prac_{key}"}, "shifts", "practitioner_id", RULES)


def arguments(filters: Filters) -> Arguments:
    named = {"ends_after": "from", "starts_before": "to"}
    return {named[name]: ("String", value) for name, value in filters.items()}


class Theirs:
    """The reads of `sources.schedule`, of the store that was put in its place."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def shifts(self, _store: Any, keys: Sequence[int], ask: Ask) -> Mapping[int, Any]:
        return await by_key(self._service, SHIFT, keys, ask, Errand())

    async def shifts_of(
        self, _store: Any, keys: Sequence[int], ask: Ask, window: Window, filters: Filters
    ) -> dict[int, Slice[Any]]:
        return await slices(self._service, SHIFT, keys, ask, window, Errand(), OF_PERSON, arguments(filters))

    async def shifts_count(self, _store: Any, keys: Sequence[int], ask: Ask, filters: Filters) -> dict[int, int]:
        return await counts(self._service, keys, ask, Errand(), OF_PERSON, arguments(filters))
