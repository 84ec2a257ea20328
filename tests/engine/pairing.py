"""Both executors side by side: the same question, the same viewer, the same stores, and where the answers differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auth.assurance import Assurance, Level
from auth.viewer import Viewer
from engine.answer.answer import Answer
from engine.answer.json import written
from engine.executor import Executor
from engine.reads import by_coordinate
from engine.request.request import Request
from gateway.world.cast import CAST
from resolvers.context import Context
from resolvers.facts import ViewerFacts
from schema.built import graph
from sources.stores import Stores
from tests.authorization.rewriting import Asked
from tests.authorization.world import World

ANONYMOUS = "anonymous"
KEY = b"k" * 32


@dataclass
class Pair:
    """The two executors over one set of stores.

    Attributes:
        told: codes of the errors that failing stores led to.
    """

    reference: Executor
    compiled: Executor
    stores: Stores
    viewers: Mapping[str, Viewer]
    told: set[str] = field(default_factory=set)

    async def answers(self, asked: Asked, name: str, *, each: bool = False) -> tuple[Answer, Answer, Context, Context]:
        """What both answer to one viewer, with what each of them noted."""
        first, second = self.context(name), self.context(name)
        request = Request(asked.text, asked.operation, dict(asked.variables), each=each)
        return (
            await self.reference.execute(request, first),
            await self.compiled.execute(request, second),
            first,
            second,
        )

    def context(self, name: str) -> Context:
        """A new context for one viewer."""
        viewer = self.viewers[name]
        scope = (viewer.subject or "").encode()
        return Context(viewer, viewer.at, KEY, scope, self.stores, viewer)

    async def differences(self, asked: Asked, name: str, *, each: bool = False) -> list[str]:
        """Where the answers to one viewer differ; with `each`, those of which every row has an error of its own.

        Beside an argument that cannot be taken it is nobody's promise what was read of what is lost with it.
        """
        one, other, first, second = await self.answers(asked, name, each=each)
        found = []
        if (one.stage, _json(one.data)) != (other.stage, _json(other.data)):
            found.append(f"data: {_json(one.data)!r}\n  not {_json(other.data)!r}")
        found += [f"only the reference: {error}" for error in one.errors if error not in other.errors]
        found += [f"only the compiled: {error}" for error in other.errors if error not in one.errors]
        if one.left_out != other.left_out:
            found.append(f"left out: {one.left_out}, not {other.left_out}")
        taken = all(error["extensions"]["code"] != "BAD_USER_INPUT" for error in one.errors)
        if taken and by_coordinate(first.reads) != by_coordinate(second.reads):
            found.append(f"reads: {by_coordinate(first.reads)}\n  not {by_coordinate(second.reads)}")
        return found and [f"{name} asks {asked.text} with {dict(asked.variables)}", *found]

    async def losses(self, asked: Asked, name: str) -> list[str]:
        """Where the answers of failing stores differ: other data, other places lost or refused, or for another reason.

        Which of several losses below one lost place is told is nobody's promise, nor how often: the compiled executor
        tells one that the reference tells.
        """
        one, other, _, _ = await self.answers(asked, name, each=True)
        self.told |= {error["extensions"]["code"] for error in one.errors}
        found = []
        if _json(one.data) != _json(other.data):
            found.append(f"data: {_json(one.data)!r}\n  not {_json(other.data)!r}")
        told, made = _lost(one), _lost(other)
        elsewhere = {place for place, _ in told} != {place for place, _ in made}
        if not one.left_out and (elsewhere or made - told):
            found.append(f"lost: {sorted(told - made)}\n  not {sorted(made - told)}")
        return found and [f"{name} asks {asked.text} with {dict(asked.variables)}", *found]


async def viewers_of(stores: Stores, world: World) -> dict[str, Viewer]:
    """Every viewer of the cast, and nobody."""
    facts = ViewerFacts(stores)
    assurance = Assurance(Level.CONFIRMED, world.at, world.at)
    viewers = {
        name: Viewer(await facts.of(persona.subject, assurance, world.at), world.at, demo=True)
        for name, persona in CAST.items()
    }
    viewers[ANONYMOUS] = Viewer(None, world.at)
    return viewers


def pair(stores: Stores, viewers: Mapping[str, Viewer], *, thrifty: bool = True) -> Pair:
    """Both executors over some stores."""
    reference = Executor(graph(), introspection=True, explain=True)
    compiled = Executor(graph(), introspection=True, explain=True, compiled=True, thrifty=thrifty)
    compiled.operations = reference.operations
    return Pair(reference, compiled, stores, viewers)


def _lost(answer: Answer) -> set[tuple[str, str]]:
    """Places that are null for a reason, with its code: the highest null on the path of each error."""
    found = set()
    for error in answer.errors:
        value, place, code = answer.data, [], error["extensions"]["code"]
        for part in error.get("path", []):
            if value is None:
                break
            value = value[part]
            place.append(part)
        if code == "UNAUTHORIZED_FIELD_OR_TYPE" and len(place) < len(error.get("path", [])):
            continue
        found.add((".".join(map(str, place)), code))
    return found


def _json(value: Any) -> bytes:
    return written(value)
