"""Answers of several services put together into one; what they contradict each other in is found, and never raised."""

from collections.abc import Iterator
from typing import Any, Final

from engine.joining.reading import TYPENAME
from engine.joining.steps import Place, RenameKey, Rewrite
from engine.joining.supergraph import Supergraph
from engine.path import Path

# Deeper answers do not come of documents that are within their bounds.
MAX_DEPTH: Final = 100


class Merging:
    """Puts answers together; of what is there already, an object or a list stays the one it is."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._abstract = frozenset(supergraph.possible)

    def into(self, known: dict[str, Any], said: dict[str, Any], depth: int = 0) -> bool:
        """Put an object into another one; whether the two agree in their form.

        Of lists of different lengths, and of an object and something else, the one that was there stays.
        """
        agree = depth <= MAX_DEPTH
        for key, value in said.items() if agree else ():
            old = known.get(key)
            if old is None:
                known[key] = value
            elif value is None:
                continue
            elif old.__class__ is dict or value.__class__ is dict:
                agree &= old.__class__ is value.__class__ and self.into(old, value, depth + 1)
            elif old.__class__ is list or value.__class__ is list:
                agree &= old.__class__ is value.__class__ and self._lists(old, value, depth + 1)
            elif key != TYPENAME or value not in self._abstract:
                # A service that knows an interface as one type only says less than those that know its kinds.
                known[key] = value
        return agree

    def _lists(self, known: list[Any], said: list[Any], depth: int) -> bool:
        if len(known) != len(said) or depth > MAX_DEPTH:
            return False
        agree = True
        for at, value in enumerate(said):
            old = known[at]
            if old is None:
                known[at] = value
            elif value is None:
                continue
            elif old.__class__ is dict and value.__class__ is dict:
                agree &= self.into(old, value, depth + 1)
            elif old.__class__ is list and value.__class__ is list:
                agree &= self._lists(old, value, depth + 1)
            elif old.__class__ in {dict, list} or value.__class__ in {dict, list}:
                agree = False
            else:
                known[at] = value
        return agree

    def rewrite(self, value: Any, change: Rewrite) -> None:
        """Carry out a rewrite on an answer or a representation, wherever its place is there."""
        for holder in self._at([value], change.place):
            if isinstance(change, RenameKey):
                if change.key in holder:
                    holder[change.to] = holder.pop(change.key)
            else:
                holder[change.key] = change.value

    def _at(self, values: list[Any], place: Place) -> Iterator[dict[str, Any]]:
        for part in place:
            found = objects(values)
            if isinstance(part, frozenset):
                values = [one for one in found if self._is_of(one.get(TYPENAME), part)]
            else:
                values = [one.get(part or "") for one in found]
        return objects(values)

    def _is_of(self, name: Any, conditions: frozenset[str]) -> bool:
        return name is None or any(self._supergraph.is_of(name, one) for one in conditions)


def objects(values: list[Any]) -> Iterator[dict[str, Any]]:
    """The objects among values and in lists of them, however deep these are."""
    left = values[::-1]
    while left:
        one = left.pop()
        if one.__class__ is dict:
            yield one
        elif one.__class__ is list:
            left += reversed(one)


def copied(value: Any) -> Any:
    """A value of its own, so that what is put into one place is not put into another."""
    if value.__class__ is dict:
        return {key: copied(one) if one.__class__ in {dict, list} else one for key, one in value.items()}
    if value.__class__ is list:
        return [copied(one) for one in value]
    return value


def spread(values: list[tuple[Path, Any]]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The objects among values and in lists of them, with the position of each."""
    left = values[::-1]
    while left:
        path, one = left.pop()
        if one.__class__ is dict:
            yield path, one
        elif one.__class__ is list:
            left += [([*path, at], one[at]) for at in reversed(range(len(one)))]
