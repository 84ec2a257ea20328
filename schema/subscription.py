"""The root of what is told as it happens: streams, each event of which is answered under the rights of its instant."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import Root, derived, edge, public, shows, stream
from engine.global_id import Ids, decode
from resolvers import practitioner as practitioners
from resolvers import schedule as schedules
from resolvers import viewer as viewers
from resolvers.document import reading as documents
from resolvers.live import (
    accreditations,
    bookings,
    exchange,
    news,
    orders,
    patients,
    prescriptions,
    referrals,
    sections,
    teleconsultations,
)
from resolvers.live.accreditations import AccreditationChange as AccreditationChangeRow
from resolvers.live.accreditations import AccreditationStep
from resolvers.live.news import ApplicationChange as ApplicationChangeRow
from resolvers.live.news import ApplicationStep
from resolvers.live.news import StandingChange as StandingChangeRow
from resolvers.live.sections import DocumentChange as DocumentChangeRow
from resolvers.live.sections import PractitionerChange as PractitionerChangeRow
from resolvers.live.sections import ShiftChange as ShiftChangeRow
from schema.booking import BookingChange
from schema.clinical.change import PatientChange
from schema.clinical.order import OrderChange
from schema.clinical.prescription import PrescriptionChange
from schema.clinical.referral import ReferralReceived
from schema.clinical.telemedicine import TeleconsultationChange
from schema.enums import enum
from schema.exchange import ExchangeChange

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.application import AccreditationApplication
    from schema.document.document import Document
    from schema.message import Message
    from schema.practitioner import Practitioner
    from schema.schedule import Shift
    from schema.viewer import Viewer

enum(
    ApplicationStep,
    "A step of an application (шаг).",
    CREATED="A draft was begun (создано).",
    UPDATED="The draft was changed (изменено).",
    SUBMITTED="It was submitted (подано).",
    CLAIMED="An expert took it to examine (взято в работу).",
    RELEASED="The expert gave it back to the queue (возвращено в очередь).",
    CLARIFICATION_REQUESTED="The applicant is asked to put something right (запрошено уточнение).",
    CLARIFIED="The applicant answered (уточнено).",
    ADVANCED="It went on to the next stage (переведено на следующую стадию).",
    APPROVED="It was approved (аккредитован).",
    REJECTED="It was rejected (отказано).",
    WITHDRAWN="The applicant took it back (отозвано).",
    LAPSED="A clarification was not answered in time, so it was rejected (срок уточнения истёк).",
    COMMENTED="The expert made a remark (комментарий).",
)
enum(
    AccreditationStep,
    "What happened to a record of accreditation (шаг).",
    GRANTED="It was made by a decision (выдана).",
    SUPERSEDED="A later record took its place (заменена).",
    SUSPENDED="It was suspended (приостановлена).",
    REINSTATED="It was let go on (восстановлена).",
    REVOKED="It was ended by a decision (аннулирована).",
    RECHECK_REQUESTED="It shall be checked again (запрошена повторная проверка).",
)

Topic = tuple[int, frozenset[tuple[str, int]]]


def topic(**named: str | None) -> Topic | None:
    """What is meant by ids, each named by the prefix that it must have; none for an id that is none of ours."""
    found = set()
    for prefix, text in named.items():
        if text is not None:
            key = decode(prefix, text)
            if key is None:
                return None
            found.add((prefix, key))
    return 0, frozenset(found)


def one_application(*, id: strawberry.ID | None = None) -> Topic | None:
    """The application that is meant, or all of them."""
    return topic(app=id)


def one_practitioner(*, id: strawberry.ID | None = None) -> Topic | None:
    """The practitioner who is meant, or all of them."""
    return topic(prac=id)


def one_document(*, id: strawberry.ID | None = None, practitioner_id: strawberry.ID | None = None) -> Topic | None:
    """The document that is meant, those of a practitioner, or all of them."""
    return topic(doc=id, prac=practitioner_id)


def one_shift(*, id: strawberry.ID | None = None, practitioner_id: strawberry.ID | None = None) -> Topic | None:
    """The shift that is meant, those of a practitioner, or all of them."""
    return topic(shift=id, prac=practitioner_id)


def one_accreditation(
    *,
    id: strawberry.ID | None = None,
    organization_id: strawberry.ID | None = None,
    practitioner_id: strawberry.ID | None = None,
) -> Topic | None:
    """The record that is meant, those given for an organisation or held by a practitioner, or all of them."""
    return topic(acc=id, org=organization_id, prac=practitioner_id)


def one_patient(*, id: strawberry.ID | None = None) -> Topic | None:
    """The patient who is meant, or all of them."""
    return topic(pat=id)


def one_teleconsultation(
    *, id: strawberry.ID | None = None, organization_id: strawberry.ID | None = None
) -> Topic | None:
    """The session that is meant, those at an organisation, or all of them."""
    return topic(tele=id, org=organization_id)


def one_booking(
    *,
    id: strawberry.ID | None = None,
    organization_id: strawberry.ID | None = None,
    practitioner_id: strawberry.ID | None = None,
    patient_id: strawberry.ID | None = None,
) -> Topic | None:
    """The booking that is meant, those at an organisation, with a practitioner, of a patient, or all of them."""
    return topic(booking=id, org=organization_id, prac=practitioner_id, pat=patient_id)


def one_order(
    *,
    id: strawberry.ID | None = None,
    organization_id: strawberry.ID | None = None,
    practitioner_id: strawberry.ID | None = None,
    patient_id: strawberry.ID | None = None,
) -> Topic | None:
    """The order that is meant, those for an organisation, of a practitioner, for a patient, or all of them."""
    return topic(order=id, org=organization_id, prac=practitioner_id, pat=patient_id)


def one_prescription(*, id: strawberry.ID | None = None, practitioner_id: strawberry.ID | None = None) -> Topic | None:
    """The prescription that is meant, those that a practitioner wrote, or all of them."""
    return topic(rx=id, prac=practitioner_id)


def one_package(*, id: strawberry.ID | None = None, organization_id: strawberry.ID | None = None) -> Topic | None:
    """The package that is meant, those of an organisation, or all of them."""
    return topic(pkg=id, org=organization_id)


def one_receiver(*, organization_id: strawberry.ID | None = None) -> Topic | None:
    """The organisation to which referrals come, or all of them."""
    return topic(org=organization_id)


def own() -> Topic | None:
    """What concerns the viewer himself."""
    return topic()


@shows(ApplicationChangeRow)
class ApplicationChange:
    """Something happened to an application (изменение заявления)."""

    application: "AccreditationApplication | None" = edge(
        news.application, "The application as it is now.", by="application_id"
    )
    step: ApplicationStep = public("What happened.")
    at: datetime = public("When it happened.")


@shows(AccreditationChangeRow)
class AccreditationChange:
    """Something happened to a record of accreditation (изменение аккредитации)."""

    accreditation: "Accreditation | None" = edge(
        accreditations.record, "The record as it is now.", by="accreditation_id"
    )
    step: AccreditationStep = public("What happened.")
    at: datetime = public("When it happened.")


@shows(StandingChangeRow)
class StandingChange:
    """The viewer's roles are others than before."""

    viewer: "Viewer | None" = edge(viewers.current, "The viewer as he is now.", by="key")
    at: datetime = public("Since when.")


