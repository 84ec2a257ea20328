"""Statements as data: an entity and the names of what is wanted of it, compiled once for each shape.

Every read takes many keys and answers all of them in one statement; the first rows of each parent come by one
lateral join; positions in a list are keysets, never offsets.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    column,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.type_api import TypeEngine

from sources.postgres.anew import Anew
from sources.postgres.dialect import DIALECT
from sources.postgres.row import Row

TODAY: ColumnElement[date] = bindparam("today", type_=Date())
AT: ColumnElement[datetime] = bindparam("at", type_=DateTime(timezone=True))
LANGUAGE: ColumnElement[str] = bindparam("language", type_=Text())
OF_THE_OPERATION = frozenset({"at", "today", "language"})

Kind = Literal["rows", "count"]
Direction = Literal["asc", "desc"]
Order = tuple[tuple[str, Direction], ...]


@dataclass(frozen=True, eq=False)
class Fold:
    """A row of the same store joined to its reader: at most one, found by the joins of `path`."""

    entity: "Entity"
    path: tuple[tuple[FromClause, ColumnElement[bool]], ...]


@dataclass(frozen=True, eq=False)
class Entity:
    """A table as the graph reads it.

    Attributes:
        computed: columns that an expression gives.
        folds: to-one neighbours of the same store; their columns are asked for as `fold.column`.
        filters: conditions by name; each takes the bound value.
        narrows: conditions for rules on a column that no index serves when it is computed.
        apart: whether each alternative of a rule is looked for apart in a part of the whole list, for no index has
            the rows of several in order: each gives its first rows, and of those the first are taken.
        anew: filters of which PostgreSQL has to know the values to find a good plan.
        ones: conditions for rules that look for one value, where these are looked for apart, too.
    """

    record: type[Row]
    table: FromClause
    computed: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    folds: dict[str, Fold] = field(default_factory=dict)
    filters: Mapping[str, tuple[TypeEngine[Any], Callable[[Any], ColumnElement[bool]]]] = field(default_factory=dict)
    narrows: Mapping[str, tuple[TypeEngine[Any], Callable[[Any], ColumnElement[bool]]]] = field(default_factory=dict)
    apart: bool = False
    anew: frozenset[str] = frozenset()
    ones: Mapping[str, tuple[TypeEngine[Any], Callable[[Any], tuple[ColumnElement[bool], ...]]]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self.record.folds = MappingProxyType(self.folds)
        # What the table forbids to be null need not be looked at again in the answer.
        if isinstance(self.table, Table):
            self.record.never_null = frozenset(column.name for column in self.table.c if not column.nullable)

    def column(self, name: str) -> ColumnElement[Any]:
        """The expression behind a column's name."""
        if name in self.computed:
            return self.computed[name]
        expression: ColumnElement[Any] = self.table.c[name]
        return expression

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Every column of the entity itself, folds left out."""
        return (*dict.fromkeys((*self.table.c.keys(), *self.computed)),)


def there_is(reader: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether other tables have rows that meet the conditions, for a row of the reader.

    Nothing else is taken from the statement around: a fold may be of the same table, and is none of these rows.
    """
    return exists().where(*conditions).correlate(reader)


# Marks the name of a rule's column of which one value is looked for.
ONE = "="

# Of a part of a list: how many rows of each key, whether with their places, whether after a place, and before one.
Part = tuple[int | None, bool, bool, bool]
WHOLE: Part = (None, True, False, False)


class Shape(NamedTuple):
    """What tells one statement of an entity from another; values are no part of it.

    The rows have the columns that are named, and the key they are found by or their place in a part of a list.

    Attributes:
        limit: how many rows there may be of each key. In the text the planner knows it, and looks no further.
        placed: whether the rows of a part of a list have the columns of their place in it.
        single: whether there is one key. PostgreSQL keeps its plan then; for a few keys of an array it plans anew.
    """

    kind: Kind
    columns: frozenset[str] | None
    key: str | None
    narrow: tuple[tuple[str, ...], ...]
    filters: tuple[str, ...]
    order: Order
    single: bool
    limit: int | None
    placed: bool
    after: bool
    before: bool


