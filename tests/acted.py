"""Acts that somebody did in the village, as the journal has them; the same however often they are told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.world.cast import CAST
from sources.delivery.arriving import entries_arrive
from sources.journal.reads import NewRead, keep
from sources.postgres.store import Store

BEGAN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ACTS: tuple[tuple[str, str, str | None, dict[str, Any]], ...] = (
    ("applicant", "submitApplication", "app_1", {"roles": ["LNK"], "requestId": "r-1", "versionAfter": 2}),
    ("expert", "claimApplication", "app_1", {"roles": ["EXP"], "asOf": "2026-11-20T09:59:59.5+00:00"}),
    ("regulator", "suspendAccreditation", "acc_8", {"permission": "accreditation:state:write", "versionBefore": 1}),
    ("nurse", "changeNotificationSettings", None, {}),
)


# What somebody read.
READ = {
    "roles": ["EXP"],
    "requestId": "r-5",
    "permission": "practitioner:identity:read",
    "verdict": "GIVEN",
    "read": [{"coordinates": ["Practitioner.snils"], "objects": ["prac_6"]}],
    "about": ["prac_6"],
    "operation": {"hash": "0000000000000000", "name": "Card"},
}


async def acted(journal: Store) -> None:
    """Let these acts arrive in the journal."""
    entries: Any = [
        {
            "id": f"00000000-0000-4000-8000-{number:012}",
            "at": BEGAN + timedelta(hours=number),
            "subject": CAST[persona].subject,
            "act": act,
            "object": thing,
            "grounds": json.dumps(grounds),
        }
        for number, (persona, act, thing, grounds) in enumerate(ACTS)
    ]
    async with journal.connection() as connection:
        await entries_arrive(connection, "accreditation", entries)
        known = await connection.fetchval("SELECT count(*) FROM read_entry")
    if not known:
        await keep(journal, [NewRead(BEGAN + timedelta(days=1), CAST["expert"].subject, "prac_6", json.dumps(READ))])