@shows(
    PractitionerChangeRow,
    gate=P.PRACTITIONER_CONTACT_READ,
    keys={
        "own": "practitioner_ids",
        "trainee": "practitioner_ids",
        "case": "practitioner_ids",
        "org": "organization_ids",
        "unit": "department_ids",
    },
)
class PractitionerChange:
    """What the registry says of a person became otherwise (изменение личных данных)."""

    practitioner_id: strawberry.ID = derived(Ids(practitioners.PREFIX), "Who it is about.", needs=("object_id",))
    practitioner: "Practitioner | None" = edge(
        practitioners.by_id, "The person as he is now; null when the registry has him no more.", by="object_id"
    )
    at: datetime = public("When it was changed.")


@shows(
    DocumentChangeRow,
    gate=P.DOCUMENT_CATALOGUE_READ,
    keys={
        "own": "practitioner_ids",
        "case": "practitioner_ids",
        "enclosed": "object_id",
        "file": None,
        "holder": "organization_ids",
        "shared": "shared_organization_ids",
        # What became otherwise is not told of what kind it is.
        "given": None,
    },
)
class DocumentChange:
    """A document, its checks or its signatures became otherwise (изменение документа)."""

    document_id: strawberry.ID = derived(Ids(documents.PREFIX), "Which document it is.", needs=("object_id",))
    document: "Document | None" = edge(
        documents.by_id, "The document as it is now; null when it is no more, or no longer to be seen.", by="object_id"
    )
    at: datetime = public("When it was changed.")


@shows(
    ShiftChangeRow,
    gate=P.SCHEDULE_SHIFT_READ,
    keys={"org": "organization_ids", "own": "practitioner_ids", "unit": "department_ids"},
)
class ShiftChange:
    """A shift became otherwise (изменение графика)."""

    shift_id: strawberry.ID = derived(Ids(schedules.PREFIX), "Which shift it is.", needs=("object_id",))
    shift: "Shift | None" = edge(
        schedules.by_id, "The shift as it is now; null when it is no more, or no longer to be seen.", by="object_id"
    )
    at: datetime = public("When it was changed.")


