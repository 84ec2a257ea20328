"""How packages of exchange, and requests for information, are found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from engine.batch import many, one, page
from engine.global_id import decode
from engine.rights import Keys
from resolvers import prefixes
from resolvers.context import Context
from resolvers.recipient import Recipient, recipient_of
from resolvers.rules import meaning
from sources.exchange import package as source
from sources.exchange import request as request_source
from sources.exchange.kept_receipt import opened
from sources.exchange.package import (
    AttemptRecord,
    PackageRecord,
    PackedRecord,
    ReceiptRecord,
    StepRecord,
)
from sources.exchange.request import InformationRequestRecord
from sources.postgres.ask import Ask, Slice, Window

PREFIX: Final = "pkg"
RECEIPT_PREFIX: Final = "rcpt"
REQUEST_PREFIX: Final = "inforeq"
KEYS: Keys = {"own": "owner_ids", "org": "organization_id", "addressee": "subject"}
REQUEST_KEYS: Keys = {"org": "organization_id", "addressee": "subject"}
_BYTES: Final = frozenset({"content", "signature"})
# No organisation has it; a filter by an id that is none of ours finds nothing.
NOWHERE: Final = 0


class ExchangeDirection(StrEnum):
    """Which way a package goes."""

    OUTGOING = "OUTGOING"
    INCOMING = "INCOMING"


class ExchangeStatus(StrEnum):
    """How far a package has come."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    DEAD = "DEAD"


class InformationRequestState(StrEnum):
    """Where a request for information stands."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True)
class ExchangeFilter:
    """Which packages are wanted: all conditions must hold."""

    direction: list[ExchangeDirection] | None = None
    status: list[ExchangeStatus] | None = None
    counterpart: str | None = None
    organization_id: str | None = None


@dataclass(frozen=True)
class InformationRequestFilter:
    """Which requests are wanted: all conditions must hold."""

    state: list[InformationRequestState] | None = None
    organization_id: str | None = None


def number_of(key: int, made_at: Any) -> str:
    """The number of a package for people (номер пакета)."""
    return f"ЭП-{made_at.year}-{key}"


@dataclass(frozen=True, slots=True)
class BasisView:
    """What let the documents be sent."""

    kind: str
    number: str | None
    issued_on: date | None
    consent_version: str | None


@dataclass(frozen=True, slots=True)
class PartnerView:
    """One of those with whom packages are exchanged, in the language of the reader."""

    id: str
    kind: str | None
    title: str
    organization_id: int | None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What a code of an answer means, in the language of the reader."""

    code: str
    message: str | None
    retryable: bool
    mender: str | None


@dataclass(frozen=True, slots=True)
class ConfirmationView:
    """A receipt that confirms a document; without its bytes where it confirms those of others too."""

    id: int
    number: str | None
    at: datetime
    signed: bool
    content: bytes | None
    signature: bytes | None


def basis_of(kind: str, number: str | None, issued_on: date | None, consent_version: str | None = None) -> BasisView:
    """What let the documents be sent."""
    return BasisView(kind, number, issued_on, consent_version)


def overdue(state: str, due_on: date, at: Any) -> bool:
    """Whether the last day of an open request is over."""
    return state == InformationRequestState.OPEN and due_on < Ask(at).today


def _partner(one: Recipient, context: Context) -> PartnerView:
    return PartnerView(one.id, one.kind.value, one.titled(context.language), one.organization_id)


@one(None, PartnerView)
async def partner(context: Context, keys: Sequence[str], ask: Ask) -> dict[str, PartnerView]:
    """Those whom packages name; of whom the settings have no longer, the id alone."""
    del ask
    known = {key: recipient_of(context.recipients, key) for key in keys}
    return {
        key: PartnerView(key, None, key, None) if found is None else _partner(found, context)
        for key, found in known.items()
    }


@many(None, PartnerView)
async def partners(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, list[PartnerView]]:
    """All to whom packages can be sent."""
    del ask
    found = [_partner(one, context) for one in context.recipients]
    return {key: [*found] for key in keys}


