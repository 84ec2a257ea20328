"""An act that was committed stands although what it read cannot be noted: its payload is null, and its key tells."""

from tests.acts.office import Office

HELD = "SELECT id, version FROM accreditation WHERE practitioner_id = 1 AND kind = 'PERMANENT' AND state = 'ACTIVE'"
FULL = "ALTER TABLE read_entry ADD CONSTRAINT no_room CHECK (act = 'nothing') NOT VALID"
ROOM = "ALTER TABLE read_entry DROP CONSTRAINT IF EXISTS no_room"
READS = "accreditation { status version holder { ... on Practitioner { snilsMasked } } }"
NOTHING_READ = "accreditation { status version }"


async def test_a_committed_act_stands_and_its_key_tells(office: Office) -> None:
    (row,) = await office.rows(HELD)
    given = {"id": f"acc_{row['id']}", "reason": "Проверка жалобы", "expectedVersion": row["version"]}
    journal = office.application.stores.journal
    await journal.execute(FULL)
    try:
        answer = await office.try_to("regulator", "suspendAccreditation", READS, key="full-1", **given)
        assert (answer.status, answer.codes) == (503, ["JOURNAL_UNAVAILABLE"])
        assert answer.data == {"suspendAccreditation": None}
        assert "path" not in answer.errors[0]
        again = await office.try_to("regulator", "suspendAccreditation", READS, key="full-1", **given)
        assert (again.status, again.data) == (503, {"suspendAccreditation": None})
        untold = await office.try_to("regulator", "suspendAccreditation", NOTHING_READ, key="full-1", **given)
        assert (untold.status, untold.errors) == (200, [])
    finally:
        await journal.execute(ROOM)
    (after,) = await office.rows("SELECT state, version FROM accreditation WHERE id = $1", row["id"])
    assert (after["state"], after["version"]) == ("SUSPENDED", row["version"] + 1)
    told = await office.try_to("regulator", "suspendAccreditation", READS, key="full-1", **given)
    assert told.status == 200
    payload = told.data["suspendAccreditation"]
    assert (payload["problems"], payload["accreditation"]["version"]) == ([], row["version"] + 1)
    assert "snilsMasked" in payload["accreditation"]["holder"]
    events = await office.rows("SELECT 1 FROM audit_entry WHERE act = 'suspendAccreditation'")
    assert len(events) == 1
