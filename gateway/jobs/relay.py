"""The relay of the accreditation store: whom its events concern, their letters, and the documents of decisions."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

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
from gateway.jobs.delivery import Delivery
from gateway.jobs.extracts import Names, names
from gateway.log import Log
from resolvers.printed import extract as paper
from resolvers.printed.code import digest_of, new_code
from resolvers.printed.press import Press
from resolvers.telling.letters import Known, Letter, concerns_employers, letters
from sources.delivery.relaying import WaitingEvent, told_accreditations, told_applications
from sources.documents.made import NewDocument, Seal, made_of_event, make
from sources.documents.reference import Referred
from sources.files import FilesUnavailable
from sources.postgres.failure import SourceContradicts, SourceFailure
from sources.postgres.writing import writing
from sources.signing.making import SigningFailed
from sources.stores import Stores

DECISION: Final = "DECISION_MADE"
RECORD: Final = "ACCREDITATION_CHANGED"
# While the documents are lost, decisions wait and nothing else does.
WITHOUT_DOCUMENTS_SECONDS: Final = 5.0


class Relay(Delivery):
    """Moves what waits in the accreditation store, with the messages and the documents that it makes."""

    name = "accreditation"

    def __init__(
        self,
        stores: Stores,
        log: Log | None = None,
        key: Ed25519PrivateKey | None = None,
        reach: Reach = FIRST_ALONE,
        press: Press | None = None,
    ) -> None:
        super().__init__(stores, log, reach)
        self._press = press or Press()
        self._key = key
        self._no_decisions_before = 0.0
        self._unsigned = 0
        self._why: str | None = None

    def counted(self) -> dict[str, int]:
        """What is given up; documents made unsigned."""
        return {**super().counted(), "unsigned": self._unsigned}

    def left_out(self) -> Sequence[str]:
        """Decisions, while the store that keeps their documents is lost."""
        return (DECISION,) if time.monotonic() < self._no_decisions_before else ()

    async def told(
        self, connection: Any, waiting: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]]
    ) -> tuple[Sequence[WaitingEvent], Mapping[object, Sequence[Letter]]]:
        """The events whose documents are kept, or that make none, with their letters."""
        known = await self._known(connection, waiting, said)
        ready, extracts = await self._documented(waiting, said, known)
        known = replace(known, extracts=extracts)
        return ready, {one.id: [*letters(str(one.id), one.kind, one.at, said[one.id], known)] for one in ready}

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
                except (SourceFailure, FilesUnavailable, SigningFailed) as failed:
                    self._waits(failed)
                    self._no_decisions_before = time.monotonic() + WITHOUT_DOCUMENTS_SECONDS
                    return [*ready, *(one for one in events[events.index(event) :] if one.kind != DECISION)], extracts
            ready.append(event)
        return ready, extracts

    def _waits(self, failed: Exception) -> None:
        """Note why decisions wait, unless it is a store, which jobs tell of; once until a document was made again."""
        why = None if isinstance(failed, SourceFailure) else str(failed)
        if why is not None and why != self._why and self._log is not None:
            self._log.event("decisions wait", why=why)
        self._why = why

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
        documents = self._stores.documents
        kept = await made_of_event(documents, str(event.id))
        if kept is None:
            new = await self._new(event, said, application, record, named)
            async with writing(documents) as unit:
                made = await make(unit, documents, self._stores.files, new)
            self._unsigned += made is not None and not new.signed
            # Another process may have been as quick.
            kept = await made_of_event(documents, str(event.id))
        return {} if kept is None else {application.id: kept.id}

    async def _new(
        self, event: WaitingEvent, said: Mapping[str, Any], application: Any, record: Any, named: Names
    ) -> NewDocument:
        protocol, accredited = str(said.get("protocolNumber") or "—"), said.get("accreditationId") is not None
        extract = named.extract(application, record, protocol, event.at, accredited=accredited)
        code, now, key = new_code(), datetime.now(UTC), self._key
        proof = self._press.proof(code, signed=key is not None or self._press.signs)
        pressed = await self._press.pressed(now, paper.made, extract, proof)
        seal = None if key is None else Seal(now, seal_of(str(event.id), pressed.content, now, key))
        return NewDocument(
            kind="DECISION",
            title=paper.title(application.number),
            number=protocol,
            issued_on=extract.on,
            issuer=extract.authority,
            at=event.at,
            practitioner_id=application.practitioner_id,
            holder_organization_id=application.holder_organization_id,
            content=pressed.content,
            sha256=pressed.sha256,
            pages=pressed.pages,
            event_id=str(event.id),
            referred=Referred(
                code_digest=digest_of(code),
                number=protocol,
                authority=extract.authority,
                holder=named.masked(application),
                issued_at=event.at,
                accreditation_ids=() if record is None else (record.id,),
            ),
            seal=seal,
            cms=pressed.cms,
        )


def _decided(said: Mapping[str, Any], known: Known) -> tuple[Any, Any]:
    """The application of a decision, and the record that came of it; None for what is not there."""
    application = known.applications.get(said.get("applicationId") or 0)
    return application, known.accreditations.get(said.get("accreditationId") or 0)


def _of(rows: Mapping[int, Any], keys: Iterable[int]) -> list[Any]:
    return [rows[key] for key in sorted({*keys}) if key in rows]


def _keys(payloads: Iterable[Mapping[str, Any]], name: str) -> list[int]:
    return [value for one in payloads if isinstance(value := one.get(name), int)]
