"""Acts of the regulator and of an insurer: information is requested of an organisation, or no longer."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from auth.permissions import Permission as P
from auth.role import RoleName
from engine.act import Target
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.exchange import REQUEST_KEYS, REQUEST_PREFIX, request_by_id
from resolvers.free_text import on_one_line, plain, unfit
from resolvers.recipient import recipient_of
from resolvers.rules import exchange_rules
from resolvers.rules.exchange import ExchangeRules, LegalBasis, RecipientKind
from sources.exchange import request as source
from sources.exchange.request import InformationRequestRecord
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

C = ProblemCode
DAY: Final = timedelta(days=1)
LONGEST_NUMBER: Final = 64
LONGEST_WHAT: Final = 4_000
OFFICES: Final = {RoleName.REG: RecipientKind.REGULATOR, RoleName.INS: RecipientKind.INSURER}


@dataclass(kw_only=True)
class RequestBasisInput:
    """The paper that a request rests on."""

    kind: LegalBasis
    number: str
    issued_on: date


@dataclass(kw_only=True)
class RequestInformationInput(ActInput):
    """What is requested of which organisation, on which basis, until when, and where the answer is sent."""

    organization_id: str
    what: str
    legal_basis: RequestBasisInput
    due_on: date
    recipient: str


@dataclass(kw_only=True)
class WithdrawInformationRequestInput(VersionInput):
    """The request that is taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequestPayload:
    """The request after the act."""

    request_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def request(context: Context, *, input: RequestInformationInput) -> InformationRequestPayload:
    """Request information of an organisation; its head and personnel officers are told."""

    async def do(unit: Unit) -> Effect:
        rules, what = exchange_rules(context.at), plain(input.what)
        office = _office(context, input.recipient)
        problems = _problems(input, what, rules, Ask(context.at).today)
        place = decode(prefixes.ORGANIZATION, input.organization_id)
        if place is None or not await _exists(context, unit, place):
            problems.insert(0, Problem(C.NOT_FOUND, ("organizationId",)))
        if office is None:
            problems.append(Problem(C.RECIPIENT_UNKNOWN, ("recipient",)))
        if problems:
            raise Hindered(*problems)
        made = await source.made(
            unit,
            {
                "subject": context.viewer.subject or "",
                "office": office,
                "organization_id": place,
                "recipient": input.recipient,
                "what": what,
                "basis": input.legal_basis.kind.value,
                "basis_number": on_one_line(input.legal_basis.number),
                "basis_on": input.legal_basis.issued_on,
                "due_on": input.due_on,
                "state": "OPEN",
                "made_at": context.at,
                "changed_at": context.at,
            },
        )
        return _effect(made)

    doing = Doing(context, "requestInformation", P.DOCUMENT_REQUEST_WRITE, input, do, into="documents")
    return await carried_out(doing, InformationRequestPayload)


async def withdraw(context: Context, *, input: WithdrawInformationRequestInput) -> InformationRequestPayload:
    """Take a request back that is not answered."""

    async def do(unit: Unit) -> Effect:
        key, seen = decode(REQUEST_PREFIX, input.id), context.viewer[P.DOCUMENT_REQUEST_READ]
        found = None if key is None else await source.held(unit, key, seen.narrow(REQUEST_KEYS))
        reach("locked")
        row = there(found, seen, "id")
        require(context, P.DOCUMENT_REQUEST_WRITE, row, REQUEST_KEYS)
        if row.version != input.expected_version:
            values: dict[str, str | int] = {"version": row.version, "object": "INFORMATION_REQUEST"}
            raise Hindered(Problem(C.CONFLICT, ("expectedVersion",), values), request_id=row.id)
        _see_it_open(row)
        return _effect(await source.changed(unit, row.id, "WITHDRAWN", after(context.at, row.changed_at)))

    doing = Doing(context, "withdrawInformationRequest", P.DOCUMENT_REQUEST_WRITE, input, do, into="documents")
    return await carried_out(doing, InformationRequestPayload)


def _see_it_open(row: InformationRequestRecord) -> None:
    """See to it that a request is not answered, nor taken back.

    Raises:
        Hindered: it is.
    """
    if row.state != "OPEN":
        raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",), {"possible": ""}), request_id=row.id)


ON_WITHDRAWING: Final = Target(
    REQUEST_PREFIX, request_by_id, P.DOCUMENT_REQUEST_READ, REQUEST_KEYS, REQUEST_KEYS,
    needs=frozenset({"state"}),
    then=lambda _, row: _see_it_open(row),
)  # fmt: skip


def _office(context: Context, recipient: str) -> str | None:
    """The office of the viewer to which a recipient belongs; None where he has none such."""
    found = recipient_of(context.recipients, recipient)
    if found is None:
        return None
    offices = (role.name for role in context.viewer.roles if OFFICES.get(role.name) is found.kind)
    return next((name.value for name in offices), None)


def _problems(input: RequestInformationInput, what: str, rules: ExchangeRules, today: date) -> list[Problem]:
    found = []
    for text, most, path in (
        (what, LONGEST_WHAT, ("what",)),
        (on_one_line(input.legal_basis.number), LONGEST_NUMBER, ("legalBasis", "number")),
    ):
        problem = unfit(text, most, *path)
        if problem is not None:
            found.append(problem)
    if input.legal_basis.kind not in rules.requests.bases:
        found.append(Problem(C.SENDING_BASIS, ("legalBasis", "kind")))
    bounds = rules.requests
    for path, day, earliest, latest in (
        (("legalBasis", "issuedOn"), input.legal_basis.issued_on, today - bounds.oldest_basis * DAY, today),
        (("dueOn",), input.due_on, today + bounds.least_days * DAY, today + bounds.most_days * DAY),
    ):
        if not earliest <= day <= latest:
            values: dict[str, str | int] = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
            found.append(Problem(C.DATE_OUT_OF_RANGE, path, values))
    return found


async def _exists(context: Context, unit: Unit, place: int) -> bool:
    async def read() -> bool:
        return place in await organizations(context.stores.registry, "id", [place], Ask(context.at, frozenset({"id"})))

    found = await read()
    unit.rests_on(found, read)
    return found


def _effect(row: InformationRequestRecord) -> Effect:
    thing = encode(REQUEST_PREFIX, row.id)
    grounds: dict[str, Any] = {
        "basis": row.basis,
        "organization": encode(prefixes.ORGANIZATION, row.organization_id),
        "versionAfter": row.version,
    }
    return Effect(
        at=row.changed_at,
        outcome={"request_id": row.id},
        thing=thing,
        events=((source.CHANGED, source.payload(row.id, row.state, row.organization_id)),),
        grounds=grounds,
    )
