"""What an operator wants to know of a store before serving."""

from dataclasses import dataclass

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
