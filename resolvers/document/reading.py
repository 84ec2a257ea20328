"""How documents are found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import orjson

from engine.batch import many, one, page
from engine.errors import BadArgument, Finding
from engine.rights import Keys
from resolvers import prefixes
from resolvers.context import Context
from resolvers.document.filtering import DocumentFilter, filters
from resolvers.document.found import SEVERITIES
from resolvers.people import OrderDirection
from resolvers.wording.checks import told
from sources.documents import check, integrity, signature, version
from sources.documents import document as source
from sources.documents.check import DocumentCheckRecord, VerificationRecord
from sources.documents.document import DocumentRecord
from sources.documents.integrity import IntegrityRecord
from sources.documents.signature import SignatureRecord
from sources.documents.version import VersionRecord
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.statement import Order

PREFIX = prefixes.DOCUMENT
CHECK_PREFIX, SIGNATURE_PREFIX = "check", prefixes.SIGNATURE

# What rules look at, of a document.
KEYS: Keys = {
    "own": "practitioner_id",
    "holder": "holder_organization_id",
    "shared": "shared_organization_ids",
    "given": "given_organization_ids",
    "case": "practitioner_id",
    "enclosed": "id",
    "file": None,
    "plain": "plain",
}


class DocumentOrderField(StrEnum):
    """What documents can be ordered by."""

    CREATED_AT = "CREATED_AT"
    TITLE = "TITLE"
    BYTE_SIZE = "BYTE_SIZE"


@dataclass(frozen=True)
class DocumentBy:
    """Names one document: exactly one of the fields."""

    id: str | None = None


@dataclass(frozen=True)
class DocumentOrder:
    """One term of an order."""

    field: DocumentOrderField
    direction: OrderDirection = OrderDirection.ASC


def order(terms: list[DocumentOrder] | None) -> Order:
    """The order in the words of the store, newest first unless said; the key always decides last."""
    if not terms:
        return source.NEWEST_FIRST
    if len({term.field for term in terms}) < len(terms):
        raise BadArgument("orderBy", "expected each field once", Finding.REPEATED)
    named = [(source.ORDERS[term.field], term.direction) for term in terms]
    named.append(("id", named[-1][1]))
    return tuple((name, "asc" if direction is OrderDirection.ASC else "desc") for name, direction in named)


@one("documents", DocumentRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, DocumentRecord]:
    """Documents by key."""
    return await source.documents(context.stores.documents, keys, ask)


async def _count_of_practitioner(
    context: Context, keys: Sequence[int], ask: Ask, *, filter: DocumentFilter | None = None
) -> dict[int, int]:
    return await source.documents_count(context.stores.documents, keys, ask, filters(filter))


@page("documents", DocumentRecord, _count_of_practitioner)
async def of_practitioner(
    context: Context, keys: Sequence[int], ask: Ask, window: Window, *, filter: DocumentFilter | None = None
) -> dict[int, Slice[DocumentRecord]]:
    """The documents of each practitioner, newest first."""
    return await source.documents_of(context.stores.documents, keys, ask, window, filters(filter))


async def _count(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    *,
    filter: DocumentFilter | None = None,
    order_by: list[DocumentOrder] | None = None,
) -> dict[None, int]:
    return await source.document_count(context.stores.documents, keys, ask, filters(filter))


@page("documents", DocumentRecord, _count)
async def listed(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    window: Window,
    *,
    filter: DocumentFilter | None = None,
    order_by: list[DocumentOrder] | None = None,
) -> dict[None, Slice[DocumentRecord]]:
    """All documents that the viewer may see and that fit the filter."""
    store = context.stores.documents
    return await source.document_list(store, keys, ask, window, filters(filter), order(order_by))


@many("documents", DocumentCheckRecord)
async def checks(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[DocumentCheckRecord]]:
    """The checks of each document."""
    return await check.checks_of(context.stores.documents, keys, ask)


@one("documents", VerificationRecord)
async def verifications(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, VerificationRecord]:
    """What the registers say of each document."""
    return await check.verifications(context.stores.documents, keys, ask)


def check_message(verdict: str, reason: str | None, said: str, page: int | None, language: str) -> str:
    """What a check found, in the language of the operation."""
    return told(reason, orjson.loads(said), page, language, verdict)


def check_severity(verdict: str) -> str:
    """How much weighs what a check found."""
    return SEVERITIES[verdict]


@many("documents", SignatureRecord)
async def signatures(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[SignatureRecord]]:
    """The signatures under each document."""
    return await signature.signatures_of(context.stores.documents, keys, ask)


@many("documents", VersionRecord)
async def versions(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[VersionRecord]]:
    """The versions of the content of each document."""
    return await version.versions_of(context.stores.documents, keys, ask)


class Integrity(StrEnum):
    """Whether a content is as it was kept."""

    INTACT = "INTACT"
    BROKEN = "BROKEN"
    UNKNOWN = "UNKNOWN"


@one("documents", IntegrityRecord)
async def integrities(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, IntegrityRecord]:
    """What is known of the content in force of each document."""
    return await integrity.integrity_of(context.stores.documents, keys, ask)
