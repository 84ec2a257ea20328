"""The errors of a joined answer: one for each place and reason, at places that the caller can see."""

from collections.abc import Hashable, Iterable
from typing import Any

from engine.answer.answer import from_fault
from engine.answer.errors import Befallen, in_order_of_places
from engine.errors import Code, Fault
from engine.joining.services import Contradicts, Telling, Told, Trouble
from engine.path import Path, in_order, outline, positions

# What two errors of one place are one by.
SAME = ("code", "store", "coordinate", "reason")


def told_of_store(trouble: Trouble) -> Told:
    """A trouble told as that of a store, without a word of the service itself."""
    failure: Any = trouble.failure
    code = Code(getattr(failure, "code", Code.SOURCE_UNAVAILABLE))
    retryable = bool(getattr(failure, "retryable", failure is not None))
    text = "A store gave what the graph cannot hold." if code is Code.SOURCE_CONTRADICTS else "A store did not answer."
    store = getattr(failure, "store", None) or trouble.service
    named = {} if store is None else {"store": store}
    return {**from_fault(Fault(code, text, **named, retryable=retryable)), "path": trouble.path}


def gathered(
    told: Iterable[Told], faults: Iterable[Path], data: dict[str, Any] | None, telling: Telling, *, each: bool
) -> tuple[list[Told], int]:
    """The errors of an answer, and how many more there are.

    Args:
        told: what was told of places of the joined data; a place that is not in the answer is told of by what holds it.
        faults: places where a null stands that should not be there; where something was told of them, that is why.
        data: the answer.
        telling: tells the places of `faults` of which nothing was told.
        each: whether every row has an error of its own.
    """
    seen = _Seen(data)
    # Of what nobody sees is told where it is held, unless something is told there of what is seen.
    for one in sorted(told, key=lambda one: (seen.hides(one.get("path") or []), in_order(one.get("path") or []))):
        seen.note(one)
    for path in faults:
        error = None if seen.explains(path) else telling(Trouble(None, path, failure=Contradicts()))
        if error is not None:
            seen.note(error)
    placed, left_out = in_order_of_places(list(seen.befallen.values()), each=each)
    return [*seen.unplaced.values(), *placed], left_out


class _Seen:
    """Errors by what they are one by; of a place that was lost as a whole the first stands for all."""

    def __init__(self, data: dict[str, Any] | None) -> None:
        self.befallen: dict[Hashable, Befallen] = {}
        self.unplaced: dict[Hashable, Told] = {}
        self._data: Any = data
        self._known: set[Hashable] = set()
        self._lost: set[tuple[str | int, ...]] = set()
        self._around: set[tuple[str | int, ...]] = set()
        self._exactly: set[tuple[str | int, ...]] = set()

    def note(self, error: Told) -> None:
        """Note an error, unless it says again what is known."""
        path = error.get("path")
        extensions = {key: value for key, value in error["extensions"].items() if key not in {"count", "rows"}}
        reason = tuple([extensions.get(key) for key in SAME])
        if not path:
            self.unplaced.setdefault(reason, {"message": error["message"], "extensions": extensions})
            return
        seen, lost = self._visible(path)
        at = tuple(seen)
        if (at, reason) in self._known or (seen != path and not lost and at in self._around):
            return
        if lost:
            if at in self._lost:
                return
            self._lost.add(at)
        place = list(path) if lost else seen
        self._known.add((at, reason))
        self._exactly.add(tuple(place))
        self._around |= {tuple(place[:length]) for length in range(1, len(place) + 1)}
        same = (outline(place), reason)
        befallen = self.befallen.get(same)
        if befallen is None:
            made = {"message": error["message"], "extensions": extensions}
            befallen = self.befallen[same] = Befallen(outline(place), made)
        befallen.rows.append(positions(place))
        befallen.count += 1

    def explains(self, path: Path) -> bool:
        """Whether something was told of a place, of what holds it, or of what it holds."""
        return tuple(path) in self._around or any(
            tuple(path[:length]) in self._exactly for length in range(1, len(path) + 1)
        )

    def hides(self, path: Path) -> bool:
        """Whether a place is of those that callers do not see."""
        seen, lost = self._visible(path)
        return seen != path and not lost

    def _visible(self, path: Path) -> tuple[Path, bool]:
        """How far a path can be followed in the answer, and whether it ends because all that it leads to was lost."""
        value: Any = self._data
        for at, part in enumerate(path):
            if value is None:
                return path[:at], True
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return path[:at], False
        return path, False
