"""What a first draft can be filled in with (предзаполнение): values that the register knows, each with its origin."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.global_id import encode
from resolvers import prefixes
from resolvers.application.examination import Examination
from resolvers.rules import Procedure
from sources.books import BOOKS


class Origin(StrEnum):
    """Where a suggested value is known from; of several that know it, the first."""

    ACCREDITATION = "ACCREDITATION"
    CERTIFICATE = "CERTIFICATE"
    EDUCATION = "EDUCATION"
    EMPLOYMENT = "EMPLOYMENT"
    LEADERSHIP = "LEADERSHIP"
    LICENCE = "LICENCE"
    SPECIALTY = "SPECIALTY"


_ORDER = list(Origin)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value for a field of the input, as the input takes it; with the key of what it names, if it names anything."""

    field: str
    value: str
    origin: Origin
    specialty_code: str | None = None
    organization_id: int | None = None
    accreditation_id: int | None = None


def places(known: Iterable[int], rules: Procedure) -> list[Suggestion]:
    """Where the accreditation may be worked under; of an institution, itself."""
    if not rules.place:
        return []
    origin = Origin.EMPLOYMENT if rules.subject == "PERSON" else Origin.LEADERSHIP
    return [
        Suggestion("organizationId", encode(prefixes.ORGANIZATION, one), origin, organization_id=one) for one in known
    ]


def specialties(case: Examination) -> list[Suggestion]:
    """The specialties that may be applied for: what was accredited, then what was learned, the last of it first."""
    if not case.personal:
        return []
    learned = {one.specialty_code: one.completed_on.toordinal() for one in case.evidence.educations}
    found = [
        (_ORDER.index(origin), -learned.get(entry.code, 0), entry.code, origin)
        for entry in BOOKS.specialties.entries
        if (origin := next(_origins(entry.code, case), None)) is not None
    ]
    return [Suggestion("specialtyCode", code, origin, specialty_code=code) for _, _, code, origin in sorted(found)]


def bases(case: Examination) -> list[Suggestion]:
    """The records that the draft may stand on."""
    held = [record.id for record in case.evidence.accreditations if case.bears(record)]
    return [
        Suggestion("baseId", encode(prefixes.ACCREDITATION, key), Origin.ACCREDITATION, accreditation_id=key)
        for key in held
    ]


def directions(case: Examination) -> list[Suggestion]:
    """The direction that the specialty of the draft opens."""
    specialty = BOOKS.specialties.by_code.get(case.draft.specialty_code or "")
    if specialty is None or specialty.direction is None or specialty.direction not in case.procedure.directions:
        return []
    return [Suggestion("directions", specialty.direction, Origin.SPECIALTY, specialty_code=specialty.code)]


def licences(case: Examination) -> list[Suggestion]:
    """The licences in force of the organisation, where the rules ask for the number of one."""
    if not case.procedure.licence:
        return []
    return [Suggestion("licenceNumber", one.number, Origin.LICENCE) for one in case.licences_in_force]


def _origins(code: str, case: Examination) -> Iterator[Origin]:
    """By what a specialty may be applied for."""
    asked = Examination(replace(case.draft, specialty_code=code), case.evidence, case.procedure, case.at)
    if case.procedure.bases:
        if any(asked.bears(record) for record in case.evidence.accreditations):
            yield Origin.ACCREDITATION
        return
    if any(record.state != "REVOKED" for record in asked.permanent):
        yield Origin.ACCREDITATION
    if any(one.specialty_code == code and case.day < one.ends_on for one in case.evidence.certificates):
        yield Origin.CERTIFICATE
    if asked.supported(code):
        yield Origin.EDUCATION
