"""GraphiQL: it runs what it offers, shows who is refused what, and asks nobody but its own gateway."""

import asyncio
import json

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from gateway.world.cast import CAST
from tests.browser.conftest import ANSWER, EDITOR, Page, origins, posted, updated

pytestmark = pytest.mark.browser


def test_the_first_example_is_answered_when_the_page_opens(page: Page) -> None:
    answer = page.answer()
    assert "errors" not in answer
    assert answer["data"]["practitioner"]["phone"].startswith("+7000")
    page.wait("document.querySelector('#roles li')")
    assert "DOC" in page.roles()


def test_another_persona_sees_a_refused_field_and_why(page: Page) -> None:
    answer = page.ask_as("stranger")
    assert answer["data"]["practitioner"]["fullName"]
    assert answer["data"]["practitioner"]["phone"] is None
    refused = {error["extensions"]["coordinate"]: error["extensions"]["reason"] for error in answer["errors"]}
    assert refused["Practitioner.phone"] == "OBJECT"
    shown = page.driver.find_element(By.CSS_SELECTOR, ".graphiql-response").text
    assert "UNAUTHORIZED_FIELD_OR_TYPE" in shown


def test_the_page_says_in_a_word_what_the_answer_leaves_out(page: Page) -> None:
    outcome = page.driver.find_element(By.ID, "outcome")
    assert outcome.text == "answered whole"
    answer = page.ask_as("stranger")
    assert outcome.text == f"{len(answer['errors'])} refused"


def test_nobody_is_asked_to_sign_in(page: Page) -> None:
    answer = page.ask_as("anonymous")
    assert {error["extensions"]["reason"] for error in answer["errors"]} == {"SIGN_IN"}
    assert page.roles() == []


def test_without_a_second_factor_the_personnel_officer_is_asked_for_one(page: Page) -> None:
    assert page.ask_as("registrar")["data"]["practitioner"]["snils"]
    answer = page.without_second_factor()
    assert answer["data"]["practitioner"]["snils"] is None
    refused = {error["extensions"]["coordinate"]: error["extensions"]["reason"] for error in answer["errors"]}
    assert refused == {"Practitioner.snils": "SECOND_FACTOR"}


def test_everybody_of_the_cast_can_be_chosen(page: Page) -> None:
    offered = [option.get_attribute("value") for option in Select(page.driver.find_element(By.ID, "persona")).options]
    assert offered == [*CAST, "anonymous"]


def test_each_example_has_a_tab_and_is_answered(page: Page) -> None:
    tabs = page.driver.find_elements(By.CSS_SELECTOR, ".graphiql-tab-button")
    named = ["Card", "Cabinet", "FourStores", "Act", "Listen", "Patient", "ComingIn", "Work", "Hospital"]
    assert [tab.text for tab in tabs] == named
    for tab in (*tabs[1:4], tabs[7]):
        tab.click()
        page.read()
        page.driver.find_element(By.CSS_SELECTOR, ".graphiql-execute-button").click()
        page.wait("document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue() !== ''")
        answer = page.answer()
        assert "errors" not in answer
        assert answer["data"]


def test_what_a_hospital_says_is_shown_by_role(page: Page) -> None:
    page.driver.find_elements(By.CSS_SELECTOR, ".graphiql-tab-button")[-1].click()
    page.read()
    led = page.ask_as("head")["data"]
    assert led["wards"]
    assert any(one["patientsToday"] for one in led["practitioners"]["nodes"])
    watched = page.ask_as("regulator")
    assert watched["data"]["wards"]
    assert all(one["patientsToday"] is None for one in watched["data"]["practitioners"]["nodes"])
    assert page.ask_as("anonymous")["data"]["wards"] is None


def test_another_person_opens_and_closes_the_record_of_a_patient(page: Page) -> None:
    outcome = page.driver.find_element(By.ID, "outcome")
    page.driver.find_elements(By.CSS_SELECTOR, ".graphiql-tab-button")[5].click()
    page.read()
    for persona, open_ in {"suspended": False, "surgeon": True, "stranger": False, "therapist": True}.items():
        patient = page.ask_as(persona)["data"]["patient"]
        assert (patient is not None) is open_, persona
        assert outcome.text == ("answered whole" if open_ else "nothing to see"), persona
    assert patient["history"]["nodes"]


def test_a_subscription_shows_what_happens_until_it_is_stopped(page: Page, urls: dict[str, str]) -> None:
    page.write("subscription { applicationChanged { step } }")
    page.wipe()
    Select(page.driver.find_element(By.ID, "persona")).select_by_value("regulator")
    # Nothing of the page tells that it listens by now: a step is told until it is heard.
    page.wait_while_doing(lambda: asyncio.run(updated(urls["accreditation"])))
    assert page.answer() == {"data": {"applicationChanged": {"step": "UPDATED"}}}
    page.driver.find_element(By.CSS_SELECTOR, ".graphiql-execute-button").click()
    assert page.complaints() == []


