"""The relay: from where acts left them, events and audit entries go to the journal, each exactly once.

An event arrives in one transaction of the journal with the messages and the mail that it makes; its id keeps it from
arriving twice. Only then is it marked where it came from, so that a relay that dies anywhere is simply done again.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auth.accounts import FIRST_ALONE, Reach
from gateway.evidence.decisions import seal_of
from gateway.jobs.addressees import (
    employers_of_applicants,
    employers_of_holders,
    people_and_heads_known,
    placed,
    subjects_of,
    wishes_of,
)
from gateway.jobs.extracts import Names, names
from gateway.log import Log
from resolvers.telling import paper
from resolvers.telling.letters import Known, Letter, concerns_employers, letters
from sources.delivery.arriving import NewMessage, entries_arrive, events_arrive, keep_messages
from sources.delivery.relaying import (
    WaitingEvent,
    mark_entries,
    mark_events,
    told_accreditations,
    told_applications,
    waiting_entries,
    waiting_events,
)
from sources.delivery.undelivered import Stuck, failed, given_up_count, sticking
from sources.document import Decided, keep_decision
from sources.postgres.crashing import reach
from sources.postgres.failure import SourceContradicts, SourceFailure
from sources.postgres.transaction import transaction
from sources.stores import Stores

AT_ONCE: Final = 100
SECONDS: Final = 30.0
DECISION: Final = "DECISION_MADE"
RECORD: Final = "ACCREDITATION_CHANGED"
# While the documents are lost, decisions wait and nothing else does.
WITHOUT_DOCUMENTS_SECONDS: Final = 5.0


class Relay:
    """Moves what waits in the accreditation store; any number of processes may try, one at a time does."""

    def __init__(
        self,
        stores: Stores,
        log: Log | None = None,
        key: Ed25519PrivateKey | None = None,
        reach: Reach = FIRST_ALONE,
    ) -> None:
        self._stores = stores
        self._reach = reach
        self._log = log
        self._key = key
        self._no_decisions_before = 0.0
        self._given_up = 0
        self._unsigned = 0

    def counted(self) -> dict[str, int]:
        """How many events and audit entries are given up, by the last look at the store; documents made unsigned."""
        return {"givenUp": self._given_up, "unsigned": self._unsigned}

    async def events(self) -> int:
        """Relay the events that wait, 100 at most; how many were looked at.

        Raises:
            SourceFailure: a store is lost; what was not marked waits on.
        """
        return await self._moved("event", self._events)

    async def entries(self) -> int:
        """Relay the audit entries that wait, 100 at most; how many were looked at.

        Raises:
            SourceFailure: a store is lost; what was not marked waits on.
        """
        return await self._moved("audit_entry", self._entries)

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
        dead = await failed(self._stores.accreditation, table, row, stuck.code)
        if self._log is not None:
            what = "relay gave up" if dead else "relay tries again"
            self._log.event(what, table=table, id=str(row.id), attempts=row.attempts + 1, code=stuck.code)

    async def _events(self, most: int) -> int:
        stores = self._stores
        left_out = (DECISION,) if time.monotonic() < self._no_decisions_before else ()
        async with transaction(stores.accreditation, SECONDS) as connection:
            self._given_up = await given_up_count(connection)
            waiting = await waiting_events(connection, most, left_out)
            if not waiting:
                return 0
            reach("relay_read")
            with sticking(waiting):
                said = {event.id: orjson.loads(event.payload) for event in waiting}
                known = await self._known(connection, waiting, said)
                waiting, extracts = await self._documented(waiting, said, known)
                known = replace(known, extracts=extracts)
                told = {one.id: [*letters(str(one.id), one.kind, one.at, said[one.id], known)] for one in waiting}
                async with transaction(stores.journal, SECONDS) as journal:
                    fresh = await events_arrive(journal, stores.accreditation.name, waiting)
                    news = as_messages(letter for key in told if key in fresh for letter in told[key])
                    await keep_messages(journal, [*news])
            reach("relay_written")
            await mark_events(connection, [event.id for event in waiting])
        reach("relay_marked")
        return len(waiting)

    async def _entries(self, most: int) -> int:
        stores = self._stores
        async with transaction(stores.accreditation, SECONDS) as connection:
            waiting = await waiting_entries(connection, most)
            if not waiting:
                return 0
            reach("relay_read")
            with sticking(waiting):
                async with transaction(stores.journal, SECONDS) as journal:
                    await entries_arrive(journal, stores.accreditation.name, waiting)
            reach("relay_written")
            await mark_entries(connection, [entry.id for entry in waiting])
        reach("relay_marked")
        return len(waiting)

    async def _known(self, connection: Any, waiting: Sequence[WaitingEvent], said: Mapping[Any, Any]) -> Known:
        stores, payloads = self._stores, [*said.values()]
        applications = await told_applications(connection, _keys(payloads, "applicationId"))
        accreditations = await told_accreditations(connection, _keys(payloads, "accreditationId"))
        people, places = placed(applications.values())
        people = sorted({*people, *_keys(payloads, "practitionerId")})
        places = sorted({*places, *_keys(payloads, "organizationId")})
        known = await people_and_heads_known(stores, people, places, self._reach)
        concerning = [one for one in waiting if concerns_employers(one.kind, said[one.id])]
        applied = _keys((said[one.id] for one in concerning if one.kind != RECORD), "applicationId")
        changed = _keys((said[one.id] for one in concerning if one.kind == RECORD), "accreditationId")
        at, reach = datetime.now(UTC), self._reach
        known = replace(
            known,
            applications=applications,
            accreditations=accreditations,
            employers_of_applicants=await employers_of_applicants(stores, _of(applications, applied), at, reach),
            employers_of_holders=await employers_of_holders(stores, _of(accreditations, changed), at, reach),
        )
        officers = [one["officer"] for one in payloads if isinstance(one.get("officer"), str)]
        return replace(known, wishes=await wishes_of(stores, {*officers, *subjects_of(known)}))

    async def _documented(
        self, events: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]], known: Known
    ) -> tuple[list[WaitingEvent], dict[int, int]]:
        """The events whose documents are kept, or that make none; for each application the key of its document."""
        ready: list[WaitingEvent] = []
        named: Names | None = None
        extracts: dict[int, int] = {}
        for event in events:
            if event.kind == DECISION:
                try:
                    named = named or await self._names(said.values(), known)
                    extracts |= await self._document(event, said[event.id], known, named)
                except SourceContradicts:
                    raise
                except SourceFailure:
                    self._no_decisions_before = time.monotonic() + WITHOUT_DOCUMENTS_SECONDS
                    return [*ready, *(one for one in events[events.index(event) :] if one.kind != DECISION)], extracts
            ready.append(event)
        return ready, extracts

    async def _names(self, payloads: Iterable[Mapping[str, Any]], known: Known) -> Names:
        """The names for the documents of all decisions among the events."""
        decided = (_decided(said, known) for said in payloads if "protocolNumber" in said)
        made = [(application, record) for application, record in decided if application is not None]
        return await names(self._stores, made, datetime.now(UTC))

    async def _document(
        self, event: WaitingEvent, said: Mapping[str, Any], known: Known, named: Names
    ) -> dict[int, int]:
        application, record = _decided(said, known)
        if application is None:
            return {}
        protocol, accredited = str(said.get("protocolNumber") or "—"), said.get("accreditationId") is not None
        extract = named.extract(application, record, protocol, event.at, accredited=accredited)
        content, name = paper.content(extract), paper.title(application.number)
        owner, holder = application.practitioner_id, application.holder_organization_id
        now, key = datetime.now(UTC), self._key
        seal = None if key is None else seal_of(str(event.id), content, now, key)
        decided = Decided(
            str(event.id), owner, holder, name, protocol, extract.on, extract.authority, event.at, content, seal, now
        )
        document, made = await keep_decision(self._stores.documents, decided)
        if made and seal is None:
            self._unsigned += 1
        return {application.id: document}


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


def _decided(said: Mapping[str, Any], known: Known) -> tuple[Any, Any]:
    """The application of a decision, and the record that came of it; None for what is not there."""
    application = known.applications.get(said.get("applicationId") or 0)
    return application, known.accreditations.get(said.get("accreditationId") or 0)


def _of(rows: Mapping[int, Any], keys: Iterable[int]) -> list[Any]:
    return [rows[key] for key in sorted({*keys}) if key in rows]


def _keys(payloads: Iterable[Mapping[str, Any]], name: str) -> list[int]:
    return [value for one in payloads if isinstance(value := one.get(name), int)]
