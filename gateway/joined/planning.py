"""Plans made beforehand, of documents that callers will send: for all rights that leave something else of them."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, Final, NamedTuple

from graphql import GraphQLSchema

from engine.errors import Fault
from engine.graph import Graph
from engine.joining.cutting import cut
from engine.joining.executor import Joint
from engine.joining.operations import JoinedOperations
from engine.joining.permits import UNDECLARED
from engine.joining.planner import NotPlanned, Planner
from engine.joining.plans import Beforehand
from engine.joining.streaming import Streaming
from engine.request.operation import Operation
from engine.request.request import Request
from engine.rights import EVERYTHING, Reason
from gateway.joined.configuration import Joining
from gateway.joined.joining import PLANS, joined

# An operation that asks under more permissions of others has more plans than anybody would wait for.
MOST_PERMISSIONS: Final = 10


class CannotPlan(Exception):
    """A document is none of the joined graph, or has no plan; every fault is a line."""


class Planned(NamedTuple):
    """How many there are, and where they are kept."""

    operations: int
    plans: int
    file: Path


class _Without:
    """Rights of whoever does not hold some permissions at all, and all others everywhere."""

    signature = "without"

    def __init__(self, missing: frozenset[str]) -> None:
        self._missing = missing

    def __getitem__(self, permission: str) -> Any:
        return _NOTHING if permission in self._missing else EVERYTHING


class _Never:
    always = False
    never = True
    lost = None

    @staticmethod
    def refusal_at_all() -> Reason:
        """Nobody is told which it is."""
        return UNDECLARED


_NOTHING: Final = _Never()


async def planned(joining: Joining, graph: Graph, folder: Path, documents: Path) -> Planned:
    """Make the plans of all documents of a folder, and keep them.

    Raises:
        GraphRefused, CannotCompose: the services cannot be joined.
        PlannerUnfit: there is no planner.
        CannotPlan: there are no documents, or one of them does not fit.
    """
    found = joined(joining, graph, folder)
    texts, count = _texts(found.graph, found.joint, documents)
    planner = Planner(found.composed.supergraph)
    version = await planner.start()
    plans, faults = dict[tuple[str, str | None], Any](), list[str]()
    try:
        for name, document in texts.items():
            try:
                plans[name] = await planner.plan(*name)
            except NotPlanned as refused:
                faults.append(f"{document}: {refused}")
    finally:
        await planner.stop()
        await found.close()
    if faults:
        raise CannotPlan("\n".join(faults))
    file = folder / PLANS.format(found.joint.supergraph.digest)
    Beforehand(found.joint.supergraph.digest, version, plans).save(file)
    return Planned(count, len(plans), file)


def _texts(graph: Graph, joint: Joint, folder: Path) -> tuple[dict[tuple[str, str | None], str], int]:
    """What will be planned, with the name of the file it is of, and of how many operations it is."""
    streaming = Streaming(joint.schema)
    known = JoinedOperations(graph, joint.schema, joint.permits, introspection=True, explain=True)
    files = sorted(folder.glob("*.graphql")) if folder.is_dir() else []
    texts, faults, count = dict[tuple[str, str | None], str](), list[str](), 0
    for file in files:
        prepared = known.prepare(Request(file.read_text("utf-8")))
        faults += [f"{file.name}: {_said(fault)}" for fault in prepared.faults]
        for operation in prepared.operations.values():
            count += operation.joined
            for text in _cuts(streaming.asked(operation), streaming.schema, joint) if operation.joined else ():
                texts.setdefault((text, operation.name), file.name)
    if not files:
        faults.append(f"{folder}: expected a folder with documents, *.graphql")
    if faults:
        raise CannotPlan("\n".join(faults))
    return texts, count


def _cuts(operation: Operation, schema: GraphQLSchema, joint: Joint) -> Iterator[str]:
    """What is left of an operation, whoever asks it."""
    whole = cut(operation, schema, joint.permits, EVERYTHING)
    asked = {permission for permission in whole.permissions if permission is not None}
    if len(asked) > MOST_PERMISSIONS:
        raise CannotPlan(f"{operation.name}: it asks under more than {MOST_PERMISSIONS} permissions of others")
    for count in range(len(asked) + 1):
        for missing in combinations(sorted(asked), count):
            left = cut(operation, schema, joint.permits, _Without(frozenset(missing)))
            if left.asks:
                yield left.text


def _said(fault: Fault) -> str:
    places = [f"line {one['line']}" for one in fault.extensions.get("locations", ())]  # type: ignore[attr-defined]
    return " ".join([fault.message, *places])
