"""The acts by which a personnel officer decides what people ask of the register; what he approves is there at once."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts import keys
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.grounds import grounds_of
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.versions import as_it_was_read
from resolvers.context import Context
from resolvers.likeness import MatchField, Profile, differing
from resolvers.names import sort_key
from resolvers.registering.asked import RegistryField, by_id, key_of, told
from resolvers.registering.correction import NAMES
from resolvers.registering.registration import STORE, asked_effect
from resolvers.registering.saying import RequestPayload, not_of_oneself, reasoned
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Left, Unit, writing
from sources.registering import matching, origin, person, request
from sources.registering.request import RequestRecord

C, F = ProblemCode, RegistryField
NAMES_OF_MATCH = frozenset({MatchField.FAMILY_NAME, MatchField.GIVEN_NAME, MatchField.PATRONYMIC})
ENTERED = (F.SNILS, F.FAMILY_NAME, F.GIVEN_NAME, F.PATRONYMIC, F.BIRTH_ON, F.SPECIALTY)


class RequestDecision(StrEnum):
    """What an officer decides."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"


@dataclass(kw_only=True)
class DecideRegistryRequestInput(VersionInput):
    """The request, what is decided, and why."""

    decision: RequestDecision
    reason: str | None = None


class _Contradicts(Exception):
    """What was asked for cannot be entered, for a reason that support alone is told."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def decide_registration(context: Context, *, input: DecideRegistryRequestInput) -> RequestPayload:
    """Enter somebody in the register and tie his account to the row, or refuse that."""
    return await _decide(context, input, "decideRegistration", "REGISTRATION")


async def decide_correction(context: Context, *, input: DecideRegistryRequestInput) -> RequestPayload:
    """Correct what the register says of somebody, or refuse that."""
    return await _decide(context, input, "decideRegistryCorrection", "CORRECTION")


async def _decide(context: Context, input: DecideRegistryRequestInput, act: str, kind: str) -> RequestPayload:
    contradiction: list[tuple[str, str]] = []

    async def do(unit: Unit) -> Effect:
        contradiction.clear()
        row = await _held(context, unit, input, kind)
        outcome = {"request_id": row.id}
        at = after(context.at, row.changed_at)
        approved = RequestDecision(input.decision) is RequestDecision.APPROVE
        reason = reasoned(input.reason, needed=not approved, **outcome)
        key = row.practitioner_id
        if approved:
            try:
                write = _entered if kind == "REGISTRATION" else _corrected
                key = await write(unit, row, at, Ask(context.at).today)
            except _Contradicts as contradicts:
                contradiction.append((encode(prefixes.REGISTRY_REQUEST, row.id), contradicts.reason))
                raise Hindered(Problem(C.DATA_MISMATCH, ("id",)), **outcome) from None
        state, officer = "APPROVED" if approved else "REJECTED", context.viewer.subject or ""
        made = await request.decided(unit, row.id, state, reason, at, officer, key)
        person_id = {} if key is None else {"practitioner": encode(prefixes.PRACTITIONER, key)}
        return asked_effect(made, state, versionBefore=row.version, **person_id)

    payload = await carried_out(Doing(context, act, P.REGISTRY_REQUEST_DECIDE, input, do, STORE), RequestPayload)
    for thing, why in contradiction:
        await _kept(context, act, thing, why)
    return payload


async def _held(context: Context, unit: Unit, input: DecideRegistryRequestInput, kind: str) -> RequestRecord:
    key, seen = key_of(input.id), context.viewer[P.REGISTRY_REQUEST_READ]
    found = None if key is None else await request.held(unit, key, seen.narrow(keys.REGISTRY_REQUEST))
    reach("locked")
    row = there(found if found is not None and found.kind == kind else None, seen, "id")
    outcome = {"request_id": row.id}
    not_of_oneself(context, row.subject, row.practitioner_id, **outcome)
    require(context, P.REGISTRY_REQUEST_DECIDE, row, keys.REGISTRY_REQUEST)
    as_it_was_read(row, input.expected_version, "REQUEST", **outcome)
    _see_it_wait(row)
    return row


def _see_it_wait(row: RequestRecord) -> None:
    """See to it that nobody has decided of a request yet.

    Raises:
        Hindered: somebody has.
    """
    if row.state != "PENDING":
        raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",)), request_id=row.id)


def _on(kind: str) -> Target:
    def first(context: Context, row: RequestRecord) -> None:
        if row.kind != kind:
            raise Hindered(Problem(C.NOT_FOUND, ("id",)))
        not_of_oneself(context, row.subject, row.practitioner_id, request_id=row.id)

    return Target(
        prefixes.REGISTRY_REQUEST, by_id, P.REGISTRY_REQUEST_READ, keys.REGISTRY_REQUEST, keys.REGISTRY_REQUEST,
        needs=frozenset({"kind", "subject", "practitioner_id", "state"}),
        first=first,
        then=lambda _, row: _see_it_wait(row),
    )  # fmt: skip


ON_REGISTRATION: Final = _on("REGISTRATION")
ON_CORRECTION: Final = _on("CORRECTION")


async def _entered(unit: Unit, row: RequestRecord, at: datetime, today: date) -> int:
    """Enter the person, or tie the account to the row that is his already, whose names may have changed since.

    Raises:
        _Contradicts: the register has somebody else of the СНИЛС, or somebody else's account.
    """
    said = told(row)
    born = date.fromisoformat(said[F.BIRTH_ON] or "")
    snils, family, given = said[F.SNILS] or "", said[F.FAMILY_NAME] or "", said[F.GIVEN_NAME] or ""
    patronymic = said.get(F.PATRONYMIC)
    if await person.of_account(unit, row.subject) is not None:
        raise _Contradicts("ACCOUNT_OF_ANOTHER_ROW")
    known = await person.of_snils(unit, snils)
    if known is None:
        sort_name, specialty = _sorted(family, given, patronymic), said.get(F.SPECIALTY)
        key = await person.enter(unit, row.subject, family, given, patronymic, sort_name, specialty, born, snils)
        entered = [name.value for name in ENTERED if said.get(name) is not None]
        await origin.noted(unit, key, entered, "EMPLOYER", at, row.id)
        return key
    differs = differing(Profile(snils, family, given, patronymic, born, confirmed=True), known)
    # An employer has seen the papers of whoever works for him, and puts a name right; for others nobody does.
    names = differs in NAMES_OF_MATCH and known.birth_on == born
    if differs is not None and not (names and row.organization_id in await person.works_at(unit, known.id, today)):
        raise _Contradicts(f"{differs.value}_DIFFERS")
    if not await matching.tie(unit, known.id, row.subject):
        raise _Contradicts("HAS_AN_ACCOUNT")
    if names:
        await person.rename(unit, known.id, family, given, patronymic, _sorted(family, given, patronymic))
        await origin.noted(unit, known.id, [name.value for name in NAMES], "EMPLOYER", at, row.id)
    return known.id


def _sorted(*names: str | None) -> str:
    """Names as the register orders them."""
    return sort_key(" ".join(filter(None, names)))


async def _corrected(unit: Unit, row: RequestRecord, at: datetime, _: date) -> int:
    """Write what was asked for.

    Raises:
        _Contradicts: the post that it is about is not there any more, or cannot end so.
    """
    said, key = told(row), row.practitioner_id or 0
    changed = [row.field]
    if row.field == F.EDUCATION:
        hours = said.get(F.HOURS)
        await person.educate(
            unit, key, said[F.EDUCATION_LEVEL] or "", said[F.INSTITUTION] or "", said[F.SPECIALTY] or "",
            said[F.DOCUMENT_NUMBER] or "", date.fromisoformat(said[F.COMPLETED_ON] or ""),
            None if hours is None else int(hours),
        )  # fmt: skip
    elif row.field == F.EMPLOYER:
        await _post(unit, row, said)
        changed = [F.EMPLOYER.value, *said]
    else:
        now = await person.names(unit, key)
        names: dict[str, Any] = {column: getattr(now, column) for column in NAMES.values()}
        names[NAMES[F(row.field)]] = said[row.field]
        await person.rename(unit, key, **names, sort_name=_sorted(*names.values()))
    await origin.noted(unit, key, changed, "EMPLOYER", at, row.id)
    return key


async def _post(unit: Unit, row: RequestRecord, said: dict[str, str | None]) -> None:
    post = await person.post(unit, row.employment_id or 0, row.practitioner_id or 0, lock=True)
    if post is None:
        raise _Contradicts("POST_GONE")
    last, department = said.get(F.LAST_ON), said.get(F.DEPARTMENT)
    ends_on = post.ends_on if last is None else date.fromisoformat(last)
    if ends_on is not None and ends_on < post.starts_on:
        raise _Contradicts("ENDS_BEFORE_ITS_BEGINNING")
    key = post.department_id if department is None else decode(prefixes.DEPARTMENT, department)
    await person.correct_post(unit, post.id, said.get(F.POSITION) or post.position_code, key, ends_on)


async def _kept(context: Context, act: str, thing: str, reason: str) -> None:
    """Leave in the journal why something could not be entered: whoever is told no more has support look there."""
    grounds = {**grounds_of(context), "permission": P.REGISTRY_REQUEST_DECIDE.value, "refused": reason}
    left = Left(at=context.at, events=(), subject=context.viewer.subject or "", act=act, thing=thing, grounds=grounds)
    async with writing(context.stores.registry) as unit:
        await unit.leave(left)
