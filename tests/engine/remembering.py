"""Stores that remember: a statement is asked of the server once, and its rows serve everybody who asks the same."""

from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.sealed_store import SealedStore
from sources.stores import NAMES, Stores


class Remembering:
    """A store in memory: what the real one answered, by statement and arguments."""

    room = answers = True
    silent_since = None

    def __init__(self, store: Store) -> None:
        self.name = store.name
        self._store = store
        if isinstance(store, SealedStore):
            self.keyring, self.keyed, self.unopened = store.keyring, store.keyed, store.unopened
        self._known: dict[Any, list[Any]] = {}

    async def fetch(self, record: type[Row], text: str, *args: object) -> list[Any]:
        """The rows of a statement; the list is the caller's own."""
        identity = (record, text, repr(args))
        if identity not in self._known:
            self._known[identity] = await self._store.fetch(record, text, *args)
        return list(self._known[identity])


def remembering(stores: Stores) -> Stores:
    """The stores, each behind a memory."""
    made: Any = {name: Remembering(getattr(stores, name)) for name in NAMES}
    return Stores(**made, files=stores.files)