@one(None, AnswerView)
async def answer(context: Context, keys: Sequence[str], ask: Ask) -> dict[str, AnswerView]:
    """What codes mean at this instant."""
    del ask
    known = {key: meaning(key, context.at) for key in keys}
    return {
        key: AnswerView(key, None, False, None)
        if found is None
        else AnswerView(key, found.text[context.language], found.retryable, found.mender.value)
        for key, found in known.items()
    }


def _filters(given: ExchangeFilter | InformationRequestFilter | None) -> dict[str, object]:
    if given is None:
        return {}
    found: dict[str, object] = {}
    for name in ("direction", "status", "state"):
        wanted = getattr(given, name, None)
        if wanted is not None:
            found[name] = [one.value for one in dict.fromkeys(wanted)]
    if (counterpart := getattr(given, "counterpart", None)) is not None:
        found["counterpart"] = counterpart
    if given.organization_id is not None:
        found["organization"] = decode(prefixes.ORGANIZATION, given.organization_id) or NOWHERE
    return found


@one("documents", PackageRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, PackageRecord]:
    """Packages by key."""
    return await source.packages(context.stores.documents, keys, ask)


async def _count(
    context: Context, keys: Sequence[Any], ask: Ask, *, filter: ExchangeFilter | None = None
) -> dict[Any, int]:
    return await source.package_count(context.stores.documents, keys, ask, _filters(filter))


@page("documents", PackageRecord, _count)
async def listed(
    context: Context, keys: Sequence[Any], ask: Ask, window: Window, *, filter: ExchangeFilter | None = None
) -> dict[Any, Slice[PackageRecord]]:
    """All packages that the viewer may see and that fit the filter, the newest first."""
    return await source.package_list(context.stores.documents, keys, ask, window, _filters(filter))


@many("documents", PackedRecord)
async def packed(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[PackedRecord]]:
    """What is in each package."""
    return await source.packed_in(context.stores.documents, keys, ask)


@many("documents", AttemptRecord)
async def attempts(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[AttemptRecord]]:
    """The attempts of each package."""
    return await source.attempts_of(context.stores.documents, keys, ask)


@many("documents", ReceiptRecord)
async def receipts_of(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[ReceiptRecord]]:
    """The receipts for each package."""
    return await source.receipts_of(context.stores.documents, keys, ask)


@many("documents", StepRecord)
async def steps(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[StepRecord]]:
    """The steps of each package."""
    return await source.steps_of(context.stores.documents, keys, ask)


@many("documents", ConfirmationView)
async def confirmations(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[ConfirmationView]]:
    """The receipts by which the other sides accepted each document; opened for whoever wants their bytes alone."""
    store, wanted = context.stores.documents, ask.columns is None or not ask.columns.isdisjoint(_BYTES)
    found: dict[int, list[ConfirmationView]] = {}
    for key, rows in (await source.confirmations_of(store, keys)).items():
        said = [opened(store, row) if wanted and row.alone else (None, None) for row in rows]
        found[key] = [
            ConfirmationView(row.id, row.number, row.at, row.signed, *bytes_)
            for row, bytes_ in zip(rows, said, strict=True)
        ]
    return found


@one("documents", InformationRequestRecord)
async def request_by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, InformationRequestRecord]:
    """Requests for information by key."""
    return await request_source.requests(context.stores.documents, keys, ask)


async def _request_count(
    context: Context, keys: Sequence[Any], ask: Ask, *, filter: InformationRequestFilter | None = None
) -> dict[Any, int]:
    return await request_source.request_count(context.stores.documents, keys, ask, _filters(filter))


@page("documents", InformationRequestRecord, _request_count)
async def requests_listed(
    context: Context, keys: Sequence[Any], ask: Ask, window: Window, *, filter: InformationRequestFilter | None = None
) -> dict[Any, Slice[InformationRequestRecord]]:
    """All requests that the viewer may see and that fit the filter, the newest first."""
    return await request_source.request_list(context.stores.documents, keys, ask, window, _filters(filter))
