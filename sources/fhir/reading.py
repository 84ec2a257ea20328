"""The ways to read a kind of FHIR resource: by key, all of each parent, a slice of each parent, and a count.

All parents are asked for at once: keys in one search, lists as the entries of one batch. Each answer is held to what
was asked: other resources, more pages than were asked for, another order or the children of another parent are an
answer that contradicts.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from sources.fhir.resource import ID, Kind
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.failure import Unintelligible, understanding
from sources.remote.errand import Errand
from sources.remote.narrowing import narrowed, wanted
from sources.remote.row import Row
from sources.remote.service import Service

MEDIA: Final = "application/fhir+json"
# A parameter that the server does not know narrows nothing: then it is to refuse.
STRICT: Final = MappingProxyType({"prefer": "handling=strict"})
# So many keys stand in one search; an address has no room for many more.
KEYS: Final = 100
# So many rows of a list that has no pages; of more nobody says that they are all.
MOST: Final = 200
# Rows that share their place in the order with the last of the page before; of more, the seek gives up.
TIES: Final = 20
_OK: Final = re.compile("2[0-9][0-9]( .*)?")

Parameters = Mapping[str, str]


async def by_key(
    service: Service, kind: Kind, keys: Sequence[Any], ask: Ask, errand: Errand, *, key: str = "id"
) -> dict[Any, Any]:
    """One row for each key that has one, found by a column that is unique and has a parameter."""
    asked = list(dict.fromkeys(keys))
    if key == "id":
        asked = [one for one in asked if isinstance(one, str) and ID.fullmatch(one)]
    parts = [asked[start : start + KEYS] for start in range(0, len(asked), KEYS)]
    columns = wanted(ask, kind.columns, key)
    searches = [_search(kind, columns, {_parameter(kind, key): _any_of(kind, key, part)}, len(part)) for part in parts]
    answers = await asyncio.gather(*(service.get(one, errand, accept=MEDIA, headers=STRICT) for one in searches))
    with understanding(service.name):
        rows = [row for answer in answers for row in _whole(kind, columns, answer)]
        found = {getattr(row, key): row for row in rows}
        # Of two who have one number, nobody says which is ours.
        if len(found) < len(rows) or not found.keys() <= set(asked):
            raise Unintelligible("rows of keys that were not asked for, or two of one")
    return {getattr(row, key): row for row in narrowed(rows, ask)}


async def children(
    service: Service,
    kind: Kind,
    keys: Sequence[Any],
    ask: Ask,
    errand: Errand,
    *,
    key: str,
    order: str,
    filters: Parameters | None = None,
) -> dict[Any, list[Any]]:
    """All rows of each parent, in the order of a column; every key has a list, which may be empty."""
    columns = wanted(ask, kind.columns, key, order)
    searches = [
        _search(kind, columns, {_parameter(kind, key): _any_of(kind, key, [one]), **(filters or {})}, MOST, order)
        for one in keys
    ]
    answers = await _all(service, searches, errand)
    found = {}
    with understanding(service.name):
        for parent, answer in zip(keys, answers, strict=True):
            rows = _of_parent(_whole(kind, columns, answer), key, parent)
            _see_order(rows, order, backward=False)
            found[parent] = narrowed(rows, ask)
    return found


async def slices(
    service: Service,
    kind: Kind,
    keys: Sequence[Any],
    ask: Ask,
    window: Window,
    errand: Errand,
    *,
    key: str,
    order: str,
    filters: Parameters | None = None,
) -> dict[Any, Slice[Any]]:
    """A slice of the rows of each parent, in the order of a column of instants and, where these are equal, of the id.

    Pages begin at an instant and an id, not at a number: what is added or taken away moves no row onto another page.
    """
    columns = wanted(ask, kind.columns, key, order, "id")
    size = window.size + (1 if window.ends else 0)
    begins, ends = (window.before, window.after) if window.backward else (window.after, window.before)
    with understanding(service.name):
        bounds = _bounds(begins, ends, backward=window.backward)
        narrows = _narrows(kind, ask)
    searches = []
    for one in keys:
        parameters = [(_parameter(kind, key), _any_of(kind, key, [one])), *(filters or {}).items(), *narrows]
        parameters += [(_parameter(kind, order), bound) for bound in bounds]
        count = size + (TIES if bounds else 0)
        searches.append(_search(kind, columns, parameters, count, order, backward=window.backward))
    answers = await _all(service, searches, errand)
    found = {}
    with understanding(service.name):
        for parent, answer in zip(keys, answers, strict=True):
            given, more = _rows(kind, columns, answer)
            rows = _of_parent(given, key, parent)
            _see_order(rows, order, "id", backward=window.backward)
            rows = [row for row in rows if _inside((getattr(row, order), row.id), begins, ends, window.backward)]
            if len(rows) < size and more:
                raise Unintelligible("more rows at one instant than a page can pass over")
            if len(narrowed(rows, ask)) < len(rows):
                raise Unintelligible("rows that it was to leave out")
            page = rows[: window.size]
            if window.backward:
                page.reverse()
            found[parent] = Slice(page, (order, "id"), len(rows) > window.size)
    return found


async def counts(
    service: Service,
    kind: Kind,
    keys: Sequence[Any],
    ask: Ask,
    errand: Errand,
    *,
    key: str,
    filters: Parameters | None = None,
) -> dict[Any, int]:
    """How many rows each parent has."""
    with understanding(service.name):
        narrows = _narrows(kind, ask)
    searches = []
    for one in keys:
        parameters = [(_parameter(kind, key), _any_of(kind, key, [one])), *(filters or {}).items(), *narrows]
        searches.append(f"{kind.name}?{_written([*parameters, ('_summary', 'count')])}")
    answers = await _all(service, searches, errand)
    with understanding(service.name):
        return {parent: _total(answer) for parent, answer in zip(keys, answers, strict=True)}


async def _all(service: Service, searches: Sequence[str], errand: Errand) -> list[Any]:
    """What several searches find: one alone, or all as entries of one batch."""
    if len(searches) == 1:
        return [await service.get(searches[0], errand, accept=MEDIA, headers=STRICT)]
    entries = [{"request": {"method": "GET", "url": one}} for one in searches]
    sent = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    answer = await service.post("", sent, errand, accept=MEDIA, media=MEDIA, headers=STRICT)
    with understanding(service.name):
        found = _entries(answer, "batch-response")
        if len(found) != len(searches):
            raise Unintelligible("another number of answers than of questions")
        return [_answered(one) for one in found]


def _answered(entry: Any) -> Any:
    response = entry.get("response")
    status = response.get("status") if isinstance(response, dict) else None
    if not isinstance(status, str) or not _OK.fullmatch(status):
        raise Unintelligible("an entry of a batch was refused")
    return entry.get("resource")


def _whole(kind: Kind, columns: frozenset[str], answer: Any) -> list[Row]:
    rows, more = _rows(kind, columns, answer)
    if more:
        raise Unintelligible("more rows than one answer has")
    return rows


def _rows(kind: Kind, columns: frozenset[str], answer: Any) -> tuple[list[Row], bool]:
    """The rows of an answer to a search, and whether it has further pages."""
    picked = kind.picked(columns)
    rows = []
    for entry in _entries(answer, "searchset"):
        search = entry.get("search")
        # Beside what was found, a server may tell how it searched.
        if isinstance(search, dict) and search.get("mode", "match") == "outcome":
            continue
        rows.append(picked(entry.get("resource")))
    links = answer.get("link", [])
    if not isinstance(links, list):
        raise Unintelligible("links that are no list")
    return rows, any(isinstance(one, dict) and one.get("relation") == "next" for one in links)


def _entries(answer: Any, kind: str) -> list[dict[str, Any]]:
    if not isinstance(answer, dict) or answer.get("resourceType") != "Bundle" or answer.get("type") != kind:
        raise Unintelligible(f"something else than a {kind}")
    found = answer.get("entry", [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unintelligible("entries that are no list")
    return found


def _total(answer: Any) -> int:
    _entries(answer, "searchset")
    found = answer.get("total")
    if type(found) is not int or found < 0:
        raise Unintelligible("a count that is no number")
    return found


def _of_parent(rows: list[Row], key: str, parent: Any) -> list[Any]:
    if any(getattr(row, key) != parent for row in rows):
        raise Unintelligible("rows of another parent")
    return rows


def _see_order(rows: Sequence[Row], *names: str, backward: bool) -> None:
    """See to it that rows came in the order that was asked for, without which a page would leave some out."""
    places = [tuple(getattr(row, name) for name in names) for row in rows]
    if any(value is None for place in places for value in place):
        raise Unintelligible("rows without a place in the order")
    if places != sorted(places, reverse=backward):
        raise Unintelligible("rows in another order than was asked for")


def _inside(
    place: tuple[Any, ...], begins: tuple[Any, ...] | None, ends: tuple[Any, ...] | None, backward: bool
) -> bool:
    low, high = (ends, begins) if backward else (begins, ends)
    return (low is None or place > _place(low)) and (high is None or place < _place(high))


def _bounds(begins: tuple[Any, ...] | None, ends: tuple[Any, ...] | None, *, backward: bool) -> list[str]:
    """How the instants between two places stand in a search: both of them included."""
    low, high = (ends, begins) if backward else (begins, ends)
    found = [("ge", low), ("le", high)]
    return [f"{prefix}{_instant(_place(place)[0])}" for prefix, place in found if place is not None]


def _place(place: tuple[Any, ...]) -> tuple[datetime, str]:
    at, last = place
    return (datetime.fromisoformat(at) if isinstance(at, str) else at), str(last)


def _instant(at: datetime) -> str:
    precision = "microseconds" if at.microsecond % 1_000 else "milliseconds"
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _narrows(kind: Kind, ask: Ask) -> list[tuple[str, str]]:
    """The rules of a list as parameters: what the service leaves out does not make a page short.

    Raises:
        Unintelligible: it cannot narrow by them.
    """
    found = []
    for group in ask.narrow:
        if len(group) != 1 or kind.columns[group[0][0]].parameter is None:
            raise Unintelligible("a rule that the service does not narrow by")
        column, values = group[0]
        found.append((_parameter(kind, column), _any_of(kind, column, values)))
    return found


def _search(
    kind: Kind,
    columns: frozenset[str],
    parameters: Parameters | Iterable[tuple[str, str]],
    count: int,
    order: str | None = None,
    *,
    backward: bool = False,
) -> str:
    pairs = [*(parameters.items() if isinstance(parameters, Mapping) else parameters)]
    if order is not None:
        sign = "-" if backward else ""
        pairs.append(("_sort", f"{sign}{_parameter(kind, order)},{sign}_id"))
    return f"{kind.name}?{_written([*pairs, ('_count', str(count)), ('_elements', kind.elements(columns))])}"


def _written(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join([f"{name}={quote(value, safe=',:/')}" for name, value in pairs])


def _parameter(kind: Kind, column: str) -> str:
    found = kind.columns[column].parameter
    if found is None:
        raise LookupError(f"{kind.name} is not searched by {column}")
    return found


def _any_of(kind: Kind, column: str, values: Iterable[Any]) -> str:
    """Values of which one is looked for."""
    return ",".join(map(kind.columns[column].written, values))
