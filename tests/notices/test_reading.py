"""What the viewer reads of his messages, over HTTP, in databases of these tests' own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.jobs.relay import Relay
from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.conftest import Gateway, opened
from tests.notices.conftest import Village

MESSAGES = """query($unread: Boolean!, $first: Int, $after: String) { viewer {
  messages(first: $first, after: $after, unreadOnly: $unread) {
    nodes { id kind title body readAt application { id number } } totalCount pageInfo { hasNextPage endCursor }
  } inbox { unreadCount mailLanguage } } }"""
NODE = "query($id: ID!) { node(id: $id) { id ... on Message { title } } }"
NOTICES = "{ serviceNotices { at startsAt endsAt text } }"


@pytest.fixture
async def gate(settings: Settings, village: Village) -> AsyncIterator[Gateway]:
    """The gateway over the village of these tests."""
    async with opened(settings, village.urls) as made:
        yield made


async def told(village: Village, *steps: str) -> None:
    for step in steps:
        await village.step(step)
    while await Relay(village.stores).events():
        pass


async def test_a_message_is_read_by_its_addressee_in_his_language(gate: Gateway, village: Village) -> None:
    await told(village, "ADVANCED")
    answer = await gate.ask("applicant", MESSAGES, {"unread": False})
    assert answer.errors == []
    (message,) = answer.data["viewer"]["messages"]["nodes"]
    number = message["application"]["number"]
    assert message["title"] == f"Заявление {number}: проверка"
    assert (
        message["body"] == f"Заявление {number} (постоянная аккредитация) переведено на следующую стадию: «проверка»."
    )
    assert (message["kind"], message["readAt"]) == ("APPLICATION_STATUS", None)
    assert answer.data["viewer"]["inbox"] == {"unreadCount": 1, "mailLanguage": "RU"}
    english = await gate.ask("applicant", MESSAGES, {"unread": False}, headers={"accept-language": "en"})
    assert english.data["viewer"]["messages"]["nodes"][0]["title"] == f"Application {number}: check"


@pytest.mark.parametrize("persona", [name for name in CAST if name not in {"applicant", "census"}])
async def test_nobody_else_finds_it(gate: Gateway, village: Village, persona: str) -> None:
    await told(village, "ADVANCED")
    ((row,),) = [[row["id"] for row in await village.messages()]]
    there = await gate.ask(persona, NODE, {"id": f"msg_{row}"})
    missing = await gate.ask(persona, NODE, {"id": "msg_999999999"})
    assert there.body["data"] == missing.body["data"] == {"node": None}
    assert there.errors == missing.errors == []
    own = await gate.ask(persona, MESSAGES, {"unread": False})
    assert own.errors == []
    assert own.data["viewer"]["messages"]["totalCount"] == own.data["viewer"]["inbox"]["unreadCount"] == 0


async def test_nobody_signed_in_has_no_messages(gate: Gateway, village: Village) -> None:
    await told(village, "ADVANCED")
    (row,) = await village.messages()
    answer = await gate.ask("anonymous", NODE, {"id": f"msg_{row['id']}"})
    assert answer.data == {"node": None}
    assert (await gate.ask("anonymous", MESSAGES, {"unread": False})).data == {"viewer": None}


async def test_messages_come_in_pages_newest_first_and_unread_ones_alone(gate: Gateway, village: Village) -> None:
    at = datetime.now(UTC) - timedelta(days=5)
    for hours in range(5):
        said = {"applicationId": 1, "practitionerId": 6, "step": "ADVANCED", "stage": "CHECK"}
        await village.event("APPLICATION_CHANGED", at + timedelta(hours=hours), "accreditation", **said)
    await told(village)
    rows = await village.messages()
    await village.rows("journal", "UPDATE message SET read_at = now() WHERE id = $1", rows[3]["id"])
    found: list[str] = []
    after = None
    while True:
        answer = await gate.ask("applicant", MESSAGES, {"unread": False, "first": 2, "after": after})
        page = answer.data["viewer"]["messages"]
        found += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == [f"msg_{row['id']}" for row in reversed(rows)]
    unread = (await gate.ask("applicant", MESSAGES, {"unread": True})).data["viewer"]
    assert [node["id"] for node in unread["messages"]["nodes"]] == [one for one in found if one != found[1]]
    assert unread["messages"]["totalCount"] == unread["inbox"]["unreadCount"] == 4
    foreign = await gate.ask("therapist", MESSAGES, {"unread": False, "first": 2, "after": after})
    assert foreign.codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("lost", ["registry", "accreditation"])
async def test_messages_rest_on_the_token_alone(settings: Settings, village: Village, lost: str) -> None:
    await told(village, "ADVANCED")
    urls = {**village.urls, lost: "postgresql://kabinet@127.0.0.1:9/none"}
    text = "{ viewer { messages { nodes { title } totalCount } inbox { unreadCount } notificationSettings { kind } } }"
    async with opened(settings, urls) as gate:
        answer = await gate.ask("applicant", text)
    assert answer.errors == []
    assert answer.data["viewer"]["messages"]["totalCount"] == 1


async def test_without_the_journal_there_are_no_messages_and_the_rest_stays(
    settings: Settings, village: Village
) -> None:
    text = "{ viewer { messages { nodes { title } } practitioner { id } } serviceNotices { text } }"
    urls = {**village.urls, "journal": "postgresql://kabinet@127.0.0.1:9/none"}
    async with opened(settings, urls) as gate:
        answer = await gate.ask("applicant", text)
    assert answer.data == {
        "viewer": {"messages": None, "practitioner": {"id": "prac_6"}},
        "serviceNotices": None,
    }
    assert set(answer.codes) == {"SOURCE_UNAVAILABLE"}


async def test_notices_of_the_service_are_there_for_everybody_until_they_are_over(
    gate: Gateway, village: Village
) -> None:
    now = datetime.now(UTC)
    before = await village.rows("journal", "DELETE FROM service_notice RETURNING *")
    text = "INSERT INTO service_notice (at, starts_at, ends_at, text_ru, text_en) VALUES ($1, $2, $3, $4, $5)"
    hour = timedelta(hours=1)
    for name, (at, starts, ends) in {
        "over": (now - 9 * hour, now - 3 * hour, now),
        "later": (now - hour, now + 5 * hour, now + 6 * hour),
        "now": (now - 9 * hour, now - hour, now + hour),
        "not announced": (now + hour, now + 2 * hour, now + 3 * hour),
    }.items():
        await village.rows("journal", text, at, starts, ends, f"{name} по-русски", f"{name} in English")
    russian = await gate.ask("anonymous", NOTICES)
    english = await gate.ask("anonymous", NOTICES, headers={"accept-language": "en-GB,en;q=0.9"})
    await village.rows("journal", "DELETE FROM service_notice")
    for row in before:
        await village.rows(
            "journal", text, *(row[name] for name in ("at", "starts_at", "ends_at", "text_ru", "text_en"))
        )
    assert [one["text"] for one in russian.data["serviceNotices"]] == ["now по-русски", "later по-русски"]
    assert [one["text"] for one in english.data["serviceNotices"]] == ["now in English", "later in English"]


async def test_settings_are_the_defaults_until_they_are_changed(gate: Gateway, village: Village) -> None:
    text = "{ viewer { notificationSettings { kind channel enabled leadDays required } } }"
    found: list[dict[str, Any]] = (await gate.ask("applicant", text)).data["viewer"]["notificationSettings"]
    assert len({(one["kind"], one["channel"]) for one in found}) == 52
    expiry = [one for one in found if one["kind"] == "ACCREDITATION_EXPIRY"]
    assert [one["leadDays"] for one in expiry] == [[90, 30, 7, 0]] * 2
    assert {one["kind"] for one in found if one["required"]} == {
        "APPLICATION_STATUS", "DECISION", "ACCREDITATION_STATUS", "EMERGENCY_ACCESS",
        "PATIENT_INQUIRY", "INFORMATION_REQUEST", "ACCOUNT_SECURITY", "ACCESS_GRANT", "APPOINTMENT", "ACCOUNT_LOCK",
        "ORDER_RESULT",
    }  # fmt: skip
    insert = "INSERT INTO notification_setting VALUES ($1, 'TRAINING', 'EMAIL', true, '{14}')"
    await village.rows("journal", insert, CAST["applicant"].subject)
    changed = (await gate.ask("applicant", text)).data["viewer"]["notificationSettings"]
    assert [one for one in changed if one not in found] == [
        {"kind": "TRAINING", "channel": "EMAIL", "enabled": True, "leadDays": [14], "required": False}
    ]
    assert (await gate.ask("therapist", text)).data["viewer"]["notificationSettings"] == found
