"""One village is loaded for a run of tests; every other is a copy of it, which the server makes in a moment."""

import asyncio
from io import StringIO

import asyncpg
from rich.console import Console

from gateway.world.loading import Loaded, load
from gateway.world.sealing import WRITTEN
from sources.embedded import EmbeddedServer
from sources.identity import sealed_text
from sources.postgres.migrating import migrate
from sources.stores import NAMES, Stores
from tests.keys import IDENTITY_KEYRING, KEYRING

PRISTINE = "pristine"


def loaded(server: EmbeddedServer) -> Loaded:
    """The village to be copied, to which nobody connects afterwards, and as of when it is."""
    server.ensure_databases([f"{PRISTINE}_{name}" for name in NAMES])
    urls = {name: server.url(f"{PRISTINE}_{name}") for name in NAMES}

    async def fill() -> Loaded:
        await asyncio.gather(*(migrate(url, name) for name, url in urls.items()))
        stores = Stores.from_urls(urls, keyring=KEYRING, identity_keyring=IDENTITY_KEYRING, deadline=60)
        found = await load(stores, "village", console=Console(file=StringIO()))
        await stores.close()
        return found

    return asyncio.run(fill())


def copied(server: EmbeddedServer, prefix: str = "", *, keyed: bool = False) -> dict[str, str]:
    """The addresses of seven databases with a village that no other test looks at.

    Unless it is `keyed`, its identity store has nothing that people wrote, as it is loaded by whoever lacks its keys.
    """
    urls = {name: server.url(f"{prefix}{name}") for name in NAMES}

    async def copy() -> None:
        connection = await asyncpg.connect(server.url("postgres"))
        for name in NAMES:
            await connection.execute(f"CREATE DATABASE {prefix}{name} TEMPLATE {PRISTINE}_{name} STRATEGY FILE_COPY")
        await connection.close()
        if not keyed:
            connection = await asyncpg.connect(urls["identity"])
            for table in WRITTEN:
                await connection.execute(f"DELETE FROM {table} WHERE {sealed_text.KEY} IS NOT NULL")  # noqa: S608 - ours
            await connection.close()

    asyncio.run(copy())
    return urls
