"""Somebody new comes in: looked for in the register, entered there, tied to a hospital, let in to work."""

import asyncio
from datetime import date

from gateway.world import numbers
from resolvers.identity.matching import MatchState, Profile
from tests.acts.office import Office
from tests.acts.reception import (
    LINK,
    NEWCOMER,
    PERSON,
    PROFILE,
    REQUEST,
    SNILS,
    asked_to_link,
    codes,
    entered,
    linked,
    looked_for,
    readiness,
    registered,
    workplaces,
)
from tests.passing import passing


async def test_from_the_first_sign_in_to_a_workplace(hall: Office) -> None:
    assert (await looked_for(hall, PROFILE)).state is MatchState.NONE
    seen = await hall.ask("newcomer", "{ viewer { registryMatch { state field checkedAt } practitioner { id } } }")
    assert seen.data["viewer"]["practitioner"] is None
    assert seen.data["viewer"]["registryMatch"]["state"] == "NONE"
    assert not (await readiness(hall))["ORGANIZATION_LINK"]

    made = await registered(hall)
    assert made["state"] == "PENDING"
    listed = await hall.ask(
        "registrar",
        "{ registryRequests(filter: {state: [PENDING]}) { nodes { id values { field value before } } totalCount } }",
    )
    (waiting,) = listed.data["registryRequests"]["nodes"]
    assert waiting["id"] == made["id"]
    assert {one["field"]: one["value"] for one in waiting["values"]} == {
        "SNILS": SNILS, "FAMILY_NAME": "Ёлкина-Серова", "GIVEN_NAME": "Алёна", "PATRONYMIC": "Юрьевна",
        "BIRTH_ON": "1994-05-17", "SPECIALTY": "31.08.49", "POSITION": "109",
    }  # fmt: skip
    decided = await hall.act(
        "registrar", "decideRegistration", "request { state practitioner { fullName } }",
        id=made["id"], expectedVersion=made["version"], decision="APPROVE",
    )  # fmt: skip
    assert decided["problems"] == []
    hall.application.operating.facts.heard()
    assert decided["request"] == {"state": "APPROVED", "practitioner": {"fullName": "Ёлкина-Серова Алёна Юрьевна"}}

    seen = await hall.ask(
        "newcomer",
        "{ viewer { practitioner { fullName snils specialty { code } fieldOrigins { field origin asOf } } "
        "workplaces { active } } }",
    )
    person = seen.data["viewer"]["practitioner"]
    assert (person["snils"], person["specialty"]["code"]) == (SNILS, "31.08.49")
    assert {one["field"] for one in person["fieldOrigins"]} == {
        "SNILS", "FAMILY_NAME", "GIVEN_NAME", "PATRONYMIC", "BIRTH_ON", "SPECIALTY",
    }  # fmt: skip
    assert seen.data["viewer"]["workplaces"] == []

    preview = await hall.ask(
        "newcomer",
        '{ organizationPreview(by: {ogrn: "%s"}) { organization { id } name address licence diagnosis '
        "consentVersion consentText } }" % (await ogrn_of(hall, 1)),
    )
    (place,) = preview.data["organizationPreview"]
    assert place["organization"]["id"] == "org_1"
    assert place["address"].endswith("ул. Больничная, д. 1")
    assert (place["licence"], place["diagnosis"], place["consentVersion"]) == ("ACTIVE", None, "2026.1")
    link = await linked(hall)
    assert link["state"] == "CONFIRMED"
    assert await workplaces(hall) == ["org_1"]
    assert (await readiness(hall))["ORGANIZATION_LINK"]
    answer = await hall.ask("newcomer", "{ viewer { organizationLinks { state employment { position { code } } } } }")
    assert answer.data["viewer"]["organizationLinks"] == [
        {"state": "CONFIRMED", "employment": {"position": {"code": "109"}}}
    ]
    # He is found by his sign-in from here on, and keeps his account.
    again = await looked_for(hall, PROFILE)
    assert (again.state, again.account) == (MatchState.MATCHED, NEWCOMER)
    acts = {row["act"] for row in await hall.rows("SELECT act FROM audit_entry", store="registry")}
    assert acts == {"registerPractitioner", "decideRegistration", "linkOrganization", "decideOrganizationLink"}


