"""The documents of referrals (направления): made once each, after the commit by which a referral was issued."""

import uuid
from typing import Any, Final

from engine.global_id import encode
from gateway.jobs.pressing import CLAIM_SECONDS, Points, Pressing, called
from resolvers import prefixes
from resolvers.printed import referral as paper
from resolvers.printed.press import Press
from resolvers.printed.referral import Referred
from resolvers.rules import referral_rules
from resolvers.rules.referral import ReferralKind
from sources.books import BOOKS
from sources.clinical.referrals import papers as source
from sources.clinical.referrals.papers import ClaimedReferral
from sources.documents.made import NewDocument
from sources.organization import departments, organizations
from sources.postgres.ask import AUTHORITY_ZONE, Ask
from sources.postgres.writing import Unit
from sources.practitioner import practitioners

KIND: Final = "REFERRAL"
_PERSON: Final = frozenset({"family_name", "given_name", "patronymic"})
_NAME: Final = frozenset({"name"})
_URGENCIES: Final = {"EMERGENCY": "экстренно", "URGENT": "неотложно", "PLANNED": "планово"}


class ReferralPapers(Pressing[ClaimedReferral]):
    """Makes the documents of referrals."""

    store_name = "clinical"
    word = "referral"
    thing = "referral"
    prefix = prefixes.REFERRAL
    names = uuid.UUID("0d0d4f0e-7b1c-4f0b-8a53-5b6f1d1a7c2e")
    points = Points("referral_read", "referral_made", "referral_kept")

    async def _claim(self, unit: Unit) -> ClaimedReferral | None:
        return await source.claim(unit, CLAIM_SECONDS)

    async def _keep(self, unit: Unit, row: ClaimedReferral, kept: Any) -> None:
        await source.made(unit, row.id, kept.id)

    async def _keep_off(self, unit: Unit, row: ClaimedReferral, pause: float) -> None:
        await source.set_aside(unit, row.id, row.paper_attempts, pause)

    def _attempts(self, row: ClaimedReferral) -> int:
        return row.paper_attempts

    async def _new(self, row: ClaimedReferral, event_id: str) -> NewDocument:
        # The doctor signs it, not the authority.
        referral = source.opened(self._stores.clinical, row)
        said = await self._said(referral)
        pressed = await Press().pressed(said.at, paper.made, said)
        return NewDocument(
            kind=KIND,
            title=paper.title(said.purpose, said.number),
            number=said.number,
            issued_on=said.at.astimezone(AUTHORITY_ZONE).date(),
            issuer=said.issuer,
            at=said.at,
            practitioner_id=referral.signer_id,
            holder_organization_id=None,
            content=pressed.content,
            sha256=pressed.sha256,
            pages=pressed.pages,
            event_id=event_id,
        )

    async def _said(self, row: Any) -> Referred:
        """What a referral says, with the names that the registry has."""
        registry, ask = self._stores.registry, Ask(row.issued_at)
        people = sorted({key for key in (row.signer_id, row.to_practitioner_id) if key is not None})
        persons = await practitioners(registry, "id", people, Ask(row.issued_at, _PERSON))
        named = [row.organization_id, row.to_organization_id]
        places = await organizations(registry, "id", sorted({*named}), Ask(row.issued_at, _NAME))
        units = {}
        if row.to_department_id is not None:
            units = await departments(registry, [row.to_department_id], ask)
        rule = referral_rules(row.issued_at).kinds[ReferralKind(row.kind)]
        diagnosis = BOOKS.conditions.by_code.get(row.code)
        issuer, receiver = (places[key].name if key in places else "" for key in named)
        return Referred(
            number=encode(prefixes.REFERRAL, row.id),
            purpose=rule.names["ru"],
            code=row.document_code,
            edition=row.document_edition,
            at=row.issued_at,
            until=row.accept_until,
            urgency=_URGENCIES[row.urgency],
            issuer=issuer,
            doctor=called(persons.get(row.signer_id)) or "",
            receiver=receiver,
            department=units[row.to_department_id].name if row.to_department_id in units else None,
            practitioner=called(persons.get(row.to_practitioner_id)),
            patient=row.patient_name,
            birth_on=row.patient_birth_on,
            insurance_number=row.patient_insurance_number,
            diagnosis=row.code if diagnosis is None else f"{row.code} {diagnosis.name}",
            reason=row.reason,
        )
