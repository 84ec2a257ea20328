"""What accreditations open to their holders, through the door: by kind, at the instant, and no longer."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from sources.postgres.ask import AUTHORITY_ZONE, midnight
from sources.postgres.row import Row
from tests.authorization.conftest import Desk
from tests.authorization.test_instants import HOUR, TICK, at_instant, value
from tests.conftest import Ask

OWN = """{ viewer { operations(everywhere: true) { operation validUntil } specialisedResources { code }
  practitioner { accreditations { id kind status operations } } } }"""
SHARED = {"SHARED_TEMPLATE_READ", "ORGANIZATION_NOTICE_READ", "ORGANIZATION_REPORT_READ"}
SIGNING = {"CLINICAL_DOCUMENT_SIGN", "PRESCRIPTION_SIGN", "CONTROLLED_PRESCRIPTION_SIGN", "REFERRAL_SIGN"}
PROTOCOLS = {"SURGERY_PROTOCOL", "RADIOLOGY_PROTOCOL", "LABORATORY_PROTOCOL"}
TELEMEDICINE = {"TELEMEDICINE_READ", "TELEMEDICINE_CONDUCT"}


async def seen(desk: Desk, persona: str, at: datetime | None = None) -> dict[str, Any]:
    """The viewer's own place as a persona sees it."""
    answer = await at_instant(desk, at or desk.at).ask(persona, OWN)
    assert answer.errors == []
    found: dict[str, Any] = answer.data["viewer"]
    return found


def opened(viewer: dict[str, Any]) -> set[str]:
    """The operations that are open."""
    return {one["operation"] for one in viewer["operations"]}


def codes(viewer: dict[str, Any]) -> set[str]:
    """The codes of the resources."""
    return {one["code"] for one in viewer["specialisedResources"]}


def record_of(desk: Desk, person: int, kind: str) -> Mapping[str, Any]:
    """The record in force of a kind."""
    held = (row for row in desk.world.table("accreditation") if row["practitioner_id"] == person)
    return next(row for row in held if row["kind"] == kind and desk.world.in_term(row))


def institutions(desk: Desk) -> list[Mapping[str, Any]]:
    """The records of the hospital where the cast works."""
    return [row for row in desk.world.table("accreditation") if row["holder_organization_id"] == 1]


async def test_a_surgeon_may_what_surgery_opens_and_no_radiology(desk: Desk) -> None:
    viewer = await seen(desk, "surgeon")
    (special,) = (one for one in viewer["practitioner"]["accreditations"] if one["kind"] == "SPECIAL")
    assert set(special["operations"]) == {"SURGERY_PROTOCOL", "CERTIFICATE_EXTRACT"}
    assert opened(viewer) & PROTOCOLS == {"SURGERY_PROTOCOL"}
    assert opened(viewer) >= SIGNING
    record = record_of(desk, 2, "SPECIAL")
    async with value(
        desk.gateway.application.stores.accreditation, "accreditation", record["id"], "directions", ["LABORATORY"]
    ):
        assert opened(await seen(desk, "surgeon")) & PROTOCOLS == {"LABORATORY_PROTOCOL"}


@asynccontextmanager
async def licences(desk: Desk, column: str, changed: Any) -> AsyncIterator[None]:
    """The licences of the hospital where the cast works, changed for a while."""
    store = desk.gateway.application.stores.registry
    rows: list[Any] = await store.fetch(Row, "SELECT id FROM licence WHERE organization_id = 1")
    async with AsyncExitStack() as stack:
        for row in rows:
            await stack.enter_async_context(value(store, "licence", row["id"], column, changed))
        yield


@pytest.mark.parametrize("status", ["SUSPENDED", "TERMINATED"])
async def test_nothing_is_open_where_the_licence_is_stopped(desk: Desk, status: str) -> None:
    async with licences(desk, "status", status):
        for persona in ("therapist", "surgeon", "nurse", "head", "applicant"):
            viewer = await seen(desk, persona)
            assert (opened(viewer), codes(viewer)) == (set(), set()), persona
    assert opened(await seen(desk, "therapist")) >= SIGNING


async def test_what_rests_on_a_licence_ends_with_it_to_the_midnight(desk: Desk) -> None:
    last = desk.at.astimezone(AUTHORITY_ZONE).date() + timedelta(days=1)
    end = midnight(last)
    async with licences(desk, "ends_on", last):
        before, after = await seen(desk, "therapist", end - TICK), await seen(desk, "therapist", end)
    assert opened(before) >= SIGNING
    assert {datetime.fromisoformat(one["validUntil"]) for one in before["operations"]} == {end}
    assert opened(after) == set()


async def test_telemedicine_is_open_to_who_holds_a_remote_record(desk: Desk) -> None:
    assert opened(await seen(desk, "telemedic")) >= TELEMEDICINE
    for persona in ("therapist", "surgeon", "nurse", "intern", "head"):
        assert opened(await seen(desk, persona)).isdisjoint(TELEMEDICINE), persona


async def test_a_trainee_drafts_and_a_nurse_keeps_her_records(desk: Desk) -> None:
    intern, nurse = opened(await seen(desk, "intern")), opened(await seen(desk, "nurse"))
    assert "CLINICAL_DOCUMENT_DRAFT" in intern
    assert "NURSING_RECORD_WRITE" in nurse
    assert intern.isdisjoint({*SIGNING, "ACCESS_GRANT"})
    assert nurse.isdisjoint({*SIGNING, "ACCESS_GRANT"})


