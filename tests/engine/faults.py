"""Stores that go wrong in ways that do not depend on how they are asked: by store, by kind of row, by key of a row."""

import zlib
from collections.abc import Callable
from typing import Any

import pytest

from engine.plan import projection as shaping
from sources.postgres import connecting, reading
from sources.postgres.failure import SourceTimedOut, SourceUnavailable
from sources.postgres.row import Row
from sources.postgres.statement import Compiled, Entity, Kind, Part, compiled_of
from sources.stores import NAMES, Stores

Rows = list[Any]
Fault = Callable[["Wrong", type[Row], str, tuple[object, ...]], Any]


class Wrong:
    """A store behind a fault, of which it says nothing."""

    room = answers = True
    silent_since = None

    def __init__(self, store: Any, fault: Fault) -> None:
        self.name = store.name
        self.store = store
        self._fault = fault
        if hasattr(store, "keyed"):
            self.keyring, self.keyed, self.unopened = store.keyring, store.keyed, store.unopened

    async def fetch(self, record: type[Row], text: str, *args: object) -> Rows:
        """The rows of a statement, if the fault gives any."""
        found: Rows = await self._fault(self, record, text, args)
        return found


def wrong(stores: Stores, fault: Fault) -> Stores:
    """The stores, each behind a fault."""
    made: Any = {name: Wrong(getattr(stores, name), fault) for name in NAMES}
    return Stores(**made, files=stores.files)


def down(name: str) -> Fault:
    """One store cannot be reached."""

    async def fault(wrong: Wrong, record: type[Row], text: str, args: tuple[object, ...]) -> Rows:
        if wrong.name == name:
            raise SourceUnavailable(name)
        found: Rows = await wrong.store.fetch(record, text, *args)
        return found

    return fault


def late(record_name: str) -> Fault:
    """Statements for one kind of row come too late."""

    async def fault(wrong: Wrong, record: type[Row], text: str, args: tuple[object, ...]) -> Rows:
        if record.__name__ == record_name:
            raise SourceTimedOut(wrong.name)
        found: Rows = await wrong.store.fetch(record, text, *args)
        return found

    return fault


def crashing(record_name: str) -> Fault:
    """Statements for one kind of row fail in a way that nobody foresaw."""

    async def fault(wrong: Wrong, record: type[Row], text: str, args: tuple[object, ...]) -> Rows:
        if record.__name__ == record_name:
            raise ZeroDivisionError
        found: Rows = await wrong.store.fetch(record, text, *args)
        return found

    return fault


def _chance(record: type[Row], row: Any, salt: int) -> int:
    return zlib.crc32(f"{salt}{record.__name__}{row.get('id')}".encode())


def short(salt: int) -> Fault:
    """A third of the rows is missing."""

    async def fault(wrong: Wrong, record: type[Row], text: str, args: tuple[object, ...]) -> Rows:
        rows = await wrong.store.fetch(record, text, *args)
        return [row for row in rows if row.get("id") is None or _chance(record, row, salt) % 3]

    return fault


def shuffled(salt: int) -> Fault:
    """Rows come in no order."""

    async def fault(wrong: Wrong, record: type[Row], text: str, args: tuple[object, ...]) -> Rows:
        rows = await wrong.store.fetch(record, text, *args)
        return sorted(rows, key=lambda row: _chance(record, row, salt))

    return fault


def doubled(salt: int) -> Fault:
    """Half of the rows come twice."""

    async def fault(wrong: Wrong, record: type[Row], text: str, args: tuple[object, ...]) -> Rows:
        rows = await wrong.store.fetch(record, text, *args)
        return [again for row in rows for again in [row] * (1 + _chance(record, row, salt) % 2)]

    return fault


def holed(salt: int) -> Fault:
    """Columns that are never null are null in some rows; what rows are found by stays, what is sealed and under what.

    The reference opens all that is sealed in a row, the compiled executor what was asked for.
    """

    async def fault(wrong: Wrong, record: type[Row], text: str, args: tuple[object, ...]) -> Rows:
        rows = await wrong.store.fetch(record, text, *args)
        if not rows or rows[0].get("id") is None:
            return list(rows)
        columns = ", ".join(
            f'q."{name}"'
            if _kept(name) or any(isinstance(row[name], bytes) for row in rows)
            or zlib.crc32(f"{salt}{record.__name__}{name}".encode()) % 4
            else f'CASE WHEN q.id % 3 = 0 THEN NULL ELSE q."{name}" END AS "{name}"'
            for name in rows[0].keys()  # noqa: SIM118 - a row is no dict
        )  # fmt: skip
        found: Rows = await wrong.store.fetch(record, f"SELECT {columns} FROM ({text}) AS q", *args)  # noqa: S608
        return found

    return fault


def nameless() -> Fault:
    """No organization has a name, by whichever statement it comes."""

    async def fault(wrong: Wrong, record: type[Row], text: str, args: tuple[object, ...]) -> Rows:
        rows: Rows = await wrong.store.fetch(record, text, *args)
        lost = "name" if record.__name__ == "OrganizationRecord" else "organization.name"
        names = list(rows[0].keys()) if rows else []
        if lost not in names:
            return rows
        columns = ", ".join(f'NULL::text AS "{name}"' if name == lost else f'q."{name}"' for name in names)
        found: Rows = await wrong.store.fetch(record, f"SELECT {columns} FROM ({text}) AS q", *args)  # noqa: S608
        return found

    return fault


def _kept(name: str) -> bool:
    # The text of a note is sealed for its version.
    return name in {"id", "parent", "snils", "sort_name", "text_version"} or name.endswith(
        ("_id", "_ids", "_at", "_number")
    )


@pytest.fixture
def told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows have their key whatever columns are asked for, so that faults can befall the same rows in both executors."""

    def with_key(entity: Entity, part: Part, kind: Kind, columns: frozenset[str] | None, *members: Any) -> Compiled:
        if columns is not None and "id" in entity.table.c:
            columns |= {"id"}
        return compiled_of(entity, part, kind, columns, *members)

    monkeypatch.setattr(reading, "compiled_of", with_key)
    # These stores break what their tables promise.
    monkeypatch.setattr(shaping, "promised", lambda _: frozenset())
    monkeypatch.setattr(connecting, "check_of", lambda *_: lambda *_: None)
