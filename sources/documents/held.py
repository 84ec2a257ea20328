"""A document that is held for an act."""

from sources.documents.document import DOCUMENT, DocumentRecord
from sources.documents.document import document as table
from sources.postgres.seen import Seen, where_seen
from sources.postgres.writing import Unit

_COLUMNS = ", ".join(column.name for column in table.columns)
_HELD = "SELECT {columns} FROM document WHERE {seen} FOR UPDATE"


async def held(unit: Unit, key: int, seen: Seen) -> DocumentRecord | None:
    """A document that nobody else changes until the transaction ends; None where it may not be seen."""
    where, values = where_seen(DOCUMENT, key, seen)
    return await unit.row(DocumentRecord, _HELD.format(columns=_COLUMNS, seen=where), *values)
