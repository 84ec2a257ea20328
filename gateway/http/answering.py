"""What an answer holds as JSON, the same through every door."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from engine.answer import answer as engine_answer
from engine.answer.answer import Stage, refused
from engine.errors import Code, Fault
from gateway.log import Exchange, Notes
from resolvers.wording import said

OVERLOADED: Final = "There is too much to do just now; nothing was begun."


class Answer(Protocol):
    """What an operation came to."""

    @property
    def stage(self) -> str:
        """How far it came: PARSE, VALIDATION, VARIABLES or EXECUTED; before that there is no data."""

    @property
    def data(self) -> Any:
        """The data, ready for JSON."""

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors, ready for JSON, free of values."""

    @property
    def values(self) -> int:
        """How many values the data has, as far as they were counted."""

    @property
    def left_out(self) -> int:
        """How many errors more there are than it tells."""

    @property
    def plan(self) -> dict[str, Any] | None:
        """How it was executed, where that was asked for and may be told."""


def content_of(answer: Answer, exchange: Exchange, clock: Callable[[], datetime]) -> dict[str, Any]:
    """The members of the answer; the exchange is told the codes of its errors."""
    content: dict[str, Any] = {}
    if answer.errors:
        content["errors"] = worded(answer.errors, exchange.language)
        exchange.codes = codes(answer.errors)
    if answer.stage == "EXECUTED":
        content["data"] = answer.data
    if answer.errors:
        content["extensions"] = stamp(exchange, clock())
    if answer.left_out:
        content["extensions"] = {**content["extensions"], "errorsLeftOut": answer.left_out}
    if answer.plan is not None:
        content["extensions"] = {**content.get("extensions", {}), "plan": answer.plan}
    return content


def unforeseen(failed: BaseException, exchange: Exchange, notes: Notes) -> engine_answer.Answer:
    """The answer where something failed that nobody foresaw, once it is noted."""
    error_id = notes.noted(failed, exchange.request_id)
    text = "Something went wrong here; it has been noted."
    return refused(Stage.VALIDATION, [Fault(Code.INTERNAL_SERVER_ERROR, text, errorId=error_id)])


def worded(errors: Iterable[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Errors in the language of their reader; those that are given stay as they are."""
    return [{**error, "message": said(error["message"], language, error["extensions"]["code"])} for error in errors]


def codes(errors: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """The codes of errors, each once."""
    return tuple(sorted({error["extensions"]["code"] for error in errors}))


def stamp(exchange: Exchange, at: datetime) -> dict[str, str]:
    """What an answer with errors says of itself, for whoever asks the operators."""
    instant = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {"requestId": exchange.request_id, "occurredAt": instant.replace("+00:00", "Z")}
