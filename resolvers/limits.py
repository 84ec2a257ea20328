"""How often somebody may fail: counted in all processes together, per account, address and session.

Whoever tries asks `allowed` before he looks at what was shown, tells `failed` if it was wrong, and `succeeded` if not.
What is told to a stranger is the same whether an account exists or not: any text is counted alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from auth.accounts import SERVICE
from resolvers.rules import limits
from resolvers.rules.limits import FailureKind, Limit, LockReason
from sources.identity import failing
from sources.identity.failing import Counted, Lock, Window
from sources.identity.limits import LONGEST_ACCOUNT
from sources.postgres.failure import SourceUnavailable
from sources.sealed_store import SealedStore
from sources.sealing import KeyMissing
from sources.stores import Stores

PURPOSE: Final = "who failed"
ACCOUNT, ADDRESS, SESSION = "ACCOUNT", "ADDRESS", "SESSION"
_START: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tried:
    """Who tries something, as far as it is known; the store has keyed hashes of it.

    Attributes:
        account: of which account he says that it is his, whether there is such or not.
        address: from where, as `address_of` of the request gives it.
        session: the session, or what stands for one before there is any.
    """

    account: str | None = None
    address: str | None = None
    session: str | None = None

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What is known, by scope."""
        known = {ACCOUNT: self.account, ADDRESS: self.address, SESSION: self.session}
        return [(scope, value) for scope, value in known.items() if value]


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whether somebody may try.

    Attributes:
        until: if not, from when on he may, as far as is known now.
        lock: why, where his account is locked; that is for the journal and for himself, and nothing for a stranger.
    """

    ok: bool = True
    until: datetime | None = None
    lock: LockReason | None = None


async def allowed(stores: Stores, kind: FailureKind, who: Tried, at: datetime) -> Allowed:
    """Whether somebody may try now.

    A lock for failed sign-ins does not keep an account out of where it has come from before, so that whoever knows
    its name cannot keep its owner out. Other locks keep nobody from signing in: he has no rights then, and sees why.

    Raises:
        SourceFailure: the identity store does not say, and nothing should be tried.
    """
    store, limit = stores.identity, limits(at).kinds[kind]
    known = kind is FailureKind.SIGN_IN and await _known(store, who)
    barring = [] if who.account is None else await failing.in_force(store, [who.account], at)
    signing_in = limit.lock is LockReason.FAILED_SIGN_INS
    barring = [one for one in barring if (one.reason == LockReason.FAILED_SIGN_INS) is signing_in]
    if barring and not known:
        last = max(barring, key=lambda one: one.until)
        return Allowed(ok=False, until=last.until, lock=LockReason(last.reason))
    tries = [one for one in _counted(store, who) if not known or one.scope != ACCOUNT]
    found = await failing.sums(store, kind, tries, _window(limit, at).since) if tries else {}
    over = [_over(limit, first) for (scope, _), (failures, first) in found.items() if failures >= limit.most[scope]]
    return Allowed(ok=False, until=max(over)) if over else Allowed()


async def failed(stores: Stores, kind: FailureKind, who: Tried, at: datetime, times: int = 1) -> bool:
    """Count a failure, or so many at once; whether the account was locked by it.

    Raises:
        SourceFailure: the identity store did not take it.
    """
    accounts = {} if who.account is None else {who.account: times}
    others = Tried(address=who.address, session=who.session)
    return bool(await failed_often(stores, kind, accounts, at, others=_counted(stores.identity, others, times)))


async def failed_often(
    stores: Stores, kind: FailureKind, accounts: Mapping[str, int], at: datetime, *, others: Sequence[Counted] = ()
) -> list[str]:
    """Count failures of many accounts at once; which of them were locked by this.

    Raises:
        SourceFailure: the identity store did not take them.
    """
    store, limit = stores.identity, limits(at).kinds[kind]
    hashes = {_hash(store, ACCOUNT, account): account for account in accounts}
    who = [*(Counted(ACCOUNT, whose, accounts[account]) for whose, account in hashes.items()), *others]
    if not who:
        return []
    # What is no name of an account is counted, and not kept.
    named = {whose: account for whose, account in hashes.items() if len(account) <= LONGEST_ACCOUNT}
    lock = Lock(limit.lock, limit.most[ACCOUNT], limit.terms)
    return await failing.count(store, kind, who, named, _window(limit, at), lock, SERVICE)


async def succeeded(stores: Stores, kind: FailureKind, who: Tried, at: datetime) -> None:
    """Forget what an account and a session failed at before; what failed from the address still counts.

    After a sign-in the address is known as one that the account comes from.

    Raises:
        SourceFailure: the identity store did not take it.
    """
    store = stores.identity
    whose = _counted(store, Tried(account=who.account, session=who.session))
    if whose:
        await failing.forgive(store, kind, whose)
    if kind is FailureKind.SIGN_IN and who.account and who.address:
        account, address = _hash(store, ACCOUNT, who.account), _hash(store, ADDRESS, who.address)
        await failing.came_from(store, account, address, at)


def hashes_of(store: SealedStore, account: str) -> list[bytes]:
    """All hashes under which failures of an account may be counted.

    Raises:
        SourceUnavailable: the ring is empty.
    """
    return _hashes(store, ACCOUNT, account)


def _over(limit: Limit, first_at: datetime) -> datetime:
    """When the first of the slices that count is no longer looked at."""
    return first_at + limit.window + limit.slice


def _window(limit: Limit, at: datetime) -> Window:
    """The slices that count: the one of this instant, and all that hold an instant of the window."""
    slices = (at - _START) // limit.slice
    return Window(at, _START + slices * limit.slice, at - limit.window - limit.slice)


async def _known(store: SealedStore, who: Tried) -> bool:
    if not who.account or not who.address:
        return False
    return await failing.is_known(store, _hashes(store, ACCOUNT, who.account), _hashes(store, ADDRESS, who.address))


def _counted(store: SealedStore, who: Tried, times: int = 1) -> list[Counted]:
    return [Counted(scope, _hash(store, scope, value), times) for scope, value in who.parts]


def _hash(store: SealedStore, scope: str, value: str) -> bytes:
    try:
        return store.keyring.hashed(PURPOSE, [scope, value])
    except KeyMissing as missing:
        raise _lost(store, missing) from missing


def _hashes(store: SealedStore, scope: str, value: str) -> list[bytes]:
    try:
        return store.keyring.hashes(PURPOSE, [scope, value])
    except KeyMissing as missing:
        raise _lost(store, missing) from missing


def _lost(store: SealedStore, missing: KeyMissing) -> SourceUnavailable:
    store.unopened(f"the {missing.kind} key is missing", missing.version)
    return SourceUnavailable(store.name)