def test_the_schema_is_there_to_be_read(page: Page) -> None:
    page.driver.find_element(By.CSS_SELECTOR, "[aria-label='Show Documentation Explorer']").click()
    page.wait("document.querySelector('.graphiql-doc-explorer')?.innerText.includes('Query')")


def test_the_page_asks_nobody_else_and_the_console_is_silent(page: Page) -> None:
    page.ask_as("stranger")
    events = page.events()
    assert origins(events) == {page.address}
    assert page.complaints() == []


def test_the_page_is_bound_by_a_strict_policy(page: Page) -> None:
    policy = httpx.get(page.address).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} <= set(
        policy.split("; ")
    )


def test_a_script_from_elsewhere_or_within_the_page_does_not_run(page: Page) -> None:
    page.driver.execute_script(
        "const inline = document.createElement('script'); inline.textContent = 'window.ran = true';"
        "document.body.append(inline);"
    )
    assert page.driver.execute_script("return window.ran") is None
    # What was refused is told on the console, which the other tests want silent.
    assert page.complaints()


def test_neither_a_token_nor_an_answer_is_kept_in_the_browser(page: Page) -> None:
    answer = page.ask_as("registrar")
    page.wait("(sessionStorage.getItem('graphiql:tabState') ?? '').includes('Cabinet')")
    kept = page.driver.execute_script("return [localStorage.length, document.cookie, JSON.stringify(sessionStorage)]")
    assert kept[:2] == [0, ""]
    assert answer["data"]["practitioner"]["snils"] not in kept[2]
    assert "Bearer" not in kept[2]
    assert "eyJ" not in kept[2]


def test_tabs_and_the_person_who_asks_survive_a_reload(page: Page) -> None:
    page.ask_as("stranger")
    page.driver.find_elements(By.CSS_SELECTOR, ".graphiql-tab-button")[2].click()
    page.read()
    mine = "query Mine($id: ID!) { practitioner(by: { id: $id }) { fullName } }"
    page.write(mine)
    page.wait("(sessionStorage.getItem('graphiql:tabState') ?? '').includes('Mine')")
    page.driver.refresh()
    page.wait("document.body.dataset.ready === 'yes'")
    page.wait(f"{EDITOR}?.getValue() === {json.dumps(mine)}")
    tabs = page.driver.find_elements(By.CSS_SELECTOR, ".graphiql-tab-button")
    assert [tab.text for tab in tabs] == [
        "Card",
        "Cabinet",
        "Mine",
        "Act",
        "Listen",
        "Patient",
        "ComingIn",
        "Work",
        "Hospital",
    ]
    assert Select(page.driver.find_element(By.ID, "persona")).first_selected_option.get_attribute("value") == "stranger"


def test_no_act_is_done_because_somebody_else_is_chosen_or_the_page_reloads(page: Page) -> None:
    page.driver.find_elements(By.CSS_SELECTOR, ".graphiql-tab-button")[3].click()
    page.read()
    page.wait("JSON.parse(sessionStorage.getItem('graphiql:tabState'))?.activeTabIndex === 3")
    page.events()
    Select(page.driver.find_element(By.ID, "persona")).select_by_value("nurse")
    page.wait("document.body.dataset.persona === 'nurse'")
    page.driver.refresh()
    page.wait("document.body.dataset.ready === 'yes'")
    page.wait(f"{EDITOR}?.getValue().includes('mutation')")
    page.wait("document.querySelector('#roles li')")
    assert not [text for text in posted(page.events()) if "mutation Act" in text]
    page.driver.find_element(By.CSS_SELECTOR, ".graphiql-execute-button").click()
    page.wait(f"{ANSWER} !== ''")
    assert page.answer()["data"]["changeNotificationSettings"]["problems"] == []


def test_the_documentation_says_by_which_permission_a_field_is_read(page: Page) -> None:
    page.driver.find_element(By.CSS_SELECTOR, "[aria-label='Show Documentation Explorer']").click()
    link = "[...document.querySelectorAll('.graphiql-doc-explorer a')].find((one) => one.innerText === 'Practitioner')"
    page.wait(link)
    page.driver.execute_script(f"{link}.click()")
    page.wait("document.querySelector('.graphiql-doc-explorer').innerText.includes('practitioner:identity:read')")


def test_the_title_and_the_language_are_there_for_readers(page: Page) -> None:
    assert page.driver.title.startswith("Kabinet")
    assert page.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    assert page.driver.find_element(By.ID, "product").text == "Kabinet"
