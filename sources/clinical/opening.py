"""How rows with sealed columns are read: as any others, and opened before they go up.

Only what was asked for is opened, and a person's key is unwrapped once for all his rows of a statement. A row with
nothing sealed goes up as it came.
"""

from abc import ABCMeta
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Table, case, or_, select

from sources.postgres.ask import Ask
from sources.postgres.failure import SourceContradicts
from sources.postgres.row import Row
from sources.postgres.statement import Entity
from sources.sealed_store import SealedStore
from sources.sealing import PersonalKey, SealBroken

KEY = "sealed_key"


class Opened(dict[str, Any], metaclass=ABCMeta):
    """A row whose sealed values are opened; it has the columns of the row that came, and is read as that is."""

    __slots__ = ()
    never_null = frozenset[str]()
    folds = MappingProxyType[str, Any]({})
    outer = False

    def __init_subclass__(cls) -> None:
        """Give each column that the class names an attribute of its own."""
        for name in annotations_of(cls):
            setattr(cls, name, property(itemgetter(name)))

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Any:
        """The values, as in a row."""
        return iter(self.values())


class Sealed:
    """A table with sealed columns, as the graph reads it.

    Attributes:
        record: the class of its rows once they are opened.
        entity: the table as it lies in the store.
        columns: the sealed columns, and what makes a value of the text of each.
    """

    def __init__(
        self,
        record: type[Opened],
        table: Table,
        columns: Mapping[str, Callable[[str], Any]],
        *,
        key_of_patient: ColumnElement[Any],
        patient_id: str = "patient_id",
        row: Sequence[str] = ("id",),
        sealed_in: str | None = None,
        **entity: Any,
    ) -> None:
        """Make it.

        `row` are the columns that name a row where it is sealed, in the table `sealed_in` if that is another; `entity`
        is what else an entity takes.
        """
        self._sparse = sparse = all(table.c[name].nullable for name in columns)
        if sparse:
            # Where nothing is sealed, which is so in most rows, no key is looked for.
            key_of_patient = case((or_(*(table.c[name].is_not(None) for name in columns)), key_of_patient), else_=None)
        stored = _stored(record, columns, sparse=sparse)
        computed = {**entity.pop("computed", {}), **({} if KEY in table.c else {KEY: key_of_patient})}
        self.record = record
        self.table = sealed_in or table.name
        self.columns = columns
        self.entity = Entity(stored, table, computed=computed, **entity)
        self.patient_id = patient_id
        self.row = tuple(row)
        self._shown = frozenset(annotations_of(record))
        self._wanted = frozenset({KEY, patient_id, *row})
        # A row with nothing sealed is one of the class, too.
        record.register(stored)
        record.never_null = stored.never_null & self._shown

    def wider(self, ask: Ask) -> Ask:
        """The same question, for all that is needed to open what it asks for."""
        if ask.columns is None or ask.columns.isdisjoint(self.columns):
            return ask
        return replace(ask, columns=ask.columns | self._wanted)

    def opened(self, store: SealedStore, rows: Sequence[Any], keys: dict[int, PersonalKey]) -> list[Any]:
        """Rows as they go up; `keys` are those of the statement's patients that are unwrapped already.

        Raises:
            SourceUnavailable: the ring lacks a key.
            SourceContradicts: something was not sealed where it stands, or was changed.
        """
        if not rows:
            return []
        names = list(rows[0].keys())
        sealed = [name for name in names if name in self.columns]
        if not sealed:
            return list(rows)
        # Of one column `itemgetter` takes the value itself, of several a tuple.
        taken, nothing = itemgetter(*sealed), None if len(sealed) == 1 else (None,) * len(sealed)
        # No key goes up, and no hash: all rows have the same columns, but of these only nulls.
        withheld = dict.fromkeys(name for name in names if name not in self._shown)
        made: list[Any] = []
        row = rows[0]
        with unsealing(store, lambda: row[KEY]):
            for row in rows:
                if self._sparse and taken(row) == nothing:
                    made.append(row)
                    continue
                opened = self.record(zip(names, row, strict=True))
                key, place = self._key(store, row, keys), self._named(row)
                for name in sealed:
                    if (value := opened[name]) is not None:
                        opened[name] = self.columns[name](key.open(value, self.table, name, place))
                opened.update(withheld)
                made.append(opened)
        return made

    def sealed(self, values: Mapping[str, Any], key: PersonalKey) -> dict[str, Any]:
        """The columns of a row as they lie in the store; those that name the row are among them."""
        place = self._named(values)
        return {
            name: key.seal(str(value), self.table, name, place) if name in self.columns and value is not None else value
            for name, value in values.items()
        }

    def _key(self, store: SealedStore, row: Any, keys: dict[int, PersonalKey]) -> PersonalKey:
        patient = row[self.patient_id]
        found = keys.get(patient)
        if found is None:
            found = keys[patient] = PersonalKey(store.keyring.unwrap(row[KEY], "patient", KEY, patient))
        return found

    def _named(self, row: Any) -> str:
        return named(*[row[name] for name in self.row]) if len(self.row) > 1 else str(row[self.row[0]])


@contextmanager
def unsealing(store: SealedStore, wrapped: Callable[[], bytes | None]) -> Iterator[None]:
    """What cannot be opened is told as the failure of the store; `wrapped` is the key that it was tried with.

    Raises:
        SourceUnavailable: the ring lacks a key.
        SourceContradicts: something was not sealed where it stands, or was changed.
    """
    try:
        with store.keyed():
            yield
    except (SealBroken, ValueError, TypeError) as broken:  # of another type is a null where none may stand
        store.unopened("a seal is broken", (wrapped() or b"\0")[0])
        raise SourceContradicts(store.name) from broken


def named(*parts: object) -> str:
    """How a row is named where its values are sealed."""
    return ".".join(map(str, parts))


def sealed_key_of(table: Table, patients: Table) -> ColumnElement[Any]:
    """The wrapped key of the patient whose row it is."""
    return select(patients.c.sealed_key).where(patients.c.id == table.c.patient_id).scalar_subquery()


def annotations_of(record: type[Any]) -> dict[str, Any]:
    """The columns that a class and those it is made of name."""
    return dict(chain.from_iterable(vars(one).get("__annotations__", {}).items() for one in record.__mro__[::-1]))


def _stored(record: type[Opened], columns: Collection[str], *, sparse: bool) -> type[Row]:
    """The class of the rows as they lie in the store: what is sealed is bytes there."""
    hints = annotations_of(record)
    kinds = {
        name: (bytes | None if type(None) in getattr(hint, "__args__", ()) else bytes) if name in columns else hint
        for name, hint in hints.items()
    }
    kinds[KEY] = bytes | None if sparse else bytes
    return type(f"Stored{record.__name__}", (Row,), {"__annotations__": kinds, "__module__": __name__})
