"""An issuer that publishes its keys, and an identity store of these tests' own."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.identity.sessions import Sessions
from sources.embedded import EmbeddedServer
from sources.postgres.migrating import migrate
from sources.sealed_store import SealedStore
from tests.gateway.identity.desk import ISSUER, Desk
from tests.gateway.identity.issuing import KeyServer, key_server
from tests.keys import KEYRING


@pytest.fixture
async def publisher() -> AsyncIterator[KeyServer]:
    """Where the keys are published."""
    async with key_server() as keys:
        yield keys


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
        "TRUNCATE account, device, sign_in_method, session, refresh_token, signing_key, audit_entry, fact_change"
    )
    yield Desk(Sessions(store, ISSUER), store)
    await store.close()
