"""How a doctor opens the history of a patient in an emergency: entered first, then looked for, then opened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from auth.permissions import Permission as P
from engine.errors import BadArgument
from engine.global_id import encode
from resolvers import identifiers
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.grounds import grounds_of
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.emergency import PREFIX
from resolvers.clinical.emergency.told import event
from resolvers.clinical.patient import PREFIX as PATIENT_PREFIX
from resolvers.clinical.patient import PatientName
from resolvers.context import Context
from resolvers.free_text import plain, reason_of
from resolvers.names import searched
from resolvers.rules import EmergencyRules, emergency_rules
from sources.clinical import emergency as source
from sources.clinical import finding
from sources.clinical.changes import change
from sources.postgres.writing import Left, Unit, writing

OPEN: Final = "openEmergencyAccess"
ASK: Final = "askEmergencyAccess"


@dataclass(frozen=True)
class EmergencyPatient:
    """Names a patient: exactly one of the fields."""

    insurance_number: str | None = None
    name: PatientName | None = None


@dataclass(kw_only=True)
class OpenEmergencyAccessInput(ActInput):
    """Whose history is opened, and why."""

    patient: EmergencyPatient
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyPayload:
    """The access after the act."""

    opening_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Whom a doctor asks for, as the store can look for it.

    Attributes:
        asked: what kind of thing was asked for; the journal keeps no more of it.
    """

    asked: str
    column: str
    hashes: Callable[[], list[bytes]]


async def open_access(context: Context, *, input: OpenEmergencyAccessInput) -> EmergencyPayload:
    """Open a history for an hour; that it was asked for is kept before anything is looked up, whoever is found."""

    async def enter() -> None:
        rules = emergency_rules(context.at)
        said(input, rules)
        wanted = _wanted(context, input.patient)
        await _entered(context, rules, wanted.asked)

    async def do(unit: Unit) -> Effect:
        rules = emergency_rules(context.at)
        reason, wanted = said(input, rules), _wanted(context, input.patient)
        by = worker(context, P.CLINICAL_EMERGENCY_OPEN)
        found = await source.found(unit, wanted.column, wanted.hashes())
        if len(found) != 1:
            raise Hindered(Problem(ProblemCode.AMBIGUOUS if found else ProblemCode.NOT_FOUND, ("patient",)))
        key = await source.next_key(unit)
        return _opened(context, rules, found[0], key, by, reason)

    doing = Doing(context, OPEN, P.CLINICAL_EMERGENCY_OPEN, input, do, into="clinical", first=enter)
    return await carried_out(doing, EmergencyPayload)


def said(input: OpenEmergencyAccessInput, rules: EmergencyRules) -> str:
    """The reason as it is kept.

    Raises:
        Hindered: it is none.
    """
    text = reason_of(plain(input.reason))
    if sum(map(str.isalpha, text)) < rules.reason_letters:
        raise Hindered(Problem(ProblemCode.REASON_TOO_SHORT, ("reason",), {"least": rules.reason_letters}))
    return text


def _wanted(context: Context, given: EmergencyPatient) -> _Wanted:
    store = context.stores.clinical
    if given.insurance_number is not None:
        number = _number(given.insurance_number)
        return _Wanted("INSURANCE_NUMBER", "insurance_hash", lambda: finding.insurance_hashes(store, number))
    name = given.name
    if name is None:
        raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("patient",), {"field": "patient"}))
    family, given_name, born = name.family_name, name.given_name, name.birth_on
    _named(family, "familyName")
    _named(given_name, "givenName")
    return _Wanted("NAME", "name_hash", lambda: _hashes_of_name(context, family, given_name, born))


def _hashes_of_name(context: Context, family_name: str, given_name: str, birth_on: date) -> list[bytes]:
    return finding.name_hashes(context.stores.clinical, family_name, given_name, birth_on)


def _number(text: str) -> str:
    try:
        return identifiers.insurance_number(text, "insuranceNumber")
    except BadArgument:
        said = {"field": "insuranceNumber"}
        raise Hindered(Problem(ProblemCode.FIELD_FORMAT, ("patient", "insuranceNumber"), said)) from None


def _named(text: str, name: str) -> None:
    try:
        fits = any(map(str.isalpha, searched(text, name)))
    except BadArgument:
        fits = False
    if not fits:
        raise Hindered(Problem(ProblemCode.FIELD_FORMAT, ("patient", "name", name), {"field": name}))


async def _entered(context: Context, rules: EmergencyRules, asked: str) -> None:
    """Keep that somebody asks, and by what; so often as the rules allow.

    Raises:
        Hindered: he asked too often; it says when he may again.
    """
    subject, at = context.viewer.subject or "", context.at
    async with writing(context.stores.clinical) as unit:
        before = await source.attempts(unit, subject, at - rules.within, rules.attempts)
        if len(before) == rules.attempts:
            again = before[-1].at + rules.within
            raise Hindered(Problem(ProblemCode.TOO_OFTEN, (), {"again": again.isoformat()}))
        grounds = {**grounds_of(context), "permission": P.CLINICAL_EMERGENCY_OPEN, "asked": asked}
        left = Left(at=at, events=(), subject=subject, act=ASK, thing=None, grounds=grounds)
        await unit.leave(left, source.attempted(subject, at))


def _opened(
    context: Context, rules: EmergencyRules, patient: source.FoundPatient, key: int, by: Worker, reason: str
) -> Effect:
    at: datetime = context.at
    columns = {
        "id": key,
        "patient_id": patient.id,
        "organization_id": by.place,
        "department_id": by.post.department_id,
        "practitioner_id": by.practitioner_id,
        "accreditation_id": by.accreditation_id,
        "employment_id": by.post.id,
        "reason": reason,
        "opened_at": at,
        "ends_at": at + rules.lasts,
        "changed_at": at,
    }
    made = source.opened(context.stores.clinical, columns, patient)
    return Effect(
        at=at,
        outcome={"opening_id": key},
        thing=encode(PREFIX, key),
        change=change(made),
        events=(event("OPENED", columns),),
        grounds={"patient": encode(PATIENT_PREFIX, patient.id), "rules": rules.version},
    )
