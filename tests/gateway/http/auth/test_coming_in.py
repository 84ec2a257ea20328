"""Somebody comes in through the portal, is known by his account, shows a second factor, and goes out again."""

import pytest

from sources.postgres.row import Row
from sources.postgres.store import Store
from tests.conftest import Gateway
from tests.gateway.http.auth.surfing import Surfer, parameters

THERAPIST, SURGEON, NEWCOMER, REGULATOR = 1_000_000_001, 1_000_000_002, 1_000_000_006, 1_000_000_014
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
