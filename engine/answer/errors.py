"""The errors of an executed operation: one for each place and reason, with its rows, or one for each row."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from graphql import GraphQLError, OperationType

from engine.answer.answer import Answer, Stage, from_fault
from engine.answer.whereabouts import Whereabouts
from engine.context import Context, Refusal
from engine.errors import Code, Fault
from engine.path import Outline, Path, Positions, filled, in_order, outline, positions
from engine.rights import Reason

MAX_ERRORS = 50
# Where every row has an error of its own.
MAX_EACH = 1_000
# So many rows an error names, as many as the longest page has.
MAX_ROWS = 100
ACTS = "Mutation."


@dataclass(frozen=True, slots=True)
class Manner:
    """How errors are told.

    Attributes:
        explain: whether they name permissions; development only.
        each: whether every row has an error of its own.
        step_up: where a second factor can be shown, as a URL without a query; None where that is nowhere.
    """

    explain: bool
    each: bool = False
    step_up: str | None = None


@dataclass(slots=True)
class Befallen:
    """What befell one place for one reason, and in which rows."""

    place: Outline
    error: dict[str, Any]
    rows: list[Positions] = field(default_factory=list)
    count: int = 0

    @property
    def first(self) -> list[tuple[int, str]]:
        """What its first row is sorted by."""
        return in_order(filled(self.place, min(self.rows)))

    def together(self) -> dict[str, Any]:
        """One error for all rows."""
        rows = sorted(self.rows)
        told = self.error["extensions"]
        told["count"] = self.count
        if rows[0]:
            told["rows"] = list(map(list, rows[:MAX_ROWS]))
        return self._at(rows[0])

    def apart(self) -> Iterator[dict[str, Any]]:
        """An error for each row; what is noted of one of them is noted of all."""
        return map(self._at, sorted(self.rows))

    def _at(self, row: Positions) -> dict[str, Any]:
        return {
            "message": self.error["message"],
            "path": filled(self.place, row),
            "extensions": self.error["extensions"],
        }


def executed(
    data: dict[str, Any] | None, errors: Iterable[GraphQLError], context: Context, where: Whereabouts, manner: Manner
) -> Answer:
    """The answer of an executed operation; `where` knows whose a place is.

    Where all of a query is lost, nothing is left beside it that could be told of: the last of the errors, which is the
    one that took it, stands alone. An executor that stops there cannot know what else would have been lost. Acts that
    were done before are told of all the same.
    """
    befell, refusals = list(errors), list(context.refusals.values())
    if data is None and befell and where.operation.kind is not OperationType.MUTATION:
        befell, refusals = befell[-1:], []
    return answered(data, [lost(error, where, manner) for error in befell], refusals, manner)


class Lost(NamedTuple):
    """Something that was lost.

    Attributes:
        error: as it is told, without its path.
        fault: what nobody foresaw, if that is what it was.
    """

    path: Path
    error: dict[str, Any]
    fault: BaseException | None = None


def lost(error: GraphQLError, where: Whereabouts, manner: Manner) -> Lost:
    """What is told of something that was lost."""
    made, unforeseen = _from_execution(error, where, manner)
    return Lost(list(error.path or []), made, error.original_error if unforeseen else None)


def answered(
    data: dict[str, Any] | None, befell: Iterable[Lost], refusals: Sequence[Refusal], manner: Manner
) -> Answer:
    """The answer that tells what was lost, and what was refused; of each place and reason once, or of each row."""
    found_lost: dict[Hashable, Befallen] = {}
    faults: list[tuple[dict[str, Any], BaseException]] = []
    for path, made, fault in befell:
        place, told = outline(path), made["extensions"]
        same = (place, told["code"], told.get("store"))
        if same not in found_lost:
            found_lost[same] = Befallen(place, made)
            if fault is not None:
                faults.append((made, fault))
        found_lost[same].rows.append(positions(path))
        found_lost[same].count += 1
    if found_lost and data is not None:
        refusals = [refusal for refusal in refusals if _is_there(data, refusal.place)]
    refused = [_from_refusal(refusal, manner) for refusal in refusals]
    told, left_out = in_order_of_places([*found_lost.values(), *refused], each=manner.each)
    return Answer(Stage.EXECUTED, data, told, faults, left_out=left_out)


def in_order_of_places(befallen: Iterable[Befallen], *, each: bool) -> tuple[list[dict[str, Any]], int]:
    """Errors in the order of their places, for each row or for all rows of a place, and how many more there are."""
    found = sorted(befallen, key=lambda one: one.first)
    if each:
        apart = merge(*[one.apart() for one in found], key=lambda error: in_order(error["path"]))
        told, all_of_them = list(islice(apart, MAX_EACH)), sum(one.count for one in found)
    else:
        told, all_of_them = [one.together() for one in found[:MAX_ERRORS]], len(found)
    return told, all_of_them - len(told)


def stepping_up(reason: Reason, door: str | None) -> dict[str, Any]:
    """What an error says besides of a second factor that is missing: where to show one, and how old it may be."""
    if reason.step_up is None:
        return {}
    url = None if door is None else f"{door}?max_age={reason.step_up}"
    return {"stepUp": {"url": url, "maxAge": reason.step_up}}


def _is_there(data: dict[str, Any], place: Outline) -> bool:
    """Whether what holds a place was not lost with something beside it, as far as no list comes between."""
    value: Any = data
    for part in place[:-1]:
        if part is None or not isinstance(value, dict):
            break
        value = value.get(part)
    return value is not None


def _from_execution(error: GraphQLError, where: Whereabouts, manner: Manner) -> tuple[dict[str, Any], bool]:
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
        return from_fault(where.misfit(error.path or []).fault(explain=manner.explain)), False
    foreseen = foreseen or error.message.startswith("Cannot return null")
    place = where.whose(error.path or [])
    if foreseen or place.value:
        # The store gave a null, or a value that its type cannot hold, or one of which nothing can be made.
        named = {} if place.store is None else {"store": place.store}
        text = "A store gave what the graph cannot hold."
        return from_fault(Fault(Code.SOURCE_CONTRADICTS, text, **named, retryable=False)), not foreseen
    return from_fault(Fault(Code.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")), True


def _from_refusal(refusal: Refusal, manner: Manner) -> Befallen:
    reason = refusal.reason
    extensions: dict[str, Any] = {
        "code": Code.UNAUTHORIZED_FIELD_OR_TYPE.value,
        "coordinate": refusal.coordinate,
        "reason": reason.word,
    }
    message = "The act may not be done." if refusal.coordinate.startswith(ACTS) else "The field may not be read."
    if reason.store is not None:
        del extensions["reason"]
        extensions |= {"code": reason.word, "store": reason.store, "retryable": reason.retryable}
        message = "A store did not say what you may read."
    extensions |= stepping_up(reason, manner.step_up)
    if manner.explain and refusal.permission:
        extensions["permission"] = refusal.permission
    return Befallen(refusal.place, {"message": message, "extensions": extensions}, refusal.rows, refusal.count)
