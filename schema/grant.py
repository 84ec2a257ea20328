"""Access that is handed on (переданный доступ), as the graph shows it, and what is done about it."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.granting import Module
from auth.permissions import Permission as P
from engine.declare import Root, act, derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import granting as grants
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.clinical import patient as patients
from resolvers.granting import DrugClass, GrantKind, GrantReason, GrantScope, GrantState, deciding, giving
from resolvers.granting.deciding import GrantVerdict
from schema.act_inputs import ID, INPUT, VERSION, act_input
from schema.enums import enum
from sources.identity.grant import GrantRecord

if TYPE_CHECKING:
    from schema.clinical.patient import Patient
    from schema.organization import Department, Organization
    from schema.payload import Problem
    from schema.practitioner import Practitioner

WANTED_GRANTS = {"filter": "Which are wanted."}

enum(
    Module,
    "Modules of the cabinet, as far as access to them is handed on (модуль).",
    name="AccessModule",
    RECEPTION="Reception of patients: cards, registration, bookings (приём пациентов).",
    PRESCRIPTIONS="Prescriptions (назначения).",
    CASE_HISTORY="Case histories: reading histories and results (истории болезни).",
    SCHEDULE="The schedule: who is booked when (расписание).",
    DOCUMENTS="Documents of workers that were shared with the organisation, and its own (документы).",
    REPORTS="Reports (отчёты).",
)
enum(
    GrantKind,
    "How access came to be handed on (вид передачи доступа).",
    name="AccessGrantKind",
    ORDINARY="By whoever has it himself (передан работником).",
    REQUESTED="A colleague's, asked for and confirmed by the organisation (подтверждён организацией).",
    EMERGENCY="At once, while the service is down or care is urgent (передан экстренно).",
)
enum(
    GrantScope,
    "For whom access is handed on (область доступа).",
    name="AccessGrantScope",
    PATIENTS="For the patients that are named (пациенты).",
    UNIT="For patients who lie in a department, and bookings there (подразделение).",
    ORGANIZATION="For all that whose access it is reaches at the organisation (организация).",
)
enum(
    DrugClass,
    "Medicines whose turnover is controlled (учёт и контроль лекарственных препаратов).",
    SUBJECT_QUANTITY="Of subject-quantity accounting (предметно-количественный учёт).",
    LIST_II="Narcotic and psychotropic ones of list II (список II).",
    LIST_III="Psychotropic ones of list III (список III).",
)
enum(
    GrantState,
    "Where a grant stands (состояние).",
    name="AccessGrantState",
    REQUESTED="It waits to be confirmed (ожидает подтверждения).",
    REFUSED="It was refused (отказано).",
    COMING="Its term has not begun (ещё не начался).",
    IN_FORCE="It is in force (действует).",
    REVOKED="It was taken back (отозван).",
    OVER="Its term is over (истёк).",
)
enum(
    GrantReason,
    "Why access is handed on (причина).",
    name="AccessGrantReason",
    VACATION="Whose access it is, is on leave (отпуск).",
    ILLNESS="He is ill (болезнь).",
    SUBSTITUTION="He is substituted otherwise (замещение).",
    WORKLOAD="Work is shared out (распределение нагрузки).",
    CONSULTATION="Something is discussed together (совместная работа).",
    TRAINING="Somebody is trained (обучение).",
    SERVICE_DOWN="The service is down; of an emergency alone (сервис неработоспособен).",
    URGENT_CARE="Care is urgent; of an emergency alone (неотложная помощь).",
)
enum(
    GrantVerdict,
    "What was found of a grant in an emergency (решение по экстренной передаче).",
    name="AccessGrantVerdict",
    JUSTIFIED="It was right (обоснована).",
    UNJUSTIFIED="It was not (не обоснована).",
)

GRANT = (ID, "Global id of the grant.")
SUBJECT = {
    "grantee_id": (ID, "Who shall have it: somebody who works at the organisation."),
    "module": (Module, "Which module."),
    "organization_id": (ID | None, "Where; left out, at the workplace."),
    "department_id": (ID | None, "For patients who lie in this department, and bookings there, alone."),
    "patient_ids": (
        list[ID] | None,
        "For these patients alone; with neither, for all whom the grantor reaches.",
    ),
    "reason": (GrantReason, "Why."),
}
TERM = {
    "starts_at": "From when; left out, at once.",
    "ends_at": "Until when, excluded; how long at most, the rules say for each module.",
}

act_input(
    giving.GrantAccessInput,
    "One's own access that is handed on.",
    **SUBJECT,
    drug_classes=(
        list[DrugClass] | None,
        "Of PRESCRIPTIONS, by the head: which controlled medicines the grantee prescribes for the organisation.",
    ),
    **TERM,
)
act_input(
    giving.RequestAccessConfirmationInput,
    "A colleague's access that is asked for.",
    grantor_id=(ID, "Whose access it is: somebody who works at the organisation."),
    **SUBJECT,
    **TERM,
)
act_input(
    giving.EmergencyGrantInput,
    "Access that is handed on at once, for as long as the rules say.",
    grantor_id=(ID | None, "Whose access it is; left out, the viewer's own."),
    **SUBJECT,
)
act_input(deciding.AccessGrantInput, "The grant.", id=GRANT, expected_version=VERSION)
act_input(
    deciding.ReviewEmergencyGrantInput,
    "What was found of a grant in an emergency.",
    id=GRANT,
    expected_version=VERSION,
    verdict=(GrantVerdict, "Whether it was right."),
)


@shows(GrantRecord, prefix=grants.PREFIX, node=grants.by_id, gate=P.ACCESS_GRANT_READ, keys=grants.KEYS)
class AccessGrant(Node):
    """Access that somebody hands on: never more than he has himself at the time of use (переданный доступ)."""

    id: strawberry.ID = derived(Ids(grants.PREFIX), NODE_DESCRIPTION, needs=("id",))
    module: Module = public("Which module.")
    kind: GrantKind = public("How it came to be handed on.")
    scope: GrantScope = derived(grants.scope_of, "For whom.", needs=("department_id", "patient_ids"))
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    department: "Department | None" = edge(
        organizations.department, "The department that it is for, where it is for one.", by="department_id"
    )
    patients: "list[Patient]" = edge(
        patients.by_id, "The patients that it names, those whom the viewer may know.", by="patient_ids"
    )
    reason: GrantReason = public("Why.")
    grantor: "Practitioner | None" = edge(practitioners.by_id, "Whose access it is.", by="grantor_id")
    grantee: "Practitioner | None" = edge(practitioners.by_id, "Who has it.", by="grantee_id")
    giver: "Practitioner | None" = edge(
        practitioners.by_id, "Who gave it, or asked for it; null where he is in no register.", by="giver_id"
    )
    given_at: datetime = public("When.")
    drug_classes: list[DrugClass] = public(
        "Controlled medicines that the organisation lets the grantee prescribe; of PRESCRIPTIONS, by the head alone."
    )
    starts_at: datetime = public("From when it is in force.")
    ends_at: datetime = public("The instant at which its term is over, unless it is taken back.")
    state: GrantState = derived(
        grants.state_at,
        "Where it stands at this instant.",
        needs=("kind", "decision", "revoked_at", "starts_at", "ends_at"),
        clock=True,
    )
    decider: "Practitioner | None" = edge(
        practitioners.by_id, "Who confirmed or refused it; null of one that was not asked for.", by="decider_id"
    )
    decided_at: datetime | None = public("When.")
    revoker: "Practitioner | None" = edge(practitioners.by_id, "Who took it back.", by="revoker_id")
    revoked_at: datetime | None = public("When.")
    review_due_at: datetime | None = derived(
        grants.review_due, "Of one in an emergency, until when it is to be reviewed.", needs=("kind", "given_at")
    )
    reviewer: "Practitioner | None" = edge(
        practitioners.by_id, "Who reviewed it; null where he is in no register.", by="reviewer_id"
    )
    reviewed_at: datetime | None = public("When.")
    verdict: GrantVerdict | None = public("What he found.")
    version: int = public("How often it was changed: what an act names as `expectedVersion`.")


@shows(giving.AccessGrantPayload)
class AccessGrantPayload:
    """What came of an act on access that is handed on."""

    grant: "AccessGrant | None" = edge(grants.by_id, "The grant after the act.", by="grant_id")
    problems: "list[Problem]" = public("What keeps the act from being done; empty when it is done.")


@shows(Root)
class AccessActs:
    """Acts on access that is handed on."""

    grant_access: "AccessGrantPayload | None" = act(
        giving.grant,
        "Hand one's own access to a module on, for a time (передать доступ).",
        permission=P.ACCESS_GRANT_WRITE,
        arguments=INPUT,
    )
    revoke_access: "AccessGrantPayload | None" = act(
        deciding.revoke,
        "Take it back; what it gave is closed with the act (отозвать доступ).",
        permission=P.ACCESS_GRANT_WRITE,
        arguments=INPUT,
        on=deciding.ON_REVOKING,
    )
    request_access_confirmation: "AccessGrantPayload | None" = act(
        giving.ask,
        "Ask the organisation to hand a colleague's access on (запросить подтверждение доступа).",
        permission=P.ACCESS_REQUEST_WRITE,
        arguments=INPUT,
    )
    confirm_access: "AccessGrantPayload | None" = act(
        deciding.confirm,
        "Confirm such a request; never one's own (подтвердить доступ).",
        permission=P.ACCESS_REQUEST_DECIDE,
        arguments=INPUT,
        on=deciding.ON_DECIDING,
    )
    refuse_access: "AccessGrantPayload | None" = act(
        deciding.refuse,
        "Refuse such a request (отказать в доступе).",
        permission=P.ACCESS_REQUEST_DECIDE,
        arguments=INPUT,
        on=deciding.ON_DECIDING,
    )
    emergency_grant: "AccessGrantPayload | None" = act(
        giving.urge,
        "Hand access on at once, for a short time; somebody else reviews it (передать доступ экстренно).",
        permission=P.ACCESS_EMERGENCY_GRANT,
        arguments=INPUT,
    )
    review_emergency_grant: "AccessGrantPayload | None" = act(
        deciding.review,
        "Say whether that was right; never whoever gave it (проверить экстренную передачу доступа).",
        permission=P.ACCESS_EMERGENCY_REVIEW,
        arguments=INPUT,
        on=deciding.ON_REVIEWING,
    )
