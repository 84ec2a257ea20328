"""Acts on packages: documents are sent, or sent once more what was given up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import uuid4

from auth.permissions import Permission as P
from auth.rights import OBJECT
from auth.rules import Rule
from engine.act import NotAllowed
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.exchange import KEYS, PREFIX, REQUEST_KEYS, REQUEST_PREFIX
from resolvers.exchange.sendable import documents, place_of
from resolvers.free_text import on_one_line, unfit
from resolvers.recipient import Recipient, recipient_of
from resolvers.rules import exchange_rules
from resolvers.rules.exchange import ExchangePurpose, ExchangeRules, LegalBasis
from sources.exchange import request as requests
from sources.exchange import sending as source
from sources.exchange.package import PackageRecord
from sources.exchange.request import InformationRequestRecord
from sources.exchange.sending import SendableRecord
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

C = ProblemCode
LONGEST_NUMBER: Final = 64
# In order, whatever became of it since.
IN_ORDER: Final = frozenset({"CHECKED", "SIGNED", "QUEUED", "SENT", "REGISTERED"})
# Not yet on its way to a register.
REGISTRABLE: Final = frozenset({"CHECKED", "SIGNED"})


@dataclass(kw_only=True)
class LegalBasisInput:
    """What lets the documents be sent: of which kind, by which paper, with which consent."""

    kind: LegalBasis
    number: str | None = None
    issued_on: date | None = None
    consent_version: str | None = None


@dataclass(kw_only=True)
class SendDocumentInput(ActInput):
    """Which documents go to whom, for what, on which basis."""

    ids: list[str]
    recipient: str
    purpose: ExchangePurpose
    legal_basis: LegalBasisInput
    organization_id: str | None = None
    in_answer_to: str | None = None


@dataclass(kw_only=True)
class ResendPackageInput(VersionInput):
    """The package that is tried anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePayload:
    """The package after the act."""

    package_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def send(context: Context, *, input: SendDocumentInput) -> PackagePayload:
    """Queue a package of documents; it is sent within seconds, and tried again until an answer comes."""

    async def do(unit: Unit) -> Effect:
        rules = exchange_rules(context.at)
        recipient = recipient_of(context.recipients, input.recipient)
        if recipient is None:
            raise Hindered(Problem(C.RECIPIENT_UNKNOWN, ("recipient",)))
        rows = await documents(context, unit, input.ids, rules)
        place = place_of(context, rows, input.organization_id)
        number = on_one_line(input.legal_basis.number or "") or None
        problems = [
            *_of_basis(input, number, recipient, rules, personal=place is None, today=Ask(context.at).today),
            *(one for index, row in enumerate(rows) for one in _of_document(row, index, recipient, rules)),
        ]
        if problems:
            raise Hindered(*problems)
        request = await _answered(context, unit, input.in_answer_to, place, recipient)
        followed = _followed(rows, recipient, rules)
        made = await source.queued(
            unit,
            {
                "source": context.source,
                "package": uuid4(),
                "counterpart": recipient.id,
                "counterpart_kind": recipient.kind.value,
                "organization_id": place,
                "owner_ids": sorted({row.practitioner_id for row in rows if row.practitioner_id is not None}),
                "subject": context.viewer.subject or "",
                "purpose": input.purpose.value,
                "basis": input.legal_basis.kind.value,
                "basis_number": number,
                "basis_on": input.legal_basis.issued_on,
                "consent_version": input.legal_basis.consent_version,
                "request_id": None if request is None else request.id,
                "made_at": context.at,
            },
            [(row.id, row.content_version, row.sha256) for row in rows],
            followed,
            context.at,
        )
        return _effect(made, "QUEUED", context, rows)

    doing = Doing(context, "sendDocument", P.DOCUMENT_PACKAGE_SEND, input, do, into="documents")
    return await carried_out(doing, PackagePayload)


async def resend(context: Context, *, input: ResendPackageInput) -> PackagePayload:
    """Try a package anew that was given up; it keeps its name, by which the other side knows it."""

    async def do(unit: Unit) -> Effect:
        key, seen = decode(PREFIX, input.id), context.viewer[P.DOCUMENT_PACKAGE_READ]
        found = None if key is None else await source.held(unit, key, seen.narrow(KEYS))
        reach("locked")
        row = there(found, seen, "id")
        if row.subject != context.viewer.subject:
            _of_place(context, row)
        if row.version != input.expected_version:
            values: dict[str, str | int] = {"version": row.version, "object": "PACKAGE"}
            raise Hindered(Problem(C.CONFLICT, ("expectedVersion",), values), package_id=row.id)
        if row.status != "DEAD":
            raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",), {"possible": ""}), package_id=row.id)
        made = await source.again(unit, row.id, after(context.at, row.changed_at), context.viewer.subject or "")
        return _effect(made, "QUEUED", context, ())

    doing = Doing(context, "resendPackage", P.DOCUMENT_PACKAGE_SEND, input, do, into="documents")
    return await carried_out(doing, PackagePayload)


