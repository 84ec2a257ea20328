"""What accreditations open follows the acts on them at once."""

from typing import Any

from tests.acts.office import Office

RECORD = "accreditation { id version status operations }"


async def opened(office: Office, persona: str) -> set[str]:
    answer = await office.ask(persona, "{ viewer { operations(everywhere: true) { operation } } }")
    return {one["operation"] for one in answer.data["viewer"]["operations"]}


async def test_what_the_regulator_suspends_is_closed_with_the_act_and_open_again_after(office: Office) -> None:
    (special,) = await office.rows("SELECT * FROM accreditation WHERE practitioner_id = 2 AND kind = 'SPECIAL'")
    given: dict[str, Any] = {"id": f"acc_{special['id']}", "reason": "A complaint came"}
    assert "SURGERY_PROTOCOL" in await opened(office, "surgeon")
    done = await office.act("regulator", "suspendAccreditation", RECORD, **given, expectedVersion=special["version"])
    assert (done["accreditation"]["status"], done["accreditation"]["operations"]) == ("SUSPENDED", [])
    left = await opened(office, "surgeon")
    assert "SURGERY_PROTOCOL" not in left
    assert "CLINICAL_DOCUMENT_SIGN" in left
    version = done["accreditation"]["version"]
    done = await office.act("regulator", "reinstateAccreditation", RECORD, **given, expectedVersion=version)
    assert "SURGERY_PROTOCOL" in done["accreditation"]["operations"]
    assert "SURGERY_PROTOCOL" in await opened(office, "surgeon")


async def test_a_special_record_stays_active_but_opens_nothing_while_its_base_is_suspended(office: Office) -> None:
    (special,) = await office.rows("SELECT * FROM accreditation WHERE practitioner_id = 2 AND kind = 'SPECIAL'")
    (base,) = await office.rows("SELECT * FROM accreditation WHERE id = $1", special["base_id"])
    given = {"id": f"acc_{base['id']}", "expectedVersion": base["version"], "reason": "A complaint came"}
    await office.act("regulator", "suspendAccreditation", RECORD, **given)
    answer = await office.ask(
        "surgeon", f'{{ node(id: "acc_{special["id"]}") {{ ... on Accreditation {{ status operations }} }} }}'
    )
    assert answer.data["node"] == {"status": "ACTIVE", "operations": []}
    assert "SURGERY_PROTOCOL" not in await opened(office, "surgeon")
