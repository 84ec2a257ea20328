"""How the label of a record is written, and the list of those who may read it where it is restricted."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from sources.clinical.changes import Part, updated
from sources.clinical.opening import Sealed
from sources.clinical.reading import Kind

# Who is on the list no longer is there no more from the instant on; who stays, stays since when he was.
_ENDED = """
UPDATE allowed_reader SET ends_at = $2
WHERE record_id = $1 AND starts_at < $2 AND (ends_at IS NULL OR ends_at > $2) AND practitioner_id <> ALL($3::bigint[])
"""
_ADDED = """
INSERT INTO allowed_reader (record_id, patient_id, organization_id, practitioner_id, allowed_by, starts_at)
SELECT $1, $2, $3, one, $4, $5 FROM unnest($6::bigint[]) AS one
WHERE NOT EXISTS (
    SELECT FROM allowed_reader a
    WHERE a.record_id = $1 AND a.practitioner_id = one AND (a.ends_at IS NULL OR a.ends_at > $5)
)
"""


def labelled(kind: Kind, row: Any, at: datetime, readers: Sequence[int] | None, by: int) -> Iterator[Part]:
    """A record that is restricted to readers, or to nobody's list where there are none; it is held."""
    source = kind.entity.table if isinstance(kind, Sealed) else kind.table
    assert isinstance(source, Table)  # noqa: S101 - of records that lie in a table of their own
    yield updated(source, row.id, at, {"confidentiality": "NORMAL" if readers is None else "RESTRICTED"})
    yield Part(_ENDED, (row.id, at, [*(readers or ())]))
    if readers is not None:
        yield Part(_ADDED, (row.id, row.patient_id, row.organization_id, by, at, [*readers]))
