"""The connection of each parent: all of one part after the other while all is well, parent by parent where not."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from engine.answer.completion import Found, Loss, settled
from engine.context import Context
from engine.cursor import encode
from engine.errors import Contradiction
from engine.plan.plan import Branch, Inner, Place, Spot
from engine.plan.routing import binding
from engine.run.general import Run
from engine.run.rows import Landing, taken

Inside = list[tuple[str, str]]


class Asking(Protocol):
    """What is known of the lists that an operation asks for: `engine/run/general.py` says more of each."""

    @property
    def context(self) -> Context:
        """That of the operation."""

    @property
    def wanted(self) -> Any:
        """What each place is asked for, by its number."""

    @property
    def counts(self) -> Any:
        """How many rows there are of each key, by the number of the branch."""


# By the number of the spot.
Objects = Mapping[int, list[Any]] | list[list[Any]]


def connections(
    run: Asking, objects: Objects, place: Place, landing: Landing, spans: Mapping[Any, Any]
) -> dict[Any, Any] | None:
    """The connection of each key of some spans of a landing; None where anything is amiss, which shows one by one."""
    branch, page = place.branches[0], place.page
    counts = run.counts[branch.number]
    if page is None or isinstance(counts, Exception):
        return None
    columns: list[tuple[str, list[Any]]] = []
    for name, kind, inside in page.parts:
        if kind == "nodes":
            nodes = objects[spot_of(branch, (name, None)).number]
            columns.append((name, [nodes[span] for span in spans.values()]))
        elif kind == "totalCount":
            columns.append((name, [counts.get(key, 0) for key in spans]))
        else:
            found: Found = []
            made = [_part(run, objects, place, kind, name, inside, landing, key, found) for key in spans]
            if found or any(one.__class__ is Loss for one in made):
                return None
            columns.append((name, made))
    if not columns:  # everything below is skipped
        return {key: {} for key in spans}
    if len(columns) == 1:
        name, values = columns[0]
        return dict(zip(spans, [{name: value} for value in values], strict=True))
    names = [name for name, _ in columns]
    whole = zip(*(values for _, values in columns), strict=True)
    return dict(zip(spans, [dict(zip(names, values, strict=True)) for values in whole], strict=True))


def connection(run: Run, objects: Objects, place: Place, key: Any, found: Found) -> Any:
    """The connection of one key, or its loss."""
    branch, page = place.branches[0], place.page
    landing = run.landings[branch.number]
    made: dict[str, Any] = {}
    for name, kind, inside in page.parts if page else ():
        if kind == "totalCount":
            counts = run.counts[branch.number]
            count = Loss(counts) if isinstance(counts, Exception) else counts.get(key, 0)
            made[name] = settled(count, (name,), found)
            continue
        value = _part(run, objects, place, kind, name, inside, landing, key, found)
        if value.__class__ is Loss:
            return value.under(name)
        made[name] = value
    return made


def _part(
    run: Asking,
    objects: Objects,
    place: Place,
    kind: str,
    name: str,
    inside: Inside,
    landing: Landing,
    key: Any,
    found: Found,
) -> Any:
    if kind == "nodes":
        return _nodes(objects, place.branches[0], (name, None), landing, key)
    if kind == "edges":
        return _edges(run, objects, place, name, landing, key, inside)
    if kind == "pageInfo":
        return _page_info(run, place, landing, key, inside, name, found)
    return inside[0][0]


def spot_of(branch: Branch, inner: Inner) -> Spot:
    """The spot of a page whose rows stand in one of its parts."""
    if len(branch.spots) == 1:
        return branch.spots[0]
    (found,) = (spot for spot in branch.spots if spot.inner == inner)
    return found


def _nodes(objects: Objects, branch: Branch, inner: Inner, landing: Landing, key: Any) -> Any:
    """The objects of a page, all of them promised."""
    items = taken(objects[spot_of(branch, inner).number], landing.spans.get(key, []))
    for number, item in enumerate(items):
        if item is None:
            return Loss(Contradiction(), (number,))
        if item.__class__ is Loss:
            return item.under(number)
    return items


def _edges(run: Asking, objects: Objects, place: Place, name: str, landing: Landing, key: Any, inside: Inside) -> Any:
    branch = place.branches[0]
    nodes = {
        inner: _nodes(objects, branch, (name, None, inner), landing, key) for inner, kind in inside if kind == "node"
    }
    seal = _seal(run, place, landing, key)
    made = []
    for number, row in enumerate(taken(landing.rows, landing.spans.get(key, []))):
        one: dict[str, Any] = {}
        cursor: Any = None
        for inner, kind in inside:
            value: Any = kind
            if kind == "cursor":
                value = cursor = cursor or _sealed(seal, row, (number, inner))
            elif kind == "node":
                value = nodes[inner]
                if value.__class__ is Loss:
                    return Loss(value.cause, (value.tail[0], inner, *value.tail[1:]))
                value = value[number]
            if value.__class__ is Loss:
                return value
            one[inner] = value
        made.append(one)
    return made


def _page_info(run: Asking, place: Place, landing: Landing, key: Any, inside: Inside, name: str, found: Found) -> Any:
    wanted: Any = run.wanted[place.number]
    page = landing.pages.get(key)
    rows = taken(landing.rows, landing.spans.get(key, []))
    made: dict[str, Any] = {}
    for inner, kind in inside:
        if kind in {"startCursor", "endCursor"}:
            value = None
            if rows:
                value = _sealed(_seal(run, place, landing, key), rows[0 if kind == "startCursor" else -1], ())
            made[inner] = settled(value, (name, inner), found)
        elif kind in {"hasNextPage", "hasPreviousPage"}:
            made[inner] = page is not None and _goes_on(wanted.page, page, forward=kind == "hasNextPage")
        else:
            made[inner] = kind
    return made


def _goes_on(asked: Any, page: Any, *, forward: bool) -> bool:
    """Whether the list goes on: past the far end the store knows, on the near side a cursor says so."""
    if asked.backward is not forward:
        return bool(page.more)
    return (asked.before if asked.backward else asked.after) is not None


def _seal(run: Asking, place: Place, landing: Landing, key: Any) -> Callable[[Any], str]:
    wanted: Any = run.wanted[place.number]
    context = run.context
    sealed = binding(context, place.field, wanted.arguments)
    page: Any = landing.pages.get(key)

    def seal(row: Any) -> str:
        return encode(context.cursor_key, sealed, [getattr(row, name) for name in page.position])

    return seal


def _sealed(seal: Callable[[Any], str], row: Any, tail: tuple[str | int, ...]) -> Any:
    try:
        return seal(row)
    except Exception as failed:  # noqa: BLE001 - a row without its position
        return Loss(failed, tail)
