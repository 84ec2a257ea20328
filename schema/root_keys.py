"""How the root of asking names what it leads to, where no resolver says so: the viewer, a document, a place."""

import strawberry

from engine.errors import BadArgument, Finding
from engine.global_id import decode
from resolvers import organization as organizations
from resolvers.document import reading as documents
from resolvers.document.reading import DocumentBy


def key_of_document(*, by: DocumentBy | None = None, id: strawberry.ID | None = None) -> tuple[int, int] | None:
    """The key of a document, named in either way; an id that is none of ours means nothing.

    Raises:
        BadArgument: both are given, or none.
    """
    if (by is None) is (id is None):
        raise BadArgument("by", "give either 'by' or 'id'", Finding.EXCLUSIVE)
    key = decode(documents.PREFIX, (id if by is None else by.id) or "")
    return None if key is None else (0, key)


def place_of(*, organization_id: strawberry.ID) -> tuple[int, int] | None:
    """The key of an organisation; an id that is none of ours means nothing."""
    key = decode(organizations.PREFIX, organization_id)
    return None if key is None else (0, key)


def me() -> tuple[int, int]:
    """The key of the viewer: there is one."""
    return 0, 0
