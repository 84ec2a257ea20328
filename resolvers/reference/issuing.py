"""The act that issues a certificate of qualification to the person that it is about."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.free_text import on_one_line, unfit
from resolvers.printed import certificate
from resolvers.printed.code import digest_of, new_code
from resolvers.reference.gathering import Facts, facts_of
from resolvers.rules import reference_rules
from sources.documents.keeping import reserved
from sources.documents.made import NewDocument, issued_since, make
from sources.documents.reference import Referred
from sources.postgres.ask import AUTHORITY_ZONE
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit
from sources.signing.making import SigningFailed

KIND: Final = "QUALIFICATION_CERTIFICATE"
STORE: Final = "documents"
LONGEST_PURPOSE: Final = 300
DAY: Final = timedelta(days=1)
C = ProblemCode


@dataclass(kw_only=True)
class IssueQualificationCertificateInput(ActInput):
    """Of which accreditation, of all that are in force unless said, and what it is wanted for."""

    accreditation_id: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePayload:
    """The certificate, and its number."""

    document_id: int | None = None
    number: str | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def issue(context: Context, *, input: IssueQualificationCertificateInput) -> CertificatePayload:
    """Issue a certificate of what the registers say of the viewer now."""

    async def do(unit: Unit) -> Effect:
        known = context.viewer.facts
        if known is None or known.practitioner_id is None:
            raise NotAllowed(OBJECT)
        owner, purpose, rules = known.practitioner_id, _purpose(input.purpose), reference_rules(context.at)
        await _not_too_often(context, unit, owner, rules.most_daily)
        facts = await _facts(context, unit, owner, input.accreditation_id)
        key, at, code = await reserved(unit), after(context.at, None), new_code()
        day = at.astimezone(AUTHORITY_ZONE).date()
        number = f"СК-{day.year}-{key:08d}"
        said = facts.qualified(rules.authority, number, at, purpose)
        try:
            proof = context.press.proof(code, signed=context.press.signs)
            pressed = await context.press.pressed(at, certificate.made, said, proof)
        except SigningFailed:
            raise Hindered(Problem(C.SIGNING_UNAVAILABLE)) from None
        new = NewDocument(
            kind=KIND,
            title=certificate.title(number),
            number=number,
            issued_on=day,
            issuer=rules.authority,
            at=at,
            practitioner_id=owner,
            holder_organization_id=None,
            content=pressed.content,
            sha256=pressed.sha256,
            pages=pressed.pages,
            referred=Referred(
                code_digest=digest_of(code),
                number=number,
                authority=rules.authority,
                holder=facts.holder,
                issued_at=at,
                accreditation_ids=facts.keys,
            ),
            cms=pressed.cms,
        )
        await make(unit, context.stores.documents, context.stores.files, new, key)
        thing = encode(prefixes.DOCUMENT, key)
        told = {"object": thing, "documentId": key, "practitionerId": owner, "step": "ISSUED"}
        return Effect(
            at=at,
            outcome={"document_id": key, "number": number},
            thing=thing,
            events=(("DOCUMENT_CHANGED", told),),
            grounds={
                "practitioner": encode(prefixes.PRACTITIONER, owner),
                "accreditations": [encode(prefixes.ACCREDITATION, one) for one in facts.keys],
                "signed": pressed.cms is not None,
            },
        )

    return await carried_out(
        Doing(context, "issueQualificationCertificate", P.DOCUMENT_CERTIFICATE_ISSUE, input, do, STORE),
        CertificatePayload,
    )


def _purpose(given: str | None) -> str | None:
    said = on_one_line(given or "")
    if not said:
        return None
    problem = unfit(said, LONGEST_PURPOSE, "purpose")
    if problem is not None:
        raise Hindered(problem)
    return said


async def _not_too_often(context: Context, unit: Unit, owner: int, most: int) -> None:
    """That the owner has not had too many within a day; one after the other, so that rivals are counted.

    Raises:
        Hindered: he has.
    """
    issued = await issued_since(unit, owner, KIND, context.at - DAY, most)
    reach("locked")
    if len(issued) >= most:
        again = (issued[-1] + DAY).astimezone(AUTHORITY_ZONE).isoformat(timespec="seconds")
        raise Hindered(Problem(C.TOO_OFTEN, (), {"again": again}))


async def _facts(context: Context, unit: Unit, owner: int, accreditation_id: str | None) -> Facts:
    """What is certified, asked for once more before the commit.

    Raises:
        Hindered: the register has no such person, or he has no such record in force.
    """
    wanted = None if accreditation_id is None else decode(prefixes.ACCREDITATION, accreditation_id)
    at = context.at

    async def found() -> Facts | None:
        return await facts_of(context.stores, owner, at, wanted)

    facts = None if accreditation_id is not None and wanted is None else await found()
    if facts is None:
        raise Hindered(Problem(C.NOT_FOUND, () if accreditation_id is None else ("accreditationId",)))
    unit.rests_on(facts, found)
    return facts
