"""What can be done in the tiny graph, and everything that can become of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import strawberry

from engine.act import NotAllowed
from engine.batch import many
from engine.declare import Root, act, derived, edge, guarded, public, shows
from engine.executor import Executor
from engine.graph import Graph
from tests.engine.tiny import ALL, Asked, Down, Memory, Person, Pet, PetRow, Query, Robot, people
from tests.engine.tiny_rights import Holds, Says, Why

DOER = {"act": Says(always=True)}
DOES_ALL = Holds({**ALL.table, **DOER})


@dataclass
class Outcome:
    """What came of an act."""

    id: int | None = None
    text: Any = "done"


async def named(context: Memory, *, id: int, name: str) -> Outcome | None:
    """Give a person a name; some names have consequences."""
    context.log.append((f"rename to {name}", (id,), None))
    if name == "down":
        raise Down
    if name == "broken":
        raise RuntimeError("broken")
    if name == "forbidden":
        raise NotAllowed(Why())
    if name == "nothing":
        return None
    context.people[id].name = None if name == "null" else name
    return Outcome(id, None if name == "silent" else "done")


async def become(context: Memory, *, everything: bool) -> Outcome:
    """Gain all rights, or lose all but that of acting."""
    context.rights = DOES_ALL if everything else Holds(DOER)
    return Outcome(1)


async def later(text: str) -> str:
    """A value that takes its time."""
    return f"{text} later"


@many("memory", PetRow)
async def pets_called(context: Memory, keys: Sequence[int], ask: Asked, *, name: str) -> dict[int, list[PetRow]]:
    """All animals of a name, whoever is asked about."""
    context.called("pets_called", keys, ask)
    return {key: [row for row in context.pets.values() if row.name == name] for key in keys}


@shows(Outcome, keys={"own": "id"})
class Done:
    """What came of an act."""

    text: str = public("A word.")
    whispered: str | None = guarded("secret", "The same word, guarded.", column="text")
    person: Person | None = edge(people, "Whom it was about.", by="id")
    called: list[Pet] | None = edge(pets_called, "Animals of a name.", by="id", arguments={"name": "Which."})
    somebody: Person = edge(people, "Whom it was about, promised.", by="id")


@dataclass
class Promise(Outcome):
    """What will come of an act."""


@shows(Promise)
class Promised:
    """What will come of an act."""

    text: str = public("A word.")
    later: str | None = derived(later, "A word that takes its time.", needs=("text",))


async def promise(context: Memory) -> Promise:
    """Promise something."""
    context.log.append(("promise", (), None))
    return Promise()


NAME = {"id": "Whom.", "name": "How."}


@shows(Root)
class Mutation:
    """What can be done."""

    rename: Done | None = act(named, "Give a name.", permission="act", arguments=NAME)
    forbidden: Done | None = act(named, "Give a name, without the right to.", permission="other", arguments=NAME)
    become: Done | None = act(become, "Change rights.", permission="act", arguments={"everything": "Whether to gain."})
    promise: Promised | None = act(promise, "Promise something.", permission="act", arguments={})


def acting() -> Graph:
    """The graph."""
    schema = strawberry.Schema(Query, Mutation, types=[Person, Pet, Robot])
    return Graph(schema, permissions=frozenset({"secret", "note", "act", "other"}), input_guards={})


ACTING = acting()
REFERENCE = Executor(ACTING, introspection=True, explain=True)
COMPILED = Executor(ACTING, introspection=True, explain=True, compiled=True)
