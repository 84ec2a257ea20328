"""Somebody new, from Госуслуги to a workplace: he in one browser, the personnel officer in another."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from gateway.world.loading import Loaded
from sources.embedded import EmbeddedServer
from tests.browser.conftest import Page, browsing
from tests.served.process import Served, serving
from tests.villages import copied

pytestmark = pytest.mark.browser

NEWCOMER, REGISTRAR = "1000000006", "1000000010"
LISTEN = """
const marker = document.cookie.match(/kabinet-csrf=([^;]+)/)[1];
window.heard = "nothing";
fetch("/graphql", {
  method: "POST",
  headers: {"content-type": "application/json", accept: "text/event-stream", "kabinet-csrf": marker},
  body: JSON.stringify({query: "subscription { standingChanged { viewer { roles { name } } } }"}),
}).then(async (answer) => {
  const reader = answer.body.getReader();
  window.heard = "open";
  while (!(await reader.read()).done);
  window.heard = "closed";
}).catch(() => { window.heard = "closed"; });
"""
REGISTER = """mutation($input: RegisterPractitionerInput!) {
  registerPractitioner(input: $input) { request { id version } problems { code path } } }"""
DECIDE = """mutation($input: DecideRegistryRequestInput!) {
  decideRegistration(input: $input) { request { state } problems { code path } } }"""
LINK = """mutation($input: LinkOrganizationInput!) {
  linkOrganization(input: $input) { link { id version } problems { code path } } }"""
CONFIRM = """mutation($input: DecideOrganizationLinkInput!) {
  decideOrganizationLink(input: $input) { link { state } problems { code path } } }"""
STANDING = """{ viewer { workplaces { employment { organization { id } } } readiness { item done }
  practitioner { fullName } } }"""
EVERYWHERE = "mutation { signOutEverywhere(input: {}) { ended problems { code } } }"


@pytest.fixture(scope="module")
def served(folder: Path, server: EmbeddedServer, pristine: Loaded) -> Iterator[Served]:
    """The demo over a village of its own, which gets a new colleague."""
    with serving(folder, copied(server, "colleague_")) as process:
        yield process


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Another browser."""
    with browsing(tmp_path_factory.mktemp("other")) as browser:
        yield browser


def done(page: Page, document: str, **given: Any) -> Any:
    """What an act gives that has no problems."""
    status, body = page.asked(document, **given)
    assert status == 200, body
    assert "errors" not in body, body
    (payload,) = body["data"].values()
    assert payload["problems"] == [], body
    return payload


def within_a_second(holds: Callable[[], bool]) -> None:
    """Something holds whenever it is asked a second from now at the latest."""
    began = asked = time.monotonic()
    while not holds():
        assert asked - began < 1.0
        asked = time.monotonic()


def test_somebody_new_comes_in_is_entered_tied_and_let_in(driver: Chrome, other: Chrome, served: Served) -> None:
    his, officers = Page(driver, served.address), Page(other, served.address)
    his.sign_in(NEWCOMER)
    officers.sign_in(REGISTRAR)
    told = json.loads((served.data / "portal" / "people.json").read_text())
    (himself,) = (one for one in told if str(one["oid"]) == NEWCOMER)

    made = done(
        his, REGISTER, snils=himself["snils"], familyName="Никитин", givenName="Павел", patronymic="Андреевич",
        birthOn=himself["birth_on"], specialtyCode="31.08.49", positionCode="109", organizationId="org_1",
    )["request"]  # fmt: skip
    done(officers, DECIDE, id=made["id"], expectedVersion=made["version"], decision="APPROVE")
    within_a_second(lambda: his.asked(STANDING)[1]["data"]["viewer"]["practitioner"] is not None)
    link = done(his, LINK, organizationId="org_1", consentVersion="2026.1")["link"]
    post = {"positionCode": "109", "kind": "MAIN", "rate": "1.00", "startsOn": "2026-11-01"}
    confirmed = done(
        officers, CONFIRM, id=link["id"], expectedVersion=link["version"], decision="CONFIRM", employment=post
    )
    assert confirmed["link"] == {"state": "CONFIRMED"}

    within_a_second(lambda: his.asked(STANDING)[1]["data"]["viewer"]["workplaces"] != [])
    viewer = his.asked(STANDING)[1]["data"]["viewer"]
    assert viewer["practitioner"] == {"fullName": "Никитин Павел Андреевич"}
    assert viewer["workplaces"] == [{"employment": {"organization": {"id": "org_1"}}}]
    assert {"item": "ORGANIZATION_LINK", "done": True} in viewer["readiness"]


def test_who_signs_out_everywhere_is_out_on_every_device(driver: Chrome, other: Chrome, served: Served) -> None:
    here, there = Page(driver, served.address), Page(other, served.address)
    for page in (here, there):
        page.driver.delete_all_cookies()
        page.sign_in(NEWCOMER)
    other.execute_script(LISTEN)
    there.wait("window.heard === 'open'")
    assert done(here, EVERYWHERE)["ended"] >= 2
    within_a_second(lambda: other.execute_script("return window.heard") == "closed")
    assert [page.asked(STANDING)[0] for page in (here, there)] == [401, 401]