@shows(Root)
class Subscription:
    """Everything that can be listened to; docs/subscriptions.md says how."""

    application_changed: ApplicationChange | None = stream(
        news.application_change,
        "Each step of an application that the viewer may see: his own, of his case, in his queue.",
        key=one_application,
        permission=P.APPLICATION_QUEUE_READ,
        arguments={"id": "Only this application."},
    )
    accreditation_changed: AccreditationChange | None = stream(
        accreditations.accreditation_change,
        "Each step of a record of accreditation that the viewer may read: his own, of the organisation where he is "
        "head, personnel officer or system, of those whom he supervises.",
        key=one_accreditation,
        permission=P.ACCREDITATION_RECORD_READ,
        arguments={
            "id": "Only this record.",
            "organization_id": "Only records that were given for this organisation, or are its own.",
            "practitioner_id": "Only the records of this person.",
        },
    )
    patient_changed: PatientChange | None = stream(
        patients.patient_change,
        "Each change of a patient whose history the viewer may read, and of those of his records that he may; null "
        "when so much changed at once that it is better asked for anew.",
        key=one_patient,
        permission=P.CLINICAL_HISTORY_MASKED,
        arguments={"id": "Only this patient; whoever may know him no longer is told no more, and the stream ends."},
    )
    booking_changed: BookingChange | None = stream(
        bookings.booking_change,
        "Each step of a booking that the viewer may see: with him or made by him, in the department or organisation "
        "that he leads, at his registration desk or system, of himself and those for whom he stands.",
        key=one_booking,
        permission=P.SCHEDULE_BOOKING_READ,
        arguments={
            "id": "Only this booking.",
            "organization_id": "Only bookings at this organisation.",
            "practitioner_id": "Only bookings with this person.",
            "patient_id": "Only bookings of this patient, for whoever may read his history; whoever may know him no "
            "longer is told no more, and the stream ends.",
        },
    )
    order_changed: OrderChange | None = stream(
        orders.order_change,
        "Each step of an order that the viewer may see: of a patient in his care, or one that he may carry out.",
        key=one_order,
        permission=P.CLINICAL_ORDER_MASKED,
        arguments={
            "id": "Only this order.",
            "organization_id": "Only orders for this organisation.",
            "practitioner_id": "Only orders that this person made.",
            "patient_id": "Only orders for this patient; whoever may know him no longer is told no more.",
        },
    )
    prescription_changed: PrescriptionChange | None = stream(
        prescriptions.prescription_change,
        "Each step of a prescription that the viewer may see: of a patient for whom he cares, or of himself and those "
        "for whom he stands.",
        key=one_prescription,
        permission=P.CLINICAL_PRESCRIPTION_MASKED,
        arguments={
            "id": "Only this prescription.",
            "practitioner_id": "Only prescriptions that this person wrote.",
        },
    )
    referral_received: ReferralReceived | None = stream(
        referrals.referral_received,
        "Each referral that is issued to the organisation of the viewer's workplace, for its registration desk and its "
        "doctors; what is specially protected, for the doctor alone whom it names.",
        key=one_receiver,
        permission=P.CLINICAL_REFERRAL_MASKED,
        arguments={"organization_id": "Only referrals to this organisation."},
    )
    teleconsultation_changed: TeleconsultationChange | None = stream(
        teleconsultations.teleconsultation_change,
        "Each step of a session of telemedicine that the viewer may see: asked of him, held by him or for his "
        "patients, of himself and those for whom he stands.",
        key=one_teleconsultation,
        permission=P.CLINICAL_TELECONSULTATION_READ,
        arguments={"id": "Only this session.", "organization_id": "Only sessions at this organisation."},
    )
    practitioner_changed: PractitionerChange | None = stream(
        sections.practitioner_change,
        "Each change of what the registry says of those whose contacts the viewer may read, such as himself; null when "
        "so much changed at once that it is better asked for anew.",
        key=one_practitioner,
        permission=P.PRACTITIONER_CONTACT_READ,
        arguments={"id": "Only this person."},
    )
    document_changed: DocumentChange | None = stream(
        sections.document_change,
        "Each change of a document that the viewer may see, or could until now; null when so much changed at once that "
        "it is better asked for anew.",
        key=one_document,
        permission=P.DOCUMENT_CATALOGUE_READ,
        arguments={"id": "Only this document.", "practitioner_id": "Only the documents of this person."},
    )
    shift_changed: ShiftChange | None = stream(
        sections.shift_change,
        "Each change of a shift that the viewer may see, or could until now; null when so much changed at once that it "
        "is better asked for anew.",
        key=one_shift,
        permission=P.SCHEDULE_SHIFT_READ,
        arguments={"id": "Only this shift.", "practitioner_id": "Only the shifts of this person."},
    )
    exchange_changed: ExchangeChange | None = stream(
        exchange.exchange_change,
        "Each step of a package that the viewer may see: sent by him or his organisation, received by it, or with a "
        "document of his in it.",
        key=one_package,
        permission=P.DOCUMENT_PACKAGE_READ,
        arguments={"id": "Only this package.", "organization_id": "Only packages of this organisation."},
    )
    notification_received: "Message | None" = stream(
        news.message,
        "Each message to the viewer as it comes.",
        key=own,
        permission=P.NOTIFICATION_MESSAGE_READ,
    )
    standing_changed: StandingChange | None = stream(
        news.standing_change,
        "The viewer's roles became others, by an act or because a term began or ended at this instant.",
        key=own,
    )
