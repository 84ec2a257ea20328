"""Our graph and the services of a file of settings, made one: checked, composed, and ready to be asked."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graphql import GraphQLInterfaceType, GraphQLSchema, GraphQLString, get_named_type, is_composite_type

from engine.declare import derived
from engine.graph import Graph, GraphRefused
from engine.joining.executor import Joint
from engine.joining.extending import extended
from engine.joining.permits import Permit, lend
from engine.joining.planner import Planner
from engine.joining.plans import Beforehand, Plans, PlansUnfit
from engine.joining.slipping import slip_for
from engine.joining.supergraph import Supergraph
from gateway.joined.composing import Composed, composed
from gateway.joined.configuration import INHERITS, OWN, PUBLIC, Joining
from gateway.joined.foreign import ACTS, Foreign, Slip, understood
from gateway.joined.services import JoinedDoor
from resolvers.acts.elsewhere import Elsewhere
from schema.subgraph import Extra, Subgraph, subgraph

# Where supergraphs and plans are kept, in the folder of data.
FOLDER: Final = "joined"
PLANS: Final = "plans-{}.json"


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """What is joined, and whom it takes to ask it.

    Attributes:
        foreign: the services, understood.
        graph: ours, which knows besides under which permissions fields of others are read on its objects.
        own: our graph as one of the subgraphs, with the slips, and with streams as fields that nobody can ask for.
        joint: what an executor needs.
        planner: makes plans once it is started; None where all plans were made beforehand.
        doors: the services, as they are asked.
    """

    foreign: tuple[Foreign, ...]
    graph: Graph
    own: Subgraph
    composed: Composed
    joint: Joint
    planner: Planner | None
    doors: Mapping[str, JoinedDoor]

    async def open(self) -> None:
        """Start the planner, which is started again whenever it dies.

        Raises:
            PlannerUnfit: it cannot be.
        """
        if self.planner is not None:
            await self.planner.start()

    async def close(self) -> None:
        """End the planner, and every connection to the services."""
        if self.planner is not None:
            await self.planner.stop()
        for one in self.doors.values():
            await one.door.close()


def joined(joining: Joining, graph: Graph, folder: Path, noted: Callable[[str], None] = lambda _: None) -> Joined:
    """Join the services with our graph; supergraphs and plans are kept in the folder.

    `noted` is told in a few words when the planner dies, and when it is there again.

    Raises:
        GraphRefused: a schema or a line does not fit, or the schemas do not compose; every fault is listed.
        CannotCompose: nobody can compose them here.
    """
    foreign = tuple(understood(one, graph) for one in joining.services)
    faults = [fault for one in foreign for fault in one.faults]
    faults += _at_odds(foreign)
    if faults:
        raise GraphRefused(faults)
    slips = {(one.type, one.name): one for service in foreign for one in service.slips}
    own = subgraph(extra=[_extra(one, graph) for one in slips.values()], streams=True)
    asked = [{"name": OWN, "url": "", "typeDefs": own.sdl}]
    asked += [{"name": one.service.name, "url": "", "typeDefs": one.sdl} for one in foreign]
    made = composed(asked, folder)
    schema = extended(graph.core, made.public)
    permits = dict(_permits(foreign, schema))
    lend(own.graph, permits)
    knowing = copy.copy(graph)
    knowing.lent = own.graph.lent
    supergraph = Supergraph(made.supergraph, made.public)
    beforehand = kept_plans(folder, supergraph)
    planner = None if beforehand is not None else Planner(made.supergraph, noted=noted)
    doors = {one.service.name: JoinedDoor(one.service) for one in foreign}
    plans = Plans(supergraph, planner, beforehand, trusted=frozenset({OWN}))
    costs = dict(_costs(permits, schema))
    acts = Elsewhere({one.service.name: one.service.source.deadline for one in foreign})
    joint = Joint(OWN, schema, permits, costs, own.graph, supergraph, plans, doors, acts)
    return Joined(foreign, knowing, own, made, joint, planner, doors)


def kept_plans(folder: Path, supergraph: Supergraph) -> Beforehand | None:
    """The plans that were made beforehand of a supergraph; None where there are none of it."""
    try:
        return Beforehand.load(folder / PLANS.format(supergraph.digest), supergraph=supergraph.digest)
    except (OSError, PlansUnfit):
        return None


def _costs(permits: Mapping[str, Permit], schema: GraphQLSchema) -> Iterator[tuple[str, int]]:
    """What values cost; of an interface's field, what that of the dearest of its types does."""
    yield from ((coordinate, permit.cost) for coordinate, permit in permits.items())
    faces = [one for one in schema.type_map.values() if isinstance(one, GraphQLInterfaceType)]
    for face in faces:
        for name in face.fields:
            members = (f"{one.name}.{name}" for one in schema.get_possible_types(face))
            found = [permits[one].cost for one in members if one in permits]
            if found:
                yield f"{face.name}.{name}", max(found)


def _extra(slip: Slip, graph: Graph) -> Extra:
    shown = graph.types[slip.type].fields["id"].declaration
    identify: Any = shown.value

    def held(*columns: Any) -> str:
        return slip_for(slip.coordinate, str(identify(*columns)))

    declared = derived(held, f"The slip of {slip.coordinate}", needs=shown.needs, permission=slip.permission)
    return Extra(slip.type, slip.name, declared, GraphQLString, "@inaccessible")


def _at_odds(foreign: Iterable[Foreign]) -> Iterator[str]:
    """Fields of which two services say otherwise who may read them, and acts that two would do."""
    said: dict[str, tuple[str, str]] = {}
    for one in foreign:
        for coordinate, line in one.lines.items():
            if line is None:
                continue
            name, known = said.setdefault(coordinate, (one.service.name, line))
            if known != line:
                yield f'{one.service.name}.reads."{coordinate}": {name} says otherwise'
    doers: dict[str, str] = {}
    for one in foreign:
        for act in (name for name, permission in one.acts.items() if permission is not None):
            if doers.setdefault(act, one.service.name) != one.service.name:
                yield f'{one.service.name}.acts."{act}": {doers[act]} does it'


def _permits(foreign: Iterable[Foreign], schema: GraphQLSchema) -> Iterator[tuple[str, Permit]]:
    found: dict[str, Permit] = {}
    for one in foreign:
        slips = {slip.coordinate: slip.name for slip in one.slips}
        for coordinate, line in one.lines.items():
            if found.get(coordinate, Permit(declared=False)).declared:
                continue
            cost = one.service.cost.get(coordinate, _cost(coordinate, schema))
            permission = None if line in {None, INHERITS, PUBLIC} else line
            found[coordinate] = Permit(line is not None, permission, slips.get(coordinate), cost, one.service.name)
        for act, permission in one.acts.items():
            if permission is not None:
                coordinate = f"{ACTS}.{act}"
                cost = one.service.cost.get(coordinate, _cost(coordinate, schema))
                found[coordinate] = Permit(permission=permission, cost=cost, store=one.service.name)
    yield from found.items()


def _cost(coordinate: str, schema: GraphQLSchema) -> int:
    """What a value costs of which no line says more: an object one, what is in it nothing."""
    name, _, member = coordinate.partition(".")
    fields = getattr(schema.type_map.get(name), "fields", {})
    return int(member in fields and is_composite_type(get_named_type(fields[member].type)))
