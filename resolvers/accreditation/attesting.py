"""What a personnel officer or a head does about attestations: records one, renews it, ends it before its term.

What rests on an attestation begins and ends with it, to the instant: the fact is noted with the act.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from auth.counting import held_posts
from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.accreditation.attestation import KEYS, PREFIX, AttestationState, by_id, last_day, state_at
from resolvers.acts import keys
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.context import Context
from resolvers.free_text import on_one_line, plain, unfit
from resolvers.rules import attestation_rules
from resolvers.viewer import FactsLost
from sources.accreditation import attestation as source
from sources.accreditation.attestation import AttestationRecord
from sources.documents.document import USABLE, documents
from sources.postgres.ask import Ask, midnight
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

PERMISSION: Final = P.ACCREDITATION_ATTESTATION_WRITE
EVENT: Final = "ATTESTATION_CHANGED"
LONGEST: Final = 300
LONGEST_NUMBER: Final = 64
LONGEST_REASON: Final = 1_000
DAY: Final = timedelta(days=1)
PAPER: Final = frozenset({"id", "practitioner_id", "kind", "status"})
C = ProblemCode


@dataclass(kw_only=True)
class AddAttestationInput(ActInput):
    """Of whom, at which organisation, what is attested, by whom and for how long."""

    practitioner_id: str
    organization_id: str
    kind: str
    issuer: str
    number: str
    starts_on: date
    last_on: date
    document_id: str | None = None


@dataclass(kw_only=True)
class RenewAttestationInput(VersionInput):
    """The attestation as it was read, and what takes its place."""

    issuer: str | None = None
    number: str
    starts_on: date | None = None
    last_on: date
    document_id: str | None = None


@dataclass(kw_only=True)
class EndAttestationInput(VersionInput):
    """The attestation as it was read, and why it ends before its term."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationPayload:
    """The attestation after the act."""

    attestation_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose attestation it is to be, as rights look at it."""

    practitioner_id: int
    organization_id: int


async def add(context: Context, *, input: AddAttestationInput) -> AttestationPayload:
    """Record an attestation of somebody who works at the organisation."""

    async def do(unit: Unit) -> Effect:
        whose = await _worker(context, unit, input)
        await source.alone(unit, whose.practitioner_id)
        reach("locked")
        issuer, number = on_one_line(input.issuer), on_one_line(input.number)
        _fit(context, str(input.kind), issuer, number, input.starts_on, input.last_on)
        document = await _paper(context, unit, whose.practitioner_id, str(input.kind), input.document_id)
        columns = _columns(context, whose, str(input.kind), issuer, number, input.starts_on, input.last_on, document)
        if await source.overlaps(unit, columns):
            raise Hindered(Problem(C.ALREADY_IN_FORCE, ("kind",)))
        return _effect(await source.recorded(unit, columns), "ADDED", context.at)

    doing = Doing(context, "addAttestation", PERMISSION, input, do)
    return await carried_out(doing, AttestationPayload)


async def renew(context: Context, *, input: RenewAttestationInput) -> AttestationPayload:
    """Record the attestation that follows one; unless it is said, from the day after that one, or from today."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input)
        if await source.renewed(unit, row.id):
            raise Hindered(Problem(C.ALREADY_IN_FORCE, ("id",)), attestation_id=row.id)
        issuer, number = on_one_line(input.issuer or row.issuer), on_one_line(input.number)
        starts_on = input.starts_on
        if starts_on is None:
            counts = state_at(row.valid_from, row.valid_to, row.ended_at, context.at) is AttestationState.IN_FORCE
            starts_on = last_day(row.valid_to) + DAY if counts else Ask(context.at).today
        _fit(context, row.kind, issuer, number, starts_on, input.last_on)
        whose = _Whose(row.practitioner_id, row.organization_id)
        document = await _paper(context, unit, row.practitioner_id, row.kind, input.document_id)
        columns = _columns(context, whose, row.kind, issuer, number, starts_on, input.last_on, document)
        if await source.overlaps(unit, columns):
            raise Hindered(Problem(C.ALREADY_IN_FORCE, ("startsOn",)), attestation_id=row.id)
        at = after(context.at, row.changed_at)
        await source.followed(unit, row.id, at)
        made = await source.recorded(unit, {**columns, "renews_id": row.id})
        return _effect(made, "RENEWED", at, renews=encode(PREFIX, row.id))

    doing = Doing(context, "renewAttestation", PERMISSION, input, do)
    return await carried_out(doing, AttestationPayload)


