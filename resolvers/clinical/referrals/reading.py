"""How referrals are found: by id, of a patient, by the document that one is as well, and as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from engine.batch import one, page
from engine.rights import Keys
from resolvers import prefixes
from resolvers.clinical import keys
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import Ways, paged, ways
from resolvers.context import Context
from resolvers.rules.referral import ReferralKind
from sources.clinical import reading
from sources.clinical.reading import Filters
from sources.clinical.referrals.signature import ReferralSignatureRecord, signatures_of
from sources.clinical.referrals.table import ReferralRecord
from sources.postgres.ask import Ask, Slice, Window

PREFIX: Final = prefixes.REFERRAL
# What rules look at, of a referral; at the desk, whether it comes in there.
KEYS: Final[Keys] = {**keys.RECORD, "here": "received_at", "desk": "received_at", "party": "parties"}
KIND: Final = (PREFIX, RECORDS.referral)


class ReferralState(StrEnum):
    """How a referral stands."""

    DRAFT = "DRAFT"
    AWAITING_SIGNATURE = "AWAITING_SIGNATURE"
    DISCARDED = "DISCARDED"
    ISSUED = "ISSUED"
    EXPIRED = "EXPIRED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    ANSWERED = "ANSWERED"
    ANNULLED = "ANNULLED"


class ReferralDirection(StrEnum):
    """Which way referrals go, seen from the viewer's workplace."""

    INCOMING = "INCOMING"
    OUTGOING = "OUTGOING"


@dataclass(frozen=True)
class ReferralFilter:
    """Which referrals are wanted: all conditions must hold."""

    direction: ReferralDirection | None = None
    state: list[ReferralState] | None = None
    kind: list[ReferralKind] | None = None


REFERRALS: Final[Ways] = ways(PREFIX, ReferralRecord, RECORDS.referral)
by_id = REFERRALS.by_id
of_order = paged(ReferralRecord, RECORDS.referral, "order_id")


@one("clinical", ReferralRecord)
async def of_document(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ReferralRecord]:
    """The referral that each document is as well."""
    return await reading.records(context.stores.clinical, RECORDS.referral, keys, ask, key="document_id")


@one("clinical", ReferralSignatureRecord)
async def signature(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ReferralSignatureRecord]:
    """The electronic signature of each referral that has one."""
    return await signatures_of(context.stores.clinical, keys, ask)


of_patient = REFERRALS.of_patient


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: ReferralFilter | None = None
) -> dict[None, int]:
    wanted = _filters(context, filter)
    if wanted is None:
        return dict.fromkeys(keys, 0)
    return await reading.counts_of(context.stores.clinical, RECORDS.referral, keys, ask, wanted, parent=None)


@page("clinical", ReferralRecord, _count)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: ReferralFilter | None = None
) -> dict[None, Slice[ReferralRecord]]:
    """All referrals that the viewer may see and that fit the filter, the newest first."""
    wanted = _filters(context, filter)
    if wanted is None:
        return dict.fromkeys(keys, Slice([], ("at", "id"), False))
    store = context.stores.clinical
    return await reading.records_of(store, RECORDS.referral, keys, ask, window, wanted, parent=None)


def _filters(context: Context, given: ReferralFilter | None) -> Filters | None:
    """The filter as the store has it; None where a direction means nothing, for there is no workplace."""
    if given is None:
        return {}
    found: dict[str, Any] = {}
    if given.direction is not None:
        post = context.viewer.standing.workplace
        if post is None:
            return None
        found["sent_to" if given.direction is ReferralDirection.INCOMING else "sent_by"] = post.organization_id
    if given.state is not None:
        found["state"] = [one.value for one in given.state]
    if given.kind is not None:
        found["kind"] = [one.value for one in given.kind]
    return found
