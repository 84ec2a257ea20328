"""A document that an act is done on: held among those that the viewer sees, as it was read."""

from auth.permissions import Permission
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts import charted, keys
from resolvers.acts.acting import require, there
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from sources.documents.document import DocumentRecord
from sources.documents.held import held
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit


async def hold_charted(
    context: Context, unit: Unit, id: str, expected_version: int, permission: Permission, path: str = "id"
) -> DocumentRecord:
    """A document about a patient, held, on whose record the viewer may do this; `path` is the field that names it.

    What may not be seen is neither locked nor waited for: first the clinical store says whether it may.

    Raises:
        Hindered: it is not there, as far as he may know, has another version, or is of another organisation.
        NotAllowed: the viewer may not do this to it.
    """
    charted.at_all(context, permission)
    key = decode(prefixes.CLINICAL_DOCUMENT, id)
    if key is None:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, (path,)))
    tie = await charted.tie_of_document(context, key)
    await charted.on_record(context, unit, tie, permission, path)
    row = await held(unit, key, None)
    reach("locked")
    if row is None or charted.tie_of(row) != tie:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, (path,)))
    _as_it_was_read(row, expected_version)
    return row


def is_charted(id: str) -> bool:
    """Whether an id is that of a document about a patient."""
    return decode(prefixes.CLINICAL_DOCUMENT, id) is not None


def id_of(row: DocumentRecord) -> str:
    """The global id of a document."""
    return encode(prefixes.DOCUMENT if row.patient_id is None else prefixes.CLINICAL_DOCUMENT, row.id)


async def hold(
    context: Context, unit: Unit, id: str, expected_version: int, seen_by: str, permission: str, path: str = "id"
) -> DocumentRecord:
    """The document, which nobody else changes until the transaction ends; `path` is the field that names it.

    Raises:
        Hindered: it is not there, or has another version.
        NotAllowed: the viewer may not do this to it.
    """
    key, seen = decode(prefixes.DOCUMENT, id), context.viewer[seen_by]
    found = None if key is None else await held(unit, key, seen.narrow(keys.DOCUMENT))
    reach("locked")
    row = there(found, seen, path)
    require(context, permission, row, keys.DOCUMENT)
    _as_it_was_read(row, expected_version)
    return row


def _as_it_was_read(row: DocumentRecord, expected_version: int) -> None:
    if row.version != expected_version:
        values: dict[str, str | int] = {"version": row.version, "object": "DOCUMENT"}
        raise Hindered(Problem(ProblemCode.CONFLICT, ("expectedVersion",), values), document_id=row.id)
