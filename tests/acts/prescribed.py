"""Prescriptions as the tests of acts write and read them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.jobs.emergencies import Emergencies
from tests.acts.clinic import Clinic

PRESCRIPTION = (
    "prescription { id version status form days series number lastOn registeredAt author { id } cosigner { id } "
    "signer { id } leader { id } items { line code amount control signa } checkState checks { code severity } "
    "confidentiality encounter { id } }"
)
# Medicines by how their turnover is controlled.
PLAIN, COUNTED, NARCOTIC, PSYCHOTROPIC = "N02BE01.1", "N03AX16.1", "N02AA01.1", "N05BA01.1"
SIGNA = "По 1 таблетке 2 раза в день."
PREFERENTIAL = {"funding": "FEDERAL", "benefitCode": "083", "percent": 100, "reasonCode": "I10"}
# Of the therapist and of the trainee.
MINE, OF_THE_INTERN = 1, 10
HOSPITAL = "org_1"


def item(code: str = PLAIN, amount: int = 20, **given: Any) -> dict[str, Any]:
    """A medicine of an input."""
    return {"code": code, "amount": amount, "signa": SIGNA, **given}


async def tried(clinic: Clinic, persona: str = "therapist", patient: int = MINE, **given: Any) -> dict[str, Any]:
    """The payload of a draft at the last encounter of a patient."""
    wanted = {"encounterId": await clinic.encounter(patient), "form": "F107_1", "items": [item()], **given}
    return await clinic.act(persona, "draftPrescription", PRESCRIPTION, **wanted)


async def drafted(clinic: Clinic, persona: str = "therapist", patient: int = MINE, **given: Any) -> dict[str, Any]:
    """A draft at the last encounter of a patient."""
    payload = await tried(clinic, persona, patient, **given)
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["prescription"]
    return made


async def step(clinic: Clinic, persona: str, name: str, one: dict[str, Any], **given: Any) -> dict[str, Any]:
    """The payload of an act on a prescription as it was read."""
    return await clinic.act(persona, name, PRESCRIPTION, id=one["id"], expectedVersion=one["version"], **given)


async def done(clinic: Clinic, persona: str, name: str, one: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A prescription after an act on it."""
    payload = await step(clinic, persona, name, one, **given)
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["prescription"]
    return made


async def registered(clinic: Clinic, **given: Any) -> dict[str, Any]:
    """A prescription of the therapist that a pharmacy may know."""
    return await done(clinic, "therapist", "signPrescription", await drafted(clinic, **given))


def event(one: dict[str, Any], id: str = "e1", version: int = 1, amount: int = 20, **given: Any) -> dict[str, Any]:
    """What a pharmacy says."""
    numbers = {"series": one["series"], "number": one["number"]}
    said = {"organizationId": HOSPITAL, "source": "apteka", "id": id, "version": version, "amount": amount}
    return {**said, **numbers, **given}


async def granted_by_head(clinic: Clinic, grantee: int = 1, *classes: str) -> dict[str, Any]:
    """The organisation lets somebody prescribe classes of controlled medicines."""
    given = {
        "granteeId": f"prac_{grantee}",
        "module": "PRESCRIPTIONS",
        "organizationId": HOSPITAL,
        "drugClasses": list(classes),
        "reason": "WORKLOAD",
        "endsAt": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
    }
    payload = await clinic.act("head", "grantAccess", "grant { id version drugClasses }", **given)
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["grant"]
    return made


async def delivered(clinic: Clinic) -> None:
    """What the clinical store has to tell is on its way."""
    delivery = Emergencies(clinic.office.application.stores)
    while await delivery.events():
        pass


async def told_of(clinic: Clinic) -> list[tuple[str, str]]:
    """Who has been told of prescriptions since, and in which words; they are forgotten afterwards."""
    await delivered(clinic)
    found = await clinic.office.rows(
        "SELECT subject, template, parameters FROM message WHERE kind = 'PRESCRIPTION' ORDER BY template, subject",
        store="journal",
    )
    assert {one["parameters"] for one in found} <= {"{}"}
    await clinic.office.rows("TRUNCATE mail, message", store="journal")
    return [(one["subject"], one["template"]) for one in found]
