"""Databases of these tests' own, with the village in them: acts leave events there, and what follows is looked at."""

import json
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.databases import stores_at
from gateway.settings import Settings
from gateway.world.loading import Loaded
from sources.documents.version import current
from sources.embedded import EmbeddedServer
from sources.postgres.store import Store
from sources.stores import ACTED, Stores
from tests.keys import DOCUMENTS_KEYS, DOCUMENTS_VARIABLE
from tests.tampering import EMPTIED, unguarded
from tests.villages import copied

APPLICANT, HEAD, THERAPIST = 6, 10, 1
GROWN = {
    **dict.fromkeys(ACTED, "event, audit_entry"),
    "documents": "document_content, document_version, reference, event, audit_entry",
    "journal": (
        "event, audit_entry, "
        "mail, message, arrived_event, scan_mark, scan_day, announcement, notification_setting, notification_language"
    ),
}


@dataclass
class Village:
    """The stores of these tests, and what acts would leave in them."""

    stores: Stores
    urls: Mapping[str, str]
    settings: Settings

    @property
    def environment(self) -> dict[str, str]:
        """What another process has to be told, to find the sealed files and open them."""
        return {
            "KABINET_PROFILE": "demo",
            "KABINET_DATA": str(self.settings.data),
            "KABINET_FILES": self.settings.files,
            DOCUMENTS_VARIABLE: DOCUMENTS_KEYS,
        }

    def others(self, deadline: float = 30, **lost: str) -> Stores:
        """The same stores once more, some of them elsewhere."""
        return stores_at(self.settings, {**self.urls, **lost}, pool=5, deadline=deadline)

    async def rows(self, store: str, text: str, *args: object) -> list[dict[str, Any]]:
        """The rows of a statement."""
        asked: Store = getattr(self.stores, store)
        async with asked.connection() as connection:
            return [dict(row) for row in await connection.fetch(text, *args)]

    async def value(self, store: str, text: str, *args: object) -> Any:
        """The only value of a statement."""
        (row,) = await self.rows(store, text, *args)
        (found,) = row.values()
        return found

    async def event(self, kind: str, at: datetime | None = None, store: str = "accreditation", **payload: Any) -> str:
        """An event as an act leaves it; its id."""
        made = str(uuid.uuid4())
        await self.rows(
            store,
            "INSERT INTO event (id, at, kind, payload) VALUES ($1, $2, $3, $4)",
            made, at or datetime.now(UTC), kind, json.dumps(payload),
        )  # fmt: skip
        return made

    async def entry(self, store: str = "accreditation") -> str:
        """An audit entry as an act leaves it; its id."""
        made = str(uuid.uuid4())
        text = "INSERT INTO audit_entry (id, at, subject, act, object, grounds) VALUES ($1, $2, $3, $4, $5, $6)"
        await self.rows(store, text, made, datetime.now(UTC), "1", "submitApplication", "app_1", "{}")
        return made

    async def step(self, step: str, **more: object) -> str:
        """A step of the applicant's application."""
        said: dict[str, Any] = {
            "applicationId": 1,
            "practitionerId": APPLICANT,
            "organizationId": None,
            "officer": None,
        }
        return await self.event("APPLICATION_CHANGED", None, **{**said, "step": step, "stage": "CHECK", **more})

    async def decision(self, accreditation: int | None = 1) -> str:
        """The decision on the applicant's application."""
        said: dict[str, Any] = {"applicationId": 1, "practitionerId": APPLICANT, "protocolNumber": "2611-7"}
        return await self.event("DECISION_MADE", None, **{**said, "accreditationId": accreditation})

    async def content(self, document_id: int) -> bytes:
        """The content of a document, as it lies sealed."""
        version = await current(self.stores.documents, document_id)
        assert version is not None
        return b"".join([piece async for piece in self.stores.files.read(version.kept, version.bound)])

    async def messages(self) -> list[dict[str, Any]]:
        """Every message with its mail, in the order in which they were made."""
        text = """
            SELECT m.*, d.id AS mail_id, d.state, d.attempts, d.last_error
            FROM message m LEFT JOIN mail d ON d.message_id = m.id ORDER BY m.id
        """
        return await self.rows("journal", text)


@pytest.fixture(scope="session")
def village_urls(server: EmbeddedServer, pristine: Loaded) -> dict[str, str]:
    """Seven databases with the village in them, which no other test looks at."""
    return copied(server, "notices_")


@pytest.fixture
async def village(village_urls: dict[str, str], settings: Settings) -> AsyncIterator[Village]:
    """The village before anything happened in it."""
    stores = stores_at(settings, village_urls, pool=5, deadline=30)
    for name, tables in GROWN.items():
        await getattr(stores, name).execute(f"TRUNCATE {tables}")
    await stores.journal.execute(unguarded(*EMPTIED))
    await stores.documents.execute("DELETE FROM signature WHERE seal IS NOT NULL")
    await stores.documents.execute("DELETE FROM document WHERE event_id IS NOT NULL")
    yield Village(stores, village_urls, settings)
    await stores.close()
