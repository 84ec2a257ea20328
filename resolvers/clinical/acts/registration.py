"""Registration of patients at the desk: one answer, whoever else may know them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from auth.granting import text_of
from auth.permissions import Permission as P
from auth.rights import OBJECT
from auth.role import RoleName
from auth.rules import Rule
from engine.act import NotAllowed
from engine.global_id import decode, encode
from engine.rights import Keys
from resolvers import identifiers, prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, require
from resolvers.acts.grounds import relied_on
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical.patient import PREFIX
from resolvers.context import Context
from resolvers.free_text import on_one_line, unfit
from resolvers.rules import RELATIONS
from sources.clinical import registration_acts as source
from sources.clinical.registration_acts import Assignment, CardRecord, Person
from sources.employment import employments_of
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Change, Unit

LONGEST_NAME, LONGEST_CONTACT, LONGEST_ADDRESS = 100, 254, 500
# Nobody who lives was born before.
EARLIEST: Final = date(1900, 1, 1)
C = ProblemCode


@dataclass(kw_only=True)
class RegisterPatientInput(ActInput):
    """Who stands at the desk."""

    family_name: str
    given_name: str
    patronymic: str | None = None
    birth_on: date
    sex: str
    insurance_number: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    practitioner_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationPayload:
    """The patient as the organisation knows him."""

    patient_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Here:
    """The organisation of the workplace, as the right to register looks at it."""

    organization_id: int
    granted: list[str]


_HERE: Final[Keys] = {"desk": "organization_id", "org": "organization_id", "granted": "granted"}


async def register(context: Context, *, input: RegisterPatientInput) -> RegistrationPayload:
    """Register a patient at the viewer's organisation, or find him again there."""
    store = context.stores.clinical

    async def do(unit: Unit) -> Effect:
        place, by_grant = _place(context)
        person = _person(context, input)
        to = await _assignment(context, unit, input.practitioner_id, place)
        found = await source.cards(unit, store, person, place)
        reach("locked")
        at = after(context.at, None)
        known = _known(found, person)
        key = await source.next_key(unit) if known is None else known
        change: Change | None = None if to is None else source.assigned(key, place, to, at)
        if known is None:
            change = source.made(store, key, place, person, to, at)
        thing = encode(PREFIX, key)
        told = {"object": thing, "patientId": key, "organizationId": place, "step": "REGISTERED"}
        return Effect(
            at=at,
            outcome={"patient_id": key},
            thing=thing,
            change=change,
            events=(("PATIENT_REGISTERED", told),) if known is None else (),
            grounds={"organization": encode(prefixes.ORGANIZATION, place), **by_grant},
        )

    doing = Doing(context, "registerPatient", P.CLINICAL_CARD_WRITE, input, do, into="clinical")
    return await carried_out(doing, RegistrationPayload)


def _place(context: Context) -> tuple[int, dict[str, Any]]:
    """The organisation for which the viewer registers, that of his workplace or of the one in whose name he asks.

    With the grant on which that rests, as an entry names it.

    Raises:
        Hindered: a service account does not say for whom it acts.
        NotAllowed: it is none where he holds the right.
    """
    viewer = context.viewer
    serves = any(role.name is RoleName.MIS for role in viewer.roles)
    if serves and viewer.acting.principal is None:
        raise Hindered(Problem(C.ON_BEHALF_REQUIRED))
    post = viewer.standing.workplace
    if post is None:
        raise NotAllowed(OBJECT)
    # Nobody is of a scope who is no patient yet: it takes the desk as a whole.
    here = _Here(post.organization_id, [text_of(Rule.DESK, post.organization_id)])
    require(context, P.CLINICAL_CARD_WRITE, here, _HERE)
    return here.organization_id, relied_on(context, P.CLINICAL_CARD_WRITE, here, _HERE)


def _person(context: Context, input: RegisterPatientInput) -> Person:
    """Who is to be registered.

    Raises:
        Hindered: saying all that is wrong.
    """
    problems: list[Problem] = []

    def text(name: str, field: str, longest: int, *, needed: bool = False) -> str | None:
        given = getattr(input, name)
        said = on_one_line(given or "")
        if not said and not needed:
            return None
        problem = unfit(said, longest, field)
        if problem is None and name.endswith(("name", "ymic")) and not any(map(str.isalpha, said)):
            problem = Problem(C.FIELD_FORMAT, (field,), {"field": field})
        if problem is not None:
            problems.append(problem)
        return said

    family = text("family_name", "familyName", LONGEST_NAME, needed=True) or ""
    given = text("given_name", "givenName", LONGEST_NAME, needed=True) or ""
    person = Person(
        family_name=family,
        given_name=given,
        patronymic=text("patronymic", "patronymic", LONGEST_NAME),
        birth_on=input.birth_on,
        sex=input.sex,
        insurance_number=_number(input.insurance_number, problems),
        phone=text("phone", "phone", LONGEST_CONTACT),
        email=text("email", "email", LONGEST_CONTACT),
        address=text("address", "address", LONGEST_ADDRESS),
    )
    if not EARLIEST <= input.birth_on <= Ask(context.at).today:
        problems.append(Problem(C.FIELD_FORMAT, ("birthOn",), {"field": "birthOn"}))
    if problems:
        raise Hindered(*problems)
    return person


def _number(given: str | None, problems: list[Problem]) -> str | None:
    digits = None if given is None else identifiers.without_filling(given)
    if digits and not (len(digits) == 16 and digits.isdecimal() and identifiers.is_insurance_number(digits)):
        problems.append(Problem(C.FIELD_FORMAT, ("insuranceNumber",), {"field": "insuranceNumber"}))
    return digits or None


async def _assignment(context: Context, unit: Unit, id: str | None, place: int) -> Assignment | None:
    """To whom he is assigned: somebody who works at the organisation.

    Raises:
        Hindered: there is nobody of the id who does.
    """
    if id is None:
        return None
    key, ask = decode(prefixes.PRACTITIONER, id) or 0, Ask(context.at)

    async def works() -> bool:
        found: dict[int, list[Any]] = await employments_of(context.stores.registry, [key], ask, ask.today)
        return any(post.organization_id == place for post in found[key])

    here = await works()
    unit.rests_on(here, works)
    if not here:
        raise Hindered(Problem(C.NOT_FOUND, ("practitionerId",)))
    return Assignment(key, _until(context.at))


def _until(at: datetime) -> datetime:
    return at + RELATIONS.assignment


def _known(found: list[CardRecord], person: Person) -> int | None:
    """The card of the organisation that is his: by the number, or where there is none by name and day of birth.

    Raises:
        Hindered: the number is somebody else's here, or the name alone does not tell whose card it is.
    """
    numbered = [card for card in found if card.same_number]
    if numbered:
        if not numbered[0].same_name:
            raise Hindered(Problem(C.PATIENT_DIFFERS, ("insuranceNumber",)))
        return numbered[0].id
    named = [card for card in found if card.same_name]
    if person.insurance_number is not None or not named:
        return None
    if len(named) > 1:
        raise Hindered(Problem(C.FIELD_REQUIRED, ("insuranceNumber",), {"field": "insuranceNumber"}))
    return named[0].id