@dataclass(frozen=True, slots=True)
class Compiled:
    """Text for the driver, and the names of its parameters in their order.

    Attributes:
        timed: whether it looks at the instant, the day or the language of the operation.
    """

    text: str
    parameters: tuple[str, ...]
    timed: bool


# Shapes come from documents: a hostile client must not be able to fill the memory with them.
MAX_SHAPES = 4_000


@lru_cache(maxsize=MAX_SHAPES)
def compiled_of(entity: Entity, part: Part, *members: Any) -> Compiled:
    """The statement of a shape, which is given by its members so that a known one need not be made."""
    shape = Shape._make((*members, *part))
    return _compiled(_statement(entity, shape), anew=not entity.anew.isdisjoint(shape.filters))


def _compiled(statement: Select[Any], *, anew: bool) -> Compiled:
    made = statement.compile(dialect=DIALECT)
    parameters = tuple(made.positiontup or ())
    text = Anew(made) if anew else str(made)
    return Compiled(text, parameters, not OF_THE_OPERATION.isdisjoint(parameters))


def _statement(entity: Entity, shape: Shape) -> Select[Any]:
    if shape.kind == "count":
        return _count(entity, shape)
    wanted = sorted(_wanted(entity, shape))
    if entity.apart and shape.key is None and shape.limit is not None:
        for place, group in enumerate(shape.narrow):
            if len(alternatives := _alternatives(entity, place, group)) > 1:
                left = tuple(() if place == other else rule for other, rule in enumerate(shape.narrow))
                return _apart(entity, shape._replace(narrow=left), wanted, alternatives)
    inner = select(*(_labelled(entity, name) for name in wanted)).select_from(_joined(entity, wanted))
    inner = inner.where(*_conditions(entity, shape))
    if shape.single or shape.limit is None:
        inner = inner.where(*_keyed(entity, shape))
    if shape.key is None or shape.single or shape.limit is None:
        return _ordered(entity, shape, inner)
    # The first rows of each parent: one lateral subquery over the parents' keys.
    key_type = entity.column(shape.key).type
    parents = func.unnest(_array("keys", key_type)).table_valued(column("parent", key_type)).render_derived("keys")
    part = _ordered(entity, shape, inner.where(entity.column(shape.key) == parents.c.parent)).lateral("part")
    return select(parents.c.parent.label("parent"), *part.c).select_from(parents.join(part, true()))


