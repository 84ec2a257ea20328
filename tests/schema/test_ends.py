"""Ends of terms mean one thing in the graph: the last day within, whatever the stores keep."""

from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import Ask, Gateway
from tests.schema.rows import rows

DAY = timedelta(days=1)
# Type, the field that is to be asked no more, table, column, store, and how many days after the last day the column is.
ENDS = [
    ("Licence", "endsOn", "lic", "licence", "ends_on", "registry", 1),
    ("QualificationCategory", "endsOn", "award", "qualification", "ends_on", "registry", 1),
    ("Document", "expiresOn", "doc", "document", "expires_on", "documents", 1),
    ("Employment", "endsOn", "emp", "employment", "ends_on", "registry", 0),
]


@pytest.mark.parametrize(("kind", "before", "prefix", "table", "column", "store", "after"), ENDS)
async def test_the_last_day_is_the_last_day_everywhere(
    ask: Ask, gateway: Gateway, kind: str, before: str, prefix: str, table: str, column: str, store: str, after: int
) -> None:
    text = f"SELECT id, {column} AS day FROM {table} ORDER BY {column} IS NULL, id LIMIT 40"  # noqa: S608
    kept = await rows(gateway, store, text)
    kept += await rows(gateway, store, text.replace("IS NULL", "IS NOT NULL"))
    ids = [f"{prefix}_{row['id']}" for row in kept]
    answer = await ask("census", f"query($i: [ID!]!) {{ nodes(ids: $i) {{ ... on {kind} {{ lastOn {before} }} }} }}",
                       {"i": ids})  # fmt: skip
    assert answer.errors == []
    assert {row["day"] is None for row in kept} == ({True, False} if kind != "QualificationCategory" else {False})
    for row, node in zip(kept, answer.data["nodes"], strict=True):
        day = row["day"]
        assert node[before] == (None if day is None else str(day))
        assert node["lastOn"] == (None if day is None else str(day - after * DAY))


async def test_certificates_have_their_last_day_too(ask: Ask, gateway: Gateway) -> None:
    (kept,) = await rows(
        gateway, "registry", "SELECT practitioner_id, id, ends_on FROM certificate ORDER BY id LIMIT 1"
    )
    text = "query($id: ID!) { practitioner(by: {id: $id}) { certificates { id lastOn } } }"
    answer = await ask("census", text, {"id": f"prac_{kept['practitioner_id']}"})
    found: list[dict[str, Any]] = answer.data["practitioner"]["certificates"]
    assert {"id": f"cert_{kept['id']}", "lastOn": str(kept["ends_on"] - DAY)} in found
