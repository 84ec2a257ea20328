"""When facts of the viewer cannot be had, the answer says that, and does not call it a lack of role."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.application import Application
from gateway.settings import Settings
from sources.stores import Stores
from tests.authorization.conftest import Answer, Desk
from tests.authorization.test_inputs import BY_BIRTH, STAFF, USES, ids, snils
from tests.conftest import Gateway
from tests.resolvers.clock import moved

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
CARD = "query($id: ID!) { practitioner(by: {id: $id}) { fullName phone snils birthYear } }"
CONTACTS = "query($id: ID!) { practitioner(by: {id: $id}) { fullName phone } }"
VIEWER = "{ viewer { assurance { level } practitioner { id } roles { name } permissions { name } readiness { item } } }"


@contextlib.asynccontextmanager
async def without(settings: Settings, urls: dict[str, str], world: Any, *lost: str) -> AsyncIterator[Desk]:
    """The gateway with some stores out of reach."""
    stores = Stores.from_urls({**urls, **dict.fromkeys(lost, NOWHERE)}, deadline=5)
    application = Application(settings, stores)
    await application.keys.open()
    application.operating.clock = lambda: world.at
    transport = httpx.ASGITransport(app=application)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://kabinet.test") as client:
            yield Desk(Gateway(application, client), application.operating.executor.graph.core, world.at, world)
    finally:
        await application.keys.close()
        await stores.close()
        application.log.close()


def losses(answer: Answer) -> set[tuple[str, str, str]]:
    """Code, store and place of each error."""
    return {(e["extensions"]["code"], e["extensions"].get("store", ""), str(e["path"][-1])) for e in answer.errors}


@pytest.mark.parametrize(
    ("store", "persona", "person"),
    [
        ("journal", "expert", "prac_6"),
        ("journal", "regulator", "prac_8"),
        ("journal", "mis", "prac_1"),
        ("journal", "registrar", "prac_1"),
        ("journal", "census", "prac_1"),
        ("accreditation", "expert", "prac_6"),
        ("accreditation", "supervisor", "prac_12"),
    ],
)
async def test_a_right_that_rests_on_lost_facts_is_refused_as_a_loss(
    settings: Settings, urls: dict[str, str], world: Any, store: str, persona: str, person: str
) -> None:
    async with without(settings, urls, world, store) as desk:
        answer = await desk.ask(persona, CARD, {"id": person})
        assert answer.data["practitioner"]["fullName"]
        assert answer.data["practitioner"]["phone"] is None
        assert ("SOURCE_UNAVAILABLE", store, "phone") in losses(answer)
        assert not any("reason" in told for told in answer.told)
        told = next(error["extensions"] for error in answer.errors if error["path"][-1] == "phone")
        assert told["coordinate"] == "Practitioner.phone"
        assert told["retryable"] is True


async def test_a_mask_does_not_hide_a_loss(settings: Settings, urls: dict[str, str], world: Any) -> None:
    """A regulator without his cases reads the masked form, and is told why the whole one is missing."""
    async with without(settings, urls, world, "accreditation") as desk:
        answer = await desk.ask("regulator", CARD, {"id": "prac_8"})
        assert answer.data["practitioner"]["birthYear"]
        assert losses(answer) == {("SOURCE_UNAVAILABLE", "accreditation", name) for name in ("phone", "snils")}


async def test_what_rests_on_other_stores_stays(settings: Settings, urls: dict[str, str], world: Any) -> None:
    async with without(settings, urls, world, "journal") as desk:
        answer = await desk.ask("therapist", CONTACTS, {"id": "prac_1"})
        assert answer.errors == []
        assert answer.data["practitioner"]["phone"]


async def test_identity_is_not_told_where_nobody_can_note_it(
    settings: Settings, urls: dict[str, str], world: Any
) -> None:
    async with without(settings, urls, world, "journal") as desk:
        # Not as `desk` asks, which notes nothing; but with its token, for its clock stands still.
        headers = {"authorization": f"Bearer {desk.token('therapist')}"}
        body = {"query": CARD, "variables": {"id": "prac_1"}}
        response = await desk.gateway.client.post("/graphql", json=body, headers=headers)
        answer = Answer(response.status_code, response.json(), response.content)
        assert (answer.status, answer.codes, answer.body.get("data")) == (503, ["JOURNAL_UNAVAILABLE"], None)


GUARDED = [*USES.items(), *STAFF.items()]


@pytest.mark.parametrize("executor", ["compiled", "reference"])
@pytest.mark.parametrize(
    ("store", "persona"),
    [
        ("journal", "mis"),
        ("journal", "registrar"),
        ("journal", "regulator"),
        ("journal", "therapist"),
        ("journal", "patient"),
        ("journal", "census"),
        ("accreditation", "expert"),
        ("accreditation", "registrar"),
        ("registry", "therapist"),
    ],
)
async def test_a_guarded_input_is_refused_as_a_loss_when_facts_are_lost(
    settings: Settings, urls: dict[str, str], desk: Desk, executor: str, store: str, persona: str
) -> None:
    """Whatever right is left without the facts, nobody could tell a list that it cut from the whole one."""
    async with without(dataclasses.replace(settings, executor=executor), urls, desk.world, store) as lost:
        for coordinate, text in GUARDED:
            answer = await lost.ask(persona, text.replace("%s", snils(desk, 1)))
            assert "data" not in answer.body
            (told,) = answer.told
            permission = told.pop("permission")
            assert permission == "practitioner:identity:read"
            assert told == {
                "code": "SOURCE_UNAVAILABLE",
                "coordinate": coordinate,
                "store": store,
                "retryable": True,
            }


@pytest.mark.parametrize("executor", ["compiled", "reference"])
async def test_a_guarded_input_in_a_variable_is_refused_as_a_loss(
    settings: Settings, urls: dict[str, str], desk: Desk, executor: str
) -> None:
    async with without(dataclasses.replace(settings, executor=executor), urls, desk.world, "journal") as lost:
        asked = await lost.ask("registrar", BY_BIRTH, {"from": "1980-01-01"})
        unasked = await lost.ask("registrar", BY_BIRTH, {"from": None})
    assert [(told["code"], told["coordinate"]) for told in asked.told] == [
        ("SOURCE_UNAVAILABLE", "PractitionerFilter.bornFrom")
    ]
    assert unasked.errors == []
    assert unasked.data["practitioners"]["totalCount"] == len(desk.world.rows["practitioner"])


@pytest.mark.parametrize("executor", ["compiled", "reference"])
async def test_a_guarded_input_stays_refused_to_nobody_and_open_to_who_lost_nothing(
    settings: Settings, urls: dict[str, str], desk: Desk, executor: str
) -> None:
    """The documents hold no facts of viewers: without them nothing changes."""
    text = USES["PractitionerFilter.bornFrom"]
    async with without(dataclasses.replace(settings, executor=executor), urls, desk.world, "journal") as lost:
        assert [told["reason"] for told in (await lost.ask("anonymous", text)).told] == ["SIGN_IN"]
    async with without(dataclasses.replace(settings, executor=executor), urls, desk.world, "documents") as lost:
        assert ids(await lost.ask("therapist", text)) == ids(await desk.ask("therapist", text))
        assert [told["reason"] for told in (await lost.ask("patient", text)).told] == ["ROLE"]


async def test_nobody_loses_nothing(settings: Settings, urls: dict[str, str], world: Any) -> None:
    async with without(settings, urls, world, "journal", "accreditation") as desk:
        answer = await desk.ask("anonymous", CARD, {"id": "prac_1"})
        assert {told["reason"] for told in answer.told} == {"SIGN_IN"}


@pytest.mark.parametrize("store", ["registry", "accreditation", "journal"])
async def test_the_viewer_says_which_store_is_missing(
    settings: Settings, urls: dict[str, str], world: Any, store: str
) -> None:
    async with without(settings, urls, world, store) as desk:
        answer = await desk.ask("therapist", VIEWER)
        viewer = answer.data["viewer"]
        assert viewer["roles"] is viewer["permissions"] is viewer["readiness"] is None
        assert viewer["assurance"] == {"level": "CONFIRMED"}
        wanted = {"roles", "permissions", "readiness"} | ({"practitioner"} if store == "registry" else set())
        assert losses(answer) == {("SOURCE_UNAVAILABLE", store, place) for place in wanted}
        assert (viewer["practitioner"] is None) is (store == "registry")


@pytest.mark.parametrize(
    ("persona", "name"), [("expert", "documents"), ("expert", "applications"), ("mis", "practitioner")]
)
async def test_a_list_is_never_empty_for_want_of_facts(
    settings: Settings, urls: dict[str, str], world: Any, persona: str, name: str
) -> None:
    text = {
        "documents": "{ documents { nodes { id } } }",
        "applications": "{ applications { nodes { id } } }",
        "practitioner": '{ practitioner(by: {id: "prac_1"}) { shifts { nodes { id } } } }',
    }[name]
    async with without(settings, urls, world, "journal") as desk:
        answer = await desk.ask(persona, text)
        assert [(told["code"], told["store"]) for told in answer.told] == [("SOURCE_UNAVAILABLE", "journal")]


async def test_the_facts_are_there_again_with_their_store(settings: Settings, urls: dict[str, str], world: Any) -> None:
    async with without(settings, urls, world, "journal") as desk:
        with moved() as clock:
            lost = await desk.ask("expert", CARD, {"id": "prac_6"})
            assert ("SOURCE_UNAVAILABLE", "journal", "phone") in losses(lost)
            journal = desk.gateway.application.stores.journal
            await journal.close()
            journal.url = urls["journal"]
            clock.ahead += 1.0
            found = await desk.ask("expert", CARD, {"id": "prac_6"})
        assert found.errors == []
        assert found.data["practitioner"]["phone"]


@pytest.mark.parametrize("executor", ["compiled", "reference"])
@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("applications", "{ applications { totalCount } }"),
        ("documents", "{ documents(first: 100) { totalCount } }"),
        ("staff", '{ organization(by: {id: "org_1"}) { staff { totalCount } } }'),
    ],
)
async def test_a_list_is_never_cut_for_want_of_facts(
    settings: Settings, urls: dict[str, str], desk: Desk, executor: str, place: str, text: str
) -> None:
    async with without(dataclasses.replace(settings, executor=executor), urls, desk.world, "journal") as lost:
        answer = await lost.ask("registrar", text)
    assert losses(answer) == {("SOURCE_UNAVAILABLE", "journal", place)}


@pytest.mark.parametrize("executor", ["compiled", "reference"])
async def test_what_was_planned_with_all_facts_is_not_answered_so_without_them(
    settings: Settings, urls: dict[str, str], world: Any, executor: str
) -> None:
    text = "{ applications { totalCount } }"
    async with without(dataclasses.replace(settings, executor=executor), urls, world) as desk:
        with moved() as clock:
            assert (await desk.ask("therapist", text)).errors == []
            journal = desk.gateway.application.stores.journal
            await journal.close()
            journal.url = NOWHERE
            clock.ahead += 1.0
            answer = await desk.ask("therapist", text)
    assert losses(answer) == {("SOURCE_UNAVAILABLE", "journal", "applications")}
