"""Appointments: proposed by one, confirmed by another, ended; nobody gives himself anything, and rights follow."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.delivery import OwnDelivery
from gateway.world.cast import CAST
from tests.acts.office import LEFT, Office

DAY = timedelta(days=1)
ANOTHER = """
INSERT INTO appointment (id, subject, function, valid_from) VALUES (9000001, $1, 'ADM', now() - interval '1 day')
"""
APPOINTMENT = (
    "appointment { id function account state validFrom validTo proposedBy confirmedBy endedBy version "
    "organization { id } }"
)
ROLES = "{ viewer { roles { name organizations { id } } } }"


@pytest.fixture(autouse=True)
async def as_it_was(office: Office) -> AsyncIterator[None]:
    yield
    await office.rows("DELETE FROM appointment WHERE id >= 9000000", store="journal")
    await office.rows(
        "UPDATE appointment SET valid_to = NULL, ended_by = NULL, ended_at = NULL, version = 1 "
        "WHERE id < 10000000 AND ended_by IS NOT NULL",
        store="journal",
    )
    await office.rows(f"TRUNCATE {', '.join(LEFT)}", store="journal")
    office.application.operating.facts.heard()


def account(persona: str) -> str:
    return CAST[persona].subject


async def roles(office: Office, persona: str) -> set[str]:
    answer = await office.ask(persona, ROLES)
    assert answer.errors == [], answer.body
    return {role["name"] for role in answer.data["viewer"]["roles"]}


async def proposed(office: Office, persona: str, **given: Any) -> dict[str, Any]:
    done = await office.act(persona, "proposeAppointment", APPOINTMENT, **given)
    assert done["problems"] == [], done
    made: dict[str, Any] = done["appointment"]
    return made


async def refused(office: Office, persona: str, act: str, **given: Any) -> list[str]:
    done = await office.act(persona, act, APPOINTMENT, **given)
    return [problem["code"] for problem in done["problems"]]


def named(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "expectedVersion": row["version"]}


async def test_two_officers_appoint_an_auditor_who_is_one_at_once_and_until_it_is_ended(office: Office) -> None:
    newcomer = {"account": account("newcomer")}
    made = await proposed(office, "appointer", appointed=newcomer, function="AUD")
    assert (made["state"], made["validFrom"], made["proposedBy"]) == ("PROPOSED", None, account("appointer"))
    assert "AUD" not in await roles(office, "newcomer")
    done = await office.act("coappointer", "confirmAppointment", APPOINTMENT, **named(made))
    now = done["appointment"]
    assert (now["state"], now["confirmedBy"], now["version"]) == ("IN_FORCE", account("coappointer"), 2)
    assert "AUD" in await roles(office, "newcomer")
    gone = (await office.act("appointer", "endAppointment", APPOINTMENT, **named(now)))["appointment"]
    assert (gone["state"], gone["endedBy"]) == ("ENDED", account("appointer"))
    assert "AUD" not in await roles(office, "newcomer")


async def test_a_head_proposes_his_personnel_officer_and_an_appointing_officer_confirms(office: Office) -> None:
    made = await proposed(
        office, "head", appointed={"practitionerId": "prac_3"}, function="HRR", organizationId="org_1"
    )
    assert (made["account"], made["organization"]) == (account("nurse"), {"id": "org_1"})
    assert await refused(office, "head", "confirmAppointment", **named(made)) == ["SECOND_PERSON_REQUIRED"]
    done = await office.act("appointer", "confirmAppointment", APPOINTMENT, **named(made))
    assert (done["problems"], done["appointment"]["state"]) == ([], "IN_FORCE")
    assert "HRR" in await roles(office, "nurse")
    # The head ends it as well; whoever has the function does not.
    ends = await office.try_to("nurse", "endAppointment", APPOINTMENT, **named(done["appointment"]))
    assert [one["extensions"]["reason"] for one in ends.errors] == ["ROLE"]
    gone = await office.act("head", "endAppointment", APPOINTMENT, **named(done["appointment"]))
    assert gone["appointment"]["state"] == "ENDED"


@pytest.mark.parametrize("confirmer", ["appointer", "coappointer"])
async def test_neither_proposer_nor_appointed_confirms(office: Office, confirmer: str) -> None:
    made = await proposed(office, "appointer", appointed={"account": "1000000099"}, function="ADM")
    if confirmer == "coappointer":  # the one appointed, by then an officer who appoints, comes to confirm himself
        await office.rows(
            "UPDATE appointment SET subject = $1 WHERE id = $2",
            account("coappointer"), int(made["id"].split("_")[1]), store="journal",
        )  # fmt: skip
    codes = await refused(office, confirmer, "confirmAppointment", **named(made))
    assert codes == ["SECOND_PERSON_REQUIRED"]
    own = {"account": account("appointer")}
    assert await refused(office, "appointer", "proposeAppointment", appointed=own, function="EXP") == [
        "SECOND_PERSON_REQUIRED"
    ]


def wrong() -> Iterator[tuple[str, dict[str, Any], str]]:
    here, someone = {"organizationId": "org_1"}, {"account": "1000000099"}
    yield "head", {"appointed": {"practitionerId": "prac_3"}, "function": "HRR"}, "FIELD_REQUIRED"
    yield "appointer", {"appointed": someone, "function": "AUD", **here}, "FIELD_FORMAT"
    yield "appointer", {"appointed": {"account": " "}, "function": "AUD"}, "FIELD_REQUIRED"
    yield "appointer", {"appointed": {"account": "operator:root"}, "function": "AUD"}, "FIELD_FORMAT"
    yield "appointer", {"appointed": {"account": "x" * 256}, "function": "AUD"}, "FIELD_TOO_LONG"
    yield "appointer", {"appointed": {"practitionerId": "prac_99999999"}, "function": "AUD"}, "NOT_FOUND"
    yield "appointer", {"appointed": someone, "function": "MIS", "organizationId": "prac_1"}, "NOT_FOUND"
    yield "appointer", {"appointed": someone, "function": "AUD", "lastOn": "2020-01-01"}, "DATE_OUT_OF_RANGE"
    yield "appointer", {"appointed": someone, "function": "AUD", "lastOn": "2100-01-01"}, "DATE_OUT_OF_RANGE"
    yield "head", {"appointed": {"practitionerId": "prac_12"}, "function": "HRR", **here}, "APPOINTED_NOT_EMPLOYED"
    yield "head", {"appointed": {"practitionerId": "prac_9"}, "function": "HRR", **here}, "ALREADY_APPOINTED"
    yield "appointer", {"appointed": {"account": account("regulator")}, "function": "AUD"}, "FUNCTIONS_INCOMPATIBLE"
    yield "appointer", {"appointed": {"account": account("auditor")}, "function": "ADM"}, "FUNCTIONS_INCOMPATIBLE"


@pytest.mark.parametrize(("persona", "given", "code"), list(wrong()))
async def test_what_does_not_fit_is_a_problem_and_leaves_nothing(
    office: Office, persona: str, given: dict[str, Any], code: str
) -> None:
    assert await refused(office, persona, "proposeAppointment", **given) == [code]
    assert await office.rows("SELECT FROM appointment WHERE id >= 10000000", store="journal") == []


@pytest.mark.parametrize(
    ("persona", "function", "reason"),
    [
        ("anonymous", "AUD", "SIGN_IN"), ("therapist", "AUD", "ROLE"), ("regulator", "AUD", "ROLE"),
        ("auditor", "AUD", "ROLE"), ("registrar", "HRR", "ROLE"), ("head", "AUD", "OBJECT"), ("head", "MIS", "OBJECT"),
        ("appointer", "HRR", "OBJECT"),
    ],
)  # fmt: skip
async def test_whoever_may_not_propose_is_refused(office: Office, persona: str, function: str, reason: str) -> None:
    place: dict[str, Any] = {"organizationId": "org_1"} if function in {"HRR", "MIS"} else {}
    answer = await office.try_to(
        persona, "proposeAppointment", APPOINTMENT, appointed={"account": "1"}, function=function, **place
    )
    assert answer.data == {"proposeAppointment": None}
    assert [one["extensions"]["reason"] for one in answer.errors] == [reason]


async def test_a_head_proposes_nobody_for_another_house(office: Office) -> None:
    given: dict[str, Any] = {"appointed": {"practitionerId": "prac_12"}, "function": "HRR", "organizationId": "org_2"}
    answer = await office.try_to("head", "proposeAppointment", APPOINTMENT, **given)
    assert [one["extensions"]["reason"] for one in answer.errors] == ["OBJECT"]


async def test_of_two_confirmers_at_once_one_does_it(office: Office) -> None:
    await office.rows(ANOTHER, account("head"), store="journal")
    office.application.operating.facts.heard()
    made = await proposed(office, "appointer", appointed={"account": "1000000099"}, function="EXP")
    answers = await asyncio.gather(
        *(office.act(one, "confirmAppointment", APPOINTMENT, **named(made)) for one in ("coappointer", "head"))
    )
    assert sorted([problem["code"] for problem in one["problems"]] for one in answers) == [[], ["CONFLICT"]]
    (row,) = await office.rows(
        "SELECT version, confirmed_by FROM appointment WHERE subject = '1000000099'", store="journal"
    )
    assert row["version"] == 2


async def test_two_proposals_of_the_same_at_once_are_one(office: Office) -> None:
    given = {"appointed": {"account": "1000000099"}, "function": "EXP"}
    answers = await asyncio.gather(
        *(office.act(one, "proposeAppointment", APPOINTMENT, **given) for one in ("coappointer", "appointer"))
    )
    codes = sorted([problem["code"] for problem in one["problems"]] for one in answers)
    assert codes == [[], ["ALREADY_APPOINTED"]]


async def test_the_last_officer_who_appoints_stays(office: Office) -> None:
    listed = "{ appointments(filter: {function: [ADM], inForce: true}) { nodes { id version account } } }"
    both = {one["account"]: one for one in (await office.ask("appointer", listed)).data["appointments"]["nodes"]}
    mine, other = both[account("appointer")], both[account("coappointer")]
    answers = await asyncio.gather(
        office.try_to("appointer", "endAppointment", APPOINTMENT, **named(other)),
        office.try_to("coappointer", "endAppointment", APPOINTMENT, **named(mine)),
    )
    done = [one for one in answers if one.data["endAppointment"] and not one.data["endAppointment"]["problems"]]
    assert len(done) == 1
    rows = await office.rows(
        "SELECT subject FROM appointment WHERE function = 'ADM' AND valid_to IS NULL", store="journal"
    )
    assert len(rows) == 1
    left = next(name for name in ("appointer", "coappointer") if account(name) == rows[0]["subject"])
    again = {one["account"]: one for one in (await office.ask(left, listed)).data["appointments"]["nodes"]}
    assert await refused(office, left, "endAppointment", **named(again[account(left)])) == ["LAST_OFFICER"]


async def test_a_proposal_lapses_and_can_be_taken_back(office: Office) -> None:
    made = await proposed(office, "appointer", appointed={"account": "1000000099"}, function="EXP")
    back = await office.act("appointer", "endAppointment", APPOINTMENT, **named(made))
    assert (back["appointment"]["state"], back["appointment"]["validFrom"]) == ("LAPSED", None)
    assert await refused(office, "coappointer", "confirmAppointment", **named(back["appointment"])) == [
        "ILLEGAL_TRANSITION"
    ]
    made = await proposed(office, "appointer", appointed={"account": "1000000099"}, function="EXP")
    await office.rows("UPDATE appointment SET lapses_at = now() WHERE lapses_at > now()", store="journal")
    assert await refused(office, "coappointer", "confirmAppointment", **named(made)) == ["ILLEGAL_TRANSITION"]


async def test_the_last_day_counts_to_its_end(office: Office) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Moscow")).date()
    made = await proposed(
        office, "appointer", appointed={"account": "1000000099"}, function="EXP", lastOn=str(today + 3 * DAY)
    )
    end = datetime.fromisoformat(made["validTo"]).astimezone(ZoneInfo("Europe/Moscow"))
    assert (end.date(), end.hour) == (today + 4 * DAY, 0)


async def test_a_repeated_key_proposes_once(office: Office) -> None:
    given = {"appointed": {"account": "1000000099"}, "function": "EXP"}
    answers = [
        await office.try_to("appointer", "proposeAppointment", APPOINTMENT, key="appoint-1", **given) for _ in range(2)
    ]
    assert len({one.data["proposeAppointment"]["appointment"]["id"] for one in answers}) == 1
    assert answers[1].data["proposeAppointment"]["problems"] == []


async def test_everybody_sees_his_own_and_who_appoints_all(office: Office) -> None:
    listed = "{ appointments(first: 100) { nodes { id account function organization { id } } totalCount } }"

    async def seen(persona: str) -> list[dict[str, Any]]:
        answer = await office.ask(persona, listed)
        assert answer.errors == [], answer.body
        found = answer.data["appointments"]
        assert found["totalCount"] == len(found["nodes"])
        nodes: list[dict[str, Any]] = found["nodes"]
        return nodes

    assert [(one["account"], one["function"]) for one in await seen("expert")] == [(account("expert"), "EXP")]
    assert await seen("therapist") == []
    assert {one["organization"]["id"] for one in await seen("head")} == {"org_1"}
    everybody = {(one["account"], one["function"]) for one in await seen("auditor")}
    assert {(account("appointer"), "ADM"), (account("mis"), "MIS"), (account("support"), "SUPP")} <= everybody
    # What may not be seen is not there.
    own = (await seen("expert"))[0]
    answer = await office.ask("insurer", "query($id: ID!) { node(id: $id) { id } }", {"id": own["id"]})
    assert answer.data == {"node": None}
    hidden = await office.try_to("head", "endAppointment", APPOINTMENT, id=own["id"], expectedVersion=1)
    assert [one["code"] for one in hidden.data["endAppointment"]["problems"]] == ["NOT_FOUND"]


async def test_each_act_leaves_an_entry_that_arrives_once_in_the_journal_itself(office: Office) -> None:
    made = await proposed(office, "appointer", appointed={"account": account("newcomer")}, function="EXP")
    done = await office.act("coappointer", "confirmAppointment", APPOINTMENT, **named(made))
    await office.act("coappointer", "endAppointment", APPOINTMENT, **named(done["appointment"]))
    moving = [OwnDelivery(office.application.stores) for _ in range(2)]
    moved = await asyncio.gather(*(one.entries() for one in moving), *(one.events() for one in moving))
    assert sum(moved) == 6
    listed = (
        "query($id: ID!) { auditEvents(filter: {object: $id}) "
        "{ nodes { action actor store object roleNames versionAfter } } }"
    )
    found = (await office.ask("auditor", listed, {"id": made["id"]})).data["auditEvents"]["nodes"]
    assert [(one["action"], one["actor"], one["versionAfter"]) for one in found[::-1]] == [
        ("PROPOSE_APPOINTMENT", account("appointer"), 1),
        ("CONFIRM_APPOINTMENT", account("coappointer"), 2),
        ("END_APPOINTMENT", account("coappointer"), 3),
    ]
    assert {one["store"] for one in found} == {"journal"}
