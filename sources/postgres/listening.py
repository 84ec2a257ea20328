"""Listening to stores: each says on its channels that there is news; what it is, the hearer asks."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg

from sources.postgres.connecting import CONNECT_SECONDS
from sources.postgres.lending import END_SECONDS
from sources.postgres.store import Store

# A connection that fell silent is found out by asking it something now and then.
KEEPALIVE_SECONDS = 5.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0

# Told the names of the store and of the channel.
Heard = Callable[[str, str], None]


class Listener:
    """One connection to a store, beside its pool, on which words arrive as soon as their transactions are committed.

    A word may come for nothing, never not at all: whenever the connection is made anew, every channel is taken to
    have spoken. While there is none the hearer has to ask by himself.
    """

    def __init__(self, store: Store, channels: Sequence[str], heard: Heard) -> None:
        self._store = store
        self._channels = tuple(channels)
        self._heard = heard
        self._task: asyncio.Task[None] | None = None
        self.alive = False

    def start(self) -> None:
        """Listen from now on, unless it does so already; a store that is down is tried again until it is there."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._listen_for_ever())

    async def stop(self) -> None:
        """Listen no longer."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen_for_ever(self) -> None:
        pause = FIRST_PAUSE
        while True:
            # Whatever befalls it, garbage on the line too, it is tried again: who listens no more would not know.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(CONNECT_SECONDS):
                    connection: Any = await asyncpg.connect(
                        self._store.url, server_settings={"application_name": "kabinet listens"}
                    )
                try:
                    await self._listen(connection)
                finally:
                    # Listening came to its end by a loss or by being stopped: nothing is left to be waited for.
                    if self.alive:
                        pause = FIRST_PAUSE
                    self.alive = False
                    await _end(connection)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - so that processes do not come all at once
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _listen(self, connection: Any) -> None:
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _: ended.set())
        async with asyncio.timeout(CONNECT_SECONDS):
            for channel in self._channels:
                await connection.add_listener(channel, self._word)
        self.alive = True
        for channel in self._channels:
            self._heard(self._store.name, channel)
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(KEEPALIVE_SECONDS):
                    await ended.wait()
            if not ended.is_set():
                await connection.execute("SELECT 1", timeout=END_SECONDS)

    def _word(self, _connection: Any, _process: int, channel: str, _payload: object) -> None:
        self._heard(self._store.name, channel)


async def _end(connection: Any) -> None:
    try:
        await connection.close(timeout=END_SECONDS)
    except Exception:  # noqa: BLE001 - it is cut off, whatever it said
        connection.terminate()
