"""What a doctor does: he begins a session, finishes it with a conclusion that he signed, or calls it off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import REMOTE_ACCREDITATION
from engine.act import NotAllowed, Target
from engine.global_id import decode
from engine.rights import Keys
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical import keys
from resolvers.clinical import patient as patients
from resolvers.clinical.acts.held import hold_patient
from resolvers.clinical.acts.label import label_of
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.record import NOTES
from resolvers.clinical.telemedicine.holding import (
    TeleconsultationPayload,
    hold_session,
    left,
    moment,
    on_session,
    said_why,
)
from resolvers.context import Context
from resolvers.rules import telemedicine_rules
from resolvers.rules.telemedicine import TeleconsultationKind, TelemedicineRules
from sources.clinical.changes import Part, inserted, updated
from sources.clinical.episode import encounter
from sources.clinical.held import HeldPatient, next_record
from sources.clinical.telemedicine import acts as source
from sources.clinical.telemedicine.acts import HeldSession
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_TELECONSULTATION_CONDUCT
OF_PATIENT: Final[Keys] = {**keys.PATIENT, "conducts": "carers", "asked": None, "here": None}
MEETING: Final = "TELEMEDICINE"
CONCLUSION: Final = "CONSULTATION"
SIGNED: Final = "SIGNED"


@dataclass(kw_only=True)
class StartTeleconsultationInput(ActInput):
    """The request that is met, as it was read; or the patient, where the doctor knows him and nobody asked."""

    id: str | None = None
    expected_version: int | None = None
    patient_id: str | None = None
    kind: str


@dataclass(kw_only=True)
class FinishTeleconsultationInput(VersionInput):
    """The session, and the signed entry that is its conclusion."""

    note_id: str


@dataclass(kw_only=True)
class CancelTeleconsultationInput(VersionInput):
    """The session that is called off, and why."""

    reason: str


async def start(context: Context, *, input: StartTeleconsultationInput) -> TeleconsultationPayload:
    """Begin a session: from then on its doctor cares for the patient, until it is concluded."""

    async def do(unit: Unit) -> Effect:
        by = _conductor(context)
        if input.id is not None:
            return await _of_a_request(context, unit, by, input, input.id)
        if input.patient_id is None:
            raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("patientId",), {"field": "patientId"}))
        patient = await hold_patient(
            context, unit, input.patient_id, "patientId", permission=PERMISSION, looked_at=OF_PATIENT
        )
        await _fits(context, unit, by, patient, input, "patientId")
        if await source.under_way(unit, patient.id, by.place, by.practitioner_id, context.at):
            raise Hindered(Problem(ProblemCode.ALREADY_IN_FORCE, ("patientId",)))
        key, at, rules = await source.next_key(unit), context.at, telemedicine_rules(context.at)
        met = await next_record(unit)
        columns = {
            "id": key,
            "patient_id": patient.id,
            "organization_id": by.place,
            "at": at,
            "changed_at": at,
            **_begun(by, input, met, at, rules),
        }
        parts = (*_meeting(by, patient, key, met, at, rules), source.made(patient, columns))
        return left(context, key, "STARTED", patient, by, *parts, at=at, rules=rules.version)

    doing = Doing(context, "startTeleconsultation", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, TeleconsultationPayload)


async def finish(context: Context, *, input: FinishTeleconsultationInput) -> TeleconsultationPayload:
    """Finish a session with its conclusion; for a while its doctor may still write of it."""

    async def do(unit: Unit) -> Effect:
        by = _conductor(context)
        held = await hold_session(context, unit, input, "FINISH")
        by.own(held.row.organization_id, "id")
        note = await _conclusion(unit, held, input.note_id)
        at = moment(context, held.row)
        columns = {"outcome": "FINISHED", "outcome_at": at, "note_id": note}
        parts = (source.changed(held, at, columns), *_over(held, at))
        return left(context, held.row.id, "FINISHED", held.patient, by, *parts, at=at, before=held.row)

    doing = Doing(context, "finishTeleconsultation", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, TeleconsultationPayload)


async def cancel(context: Context, *, input: CancelTeleconsultationInput) -> TeleconsultationPayload:
    """Call a session off, asked for or under way."""

    async def do(unit: Unit) -> Effect:
        by = _conductor(context)
        held = await hold_session(context, unit, input, "CANCEL")
        by.own(held.row.organization_id, "id")
        reason, at = said_why(input.reason), moment(context, held.row)
        columns = {"outcome": "CANCELLED", "outcome_at": at, "cancel_reason": reason}
        parts = (source.changed(held, at, columns), *_over(held, at))
        return left(context, held.row.id, "CANCELLED", held.patient, by, *parts, at=at, before=held.row)

    doing = Doing(context, "cancelTeleconsultation", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, TeleconsultationPayload)


async def see_diagnosis_fit(context: Context, unit: Unit, row: Any, *path: str) -> None:
    """See to it that a diagnosis may be made at an encounter: at the primary session of telemedicine none is.

    Raises:
        Hindered: it may not.
    """
    if row.kind == MEETING:
        kind = await source.kind_at(unit, row.id)
        if kind is not None and kind not in telemedicine_rules(context.at).diagnosis_at:
            raise Hindered(Problem(ProblemCode.PRIMARY_WITHOUT_DIAGNOSIS, path))


async def _of_a_request(context: Context, unit: Unit, by: Worker, input: StartTeleconsultationInput, id: str) -> Effect:
    if input.patient_id is not None:
        raise Hindered(Problem(ProblemCode.FIELD_FORMAT, ("patientId",), {"field": "patientId"}))
    if input.expected_version is None:
        raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("expectedVersion",), {"field": "expectedVersion"}))
    wanted = VersionInput(id=id, expected_version=input.expected_version)
    held = await hold_session(context, unit, wanted, "START")
    by.own(held.row.organization_id, "id")
    await _fits(context, unit, by, held.patient, input, "id")
    at, rules, met = moment(context, held.row), telemedicine_rules(context.at), await next_record(unit)
    key, patient = held.row.id, held.patient
    parts = (
        *_meeting(by, patient, key, met, at, rules),
        source.changed(held, at, _begun(by, input, met, at, rules)),
    )
    return left(context, key, "STARTED", patient, by, *parts, at=at, before=held.row, rules=rules.version)


def _conductor(context: Context) -> Worker:
    """The doctor who acts, by his record for telemedicine.

    Raises:
        NotAllowed: there is no workplace, or no such record counts there.
    """
    by = worker(context, PERMISSION)
    if by.accreditation_id is None:
        raise NotAllowed(REMOTE_ACCREDITATION)
    return by


ON_STARTING: Final = (
    on_session("START", _conductor),
    Target(
        patients.PREFIX, patients.by_id, P.CLINICAL_CARD_MASKED, OF_PATIENT, OF_PATIENT, also=True, begins=_conductor
    ),
)
ON_FINISHING: Final = on_session("FINISH", _conductor)
ON_CANCELLING: Final = on_session("CANCEL", _conductor)


async def _fits(
    context: Context, unit: Unit, by: Worker, patient: HeldPatient, input: StartTeleconsultationInput, path: str
) -> None:
    """See to it that the patient consents, and that who is met again was met before.

    Raises:
        Hindered: he does not, or was not.
    """
    problems = []
    if not await source.consented(unit, patient.id, by.place, context.at):
        said = {"special": "TELEMEDICINE"}
        problems.append(Problem(ProblemCode.PATIENT_CONSENT_MISSING, (path,), said))
    if str(input.kind) == TeleconsultationKind.REPEAT and not await source.met(
        unit, patient.id, by.practitioner_id, context.at
    ):
        problems.append(Problem(ProblemCode.VISIT_MISSING, ("kind",)))
    if problems:
        raise Hindered(*problems)


def _begun(
    by: Worker, input: StartTeleconsultationInput, met: int, at: datetime, rules: TelemedicineRules
) -> dict[str, Any]:
    return {
        "practitioner_id": by.practitioner_id,
        "kind": str(input.kind),
        "started_at": at,
        "ends_at": at + rules.lasts,
        "encounter_id": met,
        "accreditation_id": by.accreditation_id,
        "employment_id": by.post.id,
    }


def _meeting(
    by: Worker, patient: HeldPatient, key: int, met: int, at: datetime, rules: TelemedicineRules
) -> tuple[Part, Part]:
    """The encounter at which is recorded what is said, and the relation by which its doctor cares meanwhile."""
    columns: dict[str, Any] = {
        "id": met,
        "patient_id": patient.id,
        "organization_id": by.place,
        "practitioner_id": by.practitioner_id,
        "department_id": by.post.department_id,
        "employment_id": by.post.id,
        "kind": MEETING,
        "at": at,
        **label_of(None),
        "changed_at": at,
    }
    until = at + rules.lasts + rules.concluded_within
    related = source.related(key, patient.id, by.place, by.practitioner_id, at, until)
    return inserted(encounter, columns), related


async def _conclusion(unit: Unit, held: HeldSession, id: str) -> int:
    """The key of the conclusion: what the doctor signed of this session as a consultation.

    Raises:
        Hindered: there is no such entry of his, or it is not signed, or says something else.
    """
    key, row = decode(NOTES.prefix, id), held.row
    note = None if key is None else await source.conclusion(unit, key, row)
    if note is None:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("noteId",)), teleconsultation_id=row.id)
    if (note.kind, note.state) != (CONCLUSION, SIGNED):
        raise Hindered(Problem(ProblemCode.CONCLUSION_NOT_SIGNED, ("noteId",)), teleconsultation_id=row.id)
    return note.id


def _over(held: HeldSession, at: datetime) -> tuple[Part, ...]:
    """What ends with a session that was begun: its encounter now, and the relation once it was to be concluded."""
    met = held.row.encounter_id
    if met is None:
        return ()
    until = at + telemedicine_rules(at).concluded_within
    return updated(encounter, met, at, {"ends_at": at}), source.unrelated(held.row.id, until)
