"""Whoever examines a document says what he saw on it himself: a stamp and a signature by hand (осмотр документа)."""

from dataclasses import dataclass, field
from typing import Any, Final

from auth.permissions import Permission as P
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.document.found import CheckCode, CheckReason, CheckVerdict
from resolvers.document.holding import hold
from sources.documents import check as source
from sources.postgres.writing import Unit

STORE: Final = "documents"
EVENT: Final = "DOCUMENT_INSPECTED"


@dataclass(kw_only=True)
class InspectDocumentInput(VersionInput):
    """The document as it was read, and whether a stamp and a signature by hand are on it."""

    stamp_and_signature: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectDocumentPayload:
    """The document after the act."""

    document_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def inspect(context: Context, *, input: InspectDocumentInput) -> InspectDocumentPayload:
    """Say whether a document has a stamp and a signature by hand; one that has none cannot be used."""

    async def do(unit: Unit) -> Effect:
        row = await hold(
            context, unit, input.id, input.expected_version, P.DOCUMENT_CATALOGUE_READ, P.DOCUMENT_CHECK_WRITE
        )
        seen, at = input.stamp_and_signature, after(context.at, row.changed_at)
        verdict = CheckVerdict.PASSED if seen else CheckVerdict.FAILED
        reason = None if seen else CheckReason.NO_SIGNATURE_OR_STAMP
        code = CheckCode.SIGNATURE_OR_STAMP
        if not await source.looked_at(unit, row.id, row.content_version, at, code, verdict, reason):
            # A document that has no such check is of a kind that nobody stamps.
            raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",)), document_id=row.id)
        made = await source.judged(unit, row.id, at)
        thing = encode(prefixes.DOCUMENT, row.id)
        told: dict[str, Any] = {
            "object": thing,
            "documentId": row.id,
            "practitionerId": row.practitioner_id,
            "organizationId": row.holder_organization_id,
            "step": made.status,
        }
        return Effect(
            at=at,
            outcome={"document_id": row.id},
            thing=thing,
            events=((EVENT, told),),
            grounds={
                "check": code.value,
                "verdict": verdict.value,
                "contentVersion": row.content_version,
                "versionBefore": row.version,
                "versionAfter": made.version,
            },
        )

    doing = Doing(context, "inspectDocument", P.DOCUMENT_CHECK_WRITE, input, do, STORE)
    return await carried_out(doing, InspectDocumentPayload)
