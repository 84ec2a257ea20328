"""Where the databases of the stores are: at the addresses that were set, and otherwise in the embedded server."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from gateway.log import Log
from gateway.remote_sources import opened
from gateway.settings import STORES, Settings
from sources.embedded import EmbeddedServer
from sources.postgres.failure import SourceFailure, SourceUnavailable
from sources.postgres.inspecting import fault, inspected
from sources.postgres.migrating import migrate
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.stores import Stores

# What is said of a store that may come back by itself.
UNREACHED: Final = frozenset({"does not answer in time", "cannot be reached", "breaks the connection off"})


class StoresUnfit(Exception):
    """Stores that answer cannot be served from; the text has a line for each, without values."""


def database_urls(settings: Settings) -> dict[str, str]:
    """The address of each store; those in the embedded server answer only while it runs."""
    server = _server(settings)
    return {name: settings.urls.get(name) or server.url(name) for name in STORES}


def stores_at(settings: Settings, urls: Mapping[str, str], *, pool: int, deadline: float) -> Stores:
    """The stores at these addresses, with the keys and the files that the settings name; no connection is made yet."""
    return Stores.from_urls(
        urls,
        keyring=settings.clinical_keys,
        identity_keyring=settings.identity_keys,
        documents_keyring=settings.documents_keys,
        files=settings.files,
        pool=pool,
        deadline=deadline,
        services=opened(settings.sources),
    )


@asynccontextmanager
async def databases(settings: Settings) -> AsyncIterator[dict[str, str]]:
    """The address of each store, migrated; the embedded server runs meanwhile, if it is needed.

    A store that cannot be reached is named and left as it is: the others can be served without it. A server that ran
    before, for another process, runs on afterwards.

    Raises:
        EmbeddedServerFailed: the embedded server does not come up.
        StoresUnfit: a database is not there, does not let its user in, or cannot be migrated.
    """
    server = _server(settings)
    started = bool(settings.embedded) and not await _answers(server)
    try:
        if settings.embedded:
            await asyncio.to_thread(server.start)
            await asyncio.to_thread(server.ensure_databases, settings.embedded)
        urls = database_urls(settings)
        if settings.migrate:
            await _migrate({**urls, **settings.migrating_urls}, Log(settings.log))
        else:
            await _check(urls, Log(settings.log), settings.store_deadline)
        yield urls
    finally:
        if started:
            await asyncio.to_thread(server.stop)


async def _check(urls: Mapping[str, str], log: Log, deadline: float) -> None:
    """See that every store that can be reached has its migrations, and leave it as it is."""
    names = [*urls]
    found = await asyncio.gather(*(inspected(urls[name], name, deadline) for name in names))
    faults = []
    for name, one in zip(names, found, strict=True):
        if one.missing:
            faults.append(f"the store {name}: lacks the migrations {', '.join(one.missing)}; run `kabinet migrate`")
        elif one.version is None and one.faults and one.faults[0] in UNREACHED:
            log.event("store not reached, its migrations are not looked at", store=name)
        elif one.version is None:
            faults.append(f"the store {name}: {', '.join(one.faults)}")
    if faults:
        raise StoresUnfit("\n".join(faults))


async def _migrate(urls: Mapping[str, str], log: Log) -> None:
    faults = []
    for name, url in urls.items():
        try:
            await migrate(url, name)
        except SourceUnavailable:
            log.event("store not reached, its migrations are not looked at", store=name)
        except Exception as failed:
            said = fault(failed)
            if said is None:
                raise
            faults.append(f"the store {name}: {said}")
    if faults:
        raise StoresUnfit("\n".join(faults))


def _server(settings: Settings) -> EmbeddedServer:
    return EmbeddedServer(settings.data / "postgres")


async def _answers(server: EmbeddedServer) -> bool:
    store = Store("postgres", server.url("postgres"), pool=1)
    try:
        await store.fetch(Row, "SELECT 1")
    except SourceFailure:
        return False
    finally:
        await store.close()
    return True
