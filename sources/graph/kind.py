"""A type of a foreign graph as ours reads it: which columns there are, and how each is picked of an object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sources.postgres.ask import Narrow
from sources.postgres.failure import Unintelligible
from sources.remote.row import Row

Object = dict[str, Any]
Take = Callable[[Object], Any]
Represent = Callable[[Any], Object]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a type.

    Attributes:
        selection: what is selected for it, such as `title` or `author { id }`.
        take: what picks its value; raises `Unintelligible` where the object is not as it should be.
    """

    selection: str
    take: Take


@dataclass(frozen=True, eq=False)
class Kind:
    """A type.

    Attributes:
        name: as the foreign graph says it.
        fields: by the name of the column.
        represent: the members of a representation, by the value of `key`, which is one of the columns.
    """

    record: type[Row]
    name: str
    fields: Mapping[str, Field]
    represent: Represent
    key: str = "id"
    _pickers: dict[frozenset[str], Callable[[Any], Row]] = field(default_factory=dict, repr=False)

    def selected(self, columns: frozenset[str]) -> str:
        """What is selected so that these columns can be picked."""
        found = dict.fromkeys(self.fields[name].selection for name in sorted(columns))
        return f"__typename {' '.join(found)}"

    def picked(self, columns: frozenset[str]) -> Callable[[Any], Row]:
        """What makes a row with these columns of an object.

        Raises (the function): Unintelligible: it is none of this type, or not as it should be.
        """
        known = self._pickers.get(columns)
        if known is None:
            takes = [(name, self.fields[name].take) for name in sorted(columns)]
            record, kind = self.record, self.name

            def known(found: Any) -> Row:
                if type(found) is not dict or found.get("__typename") != kind:
                    raise Unintelligible(f"something else than {kind}")
                return record({name: take(found) for name, take in takes})

            self._pickers[columns] = known
        return known


@dataclass(frozen=True, slots=True)
class Rules:
    """How the rules of a list are told to the foreign graph, so that its pages and counts have no row too many.

    Attributes:
        argument: of the list; `kind` is its type, as the foreign graph says it.
        written: what is given for them: groups that must hold, each of alternatives `(column, values)`.
    """

    argument: str
    kind: str
    written: Callable[[tuple[tuple[Narrow, ...], ...]], Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """A field by which an entity of the foreign graph leads to a list.

    Attributes:
        parent: the name of the entity's type.
        represent: the members of its representation, by our key.
        name: of the field: a list, or a connection where there are pages.
        key: the column of the children that holds the parent's key; None where they do not say whose they are.
        rules: how it is narrowed; None where it cannot be.
    """

    parent: str
    represent: Represent
    name: str
    key: str | None = None
    rules: Rules | None = None


def plain(name: str, kind: type[Any]) -> Field:
    """A field whose value is one of JSON's own kinds."""
    return Field(name, lambda found: _of(found.get(name), kind))


def instant(name: str) -> Field:
    """A field with an instant, as text with an offset."""

    def made(text: str) -> datetime:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError(text)
        return found

    return _read(name, name, made)


def day(name: str) -> Field:
    """A field with a day, as text."""
    return _read(name, name, date.fromisoformat)


def global_key(prefix: str, *path: str) -> Field:
    """The number of ours in a global id such as `prac_1`, below other fields or not."""
    before = f"{prefix}_"

    def number(text: str) -> int:
        if not text.startswith(before):
            raise ValueError(text)
        return int(text.removeprefix(before))

    selection = path[-1]
    for name in reversed(path[:-1]):
        selection = f"{name} {{ {selection} }}"
    return _read(selection, path[-1], number, path[:-1])


def _read(selection: str, name: str, made: Callable[[str], Any], path: tuple[str, ...] = ()) -> Field:
    def take(found: Object) -> Any:
        for step in path:
            below = _of(found.get(step), dict)
            if below is None:
                return None
            found = below
        text = _of(found.get(name), str)
        if text is None:
            return None
        try:
            return made(text)
        except ValueError:
            raise Unintelligible(f"{name} has another form") from None

    return Field(selection, take)


def _of(found: Any, kind: type[Any]) -> Any:
    # True is an int to Python, and a flag to everybody else.
    if found is None or type(found) is kind:
        return found
    raise Unintelligible(f"expected {kind.__name__}")
