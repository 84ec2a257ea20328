"""Documents are signed: a detached signature is verified, and kept under the content that it is of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.signed_by import CMS, decoded, is_of_viewer
from resolvers.context import Context
from resolvers.document.holding import hold, hold_charted, id_of, is_charted
from resolvers.document.judging import NoContent, is_clinical, policy_of, verdict_on
from resolvers.document.kinds import SignatureRole
from resolvers.rules.document_kind import SignaturePolicy
from sources.documents import check as checks
from sources.documents import kept_signature as source
from sources.documents.document import DocumentRecord
from sources.documents.kept_signature import Signed, UnderRecord
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit, writing
from sources.practitioner import practitioners
from sources.signing.certificate import Certificate
from sources.signing.verifying import Outcome, Verdict

STORE: Final = "documents"
SIGNED_EVENT: Final = "DOCUMENT_SIGNED"
# In which statuses a document takes signatures.
OPEN: Final = frozenset({"CHECKED"})
_WORKS: Final = frozenset({"id", "organization_ids"})
_NUMBER: Final = frozenset({"id", "ogrn"})
C = ProblemCode


@dataclass(kw_only=True)
class SignDocumentInput(VersionInput):
    """The document as it was read, and a detached signature over its content: DER in base64."""

    detached_cms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignDocumentPayload:
    """The document after the act, and the signature."""

    document_id: int | None = None
    signature_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A signature that was verified before anything was locked, and as what.

    Attributes:
        row: the document as it was then.
    """

    row: DocumentRecord
    cms: bytes
    verdict: Verdict
    role: SignatureRole
    signer_id: int | None
    organization_id: int | None
    at: datetime


async def sign(context: Context, *, input: SignDocumentInput) -> SignDocumentPayload:
    """Put a signature under a document."""
    judged: list[_Judged] = []

    async def judge() -> None:
        # Content may be long: it is read before any row is held.
        judged.append(await _judged(context, input))

    async def do(unit: Unit) -> Effect:
        if not judged:  # done before, under its key
            raise Hindered(Problem(C.CONFLICT, ("expectedVersion",)))
        row = await _open(context, unit, input)
        found = judged[0]
        if (row.content_version, row.sha256) != (found.row.content_version, found.row.sha256):
            raise _conflict(row)
        return await _kept(context, unit, row, found)

    doing = Doing(context, "signDocument", P.DOCUMENT_SIGNATURE_WRITE, input, do, STORE, first=judge)
    return await carried_out(doing, SignDocumentPayload)


async def _judged(context: Context, input: SignDocumentInput) -> _Judged:
    """The signature as it is found to be, by the content and the certificate.

    Raises:
        Hindered: it is not good, or not one of who should sign.
    """
    cms = decoded(input.detached_cms)
    async with writing(context.stores.documents) as unit:
        row = await _open(context, unit, input)
    policy, at = policy_of(row.kind, context.at), context.at
    place = (row.id, row.content_version)
    try:
        verdict = await verdict_on(context.stores, context.signing.trust, place, cms, at, policy.algorithms)
    except NoContent as lacking:
        raise Hindered(Problem(C(lacking.code), ("id",)), document_id=row.id) from None
    if verdict.outcome is Outcome.INVALID:
        raise Hindered(*(Problem(C(fault.value), (CMS,)) for fault in verdict.faults), document_id=row.id)
    certificate = verdict.certificate
    if certificate is None:
        raise Hindered(Problem(C.SIGNATURE_MALFORMED, (CMS,)), document_id=row.id)
    signer, organization = await _signer(context, row, certificate)
    role = _role(row, signer, policy)
    # What says something of a patient is signed by who may write so of him, which a record alone can tell.
    if role is SignatureRole.OFFICIAL and row.patient_id is None and is_clinical(row.kind, at):
        raise NotAllowed(OBJECT)
    return _Judged(row, cms, verdict, role, signer, organization, at)


async def _open(context: Context, unit: Unit, input: SignDocumentInput) -> DocumentRecord:
    """The document, held, which takes signatures.

    Raises:
        Hindered: it is not there, has another version, takes none, or has no content here.
        NotAllowed: the viewer may not sign it.
    """
    seen_by, written_by = P.DOCUMENT_CATALOGUE_READ, P.DOCUMENT_SIGNATURE_WRITE
    if is_charted(input.id):
        row = await hold_charted(context, unit, input.id, input.expected_version, P.CLINICAL_NOTE_SIGN)
    else:
        row = await hold(context, unit, input.id, input.expected_version, seen_by, written_by)
    if row.status not in OPEN:
        raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",)), document_id=row.id)
    if row.content_version == 0:
        raise Hindered(Problem(C.CONTENT_MISSING, ("id",)), document_id=row.id)
    return row


