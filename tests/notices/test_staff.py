"""What those who lead an organisation are told of the people who work in it, and who of them is."""

from collections.abc import AsyncIterator

import pytest

from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.conftest import Gateway, opened
from tests.notices.conftest import APPLICANT, HEAD, THERAPIST, Village
from tests.notices.test_relay import drained

REGISTRAR, HEADS = CAST["registrar"].subject, CAST["head"].subject
MESSAGES = """{ viewer { messages { nodes {
  kind title body application { number applicant { id } } accreditation { id holder { __typename } } } } } }"""


@pytest.fixture
async def gate(settings: Settings, village: Village) -> AsyncIterator[Gateway]:
    """The gateway over the village of these tests."""
    async with opened(settings, village.urls) as made:
        yield made


async def staff(village: Village) -> set[tuple[str, str]]:
    return {
        (row["subject"], row["template"])
        for row in await village.messages()
        if row["kind"] == "STAFF_ACCREDITATION" and row["state"] is None and row["read_at"] is None
    }


async def suspended(village: Village, practitioner: int = THERAPIST) -> None:
    record = await village.value(
        "accreditation", "SELECT min(id) FROM accreditation WHERE practitioner_id = $1", practitioner
    )
    await village.event("ACCREDITATION_CHANGED", accreditationId=record, practitionerId=practitioner, step="SUSPENDED")
    await drained(village.stores)


async def test_the_head_and_the_personnel_officer_are_told_what_concerns_them(village: Village) -> None:
    for step in ("SUBMITTED", "ADVANCED", "CLARIFICATION_REQUESTED", "CLARIFIED", "WITHDRAWN"):
        await village.step(step)
    await village.decision(None)
    await suspended(village)
    both = {
        (one, name) for one in (REGISTRAR, HEADS) for name in ("staff_submitted", "staff_rejected", "staff_suspended")
    }
    assert await staff(village) == both


async def test_a_message_of_staff_names_nobody_and_leads_to_what_its_reader_may_see(
    gate: Gateway, village: Village
) -> None:
    await village.step("SUBMITTED")
    await drained(village.stores)
    names = (
        await village.rows("registry", "SELECT family_name, given_name FROM practitioner WHERE id = $1", APPLICANT)
    )[0]
    for persona in ("head", "registrar"):
        answer = await gate.ask(persona, MESSAGES)
        assert answer.errors == []
        (message,) = answer.data["viewer"]["messages"]["nodes"]
        number = message["application"]["number"]
        assert message["title"] == f"Заявление сотрудника {number} принято"
        assert not any(name in message["title"] + message["body"] for name in names.values())
        assert message["application"]["applicant"] == {"id": f"prac_{APPLICANT}"}


ENDED_FUNCTION = "UPDATE appointment SET valid_to = {} WHERE subject = $1 AND function = 'HRR'"
ENDED_WORK = """
UPDATE employment SET ends_on = {} WHERE practitioner_id = (SELECT id FROM practitioner WHERE subject = $1)
"""


@pytest.mark.parametrize(
    ("store", "change", "end", "who"),
    [("journal", ENDED_FUNCTION, "now()", REGISTRAR), ("registry", ENDED_WORK, "starts_on", HEADS)],
    ids=["a function that ended", "a head who works there no more"],
)
async def test_who_may_not_see_it_any_more_is_told_nothing(
    village: Village, store: str, change: str, end: str, who: str
) -> None:
    await village.rows(store, change.format(end), who)
    try:
        await suspended(village)
    finally:
        await village.rows(store, change.format("NULL"), who)
    assert {subject for subject, _ in await staff(village)} == {REGISTRAR, HEADS} - {who}


async def test_who_leads_and_is_himself_the_holder_is_told_once(village: Village) -> None:
    await suspended(village, HEAD)
    told = [(row["subject"], row["kind"]) for row in await village.messages()]
    assert sorted(told) == [(REGISTRAR, "STAFF_ACCREDITATION"), (HEADS, "ACCREDITATION_STATUS")]


async def test_who_leads_elsewhere_is_told_nothing(village: Village) -> None:
    await suspended(village, CAST["stranger"].practitioner_id or 0)
    assert not {REGISTRAR, HEADS} & {row["subject"] for row in await village.messages()}
