import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from gateway.world import loading
from gateway.world.loading import OtherWorld, load
from gateway.world.making import VERSION
from gateway.world.scale import SCALES
from sources.embedded import EmbeddedServer
from sources.postgres.migrating import migrate
from sources.postgres.store import Store
from sources.sealing import Keyring
from sources.stores import NAMES, Stores
from tests.gateway.world.worlds import TODAY, World, made
from tests.keys import KEYRING

QUIET = Console(file=StringIO())


@pytest.fixture(scope="module")
def village() -> World:
    """The small world, made but not loaded."""
    return made("village")


@pytest.fixture
def urls_of_a_world(server: EmbeddedServer) -> dict[str, str]:
    """Seven migrated databases of this test's own."""
    server.ensure_databases([f"world_{name}" for name in NAMES])
    urls = {name: server.url(f"world_{name}") for name in NAMES}
    for name, url in urls.items():
        asyncio.run(migrate(url, name))
    return urls


@pytest.fixture
async def stores(urls_of_a_world: dict[str, str]) -> AsyncIterator[Stores]:
    """The stores of this test's own databases."""
    opened = Stores.from_urls(urls_of_a_world, keyring=KEYRING)
    await opened.journal.execute("TRUNCATE world_mark")
    yield opened
    await opened.close()


async def value(store: Store, text: str) -> Any:
    async with store.connection() as connection:
        return await connection.fetchval(text)


async def test_the_village_is_loaded_under_all_constraints(stores: Stores, village: World) -> None:
    loaded = await load(stores, "village", today=TODAY, console=QUIET)
    assert loaded.rows == sum(map(len, village.values()))
    assert await value(stores.schedule, "SELECT count(*) FROM shift") == SCALES["village"].shifts
    assert await value(stores.registry, "SELECT count(*) FROM employment") == SCALES["village"].employments
    assert await value(stores.registry, "SELECT bool_and(is_snils(snils)) FROM practitioner")
    assert await value(stores.schedule, "SELECT reltuples FROM pg_class WHERE relname = 'shift'") == 1_200


async def test_a_loaded_world_is_left_alone_for_two_weeks(stores: Stores) -> None:
    await load(stores, "village", today=TODAY, console=QUIET)
    for days in (0, 14):
        again = await load(stores, "village", today=TODAY + timedelta(days=days), console=QUIET)
        assert (again.rows, again.anchored_on) == (0, TODAY)
    later = TODAY + timedelta(days=15)
    anew = await load(stores, "village", today=later, console=QUIET)
    assert anew.rows > 0
    assert anew.anchored_on == later


async def test_another_seed_or_version_replaces_the_world(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await load(stores, "village", today=TODAY, console=QUIET)
    other = await load(stores, "village", seed=2, today=TODAY, console=QUIET)
    assert other.rows > 0
    assert await value(stores.journal, "SELECT count(*) FROM world_mark") == 1
    monkeypatch.setattr(loading, "VERSION", VERSION + 1)
    assert (await load(stores, "village", seed=2, today=TODAY, console=QUIET)).rows == other.rows
    monkeypatch.undo()
    assert (await load(stores, "village", today=TODAY, console=QUIET)).rows == first.rows


@pytest.mark.parametrize("table", ["organization", "decision", "shift", "note", "appointment"])
async def test_a_load_cut_short_is_done_again(stores: Stores, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    await load(stores, "village", today=TODAY, console=QUIET)
    whole = Store.copy

    async def cut(store: Store, into: Any, columns: Any, records: Any) -> None:
        if into.name == table:
            raise ConnectionResetError
        await whole(store, into, columns, records)

    monkeypatch.setattr(Store, "copy", cut)
    with pytest.raises(ConnectionResetError):
        await load(stores, "village", seed=3, today=TODAY, console=QUIET)
    assert await value(stores.journal, "SELECT count(*) FROM world_mark") == 0
    monkeypatch.undo()
    assert (await load(stores, "village", today=TODAY, console=QUIET)).rows > 0
    assert await value(stores.schedule, "SELECT count(*) FROM shift") == SCALES["village"].shifts


async def test_another_world_goes_only_where_that_is_wanted(stores: Stores) -> None:
    first = await load(stores, "village", today=TODAY, console=QUIET)
    await stores.journal.execute("UPDATE world_mark SET scale = 'city'")
    with pytest.raises(OtherWorld, match="hold the city"):
        await load(stores, "village", today=TODAY, console=QUIET, replace=False)
    assert await value(stores.schedule, "SELECT count(*) FROM shift") == SCALES["village"].shifts
    assert await value(stores.journal, "SELECT scale FROM world_mark") == "city"
    assert (await load(stores, "village", today=TODAY, console=QUIET)).rows == first.rows
    later = TODAY + timedelta(days=15)
    assert (await load(stores, "village", today=later, console=QUIET, replace=False)).rows > 0


async def test_a_world_under_keys_that_are_lost_goes_only_where_that_is_wanted(
    stores: Stores, urls_of_a_world: dict[str, str]
) -> None:
    first = await load(stores, "village", today=TODAY, console=QUIET)
    stores.clinical.keyring = Keyring({1: b"other" * 8}, {1: b"another" * 8})
    with pytest.raises(OtherWorld, match="hold the village under other keys"):
        await load(stores, "village", today=TODAY, console=QUIET, replace=False)
    assert (await load(stores, "village", today=TODAY, console=QUIET)).rows == first.rows
    assert (await load(stores, "village", today=TODAY, console=QUIET, replace=False)).rows == 0


async def test_two_loads_at_once_load_once(stores: Stores) -> None:
    both = await asyncio.gather(*(load(stores, "village", today=TODAY, console=QUIET) for _ in range(2)))
    assert sorted(loaded.rows > 0 for loaded in both) == [False, True]


async def test_loading_tells_how_far_it_is(stores: Stores) -> None:
    plain, terminal = StringIO(), StringIO()
    await load(stores, "village", today=TODAY, console=Console(file=plain))
    assert "shift: 1200 rows" in plain.getvalue()
    await load(stores, "village", seed=2, today=TODAY, console=Console(file=terminal, force_terminal=True))
    assert "1200/1200" in terminal.getvalue()


async def test_an_unknown_scale_is_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="village, city"):
        await load(stores, "metropolis", console=QUIET)


async def test_without_an_anchor_the_world_is_of_today(stores: Stores) -> None:
    loaded = await load(stores, "village", console=QUIET)
    assert abs(loaded.anchored_on - datetime.now(UTC).date()) <= timedelta(days=1)
