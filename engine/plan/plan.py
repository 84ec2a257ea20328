"""The plan of an operation under rights, as data: where objects stand, which edges lead there, what each step asks.

A plan holds nothing of one request: no ids, no values of variables, no sets of a viewer.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graphql.execution.collect_fields import FieldDetails

from engine.batch import Batch
from engine.graph import BoundField, BoundType
from engine.request.arguments import Arguments


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
        identity: takes the key of an object from its row, as the read journal wants it.
        uniform: whether all rows come from one statement, so that they have the same columns in the same order.
        columns: names that the rows must have, those of folded spots included.
        joined: whether its objects are made together with those of the owner; then it has no rows of its own.
        steps: the places that the run and the answer go to one by one: all but those of joined spots.
        width: how many values an object has, those of objects within it and of joined spots included.
        shapes, few: generated functions by the layout of the rows, and the one for few rows.
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
    reads: dict[str, str | None] = field(default_factory=dict)
    identity: Callable[[Any], Any] | None = None
    uniform: bool = False
    columns: set[str] = field(default_factory=set)
    joined: bool = False
    steps: "list[Place]" = field(default_factory=list)
    width: int = 0
    shapes: dict[Any, Callable[..., list[Any]]] = field(default_factory=dict)
    few: Callable[..., list[Any]] | None = None

    @property
    def owner(self) -> "Spot":
        """The spot whose rows these are."""
        return self.folded_into or self


@dataclass(slots=True, eq=False)
class Page:
    """What is selected of a connection: of each kind of part the response keys, in the order of the selection.

    Attributes:
        parts: (key, kind, entries): for `edges` and `pageInfo` the (key, kind) pairs inside, for `nodes` none.
        counted: whether the whole list has to be counted.
        ends: whether it matters if the list goes on, and where rows stand in it.
    """

    parts: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)
    counted: bool = False
    ends: bool = False


@dataclass(slots=True, eq=False)
class Place:
    """An edge of a spot: one step of the plan, under one response key.

    Attributes:
        nonnull, item_nonnull: whether the schema promises a value, and every item of a list.
        arguments: what the field is given.
        branches: what each batch of the edge leads to; none where the edge is refused.
        plain: one batch and one key for each parent, so that the routes are the keys themselves.
        key_of: takes the key of a plain edge from a row; None for an edge of the root.
        straight: whether there is nothing to decide: one call of its own, no rules, one key for each row.
        last: whether no edge begins where a straight one leads.
        settled: the arguments, where they do not vary; filled by the first run.
    """

    number: int
    key: str
    spot: Spot
    field: BoundField
    mode: Mode
    access: Access
    nonnull: bool
    item_nonnull: bool
    arguments: Arguments
    branches: "list[Branch]"
    plain: bool = False
    key_of: Callable[[Any], Any] | None = None
    straight: bool = False
    last: bool = False
    page: Page | None = None
    settled: Any = None

    @property
    def joined(self) -> "Spot | None":
        """The spot whose objects are made together with those above, if this leads to one."""
        spot = self.branches[0].spots[0] if self.mode is Mode.FOLD else None
        return spot if spot is not None and spot.joined else None

    @property
    def permission(self) -> str:
        """The permission that decides on the rows."""
        return self.field.declaration.permission or ""


@dataclass(slots=True, eq=False)
class Branch:
    """One batch of an edge and the spots where its rows stand (several only for a page).

    Attributes:
        index: number of the batch in the edge.
        gate: the permission whose rules must be checked on every row, if any.
        present: for a fold, the column that tells whether there is a row.
    """

    number: int
    index: int
    batch: Batch
    place: Place
    gate: str | None = None
    spots: list[Spot] = field(default_factory=list)
    call: "Call | None" = None
    count: "Call | None" = None
    present: str | None = None
    columns: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Call:
    """One batch that is asked once for all its branches, as soon as the rows above all of them are there."""

    number: int
    batch: Batch
    counting: bool
    depth: int
    branches: list[Branch] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Plan:
    """All steps of an operation: spots stand before the spots below them."""

    spots: list[Spot]
    places: list[Place]
    branches: list[Branch]
    calls: list[Call]
    # Spots with entries that the rights close.
    refusing: tuple[Spot, ...] = ()
    # For each call how many branches must have their parents before it can be made.
    waits: tuple[int, ...] = ()
    # The generated function that makes the answer of a run while all is well.
    whole: Callable[[Any], Any] | None = None
    # Whether one function can run it and make the answer, and that function.
    outright: bool = False
    made: Callable[..., Awaitable[tuple[Any, int]]] | None = None
    # For how many operations it is not tried, and how many those were after it last gave up.
    rests: int = 0
    tired: int = 0

    @property
    def root(self) -> Spot:
        """Where it begins."""
        return self.spots[0]

    @property
    def parts(self) -> int:
        """How many spots, edges and values it has."""
        return len(self.spots) + len(self.places) + sum(values(spot.entries) for spot in self.spots)

    def __del__(self) -> None:
        """Its steps know each other upwards and downwards: whoever runs it holds it, and they part when nobody does."""
        for spot in self.spots:
            spot.place = spot.folded_into = None
            spot.entries, spot.places, spot.steps, spot.refusing = [], [], [], []
        for place in self.places:
            place.branches = []
        for call in self.calls:
            call.branches = []


@dataclass(slots=True, eq=False)
class Deed:
    """An act of an operation under one response key; its payload has a plan for the rights that are left after it.

    Attributes:
        payload: the type of what it is answered with.
        details: what is selected of it.
    """

    key: str
    field: BoundField
    payload: BoundType
    arguments: Arguments
    details: list[FieldDetails]


@dataclass(slots=True, eq=False)
class Series:
    """What a mutation does, one after the other; it knows neither values nor rights."""

    steps: list[Constant | Deed]

    @property
    def parts(self) -> int:
        """How many acts it has, and constants."""
        return len(self.steps)


def values(entries: "Sequence[Constant | Leaf | Place]") -> int:
    """How many values an object has that is made of entries, those of the objects within it among them."""
    inner = (entry.inner for entry in entries if isinstance(entry, Leaf) and entry.inner)
    return len(entries) + sum(map(values, inner))
