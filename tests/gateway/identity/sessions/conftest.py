"""An identity store of these tests' own, and a clock that they move."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.assurance import Assurance, Level
from gateway.identity.sessions import Kind, Sessions, SignedIn
from sources.embedded import EmbeddedServer
from sources.postgres.migrating import migrate
from sources.sealed_store import SealedStore
from tests.keys import KEYRING

ISSUER = "https://cabinet.example.org/"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SURE = Assurance(Level.CONFIRMED, NOON, NOON)


@dataclass
class Desk:
    """The sessions of one process."""

    sessions: Sessions
    store: SealedStore

    async def rows(self, text: str, *args: object) -> list[Any]:
        async with self.store.connection() as connection:
            return list(await connection.fetch(text, *args))

    async def value(self, text: str, *args: object) -> Any:
        async with self.store.connection() as connection:
            return await connection.fetchval(text, *args)


@pytest.fixture(scope="package")
def identity_url(server: EmbeddedServer) -> str:
    """The address of a store without a row."""
    server.ensure_databases(["sessions_identity"])
    url = server.url("sessions_identity")
    asyncio.run(migrate(url, "identity"))
    return url


@pytest.fixture
async def desk(identity_url: str) -> AsyncIterator[Desk]:
    """One process over that store, emptied."""
    store = SealedStore("identity", identity_url, keyring=KEYRING, deadline=10)
    await store.execute(
        "TRUNCATE account, sign_in_method, session, refresh_token, signing_key, audit_entry, fact_change"
    )
    yield Desk(Sessions(store, ISSUER), store)
    await store.close()


def signed_in(kind: Kind = "APP", account: str = "esia:1", assurance: Assurance = SURE) -> SignedIn:
    client = None if kind == "BROWSER" else "app"
    return SignedIn(account, None, assurance, ("pwd",), kind, client, "Firefox, Linux", "192.0.2.0/24")
