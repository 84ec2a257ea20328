"""Acts of an insurer, the regulator and a head: open an inquiry about a patient, and close it.

Whether somebody is a patient, the answer does not tell: an inquiry is accepted whoever it names, and one that names
nobody whom the office may look into opens nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from auth.footing import inquirer
from auth.permissions import Permission as P
from auth.rights import OBJECT
from auth.role import RoleName
from auth.rules import Rule
from engine.act import NotAllowed, Target
from engine.errors import BadArgument, Finding
from engine.global_id import decode, encode
from engine.rights import Keys
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, ObjectInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical import patient
from resolvers.clinical.inquiry import PREFIX, by_id, patient_of
from resolvers.clinical.patient import PatientBy, PatientName
from resolvers.context import Context
from resolvers.free_text import on_one_line, unfit
from resolvers.names import LONGEST
from resolvers.rules import inquiries
from resolvers.rules.inquiry import Inquiring, InquiryBasisKind, InquiryOffice, InquiryPurpose
from sources.clinical import finding
from sources.clinical import inquiry_acts as source
from sources.clinical.inquiry import InquiryRecord
from sources.postgres.ask import Ask, midnight
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

LONGEST_NUMBER: Final = 64
# As papers are numbered: digits, and letters that are too few together for anybody's name.
_NUMBER: Final = re.compile(r"(?=.*[0-9])(?!.*[A-Za-zА-Яа-яЁё]{6})[0-9A-Za-zА-Яа-яЁё№ ./()\-]+")
KEYS: Keys = {"inquiry": "inquirer"}
OFFICES: Final = {RoleName.INS: InquiryOffice.INS, RoleName.REG: InquiryOffice.REG, RoleName.HED: InquiryOffice.HED}
DAY: Final = timedelta(days=1)


@dataclass(kw_only=True)
class InquiredPatient:
    """Names whom an inquiry is about: exactly one of the fields."""

    id: str | None = None
    insurance_number: str | None = None
    name: PatientName | None = None


@dataclass(kw_only=True)
class InquiryPeriodInput:
    """The days that an inquiry is about; both belong to it."""

    starts_on: date
    last_on: date


@dataclass(kw_only=True)
class InquiryBasisInput:
    """The paper that an inquiry rests on."""

    kind: InquiryBasisKind
    number: str
    issued_on: date


@dataclass(kw_only=True)
class OpenInquiryInput(ActInput):
    """Whom and which time the inquiry is about, on which basis, for what, and in which office it is made."""

    patient: InquiredPatient
    period: InquiryPeriodInput
    basis: InquiryBasisInput
    purpose: InquiryPurpose
    office: InquiryOffice | None = None
    organization_id: str | None = None


@dataclass(kw_only=True)
class CloseInquiryInput(ObjectInput):
    """The inquiry that is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryPayload:
    """The inquiry after the act."""

    inquiry_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Office:
    """In which office an inquiry is made, of a head for which organisation."""

    name: InquiryOffice
    organization_id: int | None
    inquirer: str


@dataclass(frozen=True, slots=True)
class _Sought:
    """What of a patient is known: the way to look, and the values under which the store has it."""

    known: str = "id"
    values: tuple[Any, ...] = ()
    problem: Problem | None = None


async def open_(context: Context, *, input: OpenInquiryInput) -> InquiryPayload:
    """Open an inquiry; it ends by itself when its term is over."""
    sought = _sought(context, input.patient)

    async def do(unit: Unit) -> Effect:
        office = _office(context, input)
        rules = inquiries(context.at).offices[office.name]
        number = on_one_line(input.basis.number)
        problems = [*_problems(input, number, rules, Ask(context.at).today)]
        if sought.problem is not None:
            problems.insert(0, sought.problem)
        if problems:
            raise Hindered(*problems)
        if await source.opened_lately(unit, office.inquirer, context.at) >= rules.most_in_a_day:
            raise Hindered(Problem(ProblemCode.TOO_MANY_INQUIRIES, (), {"most": rules.most_in_a_day}))
        whom = await source.found(unit, sought.known, [*sought.values], office.organization_id)
        made = await source.opened(unit, _columns(context, input, office, number, rules, whom))
        return _effect(made, "OPENED", made.opened_at)

    doing = Doing(context, "openInquiry", P.CLINICAL_INQUIRY_OPEN, input, do, into="clinical")
    return await carried_out(doing, InquiryPayload)


async def close(context: Context, *, input: CloseInquiryInput) -> InquiryPayload:
    """End an inquiry before its term is over."""

    async def do(unit: Unit) -> Effect:
        key, seen = decode(PREFIX, input.id), context.viewer[P.CLINICAL_INQUIRY_READ]
        found = None if key is None else await source.held(unit, key, seen.narrow(KEYS))
        reach("locked")
        row = there(found, seen, "id")
        require(context, P.CLINICAL_INQUIRY_CLOSE, row, KEYS)
        _see_it_open(context, row)
        made = await source.closed(unit, row.id, after(context.at, row.opened_at))
        return _effect(made, "CLOSED", made.ends_at)

    doing = Doing(context, "closeInquiry", P.CLINICAL_INQUIRY_CLOSE, input, do, into="clinical")
    return await carried_out(doing, InquiryPayload)


def _see_it_open(context: Context, row: InquiryRecord) -> None:
    """See to it that an inquiry is not over.

    Raises:
        Hindered: it is.
    """
    if row.ends_at <= context.at:
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",)), inquiry_id=row.id)


