"""What the tables of the documents store have in common: its name, its metadata, what acts leave, what is noted."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import BigInteger, Column, MetaData

from sources.delivery import noting, outbox

NAME: Final = "documents"
metadata = MetaData()
event = outbox.event(metadata)
audit_entry = outbox.audit_entry(metadata)
idempotency_key = outbox.idempotency_key(metadata)
object_change = noting.object_change(metadata)

# Whose a document is, or will be: of one person, one institution, or one patient.
OWNED: Final = "num_nonnulls(practitioner_id, holder_organization_id, patient_id) = 1"
OF_A_RECORD: Final = (
    "num_nonnulls(encounter_id, episode_id, note_id) = num_nonnulls(patient_id) "
    "AND num_nonnulls(author_id, place_id) = 2 * num_nonnulls(patient_id)"
)


def of_a_record() -> Iterator[Column[Any]]:
    """Of which record of which patient a document is, by whom and where; the records lie in the clinical store."""
    for name in ("patient_id", "encounter_id", "episode_id", "note_id", "author_id", "place_id"):
        yield Column(name, BigInteger)
