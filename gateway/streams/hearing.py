"""Who may hear: the rights of those whose streams are open, looked at as they are at this instant."""

from collections.abc import Callable, Container, Iterable
from datetime import datetime
from typing import Any, Final

from auth.rights import OBJECT, Keys, Verdict
from auth.tokens import Reason, TokenRefused
from auth.viewer import Viewer
from engine.answer.answer import from_fault
from engine.answer.errors import stepping_up
from engine.errors import Code, Fault
from gateway.identity.keys import KeysStale
from gateway.operating import FOREVER, Caller, Operating
from gateway.streams.faults import lost
from gateway.streams.stream import Ending, Stream
from gateway.streams.watching import Known
from resolvers.acting_as import Misplaced
from resolvers.feed import News
from sources.clinical import NAME as CLINICAL

GONE: Final = "What the subscription names can be seen no more."


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

    async def looked_at(self, streams: list[Stream], known: Known) -> tuple[datetime, list[Stream]]:
        """Until when the caller whose streams these are stays what he is, and those to be told that he became it.

        `known` is what is known of the objects that the streams name.
        """
        caller = await self._caller(streams)
        if caller is None:
            return FOREVER, []
        heard = [stream for stream in streams if self._may_hear(stream, caller.viewer)]
        heard = [stream for stream in heard if self._still_sees(stream, caller.viewer, known)]
        changed = [stream for stream in heard if stream.stands_otherwise(caller.viewer)]
        for stream in changed:
            stream.roles = caller.viewer.roles
        ends = (found.until for stream in heard for named in stream.saw if (found := known.get(named)))
        return min((caller.until, *(end for end in ends if end is not None))), changed

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
            if self._allowed(viewer, row):
                continue
            fault = self._lost(viewer, row)
            if fault is None and type(row) is type(news.doubted) and self._allowed(viewer, news.doubted):
                fault = lost(CLINICAL, Code.SOURCE_UNAVAILABLE, retryable=True)
            if fault is not None:
                for stream in streams:
                    self._ended(stream, Ending.LOST, [from_fault(fault)])
            return False
        return True

    def _gate(self, viewer: Viewer, row: Any) -> tuple[Verdict, Keys]:
        """What the viewer may do with objects of a type, and the columns that its rules look at."""
        shown = self._operating.executor.graph.by_record[type(row)].declaration
        return viewer[shown.gate or ""], shown.keys

    def _allowed(self, viewer: Viewer, row: Any) -> bool:
        verdict, keys = self._gate(viewer, row)
        return verdict.allows(row, keys) is True

    def _lost(self, viewer: Viewer, row: Any) -> Fault | None:
        """What to say where facts are missing by which he might see a row."""
        missing = self._gate(viewer, row)[0].lost
        return None if missing is None else lost(missing.store or "", missing.word, retryable=missing.retryable)

    def _still_sees(self, stream: Stream, viewer: Viewer, known: Known) -> bool:
        """Whether the viewer sees what the stream names, or never did; if no longer, the stream is at its end.

        A stream that names what its viewer never saw is silent, as if that did not exist.
        """
        for named in stream.named & known.keys():
            found = known[named]
            if found is not None and self._allowed(viewer, found.seen):
                stream.saw.add(named)
            elif named in stream.saw and not (found is not None and self._allowed(viewer, found.doubted)):
                self._out_of_sight(stream, viewer, None if found is None else found.seen)
                return False
        return True

    def _out_of_sight(self, stream: Stream, viewer: Viewer, row: Any) -> None:
        """End a stream whose viewer sees no more what it names, as far as anybody can say."""
        fault = None if row is None else self._lost(viewer, row)
        if fault is not None:
            self._ended(stream, Ending.LOST, [from_fault(fault)])
            return
        reason = OBJECT
        if row is not None:
            verdict, keys = self._gate(viewer, row)
            reason = verdict.refusal(row, keys)
        told = {"coordinate": stream.told.field.coordinate, "reason": reason.word}
        told |= stepping_up(reason, self._operating.executor.step_up)
        fault = Fault(Code.UNAUTHORIZED_FIELD_OR_TYPE, GONE, **told)
        self._ended(stream, Ending.FORBIDDEN, [from_fault(fault)])

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
