"""Access that is handed on by whoever has it, and by a request that another confirms."""

import json
from datetime import UTC, datetime, timedelta

from gateway.identity import demo
from gateway.world.cast import CAST
from gateway.world.numbers import insurance_number
from resolvers.limits import failed_often
from resolvers.rules.limits import FailureKind
from tests.acts.clinic import Clinic, told
from tests.acts.handed import DAY, GIVEN, Later, asked, chart, granted, heard, surgeons, told_of
from tests.acts.vacant import vacant

LEFT = "SELECT subject, act, object, grounds FROM audit_entry ORDER BY at"
# By position: tests before this one move the clock, so that what they left may be of a later instant.
LAST = "SELECT coalesce(max(position), 0) AS position FROM read_entry"
READS = "SELECT grounds FROM read_entry WHERE subject = $1 AND position > $2"


async def test_a_colleague_reads_what_is_handed_on_until_it_is_taken_back(ward: Clinic) -> None:
    first, second, *_ = await surgeons(ward)
    assert await chart(ward, "therapist", first) is None
    (last,) = await ward.office.rows(LAST, store="journal")
    until = (datetime.now(UTC) + 7 * DAY).isoformat()
    made = await granted(ward, patientIds=[f"pat_{first}"], endsAt=until, idempotencyKey="once")
    assert (made["state"], made["scope"], made["kind"]) == ("IN_FORCE", "PATIENTS", "ORDINARY")
    assert made["patients"] == [{"id": f"pat_{first}"}]
    assert await granted(ward, patientIds=[f"pat_{first}"], endsAt=until, idempotencyKey="once") == made
    seen, own = await chart(ward, "therapist", first), await chart(ward, "surgeon", first)
    assert seen["fullName"] == own["fullName"]
    # What is specially protected or restricted does not travel.
    ordinary = [one for one in own["conditions"]["nodes"] if one["confidentiality"] == "NORMAL"]
    assert seen["conditions"]["nodes"] == ordinary
    assert seen["observations"] == own["observations"]
    assert await chart(ward, "therapist", second) is None
    # The journal says by which grant it was read, and that of acts what was handed on to whom.
    reads = [json.loads(row["grounds"]) for row in
             await ward.office.rows(READS, CAST["therapist"].subject, last["position"], store="journal")]  # fmt: skip
    assert {tuple(one.get("grant", ())) for one in reads if one["verdict"] == "GIVEN"} == {(made["id"],)}
    entries = await ward.office.rows(LEFT, store="identity")
    assert [(one["act"], one["object"]) for one in entries] == [("grantAccess", made["id"])]
    grounds = json.loads(entries[0]["grounds"])
    assert (grounds["grantee"], grounds["module"], grounds["patients"]) == ("prac_1", "CASE_HISTORY", [f"pat_{first}"])
    # Nobody but whoever gave it, and who heads the organisation, takes it back.
    wrong = await ward.try_to("therapist", "revokeAccess", GIVEN, id=made["id"], expectedVersion=1)
    assert [one["extensions"]["reason"] for one in wrong.errors] == ["OBJECT"]
    conflict = await ward.act("surgeon", "revokeAccess", GIVEN, id=made["id"], expectedVersion=7)
    assert told(conflict) == [("CONFLICT", "expectedVersion")]
    assert await told_of(ward) == [("therapist", "grant_given")]
    taken = await ward.act("head", "revokeAccess", GIVEN, id=made["id"], expectedVersion=1)
    assert (taken["grant"]["state"], taken["grant"]["revoker"]) == ("REVOKED", {"id": "prac_10"})
    assert await told_of(ward) == [("surgeon", "grant_revoked_of"), ("therapist", "grant_revoked")]
    assert await chart(ward, "therapist", first) is None
    again = await ward.act("surgeon", "revokeAccess", GIVEN, id=made["id"], expectedVersion=2)
    assert told(again) == [("ILLEGAL_TRANSITION", "id")]


async def test_a_nurse_has_no_more_than_a_nurse_and_nobody_hands_on_what_was_handed_on(ward: Clinic) -> None:
    first, *_ = await surgeons(ward)
    own = await chart(ward, "surgeon", first)
    await granted(ward, "surgeon", grantee="nurse")
    seen = await chart(ward, "nurse", first)
    assert seen["observations"] == own["observations"]
    assert seen["conditions"]["nodes"] == []
    assert {one["kind"] for one in seen["notes"]["nodes"]} <= {"NURSING"}
    await granted(ward, "surgeon", grantee="therapist")
    assert await chart(ward, "therapist", first) is not None
    # The therapist hands on what is hers; what she was given is not among it.
    await granted(ward, "therapist", grantee="telemedic")
    assert await chart(ward, "telemedic", first) is None
    assert (await chart(ward, "telemedic", 1))["fullName"]
    narrow = await ward.act("therapist", "grantAccess", GIVEN, **asked("telemedic", patientIds=[f"pat_{first}"]))
    assert told(narrow) == [("GRANT_TOO_WIDE", "patientIds.0")]