async def ogrn_of(office: Office, key: int) -> str:
    found = await office.rows("SELECT ogrn FROM organization WHERE id = $1", key, store="registry")
    return str(found[0]["ogrn"])


async def test_a_dismissal_ends_the_link_and_all_that_rested_on_it_within_a_second(hall: Office) -> None:
    await entered(hall)
    await linked(hall)
    assert await workplaces(hall) == ["org_1"]
    await hall.rows("UPDATE employment SET ends_on = starts_on WHERE id >= 10000000", store="registry")
    async with passing() as passed:
        while await workplaces(hall) != []:
            assert passed.seconds < 1.0
    answer = await hall.ask("newcomer", "{ viewer { organizationLinks { state } roles { name } } }")
    assert answer.data["viewer"] == {"organizationLinks": [{"state": "ENDED"}], "roles": [{"name": "APL"}]}


async def test_what_is_taken_back_gives_nothing_until_it_is_confirmed_again(hall: Office) -> None:
    await entered(hall)
    link = await linked(hall)
    payload = await hall.act(
        "newcomer", "withdrawOrganizationLink", LINK, id=link["id"], expectedVersion=link["version"]
    )
    assert payload["link"]["state"] == "ENDED"
    assert await workplaces(hall) == []
    # The employer's record of the post stays, and the same is bound again.
    link = await asked_to_link(hall)
    confirmed = await hall.act(
        "registrar", "decideOrganizationLink", LINK,
        id=link["id"], expectedVersion=link["version"], decision="CONFIRM",
    )  # fmt: skip
    assert confirmed["link"]["state"] == "CONFIRMED"
    hall.application.operating.facts.heard()
    assert await workplaces(hall) == ["org_1"]
    posts = await hall.rows("SELECT count(*) AS posts FROM employment WHERE id >= 10000000", store="registry")
    assert posts == [{"posts": 1}]


async def test_each_diagnosis_of_a_link_can_be_had(hall: Office) -> None:
    await entered(hall)
    absent = await hall.ask("newcomer", '{ organizationPreview(by: {oid: "1.2.643.9.9.9"}) { name } }')
    assert absent.data["organizationPreview"] == []
    unknown = await hall.act("newcomer", "linkOrganization", LINK, organizationId="org_99999", consentVersion="2026.1")
    assert codes(unknown) == [("ORG_NOT_FOUND", ["organizationId"])]
    await hall.rows(BRANCH, numbers.ogrn(5, 2011), await inn_of(hall, 1), date(2020, 1, 1), store="registry")
    closed = await hall.act(
        "newcomer", "linkOrganization", LINK, organizationId="org_10000001", consentVersion="2026.1"
    )
    assert codes(closed) == [("ORG_CLOSED", ["organizationId"])]
    old = await hall.act("newcomer", "linkOrganization", LINK, organizationId="org_1", consentVersion="2025.1")
    assert codes(old) == [("CONSENT_MISSING", ["consentVersion"])]
    for diagnosis in ("NOT_EMPLOYED", "DATA_MISMATCH"):
        link = await asked_to_link(hall)
        without = await hall.act(
            "registrar", "decideOrganizationLink", LINK,
            id=link["id"], expectedVersion=link["version"], decision="CONFIRM",
        )  # fmt: skip
        assert codes(without) == [("POST_MISSING", ["employment"])]
        refused = await hall.act(
            "registrar", "decideOrganizationLink", LINK,
            id=link["id"], expectedVersion=link["version"], decision="REFUSE", diagnosis=diagnosis,
            reason="Нет в штате",
        )  # fmt: skip
        assert refused["link"] == {
            "id": link["id"], "version": 2, "state": "REFUSED", "diagnosis": diagnosis, "reason": "Нет в штате",
        }  # fmt: skip
    assert await workplaces(hall) == []


BRANCH = """
INSERT INTO organization (id, oid, name, sort_name, ogrn, inn, region_code, closed_on, branch_of_id)
VALUES (10000001, '1.2.643.5.1.13.13.12.2.77.1', 'Филиал № 1', 'филиал № 1', $1, $2, '77', $3, 1)
"""


