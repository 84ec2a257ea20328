"""A document that an act is done on: held among those that the viewer sees, as it was read."""

from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts import keys
from resolvers.acts.acting import require, there
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from sources.documents.document import DocumentRecord
from sources.documents.held import held
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit


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
    if row.version != expected_version:
        values: dict[str, str | int] = {"version": row.version, "object": "DOCUMENT"}
        raise Hindered(Problem(ProblemCode.CONFLICT, ("expectedVersion",), values), document_id=row.id)
    return row
