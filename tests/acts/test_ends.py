"""How applications and records end, and go on: renewal, recheck, a clarification that was not given, old keys."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.accreditation import oversight
from resolvers.application.deciding import lapse_clarifications
from resolvers.application.due import due, recompute_deadlines
from resolvers.rules import procedure
from sources.postgres.writing import forget_old_keys
from tests.acts.office import CONSENTS, Office

RECORD = "accreditation { id status version stateReason }"


async def test_a_renewal_is_filled_in_and_supersedes_what_it_follows(office: Office) -> None:
    fields = "application { id version kind specialty { code } organization { id } renews { id } consents { kind } }"
    draft = (await office.act("lapsed", "renewAccreditation", fields, id="acc_12"))["application"]
    assert draft["specialty"] == {"code": "31.08.54"}
    assert draft["organization"] == {"id": "org_1"}
    assert draft["renews"] == {"id": "acc_12"}
    assert draft["consents"] == []
    documents = [{"slot": "EXPERIENCE", "ids": ["doc_54"]}]
    given = {"id": draft["id"], "expectedVersion": 1, "consents": CONSENTS, "documents": documents}
    await office.act("lapsed", "updateApplication", **given)
    sent = await office.act("lapsed", "submitApplication", id=draft["id"], expectedVersion=2)
    assert sent["problems"] == []
    version = (await office.act("expert", "claimApplication", id=draft["id"]))["application"]["version"]
    for _ in range(2):
        moved = await office.act("expert", "advanceApplication", id=draft["id"], expectedVersion=version)
        version = moved["application"]["version"]
    done = await office.act(
        "expert", "approveApplication", "verdict { outcome }", id=draft["id"], expectedVersion=version
    )
    assert done["problems"] == []
    records = await office.rows("SELECT * FROM accreditation WHERE practitioner_id = 7 ORDER BY id")
    assert [(record["id"] == 12, record["state"]) for record in records] == [(True, "SUPERSEDED"), (False, "ACTIVE")]
    made = records[1]
    assert made["procedure"] == "PERIODIC"
    assert made["valid_to"] - made["valid_from"] > timedelta(days=5 * 365)
    steps = await office.rows("SELECT payload->>'step' AS step FROM event WHERE kind = 'ACCREDITATION_CHANGED'")
    assert sorted(row["step"] for row in steps) == ["GRANTED", "SUPERSEDED"]


async def test_a_renewal_carries_what_is_unchanged_and_names_what_is_not(office: Office) -> None:
    fields = "application { id version changes }"
    draft = (await office.act("lapsed", "renewAccreditation", fields, id="acc_12"))["application"]
    assert draft["changes"] == []

    async def changed(**given: Any) -> list[str]:
        asked = {"id": draft["id"], "expectedVersion": draft["version"], **given}
        payload = await office.act("lapsed", "updateApplication", fields, **asked)
        draft.update(payload["application"])
        found: list[str] = draft["changes"]
        return found

    assert await changed(consents=CONSENTS) == []
    assert await changed(phone="+7 495 000-00-00") == ["PHONE"]
    assert await changed(documents=[{"slot": "EXPERIENCE", "ids": ["doc_54"]}]) == ["PHONE", "DOCUMENTS"]
    assert await changed(specialtyCode="31.08.49", directions=["SURGERY"], days=30, organizationId="org_2") == [
        "SPECIALTY", "ORGANIZATION", "DAYS", "DIRECTIONS", "PHONE", "DOCUMENTS",
    ]  # fmt: skip
    back: dict[str, Any] = {
        "specialtyCode": "31.08.54",
        "directions": [],
        "days": None,
        "organizationId": "org_1",
        "phone": None,
    }
    assert await changed(**back) == ["DOCUMENTS"]


async def test_what_renews_nothing_has_no_changes(office: Office) -> None:
    renewal = (await office.act("lapsed", "renewAccreditation", id="acc_12"))["application"]
    await office.drafted("lapsed", kind="TEMPORARY")
    listed = "{ viewer { practitioner { applications(first: 10) { nodes { id changes } } } } }"
    told = await office.ask("lapsed", listed)
    nodes = told.data["viewer"]["practitioner"]["applications"]["nodes"]
    assert len(nodes) > 1
    assert {node["id"]: node["changes"] for node in nodes} == {
        node["id"]: [] if node["id"] == renewal["id"] else None for node in nodes
    }


async def test_a_withdrawal_ends_all_processing(office: Office) -> None:
    """The consents ended with it: nobody examines what was sent, and nothing of it is open on anybody."""
    made = await office.examined("applicant", "APPROVAL")
    asked = {"id": made["id"], "expectedVersion": made["version"]}
    done = await office.act("applicant", "withdrawApplication", **asked)
    version = done["application"]["version"]
    assert (done["application"]["stage"], done["application"]["outcome"]) == ("DONE", "WITHDRAWN")
    office.application.operating.facts.heard()
    seen = await office.ask("expert", "query($id: ID!) { node(id: $id) { id } }", {"id": made["id"]})
    assert seen.data == {"node": None}
    acts: dict[str, dict[str, Any]] = {
        "claimApplication": {},
        "releaseApplication": {},
        "advanceApplication": {"expectedVersion": version},
        "approveApplication": {"expectedVersion": version},
    }
    for name, given in acts.items():
        payload = await office.act("expert", name, "application { id }", id=made["id"], **given)
        assert [problem["code"] for problem in payload["problems"]] == ["NOT_FOUND"], name
    again = await office.act("applicant", "submitApplication", id=made["id"], expectedVersion=version)
    assert [problem["code"] for problem in again["problems"]] == ["ILLEGAL_TRANSITION"]


async def test_a_clarification_that_is_not_given_ends_the_application_once(office: Office, now: datetime) -> None:
    made = await office.examined("applicant", "CHECK")
    asked = await office.act(
        "expert", "requestClarification", id=made["id"], expectedVersion=made["version"], what="The report"
    )
    stores = office.application.stores
    assert await lapse_clarifications(stores, now) == 0
    late = now + timedelta(days=30)
    assert sum(await asyncio.gather(*(lapse_clarifications(stores, late) for _ in range(4)))) >= 1
    (row,) = await office.rows("SELECT * FROM application WHERE id = $1", int(made["id"][4:]))
    assert (row["stage"], row["outcome"], row["queue"]) == ("DONE", "REJECTED", "NONE")
    assert row["rejection_reasons"] == ["Уточнение не представлено в срок"]
    assert row["version"] == asked["application"]["version"] + 1
    cases = await office.rows("SELECT * FROM review_case WHERE application_id = $1 AND closed_at IS NULL", row["id"])
    assert cases == []
    counts = await office.rows(
        "SELECT (SELECT count(*) FROM event WHERE payload->>'step' = 'LAPSED' "
        "AND payload->>'applicationId' = $1::text) AS told, "
        "(SELECT count(*) FROM audit_entry WHERE act = 'lapseClarification' AND object = $2) AS entered",
        str(row["id"]), made["id"],
    )  # fmt: skip
    assert counts == [{"told": 1, "entered": 1}]


async def test_a_late_answer_does_not_follow(office: Office, now: datetime) -> None:
    made = await office.examined("applicant", "CHECK")
    asked = await office.act(
        "expert", "requestClarification", id=made["id"], expectedVersion=made["version"], what="The report"
    )
    await office.rows(
        "UPDATE application SET clarification_deadline = $2 WHERE id = $1 RETURNING id",
        int(made["id"][4:]), now - timedelta(seconds=1),
    )  # fmt: skip
    answered = await office.act(
        "applicant", "answerClarification", id=made["id"], expectedVersion=asked["application"]["version"], text="Late"
    )
    assert [one["code"] for one in answered["problems"]] == ["ILLEGAL_TRANSITION"]


async def test_a_provisional_deadline_is_computed_anew_once(office: Office) -> None:
    """As when the calendar of its year became official, with other days off than were assumed."""
    key = int((await office.submitted("applicant"))["id"][4:])
    deadline = "SELECT earliest_on, latest_on, provisional, version FROM application WHERE id = $1"
    (right,) = await office.rows(deadline, key)
    assumed = "UPDATE application SET provisional = true, latest_on = latest_on + 3 WHERE id = $1 RETURNING id"
    await office.rows(assumed, key)
    stores, now = office.application.stores, office.application.operating.clock()
    assert sum(await asyncio.gather(*(recompute_deadlines(stores, now) for _ in range(3)))) == 1
    (row,) = await office.rows(deadline, key)
    assert row == {**right, "version": right["version"] + 1}
    steps = await office.rows("SELECT kind FROM application_event WHERE application_id = $1 ORDER BY at, id", key)
    assert steps[-1] == {"kind": "DEADLINE_CHANGED"}
    entries = await office.rows("SELECT subject FROM audit_entry WHERE act = 'recomputeDeadline'")
    assert entries == [{"subject": "kabinet"}]


async def test_a_deadline_in_an_assumed_year_stays_as_it_is(office: Office) -> None:
    key = int((await office.submitted("applicant"))["id"][4:])
    late = datetime(2031, 12, 26, 9, tzinfo=UTC)
    columns = due(late, procedure("PERMANENT", late))
    assert columns["provisional"]
    await office.rows(
        "UPDATE application SET submitted_at = $2, earliest_on = $3, latest_on = $4, provisional = true "
        "WHERE id = $1 RETURNING id", key, late, columns["earliest_on"], columns["latest_on"],
    )  # fmt: skip
    assert await recompute_deadlines(office.application.stores, late) == 0


async def test_a_recheck_by_the_head_leaves_rights_until_the_regulator_ends_them(office: Office) -> None:
    roles = "{ viewer { roles { name } } }"
    asked: dict[str, Any] = {"id": "acc_4", "expectedVersion": 1, "reason": "Complaint"}
    elsewhere = await office.try_to("head", "requestRecheck", RECORD, **{**asked, "id": "acc_16"})
    assert [one["code"] for one in elsewhere.data["requestRecheck"]["problems"]] == ["NOT_FOUND"]
    checked = await office.act("head", "requestRecheck", RECORD, **asked)
    assert checked["accreditation"] == {
        "id": "acc_4", "status": "UNDER_REVIEW", "version": 2, "stateReason": "Complaint",
    }  # fmt: skip
    viewer = (await office.ask("therapist", roles)).data["viewer"]
    assert {"name": "DOC"} in viewer["roles"]
    stale = await office.act("regulator", "revokeAccreditation", RECORD, **asked)
    assert [(one["code"], one["currentVersion"]) for one in stale["problems"]] == [("CONFLICT", 2)]
    assert stale["problems"][0]["message"].startswith("Запись об аккредитации изменилась")
    # The head may ask for a check and nothing else, the regulator may do the rest.
    for persona, possible in (("head", []), ("regulator", ["SUSPEND", "REINSTATE", "REVOKE"])):
        asked = {"id": "acc_4", "expectedVersion": 2, "reason": "Complaint"}
        (twice,) = (await office.act(persona, "requestRecheck", RECORD, **asked))["problems"]
        assert (twice["code"], twice["possible"]) == ("ILLEGAL_TRANSITION", possible)
    bare = await office.act("regulator", "revokeAccreditation", RECORD, id="acc_4", expectedVersion=2, reason=" ")
    assert [(one["code"], one["path"]) for one in bare["problems"]] == [("REASON_REQUIRED", ["reason"])]
    ended = await office.act("regulator", "revokeAccreditation", RECORD, id="acc_4", expectedVersion=2, reason="Fraud")
    assert ended["accreditation"]["status"] == "REVOKED"
    viewer = (await office.ask("therapist", roles)).data["viewer"]
    assert {"name": "DOC"} not in viewer["roles"]
    again = await office.act("regulator", "reinstateAccreditation", RECORD, id="acc_4", expectedVersion=3)
    assert [(one["code"], one["possible"]) for one in again["problems"]] == [("ILLEGAL_TRANSITION", [])]


@pytest.mark.parametrize(
    ("keeps", "status", "roles"), [(True, "UNDER_REVIEW", {"LNK", "DOC"}), (False, "SUSPENDED", {"LNK"})]
)
async def test_a_recheck_keeps_rights_or_stops_them_as_the_rules_say(
    office: Office, monkeypatch: pytest.MonkeyPatch, keeps: bool, status: str, roles: set[str]
) -> None:
    ruled = procedure("PERMANENT", datetime.now(UTC))
    monkeypatch.setattr(oversight, "procedure", lambda *_: replace(ruled, recheck_keeps_rights=keeps))
    done = await office.act(
        "regulator", "requestRecheck", RECORD, id="acc_4", expectedVersion=1, reason="A complaint came"
    )
    assert done["accreditation"]["status"] == status
    answer = await office.ask("therapist", "{ viewer { roles { name } } }")
    assert {role["name"] for role in answer.data["viewer"]["roles"]} == roles


async def test_keys_are_kept_for_seven_days(office: Office, now: datetime) -> None:
    for age in (6, 8):
        await office.rows(
            "INSERT INTO idempotency_key (key, subject, act, digest, outcome, at) "
            "VALUES ($1, 's', 'a', 'd', '{}', $2) RETURNING key", f"of-{age}", now - timedelta(days=age),
        )  # fmt: skip
    await forget_old_keys(office.application.stores.accreditation)
    assert await office.rows("SELECT key FROM idempotency_key") == [{"key": "of-6"}]
