"""Under which employment an act was done: part of what its key stands for, and of what the journal keeps."""

import json
from typing import Any

from tests.acts.office import Office, complete

CREATE = """mutation($input: CreateApplicationInput!) {
  createApplication(input: $input) { application { id } problems { code } } }"""
SETTINGS = """mutation($input: ChangeNotificationSettingsInput!) {
  changeNotificationSettings(input: $input) { problems { code } } }"""
PLACES = "{ viewer { workplaces { employment { id } } } }"


async def workplace(office: Office, persona: str) -> str:
    """The only workplace of one of the cast."""
    (only,) = (await office.ask(persona, PLACES)).data["viewer"]["workplaces"]
    found: str = only["employment"]["id"]
    return found


async def made(office: Office, key: str, **headers: str) -> tuple[Any, list[str]]:
    """The application that one of the cast creates under a key, or the problems."""
    given = {name: value for name, value in complete("applicant").items() if value is not None}
    answer = await office.ask("applicant", CREATE, {"input": given}, idempotency_key=key, **headers)
    payload = answer.data["createApplication"]
    return payload["application"], [one["code"] for one in payload["problems"]]


async def test_a_key_stands_for_the_workplace_that_was_named(office: Office) -> None:
    here = await workplace(office, "applicant")
    first, problems = await made(office, "place-1", kabinet_workplace=here)
    assert problems == []
    assert await made(office, "place-1", kabinet_workplace=here) == (first, [])
    assert await made(office, "place-1") == (None, ["IDEMPOTENCY_CONFLICT"])
    # What was left to the register may be otherwise when it is repeated.
    second, _ = await made(office, "place-2")
    assert await made(office, "place-2") == (second, [])
    assert await made(office, "place-2", kabinet_workplace=here) == (None, ["IDEMPOTENCY_CONFLICT"])


async def test_the_journal_keeps_the_workplace(office: Office) -> None:
    here = await workplace(office, "applicant")
    await made(office, "place-3")
    (entry,) = await office.rows("SELECT grounds FROM audit_entry WHERE act = 'createApplication'")
    grounds = json.loads(entry["grounds"])
    assert grounds["workplace"] == here
    assert "onBehalfOf" not in grounds


async def test_the_journal_keeps_both_accounts_of_an_act_on_somebodys_behalf(office: Office) -> None:
    wanted = [{"kind": "APPLICATION_STATUS", "channel": "EMAIL", "enabled": False}]
    text = "SELECT subject, grounds FROM arrived_audit_entry WHERE act = 'changeNotificationSettings' ORDER BY position"
    answer = await office.ask("mis", SETTINGS, {"input": {"settings": wanted}}, kabinet_on_behalf_of="prac_1")
    assert answer.data["changeNotificationSettings"]["problems"] == []
    *_, entry = await office.rows(text, store="journal")
    grounds = json.loads(entry["grounds"])
    place = await workplace(office, "therapist")
    assert (entry["subject"], grounds["workplace"]) == ("mis-1", place)
    assert (grounds["onBehalfOf"], grounds["onBehalfOfAccount"]) == ("prac_1", "1000000001")
