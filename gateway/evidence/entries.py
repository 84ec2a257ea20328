"""What an operation leaves in the journal: for each permission and verdict one entry, with ids and without values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from auth.permissions import Permission
from auth.rules import Rule
from auth.viewer import Viewer
from engine.context import Refusal
from engine.global_id import encode
from engine.graph import BoundType, Graph
from engine.reads import Reads, Sought, key_of
from resolvers import prefixes
from resolvers.acts.grounds import grounds_of
from resolvers.context import Context
from sources.documents.document import IDENTITY_PAPERS
from sources.journal.reads import NewRead

GIVEN: Final = "GIVEN"
ABSENT: Final = "ABSENT"
_EMERGENCIES: Final = frozenset({Rule.EMERGENCY, Rule.EMERGENCY_CONFIRMED})
# By the column in which a row says whom it is about.
_PERSONS: Final = {"patient_id": prefixes.PATIENT, "practitioner_id": prefixes.PRACTITIONER}


@dataclass(frozen=True, slots=True)
class Request:
    """By which request something was read.

    Attributes:
        document: the hash of the document.
        client: what the client's program calls itself.
    """

    document: str | None
    operation: str | None
    client: str | None


class Named:
    """How the objects of a type are named in the journal, from their traces."""

    def __init__(self, bound: BoundType) -> None:
        columns = ("id", *bound.declaration.traces)
        shown = bound.fields.get("id")
        needs = shown.declaration.needs if shown is not None else ()
        self._value: Any = shown.declaration.value if shown is not None else None
        self._needs = [columns.index(name) for name in needs if name in columns]
        # What rules look at comes last, as far as the rows had it.
        self._first_mark = 2 + sum(name in needs for name in columns[2:])
        self._kind = columns.index("kind") if bound.name == "Document" else None
        about = bound.declaration.traces[0] if bound.declaration.traces else None
        self._person = None if about is None else _PERSONS.get(about) or bound.declaration.prefix

    def object(self, key: Any) -> str | None:
        """The global id."""
        if key is None or self._value is None:
            return None
        told = key if key.__class__ is tuple else (key,)
        return str(self._value(*[told[place] for place in self._needs]))

    def person(self, key: Any) -> str | None:
        """The global id of the person whom it is about."""
        if key.__class__ is not tuple or self._person is None or key[1] is None:
            return None
        return encode(self._person, key[1])

    def of_note(self, key: Any) -> bool:
        """Whether reading it is of note: of papers, those that identify somebody; one whose kind is not known is."""
        if self._kind is None or key.__class__ is not tuple:
            return True
        return key[self._kind] in IDENTITY_PAPERS

    def marked(self, key: Any, by: frozenset[Any]) -> bool:
        """Whether one of a set is among those who opened it in an emergency."""
        return key.__class__ is tuple and any(not by.isdisjoint(mark or ()) for mark in key[self._first_mark :])

    def reached(self, key: Any, by: Mapping[Any, Iterable[int]]) -> Iterator[int]:
        """The grants that reach it; `by` says by which of its marks."""
        for mark in key[self._first_mark :] if key.__class__ is tuple else ():
            for text in mark or ():
                yield from by.get(text, ())


@dataclass(slots=True)
class _Entry:
    """One entry while it is gathered: by coordinates the objects, by key."""

    blocks: dict[tuple[str, ...], dict[Any, Any]] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)

    def add(self, coordinates: tuple[str, ...], keys: Iterable[Any]) -> None:
        known = self.blocks.setdefault(coordinates, {})
        for key in keys:
            if key is not None:
                known[key_of(key)] = key


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry that is made but for the openings that it rests on.

    Attributes:
        opened: keys of the patients whose rows were marked with an emergency opening of the viewer.
    """

    at: datetime
    subject: str
    object: str | None
    grounds: dict[str, Any]
    opened: Sequence[int]

    def entry(self, openings: Mapping[int, int]) -> NewRead:
        """The entry, with the openings by patient."""
        if self.opened:
            self.grounds["emergency"] = [encode(prefixes.PATIENT, key) for key in self.opened]
            found = [openings[key] for key in self.opened if key in openings]
            self.grounds["openings"] = [encode(prefixes.EMERGENCY_OPENING, key) for key in found]
        return NewRead(self.at, self.subject, self.object, orjson.dumps(self.grounds).decode())


