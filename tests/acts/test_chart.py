"""What an accreditation opens: the chart of a patient in one's care, to the second, and at the workplace alone."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.acts.office import Office
from tests.house import pages

STEP = re.compile(r"# (?:before|then|after), as (\w+)\n")
CHART = """query($id: ID!) { patient(by: {id: $id}) {
  fullName conditions(first: 1) { nodes { code } } notes(first: 1) { nodes { text } } } }"""
RECORD = "accreditation { status version } problems { code }"
POST = """
INSERT INTO employment (id, practitioner_id, organization_id, department_id, position_code, kind, rate, starts_on)
SELECT 9200001, practitioner_id, 2, NULL, position_code, 'EXTERNAL_PART_TIME', 0.5, starts_on
FROM employment WHERE practitioner_id = 1 AND kind = 'MAIN' AND ends_on IS NULL
"""
SECOND_RECORD = """
INSERT INTO accreditation (id, registry_number, practitioner_id, kind, procedure, specialty_code, state, valid_from,
                           organization_ids, place_id)
OVERRIDING SYSTEM VALUE
SELECT 9200001, 'second', practitioner_id, kind, procedure, specialty_code, state, $1, ARRAY[2::bigint], 2
FROM accreditation WHERE practitioner_id = 1 AND kind = 'PERMANENT' AND state = 'ACTIVE'
"""
HELD = "SELECT id, version FROM accreditation WHERE practitioner_id = 1 AND kind = 'PERMANENT' AND state = 'ACTIVE'"
# The first is under the therapist's care, the others are assigned to the applicant and to whoever is suspended.
MINE, OF_THE_APPLICANT, OF_THE_SUSPENDED = "pat_1", "pat_17", "pat_23"
# So long may it take until what changed in a store counts.
PATIENCE = 5.0


async def chart(office: Office, persona: str, patient: str, **headers: str) -> Any:
    answer = await office.ask(persona, CHART, {"id": patient}, **headers)
    assert answer.errors == []
    return answer.data["patient"]


async def test_who_is_not_accredited_sees_no_patient_of_his(office: Office) -> None:
    for persona, patient in (("applicant", OF_THE_APPLICANT), ("suspended", OF_THE_SUSPENDED)):
        assert await chart(office, "census", patient) is not None
        assert await chart(office, persona, patient) is None


async def test_a_suspension_closes_the_chart_at_once_with_the_same_token(office: Office) -> None:
    before = await chart(office, "therapist", MINE)
    assert before["notes"]["nodes"][0]["text"]
    (row,) = await office.rows(HELD)
    given = {"id": f"acc_{row['id']}", "reason": "Проверка жалобы"}
    done = await office.act("regulator", "suspendAccreditation", RECORD, **given, expectedVersion=row["version"])
    assert done["problems"] == []
    assert await chart(office, "therapist", MINE) is None
    version = done["accreditation"]["version"]
    done = await office.act("regulator", "reinstateAccreditation", RECORD, **given, expectedVersion=version)
    assert done["problems"] == []
    assert await chart(office, "therapist", MINE) == before


async def test_the_story_of_a_suspension_is_as_the_readme_tells_it(office: Office) -> None:
    blocks = pages.blocks("README.md")
    steps = [(STEP.match(one.text), one.text, then) for one, then in pairwise(blocks)]
    told = [(found[1], text, json.loads(then.text)) for found, text, then in steps if found]
    assert [persona for persona, _, _ in told] == ["therapist", "regulator", "therapist"]
    assert told[0][1].partition("\n")[2] == told[2][1].partition("\n")[2]
    for persona, text, wanted in told:
        answer = await office.ask(persona, text)
        assert {key: value for key, value in answer.body.items() if key != "extensions"} == wanted, text


async def test_the_same_doctor_does_not_see_his_patient_at_his_other_workplace(office: Office) -> None:
    await office.rows(POST, store="registry")
    await office.rows(SECOND_RECORD, datetime.now(UTC) - timedelta(days=1))
    try:
        there = {"kabinet_workplace": "emp_9200001"}
        roles = "{ viewer { roles { name organizations { id } } } }"
        until = asyncio.get_running_loop().time() + PATIENCE
        while {"id": "org_2"} not in await _doctor_at(office, roles):
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.05)
        assert await chart(office, "therapist", MINE) is not None
        assert await chart(office, "therapist", MINE, **there) is None
    finally:
        await office.rows("DELETE FROM employment WHERE id = 9200001", store="registry")


async def _doctor_at(office: Office, text: str) -> list[Any]:
    roles = (await office.ask("therapist", text)).data["viewer"]["roles"]
    return [place for role in roles if role["name"] == "DOC" for place in role["organizations"]]
