"""A person signs in through the portal: chooses himself, enters a code, asks in his session, and signs out."""

import json

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.browser.conftest import PATIENCE, Page
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