def _of_place(context: Context, row: PackageRecord) -> None:
    """That the viewer may send for the organisation that sent a package.

    Raises:
        NotAllowed: he may not.
    """
    rules = dict(context.viewer[P.DOCUMENT_PACKAGE_SEND].rules)
    if row.organization_id not in rules.get(Rule.HOLDER, frozenset()):
        raise NotAllowed(OBJECT)


def _of_basis(
    input: SendDocumentInput,
    number: str | None,
    recipient: Recipient,
    rules: ExchangeRules,
    *,
    personal: bool,
    today: date,
) -> Iterator[Problem]:
    """What is wrong with the basis and the purpose."""
    given, basis = input.legal_basis, rules.bases[input.legal_basis.kind]
    if recipient.kind not in basis.recipients:
        yield Problem(C.SENDING_BASIS, ("legalBasis", "kind"))
    elif input.purpose not in basis.purposes or input.purpose not in rules.recipients[recipient.kind].purposes:
        yield Problem(C.SENDING_BASIS, ("purpose",))
    if basis.consent and personal and given.consent_version != rules.consent_version:
        yield Problem(C.SENDING_CONSENT, ("legalBasis", "consentVersion"), {"version": rules.consent_version})
    # A consent that is not the viewer's own is a paper too.
    if basis.paper or (basis.consent and not personal):
        problem = unfit(number or "", LONGEST_NUMBER, "legalBasis", "number")
        if problem is not None:
            yield problem
        if given.issued_on is None:
            yield Problem(C.FIELD_REQUIRED, ("legalBasis", "issuedOn"), {"field": "issuedOn"})
    elif number is not None and (problem := unfit(number, LONGEST_NUMBER, "legalBasis", "number")) is not None:
        yield problem
    if given.issued_on is not None and given.issued_on > today:
        yield Problem(C.DATE_OUT_OF_RANGE, ("legalBasis", "issuedOn"), {"latest": today.isoformat()})


def _of_document(row: SendableRecord, place: int, recipient: Recipient, rules: ExchangeRules) -> Iterator[Problem]:
    """What keeps a document from going to a recipient."""
    path = ("ids", str(place))
    if row.kind not in rules.recipients[recipient.kind].documents:
        yield Problem(C.DOCUMENT_NOT_FOR_RECIPIENT, path)
        return
    registering = recipient.kind in rules.registers and row.kind in rules.registered
    if row.status not in (REGISTRABLE if registering else IN_ORDER):
        yield Problem(C.DOCUMENT_NOT_IN_ORDER, path)
    if row.content_version == 0:
        yield Problem(C.CONTENT_ELSEWHERE, path)
    if row.kind in rules.signed and not row.signed:
        yield Problem(C.SIGNATURE_MISSING, path)


def _followed(rows: Sequence[SendableRecord], recipient: Recipient, rules: ExchangeRules) -> list[int]:
    """The documents whose status goes along with the package, for they go to be registered."""
    if recipient.kind not in rules.registers:
        return []
    return [row.id for row in rows if row.kind in rules.registered]


async def _answered(
    context: Context, unit: Unit, named: str | None, place: int | None, recipient: Recipient
) -> InformationRequestRecord | None:
    """The request that a package answers, marked so.

    Raises:
        Hindered: it is not there for the viewer, is another organisation's or another recipient's, or is not open.
    """
    if named is None:
        return None
    key, seen, path = decode(REQUEST_PREFIX, named), context.viewer[P.DOCUMENT_REQUEST_READ], ("inAnswerTo",)
    found = None if key is None else await requests.held(unit, key, seen.narrow(REQUEST_KEYS))
    row = there(found, seen, *path)
    if row.organization_id != place or row.recipient != recipient.id:
        raise Hindered(Problem(C.NOT_FOUND, path))
    if row.state == "WITHDRAWN":
        raise Hindered(Problem(C.ILLEGAL_TRANSITION, path, {"possible": ""}))
    return await requests.changed(unit, row.id, "ANSWERED", after(context.at, row.changed_at))


def _effect(row: PackageRecord, step: str, context: Context, rows: Sequence[SendableRecord]) -> Effect:
    thing = encode(PREFIX, row.id)
    told: list[tuple[str, dict[str, Any]]] = [
        (source.CHANGED, {"object": thing, "packageId": row.id, "step": step, "organizationId": row.organization_id})
    ]
    if row.request_id is not None and rows:
        told.append((requests.CHANGED, requests.payload(row.request_id, "ANSWERED", row.organization_id)))
    place = {} if row.organization_id is None else {"organization": encode(prefixes.ORGANIZATION, row.organization_id)}
    return Effect(
        at=max(context.at, row.changed_at),
        outcome={"package_id": row.id},
        thing=thing,
        events=tuple(told),
        grounds={
            "recipient": row.counterpart,
            "purpose": row.purpose,
            "basis": row.basis,
            "documents": [
                encode(prefixes.DOCUMENT if one.patient_id is None else prefixes.CLINICAL_DOCUMENT, one.id)
                for one in rows
            ],
            "versionAfter": row.version,
            **place,
        },
    )
