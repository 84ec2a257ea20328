"""Who may hear: the rights of those whose streams are open, looked at as they are at this instant."""

from collections.abc import Callable, Container, Iterable
from datetime import datetime
from typing import Any

from auth.tokens import Reason, TokenRefused
from auth.viewer import Viewer
from engine.answer.answer import from_fault
from engine.errors import Code, Fault
from gateway.identity.keys import KeysStale
from gateway.operating import FOREVER, Caller, Operating
from gateway.streams.faults import lost
from gateway.streams.stream import Ending, Stream
from resolvers.acting_as import Misplaced
from resolvers.feed import News


class Hearing:
    """Looks at the rights of those who hear, and ends the streams of those who may hear no more.

    `ended` ends one stream, for a reason and with errors; `failed` ends several of which nobody knows how they stand.
    """

    def __init__(
        self,
        operating: Operating,
        streams: Container[Stream],
        *,
        ended: Callable[[Stream, Ending, Iterable[dict[str, Any]]], None],
        failed: Callable[[Iterable[Stream], BaseException], None],
    ) -> None:
        self._operating = operating
        self._streams = streams
        self._ended = ended
        self._failed = failed

    async def looked_at(self, streams: list[Stream]) -> tuple[datetime, list[Stream]]:
        """Until when the caller whose streams these are stays what he is, and those to be told that he became it."""
        caller = await self._caller(streams)
        if caller is None:
            return FOREVER, []
        heard = [stream for stream in streams if self._may_hear(stream, caller.viewer)]
        changed = [stream for stream in heard if stream.stands_otherwise(caller.viewer)]
        for stream in changed:
            stream.roles = caller.viewer.roles
        return caller.until, changed

    async def hearers(self, streams: list[Stream]) -> Viewer | None:
        """The viewer whose streams these are, if any of them is open still."""
        viewer = None
        for shown in dict.fromkeys(stream.shown for stream in streams):
            mine = [stream for stream in streams if stream.shown == shown]
            caller = await self._caller(mine)
            if caller is None:
                continue
            hearing = [stream for stream in mine if self._may_hear(stream, caller.viewer)]
            viewer = caller.viewer if hearing else viewer
        return viewer

    def sees(self, viewer: Viewer, streams: list[Stream], news: News) -> bool:
        """Whether the objects that news are about are there for the viewer."""
        for row in news.seen:
            shown = self._operating.executor.graph.by_record[type(row)].declaration
            verdict = viewer[shown.gate or ""]
            if verdict.allows(row, shown.keys) is True:
                continue
            if verdict.lost is not None:
                fault = lost(verdict.lost.store or "", verdict.lost.word, retryable=verdict.lost.retryable)
                for stream in streams:
                    self._ended(stream, Ending.LOST, [from_fault(fault)])
            return False
        return True

    async def _caller(self, streams: list[Stream]) -> Caller | None:
        """The caller whose streams these are, all alike; none, and no more streams, if he is nobody any more."""
        try:
            return await self._operating.caller(streams[0].shown)
        except TokenRefused as failed:
            ending = Ending.EXPIRED if failed.reason is Reason.EXPIRED else Ending.FORBIDDEN
            error = from_fault(Fault(Code.UNAUTHENTICATED, str(failed)))
        except Misplaced as failed:
            ending, error = Ending.FORBIDDEN, from_fault(Fault(failed.code, failed.message))
        except KeysStale:
            ending = Ending.LOST
            error = from_fault(Fault(Code.SOURCE_UNAVAILABLE, "Access tokens cannot be checked now.", retryable=True))
        except Exception as failed:  # noqa: BLE001 - whatever it is, it is about this caller alone
            self._failed(streams, failed)
            return None
        for stream in streams:
            self._ended(stream, ending, [error])
        return None

    def _may_hear(self, stream: Stream, viewer: Viewer) -> bool:
        """Whether the viewer has the right to the stream's field; if not, the stream is at its end."""
        permission = stream.told.permission
        if permission is None or viewer[permission].never is False:
            return stream in self._streams
        answer = self._operating.refusal(stream.told, viewer, stream.exchange)
        ending = Ending.FORBIDDEN if viewer[permission].lost is None else Ending.LOST
        self._ended(stream, ending, answer.errors if answer else ())
        return False