ON_CLOSING: Final = Target(
    PREFIX, by_id, P.CLINICAL_INQUIRY_READ, KEYS, KEYS, needs=frozenset({"ends_at"}), then=_see_it_open
)


def _office(context: Context, input: OpenInquiryInput) -> _Office:
    """The office of the viewer that is meant: the one that is named, or the only one.

    Raises:
        NotAllowed: he has none.
        Hindered: he has not the one that is named, or several and none is named.
    """
    mine = dict(context.viewer.standing[P.CLINICAL_INQUIRY_OPEN].rules).get(Rule.INQUIRY, frozenset())
    offices = [one for one in _offices(context) if one.inquirer in mine]
    if not offices:
        raise NotAllowed(OBJECT)
    if input.office is not None:
        offices = [one for one in offices if one.name is input.office]
        if not offices:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, ("office",)))
    elif len({one.name for one in offices}) > 1:
        raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("office",), {"field": "office"}))
    if input.organization_id is not None:
        key = decode(prefixes.ORGANIZATION, input.organization_id)
        offices = [one for one in offices if key is not None and one.organization_id == key]
        if not offices:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, ("organizationId",)))
    if len(offices) > 1:
        raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("organizationId",), {"field": "organizationId"}))
    return offices[0]


def _offices(context: Context) -> Iterator[_Office]:
    account = context.viewer.subject or ""
    for role in context.viewer.roles:
        if role.name in OFFICES:
            for place in sorted(role.organizations) if role.name is RoleName.HED else (None,):
                yield _Office(OFFICES[role.name], place, inquirer(role.name, account, place))


def _sought(context: Context, who: InquiredPatient) -> _Sought:
    """How the store looks for somebody; an id that is none of ours is nobody's.

    Raises:
        SourceUnavailable: the key that hashes is lost.
    """
    store = context.stores.clinical
    try:
        found = patient.key_of(by=PatientBy(who.id, who.insurance_number, who.name))
    except BadArgument as bad:
        path = ("patient", *str(bad.extensions["argument"]).split(".")[1:])
        if bad.extensions["finding"] == Finding.TOO_LONG:
            values: dict[str, str | int] = {"field": path[-1], "most": LONGEST}
            return _Sought(problem=Problem(ProblemCode.FIELD_TOO_LONG, path, values))
        return _Sought(problem=Problem(ProblemCode.FIELD_FORMAT, path, {"field": path[-1]}))
    if found is None:
        return _Sought()
    known, value = found[1]
    if known == "insurance_number":
        return _Sought(known, tuple(finding.insurance_hashes(store, str(value))))
    if known == "name" and who.name is not None:
        name = who.name
        return _Sought(known, tuple(finding.name_hashes(store, name.family_name, name.given_name, name.birth_on)))
    return _Sought(known, (value,))


def _problems(input: OpenInquiryInput, number: str, rules: Inquiring, today: date) -> Iterator[Problem]:
    """What is wrong with the period, the basis and the purpose."""
    period, basis = input.period, input.basis
    days = (period.last_on - period.starts_on).days + 1
    if not 1 <= days <= rules.longest_period:
        values = {"least": 1, "most": rules.longest_period}
        yield Problem(ProblemCode.TERM_OUT_OF_RANGE, ("period", "lastOn"), values)
    for name, day in (("startsOn", period.starts_on), ("lastOn", period.last_on)):
        if day > today:
            yield Problem(ProblemCode.DATE_OUT_OF_RANGE, ("period", name), {"latest": today.isoformat()})
    if basis.kind not in rules.bases:
        yield Problem(ProblemCode.BASIS_NOT_SUITABLE, ("basis", "kind"))
    problem = unfit(number, LONGEST_NUMBER, "basis", "number")
    if problem is not None:
        yield problem
    elif not _NUMBER.fullmatch(number):
        yield Problem(ProblemCode.FIELD_FORMAT, ("basis", "number"), {"field": "number"})
    earliest = today - rules.oldest_basis * DAY
    if not earliest <= basis.issued_on <= today:
        bounds = {"earliest": earliest.isoformat(), "latest": today.isoformat()}
        yield Problem(ProblemCode.DATE_OUT_OF_RANGE, ("basis", "issuedOn"), bounds)
    if input.purpose not in rules.purposes:
        yield Problem(ProblemCode.BASIS_NOT_SUITABLE, ("purpose",))


def _columns(
    context: Context, input: OpenInquiryInput, office: _Office, number: str, rules: Inquiring, whom: int | None
) -> dict[str, Any]:
    today = Ask(context.at).today
    return {
        "patient_id": whom,
        "office": office.name.value,
        "officer": context.viewer.subject or "",
        "organization_id": office.organization_id,
        "since": midnight(input.period.starts_on),
        "until": midnight(input.period.last_on + DAY),
        "basis": input.basis.kind.value,
        "basis_number": number,
        "basis_on": input.basis.issued_on,
        "purpose": input.purpose.value,
        "opened_at": context.at,
        # The last day counts to its end.
        "ends_at": midnight(today + (rules.days + 1) * DAY),
    }


def _effect(row: InquiryRecord, step: str, at: datetime) -> Effect:
    thing = encode(PREFIX, row.id)
    whom = {} if row.patient_id is None else {"patient": patient_of(row.patient_id)}
    told = {"object": thing, "inquiryId": row.id, "patientId": row.patient_id, "step": step}
    return Effect(
        at=at,
        outcome={"inquiry_id": row.id},
        thing=thing,
        events=(("INQUIRY_CHANGED", {**told, "organizationId": row.organization_id}),),
        grounds={"office": row.office, "basis": row.basis, "purpose": row.purpose, **whom},
    )