async def test_it_ends_with_whatever_the_grantor_loses_and_with_its_term(ward: Clinic, later: Later) -> None:
    first, *_ = await surgeons(ward)
    await granted(ward, endsAt=(datetime.now(UTC) + timedelta(minutes=30)).isoformat())
    assert await chart(ward, "therapist", first) is not None
    accreditation = ward.office.application.stores.accreditation
    await accreditation.execute("UPDATE accreditation SET state = 'SUSPENDED' WHERE practitioner_id = 2")
    try:
        assert await chart(ward, "therapist", first) is None
    finally:
        await accreditation.execute("UPDATE accreditation SET state = 'ACTIVE' WHERE practitioner_id = 2")
    assert await chart(ward, "therapist", first) is not None
    later(timedelta(minutes=29))
    assert await chart(ward, "therapist", first) is not None
    later(timedelta(minutes=1, seconds=1))
    assert await chart(ward, "therapist", first) is None


async def test_while_the_grantors_account_is_locked_it_gives_nothing(ward: Clinic, later: Later) -> None:
    first, *_ = await surgeons(ward)
    documents = "{ documents(first: 1) { totalCount } }"
    before = (await ward.office.ask("therapist", documents)).data["documents"]["totalCount"]
    await granted(ward)
    await granted(ward, "registrar", module="DOCUMENTS")
    assert await chart(ward, "therapist", first) is not None
    more = (await ward.office.ask("therapist", documents)).data["documents"]["totalCount"]
    assert more > before
    locked = [CAST[one].subject for one in ("surgeon", "registrar")]
    stores, at = ward.office.application.stores, ward.office.application.operating.clock()
    assert sorted(await failed_often(stores, FailureKind.CODE, dict.fromkeys(locked, 10), at)) == sorted(locked)
    assert await chart(ward, "therapist", first) is None
    assert (await ward.office.ask("therapist", documents)).data["documents"]["totalCount"] == before
    # In an emergency it is handed on by others, and gives nothing either.
    told_so = await ward.act("head", "emergencyGrant", GIVEN,
                             **asked("nurse", grantorId="prac_2", reason="URGENT_CARE", endsAt=None))  # fmt: skip
    assert told(told_so) == [("GRANT_TOO_WIDE", "module")]
    later(timedelta(minutes=15, seconds=1))
    assert await chart(ward, "therapist", first) is not None
    assert (await ward.office.ask("therapist", documents)).data["documents"]["totalCount"] == more


async def test_what_cannot_be_handed_on_is_said(ward: Clinic) -> None:
    first, *_ = await surgeons(ward)
    late = (datetime.now(UTC) + 31 * DAY).isoformat()
    past = (datetime.now(UTC) - DAY).isoformat()
    for given, problem in (
        (asked("surgeon"), ("SELF_GRANT", "granteeId")),
        (asked("stranger"), ("NOT_FOUND", "granteeId")),
        (asked("999999"), ("NOT_FOUND", "granteeId")),
        (asked(module="DOCUMENTS"), ("GRANT_TOO_WIDE", "module")),
        (asked(module="REPORTS"), ("GRANT_TOO_WIDE", "module")),
        (asked(organizationId="org_2"), ("NOT_FOUND", "granteeId")),
        (asked(departmentId="dept_999999"), ("NOT_FOUND", "departmentId")),
        (asked(patientIds=["pat_199999"]), ("NOT_FOUND", "patientIds.0")),
        (asked(patientIds=[f"pat_{first}", "pat_0"]), ("NOT_FOUND", "patientIds.1")),
        (asked(endsAt=late), ("TERM_OUT_OF_RANGE", "endsAt")),
        (asked(endsAt=past), ("TERM_OUT_OF_RANGE", "endsAt")),
        (asked(startsAt=late), ("TERM_OUT_OF_RANGE", "startsAt")),
        (asked(reason="SERVICE_DOWN"), ("BASIS_NOT_SUITABLE", "reason")),
    ):
        payload = await ward.act("surgeon", "grantAccess", GIVEN, **given)
        assert told(payload) == [problem], given
        assert payload["grant"] is None
    same = asked()
    made = (await ward.act("surgeon", "grantAccess", GIVEN, **same))["grant"]
    again = await ward.act("surgeon", "grantAccess", GIVEN, **same)
    assert told(again) == [("ALREADY_IN_FORCE", "")]
    assert again["grant"]["id"] == made["id"]
    words = await ward.act("surgeon", "grantAccess", GIVEN, **asked("nurse", module="DOCUMENTS"))
    assert words["problems"][0]["message"].endswith("Нет доступа к модулю: документы.")
    for persona, reason in {"nurse": "ROLE", "patient": "ROLE", "auditor": "ROLE", "anonymous": "SIGN_IN"}.items():
        answer = await ward.try_to(persona, "grantAccess", GIVEN, **asked())
        assert [one["extensions"]["reason"] for one in answer.errors] == [reason], persona


