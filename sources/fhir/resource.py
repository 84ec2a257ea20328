"""A kind of FHIR resource as the graph reads it: which columns there are, and how each is picked of a resource."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sources.postgres.failure import Unintelligible
from sources.remote.row import Row

Resource = dict[str, Any]
Take = Callable[[Resource], Any]

# What an id may be made of; nothing else is asked for.
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
# What means something in the value of a parameter.
_SPECIAL: Final = re.compile(r"([\\,$|])")


def escaped(value: object) -> str:
    """A value as it stands in a parameter of a search."""
    return _SPECIAL.sub(r"\\\1", str(value))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind.

    Attributes:
        elements: of the resource that are asked for.
        take: what picks its value; raises `Unintelligible` where the resource is not as it should be.
        parameter: of a search that compares it with values, where there is one.
        written: how a value stands in that parameter.
    """

    elements: tuple[str, ...]
    take: Take
    parameter: str | None = None
    written: Callable[[Any], str] = escaped


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of resource.

    Attributes:
        name: as FHIR says it.
        columns: by name; `id` is one of them.
    """

    record: type[Row]
    name: str
    columns: Mapping[str, Column]
    _pickers: dict[frozenset[str], Callable[[Any], Row]] = field(default_factory=dict, repr=False)

    def elements(self, columns: frozenset[str]) -> str:
        """What is asked for so that these columns can be picked; the id comes anyway."""
        found = {element for name in columns for element in self.columns[name].elements}
        return ",".join(sorted(found | {"id"}))

    def picked(self, columns: frozenset[str]) -> Callable[[Any], Row]:
        """What makes a row with these columns of a resource.

        Raises (the function): Unintelligible: it is none of this kind, or not as it should be.
        """
        known = self._pickers.get(columns)
        if known is None:
            takes = [(name, self.columns[name].take) for name in sorted(columns)]
            record, kind = self.record, self.name

            def known(resource: Any) -> Row:
                if type(resource) is not dict or resource.get("resourceType") != kind:
                    raise Unintelligible(f"something else than {kind}")
                return record({name: take(resource) for name, take in takes})

            self._pickers[columns] = known
        return known


def resource_id(resource: Resource) -> str:
    """The id, without which a resource cannot be told from others."""
    found = resource.get("id")
    if not isinstance(found, str) or not ID.fullmatch(found):
        raise Unintelligible("a resource without an id")
    return found


def member(element: str, kind: type[Any]) -> Take:
    """A plain element, of one of JSON's own kinds."""

    def take(resource: Resource) -> Any:
        return _of(resource.get(element), kind)

    return take


def within(*path: str) -> Take:
    """A text inside of other elements; of those that repeat, in the first."""

    def take(resource: Resource) -> Any:
        found: Any = resource
        for name in path:
            found = _first(found)
            if found is None:
                return None
            found = _of(found, dict).get(name)
        return _of(_first(found), str)

    return take


def coded(element: str) -> Take:
    """The code of a concept; the first where there are several."""
    return within(element, "coding", "code")


def contact(system: str, use: str) -> Take:
    """The first way to reach somebody that is of a system, such as `phone`, and for a use, such as `work`."""

    def take(resource: Resource) -> Any:
        for one in _of(resource.get("telecom"), list) or ():
            if _of(one, dict).get("system") == system and one.get("use") == use:
                return _of(one.get("value"), str)
        return None

    return take


def identified(system: str) -> Take:
    """The value of the identifier that is of a system."""

    def take(resource: Resource) -> Any:
        for one in _of(resource.get("identifier"), list) or ():
            if _of(one, dict).get("system") == system:
                return _of(one.get("value"), str)
        return None

    return take


def identified_number(system: str) -> Take:
    """The same, where it is a number of ours."""
    text = identified(system)

    def take(resource: Resource) -> Any:
        found = text(resource)
        if found is not None and not _NUMBER.fullmatch(found):
            raise Unintelligible("an identifier that is no number")
        return None if found is None else int(found)

    return take


def in_system(system: str) -> Callable[[Any], str]:
    """How a value of a system of identifiers or codes stands in a parameter."""
    prefix = f"{escaped(system)}|"
    return lambda value: f"{prefix}{escaped(value)}"


def to(kind: str) -> Callable[[Any], str]:
    """How a reference to a resource of a kind stands in a parameter."""
    return lambda key: f"{kind}/{escaped(key)}"


def referred(element: str, kind: str) -> Take:
    """The id of what an element refers to, relative or by its whole address; None where it is of another kind."""
    prefix = f"{kind}/"

    def take(resource: Resource) -> Any:
        found = _first(resource.get(element))
        reference = None if found is None else _of(_of(found, dict).get("reference"), str)
        if reference is None:
            return None
        place = reference.rfind(prefix)
        ended = reference[place + len(prefix) :].partition("/")[0]
        at_start = place == 0 or (place > 0 and reference[place - 1] == "/")
        return ended if at_start and ID.fullmatch(ended) else None

    return take


def instant(element: str) -> Take:
    """An instant, with its offset."""

    def take(resource: Resource) -> Any:
        found = _of(resource.get(element), str)
        if found is None:
            return None
        try:
            made = datetime.fromisoformat(found)
        except ValueError:
            raise Unintelligible(f"{element} is no instant") from None
        if made.tzinfo is None:
            raise Unintelligible(f"{element} has no offset")
        return made

    return take


def day(element: str) -> Take:
    """A day; None of a date that knows the year or the month alone."""

    def take(resource: Resource) -> Any:
        found = _of(resource.get(element), str)
        if found is None or len(found) < len("2026-01-01"):
            return None
        try:
            return date.fromisoformat(found)
        except ValueError:
            raise Unintelligible(f"{element} is no day") from None

    return take


def _first(found: Any) -> Any:
    return (found[0] if found else None) if isinstance(found, list) else found


def _of(found: Any, kind: type[Any]) -> Any:
    # True is an int to Python, and a flag to everybody else.
    if found is None or type(found) is kind:
        return found
    raise Unintelligible(f"expected {kind.__name__}")
