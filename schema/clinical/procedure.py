"""Procedures (медицинские услуги) as the graph shows them, and what the central register said of them."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import exchange as exchanges
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.clinical import entered_in_error as errors
from resolvers.clinical import keys
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical.orders import reading as orders
from resolvers.clinical.procedures import registration
from resolvers.clinical.procedures.registration import RegistrationStatus
from schema.clinical.care import ERROR, LABEL, RECORD_TRACES, SPECIAL
from schema.clinical.words import Confidentiality, ResultState, SpecialKind
from schema.enums import enum
from sources.clinical.procedures.message import MessageRecord
from sources.clinical.procedures.procedure import ProcedureRecord

if TYPE_CHECKING:
    from schema.clinical.care import Encounter
    from schema.clinical.entered_in_error import EnteredInError
    from schema.clinical.order import Order
    from schema.clinical.patient import Patient
    from schema.exchange import ExchangeAnswer
    from schema.organization import Department, Organization
    from schema.practitioner import Practitioner

enum(
    RegistrationStatus,
    "How far the central register of services has been told of something.",
    QUEUED="It waits to be told, or to be told again (в очереди).",
    ACCEPTED="The register took it (принято).",
    REJECTED="The register refused it; the reason says why (отклонено).",
    DEAD="It could not be told, and is tried no more until an operator says so (не доставлено).",
)


@shows(MessageRecord)
class ServiceRegistration:
    """What became of the newest message to the central register of medical services (реестр медицинских услуг)."""

    status: RegistrationStatus = public("How far it has come.")
    at: datetime = public("Since when that is so.", column="changed_at")
    number: str | None = public("The number under which the register has the procedure.")
    reason: "ExchangeAnswer | None" = edge(
        exchanges.answer, "Why it was not taken, or is not yet; null where nothing is wrong.", by="code"
    )


@shows(
    ProcedureRecord,
    prefix=records.PROCEDURES.prefix,
    node=records.PROCEDURES.by_id,
    gate=P.CLINICAL_PROCEDURE_READ,
    keys=keys.RECORD,
    traces=RECORD_TRACES,
)
class Procedure(Node):
    """A procedure (медицинская услуга) that was done for a patient."""

    id: strawberry.ID = derived(Ids(records.PROCEDURES.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, "For whom.", by="patient_id")
    encounter: "Encounter | None" = edge(records.ENCOUNTERS.by_id, "At which encounter, if at one.", by="encounter_id")
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    department: "Department | None" = edge(
        organizations.department, "The department of whoever did it.", by="department_id"
    )
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who did it.", by="practitioner_id")
    order: "Order | None" = edge(records.ORDERS.by_id, "The order that it fulfils, if one.", by="order_id")
    code: str = public("Code of the nomenclature of medical services, as A11.12.003.")
    name: str | None = derived(orders.service_name, "Name in the book, of the version in use.", needs=("code",))
    book_version: str = public("Version of the book that the code was taken from.")
    at: datetime = public("When it was done, or begun.")
    ends_at: datetime | None = public("When it ended; null where that was not said.")
    count: int = public("How often.")
    note: str | None = guarded(P.CLINICAL_HISTORY_READ, "What whoever did it remarks.")
    state: ResultState = public("Whether it counts.")
    version: int = public("How often it was changed.")
    registration: "ServiceRegistration | None" = edge(
        registration.of_procedure, "What the central register of services said of it.", by="id"
    )
    entered_in_error: "EnteredInError | None" = edge(
        errors.by_id, ERROR, by="error_id", permission=P.CLINICAL_PROCEDURE_READ
    )
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)
