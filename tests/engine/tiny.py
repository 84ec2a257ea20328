"""A tiny graph without a domain: people, animals and notes in memory, with everything that can go wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Union

import strawberry
from strawberry.schema.config import StrawberryConfig

from engine.batch import many, one, page
from engine.context import Condition, Context
from engine.declare import Root, derived, edge, guarded, public, shows
from engine.errors import BadArgument, Finding
from engine.executor import Executor
from engine.graph import Graph
from engine.relay import Connection, Node
from tests.engine.tiny_rights import Holds, Says

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class PersonRow:
    """A person; what the graph promises may be missing here."""

    id: int
    name: Any = "somebody"
    nick: Any = None
    mood: Any = "CALM"
    tags: Any = field(default_factory=list)
    born: Any = NOW
    boss_id: int | None = None
    pet_id: int | None = None
    robot_id: int | None = None
    friend_ids: list[int] = field(default_factory=list)
    team: str = "a"
    home: Any = None


@dataclass
class PetRow:
    """An animal."""

    id: int
    name: Any = "pet"
    owner_id: int | None = None


@dataclass
class RobotRow:
    """A robot."""

    id: int
    name: Any = "robot"


@dataclass
class NoteRow:
    """A note of a person."""

    id: int
    person_id: int
    text: Any = "note"


@dataclass
class HomeRow:
    """Where somebody lives: no row of a store, a part of the person's."""

    street: Any
    number: Any = 1


@dataclass
class Slice:
    """A part of a list."""

    rows: list[Any]
    position: tuple[str, ...] = ("id",)
    more: bool = False


class Down(Exception):
    """The store is down."""

    code = "SOURCE_UNAVAILABLE"
    store = "memory"
    retryable = True


@dataclass(frozen=True)
class Asked:
    """How rows were asked for."""

    columns: frozenset[str] | None
    narrow: tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True)
class Part:
    """Which part of a list is asked for."""

    size: int
    backward: bool
    after: tuple[Any, ...] | None
    before: tuple[Any, ...] | None
    ends: bool


@dataclass(eq=False)
class Memory(Context):
    """A context with everything in memory.

    Attributes:
        broken: names of batches that fail, and with what.
        log: every call: name of the batch, keys, columns.
    """

    people: dict[int, PersonRow] = field(default_factory=dict)
    pets: dict[int, PetRow] = field(default_factory=dict)
    robots: dict[int, RobotRow] = field(default_factory=dict)
    notes: list[Any] = field(default_factory=list)
    broken: dict[str, Exception] = field(default_factory=dict)
    log: list[tuple[str, tuple[Any, ...], frozenset[str] | None]] = field(default_factory=list)

    def ask(self, columns: frozenset[str] | None, narrow: tuple[tuple[Condition, ...], ...]) -> Asked:
        """As it is."""
        return Asked(columns, narrow)

    def window(self, size: int, **asked: Any) -> Part:
        """As it is."""
        return Part(size, **asked)

    def called(self, name: str, keys: Sequence[Any], ask: Asked) -> None:
        """Note a call, or fail as told."""
        self.log.append((name, tuple(keys), ask.columns))
        if name in self.broken:
            raise self.broken[name]

    def seen(self, rows: Sequence[Any], ask: Asked) -> list[Any]:
        """The rows that meet the rules."""
        return [
            row
            for row in rows
            if row is None or all(any(getattr(row, name) in values for name, values in group) for group in ask.narrow)
        ]


@one("memory", PersonRow)
async def people(context: Memory, keys: Sequence[int], ask: Asked) -> dict[int, Any]:
    """People by key."""
    context.called("people", keys, ask)
    found = {row.id: row for row in context.seen(list(context.people.values()), ask)}
    return {key: found[key] for key in keys if key in found}


@one("memory", PetRow)
async def animals(context: Memory, keys: Sequence[int], ask: Asked) -> dict[int, Any]:
    """Pets by key."""
    context.called("animals", keys, ask)
    return {key: context.pets[key] for key in keys if key in context.pets}


@one("memory", RobotRow)
async def robots(context: Memory, keys: Sequence[int], ask: Asked) -> dict[int, Any]:
    """Robots by key."""
    context.called("robots", keys, ask)
    return {key: context.robots[key] for key in keys if key in context.robots}


@many("memory", PetRow)
async def pets_of(context: Memory, keys: Sequence[int], ask: Asked, *, named: str | None = None) -> dict[int, Any]:
    """The pets of each person; nulls for those called `null`."""
    context.called("pets_of", keys, ask)
    if named == "bad":
        raise BadArgument("named", "expected another", Finding.ILL_FORMED)
    found: dict[int, list[Any]] = {}
    for row in context.pets.values():
        if row.owner_id in keys and named in (None, row.name):
            found.setdefault(row.owner_id or 0, []).append(None if row.name == "null" else row)
    return found


async def _count(context: Memory, keys: Sequence[int], ask: Asked) -> dict[int, int]:
    context.called("count", keys, ask)
    return {key: len([note for note in context.notes if note.person_id == key]) for key in keys}


