"""Documents about patients: each is of one record in the clinical store, which says who may read it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, any_, func
from sqlalchemy.dialects.postgresql import ARRAY

from sources.documents.document import NEWEST_FIRST, document
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import children, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store

# The columns that name the record of which a document is, one of them in each row.
OF: Final = ("encounter_id", "episode_id", "note_id")


class Charted(NamedTuple):
    """What a document about a patient is of, by whom it was put in, and where."""

    patient_id: int
    encounter_id: int | None
    episode_id: int | None
    note_id: int | None
    author_id: int
    place_id: int

    @classmethod
    def made(cls, patient_id: int, tie: tuple[str, int], author_id: int, place_id: int) -> "Charted":
        """That of one record, which is named by its column and its key."""
        encounter, episode, note = (tie[1] if name == tie[0] else None for name in OF)
        return cls(patient_id, encounter, episode, note, author_id, place_id)

    @classmethod
    def of(cls, row: Any) -> "Charted | None":
        """That of a document or an upload; None where it is about no patient."""
        return None if row.patient_id is None else cls(*(getattr(row, name) for name in cls._fields))


NOT_CHARTED: Final = (None,) * len(Charted._fields)


class ChartedRecord(Row):
    """A document about a patient, as the store of documents has it; `of_id` is the key of the record that it is of."""

    id: int
    patient_id: int
    encounter_id: int | None
    episode_id: int | None
    note_id: int | None
    author_id: int
    place_id: int
    kind: str
    title: str
    status: str
    number: str | None
    issued_on: date | None
    expires_on: date | None
    issuer: str | None
    media_type: str
    byte_size: int
    sha256: str
    created_at: datetime
    version: int
    content_version: int
    changed_at: datetime
    of_id: int


class TieRecord(Row):
    """Of which record a document is: one of the columns."""

    encounter_id: int | None
    episode_id: int | None
    note_id: int | None


# Keys of records are drawn from one sequence, so that the key alone tells which record it is.
_OF_ID: Final = func.coalesce(*(document.c[name] for name in OF), type_=BigInteger())
CHARTED: Final = Entity(
    ChartedRecord,
    document,
    computed={"of_id": _OF_ID},
    filters={"of": (ARRAY(BigInteger), lambda value: any_(value) == _OF_ID)},
)
BY_ID: Final[Order] = (("id", "asc"),)
_TIES = "SELECT DISTINCT encounter_id, episode_id, note_id FROM document WHERE {of} = ANY($1::bigint[]) AND {is_of}"
_OF_DOCUMENTS: Final = _TIES.format(of="id", is_of="patient_id IS NOT NULL")
_OF_PATIENTS: Final = _TIES.format(of="patient_id", is_of="true")


async def ties_of_documents(store: Store, keys: Sequence[int]) -> list[TieRecord]:
    """The records that some documents are of; those that are about no patient are of none."""
    found: list[TieRecord] = await store.fetch(TieRecord, _OF_DOCUMENTS, [*keys])
    return found


async def ties_of_patients(store: Store, keys: Sequence[int]) -> list[TieRecord]:
    """The records of some patients that documents are of."""
    found: list[TieRecord] = await store.fetch(TieRecord, _OF_PATIENTS, [*keys])
    return found


async def charted(store: Store, keys: Sequence[int], ask: Ask, records: Collection[int]) -> dict[int, ChartedRecord]:
    """Documents by key, of those that are of some records."""
    found = await children(store, CHARTED, keys, ask, key="id", order=BY_ID, filters={"of": [*records]})
    return {key: rows[0] for key, rows in found.items() if rows}


async def charted_of(
    store: Store, keys: Sequence[int], ask: Ask, window: Window, records: Collection[int], *, parent: str
) -> dict[int, Slice[ChartedRecord]]:
    """A slice of the documents of each parent that are of some records, newest first."""
    filters = {"of": [*records]}
    return await slices(store, CHARTED, keys, ask, window, key=parent, order=NEWEST_FIRST, filters=filters)


async def charted_count(
    store: Store, keys: Sequence[int], ask: Ask, records: Collection[int], *, parent: str
) -> dict[int, int]:
    """How many documents of each parent are of some records."""
    return await counts(store, CHARTED, keys, ask, key=parent, filters={"of": [*records]})
