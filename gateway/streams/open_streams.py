"""The streams of one process: who listens to what, told one by one as it happens, under the rights of that instant."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import perf_counter
from typing import Any, Final

from auth.viewer import Viewer
from engine.answer.answer import Answer, Stage, refused
from engine.answer.json import written
from engine.errors import Code, Fault
from engine.request.request import Request
from gateway.admission import ONE, Overloaded
from gateway.evidence.reads import JournalUnavailable
from gateway.http.answering import content_of, stamp, worded
from gateway.identity.presented import Presented
from gateway.log import Exchange, Log
from gateway.operating import FOREVER, Operating
from gateway.streams.faults import Faults, lost, overloaded
from gateway.streams.feeds import Feeds
from gateway.streams.hearing import Hearing
from gateway.streams.stream import Ending, Outlet, Stream
from gateway.streams.watching import Watching
from resolvers.feed import News
from resolvers.live.news import StandingChange
from sources.postgres.failure import SourceFailure

# Words of the stores come at once; this often is asked without any, so that a word that was lost costs no more.
TICK: Final = 0.4
# So many events are executed side by side; more would only wait for a connection to a store.
SIDE_BY_SIDE: Final = 32
# A viewer who waited for his turn this long is looked at again before he is told anything.
STALE: Final = timedelta(seconds=0.25)


class Streams:
    """Tells the streams of this process what happens.

    One task asks the stores for news and looks at the rights: as soon as a store gives word, when a term of somebody's
    facts ends, and in any case every 0.4 s. Streams of one viewer with equal operations share one execution.

    Attributes:
        executions, events, dropped: how many events were executed, how many were sent, how many readers were too slow.
    """

    def __init__(
        self,
        operating: Operating,
        log: Log,
        feeds: Feeds,
        watching: Watching,
        *,
        most: int,
        most_each: int,
        deadline: float,
    ) -> None:
        self._operating = operating
        self._log = log
        self._faults = Faults(log)
        self._feeds = feeds
        self._watching = watching
        self._most = most
        self._most_each = most_each
        self._deadline = deadline
        self._streams: dict[Stream, None] = {}
        self._hearing = Hearing(operating, self._streams, ended=self._end, failed=self.fail)
        self._of_viewer: Counter[str | None] = Counter()
        self._of_field: Counter[str | None] = Counter()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._woken = asyncio.Event()
        self._doubtful = False
        self._looked = float("-inf")  # on the loop's clock
        self._until = FOREVER
        self._telling: asyncio.Task[None] | None = None
        self.leaving = False
        self.executions = self.events = self.dropped = 0

    def __len__(self) -> int:
        return len(self._streams)

    async def open(self, request: Request, shown: Presented, exchange: Exchange, outlet: Outlet) -> Stream | Answer:
        """Begin to tell a caller; the answer where that is refused. What is committed afterwards is told.

        Raises:
            TokenRefused: the bearer is not good.
            KeysStale: nobody can say whether the bearer is good.
            Misplaced: the workplace, or on whose behalf he asks, is not the caller's.
        """
        try:
            async with self._operating.admission.place(ONE):
                return await self._open(request, shown, exchange, outlet)
        except Overloaded:
            return overloaded()

    async def _open(self, request: Request, shown: Presented, exchange: Exchange, outlet: Outlet) -> Stream | Answer:
        viewer = await self._operating.viewer(shown)
        try:
            found = await self._operating.subscribe(request, viewer, exchange)
        except JournalUnavailable as failed:
            return failed.answer
        if isinstance(found, Answer):
            return found
        if viewer.facts is None:
            text = "Only who is signed in is told what happens."
            fault = Fault(Code.UNAUTHORIZED_FIELD_OR_TYPE, text, coordinate=found.field.coordinate, reason="SIGN_IN")
            return refused(Stage.VALIDATION, [fault])
        try:
            await self._feeds.begin(found.field.name)
        except SourceFailure as failure:
            return refused(Stage.VALIDATION, [lost(failure.store, failure.code, retryable=failure.retryable)])
        stream = Stream(found, shown, viewer, exchange, outlet)
        most = len(self._streams) >= self._most or self._of_viewer[stream.who[0]] >= self._most_each
        if self.leaving or most:
            text = "There are too many streams; close some, or come back later."
            return refused(Stage.VALIDATION, [Fault(Code.TOO_MANY_STREAMS, text, retryable=True)])
        self._streams[stream] = None
        self._count(stream, 1)
        self._doubtful = True
        self._woken.set()
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell_for_ever())
        return stream

    def close(self, stream: Stream, ending: Ending = Ending.LEFT) -> None:
        """Tell a stream no more; its outlet is not told."""
        if stream not in self._streams:
            return
        del self._streams[stream]
        self._count(stream, -1)
        self.dropped += ending is Ending.SLOW
        if not self._of_field[stream.field]:
            self._feeds.end(stream.field)
        self._log.stream(stream.exchange, ending.value, stream.events, (perf_counter() - stream.since) * 1000)

    def fail(self, streams: Iterable[Stream], failed: BaseException) -> None:
        """End streams that cannot be told any more what happens, each with an error that names what is noted of it."""
        for stream in list(streams):
            self._end(stream, Ending.LOST, self._faults.told(failed, stream.exchange))

    def counted(self) -> dict[str, int]:
        """What was counted since the start, for whoever watches the program."""
        counted = {"executions": self.executions, "events": self.events, "dropped": self.dropped}
        return {"open": len(self._streams), **counted}

    def heard(self, *, rights: bool) -> None:
        """A store gave word: of changed facts, or of something that happened."""
        self._doubtful = self._doubtful or rights
        self._woken.set()

    def drain(self) -> None:
        """End every stream, and begin no more: the process leaves."""
        self.leaving = True
        for stream in list(self._streams):
            self._end(stream, Ending.LEAVING)

    async def stop(self) -> None:
        """End everything."""
        self.drain()
        self._feeds.stop()
        self._watching.stop()
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    def _count(self, stream: Stream, more: int) -> None:
        for counted, name in ((self._of_viewer, stream.who[0]), (self._of_field, stream.field)):
            counted[name] += more
            if not counted[name]:
                del counted[name]

    def _end(self, stream: Stream, ending: Ending, errors: Iterable[dict[str, Any]] = ()) -> None:
        if stream in self._streams:
            self.close(stream, ending)
            told = worded(errors, stream.exchange.language)
            stamped = {"errors": told, "extensions": stamp(stream.exchange, self._operating.clock())} if told else {}
            stream.outlet.end(ending, stamped)

    async def _tell_for_ever(self) -> None:
        try:
            while self._streams:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._patience()):
                        await self._woken.wait()
                self._woken.clear()
                try:
                    await self._tell_all()
                except Exception as failed:  # noqa: BLE001 - it befell none of them alone, so all of them hear of it
                    self.fail(self._streams, failed)
        finally:
            self._telling = None

    def _patience(self) -> float:
        left = (self._until - self._operating.clock()).total_seconds()
        due = self._looked + TICK - asyncio.get_running_loop().time()
        return max(min(due, left), 0.0)

    async def _tell_all(self) -> None:
        now = asyncio.get_running_loop().time()
        # However many words come: what is looked at without any is due all the same.
        if self._doubtful or self._until <= self._operating.clock() or now - self._looked >= TICK:
            self._doubtful, self._looked = False, now
            await self._look_at_rights()
        async for name, found in self._feeds.news():
            listening = [stream for stream in self._streams if stream.field == name]
            if isinstance(found, BaseException):
                self.fail(listening, found)
            else:
                await self._tell(listening, found)

    async def _look_at_rights(self) -> None:
        """End the streams of those who may hear no more, and tell those whose roles are others than before."""
        by_caller: dict[Presented, list[Stream]] = {}
        for stream in self._streams:
            by_caller.setdefault(stream.shown, []).append(stream)
        known = await self._watching.look(self._streams)
        looks = (self._hearing.looked_at(streams, known) for streams in by_caller.values())
        found = await asyncio.gather(*looks, return_exceptions=True)
        until, changed = FOREVER, list[Stream]()
        for standing, streams in zip(found, by_caller.values(), strict=True):
            if isinstance(standing, BaseException):
                self.fail(streams, standing)
            else:
                until, changed = min(until, standing[0]), changed + standing[1]
        self._until = until
        if changed:
            await self._tell(changed, [News(StandingChange(0, self._operating.clock()))])

    async def _tell(self, streams: list[Stream], found: Sequence[News]) -> None:
        groups: dict[Any, list[Stream]] = {}
        for stream in streams:
            same = (stream.who, stream.exchange.language, stream.told.identity)
            groups.setdefault(same, []).append(stream)
        telling = (self._tell_in_order(group, found) for group in groups.values())
        for group, failed in zip(groups.values(), await asyncio.gather(*telling, return_exceptions=True), strict=True):
            if failed is not None:
                self.fail(group, failed)

    async def _tell_in_order(self, streams: list[Stream], found: Sequence[News]) -> None:
        """Tell streams of one viewer with equal operations what is news to them."""
        meant = [news for news in found if streams[0].means(news)]
        if len(meant) > 1:
            # One look tells most of what he may not know of; it is looked at anew before each event.
            heard = await self._hearing.hearers(streams)
            meant = [news for news in meant if heard is not None and self._hearing.sees(heard, streams, news)]
        for news in meant:
            await self._tell_group(streams, news)

    async def _tell_group(self, streams: list[Stream], news: News) -> None:
        """Execute an event once for streams of one viewer with equal operations, if he may know of it now."""
        heard = await self._hearing.hearers(streams)
        if heard is None or not self._hearing.sees(heard, streams, news):
            return
        async with self._room:
            if self._operating.clock() - heard.at > STALE:
                heard = await self._hearing.hearers(streams)
                if heard is None or not self._hearing.sees(heard, streams, news):
                    return
            answer = await self._executed(streams[0], heard, news)
        self.executions += 1
        if not answer.errors and news.row is not None and answer.data == {streams[0].told.key: None}:
            return  # it went out of sight since the look
        payload = None if answer.errors else written({"data": answer.data}).decode()
        for stream in streams:
            if stream in self._streams:
                told = payload or written(content_of(answer, stream.exchange, lambda: heard.at)).decode()
                self.events += 1
                stream.events += 1
                stream.outlet.next(told)

    async def _executed(self, stream: Stream, viewer: Viewer, news: News) -> Answer:
        try:
            async with asyncio.timeout(self._deadline):
                return await self._operating.tell(stream.told, viewer, news, stream.exchange, self._faults)
        except TimeoutError:
            return refused(Stage.VALIDATION, [Fault(Code.GATEWAY_TIMEOUT, "The event could not be told in time.")])