@pytest.mark.parametrize("persona", ["applicant", "lapsed", "suspended", "registrar"])
async def test_staff_without_a_record_in_force_has_what_the_organisation_shares(desk: Desk, persona: str) -> None:
    viewer = await seen(desk, persona)
    assert opened(viewer) == SHARED
    assert codes(viewer) == {"CODE_BOOKS"}
    assert all(one["operations"] == [] for one in viewer["practitioner"]["accreditations"])


async def test_what_an_organisation_shares_goes_with_its_record(desk: Desk) -> None:
    (record,) = institutions(desk)
    store = desk.gateway.application.stores.accreditation
    async with value(store, "accreditation", record["id"], "state", "SUSPENDED"):
        viewer = await seen(desk, "applicant")
        assert (opened(viewer), codes(viewer)) == (set(), set())
        assert opened(await seen(desk, "therapist")) >= SIGNING


@pytest.mark.parametrize(
    "persona", ["newcomer", "expert", "regulator", "insurer", "patient", "mis", "auditor", "census"]
)
async def test_nothing_is_open_to_who_has_no_accreditation(desk: Desk, persona: str) -> None:
    viewer = await seen(desk, persona)
    assert (viewer["operations"], viewer["specialisedResources"]) == ([], [])


async def test_resources_fit_the_specialty_and_the_kinds(desk: Desk) -> None:
    found = {
        persona: codes(await seen(desk, persona))
        for persona in ("therapist", "surgeon", "telemedic", "nurse", "intern")
    }
    of_doctors = {"CODE_BOOKS", "CLINICAL_GUIDELINES", "TRAINING_HIGHER", "ACCREDITATION_CENTRE"}
    permanent = {"MEDICINES_REGISTER", "SURVEILLANCE_OFFICE"}
    assert found == {
        "therapist": of_doctors | permanent,
        "surgeon": of_doctors | permanent | {"SURGEONS_SOCIETY"},
        "telemedic": of_doctors | permanent | {"TELEMEDICINE_CENTRE"},
        "nurse": {"CODE_BOOKS", "TRAINING_SECONDARY", "ACCREDITATION_CENTRE"} | permanent,
        "intern": of_doctors,
    }


async def test_everything_closes_at_the_end_of_the_record_to_the_instant(desk: Desk) -> None:
    """The record, the viewer and the resources tell the same, and the end was told before."""
    end = (desk.at + HOUR).replace(microsecond=0)
    record = record_of(desk, 1, "PERMANENT")
    async with value(desk.gateway.application.stores.accreditation, "accreditation", record["id"], "valid_to", end):
        before, after = await seen(desk, "therapist", end - TICK), await seen(desk, "therapist", end)
    assert opened(before) >= SIGNING
    ends = {one["operation"]: one["validUntil"] for one in before["operations"]}
    assert {datetime.fromisoformat(ends[name]) for name in SIGNING} == {end}
    assert opened(after) == SHARED
    assert codes(before) > codes(after) == {"CODE_BOOKS"}
    for viewer, wanted in ((before, True), (after, False)):
        own = {one["id"]: one["operations"] for one in viewer["practitioner"]["accreditations"]}
        assert bool(own[f"acc_{record['id']}"]) is wanted


async def test_what_a_special_record_opens_goes_with_its_base(desk: Desk) -> None:
    store = desk.gateway.application.stores.accreditation
    special = record_of(desk, 2, "SPECIAL")
    end = (desk.at + timedelta(hours=2)).replace(microsecond=0)
    async with value(store, "accreditation", special["base_id"], "valid_to", end):
        for at, wanted in ((end - TICK, True), (end, False)):
            viewer = await seen(desk, "surgeon", at)
            (own,) = (one for one in viewer["practitioner"]["accreditations"] if one["kind"] == "SPECIAL")
            assert bool(own["operations"]) is wanted
            assert ("SURGERY_PROTOCOL" in opened(viewer)) is wanted


async def test_operations_of_many_records_take_no_statement_of_their_own(ask: Ask) -> None:
    answer = await ask(
        "regulator", "{ practitioners(first: 100) { nodes { accreditations { kind status operations } } } }"
    )
    assert answer.errors == []
    assert answer.statements == {"registry": 1, "accreditation": 1}
    records = [one for person in answer.data["practitioners"]["nodes"] for one in person["accreditations"]]
    assert all(one["status"] in {"ACTIVE", "UNDER_REVIEW"} for one in records if one["operations"])
    assert {one["kind"] for one in records if one["operations"]} >= {"PERMANENT", "TEMPORARY", "SPECIAL", "REMOTE"}


async def test_what_is_open_to_the_viewer_takes_a_statement_for_his_organisations_and_none_without(ask: Ask) -> None:
    text = "{ viewer { operations(everywhere: true) { operation } } }"
    assert (await ask("therapist", text)).statements == {"registry": 1, "accreditation": 1}
    assert (await ask("newcomer", text)).statements == {}


@pytest.mark.parametrize(
    ("language", "title"),
    [("ru", "Справочники НСИ Минздрава России"), ("en", "Reference books of the Ministry of Health")],
)
async def test_titles_are_in_the_language_of_the_answer(ask: Ask, language: str, title: str) -> None:
    text = "{ viewer { specialisedResources { code topic title url } } }"
    answer = await ask("therapist", text, headers={"accept-language": language})
    assert answer.data["viewer"]["specialisedResources"][0] == {
        "code": "CODE_BOOKS", "topic": "REFERENCE", "title": title, "url": "https://nsi.rosminzdrav.ru",
    }  # fmt: skip
