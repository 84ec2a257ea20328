"""Orders (назначения) and their protocols as the graph shows them."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, ROW_DESCRIPTION, Connection, Node
from resolvers import accreditation as accreditations
from resolvers import employment as employments
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.book import Direction
from resolvers.clinical import entered_in_error as errors
from resolvers.clinical import keys
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical.orders import reading as orders
from resolvers.clinical.orders.found import Significance
from resolvers.clinical.orders.medicine import OrderedMedicine as OrderedMedicineView
from resolvers.clinical.orders.medicine import shown
from resolvers.clinical.orders.reading import OrderPriority, OrdersOf, OrderStatus
from resolvers.clinical.referrals import reading as referrals
from resolvers.live.orders import OrderChange as OrderChangeRow
from resolvers.live.orders import OrderStep
from schema.clinical.care import ERROR, LABEL, RECORD_TRACES, SPECIAL
from schema.clinical.patient import NEWEST
from schema.clinical.prescription_words import MedicineControl
from schema.clinical.words import Confidentiality, SpecialKind
from schema.enums import enum
from sources.clinical.orders.order import AdministrationRecord, OrderRecord, ProtocolRecord

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.clinical.care import Encounter
    from schema.clinical.entered_in_error import EnteredInError
    from schema.clinical.patient import Patient
    from schema.clinical.record import ImagingStudy, LaboratoryResult, Observation
    from schema.clinical.referral import Referral
    from schema.employment import Employment
    from schema.organization import Department, Organization
    from schema.practitioner import Practitioner

enum(
    OrderStatus,
    "How far an order has come (состояние назначения).",
    ACTIVE="It is to be carried out (действует).",
    RECORDED="A service account recorded its result, which waits for a signature (внесён результат, ждёт подписи).",
    FULFILLED="It is carried out, and its protocol signed; or the medicine was given as often as ordered (выполнено).",
    CANCELLED="It was cancelled (отменено).",
    EXPIRED="Its term was over before it was carried out, or given as often as ordered (срок истёк).",
    ENTERED_IN_ERROR="It was entered in error (внесено ошибочно).",
)
enum(
    OrderPriority,
    "How urgent an order is (срочность).",
    ROUTINE="In its turn (планово).",
    URGENT="Before others (срочно).",
    CITO="At once (cito).",
)
enum(
    OrdersOf,
    "Which orders are the viewer's.",
    TO_CARRY_OUT="Those for his workplace and a direction that he is accredited for (очередь выполнения).",
    MINE="Those that he made at his workplace (мои назначения).",
)
enum(
    OrderStep,
    "A step of an order (шаг).",
    ORDERED="It was made (назначено).",
    CANCELLED="It was cancelled (отменено).",
    GIVEN="The medicine was given once (препарат введён или выдан).",
    RECORDED="A service account recorded its result, which waits for a signature (внесён результат).",
    FULFILLED="It was carried out, and its protocol signed (выполнено).",
    SIGNED="What a service account had recorded was signed (результат подписан).",
    ACKNOWLEDGED="Whoever ordered it took note of its result (врач ознакомился).",
)
enum(
    Significance,
    "How much what was found matters (значимость результата).",
    NORMAL="All is as it should be (без отклонений).",
    ABNORMAL="Something is not as it should be (есть отклонение).",
    CRITICAL="Life may be in danger (критическое значение).",
)


WANTED_ORDERS = {"of": "In which way they are his.", "filter": "Which are wanted."}


@shows(OrderedMedicineView)
class OrderedMedicine:
    """A medicine as it was ordered (лекарственное назначение)."""

    code: str = public("Code in the book of medicines.")
    name: str | None = public(
        "INN, form and strength (МНН, лекарственная форма, дозировка); null of one that the book has no more."
    )
    control: MedicineControl | None = public("How its turnover is controlled.")
    dose: Decimal | None = public("How much at a time, in `unit` (разовая доза).")
    unit: str | None = public("Unit of the dose by UCUM.")
    times_per_day: int = public("How often a day.")
    days: int = public("For how many days.")
    over_dose: bool = public("Whether a dose greater than the greatest is meant.")
    times: int = public("How often it is given in all.")


@shows(AdministrationRecord)
class Administration:
    """That a medicine was given, once (введение или выдача препарата)."""

    at: datetime = public("When.")
    practitioner: "Practitioner | None" = edge(
        practitioners.by_id, "Who gave it, or on whose behalf a service account recorded that.", by="practitioner_id"
    )
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    accreditation: "Accreditation | None" = edge(
        accreditations.by_id, "The accreditation by which he did.", by="accreditation_id"
    )
    recorded_at: datetime = public("When it was recorded.")


@shows(
    OrderRecord,
    prefix=records.ORDERS.prefix,
    node=records.ORDERS.by_id,
    gate=P.CLINICAL_ORDER_MASKED,
    keys=keys.ORDER,
    traces=RECORD_TRACES,
)
class Order(Node):
    """An order (назначение) of a medical service, or of a medicine, for a patient."""

    id: strawberry.ID = derived(Ids(records.ORDERS.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(
        patients.by_id, "For whom; to who carries it out, his masked card.", by="patient_id"
    )
    encounter: "Encounter | None" = edge(
        records.ENCOUNTERS.by_id, "The encounter (посещение) at which it was made.", by="encounter_id"
    )
    organization: "Organization | None" = edge(organizations.by_id, "Where it was made.", by="organization_id")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who made it.", by="practitioner_id")
    code: str = public("Code of the service in the nomenclature, as B03.016.002; of a medicine A25, its class.")
    name: str | None = derived(
        orders.service_name,
        "Name of the service in the book, of the version in use; null of a medicine.",
        needs=("code",),
    )
    medicine: OrderedMedicine | None = derived(
        shown,
        "The medicine, and how it is given; null of a service.",
        needs=("medicine",),
        permission=P.CLINICAL_ORDER_READ,
    )
    given: int = public("How often the medicine was given; of a service 0.")
    administrations: "list[Administration] | None" = edge(
        orders.administrations, "Each time the medicine was given, the first first.",
        by="id", permission=P.CLINICAL_ORDER_READ,
    )  # fmt: skip
    book_version: str = public("Version of the book that the code was taken from.")
    priority: OrderPriority = public("How urgent it is.")
    direction: Direction | None = public("The direction that its protocol takes; null where it takes none.")
    performer: "Organization | None" = edge(organizations.by_id, "Who is to carry it out.", by="performer_id")
    department: "Department | None" = edge(
        organizations.department, "Which department of it, if one.", by="department_id"
    )
    text: str | None = guarded(P.CLINICAL_ORDER_READ, "What whoever carries it out has to know.")
    at: datetime = public("When it was made.")
    valid_until: datetime = public("The instant from which it is not carried out, or given, any more.")
    status: OrderStatus = derived(
        orders.status_at, "How far it has come at this instant.", needs=("state", "valid_until"), clock=True
    )
    cancelled_at: datetime | None = public("When it was cancelled.")
    canceller: "Practitioner | None" = edge(practitioners.by_id, "Who cancelled it.", by="cancelled_by")
    reason: str | None = guarded(P.CLINICAL_ORDER_READ, "Why it was cancelled.")
    protocol: "OrderProtocol | None" = edge(
        orders.protocol, "The protocol by which it was carried out.", by="id", permission=P.CLINICAL_ORDER_MASKED
    )
    results: "Connection[LaboratoryResult] | None" = edge(
        orders.results, f"Results of the laboratory that it brought, {NEWEST}.",
        by="id", permission=P.CLINICAL_RESULT_MASKED,
    )  # fmt: skip
    observations: "Connection[Observation] | None" = edge(
        orders.observations, f"Observations that it brought, {NEWEST}.",
        by="id", permission=P.CLINICAL_RESULT_MASKED,
    )  # fmt: skip
    referrals: "Connection[Referral] | None" = edge(
        referrals.of_order, f"Referrals (направления) by which the patient is sent for it, {NEWEST}.",
        by="id", permission=P.CLINICAL_REFERRAL_MASKED,
    )  # fmt: skip
    version: int = public("How often it was changed.")
    entered_in_error: "EnteredInError | None" = edge(
        errors.by_id, ERROR, by="error_id", permission=P.CLINICAL_ORDER_READ
    )
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)


# Whoever sees an order sees that it has one: the order settles that.
@shows(ProtocolRecord, keys=keys.ORDER, traces=RECORD_TRACES)
class OrderProtocol:
    """The protocol (протокол) by which an order was carried out: what was found, and who signed it."""

    id: strawberry.ID = derived(Ids(orders.PROTOCOL_PREFIX), ROW_DESCRIPTION, needs=("id",))
    significance: Significance | None = guarded(P.CLINICAL_ORDER_READ, "How much what was found matters.")
    conclusion: str | None = guarded(P.CLINICAL_ORDER_READ, "What was found, in words (заключение).")
    imaging: "ImagingStudy | None" = edge(records.IMAGING.by_id, "The pictures that were made.", by="imaging_id")
    at: datetime = public("When it was carried out.")
    performer: "Organization | None" = edge(organizations.by_id, "Where it was carried out.", by="performer_id")
    recorder: "Practitioner | None" = edge(
        practitioners.by_id, "Who recorded it, or on whose behalf a service account did.", by="recorder_id"
    )
    signer: "Practitioner | None" = edge(practitioners.by_id, "Who signed it; null while nobody has.", by="signer_id")
    signed_at: datetime | None = public("When it was signed.")
    accreditation: "Accreditation | None" = edge(
        accreditations.by_id, "The accreditation under which it was signed.", by="accreditation_id"
    )
    workplace: "Employment | None" = edge(
        employments.by_id, "The workplace (место работы) at which it was signed.", by="employment_id"
    )
    acknowledged_at: datetime | None = public("When whoever ordered it took note of what was found.")
    acknowledger: "Practitioner | None" = edge(practitioners.by_id, "Who took note of it.", by="acknowledged_by")


@shows(OrderChangeRow, gate=P.CLINICAL_ORDER_MASKED, keys=keys.ORDER, traces=("patient_id", "openers", "granted"))
class OrderChange:
    """Something happened to an order (изменение назначения)."""

    order_id: strawberry.ID = derived(Ids(records.ORDERS.prefix), "Which order it is.", needs=("order_id",))
    order: "Order | None" = edge(records.ORDERS.by_id, "The order as it is now.", by="order_id")
    step: OrderStep = public("What happened.")
    at: datetime = public("When it happened.")
