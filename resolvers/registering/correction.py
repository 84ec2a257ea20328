"""The act by which somebody asks to have corrected what the register says of him (заявка на исправление)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from resolvers.registering.asked import RegistryField
from resolvers.registering.registration import STORE, asked_effect
from resolvers.registering.saying import LONGEST_CODE, Faults, RequestPayload
from sources.documents.document import documents
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit
from sources.registering import link, person, request

C, F = ProblemCode, RegistryField
NAMES: Final = {F.FAMILY_NAME: "family_name", F.GIVEN_NAME: "given_name", F.PATRONYMIC: "patronymic"}
# The register has all else from other hands than those of the employer.
ASKED: Final = frozenset({*NAMES, F.EDUCATION, F.EMPLOYER})
LEVELS: Final = ("HIGHER", "SECONDARY", "RESIDENCY", "RETRAINING", "CPD")
LONGEST_INSTITUTION: Final = 254
MOST_HOURS: Final = 10_000
Said = dict[str, str | None]


@dataclass(kw_only=True)
class EducationCorrectionInput:
    """A completed course that the register lacks."""

    level: str
    institution: str
    specialty_code: str
    document_number: str
    completed_on: date
    hours: int | None = None


@dataclass(kw_only=True)
class EmploymentCorrectionInput:
    """What a post shall say; what is left out stays."""

    employment_id: str
    position_code: str | None = None
    department_id: str | None = None
    last_on: date | None = None


@dataclass(kw_only=True)
class RequestRegistryCorrectionInput(ActInput):
    """What is wrong, what shall be there instead, and the paper that shows it."""

    field: RegistryField
    value: str | None = None
    education: EducationCorrectionInput | None = None
    employment: EmploymentCorrectionInput | None = None
    document_id: str | None = None
    organization_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What shall be there, what is there, and of which post."""

    said: Said
    found: Said = field(default_factory=dict)
    employment: person.PostRecord | None = None


async def request_correction(context: Context, *, input: RequestRegistryCorrectionInput) -> RequestPayload:
    """Ask the personnel office to correct the register."""
    wanted = F(input.field)

    async def do(unit: Unit) -> Effect:
        facts = context.viewer.facts
        if facts is None or facts.practitioner_id is None:
            raise NotAllowed(OBJECT)
        if wanted not in ASKED:
            raise Hindered(Problem(C.REGISTRY_OWNED, ("field",)))
        key = facts.practitioner_id
        waits = await request.is_open(unit, facts.subject, wanted.value, key)
        asked = await _asked(context, unit, input, key)
        reach("locked")
        if waits:
            raise Hindered(Problem(C.ALREADY_OPEN, ("field",)))
        post = asked.employment
        place = post.organization_id if post is not None else await _place(context, unit, input.organization_id, key)
        paper = await _paper(context, unit, input.document_id, key, needed=wanted is not F.EMPLOYER)
        at = after(context.at, None)
        made = await request.make(
            unit, "CORRECTION", wanted.value, facts.subject, key, place, asked.said, asked.found, at,
            employment_id=None if post is None else post.id, document_id=paper,
        )  # fmt: skip
        return asked_effect(made, "MADE")

    doing = Doing(context, "requestRegistryCorrection", P.REGISTRY_REQUEST_WRITE, input, do, STORE)
    return await carried_out(doing, RequestPayload)


async def _asked(context: Context, unit: Unit, input: RequestRegistryCorrectionInput, key: int) -> _Wanted:
    wanted = F(input.field)
    if wanted is F.EDUCATION:
        return _Wanted(_education(context, input.education))
    if wanted is F.EMPLOYER:
        return await _employment(context, unit, input.employment, key)
    faults = Faults(context)
    value = faults.name(input.value, "value", needed=wanted is not F.PATRONYMIC)
    faults.none()
    now = await person.names(unit, key)
    return _Wanted({wanted.value: value}, {wanted.value: getattr(now, NAMES[wanted])})