class Entries:
    """Makes the entries of operations over one graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._named: dict[str, Named] = {}
        self._split: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}

    def refused(self, context: Context) -> Iterator[Refusal]:
        """The refusals that the journal is told of; that a store did not say what may be read is none."""
        journals = self._graph.journals
        return (one for one in context.refusals.values() if journals(one.permission) and one.reason.store is None)

    def of(self, context: Context, request: Request, barred: Mapping[str, str]) -> list[Noted]:
        """What an operation leaves; `barred` are guarded inputs that were refused, each with the reason."""
        found: dict[tuple[str, str], _Entry] = {}
        self._read(context.reads, found)
        for one in context.sought:
            self._looked_for(one, found)
        for refusal in self.refused(context):
            keys = self._of_note((refusal.coordinate,), refusal.keys)
            if keys or not refusal.keys:
                found.setdefault((refusal.permission, refusal.reason.word), _Entry()).add((refusal.coordinate,), keys)
        for coordinate, reason in barred.items():
            permission = self._graph.input_guards[coordinate]
            found.setdefault((permission, reason), _Entry()).add((coordinate,), ())
        if not found:
            return []
        common = said_of(context, request)
        return [
            self._made(context.viewer, permission, verdict, entry, common)
            for (permission, verdict), entry in found.items()
        ]

    def _read(self, reads: Reads, found: dict[tuple[str, str], _Entry]) -> None:
        for coordinates, keys in reads:
            for permission, some in self._by_permission(tuple(coordinates)) if keys else ():
                if of_note := self._of_note(some, keys):
                    found.setdefault((permission, GIVEN), _Entry()).add(some, of_note)

    def _of_note(self, coordinates: tuple[str, ...], keys: Iterable[Any]) -> Sequence[Any]:
        named = self._of_type(coordinates[0])
        return [key for key in keys if named.of_note(key)]

    def _by_permission(self, coordinates: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        known = self._split.get(coordinates)
        if known is None:
            if len(self._split) >= 10_000:
                self._split.clear()
            found: dict[str, list[str]] = {}
            for coordinate in sorted(coordinates):
                found.setdefault(self._graph.permission_of(coordinate) or "", []).append(coordinate)
            known = self._split[coordinates] = [(name, tuple(some)) for name, some in found.items()]
        return known

    def _looked_for(self, one: Sought, found: dict[tuple[str, str], _Entry]) -> None:
        entry = found.setdefault((one.permission, GIVEN if one.found else ABSENT), _Entry())
        entry.add(one.coordinates, ())
        if one.kind is not None and one.kind not in entry.kinds:
            entry.kinds.append(one.kind)

    def _made(self, viewer: Viewer, permission: str, verdict: str, entry: _Entry, common: dict[str, Any]) -> Noted:
        by, handed = frozenset[Any](), dict[Any, tuple[int, ...]]()
        if verdict == GIVEN:
            by = by.union(*(values for name, values in viewer[permission].rules if name in _EMERGENCIES))
            handed = viewer.standing.granted_by(Permission(permission))
        blocks: dict[tuple[str | None, ...], set[str]] = {}
        about: dict[str, None] = {}
        opened: dict[int, None] = {}
        granted: set[int] = set()
        for coordinates, keys in entry.blocks.items():
            named = self._of_type(coordinates[0])
            blocks.setdefault(tuple(map(named.object, keys.values())), set()).update(coordinates)
            for key in keys.values():
                person = named.person(key)
                if person is not None:
                    about[person] = None
                    if by and named.marked(key, by):
                        opened[key[1]] = None
                    if handed:
                        granted.update(named.reached(key, handed))
        grounds = {
            **common,
            "permission": permission,
            "verdict": verdict,
            "read": [
                {"coordinates": sorted(some), "objects": [one for one in objects if one is not None]}
                for objects, some in blocks.items()
            ],
            "about": [*about],
        }
        if granted:
            grounds["grant"] = [encode(prefixes.GRANT, one) for one in sorted(granted)]
        if entry.kinds:
            grounds["kinds"] = entry.kinds
        thing = next(iter(about)) if len(about) == 1 else None
        return Noted(viewer.at, viewer.subject or "", thing, grounds, [*opened])

    def _of_type(self, coordinate: str) -> Named:
        name = coordinate.partition(".")[0]
        found = self._named.get(name)
        if found is None:
            bound = self._graph.types.get(name)
            found = self._named[name] = Named(bound) if bound is not None else _NOTHING
        return found


class _Nameless(Named):
    """Of inputs, which are no objects."""

    def __init__(self) -> None:
        self._value = self._person = self._kind = None


_NOTHING: Final = _Nameless()


def said_of(context: Context, request: Request) -> dict[str, Any]:
    """What every entry of a request says: who, at which workplace, by which records, by which request."""
    found = {**grounds_of(context), "operation": {"hash": request.document, "name": request.operation}}
    if request.client is not None:
        found["client"] = request.client
    if records := context.viewer.standing.records:
        found["accreditations"] = [encode(prefixes.ACCREDITATION, key) for key in records]
    return found
