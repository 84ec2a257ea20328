"""The worlds as the tests look at them: tables of rows by column name."""

from datetime import date
from functools import cache
from typing import Any

from gateway.world.cast import CAST
from gateway.world.days import midnight
from gateway.world.making import generate
from gateway.world.scale import SCALES

TODAY = date(2026, 11, 22)
NOW = midnight(TODAY)

World = dict[str, list[dict[str, Any]]]


@cache
def made(scale: str, seed: int = 1, today: date = TODAY) -> World:
    return {
        batch.table: [dict(zip(batch.columns, row, strict=True)) for row in batch.rows]
        for batch in generate(SCALES[scale], seed, today)
    }


def of(world: World, table: str, persona: str, column: str = "practitioner_id") -> list[dict[str, Any]]:
    key = CAST[persona].practitioner_id
    assert key is not None
    return [row for row in world[table] if row[column] == key]
