"""Signatures are judged: against content as it is kept, and once more where nobody could say before."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from auth.accounts import SERVICE
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import after
from resolvers.document.holding import id_of
from resolvers.document.kinds import DocumentClass, DocumentKind, document_rules
from resolvers.rules.document_kind import SignaturePolicy
from sources.documents import check as checks
from sources.documents import kept_signature as source
from sources.documents.document import DocumentRecord
from sources.documents.held import held
from sources.documents.kept_signature import SealedSignature, opened_cms
from sources.documents.version import of_version
from sources.files import FileLost, FilesUnavailable, IntegrityBroken
from sources.postgres.failure import SourceUnavailable
from sources.postgres.writing import Left, Unit, writing
from sources.signing.trust import Trust
from sources.signing.verifying import Outcome, Verdict, verified
from sources.stores import Stores

JUDGED_EVENT: Final = "DOCUMENT_SIGNATURE_JUDGED"
# Whoever could not be judged is looked at again after so long.
AGAIN: Final = timedelta(minutes=5)
AT_ONCE: Final = 20
_ACT: Final = "judgeSignature"


class NoContent(Exception):
    """The content that a signature is of is not here, or not what was kept; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def policy_of(kind: str, at: datetime) -> SignaturePolicy:
    """Whose signatures a kind of document takes at an instant."""
    return document_rules(DocumentKind(kind), at).signatures


def is_clinical(kind: str, at: datetime) -> bool:
    """Whether a kind of document says something of a patient."""
    return document_rules(DocumentKind(kind), at).sensitivity is DocumentClass.CLINICAL


async def verdict_on(
    stores: Stores, trust: Trust, place: tuple[int, int], cms: bytes, at: datetime, algorithms: Collection[str]
) -> Verdict:
    """The verdict on a signature, received at an instant, over a document's version of content.

    Raises:
        NoContent: that is not here, or not what was kept.
        SourceUnavailable: the place of content does not answer.
    """
    version = await of_version(stores.documents, *place)
    if version is None:
        raise NoContent("CONTENT_MISSING")
    content = stores.files.read(version.kept, version.bound)
    try:
        return await verified(cms, content, version.sha256, at, trust, allowed=algorithms)
    except (IntegrityBroken, FileLost):
        raise NoContent("INTEGRITY_BROKEN") from None
    except FilesUnavailable:
        raise SourceUnavailable(stores.documents.name) from None


async def judge_again(stores: Stores, trust: Trust, at: datetime) -> int:
    """Judge signatures that nobody could judge before, as of their receipt; how many are judged now.

    Several processes may do it at once: a verdict that somebody else found first stands.
    """
    async with writing(stores.documents) as unit:
        rows = await source.unknown(unit, at - AGAIN, AT_ONCE)
        await source.looked_at(unit, [row.id for row in rows], at)
    return sum([await _judged(stores, trust, row, at) for row in rows])


async def _judged(stores: Stores, trust: Trust, row: SealedSignature, at: datetime) -> bool:
    cms = opened_cms(stores.documents, row)
    async with writing(stores.documents) as unit:
        document = await held(unit, row.document_id, None)
    if document is None:
        return False
    place = (row.document_id, row.content_version)
    try:
        said = await verdict_on(
            stores, trust, place, cms, row.received_at, policy_of(document.kind, row.received_at).algorithms
        )
    except NoContent:
        return False
    async with writing(stores.documents) as unit:
        document = await held(unit, row.document_id, None)
        if document is None or not await source.keep_again(unit, row.id, said, at):
            return False
        if said.outcome is not Outcome.UNKNOWN:
            await _told(unit, document, row, said, at)
    return said.outcome is not Outcome.UNKNOWN


async def _told(unit: Unit, document: DocumentRecord, row: SealedSignature, said: Verdict, at: datetime) -> None:
    """What follows of a verdict: the document may have all its signatures now."""
    policy = policy_of(document.kind, row.received_at)
    others = await source.under(unit, document.id, document.content_version)
    complete = (
        document.status == "CHECKED"
        and row.content_version == document.content_version
        and policy.complete(one.role for one in others if one.verdict == Outcome.VALID)
    )
    at = after(at, document.changed_at)
    made = await source.sign(unit, document.id, at, complete=complete)
    if complete:
        await checks.signed(unit, document.id, document.content_version, at)
    thing = id_of(document)
    told: dict[str, Any] = {
        "object": thing,
        "documentId": document.id,
        "practitionerId": document.practitioner_id,
        "organizationId": document.holder_organization_id,
        "signatureId": row.id,
        "step": made.status,
    }
    grounds = {
        "signature": encode(prefixes.SIGNATURE, row.id),
        "verdict": said.outcome.value,
        "faults": [one.value for one in said.faults],
        "versionBefore": document.version,
        "versionAfter": made.version,
    }
    await unit.leave(
        Left(at=at, events=((JUDGED_EVENT, told),), subject=SERVICE, act=_ACT, thing=thing, grounds=grounds)
    )
