"""Rows are what a statement was asked for: records promise what their tables hold, and what is amiss is seen."""

import importlib
import pkgutil
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import dialect

import sources
from sources.postgres.checking import TYPES, _promised, check_of
from sources.postgres.failure import Unintelligible
from sources.postgres.row import Row
from sources.postgres.statement import Entity

NAMES = {"BIGINT": "int8", "INTEGER": "int4", "BOOLEAN": "bool", "TIMESTAMP WITH TIME ZONE": "timestamptz"}
# What may be null in a table and is not in the rows that are asked for: those that are of some record of a patient.
FILTERED = {"sources.documents.charted.CHARTED": {"patient_id", "author_id", "place_id"}}
ENTITIES = {
    f"{module.name}.{name}": value
    for module in pkgutil.walk_packages(sources.__path__, "sources.")
    if "migrations" not in module.name
    for name, value in vars(importlib.import_module(module.name)).items()
    if isinstance(value, Entity)
}


class PairRecord(Row):
    """A record of the test."""

    id: int
    name: str | None


@pytest.mark.parametrize("name", ENTITIES)
def test_a_record_promises_what_its_table_holds(name: str) -> None:
    entity: Any = ENTITIES[name]
    promised = _promised(entity.record)
    for column in entity.table.c if isinstance(entity.table, Table) else ():
        if column.name not in promised:
            continue
        kind, nullable = promised[column.name]
        assert nullable or not column.nullable or column.name in FILTERED.get(name, ()), column
        written = column.type.compile(dialect=dialect()).removesuffix("[]")  # type: ignore[no-untyped-call]
        known = NAMES.get(written, written.partition("(")[0].lower())
        assert f"{known}[]" in TYPES[kind] or known in TYPES[kind], column


def attributes(**types: str) -> list[Any]:
    """Columns as the driver describes them."""
    return [SimpleNamespace(name=name, type=SimpleNamespace(name=type_)) for name, type_ in types.items()]


def test_columns_of_other_names_or_types_are_seen_once_for_all() -> None:
    text = "SELECT id, name, count FROM pair"
    check_of(PairRecord, text, attributes(id="int8", name="text", count="int8"))
    for wrong in ({"id": "text"}, {"name": "int4"}, {"count": "text"}, {"nome": "text"}):
        with pytest.raises(Unintelligible):
            check_of(PairRecord, text, attributes(**wrong))
    with pytest.raises(Unintelligible):
        check_of(PairRecord, "SELECT count(*) AS count FROM pair", attributes(xcount="int8"))
    check_of(PairRecord, "SELECT * FROM pair", attributes(id="int8", newer="text"))


def test_nulls_and_rows_too_many_or_too_few_are_seen() -> None:
    check = check_of(PairRecord, "SELECT id, name FROM pair", attributes(id="int8", name="text"))
    check(b"SELECT 2", [(1, "a"), (2, None)])
    check(b"INSERT 0 1", [])
    for status, rows in ((b"SELECT 1", [(None, "a")]), (b"SELECT 2", [(1, "a")]), (b"SELECT 0", [(1, "a")])):
        with pytest.raises(Unintelligible):
            check(status, rows)


def test_of_what_an_outer_join_gives_nothing_is_promised() -> None:
    class Joined(PairRecord):
        """A row, or none."""

        outer = True

    check_of(Joined, "SELECT *", attributes(id="int8"))(b"SELECT 1", [(None,)])