def _apart(
    entity: Entity, shape: Shape, wanted: Sequence[str], alternatives: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """The first rows of a list, of the first rows that each alternative finds, and none before it."""
    named, conditions = sorted({*wanted, *(name for name, _ in shape.order)}), _conditions(entity, shape)
    parts = []
    for place, alternative in enumerate(alternatives):
        before = [one.is_not(true()) for one in alternatives[:place]]
        part = select(*(_labelled(entity, name) for name in named)).select_from(_joined(entity, named))
        parts.append(select(_ordered(entity, shape, part.where(alternative, *before, *conditions)).subquery()))
    found = union_all(*parts).subquery("found")
    terms = (found.c[name].asc() if direction == "asc" else found.c[name].desc() for name, direction in shape.order)
    return select(*(found.c[name] for name in wanted)).order_by(*terms).limit(shape.limit)


def _wanted(entity: Entity, shape: Shape) -> Iterable[str]:
    if shape.columns is None:
        return entity.all_columns
    if shape.limit is not None:
        placed = shape.placed or not shape.columns
        return {*shape.columns, *(name for name, _ in shape.order)} if placed else shape.columns
    return {*shape.columns, *([shape.key] if shape.key else [])}


def _count(entity: Entity, shape: Shape) -> Select[Any]:
    conditions = [*_keyed(entity, shape), *_conditions(entity, shape)]
    counted = select(func.count().label("count")).select_from(entity.table).where(*conditions)
    if shape.key is None or shape.single:
        return counted
    key = entity.column(shape.key)
    return counted.add_columns(key.label("parent")).group_by(key)


def _keyed(entity: Entity, shape: Shape) -> list[ColumnElement[bool]]:
    """The condition that the rows are those of the keys."""
    if shape.key is None:
        return []
    key = entity.column(shape.key)
    return [key == (bindparam("key", type_=key.type) if shape.single else any_(_array("keys", key.type)))]


def _joined(entity: Entity, wanted: Sequence[str]) -> Any:
    source: Any = entity.table
    for name in sorted({name.partition(".")[0] for name in wanted if "." in name}):
        for target, on in entity.folds[name].path:
            source = source.outerjoin(target, on)
    return source


def _labelled(entity: Entity, name: str) -> ColumnElement[Any]:
    fold, dot, inner = name.partition(".")
    if dot:
        return entity.folds[fold].entity.column(inner).label(name)
    return entity.column(name).label(name)


def _conditions(entity: Entity, shape: Shape) -> list[ColumnElement[bool]]:
    conditions = [or_(*_alternatives(entity, i, group)) for i, group in enumerate(shape.narrow) if group]
    for name in shape.filters:
        value_type, condition = entity.filters[name]
        conditions.append(condition(bindparam(f"filter_{name}", type_=value_type)))
    if shape.after:
        conditions.append(_past(entity, shape.order, "after", forward=True))
    if shape.before:
        conditions.append(_past(entity, shape.order, "before", forward=False))
    return conditions


def _alternatives(entity: Entity, place: int, group: tuple[str, ...]) -> list[ColumnElement[bool]]:
    """The conditions of which one has to hold for the rule of a place."""
    found: list[ColumnElement[bool]] = []
    for j, name in enumerate(group):
        parameter = f"narrow_{place}_{j}"
        if name.endswith(ONE):
            found += _narrowed_to_one(entity, name.removesuffix(ONE), parameter)
        else:
            found.append(_narrowed(entity, name, parameter))
    return found


def _narrowed_to_one(entity: Entity, name: str, parameter: str) -> Iterable[ColumnElement[bool]]:
    if name in entity.ones:
        value_type, conditions = entity.ones[name]
        return conditions(bindparam(parameter, type_=value_type))
    expression = entity.column(name)
    return [expression == bindparam(parameter, type_=expression.type)]


def _narrowed(entity: Entity, name: str, parameter: str) -> ColumnElement[bool]:
    if name in entity.narrows:
        value_type, condition = entity.narrows[name]
        return condition(bindparam(parameter, type_=value_type))
    expression = entity.column(name)
    if isinstance(expression.type, ARRAY):
        overlap: ColumnElement[bool] = expression.op("&&")(bindparam(parameter, type_=expression.type))
        return overlap
    return expression == any_(_array(parameter, expression.type))


def _past(entity: Entity, order: Order, prefix: str, *, forward: bool) -> ColumnElement[bool]:
    terms = [(entity.column(name), direction) for name, direction in order]
    values = [bindparam(f"{prefix}_{i}", type_=term.type) for i, (term, _) in enumerate(terms)]
    ascending = [(direction == "asc") == forward for _, direction in terms]
    if len(set(ascending)) == 1:
        left, right = tuple_(*(term for term, _ in terms)), tuple_(*values)
        compared: ColumnElement[bool] = left > right if ascending[0] else left < right
        return compared
    alternatives = []
    for i, (term, _) in enumerate(terms):
        same = [terms[j][0] == values[j] for j in range(i)]
        alternatives.append(and_(*same, term > values[i] if ascending[i] else term < values[i]))
    return or_(*alternatives)


def _ordered(entity: Entity, shape: Shape, statement: Select[Any]) -> Select[Any]:
    for name, direction in shape.order:
        expression = entity.column(name)
        statement = statement.order_by(expression.asc() if direction == "asc" else expression.desc())
    return statement if shape.limit is None else statement.limit(shape.limit)


def _array(name: str, element: TypeEngine[Any]) -> ColumnElement[Any]:
    return bindparam(name, type_=ARRAY(element))


def reversed_order(order: Order) -> Order:
    """The same order, read from its end."""
    return tuple((name, "desc" if direction == "asc" else "asc") for name, direction in order)


_FROM_TEXT: Mapping[type, Callable[[Any], object]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
}


def as_column_value(entity: Entity, name: str, value: object) -> object:
    """A value of a position as the driver wants it (positions travel as text and numbers)."""
    made = _FROM_TEXT.get(entity.column(name).type.python_type)
    return value if made is None else made(value)
