"""What an operation is answered with; errors are made here and nowhere else, and never hold a value."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from graphql import GraphQLError

from engine.answer.whereabouts import Whereabouts
from engine.context import Context, Refusal
from engine.errors import Code, Fault

MAX_ERRORS = 50
ACTS = "Mutation."


class Stage(StrEnum):
    """How far the operation came; before EXECUTED nothing was executed and there is no data."""

    PARSE = "PARSE"
    VALIDATION = "VALIDATION"
    VARIABLES = "VARIABLES"
    EXECUTED = "EXECUTED"


@dataclass(slots=True)
class Answer:
    """The answer to one operation.

    Attributes:
        faults: errors that nobody foresaw, with the exceptions behind them, for the log; the text is not in the error.
        plan: how it was executed, where that was asked for.
        values: how many values the data has, as far as they were counted.
    """

    stage: Stage
    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    faults: list[tuple[dict[str, Any], BaseException]] = field(default_factory=list)
    plan: dict[str, Any] | None = None
    values: int = 0


def refused(stage: Stage, faults: Iterable[Fault]) -> Answer:
    """The answer to an operation that was not executed."""
    return Answer(stage, None, [from_fault(fault) for fault in faults])


def from_fault(fault: Fault) -> dict[str, Any]:
    """The error of a fault, without a path."""
    extensions = {"code": fault.code.value, **fault.extensions}
    locations = extensions.pop("locations", None)
    error: dict[str, Any] = {"message": fault.message}
    if locations:
        error["locations"] = locations
    error["extensions"] = extensions
    return error


def executed(
    data: dict[str, Any] | None,
    errors: Iterable[GraphQLError],
    context: Context,
    where: Whereabouts,
    *,
    explain: bool,
) -> Answer:
    """The answer of an executed operation: one error for each lost or refused place, whatever the number of rows.

    `where` knows whose a place is.
    """
    places: dict[tuple[Any, ...], dict[str, Any]] = {}
    faults: list[tuple[dict[str, Any], BaseException]] = []
    for error in errors:
        path = error.path or []
        made, unforeseen = _from_execution(error, where, explain=explain)
        place = (*(part for part in path if isinstance(part, str)), made["extensions"]["code"])
        known = places.get(place)
        if known is None:
            made["path"] = path
            places[place] = made
            if unforeseen and error.original_error is not None:
                faults.append((made, error.original_error))
        else:
            known["extensions"]["count"] = known["extensions"].get("count", 1) + 1
            known["path"] = min(known["path"], path, key=_order)
    for refusal in context.refusals.values():
        places[(*refusal.path, refusal.coordinate)] = _from_refusal(refusal, explain=explain)
    found = sorted(places.values(), key=lambda error: _order(error["path"]))
    return Answer(Stage.EXECUTED, data, found[:MAX_ERRORS], faults)


def _from_execution(error: GraphQLError, where: Whereabouts, *, explain: bool) -> tuple[dict[str, Any], bool]:
    """The error, and whether nobody foresaw it."""
    original: Any = error.original_error
    if isinstance(original, Fault):
        return from_fault(original), False
    store = getattr(original, "store", None)
    code = getattr(original, "code", None)
    if isinstance(store, str) and isinstance(code, str):
        retryable = bool(getattr(original, "retryable", False))
        return from_fault(Fault(Code(code), "A store did not answer.", store=store, retryable=retryable)), False
    foreseen = original is None or isinstance(original, GraphQLError)
    # The library's text quotes the value.
    if foreseen and error.message.startswith("Argument "):
        return from_fault(where.misfit(error.path or []).fault(explain=explain)), False
    foreseen = foreseen or error.message.startswith("Cannot return null")
    place = where.whose(error.path or [])
    if foreseen or place.value:
        # The store gave a null, or a value that its type cannot hold, or one of which nothing can be made.
        named = {} if place.store is None else {"store": place.store}
        text = "A store gave what the graph cannot hold."
        return from_fault(Fault(Code.SOURCE_CONTRADICTS, text, **named, retryable=False)), not foreseen
    return from_fault(Fault(Code.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")), True


def _from_refusal(refusal: Refusal, *, explain: bool) -> dict[str, Any]:
    reason = refusal.reason
    extensions: dict[str, Any] = {
        "code": Code.UNAUTHORIZED_FIELD_OR_TYPE.value,
        "coordinate": refusal.coordinate,
        "reason": reason.word,
        "count": refusal.count,
    }
    message = "The act may not be done." if refusal.coordinate.startswith(ACTS) else "The field may not be read."
    if reason.store is not None:
        del extensions["reason"]
        extensions |= {"code": reason.word, "store": reason.store, "retryable": reason.retryable}
        message = "A store did not say what you may read."
    if explain:
        extensions["permission"] = refusal.permission
    return {"message": message, "path": refusal.path, "extensions": extensions}


def _order(path: list[str | int]) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]
