"""The plan of an operation under rights, as data: where objects stand, which edges lead there, what each step asks.

A plan holds nothing of one request: no ids, no values of variables, no sets of a viewer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graphql import FieldNode

from engine.batch import Batch
from engine.graph import BoundField, BoundType


class Access(Enum):
    """How far the rights settle a field before any row is known."""

    OPEN = "open"
    NEVER = "never"
    ROWS = "rows"


class Mode(Enum):
    """What an edge makes of the keys of one parent."""

    ONE = "one"
    KEYS = "keys"
    MANY = "many"
    PAGE = "page"
    FOLD = "fold"


# Where the rows of a spot stand below their edge: response keys, and None for the position in a list.
Inner = tuple[str | None, ...]


@dataclass(slots=True, eq=False)
class Constant:
    """A value that every object of the type has: the name of the type."""

    key: str
    value: str


@dataclass(slots=True, eq=False)
class Leaf:
    """A value of the row itself; with `inner`, an object made of the row's columns and shaped where it stands."""

    key: str
    field: BoundField
    access: Access = Access.OPEN
    inner: "list[Constant | Leaf] | None" = None


@dataclass(slots=True, eq=False)
class Spot:
    """A place of the answer where objects of one concrete type stand, and what is selected of them.

    Attributes:
        place: the edge that leads here; None at the root.
        prefix: what names of columns begin with: a folded spot reads the rows of its owner.
        owner: the spot whose rows these are, itself unless it is folded.
        depth: how many calls stand above it.
        refusing: entries that the rights close, for every row or for some.
        permissions: those that only the rows can settle.
        reads: guarded coordinates with the permission that rows settle, None where every row is read.
        columns: names that the rows must have, those of folded spots included.
        shapes: generated functions by the layout of the rows.
    """

    number: int
    bound: BoundType
    place: "Place | None"
    inner: Inner
    depth: int
    prefix: str = ""
    folded_into: "Spot | None" = None
    entries: "list[Constant | Leaf | Place]" = field(default_factory=list)
    places: "list[Place]" = field(default_factory=list)
    refusing: "list[Leaf | Place]" = field(default_factory=list)
    permissions: list[str] = field(default_factory=list)
    reads: list[tuple[str, str | None]] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    shapes: dict[Any, Callable[..., list[Any]]] = field(default_factory=dict)

    @property
    def owner(self) -> "Spot":
        """The spot whose rows these are."""
        return self.folded_into or self


@dataclass(slots=True, eq=False)
class Page:
    """What is selected of a connection: of each kind of part the response keys, in the order of the selection.

    Attributes:
        parts: (key, kind, entries): for `edges` and `pageInfo` the (key, kind) pairs inside, for `nodes` none.
        spots: where rows stand, by the response keys that lead there.
    """

    parts: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)
    counted: bool = False


@dataclass(slots=True, eq=False)
class Place:
    """An edge of a spot: one step of the plan, under one response key.

    Attributes:
        nonnull, item_nonnull: whether the schema promises a value, and every item of a list.
        branches: what each batch of the edge leads to; none where the edge is refused.
        varying: whether its arguments depend on variables or on the viewer.
        settled: the arguments, where they do not vary; filled by the first run.
    """

    number: int
    key: str
    spot: Spot
    field: BoundField
    node: FieldNode
    mode: Mode
    access: Access
    nonnull: bool
    item_nonnull: bool
    varying: bool
    branches: "list[Branch]"
    page: Page | None = None
    settled: Any = None


@dataclass(slots=True, eq=False)
class Branch:
    """One batch of an edge and the spots where its rows stand (several only for a page).

    Attributes:
        index: number of the batch in the edge.
        gated: whether the rules of the type must be checked on every row.
        present: for a fold, the column that tells whether there is a row.
    """

    number: int
    index: int
    batch: Batch
    place: Place
    gated: bool = False
    spots: list[Spot] = field(default_factory=list)
    call: "Call | None" = None
    count: "Call | None" = None
    present: str | None = None
    columns: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Call:
    """One batch that is asked once for all its branches, as soon as the rows above all of them are there.

    Attributes:
        waits: number of spots above; a spot is counted once for each of its branches here.
    """

    number: int
    batch: Batch
    counting: bool
    depth: int
    branches: list[Branch] = field(default_factory=list)

    @property
    def waits(self) -> int:
        """How many branches must have their parents before the call can be made."""
        return len(self.branches)


@dataclass(slots=True, eq=False)
class Plan:
    """All steps of an operation: spots stand before the spots below them."""

    spots: list[Spot]
    places: list[Place]
    branches: list[Branch]
    calls: list[Call]
    waits: tuple[int, ...] = ()

    @property
    def root(self) -> Spot:
        """Where it begins."""
        return self.spots[0]
