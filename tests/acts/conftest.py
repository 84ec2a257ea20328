"""An office of its own: stores that the acts of these tests may change, put back as they were before each test."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import httpx
import pytest

from gateway.application import Application
from gateway.databases import stores_at
from gateway.exchange.partners import read_partners
from gateway.identity import demo
from gateway.jobs.exchange import Sender
from gateway.log import Log
from gateway.settings import Settings
from gateway.world.cast import CAST
from gateway.world.loading import Loaded
from resolvers.acts import acting
from sources.embedded import EmbeddedServer
from sources.postgres.listening import Listener
from sources.stores import Stores
from tests.acts.clinic import Clinic
from tests.acts.dying import Dying, dying_over
from tests.acts.exchanging import CLEARED, EMPTIED, Exchange
from tests.acts.handed import Later
from tests.acts.office import ACTED_ON, Office
from tests.acts.receiver import Receiver
from tests.acts.reception import clean
from tests.keys import KEYRING, KEYS, VARIABLE
from tests.villages import copied

# The papers of the cast are good; the world leaves that to chance.
GOOD_PAPERS = "UPDATE document SET status = 'CHECKED', expires_on = NULL WHERE practitioner_id <= 12"
# The application that the world has on its way would stand in the way of others.
NO_OTHERS = """
DELETE FROM {table} WHERE application_id IN (SELECT id FROM application WHERE practitioner_id = 6)
"""


@pytest.fixture(scope="session")
def office_urls(server: EmbeddedServer, pristine: Loaded) -> dict[str, str]:
    """Seven databases with a village of their own."""
    urls = copied(server, "office_")

    async def fill() -> None:
        stores = Stores.from_urls(urls, keyring=KEYRING, deadline=60)
        await stores.documents.execute(GOOD_PAPERS)
        for table in ("application_event", "application_comment", "review_case"):
            await stores.accreditation.execute(NO_OTHERS.format(table=table))
        await stores.accreditation.execute("DELETE FROM application WHERE practitioner_id = 6")
        for name in ACTED_ON:
            await stores.accreditation.execute(f"CREATE TABLE saved_{name} AS TABLE {name}")
        await stores.close()

    asyncio.run(fill())
    return urls


@pytest.fixture(scope="session")
def office_settings(folder: Path, office_urls: dict[str, str]) -> Settings:
    """Settings of the demo over these stores, with time enough for a busy machine."""
    variables = {f"KABINET_{name.upper()}_URL": url for name, url in office_urls.items()}
    variables |= {VARIABLE: KEYS, "KABINET_PROFILE": "demo", "KABINET_DATA": str(folder / "data")}
    return Settings.from_environment(variables | {"KABINET_DEADLINE": "30", "KABINET_STORE_DEADLINE": "20"})


@pytest.fixture(scope="session")
async def open_office(office_settings: Settings, office_urls: dict[str, str]) -> AsyncIterator[Office]:
    """The gateway over these stores, asked over its door."""
    stores = stores_at(office_settings, office_urls, pool=5, deadline=20)
    application = Application(office_settings, stores)
    await application.keys.open()
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://kabinet.test") as client:
        yield Office(application, client)
    await acting.at_rest()
    await application.keys.close()
    await stores.close()
    application.log.close()


@pytest.fixture(scope="module")
def dying(folder: Path, office_urls: dict[str, str]) -> Iterator[Dying]:
    """A process over the stores of the office, whose copies die."""
    with dying_over(folder, office_urls) as process:
        yield process


@pytest.fixture
async def office(open_office: Office) -> Office:
    """The office as it was before any test."""
    await open_office.restore()
    return open_office


@pytest.fixture(scope="session")
async def open_clinic(open_office: Office) -> Clinic:
    """The office with its patients kept as the world has them."""
    await open_office.restore()
    clinic = Clinic(open_office)
    await clinic.keep()
    return clinic


@pytest.fixture
async def clinic(office: Office, open_clinic: Clinic) -> AsyncIterator[Clinic]:
    """The patients as they were before any test, and as they are afterwards: not all tests look after them."""
    yield open_clinic
    await open_clinic.restore()


@pytest.fixture
def now(office: Office) -> datetime:
    """The instant of the office's clock."""
    return office.application.operating.clock()


