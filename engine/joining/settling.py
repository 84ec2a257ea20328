"""What befell a joined operation, told as of any other: refusals and losses at the places of the caller's answer."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from engine.answer.answer import from_fault
from engine.answer.errors import Lost
from engine.context import Context, Refusal
from engine.errors import Code, Fault
from engine.joining.cutting import Cut, Step, Withheld
from engine.joining.merging import spread
from engine.joining.own import HIDDEN, OWNED, AllRefused, Refused
from engine.joining.services import Contradicts, Told, Trouble
from engine.joining.slipping import Slipping
from engine.joining.telling import told_of_store
from engine.path import Path, filled, outline, positions

TYPENAME: Final = "__typename"
TROUBLE: Final = "trouble"
CONTRADICTS: Final = "A store gave what the graph cannot hold."


def carried(trouble: Trouble) -> Told:
    """A trouble as it is carried to the end of the operation, where it is known what the answer shows."""
    return {"path": trouble.path, TROUBLE: trouble}


class Settling:
    """The troubles of one operation.

    Attributes:
        lost: what was lost.
        cut: what is left of the operation.
    """

    def __init__(self, cut: Cut, slipping: Slipping, context: Context, variables: Mapping[str, Any]) -> None:
        self.lost: list[Lost] = []
        self.cut = cut
        self._slipping = slipping
        self._context = context
        self._variables = variables
        # Objects of which a field was refused that only services ask for among themselves.
        self._unasked: dict[tuple[str | int, ...], Refused] = {}

    def withhold(self, data: dict[str, Any]) -> None:
        """Refuse what was left out of the operation, wherever it would stand, and see that it stands nowhere."""
        for one in self.cut.withheld:
            if not one.wanted(self._variables):
                continue
            paths = []
            for path, holder in _holders(data, one.way):
                holder.pop(one.way[-1].key, None)
                paths.append(path)
            self._refuse(one, paths)

    def lose(self, data: dict[str, Any], some: Iterable[Withheld], error: dict[str, Any]) -> None:
        """Tell of what was left out for this reason that it is lost, wherever it would stand."""
        for one in some:
            for path, _ in _holders(data, one.way) if one.wanted(self._variables) else ():
                self.lost.append(Lost(path, {**error, "extensions": dict(error["extensions"])}))

    def hear(self, trouble: Trouble, data: dict[str, Any]) -> None:
        """Take a trouble of a place of the joined data, and see that nothing stands there.

        What services need among themselves may stand under a key that the caller chose for something else.
        """
        owned = trouble.error.get(OWNED) if isinstance(trouble.error, dict) else None
        coordinate = owned.coordinate if isinstance(owned, Refused | AllRefused) else None
        paths = [*self._shown(trouble.path, coordinate)]
        if isinstance(owned, AllRefused):
            self._refuse_all(trouble.path, paths, owned.refusal, data)
            return
        for path in paths:
            _empty(data, path)
        if owned is HIDDEN:
            return
        if isinstance(owned, Refused) and not paths:
            self._unasked[tuple(trouble.path[:-1])] = owned
        elif trouble.error is None and isinstance(trouble.failure, Contradicts):
            # What rests on a field that was refused for another service has the reason of that.
            resting = [(path, self._unasked.get(tuple(path[:-1]))) for path in paths]
            paths = [path for path, refused in resting if refused is None]
            for path, refused in resting:
                if refused is not None:
                    self._refuse_row(path, refused)
        if isinstance(owned, Refused):
            for path in paths:
                self._refuse_row(path, owned)
            return
        for path in paths:
            self.lost.append(_lost(trouble, path, owned))

    def told(self, data: dict[str, Any] | None, nulls: list[Path]) -> tuple[list[Lost], list[Refusal]]:
        """What was lost, and what was refused, of what the answer shows; `nulls` stand where none is allowed."""
        lost = [one for one in self.lost if _shows(data, one.path)]
        known = {tuple(one.path[:length]) for one in lost for length in range(len(one.path) + 1)} if nulls else set()
        lost += [
            Lost(path, from_fault(Fault(Code.SOURCE_CONTRADICTS, CONTRADICTS, **self._store(path), retryable=False)))
            for path in nulls
            if tuple(path) not in known
        ]
        refusals = [one for one in self._context.refusals.values() if _shows(data, filled(one.place, min(one.rows)))]
        return lost, refusals

    def _store(self, path: Path) -> dict[str, str]:
        """Whose a place is, as an error says it."""
        store = self.cut.stores.get(tuple([part for part in path if isinstance(part, str)]))
        return {} if store is None else {"store": store}

    def _refuse_all(self, path: Path, shown: list[Path], one: Refusal, data: dict[str, Any]) -> None:
        """Refuse the rows of a place at the places for which it stands, and see that nothing stands there."""
        for place in map(outline, shown):
            for row in one.rows:
                _empty(data, filled(place, row))
            self._context.refuse_rows(
                place, one.coordinate, one.reason, one.permission, list(one.rows), one.count, one.keys
            )
        if not shown:
            holder, unasked = outline(path[:-1]), Refused(one.coordinate, one.reason, one.permission)
            self._unasked |= {tuple(filled(holder, row)): unasked for row in one.rows}

    def _refuse_row(self, path: Path, one: Refused) -> None:
        rows = [positions(path)]
        self._context.refuse_rows(
            outline(path), one.coordinate, one.reason, one.permission, rows, 1 + one.more, one.keys
        )

    def _refuse(self, one: Withheld, paths: list[Path]) -> None:
        if paths:
            rows = sorted(map(positions, paths))
            self._context.refuse_rows(
                outline(paths[0]), one.coordinate, one.reason, one.permission or "", rows, len(rows)
            )

    def _shown(self, path: Path, coordinate: str | None) -> Iterator[Path]:
        """The places of the caller's answer that a place of the joined data stands for: that of a slip, for fields."""
        last = path[-1] if path else None
        of_slip = isinstance(last, str) and self._slipping.is_slip(last)
        # A caller may have named something of his own like a slip.
        if not of_slip or not (coordinate is None or self._slipping.is_for(str(last), coordinate)):
            yield path
            return
        way = tuple([part for part in path[:-1] if isinstance(part, str)])
        for (place, asked), keys in self.cut.asked.items():
            if place == way and (asked == coordinate if coordinate else self._slipping.is_for(str(last), asked)):
                yield from ([*path[:-1], key] for key in keys)


