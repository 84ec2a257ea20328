"""What a service was asked for, and may therefore say: whatever else it says is nobody's word.

A service that adds a field to an object of ours would speak of what others give, and one that names a place that
nobody asked for would say to the caller whatever it likes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeGuard

from graphql import FieldNode, FragmentDefinitionNode, SelectionSetNode

from engine.joining.nodes import inside_of, key_of
from engine.joining.supergraph import Supergraph
from engine.path import Path

_TYPENAME: Final = "__typename"
# So many troubles of one answer are told of; what is told beyond is no longer read by anybody.
MAX_TROUBLES: Final = 20_000
# Of a type that is none nothing is asked but what is asked of all.
_NO_TYPE: Final = ""


class _Keys(NamedTuple):
    """The keys of objects of a type, and of those that have objects what these may have."""

    all: frozenset[str]
    inside: "dict[str, Expected]"


class Expected:
    """The keys that an object of an answer may have, by its type, and below them the same.

    Args:
        sets: what was asked of the object.
        fragments: those that are spread in it.
    """

    __slots__ = ("_by_type", "_fragments", "_sets", "_supergraph")

    def __init__(
        self,
        sets: Sequence[SelectionSetNode],
        fragments: Mapping[str, FragmentDefinitionNode],
        supergraph: Supergraph,
    ) -> None:
        self._sets = sets
        self._fragments = fragments
        self._supergraph = supergraph
        self._by_type: dict[str | None, _Keys] = {}

    def less(self, selections: SelectionSetNode) -> "Expected":
        """The same of another selection, which spreads the same fragments."""
        return Expected((selections,), self._fragments, self._supergraph)

    def keep(self, one: dict[str, Any], name: Any = None) -> None:
        """Take what was not asked for out of an object, and out of all that it holds; `name` is its type, if known."""
        known = self.keys(name or one.get(_TYPENAME))
        if not one.keys() <= known.all:
            for key in one.keys() - known.all:
                del one[key]
        for key, inside in known.inside.items():
            value = one.get(key)
            if value.__class__ is dict:
                inside.keep(value)
            elif value.__class__ is list:
                inside.keep_each(value)

    def keep_each(self, values: list[Any]) -> None:
        """The same of all objects of a list, and of lists in it."""
        for one in values:
            if one.__class__ is dict:
                self.keep(one)
            elif one.__class__ is list:
                self.keep_each(one)

    def leads(self, path: Path) -> bool:
        """Whether a path from the object, or from a list of such, is one of what was asked for."""
        here: Expected | None = self
        for part in path:
            if isinstance(part, int):
                if part < 0:
                    return False
            elif here is None or part not in (known := here.keys(None)).all:
                return False
            else:
                here = known.inside.get(part)
        return True

    def keys(self, name: Any) -> "_Keys":
        """What is asked of objects of a type; of those that do not say it, what is asked of any."""
        if name is not None and not (isinstance(name, str) and self._supergraph.has(name)):
            name = _NO_TYPE
        known = self._by_type.get(name)
        if known is None:
            found: dict[str, list[SelectionSetNode]] = {}
            for one in self._sets:
                self._collect(one, name, found)
            objects = {key: sets for key, sets in found.items() if sets}
            inside = {key: Expected(sets, self._fragments, self._supergraph) for key, sets in objects.items()}
            known = self._by_type[name] = _Keys(frozenset(found), inside)
        return known

    def _collect(
        self, selections: SelectionSetNode, name: str | None, found: dict[str, list[SelectionSetNode]]
    ) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                inside = found.setdefault(key_of(node), [])
                if node.selection_set is not None:
                    inside.append(node.selection_set)
                continue
            condition, selected = inside_of(node, self._fragments)
            if name is None or condition is None or self._supergraph.is_of(name, condition):
                self._collect(selected, name, found)


class Errors:
    """What a service says has failed: with a place, or without.

    Args:
        said: whatever stands in `errors`.
        leads: whether a place is one of what was asked for; others are no places, and each counts once. None of a
            service that is trusted.

    Attributes:
        all: what was said, as far as anybody is told of it.
        first: the one that stands for all that has no place.
    """

    __slots__ = ("all", "first", "loose", "placed")

    def __init__(self, said: Any, leads: Callable[[Path], bool] | None) -> None:
        most = None if leads is None else MAX_TROUBLES
        self.all = list(said)[:most] if isinstance(said, list | tuple) else []
        self.placed: list[tuple[Path, Any]] = []
        self.loose: list[Any] = []
        known: set[tuple[str | int, ...]] = set()
        for error in self.all:
            path = error.get("path") if isinstance(error, dict) else None
            if not _is_path(path) or not (leads is None or leads(path)):
                self.loose.append(error)
            elif leads is None or tuple(path) not in known:
                known.add(tuple(path))
                self.placed.append((path, error))
        self.first: Any = next(iter(self.loose or self.all), None)


def leading(expected: Mapping[str, Expected | None]) -> Callable[[Path], bool] | None:
    """Whether a path begins with one of the keys of entities, and leads to what was asked of them."""
    if None in expected.values():
        return None

    def leads(path: Path) -> bool:
        one = expected.get(path[0]) if isinstance(path[0], str) else None
        return one is not None and len(path) > 1 and isinstance(path[1], int) and one.leads(path[1:])

    return leads


def _is_path(value: Any) -> TypeGuard[Path]:
    return isinstance(value, list) and len(value) > 0 and all(part.__class__ in {str, int} for part in value)
