"""Consents given and taken back, records restricted to a list, colleagues asked: each opens, and closes, at once."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.acts.clinic import Clinic, told
from tests.acts.test_emergency import Later, later

__all__ = ["later"]

GIVE, WITHDRAW, RESTRICT = "giveConsent", "withdrawConsent", "restrictRecord"
ASK, END = "askConsultation", "endConsultation"
CONSENT = "consent { id kind version endsAt organizations { id } organization { id } }"
RECORD = "record { __typename ... on Condition { id version confidentiality code } } practitioners { id }"
ASKED = "id patient { id } practitioner { id } endsAt"
# Of the therapist: one in her care, who is the patient of the cast; one whose care is over. Of the surgeon: another.
MINE, PAST, HIS = 1, 3, 4
# One of the stranger's, at the other hospital, with records there.
STRANGERS = 31
CONDITIONS = "query($id: ID!) { patient(by: {id: $id}) { conditions(first: 50) { nodes { id organization { id } } } } }"
LEFT_OPEN = "UPDATE consent SET ends_at = now() WHERE patient_id = $1 AND (ends_at IS NULL OR ends_at > now())"
MADE = """
INSERT INTO condition (id, patient_id, organization_id, practitioner_id, kind, code, book_version, certainty, at,
                       changed_at)