@pytest.fixture
async def hall(office: Office) -> AsyncIterator[Office]:
    """The office, its register as the world has it before and after; it hears of changed facts as a process does."""
    await clean(office)
    facts = office.application.operating.facts
    listener = Listener(office.application.stores.registry, ("fact_change",), lambda *_: facts.heard())
    listener.start()
    yield office
    await listener.stop()
    await clean(office)


@pytest.fixture
async def ward(clinic: Clinic) -> AsyncIterator[Clinic]:
    """Nobody has handed anything on, and afterwards nobody has either."""
    await clinic.office.rows("TRUNCATE mail, message, scan_mark", store="journal")
    yield clinic
    await clinic.office.restore()


@pytest.fixture
def later(office: Office, monkeypatch: pytest.MonkeyPatch) -> Later:
    """Moves the clock of the office, and signs everybody in anew."""
    operating = office.application.operating

    def move(by: timedelta) -> None:
        at = operating.clock() + by
        monkeypatch.setattr(operating, "clock", lambda: at)
        data = office.application.settings.data
        monkeypatch.setattr(office, "tokens", {one: demo.token(data, one, timedelta(hours=2), at) for one in CAST})

    return move


@pytest.fixture(scope="session")
async def open_exchange(
    office_settings: Settings,
    office_urls: dict[str, str],
    open_office: Office,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Exchange]:
    """The gateway over the office's stores, which exchanges with a recipient that is there."""
    folder = tmp_path_factory.mktemp("receiver")
    trusted = office_settings.data / "authority" / "trust" / "authority.crt"
    receiver = Receiver(folder, trusted)
    (folder / "drop").mkdir()
    recipient = {
        "titleEn": "x", "title": "ТФОМС", "endpoint": receiver.endpoint, "certificate": "receipts.crt",
        "authority": "ca.pem",
    }  # fmt: skip
    listed = [
        {**recipient, "id": "insurer", "kind": "INSURER", "private": True},
        {**recipient, "id": "register", "kind": "REGULATOR", "private": True},
        {**recipient, "id": "inside", "kind": "INSURER"},
        {
            "id": "machine",
            "kind": "ORGANIZATION",
            "title": "Программа",
            "titleEn": "Program",
            "folder": "drop",
            "organization": "org_1",
        },
        {
            "id": "folder",
            "kind": "ORGANIZATION",
            "title": "Папка",
            "titleEn": "Folder",
            "folder": "drop",
            "ogrn": "1" * 13,
        },
    ]
    file = folder / "exchange.json"
    file.write_text(json.dumps({"source": "kabinet-test", "recipients": listed}, ensure_ascii=False))
    environment = {f"KABINET_{name.upper()}_URL": url for name, url in office_urls.items()}
    environment |= {"KABINET_PROFILE": "demo", "KABINET_DATA": str(office_settings.data), "KABINET_EXCHANGE": str(file)}
    environment |= {"KABINET_DEADLINE": "60", "KABINET_STORE_DEADLINE": "30"}
    settings = replace(office_settings, exchange=read_partners(file))
    stores = stores_at(settings, office_urls, pool=5, deadline=20)
    logged = StringIO()
    application = Application(settings, stores, Log(sink=logged))
    await application.keys.open()
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://kabinet.test") as client:
        made = Exchange(application, client)
        made.receiver, made.environment, made.logged = receiver, environment, logged
        made.sender = Sender(
            stores,
            settings.exchange,
            application.signing.keys,
            application.operating.clock,
            application.log,
        )
        yield made
    receiver.close()
    await acting.at_rest()
    await application.keys.close()
    await stores.close()
    application.log.close()


@pytest.fixture
async def exchange(open_exchange: Exchange) -> AsyncIterator[Exchange]:
    """The same, and nothing was exchanged before."""
    yield open_exchange
    open_exchange.receiver.moods.clear()
    open_exchange.receiver.came.clear()
    open_exchange.receiver.told.clear()
    await open_exchange.rows(f"TRUNCATE {', '.join(EMPTIED)} CASCADE", store="documents")
    for text in CLEARED:
        await open_exchange.rows(text, store="documents")
