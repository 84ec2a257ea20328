"""How a colleague is asked to consult: he sees the patient at his post, for a while; and how that is ended."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, there
from resolvers.acts.inputs import ActInput, ObjectInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical.acts.held import hold_patient
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.worker import worker
from resolvers.clinical.patient import PREFIX as PATIENT_PREFIX
from resolvers.context import Context
from resolvers.rules import care_rules
from sources.clinical import consultation_acts as source
from sources.clinical.changes import inserted
from sources.clinical.held import next_record
from sources.clinical.relation import care_relation
from sources.employment import employments_of
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_CONSULTATION_WRITE
PREFIX: Final = "consult"
BASIS: Final = "CONSULTATION"
NOBODY: Final = 10**17


@dataclass(kw_only=True)
class AskConsultationInput(ActInput):
    """Who is asked of which patient, and at which of his posts."""

    patient_id: str
    practitioner_id: str
    employment_id: str | None = None


@dataclass(kw_only=True)
class EndConsultationInput(ObjectInput):
    """The consultation that is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationPayload:
    """The consultation after the act; `key` is the number of its global id."""

    key: int | None = None
    patient_id: int | None = None
    practitioner_id: int | None = None
    ends_at: str | None = None
    problems: list[ProblemView] = field(default_factory=list)


def id_of(key: int | None) -> str | None:
    """The global id of a consultation."""
    return None if key is None else encode(PREFIX, key)


def instant(text: str | None) -> datetime | None:
    """An instant as it is kept with a key."""
    return None if text is None else datetime.fromisoformat(text)


async def ask(context: Context, *, input: AskConsultationInput) -> ConsultationPayload:
    """Ask a colleague: at his post he cares for the patient until the term is over, or the consultation is."""

    async def do(unit: Unit) -> Effect:
        by = worker(context, PERMISSION)
        patient = await hold_patient(context, unit, input.patient_id, "patientId", permission=PERMISSION)
        who = decode(prefixes.PRACTITIONER, input.practitioner_id)
        place = None if who is None else await _post(context, unit, who, input.employment_id)
        if who is None or place is None:
            path = "practitionerId" if input.employment_id is None else "employmentId"
            raise Hindered(Problem(ProblemCode.NOT_FOUND, (path,)))
        if who == by.practitioner_id:
            said = {"field": "practitionerId"}
            raise Hindered(Problem(ProblemCode.FIELD_FORMAT, ("practitionerId",), said))
        if await source.asked(unit, patient.id, who, place, context.at):
            raise Hindered(Problem(ProblemCode.ALREADY_IN_FORCE, ("practitionerId",)))
        key, ends_at = await next_record(unit), context.at + care_rules(context.at).consultation
        columns: dict[str, Any] = {
            "patient_id": patient.id,
            "organization_id": place,
            "basis": BASIS,
            "basis_id": key,
            "practitioner_id": who,
            "starts_at": context.at,
            "ends_at": ends_at,
        }
        part = inserted(care_relation, columns)
        outcome = {"key": key, "patient_id": patient.id, "practitioner_id": who, "ends_at": ends_at.isoformat()}
        grounds = {"consultant": encode(prefixes.PRACTITIONER, who)}
        return recorded(
            context, "CONSULTATION_ASKED", encode(PREFIX, key), patient, by, part, outcome=outcome, grounds=grounds
        )

    return await carried_out(
        Doing(context, "askConsultation", PERMISSION, input, do, into="clinical"), ConsultationPayload
    )


async def end(context: Context, *, input: EndConsultationInput) -> ConsultationPayload:
    """End a consultation: from then on it opens nothing."""

    async def do(unit: Unit) -> Effect:
        by = worker(context, PERMISSION)
        key = decode(PREFIX, input.id)
        whose = None if key is None else await source.whose(unit, key)
        # Where there is none, as much is asked: of a patient whom nobody is.
        named = encode(PATIENT_PREFIX, NOBODY if whose is None else whose)
        patient = await hold_patient(context, unit, named, "id", permission=PERMISSION)
        row = there(await source.consultation(unit, key or 0), context.viewer[P.CLINICAL_CARD_MASKED], "id")
        at = after(context.at, row.starts_at)
        if row.ends_at is not None and row.ends_at <= at:
            raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",)))
        outcome = {"key": row.basis_id, "practitioner_id": row.practitioner_id, "ends_at": at.isoformat()}
        return recorded(
            context, "CONSULTATION_ENDED", encode(PREFIX, row.basis_id), patient, by,
            source.ended(row.basis_id, at), outcome={**outcome, "patient_id": patient.id}, at=at,
        )  # fmt: skip

    return await carried_out(
        Doing(context, "endConsultation", PERMISSION, input, do, into="clinical"), ConsultationPayload
    )


async def _post(context: Context, unit: Unit, who: int, employment: str | None) -> int | None:
    """The organisation of the post at which somebody is asked: the one named, else his main one, else his only one."""
    wanted = None if employment is None else decode(prefixes.EMPLOYMENT, employment)

    async def asked() -> int | None:
        now = Ask(context.at)
        posts: list[Any] = (await employments_of(context.stores.registry, [who], now, now.today))[who]
        if employment is not None:
            return next((post.organization_id for post in posts if post.id == wanted), None)
        main = [post for post in posts if post.kind == "MAIN"] or (posts if len(posts) == 1 else [])
        return main[0].organization_id if main else None

    found = await asked()
    unit.rests_on(found, asked)
    return found