async def test_what_is_about_patients_takes_a_fresh_second_factor(ward: Clinic) -> None:
    office, now = ward.office, datetime.now(UTC)
    for persona in ("surgeon", "registrar"):
        token = demo.token(office.application.settings.data, persona, timedelta(hours=1), now, second_factor=False)
        office.tokens[f"{persona} without"] = token
    refused = await ward.try_to("surgeon without", "grantAccess", GIVEN, **asked())
    assert [one["extensions"]["reason"] for one in refused.errors] == ["SECOND_FACTOR"]
    await granted(ward, "registrar without", module="DOCUMENTS")


async def test_documents_of_the_organisation_are_handed_on_by_its_personnel_officer(ward: Clinic) -> None:
    text = "{ documents(first: 100) { nodes { id owner { id } } totalCount } }"
    before = (await ward.office.ask("therapist", text)).data["documents"]["totalCount"]
    made = await granted(ward, "registrar", module="DOCUMENTS")
    after = (await ward.office.ask("therapist", text)).data["documents"]["totalCount"]
    theirs = (await ward.office.ask("registrar", text)).data["documents"]["nodes"]
    assert after > before
    seen = (await ward.office.ask("therapist", text)).data["documents"]["nodes"]
    assert {one["id"] for one in seen if one["owner"] != {"id": "prac_1"}} <= {one["id"] for one in theirs}
    await ward.act("registrar", "revokeAccess", GIVEN, id=made["id"], expectedVersion=1)
    heard(ward)
    assert (await ward.office.ask("therapist", text)).data["documents"]["totalCount"] == before


async def test_the_desk_is_handed_on_with_registration_and_bookings(ward: Clinic) -> None:
    card = {
        "familyName": "Переданная", "givenName": "Вера", "birthOn": "1970-01-01", "sex": "FEMALE",
        "insuranceNumber": insurance_number(9_500_777),
    }  # fmt: skip
    refused = await ward.try_to("nurse", "registerPatient", "patient { id }", **card)
    assert [one["extensions"]["reason"] for one in refused.errors] == ["ROLE"]
    made = await granted(ward, "desk", grantee="nurse", module="RECEPTION")
    patient = (await ward.act("nurse", "registerPatient", "patient { id fullName }", **card))["patient"]
    assert patient["fullName"] == "Переданная Вера"
    at = await vacant(ward.office.application.stores, [1], ahead=timedelta(hours=2), span=timedelta(hours=1))
    slot = await ward.office.rows(
        """INSERT INTO slot (id, practitioner_id, organization_id, starts_at, ends_at, published_at)
        VALUES (9300099, 1, 1, $1::timestamptz, $1::timestamptz + interval '1 hour', now()) RETURNING id""",
        at,
        store="schedule",
    )
    try:
        booked = await ward.act("nurse", "bookAppointment", "booking { id version }",
                                slotId=f"slot_{slot[0]['id']}", patientId=patient["id"])  # fmt: skip
        assert booked["problems"] == []
        since = (at - timedelta(minutes=1)).isoformat()
        text = f'{{ bookings(of: GRANTED, first: 100, filter: {{since: "{since}"}}) {{ nodes {{ id }} totalCount }} }}'
        listed = await ward.office.ask("nurse", text)
        assert booked["booking"]["id"] in {one["id"] for one in listed.data["bookings"]["nodes"]}
        entries = [
            json.loads(row["grounds"])
            for store in ("clinical", "schedule") for row in await ward.office.rows(LEFT, store=store)
        ]  # fmt: skip
        assert [one["grant"] for one in entries] == [[made["id"]]] * 2
        await ward.act("desk", "revokeAccess", GIVEN, id=made["id"], expectedVersion=1)
        heard(ward)
        # Whoever booked sees her booking as a nurse; she calls it off no more.
        version = booked["booking"]["version"]
        answer = await ward.try_to("nurse", "cancelAppointment", "booking { id }",
                                   id=booked["booking"]["id"], expectedVersion=version)  # fmt: skip
        assert [one["extensions"]["reason"] for one in answer.errors] == ["ROLE"]
    finally:
        await ward.office.restore()
        await ward.office.rows("DELETE FROM slot WHERE id = 9300099", store="schedule")