async def _signer(context: Context, row: DocumentRecord, of: Certificate) -> tuple[int | None, int | None]:
    """The person who signed, or the organisation; one of both.

    A certificate with a СНИЛС is a person's, whatever organisation it names beside, and has to be the viewer's. One
    with an ОГРН alone is an organisation's, and has to be that of one that the document has to do with.

    Raises:
        Hindered: it is somebody else's.
        NotAllowed: the viewer is nobody in the register.
    """
    if of.snils is not None:
        signer = await is_of_viewer(context, of)
        if signer is None:
            raise Hindered(Problem(C.SIGNATURE_WRONG_SIGNER, (CMS,)), document_id=row.id)
        return signer, None
    if of.ogrn is not None:
        places = await _places(context, row)
        known = await organizations(context.stores.registry, "id", places, Ask(context.at, _NUMBER))
        for place in places:
            if place in known and known[place].ogrn == of.ogrn:
                return None, place
    raise Hindered(Problem(C.SIGNATURE_WRONG_SIGNER, (CMS,)), document_id=row.id)


async def _places(context: Context, row: DocumentRecord) -> list[int]:
    """The organisations that a document has to do with: whose it is, with whom it is shared, where its owner works."""
    for place in (row.holder_organization_id, row.place_id):
        if place is not None:
            return [place]
    owner = row.practitioner_id
    works: Sequence[int] = ()
    if owner is not None:
        found = await practitioners(context.stores.registry, "id", [owner], Ask(context.at, _WORKS))
        works = found[owner].organization_ids if owner in found else ()
    return list(dict.fromkeys((*row.shared_organization_ids, *works)))


def _role(row: DocumentRecord, signer: int | None, policy: SignaturePolicy) -> SignatureRole:
    if signer is None:
        return SignatureRole.ORGANIZATION
    if row.patient_id is not None:
        return SignatureRole.AUTHOR if row.author_id == signer else SignatureRole.OFFICIAL
    # Whoever heads an institution signs in its place.
    if row.practitioner_id != signer and row.holder_organization_id is None:
        return SignatureRole.OFFICIAL
    # What is about a patient is signed by who wrote it.
    return SignatureRole.AUTHOR if SignatureRole.AUTHOR in policy.roles else SignatureRole.OWNER


async def _kept(context: Context, unit: Unit, row: DocumentRecord, judged: _Judged) -> Effect:
    policy = policy_of(row.kind, judged.at)
    before = await source.under(unit, row.id, row.content_version)
    _due(row, judged, policy, before)
    at = after(context.at, row.changed_at)
    signed = Signed(
        document_id=row.id,
        content_version=row.content_version,
        role=judged.role.value,
        cms=judged.cms,
        verdict=judged.verdict,
        received_at=judged.at,
        signer_id=judged.signer_id,
        organization_id=judged.organization_id,
        subject=context.viewer.subject,
    )
    key = await source.keep(unit, context.stores.documents, signed)
    holding = [one.role for one in before if one.verdict == Outcome.VALID]
    if judged.verdict.outcome is Outcome.VALID:
        holding.append(judged.role.value)
    made = await source.sign(unit, row.id, at, complete=policy.complete(holding))
    if policy.complete(holding):
        await checks.signed(unit, row.id, row.content_version, at)
    return _effect(row, key, judged, at, made.version, made.status)


def _due(row: DocumentRecord, judged: _Judged, policy: SignaturePolicy, before: Sequence[UnderRecord]) -> None:
    """That this signature is one that is due.

    Raises:
        Hindered: the kind wants none of its sort, or it is there already.
    """
    if judged.role not in policy.roles:
        values: dict[str, str | int] = {"roles": ", ".join(policy.roles)}
        raise Hindered(Problem(C.SIGNATURE_NOT_DUE, (CMS,), values), document_id=row.id)
    signer = (judged.signer_id, judged.organization_id)
    if any((one.signer_id, one.organization_id) == signer and one.verdict != Outcome.INVALID for one in before):
        raise Hindered(Problem(C.SIGNATURE_DUPLICATE, (CMS,)), document_id=row.id)


def _effect(row: DocumentRecord, key: int, judged: _Judged, at: datetime, version: int, status: str) -> Effect:
    thing = id_of(row)
    told: dict[str, Any] = {
        "object": thing,
        "documentId": row.id,
        "practitionerId": row.practitioner_id,
        "organizationId": row.holder_organization_id,
        "signatureId": key,
        "step": status,
    }
    return Effect(
        at=at,
        outcome={"document_id": row.id, "signature_id": key},
        thing=thing,
        events=((SIGNED_EVENT, told),),
        grounds={
            "signature": encode(prefixes.SIGNATURE, key),
            "role": judged.role.value,
            "verdict": judged.verdict.outcome.value,
            "contentVersion": row.content_version,
            "sha256": row.sha256,
            "versionBefore": row.version,
            "versionAfter": version,
        },
    )


def _conflict(row: DocumentRecord) -> Hindered:
    values: dict[str, str | int] = {"version": row.version, "object": "DOCUMENT"}
    return Hindered(Problem(C.CONFLICT, ("expectedVersion",), values), document_id=row.id)
