"""The worlds as the tests look at them: tables of rows by column name."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from gateway.world.batch import Batch
from gateway.world.cast import CAST
from gateway.world.days import midnight
from gateway.world.making import generate
from gateway.world.scale import SCALES

TODAY = date(2026, 11, 22)
NOW = midnight(TODAY)

World = dict[str, list[dict[str, Any]]]


@cache
def made(scale: str, seed: int = 1, today: date = TODAY) -> World:
    """A world; of the city without its patients, who are too many for what a test has to see of them."""
    return of_batches(generate(SCALES[scale], seed, today, charted=scale == "village"))


@cache
def few_regulars() -> World:
    """A village in which some have come to the therapist for years, as in the city."""
    return of_batches(generate(replace(SCALES["village"], regulars=4), 1, TODAY))


def of_batches(batches: Iterable[Batch]) -> World:
    found: World = {}
    for batch in batches:
        found.setdefault(batch.table, []).extend(dict(zip(batch.columns, row, strict=True)) for row in batch.rows)
    return found


def of(world: World, table: str, persona: str, column: str = "practitioner_id") -> list[dict[str, Any]]:
    key = CAST[persona].practitioner_id
    assert key is not None
    return [row for row in world[table] if row[column] == key]
