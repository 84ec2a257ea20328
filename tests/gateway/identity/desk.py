"""The sessions of one process over an identity store, and who signs in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from auth.assurance import Assurance, Level
from gateway.identity.sessions import Kind, Sessions, SignedIn
from sources.sealed_store import SealedStore

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


def signed_in(kind: Kind = "APP", account: str = "esia:1", assurance: Assurance = SURE) -> SignedIn:
    client = None if kind == "BROWSER" else "app"
    return SignedIn(account, None, assurance, ("pwd",), kind, client, "Firefox, Linux", "192.0.2.0/24")
