"""Locks of accounts: the viewer's own, and those that support and the auditor see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.batch import one, page
from resolvers.codes import printed
from resolvers.context import Context
from resolvers.rules.limits import LockReason
from sources.identity import failing
from sources.identity import lock_acts as source
from sources.identity.limits import LONGEST_ACCOUNT, LockRecord
from sources.identity.sealed_text import opened
from sources.postgres import reading
from sources.postgres.ask import Ask, Slice, Window

PREFIX = "lock"


@dataclass(frozen=True)
class LockFilter:
    """Which locks are wanted: all conditions must hold."""

    account: str | None = None
    in_force: bool | None = None
    proposed: bool | None = None


@dataclass(frozen=True, slots=True)
class OwnLockView:
    """Why the viewer's account is locked, and until when."""

    reason: LockReason
    locked_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ProposalView:
    """Who wants a lock lifted, and why."""

    by: str
    at: datetime
    reason: str


def in_force_at(locked_at: datetime, until: datetime, at: datetime) -> bool:
    """Whether a lock is in force at an instant."""
    return locked_at <= at < until


def _filters(given: LockFilter | None) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: an account that can be none.
    """
    found: dict[str, object] = {}
    if given is None:
        return found
    if given.account is not None:
        found["account"] = printed(given.account, "filter.account", LONGEST_ACCOUNT)
    if given.in_force is not None:
        found["held"] = given.in_force
    if given.proposed is not None:
        found["proposed"] = given.proposed
    return found


@one("identity", OwnLockView)
async def of_viewer(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, OwnLockView]:
    """The lock of the viewer's account that ends last; none where he is not locked."""
    locks = await failing.in_force(context.stores.identity, [context.viewer.subject or ""], ask.at)
    if not locks:
        return {}
    last = max(locks, key=lambda one: (one.until, one.id))
    return dict.fromkeys(keys, OwnLockView(LockReason(last.reason), last.locked_at, last.until))


@one("identity", LockRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, LockRecord]:
    """Locks by key."""
    return await reading.by_key(context.stores.identity, source.LOCK, keys, ask)


@one("identity", ProposalView)
async def proposal(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ProposalView]:
    """What was said of locks that somebody wants lifted."""
    store = context.stores.identity
    return {
        row.id: ProposalView(
            row.proposed_by,
            row.proposed_at,
            opened(store, "account_lock", row.id, row.key, {"proposal": row.proposal})["proposal"],
        )
        for row in await source.proposals(store, keys)
    }


async def _count(
    context: Context, keys: Sequence[Any], ask: Ask, *, filter: LockFilter | None = None
) -> dict[Any, int]:
    return await reading.counts(context.stores.identity, source.LOCK, keys, ask, key=None, filters=_filters(filter))


@page("identity", LockRecord, _count)
async def listed(
    context: Context, keys: Sequence[Any], ask: Ask, window: Window, *, filter: LockFilter | None = None
) -> dict[Any, Slice[LockRecord]]:
    """All locks that fit the filter, the newest first."""
    store, order = context.stores.identity, source.NEWEST_FIRST
    return await reading.slices(store, source.LOCK, keys, ask, window, key=None, order=order, filters=_filters(filter))
