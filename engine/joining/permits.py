"""What may be read of what other services give: of each of their coordinates, under which permission, how it is asked.

A field on an object of ours is asked for under a slip: a field of ours that only plans know, guarded by that
permission, there on each row on which it is held. The slip is settled like any guarded field, with its reasons, counts
and entries in the read journal, all of which name the foreign coordinate. Elsewhere no row of ours stands, and the
permission has to be held at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.graph import Graph
from engine.rights import Reason, Rights


@dataclass(frozen=True, slots=True)
class Undeclared:
    """Nothing says who may read it."""

    word: str = "UNDECLARED"
    store: str | None = None
    retryable: bool = False
    step_up: int | None = None


UNDECLARED = Undeclared()


@dataclass(frozen=True, slots=True)
class Permit:
    """What is known of one coordinate of another service.

    Attributes:
        declared: whether anything says who may read it; nobody may, if not.
        permission: that it takes; None where whoever is led to it may read it.
        slip: the name of the slip, for a field on an object of ours.
        cost: what one value costs.
        store: the service that gives it.
    """

    declared: bool = True
    permission: str | None = None
    slip: str | None = None
    cost: int = 0
    store: str = ""

    def refused(self, rights: Rights) -> Reason | None:
        """Why nobody with these rights reads it on any row; None where he may, or only the row can tell."""
        if not self.declared:
            return UNDECLARED
        if self.permission is None:
            return None
        verdict = rights[self.permission]
        if verdict.always is True:
            return None
        if verdict.never is not False:
            return verdict.refusal_at_all()
        # Without a row nobody sees which of the missing facts would have mattered.
        return verdict.lost if self.slip is None else None


# By coordinate, of concrete types; what is not among them is ours.
Permits = Mapping[str, Permit]


def lend(graph: Graph, permits: Permits) -> None:
    """Have the slips of a graph, which it has already, speak of the fields that they are for.

    The graph must not be shared with anybody who does not know of them.
    """
    for coordinate, permit in permits.items():
        if permit.slip is not None:
            fields = graph.types[coordinate.partition(".")[0]].fields
            fields[permit.slip] = replace(fields[permit.slip], coordinate=coordinate)
            graph.lent[coordinate] = permit.permission
