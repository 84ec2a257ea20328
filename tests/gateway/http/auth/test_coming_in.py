"""Somebody comes in through the portal, is known by his account, shows a second factor, and goes out again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auth.assurance import Assurance, Level
from auth.claims_map import KEYCLOAK
from gateway.http.auth.coming_in import came_in
from gateway.identity.methods import OpenIdMethod
from gateway.identity.narrowing import narrowed
from gateway.identity.providers.provider import Person, Said
from gateway.identity.sessions import SignedIn
from gateway.world import numbers
from gateway.world.cast import CAST
from sources.postgres.row import Row
from sources.postgres.store import Store
from tests.conftest import Gateway
from tests.gateway.http.auth.surfing import Surfer, parameters

THERAPIST, SURGEON, NEWCOMER, REGULATOR = 1_000_000_001, 1_000_000_002, 1_000_000_006, 1_000_000_014
REGISTRAR = int(CAST["registrar"].subject)
UNCONFIRMED, CHILD, BLOCKED = 1_000_000_901, 1_000_000_902, 1_000_000_903
WHO = "{ viewer { roles { name } practitioner { id } assurance { level secondFactorAt } } }"
ENTRY = "SELECT subject, act, grounds FROM audit_entry WHERE grounds ->> 'requestId' = $1"


async def viewer(surfer: Surfer) -> dict[str, object]:
    answer = await surfer.asks(WHO)
    found: dict[str, object] = answer["data"]["viewer"]
    return found


@pytest.mark.parametrize("algorithm", ["RS256", pytest.param("GOST3410_2012_256", marks=pytest.mark.gost)])
async def test_whoever_comes_in_with_a_code_is_the_person_of_the_register(surfer: Surfer, algorithm: str) -> None:
    came = await surfer.comes_in(THERAPIST, return_to="/graphiql", algorithm=algorithm)
    assert (came.status_code, came.headers["location"]) == (303, "/graphiql"), came.text
    found = await viewer(surfer)
    assert found["practitioner"] == {"id": "prac_1"}
    assert found["assurance"]["level"] == "CONFIRMED"  # type: ignore[index]
    assert found["assurance"]["secondFactorAt"] is not None  # type: ignore[index]


async def test_whoever_is_not_in_the_register_comes_in_to_the_account_of_his_appointments(surfer: Surfer) -> None:
    assert (await surfer.comes_in(REGULATOR)).status_code == 303
    found = await viewer(surfer)
    assert found["practitioner"] is None
    assert "REG" in {role["name"] for role in found["roles"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("oid", "how", "level", "factor"),
    [
        (SURGEON, "PWD", "CONFIRMED", False),
        (SURGEON, "DS", "CONFIRMED", True),
        (UNCONFIRMED, "OTP", "UNCONFIRMED", True),
        (CHILD, "OTP", "UNCONFIRMED", True),
    ],
)
async def test_the_session_is_as_sure_as_the_portal_was(
    surfer: Surfer, oid: int, how: str, level: str, factor: bool
) -> None:
    assert (await surfer.comes_in(oid, how)).status_code == 303
    found = (await viewer(surfer))["assurance"]
    assert (found["level"], found["secondFactorAt"] is not None) == (level, factor)  # type: ignore[index]


async def test_a_step_up_raises_the_same_session_and_gives_it_another_cookie(surfer: Surfer) -> None:
    await surfer.comes_in(SURGEON, "PWD")
    before, session = surfer.cookies["kabinet-session"], await surfer.asks("{ viewer { session { id } } }")
    url = await surfer.away("/auth/step-up?max_age=900&return_to=/graphiql")
    confirmed = await surfer.shown(url, SURGEON, "OTP")
    came = await surfer.back(confirmed.headers["location"])
    assert (came.status_code, came.headers["location"]) == (303, "/graphiql")
    assert surfer.cookies["kabinet-session"] != before
    assert await surfer.asks("{ viewer { session { id } } }") == session
    assert session["data"]["viewer"]["session"]["id"]
    assert (await viewer(surfer))["assurance"]["secondFactorAt"] is not None  # type: ignore[index]
    surfer.cookies["kabinet-session"] = before
    assert (await surfer.get("/auth/step-up", accept="application/json")).status_code == 401


@pytest.mark.parametrize(("oid", "how"), [(SURGEON, "PWD"), (THERAPIST, "OTP")])
async def test_a_step_up_without_a_factor_or_by_somebody_else_raises_nothing(
    surfer: Surfer, oid: int, how: str
) -> None:
    await surfer.comes_in(SURGEON, "PWD")
    url = await surfer.away("/auth/step-up")
    confirmed = await surfer.shown(url, oid, how)
    refused = await surfer.back(confirmed.headers["location"])
    assert refused.status_code == 403
    assert "STEP_UP_FAILED" in refused.text
    assert (await viewer(surfer))["assurance"]["secondFactorAt"] is None  # type: ignore[index]


async def test_signing_out_ends_the_session_and_leads_through_the_portal_home(surfer: Surfer, signing: Gateway) -> None:
    await surfer.comes_in(SURGEON)
    kept = dict(surfer.cookies)
    forged = await surfer.ask("POST", "/auth/sign-out", accept="application/json")
    assert forged.status_code == 400
    out = await surfer.ask("POST", "/auth/sign-out", kabinet_csrf=kept["kabinet-csrf"])
    onward = out.json()["next"]
    assert parameters(onward)["redirect_url"] == f"{signing.application.settings.issuer}/"
    led = await surfer.there.get(onward)
    assert (led.status_code, led.headers["location"]) == (303, f"{signing.application.settings.issuer}/")
    assert "kabinet-session" not in surfer.cookies
    surfer.cookies = kept
    assert (await surfer.asks(WHO))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("before", [SURGEON, THERAPIST])
async def test_a_second_sign_in_ends_the_session_that_the_browser_had(surfer: Surfer, before: int) -> None:
    await surfer.comes_in(before)
    kept = dict(surfer.cookies)
    await surfer.comes_in(THERAPIST)
    assert (await viewer(surfer))["practitioner"] == {"id": "prac_1"}
    surfer.cookies = kept
    assert (await surfer.asks(WHO))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_two_tabs_of_one_browser_may_sign_in_at_once(surfer: Surfer) -> None:
    first, second = await surfer.away(), await surfer.away()
    for url in (first, second):
        confirmed = await surfer.shown(url, SURGEON)
        assert (await surfer.back(confirmed.headers["location"])).status_code == 303


async def test_a_blocked_account_is_told_by_the_portal_and_comes_back_without_a_session(surfer: Surfer) -> None:
    shown = await surfer.shown(await surfer.away(), BLOCKED)
    assert "заблокирована" in shown.text
    back = shown.text.partition('href="')[2].partition('id="back"')[2]
    assert back == "" or "error" in back
    assert "kabinet-session" not in surfer.cookies


async def test_a_wrong_code_is_asked_for_once_more(surfer: Surfer) -> None:
    shown = await surfer.shown(await surfer.away(), SURGEON, code="none")
    assert shown.status_code == 200
    assert "Код неверен" in shown.text


async def test_neither_address_nor_entry_nor_log_has_anything_of_a_person(
    surfer: Surfer, signing: Gateway, urls: dict[str, str]
) -> None:
    came = await surfer.comes_in(NEWCOMER, fault="007055")
    assert came.status_code == 403
    assert "SIGN_IN_NOT_CONFIRMED" in came.text
    store = Store("identity", urls["identity"])
    (entry,) = await store.fetch(Row, ENTRY, came.headers["x-request-id"])
    await store.close()
    assert (entry["subject"], entry["act"]) == ("nobody", "signInRefused")
    assert '"NOT_CONFIRMED"' in entry["grounds"]
    assert '"ESIA-007055"' in entry["grounds"]
    for told in ("Никитин", "Павел", str(NEWCOMER), "999"):
        assert told not in entry["grounds"]
        assert told not in came.text


REACHED = "SELECT phone, phone_verified_at, email, email_verified_at FROM practitioner WHERE id = $1"
REACH = """
UPDATE practitioner SET phone = $2, phone_verified_at = $3, email = $4, email_verified_at = $5 WHERE id = $1
"""
ORIGINS = "SELECT field, origin FROM field_origin WHERE practitioner_id = $1 ORDER BY field"


@pytest.mark.parametrize(
    ("oid", "key", "proved", "taken"),
    [
        (SURGEON, 2, False, ["EMAIL", "PHONE"]),
        (SURGEON, 2, True, []),
        # This one has not confirmed his address there.
        (1_000_000_005, 5, False, ["PHONE"]),
    ],
)
async def test_what_is_confirmed_at_the_portal_reaches_the_register_where_nothing_was_proved(
    surfer: Surfer, signing: Gateway, oid: int, key: int, *, proved: bool, taken: list[str]
) -> None:
    registry = signing.application.stores.registry
    now = datetime.now(UTC)
    async with registry.connection() as connection:
        before = await connection.fetchrow(REACHED, key)
        await connection.execute(
            REACH, key, "+70000000000", now if proved else None, "a@a.example", now if proved else None
        )
        try:
            assert (await surfer.comes_in(oid)).status_code == 303
            after = await connection.fetchrow(REACHED, key)
            origins = [tuple(row) for row in await connection.fetch(ORIGINS, key)]
        finally:
            await connection.execute(REACH, key, *before)
            await connection.execute("DELETE FROM field_origin WHERE practitioner_id = $1", key)
    assert origins == [(kind, "SIGN_IN") for kind in taken]
    assert (after["phone"] == numbers.phone(key), after["email"] == numbers.email(key)) == (
        "PHONE" in taken,
        "EMAIL" in taken,
    )
    assert (after["email_verified_at"] is not None) is (proved or "EMAIL" in taken)


MISSING = '{ viewer { readiness { item reason } } practitioner(by: {id: "prac_1"}) { inn } }'


async def test_whoever_has_no_second_factor_is_told_so_until_he_shows_one(surfer: Surfer, signing: Gateway) -> None:
    facts = signing.application.operating.facts
    await surfer.comes_in(REGISTRAR, "PWD")

    async def reasons() -> set[str | None]:
        facts.heard()
        found = await surfer.asks(MISSING)
        of_items = {one["reason"] for one in found["data"]["viewer"]["readiness"] if one["item"] == "SECOND_FACTOR"}
        return of_items | {one["extensions"]["reason"] for one in found["errors"]}

    assert await reasons() == {"SECOND_FACTOR"}
    url = await surfer.away("/auth/step-up")
    refused = await surfer.back((await surfer.shown(url, REGISTRAR, "OTP", fault="007046")).headers["location"])
    assert refused.status_code == 403
    assert "SIGN_IN_SECOND_FACTOR_NOT_CONFIGURED" in refused.text
    assert await reasons() == {"SECOND_FACTOR_NOT_CONFIGURED"}
    # In another browser he signs in with one that he has set up since; the word is out for the first one too.
    other = Surfer(surfer.here, surfer.there)
    assert (await other.comes_in(REGISTRAR, "OTP")).status_code == 303
    assert await reasons() == {"SECOND_FACTOR"}


DEVICES = "{ viewer { devices { id name sessions current } session { id } } }"
FORGET = 'mutation { forgetDevice(input: {id: "ID"}) { ended viewer { devices { id } } problems { code path } } }'


async def test_a_browser_is_known_again_and_can_be_forgotten_with_its_sessions(
    surfer: Surfer, signing: Gateway
) -> None:
    facts, other = signing.application.operating.facts, Surfer(surfer.here, surfer.there)

    async def devices(one: Surfer) -> list[tuple[int, bool]]:
        facts.heard()
        found = (await one.asks(DEVICES))["data"]["viewer"]["devices"]
        return sorted((device["sessions"], device["current"]) for device in found)

    await signing.application.stores.identity.execute("DELETE FROM device")
    await surfer.comes_in(SURGEON)
    known = surfer.cookies["kabinet-device"]
    await surfer.comes_in(SURGEON, "PWD")
    assert surfer.cookies["kabinet-device"] == known
    # That it is known is no second factor.
    assert (await viewer(surfer))["assurance"]["secondFactorAt"] is None  # type: ignore[index]
    assert await devices(surfer) == [(1, True)]
    await other.comes_in(SURGEON)
    assert await devices(other) == [(1, False), (1, True)]
    # Whoever else uses the same browser has a device of his own.
    third = Surfer(surfer.here, surfer.there, {"kabinet-device": known})
    await third.comes_in(THERAPIST)
    assert await devices(third) == [(1, True)]
    listed = (await other.asks(DEVICES))["data"]["viewer"]["devices"]
    (lost,) = [device["id"] for device in listed if not device["current"]]
    done = (await other.asks(FORGET.replace("ID", lost)))["data"]["forgetDevice"]
    assert (done["ended"], len(done["viewer"]["devices"]), done["problems"]) == (1, 1, [])
    again = (await other.asks(FORGET.replace("ID", lost)))["data"]["forgetDevice"]
    assert again["problems"] == [{"code": "NOT_FOUND", "path": ["id"]}]
    facts.heard()
    assert (await surfer.asks(WHO))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await third.asks(WHO))["data"]["viewer"]["practitioner"] == {"id": "prac_1"}
    foreign = (await third.asks(FORGET.replace("ID", listed[0]["id"])))["data"]["forgetDevice"]
    assert foreign["problems"] == [{"code": "NOT_FOUND", "path": ["id"]}]


MATCHES = "SELECT count(*) AS found FROM audit_entry WHERE act = 'matchRegistry' AND subject = '1000000001'"
RENAME = "UPDATE practitioner SET family_name = $1 WHERE id = 1 RETURNING id"
RENUMBER = "UPDATE practitioner SET snils = $1, subject = $2 WHERE id = 1 RETURNING id"


async def test_a_match_is_read_at_the_next_sign_in_and_undone_by_what_the_register_changes(
    surfer: Surfer, signing: Gateway, urls: dict[str, str]
) -> None:
    heard = signing.application.operating.facts.heard
    registry, identity = Store("registry", urls["registry"]), Store("identity", urls["identity"])

    async def looked_for() -> int:
        (row,) = await identity.fetch(Row, MATCHES)
        found: int = row["found"]
        return found

    (known,) = await registry.fetch(Row, "SELECT snils, family_name FROM practitioner WHERE id = 1")
    try:
        await surfer.comes_in(THERAPIST)
        before = await looked_for()
        await registry.fetch(Row, RENAME, "Другая")
        await surfer.comes_in(THERAPIST)
        assert await looked_for() == before
        assert (await viewer(surfer))["practitioner"] == {"id": "prac_1"}
        await registry.fetch(Row, RENAME, known["family_name"])
        # The number was never hers: the register puts somebody else's into the row.
        await registry.fetch(Row, RENUMBER, numbers.snils(777_555), "1000000001")
        await surfer.comes_in(THERAPIST)
        assert await looked_for() == before + 1
        heard()
        assert (await viewer(surfer))["practitioner"] is None
        (row,) = await registry.fetch(Row, "SELECT subject FROM practitioner WHERE id = 1")
        assert row["subject"] is None
        (entry,) = await registry.fetch(Row, "SELECT subject, object FROM audit_entry WHERE act = 'untieAccount'")
        assert (entry["subject"], entry["object"]) == ("1000000001", "prac_1")
        # It is hers after all; she is found by it, and tied again.
        await registry.fetch(Row, RENUMBER, known["snils"], None)
        await surfer.comes_in(THERAPIST)
        assert await looked_for() == before + 2
        heard()
        assert (await viewer(surfer))["practitioner"] == {"id": "prac_1"}
    finally:
        await registry.fetch(Row, RENAME, known["family_name"])
        await registry.fetch(Row, RENUMBER, known["snils"], "1000000001")
        await registry.close()
        await identity.close()


def hospital(profile: dict[str, str]) -> OpenIdMethod:
    return OpenIdMethod(
        id="hospital", title="", title_en="", issuer="https://id.example", client_id="kabinet",
        scopes=("openid",), claims=KEYCLOAK, name="hospital", organizations=None, authentication="client_secret_basic",
        secret=Path("none"), algorithms=frozenset({"RS256"}), profile=profile,
    )  # fmt: skip


async def test_links_that_a_provider_made_while_it_was_believed_end_when_it_is_not(
    surfer: Surfer, signing: Gateway
) -> None:
    application = signing.application
    stores, at = application.stores, application.operating.clock()
    (known,) = await stores.registry.fetch(
        Row, "SELECT snils, family_name, given_name, patronymic, birth_on FROM practitioner WHERE id = 2"
    )
    said = Said(known["snils"], known["family_name"], known["given_name"], known["patronymic"], known["birth_on"])
    person, sure = Person("4711", {}, said), Assurance(Level.CONFIRMED, at)
    wide, narrow = hospital({"snils": "snils"}), hospital({})
    link = await came_in(stores, wide, person, sure, at)
    assert link.account == "1000000002"
    begun = SignedIn(link.account, link.id, sure, (), "BROWSER", None, "test")
    started = await application.sessions.begin(begun, at)
    assert await narrowed(stores, wide, at + timedelta(seconds=1)) == 0
    assert await narrowed(stores, narrow, at + timedelta(seconds=1)) == 1
    (row,) = await stores.identity.fetch(Row, "SELECT ended_why FROM session WHERE id = $1", int(started.session_id))
    assert row["ended_why"] == "ADMINISTERED"
    assert (await came_in(stores, narrow, person, sure, at)).account == "hospital:4711"
    # Of one who comes in before the job it is done then; what is his own by the provider stays.
    other = Person("4712", {}, said)
    assert (await came_in(stores, wide, other, sure, at)).account == "1000000002"
    assert (await came_in(stores, narrow, other, sure, at + timedelta(seconds=1))).account == "hospital:4712"
    assert await narrowed(stores, narrow, at) == 0
    entries = await stores.identity.fetch(Row, "SELECT subject FROM audit_entry WHERE act = 'unlinkSignInMethod'")
    assert [one["subject"] for one in entries] == ["1000000002", "1000000002"]
