"""The forms of submitted applications (заявления): made once each, as documents that their applicants sign."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.jobs.pressing import CLAIM_SECONDS, Points, Pressing, called
from resolvers.application import PREFIX
from resolvers.application.filing import rules_of
from resolvers.printed import form as paper
from resolvers.printed.form import Consented, Enclosed, Filled
from resolvers.printed.press import Press
from resolvers.rules import CONSENT_TEXTS
from sources.application import ApplicationRecord
from sources.application.forms import claim, formed, numbers, set_aside
from sources.books import BOOKS
from sources.documents.document import documents
from sources.documents.made import NewDocument
from sources.organization import organizations
from sources.postgres.ask import AUTHORITY_ZONE, Ask
from sources.postgres.writing import Unit
from sources.practitioner import practitioners

KIND: Final = "APPLICATION_FORM"
_PERSON: Final = frozenset({"family_name", "given_name", "patronymic", "registry_number"})
_NAME: Final = frozenset({"name"})
_TITLE: Final = frozenset({"id", "title"})


class Forms(Pressing[ApplicationRecord]):
    """Makes the forms of applications."""

    store_name = "accreditation"
    word = "form"
    thing = "application"
    prefix = PREFIX
    names = uuid.UUID("5d6f0bb6-5f3e-4b0a-9b5e-0b6a2f6c1f57")
    points = Points("form_read", "form_made", "form_enclosed")

    async def _claim(self, unit: Unit) -> ApplicationRecord | None:
        return await claim(unit, CLAIM_SECONDS)

    async def _keep(self, unit: Unit, row: ApplicationRecord, kept: Any) -> None:
        await formed(unit, row.id, kept.id, kept.sha256)

    async def _keep_off(self, unit: Unit, row: ApplicationRecord, pause: float) -> None:
        await set_aside(unit, row.id, row.form_attempts, pause)

    def _attempts(self, row: ApplicationRecord) -> int:
        return row.form_attempts

    async def _new(self, row: ApplicationRecord, event_id: str) -> NewDocument:
        # The applicant signs it, not the authority.
        base = sorted({key for key in (row.base_id, row.renews_id) if key is not None})
        filled = await self._filled(row, await numbers(self._stores.accreditation, base))
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
            person=called(applicant),
            registry_number=None if applicant is None else applicant.registry_number,
            organization=None if where not in places else places[where].name,
            specialty=_specialty(row.specialty_code),
            purpose=row.purpose,
            days=row.days,
            supervisor=called(persons.get(row.supervisor_id)),
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


def _specialty(code: str | None) -> str | None:
    found = BOOKS.specialties.by_code.get(code or "")
    return code if found is None else f"{found.code} {found.name}"
