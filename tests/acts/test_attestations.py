"""What an accreditation for telemedicine takes besides: recorded, renewed, ended; it counts while all of it does."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.acts.clinic import told
from tests.acts.office import Office
from tests.acts.test_emergency import Later, later
from tests.acts.test_kinds import REMOTE

__all__ = ["later"]

ADD, RENEW, END = (f"{verb}Attestation" for verb in ("add", "renew", "end"))
SHOWN = """attestation { id version kind issuer number state startsOn lastOn endedAt endReason
  practitioner { id } organization { id } renews { id } }"""
HELD = "query($id: ID!) { practitioner(by: {id: $id}) { attestations { id kind state version } } }"
SUBMIT = """mutation($input: SubmitApplicationInput!) {
  submitApplication(input: $input) { problems { code path about } } }"""
ROLES = "{ viewer { roles { name validUntil } } }"
TELEMEDIC, THERAPIST = "prac_5", "prac_1"
MOSCOW = ZoneInfo("Europe/Moscow")
# So the list of the law is typed a second time.
LIST = ["CHANNEL", "WORKPLACE", "CERTIFIED_PROTECTION", "TELEMEDICINE_POINT", "PERSONAL_DATA_ATTESTATION"]


def day(ahead: int) -> str:
    return str(datetime.now(MOSCOW).date() + timedelta(days=ahead))


async def roles(office: Office) -> set[str]:
    found = (await office.ask("telemedic", ROLES)).data["viewer"]["roles"]
    return {one["name"] for one in found}


async def held(office: Office, kind: str, of: str = TELEMEDIC) -> dict[str, Any]:
    """The attestation of a kind that is in force."""
    found = (await office.ask("registrar", HELD, {"id": of})).data["practitioner"]["attestations"]
    (one,) = (row for row in found if row["kind"] == kind and row["state"] == "IN_FORCE")
    return {"id": one["id"], "expectedVersion": one["version"]}


@pytest.mark.parametrize("kind", LIST)
async def test_the_role_ends_with_each_of_them_and_comes_back_with_its_renewal(office: Office, kind: str) -> None:
    assert "REM" in await roles(office)
    one = await held(office, kind)
    ended = await office.act("registrar", END, SHOWN, **one, reason="Отозвано органом по аттестации")
    assert (ended["problems"], ended["attestation"]["state"]) == ([], "ENDED")
    assert "REM" not in await roles(office)
    named = {"id": one["id"], "expectedVersion": 2, "number": "А-2", "lastOn": day(30)}
    renewed = await office.act("head", RENEW, SHOWN, **named)
    assert renewed["problems"] == []
    made = renewed["attestation"]
    assert (made["state"], made["startsOn"], made["lastOn"], made["renews"]) == (
        "IN_FORCE", day(0), day(30), {"id": one["id"]},
    )  # fmt: skip
    assert "REM" in await roles(office)
    again = await office.act("head", RENEW, SHOWN, **{**named, "expectedVersion": 3})
    assert told(again) == [("ALREADY_IN_FORCE", "id")]


async def test_the_role_ends_with_the_term_to_the_second(office: Office, later: Later) -> None:
    until = datetime.now(UTC) + timedelta(hours=3)
    await office.rows("UPDATE attestation SET valid_to = $1 WHERE practitioner_id = 5 AND kind = 'CHANNEL' "
                      "AND valid_to > now()", until)  # fmt: skip
    found = (await office.ask("telemedic", ROLES)).data["viewer"]["roles"]
    (rem,) = (one for one in found if one["name"] == "REM")
    assert datetime.fromisoformat(rem["validUntil"]) == until
    later(until - datetime.now(UTC) - timedelta(seconds=1))
    assert "REM" in await roles(office)
    later(timedelta(seconds=1))
    assert "REM" not in await roles(office)
    opened = '{ practitioner(by: {id: "prac_5"}) { accreditations { kind operations } } }'
    records = (await office.ask("telemedic", opened)).data["practitioner"]["accreditations"]
    assert [one["operations"] for one in records if one["kind"] == "REMOTE"] == [[]]


async def test_an_application_lacks_what_is_not_attested(office: Office) -> None:
    draft = await office.drafted("therapist", **REMOTE)
    for kind in LIST[:2]:
        await office.act("registrar", END, SHOWN, **await held(office, kind, THERAPIST), reason="Внесено ошибочно")
    asked = {"id": draft["id"], "expectedVersion": draft["version"]}
    answer = await office.ask("therapist", SUBMIT, {"input": asked})
    assert answer.data["submitApplication"]["problems"] == [
        {"code": "ATTESTATION_MISSING", "path": ["baseId"], "about": kind} for kind in LIST[:2]
    ]
    # With both renewed it has all that is asked for, and is on its way.
    for kind in LIST[:2]:
        again = {"practitionerId": THERAPIST, "organizationId": "org_1", "kind": kind, "issuer": "ПАО «Ростелеком»"}
        made = await office.act("head", ADD, SHOWN, **again, number="А-1", startsOn=day(0), lastOn=day(30))
        assert made["problems"] == []
    assert (await office.act("therapist", "submitApplication", **asked))["problems"] == []


async def test_who_records_one_and_what_keeps_him_from_it(office: Office) -> None:
    given = {
        "practitionerId": "prac_2", "organizationId": "org_1", "kind": "WORKPLACE", "issuer": "Отдел информатизации",
        "number": "АРМ-7", "startsOn": day(-10), "lastOn": day(355), "idempotencyKey": "once",
    }  # fmt: skip
    made = await office.act("registrar", ADD, SHOWN, **given)
    assert made["problems"] == []
    assert made["attestation"]["practitioner"] == {"id": "prac_2"}
    assert await office.act("registrar", ADD, SHOWN, **given) == made
    other = {**given, "idempotencyKey": "another"}
    for changes, problems in (
        ({}, [("ALREADY_IN_FORCE", "kind")]),
        ({"practitionerId": "prac_12"}, [("NOT_FOUND", "practitionerId")]),
        ({"kind": "CHANNEL", "number": " "}, [("FIELD_REQUIRED", "number")]),
        ({"kind": "CHANNEL", "lastOn": day(1086)}, [("TERM_OUT_OF_RANGE", "lastOn")]),
        ({"kind": "CHANNEL", "startsOn": day(-40), "lastOn": day(-1)}, [("TERM_OUT_OF_RANGE", "lastOn")]),
        ({"kind": "CHANNEL", "documentId": "doc_999999"}, [("DOCUMENT_UNKNOWN", "documentId")]),
    ):
        assert told(await office.act("registrar", ADD, SHOWN, **{**other, **changes})) == problems, changes
    for persona in ("therapist", "supervisor", "stranger", "expert", "regulator", "desk"):
        answer = await office.try_to(persona, ADD, SHOWN, **other)
        assert answer.data == {ADD: None}, persona
    elsewhere = await office.try_to("registrar", ADD, SHOWN, **{**other, "organizationId": "org_2"})
    assert elsewhere.errors[0]["extensions"]["reason"] == "OBJECT"
    # Whom it is about reads it; colleagues do not.
    asked = {"id": "prac_2"}
    assert len((await office.ask("surgeon", HELD, asked)).data["practitioner"]["attestations"]) == 1
    assert (await office.ask("therapist", HELD, asked)).data["practitioner"]["attestations"] is None
    one = {"id": made["attestation"]["id"], "expectedVersion": 1}
    assert told(await office.act("registrar", END, SHOWN, **{**one, "expectedVersion": 2}, reason="x")) == [
        ("CONFLICT", "expectedVersion")
    ]
    assert told(await office.act("registrar", END, SHOWN, **one, reason=" ")) == [("REASON_REQUIRED", "reason")]
    events = await office.rows("SELECT payload FROM event WHERE kind = 'ATTESTATION_CHANGED'")
    assert [json.loads(one["payload"])["step"] for one in events] == ["ADDED"]
    shown = (await office.ask("anonymous", "{ requiredAttestations { kind title } }")).data["requiredAttestations"]
    assert [one["kind"] for one in shown] == LIST
