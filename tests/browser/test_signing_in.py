"""A person signs in through the portal: chooses himself, enters a code, asks in his session, and signs out."""

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.browser.conftest import APP, PATIENCE, Page
from tests.served.process import Served

pytestmark = pytest.mark.browser

THERAPIST = "1000000001"
MINE = "query Mine { viewer { practitioner { id } assurance { level secondFactorAt } session { kind } } }"


def test_a_person_comes_in_through_the_portal_asks_and_goes_out(driver: Chrome, served: Served) -> None:
    page = Page(driver, served.address)
    driver.get(served.address)
    assert driver.find_element(By.ID, "sign-in").text == "Войти через Госуслуги"
    page.sign_in(THERAPIST)
    page.wait("document.querySelector('#roles li')")
    assert Select(driver.find_element(By.ID, "persona")).first_selected_option.get_attribute("value") == "session"
    page.write(MINE)
    page.wipe()
    driver.find_element(By.CSS_SELECTOR, ".graphiql-execute-button").click()
    page.wait("(document.querySelector('.graphiql-response .CodeMirror')?.CodeMirror.getValue() ?? '') !== ''")
    viewer = page.answer()["data"]["viewer"]
    assert viewer["practitioner"] == {"id": "prac_1"}
    assert (viewer["session"]["kind"], viewer["assurance"]["level"]) == ("BROWSER", "CONFIRMED")
    assert viewer["assurance"]["secondFactorAt"] is not None
    # What pages can read of the session is no key to it.
    assert "kabinet-session" not in driver.execute_script("return document.cookie")
    assert "kabinet-session" not in json.dumps(driver.execute_script("return Object.entries(sessionStorage)"))
    assert page.complaints() == []
    driver.find_element(By.ID, "sign-out").click()
    WebDriverWait(driver, PATIENCE).until(lambda one: one.find_elements(By.ID, "sign-in"))
    assert driver.execute_script("return document.cookie") == ""


REGISTRAR = "1000000010"
INN = '{ practitioner(by: {id: "prac_1"}) { inn } }'


def test_what_takes_a_second_factor_passes_once_it_was_shown(driver: Chrome, served: Served) -> None:
    page = Page(driver, served.address)
    driver.delete_all_cookies()
    page.sign_in(REGISTRAR, "without")
    _, refused = page.asked(INN)
    assert refused["data"]["practitioner"] == {"inn": None}
    told = refused["errors"][0]["extensions"]
    assert (told["reason"], told["stepUp"]["maxAge"]) == ("SECOND_FACTOR", 900)
    driver.get(f"{told['stepUp']['url']}&return_to=%2Fgraphiql")
    page.go_through_the_portal(REGISTRAR)
    page.wait("document.body.dataset.ready === 'yes'")
    assert urlsplit(driver.current_url).path == "/graphiql"
    status, given = page.asked(INN)
    assert (status, "errors" in given) == (200, False)
    assert len(given["data"]["practitioner"]["inn"]) == 12


def test_a_native_app_signs_its_person_in_through_the_browser(driver: Chrome, served: Served) -> None:
    driver.delete_all_cookies()
    issuer = served.address.replace("127.0.0.1", "localhost")
    command = ["node", str(Path(__file__).parent / "native.mjs"), issuer, APP]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as app:
        try:
            report = _through(driver, served, app)
        finally:
            app.kill()
    assert report["acr"] == "urn:kabinet:second-factor"
    viewer = report["viewer"]
    assert (viewer["practitioner"], viewer["session"]) == ({"id": "prac_1"}, {"kind": "APP", "client": APP})
    assert "DOC" in [role["name"] for role in viewer["roles"]]
    # What the app was given is not in the browser, which has a session of its own.
    driver.get(issuer + "/graphiql")
    _, own = Page(driver, issuer).asked("{ viewer { session { kind } sessions { kind client } } }")
    assert own["data"]["viewer"]["session"] == {"kind": "BROWSER"}
    assert {"kind": "APP", "client": APP} in own["data"]["viewer"]["sessions"]


def _through(driver: Chrome, served: Served, app: subprocess.Popen[str]) -> Any:
    """What an app reports whose person was sent through the portal and back."""
    assert app.stdout is not None
    driver.get(app.stdout.readline().strip())
    page = Page(driver, served.address)
    page.go_through_the_portal(THERAPIST)
    page.wait("document.querySelector('#back')")
    assert urlsplit(driver.current_url).hostname == "127.0.0.1"
    return json.loads(app.stdout.readline())