async def test_a_colleagues_access_is_asked_for_and_another_confirms_it(ward: Clinic) -> None:
    first, *_ = await surgeons(ward)
    made = await granted(ward, "therapist", "requestAccessConfirmation", grantorId="prac_2")
    assert (made["state"], made["kind"], made["giver"]) == ("REQUESTED", "REQUESTED", {"id": "prac_1"})
    assert await told_of(ward) == [("head", "grant_requested")]
    assert await chart(ward, "therapist", first) is None
    for persona in ("therapist", "surgeon", "registrar"):
        answer = await ward.try_to(persona, "confirmAccess", GIVEN, id=made["id"], expectedVersion=1)
        problems = (
            [] if answer.data is None or answer.data["confirmAccess"] is None else told(answer.data["confirmAccess"])
        )
        # The personnel officer decides on nothing that is about patients, and does not see it.
        assert problems == ([("NOT_FOUND", "id")] if persona == "registrar" else []), persona
        assert bool(answer.errors) is (persona != "registrar")
    done = await ward.act("head", "confirmAccess", GIVEN, id=made["id"], expectedVersion=1)
    assert (done["grant"]["state"], done["grant"]["decider"]) == ("IN_FORCE", {"id": "prac_10"})
    assert await told_of(ward) == [("surgeon", "grant_given_of"), ("therapist", "grant_given")]
    assert await chart(ward, "therapist", first) is not None
    again = await ward.act("head", "refuseAccess", GIVEN, id=made["id"], expectedVersion=2)
    assert told(again) == [("ILLEGAL_TRANSITION", "id")]
    # Of documents he decides, and whoever heads the organisation decides on no request of his own.
    papers = await granted(ward, "nurse", "requestAccessConfirmation", grantee="nurse", module="DOCUMENTS",
                           grantorId="prac_10")  # fmt: skip
    # Not the head, whose access it is.
    assert await told_of(ward) == [("registrar", "grant_requested")]
    his = await ward.act("head", "confirmAccess", GIVEN, id=papers["id"], expectedVersion=1)
    assert told(his) == [("OPENED_BY_YOURSELF", "id")]
    refused = await ward.act("registrar", "refuseAccess", GIVEN, id=papers["id"], expectedVersion=1)
    assert refused["grant"]["state"] == "REFUSED"
    assert await told_of(ward) == [("nurse", "grant_refused")]
    for grantor, problem in (("prac_12", ("NOT_FOUND", "grantorId")), ("prac_3", ("GRANT_TOO_WIDE", "module"))):
        payload = await ward.act("therapist", "requestAccessConfirmation", GIVEN, **asked(grantorId=grantor))
        assert told(payload) == [problem]


async def test_who_sees_what_was_handed_on(ward: Clinic) -> None:
    made, papers = await granted(ward), await granted(ward, "registrar", module="DOCUMENTS")
    text = """{ accessGrants(first: 10) { nodes { id } totalCount } viewer {
      grantsGiven(first: 10) { nodes { id } totalCount } grantsReceived(first: 10) { nodes { id } totalCount } } }"""
    both, one, other, none = [papers["id"], made["id"]], [made["id"]], [papers["id"]], list[str]()
    for persona, (every, gave, has) in {
        "head": (both, none, none), "auditor": (both, none, none), "registrar": (other, other, none),
        "surgeon": (one, one, none), "therapist": (both, none, both), "nurse": (none, none, none),
        "stranger": (none, none, none),
    }.items():  # fmt: skip
        data = (await ward.office.ask(persona, text)).data
        found = [data["accessGrants"], *(data["viewer"] or {}).values()]
        assert [[row["id"] for row in part["nodes"]] for part in found] == [every, gave, has], persona
        assert [part["totalCount"] for part in found] == [len(every), len(gave), len(has)]
    filtered = '{ accessGrants(filter: {module: [DOCUMENTS], inForce: true, organizationId: "org_1"}) { totalCount } }'
    assert (await ward.office.ask("auditor", filtered)).data["accessGrants"] == {"totalCount": 1}
    by_id = f'{{ node(id: "{made["id"]}") {{ id }} }}'
    assert (await ward.office.ask("nurse", by_id)).data["node"] is None
    assert (await ward.office.ask("auditor", by_id)).data["node"] == {"id": made["id"]}
