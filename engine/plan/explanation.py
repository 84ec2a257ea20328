"""A plan told as data: which statement each step stands for, what it asks for, and what the rights make of it.

It is what `kabinet explain` prints and what the demo puts into `extensions.plan`; it holds values of the request only
as far as the document itself has them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import GraphQLError

from engine.batch import Batch
from engine.errors import BadArgument
from engine.plan.plan import Access, Branch, Call, Deed, Leaf, Mode, Place, Plan, Series, Spot
from engine.plan.rights import masked_or
from engine.plan.routing import frozen, routed, split_paging
from engine.request.variables import Variables
from engine.rights import Reason, Rights

Told = dict[str, Any]
UNTAKEN = "an argument cannot be taken"


def explained(plan: Plan, variables: Variables, rights: Rights) -> Told:
    """The steps of a plan, each below the one whose rows it needs, with the number of statements that they may take."""
    return _Explaining(variables, rights).plan(plan)


def explained_acts(series: Series, payload: Callable[[Deed], Plan], variables: Variables, rights: Rights) -> Told:
    """The acts of a mutation in their order, each with what would be read for its payload under the rights as they are.

    How many statements an act itself takes is its own affair; those told are for the payloads.
    """
    return _Explaining(variables, rights).series(series, payload)


class _Explaining:
    def __init__(self, variables: Variables, rights: Rights) -> None:
        self._variables = variables
        self._rights = rights
        self._statements: dict[Any, int] = {}
        self._made = 0
        self._once: set[str] = set()

    def plan(self, plan: Plan) -> Told:
        told = self._below([plan.root], 0)
        return {"statements": self._made, **told}

    def series(self, series: Series, payload: Callable[[Deed], Plan]) -> Told:
        steps: list[Told] = []
        refused: list[Told] = []
        for deed in series.steps:
            if isinstance(deed, Deed):
                permission = deed.field.declaration.permission or ""
                told: Told = {"at": deed.key, "field": deed.field.coordinate}
                if self._rights[permission].never:
                    refused.append({**told, **_refused(permission, self._rights[permission].refusal_at_all())})
                else:
                    steps.append({**told, **self._deed(deed, payload), "permission": permission})
        told = {"statements": self._made}
        return {**told, **({"refused": refused} if refused else {}), **({"steps": steps} if steps else {})}

    def _deed(self, deed: Deed, payload: Callable[[Deed], Plan]) -> Told:
        act: Any = deed.field.declaration.act
        told: Told = {"arguments": deed.arguments.text} if deed.arguments.text else {}
        try:
            deed.arguments.of(self._variables)
        except GraphQLError:
            return {**told, "fails": UNTAKEN}
        plan = payload(deed)
        return {**told, "type": deed.payload.name, "act": act.name, **self._below([plan.root], 0)}

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
        arguments: Mapping[str, Any] = {}
        identity, fails, batches = None, None, [branch.index for branch in place.branches]
        try:
            identity, arguments, batches = self._arguments(place, batches)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the edge will fail of it
            fails = failed.message if isinstance(failed, BadArgument) else UNTAKEN
        for branch in place.branches if fails is None else place.branches[:1]:
            told: Told = {"at": ".".join((*_inside(spot), place.key)), "field": place.field.coordinate}
            if text := place.arguments.text:
                told["arguments"] = text
            if place.mode is Mode.FOLD:
                yield {**told, **self._folded(branch, above)}
            elif fails is not None:
                yield {**told, "fails": fails}
            elif branch.index in batches:
                yield {**told, **self._asked(place, branch, identity, arguments)}

    def _folded(self, branch: Branch, above: int) -> Told:
        (spot,) = branch.spots
        columns = sorted(name for name in spot.owner.columns if name.startswith(spot.prefix))
        told: Told = {"type": spot.bound.name, "folded": True, "statement": above, "columns": columns}
        return {**told, **self._below([spot], above)}

    def _asked(self, place: Place, branch: Branch, identity: Any, arguments: Mapping[str, Any]) -> Told:
        told: Told = {"type": branch.spots[0].bound.name, "store": branch.batch.store, "batch": branch.batch.name}
        if self._barred(place, branch):
            return {**told, "barred": True}
        for name, call in (("statement", branch.call), ("counted", branch.count)):
            if call is not None and branch.batch.store is not None:
                told[name] = self._numbered((call, identity), branch.batch, arguments)
        told["columns"] = sorted(_columns(branch.call))
        if branch.gate is not None:
            told["seen"] = self._rule(branch.spots[0], branch.gate)
        return {**told, **self._below(branch.spots, told.get("statement", 0))}

    def _numbered(self, asked: Any, batch: Batch, arguments: Mapping[str, Any]) -> int:
        """The number of a statement; those that come before it have numbers, too."""
        if asked not in self._statements:
            once = batch.once(self._rights) if batch.once else None
            if once is not None and once not in self._once:
                self._once.add(once)
                self._made += 1
            self._made += 1 + (batch.ahead(arguments) if batch.ahead else 0)
            self._statements[asked] = self._made
        return self._statements[asked]

    def _arguments(self, place: Place, batches: list[int]) -> tuple[Any, Mapping[str, Any], list[int]]:
        """What tells one statement of a call from another, its arguments, and the numbers of the batches asked."""
        edge: Any = place.field.declaration.edge
        arguments, guards = place.arguments.of(self._variables)
        page, looked_up = None, []
        if edge.paged:
            arguments, page = split_paging(arguments)
        if edge.key is not None:
            route, arguments = routed(edge, arguments)
            routes = route if isinstance(route, list) else [route]
            batches = [one[0] for one in routes if one is not None]
            # A key of several parts begins with what it is looked up by, which is a statement of its own.
            looked_up = [one[1][0] for one in routes if one is not None and isinstance(one[1], tuple)]
        return frozen([arguments, page, dict(guards), looked_up]), arguments, batches

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
        reason = self._rights[permission].refusal_at_all()
        # On which rows the masked form can be read, the rules of that form say.
        reason = masked_or(reason, spot.bound, entry.field, self._rights, lambda mask: not mask.never)
        told: Told = {"at": ".".join((*_inside(spot), entry.key)), "field": entry.field.coordinate}
        return {**told, **_refused(permission, reason)}


def _refused(permission: str, reason: Reason) -> Told:
    told: Told = {"permission": permission, "reason": reason.word}
    return told if reason.store is None else {**told, "store": reason.store}


def _never(entry: Leaf | Place) -> bool:
    return entry.access is Access.NEVER


def _inside(spot: Spot) -> list[str]:
    """Where the objects stand below their edge, without positions."""
    return [part for part in spot.inner if part is not None]


def _columns(call: Call | None) -> frozenset[str]:
    """Columns that a statement asks for, for all the places that it serves."""
    return frozenset().union(*(branch.columns for branch in call.branches)) if call else frozenset()
