"""A journal of these tests' own, the entries that arrive in it, and what an operator does with it."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner, Result

from gateway.commands.main import app
from sources.delivery.arriving import entries_arrive
from sources.embedded import EmbeddedServer
from sources.journal.reads import NewRead, keep
from sources.postgres.migrating import migrate
from sources.postgres.store import Store
from tests.tampering import EMPTIED, unguarded

T = TypeVar("T")
BEGAN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def entry(number: int, **other: Any) -> Any:
    """An audit entry as it waits in the store of the act; one a minute."""
    made = {
        "id": uuid.uuid4(),
        "at": BEGAN + timedelta(minutes=number),
        "subject": f"100000000{number % 10}",
        "act": "submitApplication",
        "object": f"app_{number}",
        "grounds": json.dumps({"roles": ["LNK"], "requestId": f"r{number}", "versionAfter": number}),
    }
    return made | other


@dataclass
class Journal:
    """The journal, from outside any loop."""

    url: str

    def asked(self, ask: Callable[[Store], Awaitable[T]]) -> T:
        """What a coroutine makes of the journal."""

        async def answered() -> T:
            store = Store("journal", self.url, deadline=30)
            try:
                return await ask(store)
            finally:
                await store.close()

        return asyncio.run(answered())

    def run(self, *statements: str) -> None:
        """Do what only the owner can."""
        self.asked(lambda store: store.execute(unguarded(*statements)))

    def rows(self, text: str) -> list[Any]:
        """The rows of a statement."""

        async def found(store: Store) -> list[Any]:
            async with store.connection() as connection:
                rows: list[Any] = await connection.fetch(text)
                return rows

        return self.asked(found)

    def arrive(self, entries: Sequence[Any], store: str = "accreditation") -> None:
        """Let entries arrive, as the relay does."""

        async def arrived(journal: Store) -> None:
            async with journal.connection() as connection, connection.transaction():
                await entries_arrive(connection, store, entries)

        self.asked(arrived)

    def read(self, numbers: Sequence[int]) -> None:
        """Enter what was read, as the gateway does; one a minute."""
        made = [
            NewRead(BEGAN + timedelta(minutes=number), f"100000000{number % 10}", f"pat_{number}", '{"count": 1}')
            for number in numbers
        ]
        self.asked(lambda store: keep(store, made))

    @property
    def positions(self) -> list[int]:
        """The positions in their order."""
        return [row[0] for row in self.rows("SELECT position FROM arrived_audit_entry ORDER BY position")]


@pytest.fixture(scope="session")
def journal_url(server: EmbeddedServer) -> str:
    """A migrated database that no other test looks at."""
    server.ensure_databases(["chained_journal"])
    url = server.url("chained_journal")
    asyncio.run(migrate(url, "journal"))
    return url


@pytest.fixture
def journal(journal_url: str) -> Journal:
    """A journal without entries."""
    made = Journal(journal_url)
    made.run(*EMPTIED)
    return made


@pytest.fixture
def ten(journal: Journal) -> Journal:
    """A journal with ten entries."""
    journal.arrive([entry(number) for number in range(1, 11)])
    return journal


@pytest.fixture
def mixed(journal: Journal) -> Journal:
    """A journal with ten entries: acts at the odd positions, reads at the even ones."""
    for number in range(1, 11, 2):
        journal.arrive([entry(number)])
        journal.read([number + 1])
    return journal


Kabinet = Callable[..., Result]


@pytest.fixture
def kabinet(journal_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kabinet:
    """Runs a command over the journal."""
    monkeypatch.setenv("KABINET_PROFILE", "demo")
    monkeypatch.setenv("KABINET_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KABINET_JOURNAL_URL", journal_url)
    monkeypatch.setenv("KABINET_DEADLINE", "60")
    monkeypatch.setenv("KABINET_STORE_DEADLINE", "30")
    return lambda *arguments: CliRunner().invoke(app, ["journal", *map(str, arguments)])
