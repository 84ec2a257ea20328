"""Admission: how much is under way in a process, who comes first when that is much, and who is sent away at the door.

One loop does the work of a process. What it takes on beyond what it can do would only make everybody late: so the rest
waits before the door, briefly, and those whose turn does not come are told so at once. Acts come before reads of a few
objects, and these before lists.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from enum import IntEnum
from typing import Final, NamedTuple

from graphql import OperationType

from gateway.log import Log

# Reads that keep one core busy while each waits for its stores; and those that are let in whatever acts are under way.
LEAST: Final = 8
ALWAYS: Final = 2
# So many acts are under way at most; the stores give fewer of them a turn at a time.
ACTS: Final = 32
# An act goes to its store a dozen times, one after the other, and each time is late by the reads under way: each act
# keeps so many places free of them, while the loop is so late, in seconds, that it is the loop that they wait for.
FREE: Final = 4
BUSY: Final = 0.0003
# So many of a rank may wait in a crowd that comes at once.
MOST_WAITING: Final = 1_000
# An operation that can give more objects than these is a list; each time that number takes a place more.
LIST: Final = 250
# How often is looked at how late the loop is, and how late it may be, in seconds: as long as that, whatever arrives
# lies unread, a request that is to be refused too.
EVERY: Final = 0.01
LATE: Final = 0.005
SMOOTHED: Final = 8
# Those who wait have waited in vain after this part of the time that an operation has; acts wait longer.
PATIENCE, PATIENCE_OF_ACTS = 1 / 6, 1 / 2
# Where nobody was sent away for so many seconds, it is over.
OVER_SECONDS: Final = 1.0
NEVER: Final = float("inf")


class Rank(IntEnum):
    """Who comes first."""

    ACT = 0
    READ = 1
    LIST = 2


class Demand(NamedTuple):
    """What an operation asks of the process: its rank, and how many places it takes while it is under way."""

    rank: Rank
    places: int


class Overloaded(Exception):
    """There is too much under way; nothing was begun."""


class _Waiting(NamedTuple):
    turn: "asyncio.Future[None]"
    since: float
    demand: Demand


def demand(kind: OperationType | None, cost: int) -> Demand:
    """What an operation of a kind asks, with its measured cost."""
    if kind is OperationType.MUTATION:
        return _ACT
    return ONE if cost <= LIST else Demand(Rank.LIST, 1 + cost // LIST)


_ACT: Final = Demand(Rank.ACT, 1)
ONE: Final = Demand(Rank.READ, 1)


class Admission:
    """The places of one process.

    How many there are is found out: one fewer while the loop is late, one more while somebody waits and it is not. An
    operation begins when any place is free, and takes as many as it needs, so that a large one is not kept out by small
    ones for ever.

    Attributes:
        places: how many there are.
        taken: how many are taken. Acts take none, for many may wait for one row; they keep some free.
        refused: how many of each rank were sent away.
    """

    def __init__(self, log: Log, *, most: int, deadline: float) -> None:
        self.places = min(most, LEAST)
        self.taken = 0
        self.refused = [0] * len(Rank)
        self._log = log
        self._most = most
        self._patience = [deadline * part for part in (PATIENCE_OF_ACTS, PATIENCE, PATIENCE)]
        self._acts = 0
        self._waiting: list[deque[_Waiting]] = [deque() for _ in Rank]
        self._crowded_since = [NEVER] * len(Rank)  # since when there was always somebody of a rank who waits
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = self._late = 0.0
        self._overloaded_since = NEVER
        self._refused_before, self._refused_at = self.counted(), 0.0

    def enter(self, wanted: Demand) -> bool:
        """Take places at once, if that may be; whoever does has to leave."""
        rank, places = wanted
        if rank is Rank.ACT:
            if self._acts >= ACTS:
                return False
            self._acts += 1
        elif self.taken >= self.room() or self._waiting[Rank.READ] or self._waiting[Rank.LIST]:
            return False
        else:
            self.taken += places
        if self._timer is None:
            self._look_again(asyncio.get_running_loop())
        return True

    async def wait(self, wanted: Demand) -> None:
        """Take places as soon as it is one's turn; whoever does has to leave.

        Raises:
            Overloaded: there is none, and will not be in time.
        """
        rank, now = wanted.rank, asyncio.get_running_loop().time()
        if self.crowded(rank, now):
            raise self.refuse(rank, now)
        mine = self._waiting[rank]
        if not mine:
            self._crowded_since[rank] = now
        one = _Waiting(asyncio.get_running_loop().create_future(), now, wanted)
        mine.append(one)
        try:
            await one.turn
        except asyncio.CancelledError:
            # Whoever leaves as his turn comes lets the next one in.
            if one.turn.cancelled():
                with suppress(ValueError):
                    mine.remove(one)
            elif one.turn.exception() is None:
                self.leave(wanted)
            raise

    def leave(self, wanted: Demand) -> None:
        """Give the places back, to whoever comes first of those who wait."""
        acts, reads, lists = self._waiting
        if wanted.rank is Rank.ACT:
            self._acts -= 1
            while acts and self._acts < ACTS:
                self._acts += _let_in(acts)
            return
        self.taken -= wanted.places
        while (reads or lists) and self.taken < self.room():
            self.taken += _let_in(reads or lists)

    def room(self) -> int:
        """How many places reads may take now."""
        return max(self.places - FREE * self._acts, ALWAYS) if self._late > BUSY else self.places

    @asynccontextmanager
    async def place(self, wanted: Demand) -> AsyncIterator[None]:
        """The places meanwhile.

        Raises:
            Overloaded: there is none, and will not be in time.
        """
        if not self.enter(wanted):
            await self.wait(wanted)
        try:
            yield
        finally:
            self.leave(wanted)

    def refuse(self, rank: Rank, now: float) -> Overloaded:
        """Count one who is sent away; the first of them is told to the log, and later how many there were."""
        self.refused[rank] += 1
        self._refused_at = now
        if self._overloaded_since == NEVER:
            self._overloaded_since = now
            self._log.event("overloaded", places=self.places)
            if self._timer is None:
                self._look_again(asyncio.get_running_loop())
        return Overloaded()

    def crowded(self, rank: Rank, now: float) -> bool:
        """Whether somebody of this rank would be sent away.

        A crowd that comes at once may wait; where there has been one for as long as anybody waits, only as many as will
        have their turn soon.
        """
        ahead = len(self._waiting[rank])
        since = self._crowded_since[rank] if ahead else NEVER
        if rank is Rank.LIST and (reads := self._waiting[Rank.READ]):
            ahead, since = ahead + len(reads), min(since, self._crowded_since[Rank.READ])
        lasting = rank is not Rank.ACT and now - since > self._patience[rank]
        return ahead >= (2 * self.places if lasting else MOST_WAITING)

    def waiting(self, rank: Rank) -> Collection[object]:
        """Those of a rank who wait, as long as this lives."""
        return self._waiting[rank]

    def counted(self) -> dict[str, int]:
        """What was counted since the start, for whoever watches the program."""
        return {rank.name.lower(): self.refused[rank] for rank in Rank}

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looks_at = loop.time() + EVERY
        self._timer = loop.call_at(self._looks_at, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """See how late the loop is, and send away who has waited in vain."""
        now = loop.time()
        self._late += (now - self._looks_at - self._late) / SMOOTHED
        if self._late > LATE:
            self.places = max(min(LEAST, self._most), self.places - 1)
        elif self._waiting[Rank.READ] or self._waiting[Rank.LIST]:
            self.places = min(self._most, self.places + 1)
        for rank, mine in zip(Rank, self._waiting, strict=True):
            while mine and (mine[0].turn.done() or now - mine[0].since > self._patience[rank]):
                one = mine.popleft()
                if not one.turn.done():
                    one.turn.set_exception(self.refuse(rank, now))
        if now - self._refused_at > OVER_SECONDS and self._overloaded_since != NEVER:
            counted, self._refused_before = self._refused_before, self.counted()
            refused = {name: number - counted[name] for name, number in self._refused_before.items()}
            self._log.event("overload over", seconds=round(now - self._overloaded_since, 1), refused=refused)
            self._overloaded_since = NEVER
        if self.taken or self._acts or self._overloaded_since != NEVER:
            self._look_again(loop)
        else:
            self._timer = None


def _let_in(mine: deque[_Waiting]) -> int:
    """Give the first his turn; how many places that takes, none where he has left."""
    one = mine.popleft()
    if one.turn.done():
        return 0
    one.turn.set_result(None)
    return one.demand.places