@page("memory", NoteRow, _count)
async def notes_of(context: Memory, keys: Sequence[int], ask: Asked, window: Part) -> dict[int, Slice]:
    """The notes of each person."""
    context.called("notes_of", keys, ask)
    after = window.after[0] if window.after else 0
    found: dict[int, list[NoteRow]] = {key: [] for key in keys}
    for note in context.seen(context.notes, ask):
        if note.person_id in found and note.id > after:
            found[note.person_id].append(note)
    return {key: Slice(rows[: window.size], more=len(rows) > window.size) for key, rows in found.items()}


@strawberry.enum
class Mood(StrEnum):
    """Moods."""

    CALM = "CALM"
    CROSS = "CROSS"


def home_of(home: HomeRow | None) -> HomeRow | None:
    """The home as it is; a home in Fail Street cannot be had."""
    if home is not None and home.street == "Fail Street":
        raise RuntimeError("no such street")
    return home


def shout(name: str) -> str:
    """A name in capitals; not all names can be shouted."""
    return name.upper()


Companion = Annotated[Union["Pet", "Robot"], strawberry.union("Companion", description="Who comes along.")]


@shows(HomeRow)
class Home:
    """Where somebody lives."""

    street: str = public("Street.")
    number: int | None = public("Number.")


@shows(PersonRow, keys={"own": "id", "team": "team"})
class Person(Node):
    """A person."""

    id: strawberry.ID = derived(lambda key: f"p_{key}", "Id.", needs=("id",))
    name: str = public("Name.")
    nick: str | None = public("Nickname.")
    mood: Mood = public("Mood.")
    tags: list[str] = public("Tags.")
    born: datetime = public("Birth.")
    shouted: str | None = derived(shout, "Name in capitals.", needs=("name",))
    loud: str = derived(shout, "Name in capitals, promised.", needs=("name",))
    since: bool = derived(lambda born, at: born <= at, "Whether born by now.", needs=("born",), clock=True)
    secret: str | None = guarded("secret", "A secret.", column="nick")
    home: Home | None = derived(home_of, "Home.", needs=("home",))
    address: Home = derived(home_of, "Home, promised.", needs=("home",))
    boss: "Person | None" = edge(people, "Boss.", by="boss_id")
    chief: "Person" = edge(people, "Boss, promised.", by="boss_id")
    hidden: "Person | None" = edge(people, "Boss, guarded.", by="boss_id", permission="secret")
    friends: "list[Person] | None" = edge(people, "Friends.", by="friend_ids")
    pets: "list[Pet]" = edge(pets_of, "Pets.", by="id", arguments={"named": "Only those of this name."})
    some_pets: "list[Pet | None] | None" = edge(
        pets_of, "Pets or nulls.", by="id", arguments={"named": "Only those of this name."}
    )
    companion: Companion | None = edge((animals, robots), "Pet or robot.", by=("pet_id", "robot_id"))
    notes: "Connection[Note] | None" = edge(notes_of, "Notes.", by="id")


@shows(PetRow)
class Pet(Node):
    """An animal."""

    id: strawberry.ID = derived(lambda key: f"a_{key}", "Id.", needs=("id",))
    name: str = public("Name.")
    owner: Person | None = edge(people, "Owner.", by="owner_id")


@shows(RobotRow)
class Robot(Node):
    """A robot."""

    id: strawberry.ID = derived(lambda key: f"r_{key}", "Id.", needs=("id",))
    name: str = public("Name.")


@shows(NoteRow, gate="note", keys={"own": "person_id"})
class Note:
    """A note."""

    text: str = public("Text.")
    writer: Person = edge(people, "Who wrote it.", by="person_id")


def key_of(*, id: int) -> tuple[int, int] | None:
    """The key of a person; none below one."""
    return (0, id) if id > 0 else None


def keys_of(*, ids: list[str]) -> list[tuple[int, int] | None]:
    """Keys of nodes: `p_1`, `a_1`, `r_1`."""
    if len(ids) > 5:
        raise BadArgument("ids", "expected at most 5", Finding.TOO_MANY, most=5)
    numbers = {"p": 0, "a": 1, "r": 2}
    return [(numbers[one[0]], int(one[2:])) if one[:1] in numbers else None for one in ids]


@shows(Root)
class Query:
    """The root."""

    person: Person | None = edge(people, "A person.", key=key_of, arguments={"id": "Key."})
    must: Person = edge(people, "A person, promised.", key=key_of, arguments={"id": "Key."})
    nodes: list[Node | None] = edge((people, animals, robots), "Nodes.", key=keys_of, arguments={"ids": "Ids."})


def tiny() -> Graph:
    """The graph."""
    schema = strawberry.Schema(Query, types=[Person, Pet, Robot], config=StrawberryConfig(auto_camel_case=True))
    return Graph(schema, permissions=frozenset({"secret", "note"}), input_guards={})


GRAPH = tiny()
REFERENCE = Executor(GRAPH, introspection=True, explain=True)
COMPILED = Executor(GRAPH, introspection=True, explain=True, compiled=True)

ALL = Holds({"secret": Says(always=True), "note": Says(always=True)})


def memory(rights: Holds = ALL, **content: Any) -> Memory:
    kept: dict[str, Any] = dict(content)
    for name in {"people", "pets", "robots"} & content.keys():
        kept[name] = {row.id: row for row in content[name]}
    return Memory(
        rights=rights,
        at=NOW,
        cursor_key=b"k" * 32,
        scope=b"me",
        **kept,
    )