def _education(context: Context, given: EducationCorrectionInput | None) -> Said:
    if given is None:
        raise Hindered(Problem(C.FIELD_REQUIRED, ("education",), {"field": "education"}))
    faults = Faults(context)
    if given.level not in LEVELS:
        faults.add(C.FIELD_FORMAT, "education", "level")
    institution = faults.text(given.institution, LONGEST_INSTITUTION, "education", "institution")
    specialty = faults.specialty(given.specialty_code, "education", "specialtyCode", needed=True)
    number = faults.text(given.document_number, LONGEST_CODE, "education", "documentNumber")
    completed = faults.day(given.completed_on, "education", "completedOn")
    if given.hours is not None and not 1 <= given.hours <= MOST_HOURS:
        faults.add(C.FIELD_FORMAT, "education", "hours")
    faults.none()
    return {
        F.EDUCATION_LEVEL.value: str(given.level),
        F.INSTITUTION.value: institution,
        F.SPECIALTY.value: specialty,
        F.DOCUMENT_NUMBER.value: number,
        F.COMPLETED_ON.value: None if completed is None else completed.isoformat(),
        F.HOURS.value: None if given.hours is None else str(given.hours),
    }


async def _employment(context: Context, unit: Unit, given: EmploymentCorrectionInput | None, key: int) -> _Wanted:
    if given is None:
        raise Hindered(Problem(C.FIELD_REQUIRED, ("employment",), {"field": "employment"}))
    post_key = decode(prefixes.EMPLOYMENT, given.employment_id)
    post = None if post_key is None else await person.post(unit, post_key, key)
    if post is None:
        raise Hindered(Problem(C.NOT_FOUND, ("employment", "employmentId")))
    faults, said, found = Faults(context), Said(), Said()
    if given.position_code is not None:
        said[F.POSITION.value] = faults.position(given.position_code, "employment", "positionCode")
        found[F.POSITION.value] = post.position_code
    if given.department_id is not None:
        department = decode(prefixes.DEPARTMENT, given.department_id)
        if department is None or not await link.has_department(unit, post.organization_id, department, faults.today):
            faults.add(C.NOT_FOUND, "employment", "departmentId")
        said[F.DEPARTMENT.value] = given.department_id
        found[F.DEPARTMENT.value] = (
            None if post.department_id is None else encode(prefixes.DEPARTMENT, post.department_id)
        )
    if given.last_on is not None:
        last = faults.day(given.last_on, "employment", "lastOn", earliest=post.starts_on)
        said[F.LAST_ON.value] = None if last is None else last.isoformat()
        found[F.LAST_ON.value] = None if post.ends_on is None else post.ends_on.isoformat()
    if not said:
        faults.add(C.FIELD_REQUIRED, "employment")
    faults.none()
    return _Wanted(said, found, post)


async def _place(context: Context, unit: Unit, id: str | None, key: int) -> int:
    """Whose personnel office decides: one of those where he works, that of the main post unless he says which.

    Raises:
        Hindered: he works there not at all.
    """
    places = await person.works_at(unit, key, Ask(context.at).today)
    wanted = (places[0] if places else None) if id is None else decode(prefixes.ORGANIZATION, id)
    if wanted is None or wanted not in places:
        raise Hindered(Problem(C.NOT_EMPLOYED, ("organizationId",)))
    return wanted


async def _paper(context: Context, unit: Unit, id: str | None, key: int, *, needed: bool) -> int | None:
    """The document that shows it: one of his own.

    Raises:
        Hindered: there is none.
    """
    if id is None:
        if needed:
            raise Hindered(Problem(C.DOCUMENT_MISSING, ("documentId",), {"slot": "EVIDENCE"}))
        return None
    paper = decode(prefixes.DOCUMENT, id)

    async def owned() -> bool:
        if paper is None:
            return False
        own: Any = (("practitioner_id", (key,)),)
        return bool(await documents(context.stores.documents, [paper], Ask(context.at, frozenset({"id"}), (own,))))

    his = await owned()
    unit.rests_on(his, owned)
    if not his:
        raise Hindered(Problem(C.DOCUMENT_UNKNOWN, ("documentId",), {"slot": "EVIDENCE"}))
    return paper
