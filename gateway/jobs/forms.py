"""The forms of submitted applications (заявления): made once each, as documents that their applicants sign.

One that cannot be made for a reason of its own is set aside, longer each time, and keeps none of the others waiting.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.global_id import encode
from gateway.log import Log
from resolvers.application import PREFIX
from resolvers.application.filing import rules_of
from resolvers.printed import form as paper
from resolvers.printed.fonts import FontsMissing
from resolvers.printed.form import Consented, Enclosed, Filled
from resolvers.printed.press import Press
from resolvers.rules import CONSENT_TEXTS
from sources.application import ApplicationRecord
from sources.application.forms import claim, formed, numbers, set_aside
from sources.books import BOOKS
from sources.documents.document import documents
from sources.documents.made import NewDocument, made_of_event, make
from sources.organization import organizations
from sources.postgres.ask import AUTHORITY_ZONE, Ask
from sources.postgres.crashing import reach
from sources.postgres.failure import SourceContradicts, SourceFailure
from sources.postgres.writing import writing
from sources.practitioner import practitioners
from sources.stores import Stores

KIND: Final = "APPLICATION_FORM"
# The form of an application is one, whoever makes it and however often somebody dies while he does.
_FORMS: Final = uuid.UUID("5d6f0bb6-5f3e-4b0a-9b5e-0b6a2f6c1f57")
_PERSON: Final = frozenset({"family_name", "given_name", "patronymic", "registry_number"})
_NAME: Final = frozenset({"name"})
_TITLE: Final = frozenset({"id", "title"})
# Nobody holds the row meanwhile: whoever acts on the application does not wait until a form is made.
CLAIM_SECONDS: Final = 60.0
FIRST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 6 * 3_600.0


class Forms:
    """Makes the forms that are wanted; any number of processes may, each claims another application for a minute."""

    def __init__(self, stores: Stores, log: Log) -> None:
        self._stores = stores
        self._log = log

    async def run(self) -> int:
        """Make the next one; how many there were.

        Raises:
            SourceFailure: a store is lost, or the files are; the form is made later.
            FontsMissing: no form can be made.
        """
        async with writing(self._stores.accreditation) as unit:
            row = await claim(unit, CLAIM_SECONDS)
        if row is None:
            return 0
        reach("form_read")
        try:
            await self._give(row)
        except FontsMissing:
            raise
        except Exception as failed:
            if isinstance(failed, SourceFailure) and not isinstance(failed, SourceContradicts):
                raise
            await self._set_aside(row, failed)
        return 1

    async def _give(self, row: ApplicationRecord) -> None:
        """Make the form of an application, unless somebody who died had made it, and enclose it."""
        stores = self._stores
        base = sorted({key for key in (row.base_id, row.renews_id) if key is not None})
        filled = await self._filled(row, await numbers(stores.accreditation, base))
        event_id = str(uuid.uuid5(_FORMS, str(row.id)))
        kept = await made_of_event(stores.documents, event_id)
        if kept is None:
            new = await self._new(row, filled, event_id)
            async with writing(stores.documents) as unit:
                await make(unit, stores.documents, stores.files, new)
            reach("form_made")
            kept = await made_of_event(stores.documents, event_id)
        if kept is not None:
            async with writing(stores.accreditation) as unit:
                await formed(unit, row.id, kept.id, kept.sha256)
                reach("form_enclosed")

    async def _set_aside(self, row: ApplicationRecord, failed: Exception) -> None:
        pause = min(FIRST_PAUSE * 2**row.form_attempts, LONGEST_PAUSE)
        async with writing(self._stores.accreditation) as unit:
            await set_aside(unit, row.id, row.form_attempts, pause)
        attempts, application = row.form_attempts + 1, encode(PREFIX, row.id)
        error_id = self._log.noted(failed, "form")
        self._log.event("form set aside", application=application, attempts=attempts, seconds=pause, errorId=error_id)

    async def _new(self, row: ApplicationRecord, filled: Filled, event_id: str) -> NewDocument:
        # The applicant signs it, not the authority.
        pressed = await Press().pressed(filled.at, paper.made, filled)
        return NewDocument(
            kind=KIND,
            title=paper.title(row.number),
            number=row.number,
            issued_on=filled.at.astimezone(AUTHORITY_ZONE).date(),
            issuer=filled.authority,
            at=filled.at,
            practitioner_id=row.practitioner_id,
            holder_organization_id=row.holder_organization_id,
            content=pressed.content,
            sha256=pressed.sha256,
            pages=pressed.pages,
            event_id=event_id,
        )

    async def _filled(self, row: ApplicationRecord, numbered: Mapping[int, str]) -> Filled:
        """What the application says, with the names that the registry has."""
        stores, at = self._stores, row.submitted_at or row.changed_at
        people = sorted({key for key in (row.practitioner_id, row.supervisor_id) if key is not None})
        persons = await practitioners(stores.registry, "id", people, Ask(at, _PERSON)) if people else {}
        where = row.organization_id or row.holder_organization_id
        places = await organizations(stores.registry, "id", [where], Ask(at, _NAME)) if where is not None else {}
        applicant = persons.get(row.practitioner_id)
        return Filled(
            authority=rules_of(row, at).authority,
            number=row.number,
            kind=row.kind,
            at=at,
            attempt=row.attempt,
            person=_called(applicant),
            registry_number=None if applicant is None else applicant.registry_number,
            organization=None if where not in places else places[where].name,
            specialty=_specialty(row.specialty_code),
            purpose=row.purpose,
            days=row.days,
            supervisor=_called(persons.get(row.supervisor_id)),
            base=numbered.get(row.base_id or 0),
            renews=numbered.get(row.renews_id or 0),
            directions=row.directions,
            licence=row.licence_number,
            phone=row.phone,
            email=row.email,
            enclosed=await self._enclosed(row, at),
            consents=_consents(row),
        )

    async def _enclosed(self, row: ApplicationRecord, at: Any) -> Sequence[Enclosed]:
        papers: Mapping[str, Sequence[int]] = json.loads(row.papers)
        keys = sorted({key for filled in papers.values() for key in filled})
        rows = await documents(self._stores.documents, keys, Ask(at, _TITLE)) if keys else {}
        return [
            Enclosed(slot, rows[key].title) for slot, filled in sorted(papers.items()) for key in filled if key in rows
        ]


def _consents(row: ApplicationRecord) -> Sequence[Consented]:
    given: Mapping[str, Mapping[str, str]] = json.loads(row.consents)
    return [
        Consented(kind, one["version"], CONSENT_TEXTS[kind, one["version"]]["ru"])
        for kind, one in sorted(given.items())
        if (kind, one["version"]) in CONSENT_TEXTS
    ]


def _called(person: Any) -> str | None:
    if person is None:
        return None
    return " ".join(filter(None, (person.family_name, person.given_name, person.patronymic)))


def _specialty(code: str | None) -> str | None:
    found = BOOKS.specialties.by_code.get(code or "")
    return code if found is None else f"{found.code} {found.name}"
