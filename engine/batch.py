"""Batch functions: the only way an edge can be followed, all parents in, all children out.

A batch takes the context of the operation, the keys of all parents, and how rows are asked for; it answers by key,
never by position. The rows of lists and pages come from one statement, so that all of them have the same columns in
the same order. Its keyword-only parameters become the arguments of the fields that use it.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, get_type_hints

from engine.rights import Rights


class Shape(Enum):
    """How many rows a key has."""

    ONE = "one"
    MANY = "many"
    PAGE = "page"


Call = Callable[..., Awaitable[Mapping[Any, Any]]]
Ahead = Callable[[Mapping[str, Any]], int]
Once = Callable[[Rights], str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """A batch function with what a plan must know of it.

    Attributes:
        store: the name of the store that its statement goes to; None when it asks none.
        record: the class of the rows it gives.
        arguments: name → (annotation, default) of each argument of the fields that use it.
        count: for a page, the function that counts the whole list.
        ahead: how many statements come before its own, for its arguments; before that of its count, too.
        once: the name of a statement that comes before the first of an operation that takes it, under these rights.
    """

    name: str
    shape: Shape
    call: Call
    store: str | None
    record: type[Any]
    arguments: Mapping[str, tuple[Any, Any]]
    count: Call | None = None
    ahead: Ahead | None = None
    once: Once | None = None

    def __repr__(self) -> str:
        return f"<{self.shape.value} {self.name}>"


def one(store: str | None, record: type[Any], *, once: Once | None = None) -> Callable[[Call], Batch]:
    """A batch that gives at most one row for each key: `async (context, keys, ask, *, …) -> {key: row}`."""
    return lambda call: _batch(call, Shape.ONE, store, record, once=once)


def many(store: str | None, record: type[Any], *, ahead: Ahead | None = None) -> Callable[[Call], Batch]:
    """A batch that gives all rows of each key: `async (context, keys, ask, *, …) -> {key: [row, …]}`."""
    return lambda call: _batch(call, Shape.MANY, store, record, ahead=ahead)


def page(
    store: str | None, record: type[Any], count: Call, *, ahead: Ahead | None = None, once: Once | None = None
) -> Callable[[Call], Batch]:
    """A batch that gives a slice for each key: `async (context, keys, ask, window, *, …) -> {key: slice}`.

    `count` takes the same arguments without the window and gives `{key: number}`; it is called only when asked for.
    """
    return lambda call: _batch(call, Shape.PAGE, store, record, count, ahead, once)


def keyword_arguments(call: Callable[..., Any]) -> dict[str, tuple[Any, Any]]:
    """Name → (annotation, default) of the keyword-only parameters of a function."""
    hints = get_type_hints(call, include_extras=True)
    return {
        parameter.name: (hints[parameter.name], parameter.default)
        for parameter in inspect.signature(call).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }


def _batch(
    call: Call,
    shape: Shape,
    store: str | None,
    record: type[Any],
    count: Call | None = None,
    ahead: Ahead | None = None,
    once: Once | None = None,
) -> Batch:
    name = f"{call.__module__.rpartition('.')[2]}.{call.__qualname__}"
    return Batch(name, shape, call, store, record, keyword_arguments(call), count, ahead, once)
