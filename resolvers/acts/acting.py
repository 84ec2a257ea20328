"""The idiom of acts: looked at anew, done in one transaction with key, event and audit entry, told as a payload.

An act says what it changes (`Effect`), or what keeps it from being done (`Hindered`); the rest is the same for all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from engine.act import NotAllowed
from engine.rights import Keys, Verdict
from resolvers.acts.grounds import grounds_of
from resolvers.acts.key import key_of
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import viewed
from resolvers.context import Context
from sources.postgres.crashing import reach
from sources.postgres.failure import SourceTimedOut
from sources.postgres.store import Store
from sources.postgres.writing import (
    Change,
    Key,
    KeyConflict,
    KeyInProgress,
    KeySpent,
    Left,
    Locked,
    Unit,
    outcome_of,
    writing,
)

# How old facts of other stores may be when what rests on them is committed.
FRESH_SECONDS = 1.0
ATTEMPTS = 5
# How often is asked at most what changed; a first answer may come late because a connection had to be opened for it.
ASKS = 3

P = TypeVar("P")
R = TypeVar("R")


@dataclass(slots=True, kw_only=True)
class Effect:
    """What an act did within its transaction, and what is to be told of it.

    Attributes:
        at: the instant of the change.
        outcome: the fields of the payload; kept with the key, so that a repeated request is answered alike.
        thing: global id of the object.
        change: what is done to the object; written with all the rest, once the act's own statements are.
        events: kinds with payloads of ids.
        grounds: what the audit entry says beside who, when, and by which roles.
        turns: whether rights of the viewer himself may rest on it.
    """

    at: datetime
    outcome: Mapping[str, Any]
    thing: str
    change: Change | None = None
    events: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    grounds: Mapping[str, Any] = field(default_factory=dict)
    turns: bool = False


class _Stale(Exception):
    """What the act rests on has changed before the commit, or nobody could say in time that it has not."""


@dataclass(frozen=True, slots=True)
class Doing:
    """One act under way.

    Attributes:
        permission: what the viewer must hold at all; on which objects, the act itself settles on the locked row.
        do: the act within its transaction; what it gives is committed, None when there is nothing to keep. It reads
            facts of other stores under its locks, and nothing else of its own store than through the transaction. What
            it reads without a lock it tells the unit, for it may have to be asked for again.
        into: the store in which the act is done.
        first: what is kept before the act begins and stays, whatever comes of it. It may hinder the act; of one that
            was done under its key before, it is not asked.
    """

    context: Context
    act: str
    permission: str
    input: Any
    do: Callable[[Unit], Awaitable[Effect | None]]
    into: str = "accreditation"
    first: Callable[[], Awaitable[None]] | None = None

    @property
    def store(self) -> Store:
        """Where it is done."""
        found: Store = getattr(self.context.stores, self.into)
        return found


_under_way: set[asyncio.Task[Any]] = set()


async def carried_out(doing: Doing, payload: Callable[..., P]) -> P:
    """Carry an act out and say what came of it.

    Whoever leaves before its turn has come leaves nothing behind. Once begun it is carried to its end, whether or not
    the caller waits: what cuts him off does not cut a transaction in two. Its waits are bounded by the deadlines of
    the stores.

    Raises:
        NotAllowed: the viewer may not do this, at all or to this object.
        SourceFailure: a store did not answer; nobody knows whether the act was done, and a key will tell.
    """
    turns = doing.store.turns
    await turns.acquire()
    outcome, problems = await to_its_end(_carried_out(doing), turns.release)
    told = [viewed(problem, doing.context.language) for problem in problems]
    return payload(**outcome, problems=told)


async def to_its_end(work: Coroutine[Any, Any, R], ended: Callable[[], object] = lambda: None) -> R:
    """What comes of work that is carried to its end, whether or not the caller waits; `ended` is called then."""
    task = asyncio.create_task(work)
    _under_way.add(task)
    task.add_done_callback(_let_go)
    task.add_done_callback(lambda _: ended())
    return await asyncio.shield(task)


async def at_rest() -> None:
    """Wait until no act is under way in this loop: a process that ends carries what it began to its end."""
    loop = asyncio.get_running_loop()
    while mine := [task for task in _under_way if task.get_loop() is loop]:
        await asyncio.wait(mine)


def require(context: Context, permission: str, row: Any, keys: Keys) -> None:
    """That the viewer may do this to the row.

    Raises:
        NotAllowed: saying why not.
    """
    verdict = context.viewer[permission]
    if verdict.allows(row, keys) is not True:
        raise NotAllowed(verdict.refusal(row, keys))


def there(row: R | None, seen: Verdict, *path: str) -> R:
    """A row that was looked for among those that the viewer sees.

    Raises:
        Hindered: there is none among them; whether there is one besides, nothing tells.
        NotAllowed: facts of the viewer are missing, by which he might have seen one.
    """
    if row is not None:
        return row
    if seen.lost is not None:
        raise NotAllowed(seen.lost)
    raise Hindered(Problem(ProblemCode.NOT_FOUND, path))


def after(at: datetime, last: datetime | None) -> datetime:
    """The instant of a change: now, and later than the change before it, whatever another machine's clock says."""
    return at if last is None else max(at, last + timedelta(microseconds=1))


