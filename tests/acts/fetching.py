"""Content as callers of the cast fetch it: links, answers of the door, and what the journal has of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.acts.office import PROBLEMS, Office
from tests.answer import Answer

REQUEST = f"""mutation Link($id: ID!, $version: Int, $package: Boolean! = false) {{
  requestDownload(input: {{documentId: $id, version: $version, signedPackage: $package}}) {{
  download {{ url expiresAt version mediaType byteSize sha256 }} {PROBLEMS} }} }}"""
# Of the therapist, in the order in which the world gives them; the first, the third and so on are shared.
PASSPORT, DIPLOMA, CPD = 1, 2, 5


@asynccontextmanager
async def restored(office: Office) -> AsyncIterator[Office]:
    """The office, its documents put back as they were afterwards."""
    await office.application.stores.documents.execute("CREATE TABLE IF NOT EXISTS saved_document AS TABLE document")
    yield office
    for text in (
        "DELETE FROM document_version",
        "DELETE FROM document_content",
        "DELETE FROM document WHERE id NOT IN (SELECT id FROM saved_document)",
        """UPDATE document d SET content_version = 0, media_type = s.media_type, byte_size = s.byte_size,
        sha256 = s.sha256, shared_organization_ids = s.shared_organization_ids
        FROM saved_document s WHERE s.id = d.id""",
    ):
        await office.application.stores.documents.execute(text)


async def asked(office: Office, persona: str, document: int, version: int | None = None, token: str = "") -> Answer:
    """Ask for a link."""
    if token:
        headers = {"authorization": f"Bearer {token}"}
        body = {"query": REQUEST, "variables": {"id": f"doc_{document}", "version": version}}
        response = await office.client.post("/graphql", json=body, headers=headers)
        return Answer(response.status_code, response.json(), response.content)
    return await office.ask(persona, REQUEST, {"id": f"doc_{document}", "version": version})


async def linked(office: Office, persona: str, document: int, version: int | None = None) -> Any:
    """The download that somebody is given."""
    answer = await asked(office, persona, document, version)
    assert answer.errors == [], answer.body
    assert answer.data["requestDownload"]["problems"] == []
    return answer.data["requestDownload"]["download"]


async def fetched(
    office: Office, url: str, persona: str | None = "therapist", method: str = "GET", token: str = "", **headers: str
) -> httpx.Response:
    """What the door answers."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if persona is not None:
        sent["authorization"] = f"Bearer {token or office.token(persona)}"
    return await office.client.request(method, url, headers=sent)


def codes(response: httpx.Response) -> list[str]:
    """The codes of a refusal."""
    return [error["extensions"]["code"] for error in response.json()["errors"]]


async def entries(office: Office) -> list[dict[str, Any]]:
    """What the journal has of contents, the last first."""
    rows = await office.rows(
        "SELECT subject, object, grounds FROM read_entry WHERE grounds->>'permission' = 'document:content:read' "
        "ORDER BY position DESC LIMIT 1000",
        store="journal",
    )
    return [{**row, **json.loads(row["grounds"])} for row in rows]
