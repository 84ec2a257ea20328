"""Writes what several wait for at once as one statement; one writer for each process and kind of entries."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Final, Generic, TypeVar

from sources.postgres.failure import SourceContradicts

T = TypeVar("T")
AT_ONCE: Final = 500


class GroupWriter(Generic[T]):
    """Takes entries, and lets whoever brought them go on once they are written.

    While a statement is under way, those who come wait for the next, which takes all of them.

    Attributes:
        groups, written: how many statements there were, and entries.
    """

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[tuple[Sequence[T], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self.groups = self.written = 0

    async def keep(self, entries: Sequence[T]) -> None:
        """Come back when the entries are written.

        Whoever is cancelled leaves them: that somebody may have read is told rather than not.

        Raises:
            SourceFailure: they are not written, or nobody knows.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((entries, done))
        if self._writing is None:
            # A context of its own: what one operation counts is not told of the others'.
            self._writing = loop.create_task(self._write_all(), context=Context())
        await done

    async def rest(self) -> None:
        """Come back when nothing is under way."""
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._write_group(self._taken())
        finally:
            self._writing = None

    def _taken(self) -> list[tuple[Sequence[T], asyncio.Future[None]]]:
        size = number = 0
        for entries, _ in self._waiting:
            size += len(entries)
            if number and size > AT_ONCE:
                break
            number += 1
        taken, self._waiting = self._waiting[:number], self._waiting[number:]
        return taken

    async def _write_group(self, group: list[tuple[Sequence[T], asyncio.Future[None]]]) -> None:
        failed: Exception | None = None
        try:
            entries = [entry for some, _ in group for entry in some]
            await self._write(entries)
            self.groups, self.written = self.groups + 1, self.written + len(entries)
        except SourceContradicts as refused:
            if len(group) > 1:
                # One of them cannot be written, and the others need not go down with it.
                for one in group:
                    await self._write_group([one])
                return
            failed = refused
        except Exception as raised:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            failed = raised
        for _, done in group:
            if done.done():
                continue
            if failed is None:
                done.set_result(None)
            else:
                done.set_exception(failed)
