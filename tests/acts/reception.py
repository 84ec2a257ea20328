"""Somebody new at the hospital, and the register as it was before him."""

from datetime import date, datetime
from typing import Any

from gateway.world import numbers
from resolvers.identity.matching import Match, Profile, matched, settled
from tests.acts.office import Office

NEWCOMER = "1000000006"
SNILS = numbers.snils(777_001)
BORN = date(1994, 5, 17)
PERSON = {
    "snils": SNILS, "familyName": "Ёлкина-Серова", "givenName": "Алёна", "patronymic": "Юрьевна",
    "birthOn": "1994-05-17", "specialtyCode": "31.08.49", "positionCode": "109", "organizationId": "org_1",
}  # fmt: skip
PROFILE = Profile(SNILS, "Елкина Серова", "АЛЕНА", "Юрьевна", BORN, confirmed=True)
REQUEST = "request { id version state reason }"
LINK = "link { id version state diagnosis reason }"
POST = {"positionCode": "109", "kind": "MAIN", "rate": "1.00", "startsOn": "2026-11-01"}
# What these tests write has keys that no world has; the world's own rows are put back.
CLEANED = {
    "registry": (
        "TRUNCATE organization_link, field_origin, registry_request, event, audit_entry, idempotency_key",
        "DELETE FROM employment WHERE id >= 10000000",
        "DELETE FROM education WHERE id >= 10000000",
        "DELETE FROM practitioner WHERE id >= 10000000",
        "DELETE FROM organization WHERE id >= 10000000",
        "UPDATE employment SET detached_at = NULL WHERE detached_at IS NOT NULL",
    ),
    "identity": ("TRUNCATE registry_match, contact_challenge, event, audit_entry, idempotency_key",),
}


async def clean(office: Office) -> None:
    for name, texts in CLEANED.items():
        async with getattr(office.application.stores, name).connection() as connection, connection.transaction():
            for text in texts:
                await connection.execute(text)
    office.application.operating.facts.heard()


def now(office: Office) -> datetime:
    return office.application.operating.clock()


async def looked_for(office: Office, profile: Profile, account: str = NEWCOMER) -> Match:
    """What a sign-in does: look for the profile, and keep what came of it."""
    stores = office.application.stores
    match = await matched(stores, profile, now(office), seconds=20)
    return await settled(stores, profile, match, account, now(office))


async def registered(office: Office) -> dict[str, Any]:
    """A request of the newcomer."""
    payload = await office.act("newcomer", "registerPractitioner", REQUEST, **PERSON)
    assert payload["problems"] == []
    made: dict[str, Any] = payload["request"]
    return made


async def entered(office: Office) -> None:
    """The newcomer in the register."""
    made = await registered(office)
    payload = await office.act(
        "registrar", "decideRegistration", REQUEST,
        id=made["id"], expectedVersion=made["version"], decision="APPROVE",
    )  # fmt: skip
    assert payload["problems"] == []
    office.application.operating.facts.heard()  # what the listener will hear any moment


async def asked_to_link(office: Office, organization: str = "org_1") -> dict[str, Any]:
    payload = await office.act(
        "newcomer", "linkOrganization", LINK, organizationId=organization, consentVersion="2026.1"
    )
    assert payload["problems"] == []
    made: dict[str, Any] = payload["link"]
    return made


async def linked(office: Office) -> dict[str, Any]:
    made = await asked_to_link(office)
    payload = await office.act(
        "registrar", "decideOrganizationLink", LINK,
        id=made["id"], expectedVersion=made["version"], decision="CONFIRM", employment=POST,
    )  # fmt: skip
    assert payload["problems"] == []
    office.application.operating.facts.heard()
    found: dict[str, Any] = payload["link"]
    return found


async def workplaces(office: Office, persona: str = "newcomer") -> list[str]:
    document = "{ viewer { workplaces { employment { organization { id } } } roles { name } } }"
    answer = await office.ask(persona, document)
    assert answer.errors == [], answer.body
    return [one["employment"]["organization"]["id"] for one in answer.data["viewer"]["workplaces"]]


async def readiness(office: Office) -> dict[str, bool]:
    answer = await office.ask("newcomer", "{ viewer { readiness { item done } } }")
    return {one["item"]: one["done"] for one in answer.data["viewer"]["readiness"]}


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(one["code"], one["path"]) for one in payload["problems"]]