VALUES ($1, $2, $3, $4, 'MAIN', 'I10', '2026.1', 'CONFIRMED', now() - interval '1 day', now() - interval '1 day')
"""


@pytest.fixture
async def ward(clinic: Clinic) -> Clinic:
    """Nothing is consented to, and the patient has a record of each hospital."""
    await clinic.rows(LEFT_OPEN, MINE)
    for key, place, who in ((9_300_001, 1, 1), (9_300_002, 2, 12)):
        await clinic.rows(MADE, key, MINE, place, who)
    return clinic


async def seen(ward: Clinic, persona: str, patient: int = MINE) -> set[str] | None:
    """The diagnoses of a patient that one of the cast finds; None where the patient is not there."""
    answer = await ward.office.ask(persona, CONDITIONS, {"id": f"pat_{patient}"})
    assert answer.errors == [], answer.body
    found = answer.data["patient"]
    return None if found is None else {one["id"] for one in found["conditions"]["nodes"]}


async def left(ward: Clinic) -> tuple[list[str], list[str]]:
    """Events and entries, neither with a value."""
    events = await ward.rows("SELECT kind, payload FROM event ORDER BY at, kind")
    for row in events:
        assert set(json.loads(row["payload"])) <= {"object", "patientId", "practitionerId", "organizationId"}
    entries = await ward.rows("SELECT act, grounds FROM audit_entry ORDER BY at, act")
    return [row["kind"] for row in events], [row["act"] for row in entries]


async def test_a_consent_opens_anothers_records_and_closes_them_when_it_is_taken_back(ward: Clinic) -> None:
    elsewhere = "cond_9300002"
    assert elsewhere not in (await seen(ward, "therapist") or ())
    given = {
        "patientId": f"pat_{MINE}", "kind": "EXCHANGE", "textVersion": "2026.1", "organizationIds": ["org_2"],
        "idempotencyKey": "exchange",
    }  # fmt: skip
    made = await ward.act("therapist", GIVE, CONSENT, **given)
    assert made["problems"] == []
    assert made["consent"]["organizations"] == [{"id": "org_2"}]
    assert made["consent"]["organization"] == {"id": "org_1"}
    assert await ward.act("therapist", GIVE, CONSENT, **given) == made
    assert elsewhere in (await seen(ward, "therapist") or ())
    assert told(await ward.act("therapist", GIVE, CONSENT, **{**given, "idempotencyKey": "again"})) == [
        ("ALREADY_IN_FORCE", "")
    ]
    # The patient takes back what his doctor wrote down for him.
    asked = {"id": made["consent"]["id"], "expectedVersion": 1}
    assert told(await ward.act("patient", WITHDRAW, CONSENT, **{**asked, "expectedVersion": 2})) == [
        ("CONFLICT", "expectedVersion")
    ]
    taken = await ward.act("patient", WITHDRAW, CONSENT, **asked)
    assert taken["consent"]["version"] == 2
    assert elsewhere not in (await seen(ward, "therapist") or ())
    assert told(await ward.act("patient", WITHDRAW, CONSENT, **{**asked, "expectedVersion": 2})) == [
        ("ILLEGAL_TRANSITION", "id")
    ]
    assert await left(ward) == (["CONSENT_GIVEN", "CONSENT_WITHDRAWN"], [GIVE, WITHDRAW])


async def test_the_patient_says_to_whom_and_the_term_is_that_of_the_rules(ward: Clinic) -> None:
    own = {"patientId": f"pat_{MINE}", "kind": "SPECIAL", "textVersion": "2026.1", "specialKinds": ["HIV"]}
    assert told(await ward.act("patient", GIVE, CONSENT, **own)) == [("FIELD_REQUIRED", "organizationId")]
    assert told(await ward.act("patient", GIVE, CONSENT, **own, organizationId="org_999999")) == [
        ("NOT_FOUND", "organizationId")
    ]
    made = (await ward.act("patient", GIVE, CONSENT, **own, organizationId="org_1"))["consent"]
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Moscow")).date()
    end = datetime.fromisoformat(made["endsAt"]).astimezone(ZoneInfo("Europe/Moscow"))
    assert (end.date() - today, end.hour) == (timedelta(days=365), 0)
    (row,) = await ward.rows("SELECT subject, representative_id FROM consent WHERE id >= 100000000")
    assert row == {"subject": "1000000016", "representative_id": None}


async def test_what_cannot_be_consented_to_is_told_field_by_field(ward: Clinic) -> None:
    before = await ward.everything()
    given = {"patientId": f"pat_{MINE}", "kind": "TREATMENT", "textVersion": "2020.1", "specialKinds": ["HIV"]}
    yesterday = (datetime.now(UTC).date() - timedelta(days=2)).isoformat()
    assert told(await ward.act("therapist", GIVE, CONSENT, **given, lastOn=yesterday)) == [
        ("CONSENT_MISSING", "textVersion"),
        ("FIELD_FORMAT", "specialKinds"),
        ("TERM_OUT_OF_RANGE", "lastOn"),
    ]
    exchange = {"patientId": f"pat_{MINE}", "kind": "EXCHANGE", "textVersion": "2026.1"}
    assert told(await ward.act("therapist", GIVE, CONSENT, **exchange)) == [("FIELD_REQUIRED", "organizationIds")]
    for wrong in ("org_1", "org_999999", "nonsense"):
        payload = await ward.act("therapist", GIVE, CONSENT, **exchange, organizationIds=["org_2", wrong])
        assert told(payload) == [("NOT_FOUND", "organizationIds.1")]
    assert told(await ward.act("therapist", GIVE, CONSENT, **exchange, organizationIds=["org_2"],
                               representativeId="repr_999999")) == [("NOT_FOUND", "representativeId")]  # fmt: skip
    # Whoever is not in one's care is nobody, and neither is what he consented to there.
    hidden, nobody = [
        await ward.try_to("therapist", GIVE, CONSENT, **{**exchange, "patientId": one, "organizationIds": ["org_2"]})
        for one in (f"pat_{PAST}", "pat_999999999")
    ]
    assert hidden.content == nobody.content
    assert told(hidden.data[GIVE]) == [("NOT_FOUND", "patientId")]
    (theirs,) = await ward.rows("SELECT id FROM consent WHERE patient_id = $1 ORDER BY id LIMIT 1", PAST)
    hidden, nobody = [
        await ward.try_to("therapist", WITHDRAW, CONSENT, id=one, expectedVersion=1)
        for one in (f"consent_{theirs['id']}", "consent_999999999")
    ]
    assert hidden.content == nobody.content
    (error,) = (await ward.try_to("nurse", GIVE, CONSENT, **exchange)).errors
    assert error["extensions"]["reason"] == "ROLE"
    assert await ward.everything() == before


async def test_a_restricted_record_is_there_for_its_list_alone(ward: Clinic) -> None:
    record = "cond_9300001"
    # The surgeon was asked to consult on this patient.
    assert record in (await seen(ward, "surgeon") or ())
    given = {"id": record, "expectedVersion": 1, "confidentiality": "RESTRICTED"}
    made = await ward.act("therapist", RESTRICT, RECORD, **given)
    assert made["record"] == {
        "__typename": "Condition", "id": record, "version": 2, "confidentiality": "RESTRICTED", "code": "I10",
    }  # fmt: skip
    assert made["practitioners"] == [{"id": "prac_1"}]
    assert record in (await seen(ward, "therapist") or ())
    assert record not in (await seen(ward, "surgeon") or ())
    hidden = await ward.try_to("surgeon", RESTRICT, RECORD, **{**given, "expectedVersion": 2})
    nobody = await ward.try_to("surgeon", RESTRICT, RECORD, **{**given, "id": "cond_999999999"})
    assert hidden.content == nobody.content
    more = {**given, "expectedVersion": 2, "practitionerIds": ["prac_2"]}
    assert (await ward.act("therapist", RESTRICT, RECORD, **more))["practitioners"] == [
        {"id": "prac_1"}, {"id": "prac_2"},
    ]  # fmt: skip
    assert record in (await seen(ward, "surgeon") or ())
    again = {"id": record, "expectedVersion": 3}
    for asked, problem in (
        ({"confidentiality": "SPECIAL"}, ("ILLEGAL_TRANSITION", "confidentiality")),
        ({"confidentiality": "NORMAL", "practitionerIds": ["prac_2"]}, ("FIELD_FORMAT", "practitionerIds")),
        ({"confidentiality": "RESTRICTED", "practitionerIds": ["prac_12"]}, ("NOT_FOUND", "practitionerIds.0")),
    ):
        assert told(await ward.act("therapist", RESTRICT, RECORD, **again, **asked)) == [problem]
    assert told(await ward.act("therapist", RESTRICT, RECORD, **given)) == [("CONFLICT", "expectedVersion")]
    opened = await ward.act("surgeon", RESTRICT, RECORD, **again, confidentiality="NORMAL")
    assert (opened["record"]["confidentiality"], opened["practitioners"]) == ("NORMAL", [])
    (row,) = await ward.rows("SELECT count(*) FILTER (WHERE ends_at IS NULL) AS open FROM allowed_reader "
                             "WHERE record_id = 9300001")  # fmt: skip
    assert row["open"] == 0
    assert (await left(ward))[0] == ["RECORD_RESTRICTED", "RECORD_RESTRICTED", "RECORD_OPENED"]


async def test_what_is_special_or_anothers_is_not_relabelled(ward: Clinic) -> None:
    await ward.rows("UPDATE condition SET confidentiality = 'SPECIAL', special_kind = 'HIV' WHERE id = 9300001")
    given = {"expectedVersion": 1, "confidentiality": "NORMAL"}
    assert told(await ward.act("therapist", RESTRICT, RECORD, id="cond_9300001", **given)) == [("NOT_FOUND", "id")]
    await ward.act("therapist", GIVE, CONSENT, patientId=f"pat_{MINE}", kind="EXCHANGE", textVersion="2026.1",
                   organizationIds=["org_2"])  # fmt: skip
    assert told(await ward.act("therapist", RESTRICT, RECORD, id="cond_9300002", **given)) == [
        ("WRONG_WORKPLACE", "id")
    ]


async def test_a_colleague_who_is_asked_sees_the_patient_until_it_is_over(ward: Clinic, later: Later) -> None:
    assert await seen(ward, "telemedic", HIS) is None
    given = {"patientId": f"pat_{HIS}", "practitionerId": "prac_5"}
    made = await ward.act("surgeon", ASK, ASKED, **given)
    assert made["problems"] == []
    assert (made["patient"], made["practitioner"]) == ({"id": f"pat_{HIS}"}, {"id": "prac_5"})
    assert await seen(ward, "telemedic", HIS)
    assert told(await ward.act("surgeon", ASK, ASKED, **given)) == [("ALREADY_IN_FORCE", "practitionerId")]
    for asked, problem in (
        ({"practitionerId": "prac_2"}, ("FIELD_FORMAT", "practitionerId")),
        ({"practitionerId": "prac_999999"}, ("NOT_FOUND", "practitionerId")),
        ({"employmentId": "emp_999999"}, ("NOT_FOUND", "employmentId")),
        ({"patientId": f"pat_{PAST}"}, ("NOT_FOUND", "patientId")),
    ):
        assert told(await ward.act("surgeon", ASK, ASKED, **{**given, **asked})) == [problem]
    hidden = await ward.try_to("stranger", END, ASKED, id=made["id"])
    nobody = await ward.try_to("stranger", END, ASKED, id="consult_999999999")
    assert hidden.content == nobody.content
    assert told(hidden.data[END]) == [("NOT_FOUND", "id")]
    assert (await ward.act("surgeon", END, ASKED, id=made["id"]))["problems"] == []
    assert await seen(ward, "telemedic", HIS) is None
    assert told(await ward.act("surgeon", END, ASKED, id=made["id"])) == [("ILLEGAL_TRANSITION", "id")]
    # The term ends it too.
    again = await ward.act("surgeon", ASK, ASKED, **given)
    assert await seen(ward, "telemedic", HIS)
    later(datetime.fromisoformat(again["endsAt"]) - ward.office.application.operating.clock())
    assert await seen(ward, "telemedic", HIS) is None
    assert (await left(ward))[1] == [ASK, END, ASK]
