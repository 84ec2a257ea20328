"""Lists of patients are walks along one index, however many patients there are."""

from datetime import timedelta
from typing import Any

import pytest

from sources.clinical import listing
from sources.clinical.opening import Sealed
from sources.postgres.statement import compiled_of
from tests.sources.clinical.conftest import NOW

MANY = """
INSERT INTO patient (organization_id, sex, sealed_key, family_name, given_name, birth_on, name_hash, changed_at)
SELECT 1, sex, sealed_key, family_name, given_name, birth_on, name_hash, changed_at
FROM patient, generate_series(1, 100)
"""
RELATED = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, {who}, starts_at)
SELECT id, 1, '{basis}', id, 5000 + id % 8, $1 FROM patient WHERE id >= 10000000
"""
LISTS = [
    (listing.OF_CARER, listing.CARER, "practitioner_id", "EPISODE", "carers", "care_relation_by_carer"),
    (listing.OF_SUPERVISOR, listing.CARER, "practitioner_id", "TRAINEE", "carers", "care_relation_by_"),
    (listing.OF_UNIT, listing.UNIT, "department_id", "DUTY", "wards", "care_relation_by_"),
]


@pytest.mark.parametrize(("kind", "parent", "who", "basis", "key", "index"), LISTS)
async def test_a_page_of_patients_is_a_walk_along_an_index(
    connection: Any, kind: Sealed, parent: str, who: str, basis: str, key: str, index: str
) -> None:
    await connection.execute(MANY)
    await connection.execute(RELATED.format(who=who, basis=basis), NOW - timedelta(days=1))
    await connection.execute("ANALYZE patient")
    await connection.execute("ANALYZE care_relation")
    filters = ("place",) if parent == listing.CARER else ()
    columns, order = frozenset({"id", key}), (("id", "asc"),)
    members = ("rows", columns, parent, ((key,),), filters, order, True)
    made = compiled_of(kind.entity, (21, True, True, False), *members)
    values: dict[str, object] = {
        "key": 5001, "filter_place": 1, "after_0": 10_000_100, "at": NOW, "today": NOW.date(), "language": "ru",
        "narrow_0_0": ["5001@1"] if key == "carers" else [5001],
    }  # fmt: skip
    rows = await connection.fetch(f"EXPLAIN {made.text}", *(values[name] for name in made.parameters))
    plan = "\n".join(row[0] for row in rows)
    page = plan.partition("SubPlan")[0]
    assert "Sort" not in page, plan
    assert "Seq Scan" not in page, plan
    assert index in page, plan
    found = await connection.fetch(made.text, *(values[name] for name in made.parameters))
    assert len(found) == 21
    assert [row["id"] for row in found] == sorted(row["id"] for row in found)