async def end(context: Context, *, input: EndAttestationInput) -> AttestationPayload:
    """End an attestation before its term, as where it was taken back or recorded by mistake."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input)
        reason, at = plain(input.reason), after(context.at, row.changed_at)
        if (problem := unfit(reason, LONGEST_REASON, "reason", missing=C.REASON_REQUIRED)) is not None:
            raise Hindered(problem, attestation_id=row.id)
        _see_it_last(row, at)
        made = await source.ended(unit, row.id, at, reason)
        return _effect(made, "ENDED", at, versionBefore=row.version, versionAfter=made.version)

    doing = Doing(context, "endAttestation", PERMISSION, input, do)
    return await carried_out(doing, AttestationPayload)


def _see_it_last(row: AttestationRecord, at: datetime) -> None:
    """See to it that an attestation has not ended.

    Raises:
        Hindered: it was ended, or its term is over.
    """
    if row.ended_at is not None or row.valid_to <= at:
        raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",)), attestation_id=row.id)


ON_RENEWING: Final = Target(PREFIX, by_id, P.ACCREDITATION_ATTESTATION_READ, KEYS, KEYS)
ON_ENDING: Final = replace(
    ON_RENEWING,
    needs=frozenset({"ended_at", "valid_to", "changed_at"}),
    then=lambda context, row: _see_it_last(row, after(context.at, row.changed_at)),
)


async def _held(context: Context, unit: Unit, input: VersionInput) -> AttestationRecord:
    key, seen = decode(PREFIX, input.id), context.viewer[P.ACCREDITATION_ATTESTATION_READ]
    found = None if key is None else await source.held(unit, key, seen.narrow(KEYS))
    reach("locked")
    row = there(found, seen, "id")
    require(context, PERMISSION, row, KEYS)
    await source.alone(unit, row.practitioner_id)
    as_it_was_read(row, input.expected_version, "RECORD", attestation_id=row.id)
    return row


async def _worker(context: Context, unit: Unit, input: AddAttestationInput) -> _Whose:
    """Who works at an organisation for which the viewer may record it.

    Raises:
        Hindered: there is no such person there.
        NotAllowed: the organisation is none of the viewer's.
        FactsLost: the register did not say where somebody works.
    """
    who, place = (
        decode(prefixes.PRACTITIONER, input.practitioner_id),
        decode(prefixes.ORGANIZATION, input.organization_id),
    )
    whose = _Whose(who or 0, place or 0)
    require(context, PERMISSION, whose, KEYS)
    known = context.facts

    async def now() -> bool:
        facts = None if who is None or known is None else await known.of_person(who, context.at)
        for lost in () if facts is None else facts.lost:
            if lost.store == "registry":
                raise FactsLost(lost.store, lost.code, retryable=lost.retryable)
        return facts is not None and any(one.organization_id == place for one in held_posts(facts, context.at))

    works = await now()
    if not works:
        raise Hindered(Problem(C.NOT_FOUND, ("practitionerId",)))
    unit.rests_on(works, now)
    return whose


def _fit(context: Context, kind: str, issuer: str, number: str, starts_on: date, last_on: date) -> None:
    if problems := [*_wrong(context, kind, issuer, number, starts_on, last_on)]:
        raise Hindered(*problems)


def _wrong(context: Context, kind: str, issuer: str, number: str, starts_on: date, last_on: date) -> Iterator[Problem]:
    rule = attestation_rules(context.at).required.get(kind)
    if rule is None:
        yield Problem(C.FIELD_FORMAT, ("kind",), {"field": "kind"})
        return
    for name, text, longest in (("issuer", issuer, LONGEST), ("number", number, LONGEST_NUMBER)):
        if (problem := unfit(text, longest, name)) is not None:
            yield problem
    # What is over attests nothing; when it began may well lie behind.
    days = (last_on - starts_on).days + 1
    if not 1 <= days <= rule.most_days or last_on < Ask(context.at).today:
        yield Problem(C.TERM_OUT_OF_RANGE, ("lastOn",), {"least": 1, "most": rule.most_days})


async def _paper(context: Context, unit: Unit, whose: int, kind: str, id: str | None) -> int | None:
    """The key of the document that stands for an attestation: one of the person that the viewer may see, and good.

    Raises:
        Hindered: there is none such.
    """
    if id is None:
        return None
    key, fits = decode(prefixes.DOCUMENT, id), attestation_rules(context.at).required[kind].documents
    narrowed = context.viewer[P.DOCUMENT_CATALOGUE_READ].narrow(keys.DOCUMENT)
    narrow = ((("practitioner_id", (whose,)),), *(() if narrowed is None else (narrowed,)))

    async def now() -> bool:
        if key is None or narrowed == ():
            return False
        found = await documents(context.stores.documents, [key], Ask(context.at, PAPER, narrow))
        return any(one.kind in fits and one.status in USABLE for one in found.values())

    good = await now()
    if key is None or not good:
        raise Hindered(Problem(C.DOCUMENT_UNKNOWN, ("documentId",), {"slot": kind}))
    unit.rests_on(good, now)
    return key


def _columns(
    context: Context, whose: _Whose, kind: str, issuer: str, number: str, starts_on: date, last_on: date,
    document: int | None,
) -> dict[str, Any]:  # fmt: skip
    at: datetime = context.at
    return {
        "practitioner_id": whose.practitioner_id,
        "organization_id": whose.organization_id,
        "kind": kind,
        "issuer": issuer,
        "number": number,
        "valid_from": midnight(starts_on),
        "valid_to": midnight(last_on + DAY),
        "document_id": document,
        "recorded_by": context.viewer.subject or "",
        "recorded_at": at,
        "changed_at": at,
    }


def _effect(made: AttestationRecord, step: str, at: datetime, **grounds: Any) -> Effect:
    payload = {
        "attestationId": made.id,
        "practitionerId": made.practitioner_id,
        "organizationId": made.organization_id,
        "step": step,
    }
    said = {
        "practitioner": encode(prefixes.PRACTITIONER, made.practitioner_id),
        "organization": encode(prefixes.ORGANIZATION, made.organization_id),
        "attestation": made.kind,
    }
    return Effect(
        at=at,
        outcome={"attestation_id": made.id},
        thing=encode(PREFIX, made.id),
        events=((EVENT, payload),),
        grounds={**said, **grounds},
        turns=True,
    )
