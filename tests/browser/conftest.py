"""The demo as a person meets it: headless Chromium on a served gateway."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from gateway.beside import JOINED, hospital
from sources.postgres.store import Store
from tests.contacts import contacts_kept
from tests.served.process import Served, serving

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
PATIENCE = 240
APP = "cabinet-desktop"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
)


@pytest.fixture(scope="session")
def served(folder: Path, urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo with an app and a hospital joined, served by a process of its own."""
    clients = tmp_path_factory.mktemp("clients") / "clients.json"
    clients.write_text(json.dumps([{"client": APP, "kind": "APP", "redirects": ["http://127.0.0.1/signed-in"]}]))
    with (
        hospital(tmp_path_factory.mktemp("hospital")),
        serving(folder, urls, CLIENTS=str(clients), JOINED=os.environ[JOINED]) as process,
    ):
        yield process


@pytest.fixture(scope="module", autouse=True)
async def contacts(urls: dict[str, str]) -> AsyncIterator[None]:
    """What the register had of people before they signed in."""
    async with contacts_kept(urls["registry"]):
        yield


@dataclass
class Page:
    """GraphiQL in a browser, with what a person does and sees."""

    driver: Chrome
    address: str

    def open(self, path: str = "/graphiql") -> None:
        """Open the page and wait for the answer to its first query."""
        self.driver.get(f"{self.address}{path}")
        self.wait("document.body.dataset.ready === 'yes'")
        self.wait(f"{ANSWER} !== ''")

    def wait(self, condition: str) -> None:
        """Wait until an expression of the page holds."""
        WebDriverWait(self.driver, PATIENCE).until(lambda driver: driver.execute_script(f"return {condition}"))

    def wait_while_doing(self, again: Callable[[], None]) -> None:
        """Do something again and again until there is an answer."""

        def answered(driver: Chrome) -> bool:
            again()
            return bool(driver.execute_script(f"return {ANSWER} !== ''"))

        WebDriverWait(self.driver, PATIENCE).until(answered)

    def write(self, query: str) -> None:
        """Put a query where one is written."""
        self.driver.execute_script(f"{EDITOR}.setValue(arguments[0])", query)
        self.read()

    def read(self) -> None:
        """Wait until the page has read the query that is written: it does so once nobody has typed for 0.1 s."""
        self.wait(f"{EDITOR}.documentAST?.loc.source.body === {EDITOR}.getValue()")

    def answer(self) -> Any:
        """What the page shows as the answer."""
        return json.loads(self.driver.execute_script(f"return {ANSWER}"))

    def ask_as(self, persona: str) -> Any:
        """Choose who asks, and take the answer that comes of it."""
        self.wipe()
        Select(self.driver.find_element(By.ID, "persona")).select_by_value(persona)
        self.wait(f"{ANSWER} !== ''")
        return self.answer()

    def without_second_factor(self) -> Any:
        """Ask again as somebody who showed no second factor."""
        self.wipe()
        self.driver.find_element(By.ID, "second-factor").click()
        self.wait(f"{ANSWER} !== ''")
        return self.answer()

    def wipe(self) -> None:
        """Take the answer away that is shown, so that the next one is known even if it is the same."""
        self.driver.execute_script("document.querySelector('.graphiql-response .CodeMirror').CodeMirror.setValue('')")

    def sign_in(self, account: str, how: str = "confirm") -> None:
        """Come in through the portal as one of its people."""
        self.driver.get(self.address)
        self.driver.find_element(By.ID, "sign-in").click()
        self.go_through_the_portal(account, how)
        self.wait("document.body.dataset.ready === 'yes'")

    def go_through_the_portal(self, account: str, how: str = "confirm") -> None:
        """Be one of its people, with the code that it sends, or `without` it."""
        self.wait("document.querySelector('input[name=person]')")
        self.driver.find_element(By.CSS_SELECTOR, f"input[value='{account}']").click()
        self.driver.find_element(By.ID, "next").click()
        self.wait("document.querySelector('#sms')")
        self.driver.find_element(By.ID, "code").send_keys(self.driver.find_element(By.ID, "sms").text)
        self.driver.find_element(By.ID, how).click()

    def asked(self, document: str, **given: Any) -> tuple[int, Any]:
        """Status and body of an answer to the page of a cabinet."""
        status, body = self.driver.execute_async_script(ASK, document, given or None)
        return status, body

    def roles(self) -> list[str]:
        """The roles that the page shows."""
        return [chip.text for chip in self.driver.find_elements(By.CSS_SELECTOR, "#roles li")]

    def events(self) -> list[dict[str, Any]]:
        """What the browser told of its network since the last time."""
        return [json.loads(entry["message"])["message"] for entry in self._log("performance")]

    def complaints(self) -> list[dict[str, Any]]:
        """Errors and warnings of the console."""
        return [entry for entry in self._log("browser") if entry["level"] in {"SEVERE", "WARNING"}]

    def _log(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return found


# What a page of the cabinet does: the cookie goes by itself, the marker beside it.
ASK = """
const [query, input, done] = arguments;
const marker = document.cookie.match(/kabinet-csrf=([^;]+)/)[1];
fetch("/graphql", {
  method: "POST",
  headers: {"content-type": "application/json", "kabinet-csrf": marker},
  body: JSON.stringify({query, variables: {input}}),
}).then(async (answer) => done([answer.status, await answer.json()]), (failed) => done([0, String(failed)]));
"""
EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror"
ANSWER = "(document.querySelector('.graphiql-response .CodeMirror')?.CodeMirror.getValue() ?? '')"


def origins(events: list[dict[str, Any]]) -> set[str]:
    """Whom the browser asked for anything."""
    asked = (event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent")
    parts = [urlsplit(url) for url in asked]
    own = {"data", "blob", "chrome", "chrome-untrusted"}
    return {f"{part.scheme}://{part.netloc}" for part in parts if part.scheme not in own}


def posted(events: list[dict[str, Any]]) -> list[str]:
    """The bodies that the browser sent."""
    asked = (event["params"]["request"] for event in events if event["method"] == "Network.requestWillBeSent")
    return [request["postData"] for request in asked if "postData" in request]


async def updated(url: str) -> None:
    """Say that the first application was updated, as an act does."""
    store = Store("accreditation", url)
    payload = '{"applicationId": 1, "step": "UPDATED"}'
    await store.execute("INSERT INTO event (at, kind, payload) VALUES (now(), 'APPLICATION_CHANGED', $1)", payload)
    await store.close()


@contextmanager
def browsing(profile: Path) -> Iterator[Chrome]:
    """A browser without a past, until the block ends."""
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options=options, service=ChromeService(DRIVER))
    try:
        yield browser
    finally:
        browser.quit()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A browser without a past."""
    with browsing(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def page(driver: Chrome, served: Served) -> Page:
    """The page as in a new window, with its first answer there."""
    found = Page(driver, served.address)
    driver.get(f"{served.address}/health/live")
    driver.execute_script("sessionStorage.clear()")
    found.open()
    return found
