"""What an operator wants to know of stores and issuers before serving."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from auth.keyset import KeySetInvalid
from gateway.issuers import IssuerSettings
from gateway.keys import had
from sources import migrating
from sources.failure import SourceFailure
from sources.row import Row
from sources.store import Store


@dataclass(frozen=True, slots=True)
class StoreState:
    """How a store is; `said` is one line without its address."""

    name: str
    well: bool
    said: str


async def store_state(name: str, url: str, deadline: float) -> StoreState:
    """Ask a store for its version, and whether it has every migration."""
    store = Store(name, url, pool=1, deadline=deadline)
    try:
        rows = await store.fetch(Row, "SELECT current_setting('server_version') AS version")
    except SourceFailure as failed:
        return StoreState(name, well=False, said=f"does not answer ({failed.code})")
    finally:
        await store.close()
    version = f"PostgreSQL {rows[0].version.split()[0]}"
    if await migrating.current(url, name):
        return StoreState(name, well=True, said=f"{version}, migrated")
    return StoreState(name, well=False, said=f"{version}, migrations are missing: `kabinet serve` applies them")


@dataclass(frozen=True, slots=True)
class IssuerState:
    """How the keys of an issuer are, in lines for people: whether they could be had, and how many are in force."""

    name: str
    had: bool
    keys: int
    faults: tuple[str, ...]


async def issuer_states(issuers: Iterable[IssuerSettings]) -> list[IssuerState]:
    """Ask the issuers for their keys, and say which entries of their sets are passed over."""
    return await asyncio.gather(*map(_issuer_state, issuers))


async def _issuer_state(one: IssuerSettings) -> IssuerState:
    try:
        keys = await had(one)
    except KeySetInvalid as invalid:
        return IssuerState(one.issuer, had=False, keys=0, faults=(f"its keys cannot be had ({invalid.reason})",))
    faults = [f"entry {entry.entry} of its keys is passed over ({entry.reason})" for entry in keys.passed_over]
    if not keys:
        faults.append("no key of its is in force: its tokens are refused")
    return IssuerState(one.issuer, had=True, keys=len(keys), faults=tuple(faults))