def _empty(data: Any, path: Path) -> None:
    """Take out what stands at a place, if anything does."""
    for part in path[:-1]:
        if isinstance(data, dict):
            data = data.get(part)
        else:
            data = data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None
    if path and isinstance(data, dict):
        data.pop(path[-1], None)


def _shows(data: Any, path: Path) -> bool:
    """Whether a place is one of the answer, or was lost with something above it."""
    for part in path:
        if data is None:
            return True
        if isinstance(data, dict):
            if part not in data:
                return False
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return False
    return True


def _lost(trouble: Trouble, path: Path, owned: Any) -> Lost:
    if isinstance(owned, Lost):
        told = dict(owned.error)
        told["extensions"] = dict(told["extensions"])
        return Lost(path, told, owned.fault)
    made = told_of_store(trouble)
    del made["path"]
    # What nobody foresaw is for the log.
    failure = trouble.failure
    return Lost(path, made, None if isinstance(getattr(failure, "code", None), str) else failure)


def _holders(data: dict[str, Any], way: tuple[Step, ...]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The places at the end of a way, with the objects that have them."""
    here: list[tuple[Path, Any]] = [([], data)]
    for number, (key, of) in enumerate(way):
        objects = [
            (path, one) for path, one in spread(here) if number == 0 or one.get(TYPENAME) is None or one[TYPENAME] in of
        ]
        if number == len(way) - 1:
            yield from (([*path, key], one) for path, one in objects)
            return
        here = [([*path, key], one.get(key)) for path, one in objects]
