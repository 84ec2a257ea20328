"""What acts left in one store goes to the journal: events and audit entries, each exactly once.

An event arrives in one transaction of the journal with the messages and the mail that it makes; its id keeps it from
arriving twice. Only then is it marked where it came from, so that a delivery that dies anywhere is simply done again.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import orjson

from auth.accounts import FIRST_ALONE, Reach
from gateway.jobs.addressees import letters_of
from gateway.log import Log
from resolvers.telling.letters import Letter, Told
from sources.delivery.arriving import NewMessage, entries_arrive, events_arrive, keep_messages
from sources.delivery.relaying import WaitingEvent, mark_entries, mark_events, waiting_entries, waiting_events
from sources.delivery.undelivered import Stuck, failed, given_up_count, sticking
from sources.postgres.crashing import reach
from sources.postgres.store import Store
from sources.postgres.transaction import transaction
from sources.stores import Stores

AT_ONCE: Final = 100
SECONDS: Final = 30.0
RowT = TypeVar("RowT")


class Delivery:
    """Moves what waits in a store; any number of processes may try, one at a time does.

    Attributes:
        name: which of the stores.
    """

    name: str

    def __init__(self, stores: Stores, log: Log | None = None, reach: Reach = FIRST_ALONE) -> None:
        self.store: Store = getattr(stores, self.name)
        self._stores = stores
        self._journal = stores.journal
        self._log = log
        self._reach = reach
        self._given_up = 0

    def counted(self) -> dict[str, int]:
        """How many events and audit entries are given up, by the last look at the store."""
        return {"givenUp": self._given_up}

    async def events(self) -> int:
        """Move the events that wait, 100 at most; how many were looked at.

        Raises:
            SourceFailure: a store is lost; what was not marked waits on.
        """
        return await self._moved("event", self._events)

    async def entries(self) -> int:
        """Move the audit entries that wait, 100 at most; how many were looked at.

        Raises:
            SourceFailure: a store is lost; what was not marked waits on.
        """
        return await self._moved("audit_entry", self._entries)

    def left_out(self) -> Sequence[str]:
        """Kinds of events that wait on for now."""
        return ()

    async def told(
        self,
        connection: Any,
        waiting: Sequence[WaitingEvent],
        said: Mapping[object, Mapping[str, Any]],
    ) -> tuple[Sequence[WaitingEvent], Mapping[object, Sequence[Letter]]]:
        """The events that can be moved, and which letters each makes: all of them, with those for whom they concern."""
        return waiting, await letters_of(self._stores, waiting, await self.concerned(connection, waiting, said))

    async def concerned(
        self,
        connection: Any,  # noqa: ARG002 - whoever concerns somebody asks it what the events speak of
        waiting: Sequence[WaitingEvent],  # noqa: ARG002
        said: Mapping[object, Mapping[str, Any]],  # noqa: ARG002
    ) -> Mapping[object, Sequence[Told]]:
        """Whom events concern, and what each is told, by the ids of the events; nobody, unless the store says so."""
        return {}

    async def _moved(self, table: str, move: Callable[[int], Awaitable[int]]) -> int:
        """Move what waits; where something among it cannot be moved, one after the other, so that the rest is."""
        try:
            return await move(AT_ONCE)
        except Stuck as stuck:
            count = len(stuck.rows)
        for _ in range(count):
            try:
                await move(1)
            except Stuck as stuck:
                await self._set_aside(table, stuck)
        return count

    async def _set_aside(self, table: str, stuck: Stuck) -> None:
        (row,) = stuck.rows
        dead = await failed(self.store, table, row, stuck.code)
        if self._log is not None:
            what = "relay gave up" if dead else "relay tries again"
            self._log.event(
                what, store=self.store.name, table=table, id=str(row.id), attempts=row.attempts + 1, code=stuck.code
            )

    async def _events(self, most: int) -> int:
        async with transaction(self.store, SECONDS) as connection:
            self._given_up = await given_up_count(connection)
            waiting = await waiting_events(connection, most, self.left_out())
            if not waiting:
                return 0
            reach("relay_read")
            with sticking(waiting):
                ready, told = await self.told(connection, waiting, _said(waiting))
                async with transaction(self._journal, SECONDS) as journal:
                    await self._arrived(journal, ready, told)
            reach("relay_written")
            await mark_events(connection, [event.id for event in ready])
        reach("relay_marked")
        return len(ready)

    async def _arrived(
        self, journal: Any, ready: Sequence[WaitingEvent], told: Mapping[object, Sequence[Letter]]
    ) -> None:
        """Keep events in a transaction of the journal, with the messages of those that were not there yet."""
        fresh = await events_arrive(journal, self.store.name, ready)
        news = as_messages(letter for key, letters in told.items() if key in fresh for letter in letters)
        await keep_messages(journal, [*news])

    async def _entries(self, most: int) -> int:
        async with transaction(self.store, SECONDS) as connection:
            waiting = await waiting_entries(connection, most)
            if not waiting:
                return 0
            reach("relay_read")
            with sticking(waiting):
                async with transaction(self._journal, SECONDS) as journal:
                    await entries_arrive(journal, self.store.name, waiting)
            reach("relay_written")
            await mark_entries(connection, [entry.id for entry in waiting])
        reach("relay_marked")
        return len(waiting)


class ScheduleRelay(Delivery):
    """Moves what waits in the schedule store, which concerns nobody."""

    name = "schedule"


class OwnDelivery(Delivery):
    """Moves what acts left in the journal itself: it arrives and is marked in one transaction, on one connection."""

    name = "journal"

    async def _events(self, most: int) -> int:
        async with transaction(self.store, SECONDS) as connection:
            self._given_up = await given_up_count(connection)
            waiting = await waiting_events(connection, most, self.left_out())
            with sticking(waiting):
                ready, told = await self.told(connection, waiting, _said(waiting))
                await self._arrived(connection, ready, told)
                await mark_events(connection, [event.id for event in ready])
        return len(ready)

    async def _entries(self, most: int) -> int:
        async with transaction(self.store, SECONDS) as connection:
            waiting = await waiting_entries(connection, most)
            with sticking(waiting):
                await entries_arrive(connection, self.store.name, waiting)
                await mark_entries(connection, [entry.id for entry in waiting])
        return len(waiting)


def told_by_event(
    steps: Mapping[object, Any], name: str, rows: Mapping[int, RowT], tell: Callable[[str, RowT], Iterable[Told]]
) -> dict[object, list[Told]]:
    """What is told of each step, by its event; of a step whose row is not there any more, nothing.

    `name` is what steps call the key of their row, `tell` says what is told of a step of one.
    """
    return {key: [*tell(one["step"], row)] for key, one in steps.items() if (row := rows.get(one[name])) is not None}


def of_kind(
    waiting: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]], kind: str
) -> dict[object, Mapping[str, Any]]:
    """What the events of one kind say, by their ids."""
    return {one.id: said[one.id] for one in waiting if one.kind == kind}


def _said(waiting: Sequence[WaitingEvent]) -> Mapping[object, Mapping[str, Any]]:
    return {one.id: orjson.loads(one.payload) for one in waiting}


def as_messages(told: Iterable[Letter]) -> Iterator[NewMessage]:
    """Letters as the journal keeps them."""
    for one in told:
        yield NewMessage(
            one.subject,
            one.event_id,
            one.kind,
            one.at,
            one.template,
            orjson.dumps(one.parameters).decode(),
            one.application_id,
            one.accreditation_id,
            one.document_id,
            one.practitioner_id,
            one.organization_id,
            one.unread,
            one.mailed,
        )
