"""What changes in the sections of a cabinet: personal data, documents, schedule; whoever changed it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.batch import one
from resolvers import practitioner
from resolvers.feed import News
from resolvers.live.news import told
from sources import practitioner as source
from sources.delivery.events import Since
from sources.delivery.noting import ObjectChangeRecord, object_changes_since
from sources.postgres.ask import Ask
from sources.postgres.store import Store
from sources.practitioner import PractitionerRecord

# More objects that changed since the last question are told as one piece of news without an object.
MOST_AT_ONCE = 100
PLACES = frozenset({"id", "organization_ids", "department_ids"})


@dataclass(frozen=True, slots=True, eq=False)
class ObjectChange:
    """An object became otherwise, or is no more.

    Attributes:
        practitioner_ids, organization_ids, department_ids, shared_organization_ids: whose it was, and whose it is.
    """

    object_id: int
    at: datetime
    practitioner_ids: list[int]
    organization_ids: list[int]
    department_ids: list[int]
    shared_organization_ids: list[int]


class PractitionerChange(ObjectChange):
    """What the registry says of a person became otherwise."""

    __slots__ = ()


class DocumentChange(ObjectChange):
    """A document, its checks or its signatures became otherwise."""

    __slots__ = ()


class ShiftChange(ObjectChange):
    """A shift became otherwise."""

    __slots__ = ()


practitioner_change = one(None, PractitionerChange)(told)
document_change = one(None, DocumentChange)(told)
shift_change = one(None, ShiftChange)(told)


class ObjectNews:
    """Changes of the objects of one type, from the notes of their store.

    Who might have seen an object before, or may see it now, is told. Of much at once nobody is told what it was.
    """

    def __init__(self, store: Store, row: type[ObjectChange], prefix: str) -> None:
        self.store = store.name
        self._store = store
        self._row = row
        self._prefix = prefix
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await object_changes_since(self._store, None)

    async def news(self) -> list[News]:
        """The objects that changed since the last question, each once."""
        since, notes = await object_changes_since(self._store, self._since)
        by_object: dict[int | None, list[ObjectChangeRecord]] = {}
        for note in notes:
            by_object.setdefault(note.object_id, []).append(note)
        if None in by_object or len(by_object) > MOST_AT_ONCE:
            self._since = since
            return [News(None)]
        places = await self._places([key for key in by_object if key is not None], notes[-1].at) if notes else {}
        self._since = since
        return [self._news(key, notes, places.get(key)) for key, notes in by_object.items() if key is not None]

    async def _places(self, keys: Sequence[int], at: datetime) -> Mapping[int, PractitionerRecord]:  # noqa: ARG002
        """Where those are now whose notes do not tell it."""
        return {}

    def _news(self, key: int, notes: Sequence[Any], now: PractitionerRecord | None) -> News:
        persons = _all(note.practitioner_id for note in notes)
        row = self._row(
            key,
            max(note.at for note in notes),
            persons,
            _all(note.organization_id for note in notes) + (now.organization_ids if now else []),
            _all(note.department_id for note in notes) + (now.department_ids if now else []),
            _all(shared for note in notes for shared in note.shared_organization_ids or ()),
        )
        about = {(self._prefix, key), *((practitioner.PREFIX, person) for person in persons)}
        return News(row, frozenset(about), (row,))


class PractitionerNews(ObjectNews):
    """Changes of what the registry says of people; whoever may reach them where they work now is told."""

    async def _places(self, keys: Sequence[int], at: datetime) -> Mapping[int, PractitionerRecord]:
        return await source.practitioners(self._store, "id", keys, Ask(at, PLACES))


def _all(keys: Iterable[int | None]) -> list[int]:
    return list(dict.fromkeys(key for key in keys if key is not None))
