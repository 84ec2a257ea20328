"""One aiodataloader for each edge and its arguments, wrapped so that one bad load does not poison later ones."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiodataloader import DataLoader

MISSING = object()


class KeyedLoader:
    """Collects the keys of one tick into one call, which answers by key.

    A waiter that is cancelled does not cancel the load that others share; a load that failed is forgotten, so that
    the next one asks again. Keys that the answer leaves out have `empty()`.
    """

    def __init__(
        self,
        call: Callable[[list[Any]], Awaitable[Mapping[Any, Any]]],
        empty: Callable[[], Any],
        tasks: "set[asyncio.Task[Any]]",
    ) -> None:

        async def batch(wrapped: list[tuple[Any]]) -> list[Any]:
            # It knows nothing of the loader, which knows it.
            keys = [key for (key,) in wrapped]
            task = asyncio.current_task()
            if task is not None:
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            found = await call(keys)
            values = [found.get(key, MISSING) for key in keys]
            return [empty() if value is MISSING else value for value in values]

        self._loader: DataLoader[Any, Any] = DataLoader(batch)

    async def load(self, key: Any) -> Any:
        """The value of one key."""
        key = (key,)  # the library refuses None, which is the key of a list without a parent
        future = self._loader.load(key)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if future.cancelled():
                self._loader.clear(key)
            raise
        except Exception:
            self._loader.clear(key)
            raise
