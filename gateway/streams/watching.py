"""Whether those who named an object may see it still: asked once for all streams of the process, at each look."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from gateway.streams.feeds import PATIENCE
from gateway.streams.stream import Named, Stream
from resolvers.feed import Sight, Sighted
from sources.postgres.failure import SourceFailure

# What is known of the objects that were asked for: none where there is no such object.
Known = Mapping[Named, Sighted | None]


class Watching:
    """Asks who may see what the streams of a process name, in one question for each kind of objects.

    `clock` tells the instant of a look. A store that takes longer is heard at the next one: it holds up no rights.
    """

    def __init__(self, sights: Mapping[str, Sight], clock: Callable[[], datetime]) -> None:
        self._sights = sights
        self._clock = clock
        self._asked: dict[str, asyncio.Task[dict[Named, Sighted | None]]] = {}

    def watched(self, stream: Stream) -> Iterator[Named]:
        """What a stream names that its viewer may see for a time alone."""
        return (named for named in stream.named if named[0] in self._sights)

    async def look(self, streams: Iterable[Stream]) -> Known:
        """What is known now of the objects that the streams name; of one that is left out nobody can say."""
        wanted: dict[str, set[int]] = {}
        for stream in streams:
            for prefix, key in self.watched(stream):
                wanted.setdefault(prefix, set()).add(key)
        for prefix in wanted.keys() - self._asked.keys():
            self._asked[prefix] = asyncio.create_task(self._ask(prefix, sorted(wanted[prefix])))
        if self._asked:
            await asyncio.wait(self._asked.values(), timeout=PATIENCE)
        found: dict[Named, Sighted | None] = {}
        for prefix, asked in list(self._asked.items()):
            if asked.done():
                del self._asked[prefix]
                found |= asked.result()
        return found

    def stop(self) -> None:
        """Ask no more."""
        for asked in self._asked.values():
            asked.cancel()
        self._asked.clear()

    async def _ask(self, prefix: str, keys: list[int]) -> dict[Named, Sighted | None]:
        try:
            found = await self._sights[prefix].look(keys, self._clock())
        except SourceFailure:
            return {}
        return {(prefix, key): found.get(key) for key in keys}
