"""Connections as the Relay specification has them, with `nodes` and a total that is counted only when asked."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry

from engine.declare import derived, public, shows

# How many rows a page may have, and has where nobody says.
MAX_PAGE = 100
DEFAULT_PAGE = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class PageValue:
    """One page of rows with the means to make cursors and to count the whole list."""

    nodes: Sequence[Any]
    seal: Callable[[Any], str]
    count: Callable[[], Awaitable[int]]
    has_next_page: bool
    has_previous_page: bool

    @property
    def edges(self) -> "list[EdgeValue]":
        """The rows with their cursors to be."""
        return [EdgeValue(node, self.seal) for node in self.nodes]

    @property
    def page(self) -> "PageValue":
        """The page itself, as PageInfo shows it."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class EdgeValue:
    """One row and the means to make its cursor."""

    node: Any
    seal: Callable[[Any], str]


@shows(PageValue)
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = public("Whether the list goes on after this page.")
    has_previous_page: bool = public("Whether the list has rows before this page.")
    start_cursor: str | None = derived(
        lambda nodes, seal: seal(nodes[0]) if nodes else None,
        "Cursor of the first row; null on an empty page.",
        needs=("nodes", "seal"),
    )
    end_cursor: str | None = derived(
        lambda nodes, seal: seal(nodes[-1]) if nodes else None,
        "Cursor of the last row; null on an empty page.",
        needs=("nodes", "seal"),
    )


@shows(EdgeValue)
class Edge(Generic[T]):
    """One row of a connection with its cursor."""

    cursor: str = derived(
        lambda node, seal: seal(node),
        "Opaque place of the row, for `after` and `before`; good only for this viewer, list, filter and order.",
        needs=("node", "seal"),
    )
    node: T = public("The row.")


@shows(PageValue)
class Connection(Generic[T]):
    """One page of a list that can grow."""

    edges: list[Edge[T]] = public("The rows with their cursors.")
    nodes: list[T] = public("The rows without their cursors.")
    page_info: PageInfo = public("Where the page stands in the list.", column="page")
    total_count: int | None = derived(
        lambda count: count(), "How many rows the whole list has; counted only when asked for.", needs=("count",)
    )


NODE_DESCRIPTION = "Global id: opaque, stable, unique over all types."
# Of a row that is shown where it belongs, and nowhere else.
ROW_DESCRIPTION = "Id of the row, for caches: opaque, stable, unique over all types; `node` finds nothing by it."


@strawberry.interface(description="Anything that can be found again by its global id.")
class Node:
    """An interface never carries a rule of its own: the concrete type decides."""

    id: strawberry.ID = strawberry.field(description=NODE_DESCRIPTION)
