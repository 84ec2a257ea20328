"""How records of patients are found: by id, of a patient or of an encounter, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.batch import Batch, many, one, page
from resolvers.clinical.kinds import RECORDS
from resolvers.context import Context
from sources.clinical import reading
from sources.clinical.condition import ConditionRecord
from sources.clinical.consent import ConsentRecord
from sources.clinical.episode import EncounterRecord, EpisodeRecord
from sources.clinical.note import NOTE_VERSION, NoteRecord, NoteVersionRecord
from sources.clinical.note_signature import NoteSignatureRecord, signatures_of
from sources.clinical.observation import ImagingStudyRecord, LaboratoryResultRecord, ObservationRecord
from sources.clinical.orders.order import OrderRecord
from sources.clinical.procedures.procedure import ProcedureRecord
from sources.clinical.reading import Kind
from sources.clinical.shown import CONSENT_GIVEN
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.statement import Order

OLDEST_FIRST: Order = (("version", "asc"),)


@dataclass(frozen=True, slots=True)
class Ways:
    """The batches that lead to records of a kind; `prefix` is that of their ids."""

    prefix: str
    by_id: Batch
    of_patient: Batch
    of_encounter: Batch


def ways(prefix: str, record: type[Any], kind: Kind) -> Ways:
    """The batches of a kind of records; `prefix` is that of their ids."""

    async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, Any]:
        return await reading.records(context.stores.clinical, kind, keys, ask)

    by_id.__qualname__ = f"{record.__name__}.by_id"
    made = one("clinical", record)(by_id)
    return Ways(prefix, made, paged(record, kind, "patient_id"), paged(record, kind, "encounter_id"))


def paged(record: type[Any], kind: Kind, parent: str) -> Batch:
    """The batch that gives pages of the records of each parent, named by one of their columns."""

    async def count(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, int]:
        return await reading.counts_of(context.stores.clinical, kind, keys, ask, parent=parent)

    async def of_parent(context: Context, keys: Sequence[int], ask: Ask, window: Window) -> dict[int, Slice[Any]]:
        return await reading.records_of(context.stores.clinical, kind, keys, ask, window, parent=parent)

    of_parent.__qualname__ = f"{record.__name__}.by_{parent.removesuffix('_id')}"
    return page("clinical", record, count)(of_parent)


EPISODES = ways("case", EpisodeRecord, RECORDS.episode)
ENCOUNTERS = ways("enc", EncounterRecord, RECORDS.encounter)
CONDITIONS = ways("cond", ConditionRecord, RECORDS.condition)
OBSERVATIONS = ways("obs", ObservationRecord, RECORDS.observation)
RESULTS = ways("lab", LaboratoryResultRecord, RECORDS.result)
IMAGING = ways("img", ImagingStudyRecord, RECORDS.imaging)
NOTES = ways("note", NoteRecord, RECORDS.note)
PROCEDURES = ways("proc", ProcedureRecord, RECORDS.procedure)
CONSENTS = ways("consent", ConsentRecord, CONSENT_GIVEN)
ORDERS = ways("order", OrderRecord, RECORDS.order)
WAYS = (EPISODES, ENCOUNTERS, CONDITIONS, OBSERVATIONS, RESULTS, IMAGING, NOTES, CONSENTS, ORDERS, PROCEDURES)

of_episode = paged(EncounterRecord, RECORDS.encounter, "episode_id")
notes_of_episode = paged(NoteRecord, RECORDS.note, "episode_id")
of_practitioner = paged(EncounterRecord, RECORDS.encounter, "practitioner_id")
of_booking = paged(EncounterRecord, RECORDS.encounter, "booking_id")
of_shift = paged(EncounterRecord, RECORDS.encounter, "shift_id")


@many("clinical", NoteVersionRecord)
async def versions(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[NoteVersionRecord]]:
    """What each note was before it was changed, in the order of its versions."""
    return await reading.all_of(context.stores.clinical, NOTE_VERSION, keys, ask, parent="note_id", order=OLDEST_FIRST)


@one("clinical", NoteSignatureRecord)
async def signature(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, NoteSignatureRecord]:
    """The electronic signature of each note that has one."""
    return await signatures_of(context.stores.clinical, keys, ask)
