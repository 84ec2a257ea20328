"""What goes wrong while an event is made: told to each who waits for it, and noted without end by nobody."""

from time import monotonic
from typing import Any, Final

from engine.answer.answer import Answer, Stage, from_fault, refused
from engine.errors import Code, Fault
from gateway.http.answering import OVERLOADED, unforeseen
from gateway.log import Exchange, Log, raised
from sources.postgres.failure import SourceContradicts, SourceFailure

# A fault of one kind at one place is noted as often, in seconds, however many events and callers it befalls.
EACH: Final = 600.0


class Faults:
    """The faults of the streams of one process.

    An event goes to everybody and comes again with the next: of a fault that is in the log already, its id is told.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        # As many as there are places in the program that can fail.
        self._known: dict[tuple[str, str], tuple[str, float]] = {}

    def noted(self, failed: BaseException, request_id: str) -> str:
        """The id under which a fault stands in the log."""
        found, now = raised(failed), monotonic()
        place = (str(found["kind"]), str(found["raised"][-1:]))
        error_id, since = self._known.get(place, ("", -EACH))
        if now - since >= EACH:
            error_id = self._log.noted(failed, request_id)
            self._known[place] = (error_id, now)
        return error_id

    def told(self, failed: BaseException, exchange: Exchange) -> list[dict[str, Any]]:
        """The errors that the caller of an exchange is told of a failure, which is noted if nobody foresaw it."""
        if not isinstance(failed, SourceFailure):
            return unforeseen(failed, exchange, self).errors
        fault = lost(failed.store, failed.code, retryable=failed.retryable)
        if isinstance(failed, SourceContradicts):
            fault.extensions["errorId"] = self.noted(failed.__cause__ or failed, exchange.request_id)
        return [from_fault(fault)]


def overloaded() -> Answer:
    """The answer to who is sent away because there is too much to do."""
    return refused(Stage.VALIDATION, [Fault(Code.SERVICE_OVERLOADED, OVERLOADED, retryable=True)])


def lost(store: str, code: str, *, retryable: bool) -> Fault:
    """A store did not say what is needed."""
    return Fault(Code(code), "A store did not answer.", store=store, retryable=retryable)
