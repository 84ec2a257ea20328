"""A situation of the office in which acts of all kinds can be done, and which can be had again after each of them."""

from dataclasses import dataclass
from typing import Any

from tests.acts.office import ACTED_ON, LEFT, Office

TABLES = (*ACTED_ON, *LEFT)
SEQUENCES = "SELECT sequencename AS name, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
WAITING = """
SELECT 'app_' || id AS id, version FROM application
WHERE queue = 'UNCLAIMED' AND stage = 'RECEPTION' ORDER BY application.id LIMIT 1
"""
# What is left of an act without the instants at which facts were looked at.
SETTLED = ("application", "review_case", "accreditation", "decision", "application_comment", "access_consent")
# When a row was written, and by which transaction, for streams: each run has its own.
NOTED = ("noted_above", "noted_in", "noted_at")


@dataclass
class Situation:
    """Rows that acts can change, as they were when they were kept.

    Attributes:
        cases: applications by what became of them so far, with their versions.
        records: ids of records with their versions.
    """

    office: Office
    cases: dict[str, tuple[str, int]]
    records: list[tuple[str, int]]
    sequences: list[dict[str, Any]]

    async def again(self) -> None:
        """Put everything back, so that new rows have the same keys again."""
        async with self.office.application.stores.accreditation.connection() as connection, connection.transaction():
            await connection.execute(f"TRUNCATE {', '.join(TABLES)}")
            for name in TABLES:
                await connection.execute(f"INSERT INTO {name} SELECT * FROM kept_{name}")  # noqa: S608 - ours
            for one in self.sequences:
                last = one["last_value"]
                start = one["start_value"]
                await connection.fetch("SELECT setval($1, $2, $3)", one["name"], last or start, last is not None)
        self.office.application.operating.facts.heard()

    async def left(self) -> dict[str, Any]:
        """What can be seen to have been done."""
        found = await self.office.everything()
        for row in found["accreditation"]:
            for name in NOTED:
                del row[name]
        return {name: rows if name in SETTLED else len(rows) for name, rows in found.items()}


async def situation(office: Office) -> Situation:
    """Applications at every step, kept."""
    made = {
        "draft": await office.drafted("applicant"),
        "lacking": await office.drafted("surgeon", consents=None),
        "claimed": await office.examined("intern", "CHECK"),
        "approved of": await office.examined("lapsed", "APPROVAL"),
    }
    (made["waiting"],) = await office.rows(WAITING)
    for name in TABLES:
        await office.rows(f"DROP TABLE IF EXISTS kept_{name}")
        await office.rows(f"CREATE TABLE kept_{name} AS TABLE {name}")
    records = await office.rows("SELECT 'app_' || id AS id, version FROM accreditation ORDER BY id LIMIT 12")
    return Situation(
        office,
        {name: (one["id"], one["version"]) for name, one in made.items()},
        [(f"acc_{row['id']}", row["version"]) for row in records],
        await office.rows(SEQUENCES),
    )
