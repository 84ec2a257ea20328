"""A plan told as data: which statement each step stands for, what it asks for, and what the rights make of it.

It is what `kabinet explain` prints and what the demo puts into `extensions.plan`; it holds values of the request only
as far as the document itself has them.
"""

from collections.abc import Iterator
from typing import Any

from engine.errors import BadArgument
from engine.plan import Access, Branch, Call, Leaf, Mode, Place, Plan, Spot
from engine.rights import MASKED, Reason, Rights
from engine.routing import frozen, routed, split_paging
from engine.variables import Variables

Told = dict[str, Any]


def explained(plan: Plan, variables: Variables, rights: Rights) -> Told:
    """The steps of a plan, each below the one whose rows it needs, with the number of statements that they may take."""
    return _Explaining(variables, rights).plan(plan)


class _Explaining:
    def __init__(self, variables: Variables, rights: Rights) -> None:
        self._variables = variables
        self._rights = rights
        self._statements: dict[Any, int] = {}

    def plan(self, plan: Plan) -> Told:
        told = self._below([plan.root], 0)
        return {"statements": len(self._statements), **told}

    def _below(self, spots: list[Spot], above: int) -> Told:
        """What stands in the objects of some spots, whose rows came with the statement of the number `above`."""
        told: Told = {}
        if rules := [rule for spot in spots for rule in self._rules(spot)]:
            told["rules"] = rules
        if refused := [self._refusal(spot, entry) for spot in spots for entry in spot.refusing if _never(entry)]:
            told["refused"] = refused
        steps = [step for spot in spots for place in spot.places for step in self._place(spot, place, above)]
        if steps:
            told["steps"] = steps
        return told

    def _place(self, spot: Spot, place: Place, above: int) -> Iterator[Told]:
        identity, fails, batches = None, None, [branch.index for branch in place.branches]
        try:
            identity, batches = self._arguments(place, batches)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the edge will fail of it
            fails = failed.message if isinstance(failed, BadArgument) else "an argument cannot be taken"
        for branch in place.branches if fails is None else place.branches[:1]:
            told: Told = {"at": ".".join((*_inside(spot), place.key)), "field": place.field.coordinate}
            if text := place.arguments.text:
                told["arguments"] = text
            if place.mode is Mode.FOLD:
                yield {**told, **self._folded(branch, above)}
            elif fails is not None:
                yield {**told, "fails": fails}
            elif branch.index in batches:
                yield {**told, **self._asked(place, branch, identity)}

    def _folded(self, branch: Branch, above: int) -> Told:
        (spot,) = branch.spots
        columns = sorted(name for name in spot.owner.columns if name.startswith(spot.prefix))
        told: Told = {"type": spot.bound.name, "folded": True, "statement": above, "columns": columns}
        return {**told, **self._below([spot], above)}

    def _asked(self, place: Place, branch: Branch, identity: Any) -> Told:
        told: Told = {"type": branch.spots[0].bound.name, "store": branch.batch.store, "batch": branch.batch.name}
        if self._barred(place, branch):
            return {**told, "barred": True}
        for name, call in (("statement", branch.call), ("counted", branch.count)):
            if call is not None and branch.batch.store is not None:
                told[name] = self._statements.setdefault((call.number, identity), len(self._statements) + 1)
        told["columns"] = sorted(_columns(branch.call))
        if branch.gate is not None:
            told["seen"] = self._rule(branch.spots[0], branch.gate)
        return {**told, **self._below(branch.spots, told.get("statement", 0))}

    def _arguments(self, place: Place, batches: list[int]) -> tuple[Any, list[int]]:
        """What tells one statement of a call from another, and the numbers of the batches that are asked."""
        edge: Any = place.field.declaration.edge
        arguments, guards = place.arguments.of(self._variables)
        page = None
        if edge.paged:
            arguments, page = split_paging(arguments)
        if edge.key is not None:
            route, arguments = routed(edge, arguments)
            routes = route if isinstance(route, list) else [route]
            batches = [one[0] for one in routes if one is not None]
        return frozen([arguments, page, dict(guards)]), batches

    def _barred(self, place: Place, branch: Branch) -> bool:
        """Whether no row can meet the rules of the objects and of the inputs, so that nothing is asked."""
        permissions = [*([branch.gate] if branch.gate else []), *place.arguments.guards(self._variables).values()]
        keys = branch.spots[0].bound.declaration.keys
        return any(self._rights[permission].narrow(keys) == () for permission in permissions)

    def _rules(self, spot: Spot) -> Iterator[Told]:
        """The rules that look at each row, with the fields that wait for them."""
        for permission in spot.permissions:
            fields = [
                ".".join((*_inside(spot), entry.key))
                for entry in spot.refusing
                if entry.access is Access.ROWS and entry.field.declaration.permission == permission
            ]
            yield {**self._rule(spot, permission), "fields": fields}

    def _rule(self, spot: Spot, permission: str) -> Told:
        keys = spot.bound.declaration.keys
        held, locked = self._rights[permission].names
        told: Told = {"permission": permission, "rules": {str(name): keys[name] for name in held if keys.get(name)}}
        if waiting := {str(name): keys[name] for name in locked if keys.get(name)}:
            told["withSecondFactor"] = waiting
        return told

    def _refusal(self, spot: Spot, entry: Leaf | Place) -> Told:
        permission = entry.field.declaration.permission or ""
        reason = self._masked_or(self._rights[permission].refusal_at_all(), spot, entry)
        told: Told = {"at": ".".join((*_inside(spot), entry.key)), "field": entry.field.coordinate}
        told |= {"permission": permission, "reason": reason.word}
        return told if reason.store is None else {**told, "store": reason.store}

    def _masked_or(self, reason: Reason, spot: Spot, entry: Leaf | Place) -> Reason:
        """The reason, or that a masked form can be read instead; on which rows, the rules of that form say."""
        masked_by = entry.field.declaration.masked_by
        if masked_by is None or reason.word == "SECOND_FACTOR" or reason.store is not None:
            return reason
        permission = spot.bound.declaration.fields[masked_by].permission
        return MASKED if permission and not self._rights[permission].never else reason


def _never(entry: Leaf | Place) -> bool:
    return entry.access is Access.NEVER


def _inside(spot: Spot) -> list[str]:
    """Where the objects stand below their edge, without positions."""
    return [part for part in spot.inner if part is not None]


def _columns(call: Call | None) -> frozenset[str]:
    """Columns that a statement asks for, for all the places that it serves."""
    return frozenset().union(*(branch.columns for branch in call.branches)) if call else frozenset()
