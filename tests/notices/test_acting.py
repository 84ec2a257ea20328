"""What the viewer does with his messages and settings, over HTTP."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.jobs.relay import Relay
from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.conftest import Gateway, opened
from tests.notices.conftest import Village
from tests.notices.test_reading import told

APPLICANT = CAST["applicant"].subject
MARK = """mutation($input: MarkMessagesReadInput!) {
  markMessagesRead(input: $input) { marked inbox { unreadCount } } }"""
CHANGE = """mutation($input: ChangeNotificationSettingsInput!) { changeNotificationSettings(input: $input) {
  settings { kind channel enabled leadDays required } inbox { mailLanguage } problems { code path message } } }"""


@pytest.fixture
async def gate(settings: Settings, village: Village) -> AsyncIterator[Gateway]:
    """The gateway over the village of these tests."""
    async with opened(settings, village.urls) as made:
        yield made


async def unread(village: Village) -> list[int]:
    return [row["id"] for row in await village.messages() if row["read_at"] is None]


async def test_messages_are_marked_read_by_their_addressee_alone(gate: Gateway, village: Village) -> None:
    await told(village, "ADVANCED", "CLARIFIED", "WITHDRAWN")
    first, *rest = await unread(village)
    for persona in ("therapist", "head", "census"):
        answer = await gate.ask(persona, MARK, {"input": {"ids": [f"msg_{first}"]}})
        assert answer.data["markMessagesRead"] == {"marked": 0, "inbox": {"unreadCount": 0}}
    assert len(await unread(village)) == 3
    ids = [f"msg_{first}", f"msg_{first}", "msg_999999999", "app_1", "nonsense"]
    for marked in (1, 0):
        answer = await gate.ask("applicant", MARK, {"input": {"ids": ids}})
        assert answer.data["markMessagesRead"] == {"marked": marked, "inbox": {"unreadCount": 2}}
    assert await unread(village) == rest


async def test_all_up_to_an_instant_are_marked_read(gate: Gateway, village: Village) -> None:
    await told(village, "ADVANCED", "CLARIFIED")
    first = (await village.messages())[0]["at"].isoformat()
    assert (await gate.ask("applicant", MARK, {"input": {"until": first}})).data["markMessagesRead"]["marked"] == 1
    assert len(await unread(village)) == 1


@pytest.mark.parametrize(
    "given", [{}, {"ids": [], "until": "2026-01-01T00:00:00Z"}, {"ids": None}, {"ids": ["msg_1"] * 101}]
)
async def test_what_is_not_one_choice_is_refused_and_marks_nothing(
    gate: Gateway, village: Village, given: dict[str, Any]
) -> None:
    await told(village, "ADVANCED")
    answer = await gate.ask("applicant", MARK, {"input": given})
    assert answer.status in {200, 400}
    assert answer.codes == ["BAD_USER_INPUT"]
    assert len(await unread(village)) == 1


async def test_nobody_signed_in_marks_and_changes_nothing(gate: Gateway, village: Village) -> None:
    await told(village, "ADVANCED")
    (message,) = await unread(village)
    marked = await gate.ask("anonymous", MARK, {"input": {"ids": [f"msg_{message}"]}})
    changed = await gate.ask("anonymous", CHANGE, {"input": {"mailLanguage": "EN"}})
    for answer in (marked, changed):
        assert answer.codes == ["UNAUTHORIZED_FIELD_OR_TYPE"]
        assert answer.errors[0]["extensions"]["reason"] == "SIGN_IN"
    assert len(await unread(village)) == 1
    assert await village.rows("journal", "SELECT * FROM notification_language") == []


async def test_changed_settings_are_kept_with_an_audit_entry_and_obeyed(gate: Gateway, village: Village) -> None:
    wanted = [
        {"kind": "APPLICATION_STATUS", "channel": "EMAIL", "enabled": False},
        {"kind": "ACCREDITATION_EXPIRY", "channel": "CABINET", "enabled": True, "leadDays": [60, 1]},
    ]
    for _ in range(2):
        answer = await gate.ask("applicant", CHANGE, {"input": {"settings": wanted, "mailLanguage": "EN"}})
        payload = answer.data["changeNotificationSettings"]
        assert payload["problems"] == []
        assert payload["inbox"] == {"mailLanguage": "EN"}
        changed = {(one["kind"], one["channel"]): one for one in payload["settings"]}
        assert changed["APPLICATION_STATUS", "EMAIL"]["enabled"] is False
        assert changed["ACCREDITATION_EXPIRY", "CABINET"]["leadDays"] == [60, 1]
    entries = await village.rows("journal", "SELECT * FROM arrived_audit_entry")
    assert [(one["subject"], one["act"], one["store"]) for one in entries] == [
        (APPLICANT, "changeNotificationSettings", "journal")
    ] * 2
    assert json.loads(entries[0]["grounds"])["settings"] == ["APPLICATION_STATUS:EMAIL", "ACCREDITATION_EXPIRY:CABINET"]
    await told(village, "ADVANCED")
    assert [row["state"] for row in await village.messages()] == [None]
    back = [{"kind": "ACCREDITATION_EXPIRY", "channel": "CABINET", "enabled": True}]
    payload = (await gate.ask("applicant", CHANGE, {"input": {"settings": back}})).data["changeNotificationSettings"]
    changed = {(one["kind"], one["channel"]): one for one in payload["settings"]}
    assert changed["ACCREDITATION_EXPIRY", "CABINET"]["leadDays"] == [90, 30, 7, 0]
    assert payload["inbox"] == {"mailLanguage": "EN"}


@pytest.mark.parametrize(
    ("wanted", "code", "path"),
    [
        ({"kind": "DECISION", "channel": "CABINET", "enabled": False}, "FIELD_FORMAT", ["settings", "1", "enabled"]),
        ({"kind": "DECISION", "channel": "EMAIL", "enabled": True, "leadDays": [1]}, "FIELD_FORMAT", None),
        ({"kind": "TRAINING", "channel": "EMAIL", "enabled": True, "leadDays": []}, "FIELD_FORMAT", None),
        ({"kind": "TRAINING", "channel": "EMAIL", "enabled": True, "leadDays": [7, 7]}, "FIELD_FORMAT", None),
        ({"kind": "TRAINING", "channel": "EMAIL", "enabled": True, "leadDays": [*range(11)]}, "FIELD_FORMAT", None),
        ({"kind": "TRAINING", "channel": "EMAIL", "enabled": True, "leadDays": [-1]}, "TERM_OUT_OF_RANGE", None),
        ({"kind": "TRAINING", "channel": "EMAIL", "enabled": True, "leadDays": [366]}, "TERM_OUT_OF_RANGE", None),
        ({"kind": "NEW_PROCEDURE", "channel": "EMAIL", "enabled": True}, "FIELD_FORMAT", ["settings"]),
    ],
)
async def test_settings_that_cannot_be_change_nothing_at_all(
    gate: Gateway, village: Village, wanted: dict[str, Any], code: str, path: list[str] | None
) -> None:
    good = {"kind": "NEW_PROCEDURE", "channel": "EMAIL", "enabled": True}
    for language, said in (("ru", "о"), ("en", "e")):
        answer = await gate.ask(
            "applicant",
            CHANGE,
            {"input": {"settings": [good, wanted], "mailLanguage": "EN"}},
            headers={"accept-language": language},
        )
        assert answer.errors == []
        (problem,) = answer.data["changeNotificationSettings"]["problems"]
        assert (problem["code"], problem["path"]) == (code, path or ["settings", "1", "leadDays"])
        assert said in problem["message"]
    for table in ("notification_setting", "notification_language", "arrived_audit_entry"):
        assert await village.rows("journal", f"SELECT * FROM {table}") == []  # noqa: S608 - names of this test


async def test_an_act_of_an_officer_tells_the_holder(gate: Gateway, village: Village) -> None:
    """From the act of an officer to the message, over the door."""
    record = await village.value(
        "accreditation", "SELECT id FROM accreditation WHERE practitioner_id = 1 AND state = 'ACTIVE' LIMIT 1"
    )
    version = await village.value("accreditation", "SELECT version FROM accreditation WHERE id = $1", record)
    act = "mutation($input: {0}Input!) {{ {1}Accreditation(input: $input) {{ problems {{ code }} }} }}"
    given = {"id": f"acc_{record}", "expectedVersion": version, "reason": "проверка"}
    answer = await gate.ask("regulator", act.format("AccreditationAct", "suspend"), {"input": given})
    assert answer.body["data"] == {"suspendAccreditation": {"problems": []}}
    relay = Relay(village.stores)
    while await relay.events() + await relay.entries():
        pass
    given["expectedVersion"] = version + 1
    again = act.format("ReinstateAccreditation", "reinstate")
    assert (await gate.ask("regulator", again, {"input": given})).errors == []
    while await relay.events() + await relay.entries():
        pass
    rows = [row for row in await village.messages() if row["kind"] == "ACCREDITATION_STATUS"]
    found = [(row["subject"], row["template"]) for row in rows]
    assert found == [
        (CAST["therapist"].subject, "accreditation_suspended"),
        (CAST["therapist"].subject, "accreditation_reinstated"),
    ]
    acts = await village.rows("journal", "SELECT act FROM arrived_audit_entry ORDER BY position")
    assert [row["act"] for row in acts] == ["suspendAccreditation", "reinstateAccreditation"]
