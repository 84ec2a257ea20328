"""Sections of a cabinet: what is asked of each, and how an object of the therapist in its store is changed by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.world.cast import MAIN_HOSPITAL
from sources.stores import Stores
from tests.gateway.streams.speaking import Socket

THERAPIST, SURGEON = 1, 2
PRACTITIONER = """
subscription Personal($id: ID) {
  practitionerChanged(id: $id) { practitionerId at practitioner { id fullName phone education { institution } } }
}
"""
DOCUMENT = """
subscription Documents($id: ID, $of: ID) {
  documentChanged(id: $id, practitionerId: $of) {
    documentId document { id title status owner { id } checks { verdict } signatures { profile } }
  }
}
"""
SHIFT = """
subscription Schedule($id: ID, $of: ID) {
  shiftChanged(id: $id, practitionerId: $of) { shiftId shift { id room practitioner { id } } }
}
"""
INSERT_DOCUMENT = """
INSERT INTO document (practitioner_id, kind, title, status, media_type, byte_size, sha256, created_at)
VALUES ($1, 'REFERENCE', $2, 'DRAFT', 'application/pdf', 1, repeat('0', 64), now()) RETURNING id
"""
INSERT_SHIFT = """
INSERT INTO shift (id, practitioner_id, organization_id, starts_at, ends_at, kind) VALUES ($1, $2, $3, $4, $5, 'DAY')
"""
FAR = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Section:
    """One stream, the statement that changes an object of the therapist in its store, and who is told nothing of it."""

    field: str
    query: str
    store: str
    change: str
    key: int
    outsider: str


@asynccontextmanager
async def cabinet(stores: Stores) -> AsyncIterator[dict[str, Section]]:
    """A document and a shift of the therapist, beside himself; gone afterwards."""
    async with stores.documents.connection() as connection:
        paper = await connection.fetchval(INSERT_DOCUMENT, THERAPIST, "A reference")
    await stores.schedule.execute(INSERT_SHIFT, 900_001, THERAPIST, MAIN_HOSPITAL, FAR, FAR + timedelta(hours=8))
    update = "UPDATE {} SET {} WHERE id = $1"
    phone = "phone = '+7999' || lpad(((random() * 1e6)::int)::text, 7, '0')"
    yield {
        section.store: section
        for section in (
            Section("practitionerChanged", PRACTITIONER, "registry", update.format("practitioner", phone), 1, "nurse"),
            Section("documentChanged", DOCUMENT, "documents", update.format("document", "title = 'X'"), paper, "nurse"),
            Section("shiftChanged", SHIFT, "schedule", update.format("shift", "room = '7'"), 900_001, "stranger"),
        )
    }
    await stores.documents.execute("DELETE FROM document_check WHERE document_id = $1", paper)
    await stores.documents.execute("DELETE FROM document WHERE id = $1", paper)
    await stores.schedule.execute("DELETE FROM shift WHERE id >= 900000")


async def change(stores: Stores, section: Section) -> None:
    await getattr(stores, section.store).execute(section.change, section.key)


async def told(caller: Socket) -> Any:
    """The event that is heard next."""
    payload = (await caller.hear())["payload"]
    (event,) = payload["data"].values()
    return event
