"""Whom an inquiry about a patient is told: as the rules of its office let it, without a word of the patient."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.emergencies import Emergencies
from gateway.world.cast import CAST
from tests.acts.office import LEFT, Office

MESSAGES = "SELECT * FROM message WHERE kind = 'PATIENT_INQUIRY' ORDER BY template, subject"
INQUIRY = "inquiry { id }"
REASONS = {
    "insurer": ("ASSIGNMENT", "QUALITY_EXAMINATION"),
    "regulator": ("ORDER", "STATE_CONTROL"),
    "head": ("COMPLAINT", "INTERNAL_CONTROL"),
}
AUDITOR, HEAD, PATIENT = (CAST[name].subject for name in ("auditor", "head", "patient"))


@pytest.fixture(autouse=True)
async def as_it_was(office: Office) -> AsyncIterator[None]:
    """Nothing was told before, and the clinical store is put back after each test."""
    await office.rows("TRUNCATE mail, message", store="journal")
    yield
    await office.rows("DELETE FROM inquiry WHERE id >= 10000000", store="clinical")
    await office.rows(f"TRUNCATE {', '.join(LEFT)}", store="clinical")


async def opened(office: Office, persona: str, patient: str) -> str:
    kind, purpose = REASONS[persona]
    today = str(datetime.now(ZoneInfo("Europe/Moscow")).date())
    given = {
        "patient": {"id": patient}, "period": {"startsOn": today, "lastOn": today}, "purpose": purpose,
        "basis": {"kind": kind, "number": "77-112/26", "issuedOn": today},
    }  # fmt: skip
    done = await office.act(persona, "openInquiry", INQUIRY, **given)
    assert done["problems"] == []
    made: str = done["inquiry"]["id"]
    return made


async def told(office: Office) -> list[dict[str, Any]]:
    """What was told of inquiries, once everything has arrived."""
    delivery = Emergencies(office.application.stores)
    while await delivery.events():
        pass
    return await office.rows(MESSAGES, store="journal")


async def own(office: Office) -> str:
    """The patient who the patient of the cast is, registered at the main hospital."""
    text = "{ viewer { patients(first: 5) { nodes { id organization { id } } } } }"
    found = (await office.ask("patient", text)).data["viewer"]["patients"]["nodes"]
    made: str = next(one["id"] for one in found if one["organization"]["id"] == "org_1")
    return made


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("insurer", [("auditor", AUDITOR), ("head", HEAD), ("patient", PATIENT)]),
        # Of state control the patient is not told; he finds it among the inquiries all the same.
        ("regulator", [("auditor", AUDITOR), ("head", HEAD)]),
        # Whoever opens one needs no word of it.
        ("head", [("auditor", AUDITOR), ("patient", PATIENT)]),
    ],
)
async def test_those_are_told_who_may_know(office: Office, persona: str, expected: list[tuple[str, str]]) -> None:
    patient = await own(office)
    inquiry = await opened(office, persona, patient)
    found = await told(office)
    assert [(one["template"], one["subject"]) for one in found] == [
        (f"inquiry_opened_{who}", subject) for who, subject in expected
    ]
    assert {one["organization_id"] for one in found} == {1}
    assert all(patient not in one["parameters"] and inquiry not in one["parameters"] for one in found)
    closed = await office.act(persona, "closeInquiry", INQUIRY, id=inquiry)
    assert closed["problems"] == []
    assert len(await told(office)) == len(found)


async def test_it_is_read_in_words_without_a_name(office: Office) -> None:
    patient = await own(office)
    name = (await office.ask("patient", f'{{ patient(by: {{id: "{patient}"}}) {{ familyName }} }}')).data["patient"]
    await opened(office, "insurer", patient)
    await told(office)
    text = "{ viewer { messages(first: 1) { nodes { kind title body } } } }"
    for persona, title in (
        ("patient", "Ваши медицинские сведения запрошены"),
        ("head", "Запрос сведений о пациенте вашей организации"),
        ("auditor", "Открыт запрос сведений о пациенте"),
    ):
        (message,) = (await office.ask(persona, text)).data["viewer"]["messages"]["nodes"]
        assert (message["kind"], message["title"]) == ("PATIENT_INQUIRY", title)
        assert "страховая медицинская организация" in message["body"]
        assert name["familyName"] not in message["body"]


async def test_of_one_that_names_nobody_the_auditor_alone_is_told(office: Office) -> None:
    await opened(office, "insurer", "pat_99999999")
    assert [(one["template"], one["organization_id"]) for one in await told(office)] == [
        ("inquiry_opened_auditor", None)
    ]
