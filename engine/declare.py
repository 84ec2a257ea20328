"""How the graph is declared: a field cannot be written without saying who reads it.

A type says which record it shows (`@shows`); each field is `public`, `guarded`, an `edge` or `derived`; of the root
`Mutation` an `act`, of the root `Subscription` a `stream`. The declarations are data beside Strawberry's own: both
executors, the start-up walk and the table of access read them.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from engine.act import Act, Target
from engine.batch import Batch, Shape, keyword_arguments
from engine.rights import Keys
from engine.signature import NOTHING, signature

DECLARATION = "declaration"
T = TypeVar("T")

PAGE_ARGUMENTS: Mapping[str, tuple[Any, str]] = {
    "first": (int | None, "How many from the beginning: 1 to 100, 20 unless said."),
    "after": (str | None, "Only what follows this cursor."),
    "last": (int | None, "How many from the end, instead of `first`: 1 to 100."),
    "before": (str | None, "Only what precedes this cursor."),
}
FORWARD_ARGUMENTS: Mapping[str, tuple[Any, str]] = {name: PAGE_ARGUMENTS[name] for name in ("first", "after")}
# As much as fifty acts may stand in one operation.
ACT_COST = 400


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT, Location.INPUT_FIELD_DEFINITION, Location.ENUM_VALUE],
    description="Readable only under this permission; what it rests on stands in the table of access.",
)
class Reads:
    """`@reads(permission: …)` in the printed schema."""

    permission: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="Done only under this permission; what it rests on stands in the table of access.",
)
class Acts:
    """`@acts(permission: …)` in the printed schema."""

    permission: str


class Root:
    """The row that the root types show: it has no columns, its edges have keys of their own."""


ROOT = Root()


@dataclass(frozen=True, slots=True)
class Edge:
    """How an edge is followed.

    Attributes:
        batches: one, or several of which the first with a key is taken (a union, or a node).
        by: the column of the parent that holds the key of each batch; a list column makes a list of rows.
        key: for an edge of the root, the key that its keyword-only arguments mean (None: nothing), with the number of
            its batch; a list of them makes a list of rows.
        fold: the name under which the parent's own statement can bring the row.
        backward: whether the list can be read from its end too.
    """

    batches: tuple[Batch, ...]
    by: tuple[str, ...] = ()
    key: Callable[..., Any] | None = None
    fold: str | None = None
    backward: bool = False

    @property
    def batch(self) -> Batch:
        """The only batch, or the first of several."""
        return self.batches[0]

    @property
    def arguments(self) -> Mapping[str, tuple[Any, Any]]:
        """Name → (annotation, default) of the arguments of the field, those of its page left out."""
        return {**(keyword_arguments(self.key) if self.key else {}), **self.batch.arguments}

    @property
    def paged(self) -> bool:
        """Whether the edge is a connection."""
        return self.batch.shape is Shape.PAGE


@dataclass(frozen=True, slots=True)
class Field:
    """What stands behind one field of one concrete type.

    Attributes:
        needs: columns of the row that give the value.
        value: for a derived field, the function of those columns (and of the instant, with `clock`).
        masked_by: the field that shows a part of this one to those who may not read the whole.
        cost: weight of one value in the operation's cost.
    """

    kind: Literal["public", "guarded", "edge", "derived", "act", "stream"]
    permission: str | None = None
    needs: tuple[str, ...] = ()
    value: Callable[..., Any] | None = None
    clock: bool = False
    edge: Edge | None = None
    act: Act | None = None
    masked_by: str | None = None
    cost: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """What a type of the graph shows, and who may see its objects at all.

    Attributes:
        keys: for each rule, the column of the record that it looks at.
        gate: the permission without which an object of the type is absent.
        prefix: the prefix of its global ids, for types that can be looked up.
        node: the batch that finds its objects by key.
        traces: columns that the read journal wants to know of an object beside its key: the person whom it is about,
            then those of rules by which it may have been read.
    """

    record: type[Any]
    fields: Mapping[str, Field]
    keys: Keys
    gate: str | None
    prefix: str | None
    node: Batch | None
    traces: tuple[str, ...] = ()


def public(description: str, *, column: str | None = None, deprecated: str | None = None) -> Any:
    """A column that everybody who may see the object may read; `deprecated` says what to ask for instead."""
    return _field(Field("public", needs=(column,) if column else ()), description, deprecated)


def guarded(permission: str, description: str, *, column: str | None = None, masked_by: str | None = None) -> Any:
    """A column that only holders of the permission may read; the field must be nullable."""
    declaration = Field("guarded", permission, needs=(column,) if column else (), masked_by=masked_by)
    return _field(declaration, description)


def derived(
    value: Callable[..., Any],
    description: str,
    *,
    needs: tuple[str, ...],
    permission: str | None = None,
    clock: bool = False,
    masked_by: str | None = None,
    deprecated: str | None = None,
) -> Any:
    """A value computed from columns of the row, given in the order of `needs`, and with `clock` from the instant."""
    return _field(Field("derived", permission, needs, value, clock, masked_by=masked_by), description, deprecated)


def edge(
    batch: Batch | tuple[Batch, ...],
    description: str,
    *,
    by: str | tuple[str, ...] = (),
    key: Callable[..., Any] | None = None,
    permission: str | None = None,
    fold: str | None = None,
    backward: bool = False,
    cost: int = 1,
    arguments: Mapping[str, str] | None = None,
    deprecated_arguments: Mapping[str, str] = NOTHING,
    name: str | None = None,
) -> Any:
    """A way to other rows, followed by a batch function; `arguments` says what each of its arguments means.

    `deprecated_arguments` says what to give instead of some of them; `name` is that of the field, where Python could
    not have it.
    """
    batches = batch if isinstance(batch, tuple) else (batch,)
    columns = by if isinstance(by, tuple) else (by,)
    route = Edge(batches, columns, key, fold, backward)
    declaration = Field("edge", permission, needs=columns, edge=route, cost=cost)
    paging = {} if not route.paged else PAGE_ARGUMENTS if route.backward else FORWARD_ARGUMENTS
    taken = {**route.arguments, **{name: (kind, None) for name, (kind, _) in paging.items()}}
    texts = {**{name: text for name, (_, text) in paging.items()}, **(arguments or {})}
    resolver = signature(str(route.batch), taken, texts, deprecated_arguments)
    return _field(declaration, description, resolver=resolver, name=name)


def act(
    call: Callable[..., Any],
    description: str,
    *,
    permission: str,
    arguments: Mapping[str, str],
    cost: int = ACT_COST,
    on: Target | tuple[Target, ...] = (),
    store: str | None = None,
) -> Any:
    """Something that the viewer does: `async (context, *, …) -> row of the payload`, or None where he may not.

    `on` is what it is done to: of that it can be told beforehand whether he may. `store` is the one in which it is
    done, where neither that nor the rows of the payload tell.
    """
    made = Act(call, on if isinstance(on, tuple) else (on,), store)
    declaration = Field("act", permission, act=made, cost=cost)
    return _field(declaration, description, resolver=signature(str(made), made.arguments, arguments))


def stream(
    batch: Batch,
    description: str,
    *,
    key: Callable[..., Any],
    permission: str | None = None,
    arguments: Mapping[str, str] | None = None,
) -> Any:
    """What is told as it happens, a field of the root of subscriptions.

    Each event is an operation of its own, in which `batch` gives the event's row. `key` says which events are meant:
    None for all of them, or what they are about; who loses the permission is told no more.
    """
    route = Edge((batch,), key=key)
    declaration = Field("stream", permission, edge=route, cost=1)
    return _field(declaration, description, resolver=signature(str(batch), route.arguments, arguments or {}))


def shows(
    record: type[Any],
    *,
    keys: Keys | None = None,
    gate: str | None = None,
    prefix: str | None = None,
    node: Batch | None = None,
    name: str | None = None,
    traces: tuple[str, ...] = (),
) -> Callable[[type[T]], type[T]]:
    """Make a class a type of the graph whose objects are rows of `record`.

    Raises:
        TypeError: a field is declared in no known way, or needs a column that the record does not have.
    """

    def declare(cls: type[T]) -> type[T]:
        directives = [Reads(permission=gate)] if gate else []
        description = inspect.cleandoc(cls.__doc__ or "")
        cls.is_type_of = classmethod(lambda _, row, info: isinstance(row, record))  # type: ignore[attr-defined]
        made = strawberry.type(cls, name=name, description=description, directives=directives)
        columns = frozenset(_columns(record))
        fields = {f.python_name: _named(cls, f, columns) for f in made.__strawberry_definition__.fields}  # type: ignore[attr-defined]
        made.__kabinet_type__ = Type(record, fields, keys or {}, gate, prefix, node, traces)  # type: ignore[attr-defined]
        return made

    return declare


def _named(cls: type, field: StrawberryField, columns: frozenset[str]) -> Field:
    declaration = field.metadata.get(DECLARATION)
    if not isinstance(declaration, Field):
        raise TypeError(f"{cls.__name__}.{field.python_name} is declared in no known way")
    if declaration.kind in {"public", "guarded"} and not declaration.needs:
        declaration = replace(declaration, needs=(field.python_name,))
    if missing := [name for name in declaration.needs if name not in columns]:
        raise TypeError(f"{cls.__name__}.{field.python_name} needs {missing}, which the record does not have")
    return declaration


def _columns(record: type[Any]) -> list[str]:
    names = [name for cls in record.__mro__ for name in getattr(cls, "__annotations__", {})]
    return [*names, *(name for name in dir(record) if isinstance(getattr(record, name), property))]


def _field(
    declaration: Field,
    description: str,
    deprecated: str | None = None,
    *,
    resolver: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    directive: Any = Reads if declaration.act is None else Acts
    directives = [directive(permission=declaration.permission)] if declaration.permission else []
    made: Any = strawberry.field
    return made(
        resolver=resolver,
        name=name,
        description=description,
        deprecation_reason=deprecated,
        directives=directives,
        metadata={DECLARATION: declaration},
    )
