"""The act by which a doctor issues a certificate (справка) about a patient for whom he cares."""

from dataclasses import dataclass, field
from typing import Any, Final

from auth.permissions import Permission as P
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts import charted
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.charted import Tie
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.bounds import last_day
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from resolvers.months import months_after
from resolvers.names import full_name
from resolvers.printed import patient_certificate
from resolvers.printed.patient_certificate import Certified
from resolvers.rules import certificate_rules
from resolvers.rules.certificate import CertificateRule, PatientCertificate
from sources.books import BOOKS
from sources.clinical import reading
from sources.clinical.shown import PATIENT
from sources.documents.charted import Charted
from sources.documents.keeping import reserved
from sources.documents.made import NewDocument, make
from sources.employment import employments
from sources.organization import organizations
from sources.postgres.ask import AUTHORITY_ZONE, Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit
from sources.practitioner import practitioners

KIND: Final = "MEDICAL_CERTIFICATE"
STORE: Final = "documents"
LONGEST: Final = 2_000
_NAMES: Final = frozenset({"id", "family_name", "given_name", "patronymic"})
_RIGHT: Final = P.CLINICAL_NOTE_SIGN
C = ProblemCode


@dataclass(kw_only=True)
class IssuePatientCertificateInput(ActInput):
    """Of which encounter, which certificate, and what the doctor says."""

    encounter_id: str
    certificate: PatientCertificate
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCertificatePayload:
    """The certificate, and its number."""

    document_id: int | None = None
    number: str | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def issue(context: Context, *, input: IssuePatientCertificateInput) -> PatientCertificatePayload:
    """Issue a certificate about a patient; its doctor signs it by `signDocument`."""
    which, text = PatientCertificate(input.certificate), plain(input.text)

    async def do(unit: Unit) -> Effect:
        charted.at_all(context, _RIGHT)
        tie = charted.named(encounter_id=input.encounter_id) or Tie("encounter_id", 0)
        met = await charted.on_record(context, unit, tie, _RIGHT, charted.path_of(tie))
        by, rule = worker(context, _RIGHT), certificate_rules(context.at).certificates[which]
        if problem := unfit(text, LONGEST, "text"):
            raise Hindered(problem)
        _of_specialty(context, rule)
        key, at = await reserved(unit), after(context.at, None)
        reach("locked")
        day = at.astimezone(AUTHORITY_ZONE).date()
        ends_on = None if rule.good_months is None else months_after(day, rule.good_months)
        said = Certified(
            name=rule.names["ru"],
            form=rule.form,
            number=f"МС-{day.year}-{key:08d}",
            at=at,
            text=text,
            met_on=met.at.astimezone(AUTHORITY_ZONE).date(),
            last_on=last_day(ends_on),
            **await _patient(context, met.patient_id),
            **await _doctor(context, by),
        )
        pressed = await context.press.unsigned(patient_certificate.made, said)
        await make(
            unit, context.stores.documents, context.stores.files,
            NewDocument(
                kind=KIND,
                title=patient_certificate.title(said.number),
                number=said.number,
                issued_on=day,
                expires_on=ends_on,
                issuer=said.organization,
                at=at,
                practitioner_id=None,
                holder_organization_id=None,
                charted=Charted.made(met.patient_id, tie, by.practitioner_id, by.place),
                content=pressed.content,
                sha256=pressed.sha256,
                pages=pressed.pages,
            ),
            key,
        )  # fmt: skip
        return _effect(context, by, key, said, met)

    doing = Doing(context, "issuePatientCertificate", _RIGHT, input, do, STORE)
    return await carried_out(doing, PatientCertificatePayload)


def _of_specialty(context: Context, rule: CertificateRule) -> None:
    """That whoever issues it practises a specialty whose certificate it is.

    Raises:
        Hindered: he does not.
    """
    relied_on = context.viewer.standing.relied_on(_RIGHT)
    code = None if relied_on is None else relied_on.specialty_code
    if rule.specialties is not None and code not in rule.specialties:
        raise Hindered(Problem(C.CERTIFICATE_NOT_OF_SPECIALTY, ("certificate",)))


async def _patient(context: Context, key: int) -> dict[str, Any]:
    ask = Ask(context.at, _NAMES | {"birth_on"})
    row = (await reading.records(context.stores.clinical, PATIENT, [key], ask))[key]
    return {"patient": full_name(row), "birth_on": row.birth_on}


async def _doctor(context: Context, by: Worker) -> dict[str, Any]:
    """Whoever issues it as the register has him, and where he does."""
    registry, at = context.stores.registry, context.at
    person = (await practitioners(registry, "id", [by.practitioner_id], Ask(at, _NAMES)))[by.practitioner_id]
    place = (await organizations(registry, "id", [by.place], Ask(at, frozenset({"id", "name"}))))[by.place]
    post = (await employments(registry, [by.post.id], Ask(at, frozenset({"id", "position_code"})))).get(by.post.id)
    position = None if post is None else BOOKS.positions.by_code.get(post.position_code)
    relied_on = context.viewer.standing.relied_on(_RIGHT)
    specialty = BOOKS.specialties.by_code.get("" if relied_on is None else relied_on.specialty_code or "")
    return {
        "doctor": full_name(person),
        "organization": place.name,
        "position": None if position is None else position.name,
        "specialty": None if specialty is None else specialty.name,
    }


def _effect(context: Context, by: Worker, key: int, said: Certified, met: Any) -> Effect:
    thing = encode(prefixes.CLINICAL_DOCUMENT, key)
    relied_on = context.viewer.standing.relied_on(_RIGHT)
    grounds = {"patient": encode(prefixes.PATIENT, met.patient_id), "form": said.form}
    if relied_on is not None:
        grounds["accreditation"] = encode(prefixes.ACCREDITATION, relied_on.id)
    told = {"object": thing, "documentId": key, "practitionerId": None, "organizationId": None, "step": "ISSUED"}
    return Effect(
        at=said.at,
        outcome={"document_id": key, "number": said.number},
        thing=thing,
        events=(("DOCUMENT_CHANGED", told),),
        grounds=grounds,
    )
