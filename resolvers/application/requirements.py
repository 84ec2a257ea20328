"""What an application still lacks (требования к заявлению): one pure answer, before submission and at it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.application.enclosures import IDENTITY, enclosures, proven
from resolvers.application.evidence import Draft, Evidence
from resolvers.application.examination import Examination
from resolvers.identifiers import number, without_filling
from resolvers.rules import Procedure, attestation_rules
from resolvers.rules.procedure import RegistryEvidence
from sources.books import BOOKS

__all__ = ["Draft", "Evidence", "Problem", "ProblemCode", "problems"]

PHONE = re.compile(r"[+][1-9][0-9]{9,14}", re.ASCII)
_BRACKETS = str.maketrans("", "", "()")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+([.][^@\s.]+)+")
LONGEST_EMAIL = 254


def problems(draft: Draft, evidence: Evidence, procedure: Procedure, at: datetime) -> tuple[Problem, ...]:
    """Everything that keeps an application from being submitted at an instant, in the order of the form.

    A path leads into the input of a draft, its documents and consents in the order in which the draft has them; it is
    empty for what the registry lacks.
    """
    case = Examination(draft, evidence, procedure, at)
    return tuple(problem for check in _CHECKS for problem in check(case))


def _person(case: Examination) -> Iterator[Problem]:
    for name in IDENTITY if case.personal else ():
        if name not in case.evidence.known:
            yield Problem(ProblemCode.FIELD_REQUIRED, (), {"field": _spelt(name)})


def _contacts(case: Examination) -> Iterator[Problem]:
    for name, text, fits in (("phone", case.draft.phone, _is_phone), ("email", case.draft.email, _is_email)):
        if not text and name not in case.evidence.known:
            yield _missing(name)
        elif text and not fits(text):
            yield _malformed(name)


def _is_phone(text: str) -> bool:
    return PHONE.fullmatch(without_filling(text.translate(_BRACKETS))) is not None


def _is_email(text: str) -> bool:
    return len(text) <= LONGEST_EMAIL and EMAIL.fullmatch(text) is not None


def _specialty(case: Examination) -> Iterator[Problem]:
    code, path = case.draft.specialty_code, ("specialtyCode",)
    if not case.personal:
        return
    if not code:
        yield _missing(*path)
    elif code not in BOOKS.specialties.by_code:
        yield Problem(ProblemCode.UNKNOWN_SPECIALTY, path)
    elif case.unsupported and not proven(RegistryEvidence.EDUCATION, case):
        yield Problem(ProblemCode.SPECIALTY_NOT_SUPPORTED_BY_EDUCATION, path, {"specialty": code})


def _place(case: Examination) -> Iterator[Problem]:
    place, at_work = case.draft.organization_id, case.evidence.organization_ids
    if case.procedure.place and place is None:
        yield _missing("organizationId")
    elif case.procedure.place and case.personal and place not in at_work:
        yield Problem(ProblemCode.NOT_EMPLOYED, ("organizationId",))
    elif case.procedure.bases and not (at_work if case.base is None else case.base.place_id in at_work):
        yield Problem(ProblemCode.NOT_EMPLOYED, ("baseId",))


def _licence(case: Examination) -> Iterator[Problem]:
    if not case.procedure.place or case.draft.organization_id is None:
        return
    licence = number(case.draft.licence_number or "")
    active = {number(one.number) for one in case.licences_in_force}
    if case.procedure.licence and not licence:
        yield _missing("licenceNumber")
    elif licence and licence not in active:
        yield Problem(ProblemCode.LICENSE_NOT_ACTIVE, ("licenceNumber",))
    elif not active:
        yield Problem(ProblemCode.LICENSE_NOT_ACTIVE, ("organizationId",))


def _length(case: Examination) -> Iterator[Problem]:
    least, most, days = case.procedure.least_days, case.procedure.most_days, case.draft.days
    if least is None or most is None:
        return
    if days is None:
        yield _missing("days")
    elif not least <= days <= most:
        yield Problem(ProblemCode.TERM_OUT_OF_RANGE, ("days",), {"least": least, "most": most})


def _purpose(case: Examination) -> Iterator[Problem]:
    if case.procedure.purposes and not case.draft.purpose:
        yield _missing("purpose")
    elif case.procedure.purposes and case.draft.purpose not in case.procedure.purposes:
        yield _malformed("purpose")


def _supervisor(case: Examination) -> Iterator[Problem]:
    if not case.procedure.supervisors:
        return
    if case.draft.supervisor_id is None:
        yield Problem(ProblemCode.SUPERVISOR_REQUIRED, ("supervisorId",))
    elif not _supervises(case):
        yield Problem(ProblemCode.SUPERVISOR_NOT_QUALIFIED, ("supervisorId",))


def _supervises(case: Examination) -> bool:
    """Whether the supervisor is somebody else who works in the same organisation under a record that lets him."""
    supervisor, place = case.evidence.supervisor, case.draft.organization_id
    if supervisor is None or case.draft.supervisor_id == case.evidence.practitioner_id:
        return False
    records = [
        record
        for record in supervisor.accreditations
        if record.kind in case.procedure.supervisors and case.in_force(record)
    ]
    if place is None:
        return bool(records)
    return place in supervisor.organization_ids and any(place == record.place_id for record in records)


def _base(case: Examination) -> Iterator[Problem]:
    if case.procedure.bases and case.draft.base_id is None:
        yield Problem(ProblemCode.BASE_REQUIRED, ("baseId",))
    elif case.procedure.bases and case.base is None:
        yield Problem(ProblemCode.BASE_NOT_IN_FORCE, ("baseId",))


def _attested(case: Examination) -> Iterator[Problem]:
    """What is attested where the base counts; while that is missing, nobody can say where."""
    if not case.procedure.attested or case.base is None:
        return
    for kind in attestation_rules(case.at).required:
        if (case.base.place_id, kind) not in case.evidence.attested:
            yield Problem(ProblemCode.ATTESTATION_MISSING, ("baseId",), {"attestation": kind})


def _directions(case: Examination) -> Iterator[Problem]:
    allowed = case.procedure.directions
    if allowed and not case.draft.directions:
        yield _missing("directions")
    specialty = BOOKS.specialties.by_code.get(case.draft.specialty_code or "")
    for place, direction in enumerate(case.draft.directions if allowed else ()):
        path = ("directions", str(place))
        if direction not in allowed:
            yield _malformed(*path)
        elif specialty is not None and specialty.direction != direction:
            yield Problem(ProblemCode.DIRECTION_NOT_OF_SPECIALTY, path, {"direction": direction})


def _consents(case: Examination) -> Iterator[Problem]:
    places = {kind: ("consents", str(place), "version") for place, kind in enumerate(case.draft.consents)}
    for kind, version in case.procedure.consents.items():
        if case.draft.consents.get(kind) != version:
            values = {"consent": kind, "version": version}
            yield Problem(ProblemCode.CONSENT_MISSING, places.get(kind, ("consents",)), values)


def _others(case: Examination) -> Iterator[Problem]:
    same = (one for one in case.evidence.others if one.kind == case.draft.kind)
    if any(not case.personal or case.asked_for(one.specialty_code) for one in same):
        yield Problem(ProblemCode.ALREADY_OPEN, ("kind",))


def _granted(case: Examination) -> Iterator[Problem]:
    """What stands on a base is granted on it once; what renews it takes its place."""
    alike = [record for record in case.alike if record.id != case.draft.renews_id] if case.procedure.bases else []
    if not case.procedure.directions and alike:
        yield Problem(ProblemCode.ALREADY_GRANTED, ("baseId",))
    for place, direction in enumerate(case.draft.directions if case.procedure.directions else ()):
        if any(direction in record.directions for record in alike):
            yield Problem(ProblemCode.ALREADY_GRANTED, ("directions", str(place)), {"direction": direction})


def _suspended(case: Examination) -> Iterator[Problem]:
    if case.procedure.refused_while_suspended and case.suspended:
        yield Problem(ProblemCode.ACCREDITATION_SUSPENDED, ("specialtyCode",))


def _renewal(case: Examination) -> Iterator[Problem]:
    opens_on = case.opens_on
    if opens_on is not None and case.day < opens_on:
        yield Problem(ProblemCode.RENEWAL_TOO_EARLY, ("specialtyCode",), {"opensOn": opens_on.isoformat()})


def _payment(case: Examination) -> Iterator[Problem]:
    if case.procedure.payment and not case.evidence.paid:
        yield Problem(ProblemCode.PAYMENT_NOT_CONFIRMED)


_CHECKS: tuple[Callable[[Examination], Iterator[Problem]], ...] = (
    _person,
    _contacts,
    _specialty,
    _place,
    _licence,
    _length,
    _purpose,
    _supervisor,
    _base,
    _directions,
    _attested,
    enclosures,
    _consents,
    _others,
    _granted,
    _suspended,
    _renewal,
    _payment,
)


def _missing(*path: str) -> Problem:
    return Problem(ProblemCode.FIELD_REQUIRED, path, {"field": path[-1]})


def _malformed(*path: str) -> Problem:
    return Problem(ProblemCode.FIELD_FORMAT, path, {"field": path[0]})


def _spelt(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
