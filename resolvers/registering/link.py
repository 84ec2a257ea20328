"""Links of people to organisations: found, asked for with a consent, taken back, decided by the personnel office."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed, Target
from engine.batch import many, one, page
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts import keys
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.context import Context
from resolvers.registering.saying import Faults, not_of_oneself, open_place, reasoned
from resolvers.rules import link_consent
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit
from sources.registering import link as source
from sources.registering.link import LinkRecord

PREFIX: Final = prefixes.ORGANIZATION_LINK
STORE: Final = "registry"
CONSENT: Final = "ORGANIZATION_LINK"
KINDS: Final = ("MAIN", "INTERNAL_PART_TIME", "COMBINATION", "EXTERNAL_PART_TIME")
MOST_RATE: Final = Decimal(2)
C = ProblemCode


class LinkState(StrEnum):
    """Where a link stands."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    ENDED = "ENDED"


class LinkDiagnosis(StrEnum):
    """Why a link cannot be, or was refused."""

    ORG_NOT_FOUND = "ORG_NOT_FOUND"
    ORG_CLOSED = "ORG_CLOSED"
    NOT_EMPLOYED = "NOT_EMPLOYED"
    DATA_MISMATCH = "DATA_MISMATCH"


class LinkDecision(StrEnum):
    """What an officer decides."""

    CONFIRM = "CONFIRM"
    REFUSE = "REFUSE"


@dataclass(frozen=True)
class OrganizationLinkFilter:
    """Which links are wanted: all conditions must hold."""

    state: list[LinkState] | None = None


@dataclass(kw_only=True)
class LinkOrganizationInput(ActInput):
    """Where, and to which version of the text the person consents."""

    organization_id: str
    consent_version: str


@dataclass(kw_only=True)
class WithdrawOrganizationLinkInput(VersionInput):
    """The link that is taken back, with the consent."""


@dataclass(kw_only=True)
class LinkedEmploymentInput:
    """The post that the person has, where the register lacks it."""

    position_code: str
    department_id: str | None = None
    kind: str
    rate: Decimal = Decimal(1)
    starts_on: date


@dataclass(kw_only=True)
class DecideOrganizationLinkInput(VersionInput):
    """The request, what is decided, and why; with CONFIRM the post, where the register lacks it."""

    decision: LinkDecision
    employment: LinkedEmploymentInput | None = None
    diagnosis: LinkDiagnosis | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPayload:
    """The link after the act."""

    link_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@one("registry", LinkRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, LinkRecord]:
    """Links by key."""
    return await source.links(context.stores.registry, keys, ask)


@many("registry", LinkRecord)
async def of_viewer(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[LinkRecord]]:
    """The viewer's own links, the newest first."""
    facts = context.viewer.facts
    if facts is None or facts.practitioner_id is None:
        return {}
    rows = await source.links_of(context.stores.registry, [facts.practitioner_id], ask)
    return dict.fromkeys(keys, rows[facts.practitioner_id])


def _filters(given: OrganizationLinkFilter | None) -> dict[str, object]:
    if given is None or given.state is None:
        return {}
    return {"state": [one.value for one in given.state]}


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: OrganizationLinkFilter | None = None
) -> dict[None, int]:
    return await source.link_count(context.stores.registry, keys, ask, _filters(filter))


@page("registry", LinkRecord, _count)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: OrganizationLinkFilter | None = None
) -> dict[None, Slice[LinkRecord]]:
    """Links that the viewer may see and that fit the filter, the newest first."""
    return await source.link_list(context.stores.registry, keys, ask, window, _filters(filter))


async def link(context: Context, *, input: LinkOrganizationInput) -> LinkPayload:
    """Ask to be tied to an organisation."""

    async def do(unit: Unit) -> Effect:
        facts = context.viewer.facts
        if facts is None or facts.practitioner_id is None:
            raise NotAllowed(OBJECT)
        wanted = link_consent(context.at).version
        if input.consent_version != wanted:
            values: dict[str, str | int] = {"consent": CONSENT, "version": wanted}
            raise Hindered(Problem(C.CONSENT_MISSING, ("consentVersion",), values))
        place = await open_place(context, unit, input.organization_id, "organizationId")
        before = await source.of_pair(unit, facts.practitioner_id, place, Ask(context.at).today)
        reach("locked")
        if before is not None:
            raise Hindered(Problem(C.ALREADY_OPEN if before.waits else C.ALREADY_IN_FORCE, ("organizationId",)))
        at = after(context.at, None)
        made = await source.make(unit, facts.subject, facts.practitioner_id, place, wanted, at)
        return _effect(made, "ASKED", consent=wanted)

    return await carried_out(
        Doing(context, "linkOrganization", P.ORGANIZATION_LINK_WRITE, input, do, STORE), LinkPayload
    )


