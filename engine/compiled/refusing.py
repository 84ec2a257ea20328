"""What the rights refuse of a spot: for each entry the places, by the reasons for which its rows are refused."""

from collections.abc import Iterator
from itertools import compress
from typing import Any, NamedTuple

from graphql import GraphQLError

from engine.answer.completion import Tail
from engine.answer.errors import MAX_EACH
from engine.answer.paths import Trace, is_there, located
from engine.path import Positions, outline, positions
from engine.plan.plan import Access, Leaf, Place, Spot
from engine.plan.rights import masked_or
from engine.records import seen
from engine.rights import Reason, sterner
from engine.run.general import Run


class Group(NamedTuple):
    """What is refused for one reason: the places of the rows, the positions of the first, and the objects' keys."""

    reason: Reason
    paths: list[Tail]
    rows: list[Positions]
    keys: list[Any]


class Refusing:
    """The refusals of one spot whose rows are there; `at` is the place of the whole in the answer."""

    def __init__(self, run: Run, spot: Spot, trace: Trace, data: Any, at: Tail) -> None:
        self._run = run
        self._spot = spot
        self._trace = trace
        self._data = data
        self._at = at

    def noted(self, *, nulled: bool) -> Iterator[GraphQLError]:
        """Note them, of what stands in the answer; `nulled` says whether all of it may not.

        Arguments are taken before rights are looked at: where they cannot be, each place has that error instead.
        """
        known: dict[Any, list[Group]] = {}
        for entry in self._spot.refusing:
            declaration = entry.field.declaration
            same = (declaration.permission, declaration.masked_by)
            groups = known.get(same)
            if groups is None:
                groups = known[same] = self._groups(entry, nulled=nulled)
            untaken = _untaken(self._run, entry) if groups else None
            for reason, paths, rows, keys in groups:
                if untaken is not None:
                    yield from (located((*self._at, *path, entry.key), untaken) for path in paths)
                    continue
                place = outline((*self._at, *paths[0], entry.key))
                self._run.context.refuse_rows(
                    place, entry.field.coordinate, reason, declaration.permission or "", rows, len(paths), keys
                )

    def _groups(self, entry: Leaf | Place, *, nulled: bool) -> list[Group]:
        """The rows that are refused by a permission, by the reason; fields with the same permission share them."""
        run, spot = self._run, self._spot
        permission, rows = entry.field.declaration.permission or "", run.rows[spot.number]
        numbers: Any = range(len(rows))
        if entry.access is Access.ROWS:
            numbers = list(compress(numbers, (not may for may in run.allowed[spot.number][permission])))
        if not numbers:
            return []
        found: dict[Any, tuple[Reason, list[Tail], list[Any]]] = {}
        identity = spot.identity if entry.field.graph.journals(permission) else None
        paths = self._trace.paths(spot)
        for number, row in zip(numbers, seen([rows[number] for number in numbers], spot.prefix), strict=True):
            here = [path for path in paths[number] if not nulled or is_there(self._data, path)]
            if here:
                reason = self._reason(entry, row)
                same = reason.word, reason.store
                known, among, keys = found.setdefault(same, (reason, [], []))
                if known is not reason:
                    found[same] = sterner(known, reason), among, keys
                among.extend(here)
                if identity is not None:
                    keys.append(identity(rows[number]))
        return [Group(why, here, sorted(map(positions, here))[:MAX_EACH], keys) for why, here, keys in found.values()]

    def _reason(self, entry: Leaf | Place, row: Any) -> Reason:
        bound, rights = self._spot.bound, self._run.context.rights
        keys = bound.declaration.keys
        reason = rights[entry.field.declaration.permission or ""].refusal(row, keys)
        return masked_or(reason, bound, entry.field, rights, lambda mask: mask.allows(row, keys) is True)


def _untaken(run: Run, entry: Leaf | Place) -> Exception | None:
    """Why the arguments of an edge cannot be taken: a null can stand where none may, by a variable with a default."""
    if isinstance(entry, Place) and None in run.variables.coerced.values():
        try:
            entry.arguments.of(run.variables)
        except Exception as failed:  # noqa: BLE001 - whatever it is, it is what befell this place
            return failed
    return None