async def _carried_out(doing: Doing) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    try:
        key = key_of(doing.context, doing.store, doing.act, doing.input)
        await _begun(doing, key)
        for _ in range(ATTEMPTS):
            try:
                return await _attempted(doing, key), ()
            except _Stale:
                continue
    except Hindered as hindered:
        return hindered.outcome, hindered.problems
    except KeyConflict:
        return {}, (Problem(ProblemCode.IDEMPOTENCY_CONFLICT, ("idempotencyKey",)),)
    except KeyInProgress:
        return {}, (Problem(ProblemCode.IDEMPOTENCY_IN_PROGRESS, ("idempotencyKey",)),)
    raise SourceTimedOut(doing.store.name)


async def _begun(doing: Doing, key: Key | None) -> None:
    """What is kept before the act, where there is such, and nothing was done under its key."""
    if doing.first is not None and (key is None or await outcome_of(doing.store, key) is None):
        await _looked_at(doing)
        await doing.first()


async def _looked_at(doing: Doing) -> float:
    """Since when the viewer is known to be what he is.

    Raises:
        NotAllowed: he may do this to no object.
    """
    known_since = await doing.context.look()
    verdict = doing.context.viewer[doing.permission]
    if verdict.never is not False:
        raise NotAllowed(verdict.refusal_at_all())
    return known_since


async def _attempted(doing: Doing, key: Key | None) -> Mapping[str, Any]:
    context = doing.context
    known_since = await _looked_at(doing)
    try:
        effect = await _done(doing, key, known_since)
    except (Hindered, NotAllowed, Locked, KeySpent) as hindrance:
        # What was done under the key itself may be what keeps it from being done again.
        found = None if key is None else await outcome_of(doing.store, key)
        if found is None and isinstance(hindrance, KeySpent):  # forgotten between the two statements
            raise KeyInProgress from None
        if found is None:
            raise
        await context.renew(context.at)
        return found
    if effect is None:
        return {}
    if effect.turns:
        await context.renew(effect.at)
    else:
        context.advance(effect.at)
    return effect.outcome


async def _done(doing: Doing, key: Key | None, known_since: float) -> Effect | None:
    context, loop = doing.context, asyncio.get_running_loop()
    async with writing(doing.store) as unit:
        reach("begin")
        effect = await doing.do(unit)
        reach("written")
        if effect is not None:
            as_of = context.at - timedelta(seconds=max(0.0, loop.time() - known_since))
            await unit.leave(_left(doing, effect, key, as_of), effect.change)
            reach("left")
        asked = 0
        while effect is not None and loop.time() - known_since > FRESH_SECONDS:
            if asked == ASKS:
                raise _Stale
            known_since, asked = await _known_anew(context, unit), asked + 1
        reach("before_commit")
    reach("after_commit")
    return effect


async def _known_anew(context: Context, unit: Unit) -> float:
    """Since when, on the loop's clock, what the act rests on is known to be as it was; asked under its locks.

    So an act is done where the stores are slow, as long as none of them takes longer than facts may be old.

    Raises:
        _Stale: something has changed, or the time of a right is over.
        SourceFailure: a store did not say.
    """
    asked = asyncio.get_running_loop().time()
    since, stands = await asyncio.gather(context.unchanged_since(), unit.stands())
    if since is None or not stands:
        raise _Stale
    return min(since, asked)


def _left(doing: Doing, effect: Effect, key: Key | None, as_of: datetime) -> Left:
    context = doing.context
    grounds = {
        **grounds_of(context),
        "permission": doing.permission,
        "asOf": as_of.astimezone(UTC).isoformat(),
        **effect.grounds,
    }
    return Left(
        at=effect.at,
        events=effect.events,
        subject=context.viewer.subject or "",
        act=doing.act,
        thing=effect.thing,
        grounds=grounds,
        key=key,
        outcome=effect.outcome,
    )


def _let_go(task: "asyncio.Task[Any]") -> None:
    _under_way.discard(task)
    # Whoever asked may have left; then nobody else looks at how it ended.
    if not task.cancelled():
        task.exception()