async def withdraw(context: Context, *, input: WithdrawOrganizationLinkInput) -> LinkPayload:
    """Take a link back, asked for or confirmed: nothing rests on the person's posts there any more."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input.id)
        require(context, P.ORGANIZATION_LINK_WRITE, row, keys.ORGANIZATION_LINK)
        as_it_was_read(row, input.expected_version, "REQUEST", link_id=row.id)
        _see_it(row, "PENDING", "CONFIRMED")
        at = after(context.at, row.changed_at)
        if row.state == "CONFIRMED":
            await source.detach(unit, row.practitioner_id, row.organization_id, at)
        made = await source.decided(
            unit, row.id, "ENDED", at, row.decided_by, employment_id=row.employment_id, reason=row.reason
        )
        return _effect(made, "WITHDRAWN", versionBefore=row.version, consent=row.consent_version)

    return await carried_out(
        Doing(context, "withdrawOrganizationLink", P.ORGANIZATION_LINK_WRITE, input, do, STORE), LinkPayload
    )


async def decide(context: Context, *, input: DecideOrganizationLinkInput) -> LinkPayload:
    """Confirm that somebody works there, and enter his post where the register lacks it; or refuse, and say why."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input.id)
        not_of_oneself(context, row.subject, row.practitioner_id, link_id=row.id)
        require(context, P.ORGANIZATION_LINK_DECIDE, row, keys.ORGANIZATION_LINK)
        as_it_was_read(row, input.expected_version, "REQUEST", link_id=row.id)
        _see_it(row, "PENDING")
        at, officer = after(context.at, row.changed_at), context.viewer.subject or ""
        if LinkDecision(input.decision) is LinkDecision.REFUSE:
            reason = reasoned(input.reason, needed=True, link_id=row.id)
            why = LinkDiagnosis.NOT_EMPLOYED if input.diagnosis is None else LinkDiagnosis(input.diagnosis)
            if why is LinkDiagnosis.ORG_NOT_FOUND:
                raise Hindered(Problem(C.FIELD_FORMAT, ("diagnosis",), {"field": "diagnosis"}), link_id=row.id)
            made = await source.decided(unit, row.id, "REFUSED", at, officer, diagnosis=why.value, reason=reason)
            return _effect(made, "REFUSED", versionBefore=row.version, diagnosis=why.value)
        reason = reasoned(input.reason, needed=False, link_id=row.id)
        post = await _post(context, unit, row, input.employment)
        made = await source.decided(unit, row.id, "CONFIRMED", at, officer, reason=reason, employment_id=post)
        return _effect(made, "CONFIRMED", versionBefore=row.version, employment=encode(prefixes.EMPLOYMENT, post))

    return await carried_out(
        Doing(context, "decideOrganizationLink", P.ORGANIZATION_LINK_DECIDE, input, do, STORE), LinkPayload
    )


async def _held(context: Context, unit: Unit, id: str) -> LinkRecord:
    key, seen = decode(PREFIX, id), context.viewer[P.ORGANIZATION_LINK_READ]
    found = None if key is None else await source.held(unit, key, seen.narrow(keys.ORGANIZATION_LINK))
    reach("locked")
    return there(found, seen, "id")


def _see_it(row: LinkRecord, *states: str) -> None:
    """See to it that a link stands where a step follows from.

    Raises:
        Hindered: it does not.
    """
    if row.state not in states:
        raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",)), link_id=row.id)


def _on(*states: str, apart: bool) -> Target:
    def first(context: Context, row: LinkRecord) -> None:
        not_of_oneself(context, row.subject, row.practitioner_id, link_id=row.id)

    return Target(
        PREFIX, by_id, P.ORGANIZATION_LINK_READ, keys.ORGANIZATION_LINK, keys.ORGANIZATION_LINK,
        needs=frozenset({"subject", "practitioner_id", "state"}),
        first=first if apart else None,
        then=lambda _, row: _see_it(row, *states),
    )  # fmt: skip


ON_WITHDRAWING: Final = _on("PENDING", "CONFIRMED", apart=False)
ON_DECIDING: Final = _on("PENDING", apart=True)


async def _post(context: Context, unit: Unit, row: LinkRecord, given: LinkedEmploymentInput | None) -> int:
    """The post that the link is bound to: the one that the register has, or a new one.

    Raises:
        Hindered: the organisation is closed; the register has no post, and none can be entered so.
    """
    today = Ask(context.at).today
    place = await source.place(unit, row.organization_id)
    if place is None or (place.closed_on is not None and place.closed_on < today):
        raise Hindered(Problem(C.ORG_CLOSED, ("id",)), link_id=row.id)
    known = await source.post(unit, row.practitioner_id, row.organization_id, today)
    if known is not None:
        await source.attach(unit, known.id)
        return known.id
    if given is None:
        raise Hindered(Problem(C.POST_MISSING, ("employment",)), link_id=row.id)
    faults = Faults(context)
    position = faults.position(given.position_code, "employment", "positionCode")
    department = None if given.department_id is None else decode(prefixes.DEPARTMENT, given.department_id)
    if given.department_id is not None and (
        department is None or not await source.has_department(unit, row.organization_id, department, today)
    ):
        faults.add(C.NOT_FOUND, "employment", "departmentId")
    if given.kind not in KINDS:
        faults.add(C.FIELD_FORMAT, "employment", "kind")
    elif given.kind == "MAIN" and await source.has_main(unit, row.practitioner_id, given.starts_on):
        faults.add(C.MAIN_POST_TAKEN, "employment", "kind")
    if not 0 < given.rate <= MOST_RATE or given.rate != round(given.rate, 2):
        faults.add(C.FIELD_FORMAT, "employment", "rate")
    faults.day(given.starts_on, "employment", "startsOn")
    faults.none()
    return await source.employ(
        unit,
        row.practitioner_id,
        row.organization_id,
        department,
        position or "",
        str(given.kind),
        given.rate,
        given.starts_on,
    )


def _effect(row: LinkRecord, step: str, **grounds: Any) -> Effect:
    thing = encode(PREFIX, row.id)
    told = {
        "object": thing,
        "linkId": row.id,
        "practitionerId": row.practitioner_id,
        "organizationId": row.organization_id,
        "step": step,
    }
    return Effect(
        at=row.changed_at,
        outcome={"link_id": row.id},
        thing=thing,
        events=(("ORGANIZATION_LINK_CHANGED", told),),
        grounds={
            "practitioner": encode(prefixes.PRACTITIONER, row.practitioner_id),
            "organization": encode(prefixes.ORGANIZATION, row.organization_id),
            "versionAfter": row.version,
            **grounds,
        },
        turns=step == "WITHDRAWN",
    )
