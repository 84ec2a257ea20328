"""How documents about patients are found: by id, of a patient, of one of his records.

A row is what the documents store has of it, with what the clinical store says of the record that it is of: by that
rules judge it. Whose record may not be read is not asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from engine.batch import Batch, one, page
from resolvers import prefixes
from resolvers.acts.charted import KNOWN, LABEL, Tie, readable, tie_of
from resolvers.context import Context
from sources.clinical.known import KnownRecord
from sources.clinical.opening import Opened
from sources.documents import charted as source
from sources.postgres.ask import Ask, Slice, Window

PREFIX: Final = prefixes.CLINICAL_DOCUMENT
OF_THE_RECORD: Final = KNOWN | LABEL


class ClinicalDocumentRecord(KnownRecord, Opened):
    """A document about a patient, with the label and the readers of the record that it is of."""

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
    confidentiality: str
    special_kind: str | None


async def _records(context: Context, ties: Iterable[Any], ask: Ask) -> dict[int, Any]:
    """The records of some documents that the viewer may read, with what is asked for of them."""
    named = {tie for row in ties if (tie := tie_of(row)) is not None}
    columns = OF_THE_RECORD if ask.columns is None else ask.columns & OF_THE_RECORD
    return await readable(context, named, replace(ask, columns=columns | {"id"})) if named else {}


def _of_documents(ask: Ask) -> Ask:
    """The same question for what the documents store has."""
    columns = None if ask.columns is None else (ask.columns - OF_THE_RECORD) | {"id", "of_id"}
    return replace(ask, columns=columns, narrow=())


def _joined(row: Any, records: Mapping[int, Any]) -> ClinicalDocumentRecord:
    record = records[row["of_id"]]
    of_it = {name: value for name, value in record.items() if name in OF_THE_RECORD}
    return ClinicalDocumentRecord({**dict(row.items()), **of_it})


@one("documents", ClinicalDocumentRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ClinicalDocumentRecord]:
    """Documents about patients by key, whose records the viewer may read."""
    store = context.stores.documents
    records = await _records(context, await source.ties_of_documents(store, keys), ask)
    if not records:
        return {}
    found = await source.charted(store, keys, _of_documents(ask), records)
    return {key: _joined(row, records) for key, row in found.items()}


def _paged(parent: str) -> Batch:
    async def records_of(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, Any]:
        if parent == "patient_id":
            return await _records(context, await source.ties_of_patients(context.stores.documents, keys), ask)
        columns = OF_THE_RECORD if ask.columns is None else ask.columns & OF_THE_RECORD
        return await readable(context, [Tie(parent, key) for key in keys], replace(ask, columns=columns | {"id"}))

    async def count(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, int]:
        records = await records_of(context, keys, replace(ask, columns=frozenset()))
        if not records:
            return dict.fromkeys(keys, 0)
        return await source.charted_count(
            context.stores.documents, keys, replace(ask, narrow=()), records, parent=parent
        )

    async def of_parent(
        context: Context, keys: Sequence[int], ask: Ask, window: Window
    ) -> dict[int, Slice[ClinicalDocumentRecord]]:
        records = await records_of(context, keys, ask)
        if not records:
            return {key: Slice([], ("created_at", "id"), False) for key in keys}
        found = await source.charted_of(
            context.stores.documents, keys, _of_documents(ask), window, records, parent=parent
        )
        return {
            key: Slice([_joined(row, records) for row in part.rows], part.position, part.more)
            for key, part in found.items()
        }

    of_parent.__qualname__ = f"documents.by_{parent.removesuffix('_id')}"
    return page("documents", ClinicalDocumentRecord, count)(of_parent)


of_patient: Final = _paged("patient_id")
of_encounter: Final = _paged("encounter_id")
of_episode: Final = _paged("episode_id")
of_note: Final = _paged("note_id")
