"""What of an operation is ours alone, for where no plan is to be had: what others give is lost, the rest is told."""

from dataclasses import dataclass
from typing import Any, Final

from graphql import FieldNode, GraphQLSchema, NameNode, SelectionSetNode, Visitor, parse, print_ast, visit

from engine.joining.cutting import Cut, Withheld, cut
from engine.joining.nodes import changed
from engine.joining.permits import Permit, Permits
from engine.joining.reading import TYPENAME, read
from engine.joining.steps import Steps
from engine.joining.supergraph import Supergraph
from engine.request.operation import Operation
from engine.rights import EVERYTHING

NOBODY: Final = Permit(declared=False)


@dataclass(frozen=True, slots=True)
class Alone:
    """An operation without others.

    Attributes:
        cut: what is left, and what the rights withhold.
        steps: asks us for it.
        lost: what others would have given.
        error: why they are not asked.
    """

    cut: Cut
    steps: Steps
    lost: list[Withheld]
    error: dict[str, Any]


def alone(
    operation: Operation,
    left: Cut,
    schema: GraphQLSchema,
    permits: Permits,
    supergraph: Supergraph,
    own: str,
    error: dict[str, Any],
) -> Alone:
    """What is ours of an operation of which the rights leave something; `own` is what we are called."""
    made = cut(operation, schema, dict.fromkeys(permits, NOBODY), EVERYTHING)
    withheld = {(one.way, one.coordinate) for one in left.withheld}
    lost = [one for one in made.withheld if (one.way, one.coordinate) not in withheld]
    made.withheld = left.withheld
    return Alone(made, _steps(made, supergraph, own), lost, error)


def _steps(made: Cut, supergraph: Supergraph, own: str) -> Steps:
    planned = parse(supergraph.aliases.planned(made.text), no_location=True)
    asked = {
        "kind": "Fetch",
        "serviceName": own,
        # Which objects have what is lost, their types say.
        "operation": print_ast(visit(planned, _Typed())),
        "variableUsages": sorted(made.variables),
    }
    return read({"kind": "QueryPlan", "node": asked}, supergraph, trusted=frozenset({own}))


class _Typed(Visitor):
    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        name = FieldNode(name=NameNode(value=TYPENAME), arguments=(), directives=())
        return changed(node, selections=(*node.selections, name))
