"""Two issuers in production: whom each signs for, what rests on whose organisations, and keys that are withdrawn."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.world.cast import CAST, MAIN_HOSPITAL, OTHER_HOSPITAL
from sources.stores import Stores
from tests.gateway.streams.speaking import STANDING, events, listening, until
from tests.served.production import production
from tests.served.running import Running

WHO = "{ viewer { practitioner { id } roles { name because } } }"
APPOINT = """
INSERT INTO appointment (subject, function, organization_id, valid_from) VALUES ($1, $2, $3, now() - interval '1 day')
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuers")


@pytest.fixture(scope="module")
async def two(keys: Path, own_urls: dict[str, str]) -> AsyncIterator[Running]:
    """Production with a ministry that may speak for the main hospital."""
    async with production(keys, own_urls, [MAIN_HOSPITAL]) as served:
        yield served


@asynccontextmanager
async def named(stores: Stores, persona: str, account: str) -> AsyncIterator[None]:
    """One of the cast has another account for a while, and appointments of all kinds."""
    rename = "UPDATE practitioner SET subject = $1 WHERE subject = $2"
    places = (*((MAIN_HOSPITAL, one) for one in ("HRR", "MIS", "EXP", "AUD")), (OTHER_HOSPITAL, "HRR"))
    await stores.registry.execute(rename, account, CAST[persona].subject)
    for place, function in (*places, (OTHER_HOSPITAL, "MIS"), *((None, one) for one in ("EXP", "REG", "SUPP"))):
        await stores.journal.execute(APPOINT, account, function, place)
    try:
        yield
    finally:
        await stores.registry.execute(rename, CAST[persona].subject, account)
        await stores.journal.execute("DELETE FROM appointment WHERE subject = $1", account)


async def who(two: Running, name: str) -> tuple[str | None, set[str]]:
    viewer = (await two.send(name, WHO, None, **{"accept-language": "en"})).json()["data"]["viewer"]
    person = viewer["practitioner"] and viewer["practitioner"]["id"]
    return person, {f"{role['name']} {role['because']}" for role in viewer["roles"]}


async def test_another_issuers_token_for_a_doctors_subject_is_not_the_doctor(two: Running) -> None:
    assert (await who(two, "therapist"))[0] == "prac_1"
    assert await who(two, "moz:therapist") == (None, {"APL confirmed sign-in, no employment"})


async def test_an_account_of_a_name_can_be_signed_for_by_the_issuer_of_the_name_alone(
    two: Running, own_stores: Stores
) -> None:
    async with named(own_stores, "registrar", "moz:9"):
        assert (await who(two, "moz:9"))[0] == "prac_9"
        assert (await who(two, "registrar"))[0] is None


async def test_rights_that_rest_on_organisations_of_others_are_not_given(two: Running, own_stores: Stores) -> None:
    async with named(own_stores, "registrar", "moz:9"):
        assert await who(two, "moz:9") == (
            "prac_9",
            {"LNK employment at org_1", "HRR HR function at org_1", "MIS appointment at org_1"},
        )
    async with named(own_stores, "stranger", "moz:12"):
        assert await who(two, "moz:12") == (
            "prac_12",
            {"MIS appointment at org_1", "APL confirmed sign-in, no employment"},
        )
        mine = await two.ask(
            "moz:12", '{ practitioner(by: {id: "prac_12"}) { snils employments { organization { id } } } }'
        )
        assert mine["data"]["practitioner"]["snils"] is not None


async def test_a_withdrawn_key_ends_open_streams_and_remembered_tokens(two: Running, keys: Path) -> None:
    path = keys / "ministry.json"
    published = path.read_text()
    ring, name = two.application.keys, "moz:therapist"
    try:
        async with listening(two, name) as caller, events(two, two.token(name), STANDING) as told:
            await caller.subscribe("a", STANDING)
            await until(two.application, 2)
            path.write_text(json.dumps({"keys": []}))
            await asyncio.gather(*map(ring._refreshing, ring._kept.values()))
            assert (await two.send(name, WHO)).status_code == 401
            assert await caller.closed() == 4403
            kind, payload = await anext(told)
            assert (kind, payload["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
        await until(two.application, 0)
        assert (await two.send("therapist", WHO)).status_code == 200
    finally:
        path.write_text(published)
        await asyncio.gather(*map(ring._refreshing, ring._kept.values()))
    assert (await two.send(name, WHO)).status_code == 200
