"""What was put in and led to nothing is cleared away: uploads whose time is over, and files that no row names."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from gateway.jobs.periodic import Job
from gateway.log import Log
from sources.documents import uploading
from sources.files import SHARDS
from sources.stores import Stores

EVERY_SECONDS: Final = 60.0
# All files are looked at once a day, one part of them at a time.
SHARD_SECONDS: Final = 86_400 / SHARDS
# Bytes are there before the row that names them is; nobody takes as long.
UNNAMED_FOR: Final = timedelta(hours=24)


class Clearing:
    """Clears away; several processes do it side by side, and may do the same twice."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime], log: Log) -> None:
        self._stores = stores
        self._clock = clock
        self._log = log
        self._shard = 0

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What is done periodically."""
        return (
            Job("uploads whose time is over", EVERY_SECONDS, self.uploads),
            Job("files that no row names", SHARD_SECONDS, self.next_shard),
        )

    async def uploads(self) -> int:
        """End uploads whose time is over, and forget those that ended long ago; how many were ended.

        Nobody goes on with an upload once it has ended: then its content goes, and the row last.

        Raises:
            SourceFailure: the store or the place of files does not answer.
        """
        store, files, now = self._stores.documents, self._stores.files, self._clock()
        ended = await uploading.end_expired(store, now)
        for row in ended:
            await files.remove(row.file)
        over = await uploading.over(store, now)
        for row in over:
            if row.state == "REFUSED":
                await files.remove(row.file)
        await uploading.forget(store, [row.id for row in over])
        return len(ended) + len(over)

    async def next_shard(self) -> int:
        """Remove files of one part of all that no row has named for a day; how many.

        Raises:
            SourceFailure: the store or the place of files does not answer.
        """
        shard, self._shard = self._shard, (self._shard + 1) % SHARDS
        return await self.shard(shard)

    async def shard(self, shard: int) -> int:
        """The same of one part of all."""
        files, since = self._stores.files, self._clock() - UNNAMED_FOR
        old = [file for file, at in (await files.files(shard)).items() if at < since]
        named = await uploading.named(self._stores.documents, old) if old else set()
        unnamed = [file for file in old if file not in named]
        for file in unnamed:
            await files.remove(file)
        if unnamed:
            self._log.event("files that no row names are removed", count=len(unnamed))
        return 0