async def inn_of(office: Office, key: int) -> str:
    found = await office.rows("SELECT inn FROM organization WHERE id = $1", key, store="registry")
    return str(found[0]["inn"])


async def test_of_an_inn_with_branches_one_is_chosen(hall: Office) -> None:
    inn = await inn_of(hall, 1)
    await hall.rows(BRANCH, await ogrn_of(hall, 1), inn, None, store="registry")
    answer = await hall.ask(
        "anonymous",
        f'{{ organizationPreview(by: {{inn: "{inn}"}}) {{ organization {{ id }} branchOf {{ id }} licence }} '
        f'organization(by: {{inn: "{inn}"}}) {{ id }} }}',
    )
    assert [
        (one["organization"]["id"], one["branchOf"], one["licence"]) for one in answer.data["organizationPreview"]
    ] == [("org_1", None, "ACTIVE"), ("org_10000001", {"id": "org_1"}, None)]
    assert answer.data["organization"] == {"id": "org_1"}


async def test_nobody_registers_under_the_number_of_another(hall: Office) -> None:
    await looked_for(hall, PROFILE)
    others = {**PERSON, "snils": numbers.snils(1)}
    payload = await hall.act("newcomer", "registerPractitioner", REQUEST, **others)
    assert codes(payload) == [("IDENTITY_MISMATCH", ["snils"])]


async def test_whose_number_it_is_nobody_is_told_and_support_is(hall: Office) -> None:
    """Where the sign-in told no СНИЛС, that of the therapist is asked for as any other would be."""
    payload = await hall.act("newcomer", "registerPractitioner", REQUEST, **{**PERSON, "snils": numbers.snils(1)})
    assert payload["problems"] == []
    made = payload["request"]
    assert made["state"] == "PENDING"
    decided = await hall.act(
        "registrar", "decideRegistration", REQUEST,
        id=made["id"], expectedVersion=made["version"], decision="APPROVE",
    )  # fmt: skip
    assert codes(decided) == [("DATA_MISMATCH", ["id"])]
    assert decided["request"]["state"] == "PENDING"
    entries = await hall.rows(
        "SELECT grounds->>'refused' AS why FROM audit_entry WHERE act = 'decideRegistration'", store="registry"
    )
    assert entries == [{"why": "FAMILY_NAME_DIFFERS"}]
    subject = await hall.rows("SELECT subject FROM practitioner WHERE id = 1", store="registry")
    assert subject == [{"subject": "1000000001"}]


async def test_an_employer_puts_right_the_name_of_whoever_works_for_him_and_lets_him_in(hall: Office) -> None:
    text = "SELECT * FROM practitioner p WHERE subject IS NULL AND EXISTS (SELECT FROM employment e "
    text += "WHERE e.practitioner_id = p.id AND e.organization_id = 1 AND e.ends_on IS NULL) ORDER BY id LIMIT 1"
    (row,) = await hall.rows(text, store="registry")
    profile = Profile(row["snils"], "Новая", row["given_name"], row["patronymic"], row["birth_on"], confirmed=True)
    assert (await looked_for(hall, profile)).field == "FAMILY_NAME"
    hall.application.operating.facts.heard()
    refused = await hall.ask(
        "newcomer", 'mutation { updateContacts(input: {phone: "+79990000000"}) { problems { code } } }'
    )
    assert [one["extensions"]["reason"] for one in refused.errors] == ["IDENTITY_MISMATCH"]
    given = {
        **PERSON, "snils": row["snils"], "familyName": "Новая", "givenName": row["given_name"],
        "patronymic": row["patronymic"], "birthOn": row["birth_on"].isoformat(),
    }  # fmt: skip
    made = (await hall.act("newcomer", "registerPractitioner", REQUEST, **given))["request"]
    try:
        decided = await hall.act(
            "registrar", "decideRegistration", "request { practitioner { id familyName } }",
            id=made["id"], expectedVersion=1, decision="APPROVE",
        )  # fmt: skip
        assert decided["problems"] == []
        assert decided["request"]["practitioner"] == {"id": f"prac_{row['id']}", "familyName": "Новая"}
        hall.application.operating.facts.heard()
        assert await workplaces(hall) == ["org_1"]
    finally:
        back = "UPDATE practitioner SET subject = NULL, family_name = $2, sort_name = $3 WHERE id = $1"
        await hall.rows(back, row["id"], row["family_name"], row["sort_name"], store="registry")


