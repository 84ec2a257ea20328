"""Sessions of telemedicine as the graph shows them: asked for, held, concluded."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical import telemedicine as sessions
from resolvers.clinical.telemedicine import TeleconsultationFilter, TeleconsultationState
from resolvers.clinical.telemedicine.conducting import (
    CancelTeleconsultationInput,
    FinishTeleconsultationInput,
    StartTeleconsultationInput,
)
from resolvers.clinical.telemedicine.holding import TeleconsultationPayload as TeleconsultationResult
from resolvers.clinical.telemedicine.requesting import RequestTeleconsultationInput, WithdrawTeleconsultationInput
from resolvers.live.teleconsultations import TeleconsultationChange as TeleconsultationChangeRow
from resolvers.live.teleconsultations import TeleconsultationStep
from resolvers.rules.telemedicine import TeleconsultationKind
from schema.act_inputs import ID, VERSION, act_input
from schema.clinical.act import PROBLEMS
from schema.enums import enum
from schema.inputs import graph_input
from sources.clinical.telemedicine.session import TeleconsultationRecord

if TYPE_CHECKING:
    from schema.clinical.care import Encounter
    from schema.clinical.patient import Patient
    from schema.clinical.record import ClinicalNote
    from schema.organization import Organization
    from schema.payload import Problem
    from schema.practitioner import Practitioner

enum(
    TeleconsultationKind,
    "What a session of telemedicine is to those who meet at it (вид телемедицинской консультации).",
    PRIMARY="The first one: no diagnosis is made (первичная).",
    REPEAT="After a visit in person to the same doctor (повторная).",
)
enum(
    TeleconsultationState,
    "How far a session of telemedicine has come (состояние консультации).",
    REQUESTED="The patient asked for it (запрошена).",
    ACTIVE="It is held (идёт).",
    FINISHED="It was concluded (завершена).",
    CANCELLED="It was called off, or taken back (отменена).",
    EXPIRED="Nobody began in time, or nobody concluded it in time (истекла).",
)
enum(
    TeleconsultationStep,
    "What happened to a session of telemedicine (шаг).",
    REQUESTED="The patient asked for it (запрошена).",
    WITHDRAWN="The patient took that back (запрос отозван).",
    STARTED="The doctor began (начата).",
    FINISHED="The doctor concluded it (завершена).",
    CANCELLED="The doctor called it off (отменена).",
)

SESSION = (ID, "Global id of the session.")
WANTED = {"filter": "Which are wanted."}

graph_input(
    TeleconsultationFilter,
    "Which sessions of telemedicine are wanted: all conditions must hold.",
    state=(list[TeleconsultationState], "In any of these states at this instant."),
)
act_input(
    RequestTeleconsultationInput,
    "Who asks to be consulted from afar, whom, and why.",
    patient_id=(ID, "Global id of the patient: the viewer himself, or for whom he stands by law."),
    organization_id=(ID, "Global id of the organisation that is asked."),
    practitioner_id=(ID | None, "Global id of the doctor who is asked; left out, any of the organisation may begin."),
    reason="Why, for the doctor to read; 1,000 characters at most.",
)
act_input(WithdrawTeleconsultationInput, "The request that is taken back.", id=SESSION, expected_version=VERSION)
act_input(
    StartTeleconsultationInput,
    "The session that begins: of a request, or of a patient for whom the viewer cares.",
    id=(ID | None, "Global id of the session that was asked for; then the version too."),
    expected_version=(int | None, VERSION),
    patient_id=(ID | None, "Without a request, global id of the patient."),
    kind=(TeleconsultationKind, "Whether the patient was met in person before."),
)
act_input(
    FinishTeleconsultationInput,
    "The session, and its conclusion.",
    id=SESSION,
    expected_version=VERSION,
    note_id=(ID, "Global id of the conclusion: an entry of kind CONSULTATION of its encounter that the viewer signed."),
)
act_input(
    CancelTeleconsultationInput,
    "The session that is called off.",
    id=SESSION,
    expected_version=VERSION,
    reason="Why, for the patient to read; 1,000 characters at most.",
)


@shows(
    TeleconsultationRecord,
    prefix=sessions.PREFIX,
    node=sessions.by_id,
    gate=P.CLINICAL_TELECONSULTATION_READ,
    keys=sessions.KEYS,
    traces=("patient_id",),
)
class Teleconsultation(Node):
    """A session of telemedicine (телемедицинская консультация) of a patient with a doctor."""

    id: strawberry.ID = derived(Ids(sessions.PREFIX), NODE_DESCRIPTION, needs=("id",))
    state: TeleconsultationState = derived(
        sessions.state_at, "How far it has come at this instant.", needs=("outcome", "started_at", "ends_at"),
        clock=True,
    )  # fmt: skip
    kind: TeleconsultationKind | None = public("First or repeated; null until it begins.")
    patient: "Patient | None" = edge(
        patients.by_id, "Whose; null where he may not be known, as until it begins.", by="patient_id"
    )
    organization: "Organization | None" = edge(organizations.by_id, "Where it is held.", by="organization_id")
    practitioner: "Practitioner | None" = edge(
        practitioners.by_id, "Who is asked, or holds it; null while any doctor there may.", by="practitioner_id"
    )
    reason: str | None = public("Why the patient asked, in his words; null where the doctor began.")
    at: datetime = public("When it was asked for, or begun without that.")
    started_at: datetime | None = public("When it began; null while nobody did.")
    ends_at: datetime = public("The instant until which it waits, and once begun, can be concluded.")
    ended_at: datetime | None = public("When it was concluded or called off.", column="outcome_at")
    cancel_reason: str | None = public("Why the doctor called it off.")
    encounter: "Encounter | None" = edge(
        records.ENCOUNTERS.by_id, "The encounter at which it is recorded.", by="encounter_id"
    )
    conclusion: "ClinicalNote | None" = edge(records.NOTES.by_id, "Its conclusion (заключение).", by="note_id")
    version: int = public("How often it was changed: what an act names as `expectedVersion`.")


@shows(TeleconsultationResult)
class TeleconsultationPayload:
    """What came of an act on a session of telemedicine."""

    teleconsultation: "Teleconsultation | None" = edge(
        sessions.by_id, "The session after the act, for whoever may see it.", by="teleconsultation_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(TeleconsultationChangeRow, gate=P.CLINICAL_TELECONSULTATION_READ, keys=sessions.KEYS, traces=("patient_id",))
class TeleconsultationChange:
    """Something happened to a session of telemedicine (изменение телемедицинской консультации)."""

    teleconsultation_id: strawberry.ID = derived(
        Ids(sessions.PREFIX), "Which session it is.", needs=("teleconsultation_id",)
    )
    teleconsultation: "Teleconsultation | None" = edge(
        sessions.by_id, "The session as it is now.", by="teleconsultation_id"
    )
    step: TeleconsultationStep = public("What happened.")
    at: datetime = public("When it happened.")