async def test_of_two_requests_at_once_one_is_kept(hall: Office) -> None:
    answers = await asyncio.gather(*(hall.act("newcomer", "registerPractitioner", REQUEST, **PERSON) for _ in range(4)))
    told = sorted(one["problems"][0]["code"] if one["problems"] else "" for one in answers)
    assert told == ["", "ALREADY_OPEN", "ALREADY_OPEN", "ALREADY_OPEN"]
    await hall.rows("DELETE FROM registry_request", store="registry")
    await entered(hall)
    wanted = {"organizationId": "org_1", "consentVersion": "2026.1"}
    answers = await asyncio.gather(*(hall.act("newcomer", "linkOrganization", LINK, **wanted) for _ in range(4)))
    told = sorted(one["problems"][0]["code"] if one["problems"] else "" for one in answers)
    assert told == ["", "ALREADY_OPEN", "ALREADY_OPEN", "ALREADY_OPEN"]


async def test_each_field_is_told_by_its_path(hall: Office) -> None:
    payload = await hall.act(
        "newcomer", "registerPractitioner", REQUEST,
        snils="11223344590", familyName=" ", givenName="123", birthOn="2030-01-01", specialtyCode="1", positionCode="x",
        organizationId="org_1",
    )  # fmt: skip
    assert codes(payload) == [
        ("DATE_OUT_OF_RANGE", ["birthOn"]), ("FIELD_FORMAT", ["snils"]), ("FIELD_REQUIRED", ["familyName"]),
        ("FIELD_FORMAT", ["givenName"]), ("UNKNOWN_SPECIALTY", ["specialtyCode"]), ("UNKNOWN_CODE", ["positionCode"]),
    ]  # fmt: skip


async def test_an_officer_of_another_organisation_sees_nothing_of_it(hall: Office) -> None:
    made = await registered(hall)
    await hall.rows(OFFICER, store="journal")
    hall.application.operating.facts.heard()
    document = """
    mutation($id: ID!) {
      decideRegistration(input: {id: $id, expectedVersion: 1, decision: REJECT, reason: "why"}) {
        request { id } problems { code path }
      }
    }
    """
    try:
        answer = await hall.ask("stranger", document, {"id": made["id"]})
        assert answer.data["decideRegistration"] == {
            "request": None, "problems": [{"code": "NOT_FOUND", "path": ["id"]}],
        }  # fmt: skip
        listed = await hall.ask("stranger", "{ registryRequests { totalCount } }")
        assert listed.data["registryRequests"]["totalCount"] == 0
    finally:
        await hall.rows("DELETE FROM appointment WHERE id = 9200001", store="journal")
        hall.application.operating.facts.heard()
    # Whoever holds no such function may not decide at all.
    answer = await hall.ask("head", document, {"id": made["id"]})
    assert answer.data["decideRegistration"] is None


OFFICER = """
INSERT INTO appointment (id, subject, function, organization_id, valid_from)
VALUES (9200001, '1000000019', 'HRR', 2, now() - interval '1 day')
"""


async def test_nobody_decides_on_himself(hall: Office) -> None:
    asked = await hall.act(
        "registrar", "requestRegistryCorrection", REQUEST, field="FAMILY_NAME", value="Летина", documentId="doc_65"
    )
    assert asked["problems"] == [], asked
    decided = await hall.act(
        "registrar", "decideRegistryCorrection", REQUEST,
        id=asked["request"]["id"], expectedVersion=1, decision="APPROVE",
    )  # fmt: skip
    assert codes(decided) == [("OWN_REQUEST", ["id"])]
    link = await hall.act("registrar", "linkOrganization", LINK, organizationId="org_1", consentVersion="2026.1")
    decided = await hall.act(
        "registrar", "decideOrganizationLink", LINK, id=link["link"]["id"], expectedVersion=1, decision="CONFIRM"
    )
    assert codes(decided) == [("OWN_REQUEST", ["id"])]
