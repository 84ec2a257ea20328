"""What can be done about patients, as part of the root of acting."""

from typing import TYPE_CHECKING

from auth.permissions import Permission as P
from engine.declare import Root, act, shows
from resolvers.clinical.acts import (
    condition,
    consent,
    consultation,
    encounter,
    entered_in_error,
    episode,
    inquiry,
    new_note,
    observation,
    registration,
    restriction,
    signature,
)
from resolvers.clinical.acts import unsigned_note as notes
from resolvers.clinical.acts.held import on_patients
from resolvers.clinical.acts.note_steps import on_note
from resolvers.clinical.acts.worker import accredited_worker, worker
from resolvers.clinical.emergency import start, steps
from resolvers.clinical.orders import carrying_out, giving, ordering, protocol
from resolvers.clinical.prescriptions import dispensing, drafting, signing
from resolvers.clinical.prescriptions.steps import on_prescription
from resolvers.clinical.procedures import recording, submitting
from resolvers.clinical.telemedicine import conducting, requesting
from resolvers.schedule import appointing, publication
from schema.act_inputs import INPUT

if TYPE_CHECKING:
    from schema.booking import BookingPayload, SlotsPayload
    from schema.clinical.act import (
        ConditionPayload,
        EncounterPayload,
        EpisodePayload,
        LaboratoryResultPayload,
        ObservationPayload,
    )
    from schema.clinical.emergency import EmergencyOpeningPayload
    from schema.clinical.entered_in_error import MarkEnteredInErrorPayload
    from schema.clinical.inquiry import InquiryPayload
    from schema.clinical.note_act import NotePayload
    from schema.clinical.order_act import OrderPayload
    from schema.clinical.patient import RegistrationPayload
    from schema.clinical.prescription_act import DispensingPayload, PrescriptionPayload
    from schema.clinical.procedure_act import ProcedurePayload, ProcedureReportPayload
    from schema.clinical.telemedicine import TeleconsultationPayload
    from schema.clinical.trust import ConsultationPayload, PatientConsentPayload, RestrictRecordPayload


@shows(Root)
class ClinicalActs:
    """Acts on patients: registered and booked, treated, opened to others and closed to them."""

    open_episode: "EpisodePayload | None" = act(
        episode.open_one,
        "Open an episode of care on a booking, a duty, a referral or an assignment that is there (открыть случай).",
        permission=P.CLINICAL_EPISODE_WRITE,
        arguments=INPUT,
        on=on_patients(P.CLINICAL_EPISODE_WRITE, worker),
    )
    close_episode: "EpisodePayload | None" = act(
        episode.close,
        "Close an episode of care; relations that rest on it end with it (закрыть случай).",
        permission=P.CLINICAL_EPISODE_WRITE,
        arguments=INPUT,
        on=episode.ON_CLOSING,
    )
    record_encounter: "EncounterPayload | None" = act(
        encounter.record,
        "Record that the viewer met a patient (внести посещение).",
        permission=P.CLINICAL_EPISODE_WRITE,
        arguments=INPUT,
        on=on_patients(P.CLINICAL_EPISODE_WRITE, accredited_worker),
    )
    record_condition: "ConditionPayload | None" = act(
        condition.record,
        "Record a diagnosis at an encounter (установить диагноз).",
        permission=P.CLINICAL_NOTE_WRITE,
        arguments=INPUT,
    )
    record_observation: "ObservationPayload | None" = act(
        observation.observe,
        "Record a vital sign (внести показатель).",
        permission=P.CLINICAL_OBSERVATION_WRITE,
        arguments=INPUT,
    )
    record_laboratory_result: "LaboratoryResultPayload | None" = act(
        observation.find,
        "Record a result of the laboratory (внести результат исследования).",
        permission=P.CLINICAL_OBSERVATION_WRITE,
        arguments=INPUT,
    )
    record_procedure: "ProcedurePayload | None" = act(
        recording.record,
        "Record what was done for a patient (внести услугу); the central register of services is told of it.",
        permission=P.CLINICAL_PROCEDURE_WRITE,
        arguments=INPUT,
    )
    submit_procedure_report: "ProcedureReportPayload | None" = act(
        submitting.submit,
        "Freeze a report on procedures and hand it to the registration office (передать отчёт в регистратуру).",
        permission=P.REPORT_PROCEDURE_SUBMIT,
        arguments=INPUT,
    )
    acknowledge_procedure_report: "ProcedureReportPayload | None" = act(
        submitting.acknowledge,
        "Accept a report that was submitted, or return it (принять или вернуть отчёт).",
        permission=P.REPORT_PROCEDURE_ACKNOWLEDGE,
        arguments=INPUT,
        on=submitting.ON_ACKNOWLEDGING,
    )
    add_note: "NotePayload | None" = act(
        new_note.add,
        "Begin an entry of a case history (начать запись).",
        permission=P.CLINICAL_NOTE_WRITE,
        arguments=INPUT,
    )
    update_note: "NotePayload | None" = act(
        notes.update,
        "Change an entry that is not signed yet (изменить запись).",
        permission=P.CLINICAL_NOTE_WRITE,
        arguments=INPUT,
        on=on_note("UPDATE"),
    )
    discard_note: "NotePayload | None" = act(
        notes.discard,
        "Throw away an entry that is not signed (удалить запись).",
        permission=P.CLINICAL_NOTE_WRITE,
        arguments=INPUT,
        on=on_note("DISCARD"),
    )
    sign_note: "NotePayload | None" = act(
        signature.sign,
        "Sign one's own entry: from then on it stands (подписать запись).",
        permission=P.CLINICAL_NOTE_SIGN,
        arguments=INPUT,
        on=on_note("SIGN"),
    )
    cosign_note: "NotePayload | None" = act(
        signature.cosign,
        "Sign what a trainee wrote, so that it counts (подписать запись стажёра).",
        permission=P.CLINICAL_NOTE_COSIGN,
        arguments=INPUT,
        on=on_note("COSIGN"),
    )
    correct_note: "NotePayload | None" = act(
        new_note.correct,
        "Begin the correction of a signed entry; it takes its place once it is signed (исправить запись).",
        permission=P.CLINICAL_NOTE_WRITE,
        arguments=INPUT,
        on=on_note("CORRECT"),
    )
    order_service: "OrderPayload | None" = act(
        ordering.order,
        "Order a service or a medicine for the patient of an encounter (назначить услугу или препарат).",
        permission=P.CLINICAL_ORDER_WRITE,
        arguments=INPUT,
    )
    cancel_order: "OrderPayload | None" = act(
        ordering.cancel,
        "Cancel an order that nobody has carried out (отменить назначение).",
        permission=P.CLINICAL_ORDER_WRITE,
        arguments=INPUT,
        on=ordering.ON_CANCELLING,
    )
    record_result: "OrderPayload | None" = act(
        carrying_out.record,
        "Record what came of an order, and sign that; its direction decides who does (внести результат).",
        permission=P.CLINICAL_PROTOCOL_WRITE,
        arguments=INPUT,
        on=carrying_out.ON_RECORDING,
    )
    sign_result: "OrderPayload | None" = act(
        protocol.sign,
        "Sign what a service account recorded of an order (подписать результат).",
        permission=P.CLINICAL_PROTOCOL_SIGN,
        arguments=INPUT,
        on=protocol.ON_SIGNING,
    )
    acknowledge_result: "OrderPayload | None" = act(
        protocol.acknowledge,
        "Take note of a result that is not as it should be (подтвердить ознакомление с результатом).",
        permission=P.CLINICAL_ORDER_WRITE,
        arguments=INPUT,
        on=protocol.ON_ACKNOWLEDGING,
    )
    record_administration: "OrderPayload | None" = act(
        giving.record,
        "Record that a medicine which is ordered was given, once (отметить введение или выдачу препарата).",
        permission=P.CLINICAL_PROCEDURE_WRITE,
        arguments=INPUT,
        on=giving.ON_GIVING,
    )
    draft_prescription: "PrescriptionPayload | None" = act(
        drafting.draft,
        "Draft a prescription at an encounter; it leaves for nowhere until it is signed (подготовить рецепт).",
        permission=P.CLINICAL_PRESCRIPTION_DRAFT,
        arguments=INPUT,
    )
    update_prescription: "PrescriptionPayload | None" = act(
        drafting.update,
        "Change a prescription that nobody has signed (изменить рецепт).",
        permission=P.CLINICAL_PRESCRIPTION_DRAFT,
        arguments=INPUT,
        on=on_prescription("UPDATE"),
    )
    discard_prescription: "PrescriptionPayload | None" = act(
        drafting.discard,
        "Throw a prescription away that is not registered (отменить рецепт).",
        permission=P.CLINICAL_PRESCRIPTION_DRAFT,
        arguments=INPUT,
        on=on_prescription("DISCARD"),
    )
    sign_prescription: "PrescriptionPayload | None" = act(
        signing.sign,
        "Sign one's own prescription: it is registered, unless another has to sign it too (подписать рецепт).",
        permission=P.CLINICAL_PRESCRIPTION_SIGN,
        arguments=INPUT,
        on=on_prescription("SIGN"),
    )
    cosign_prescription: "PrescriptionPayload | None" = act(
        signing.cosign,
        "Sign what a trainee drafted, or what takes the leader of a department besides (заверить рецепт).",
        permission=P.CLINICAL_PRESCRIPTION_SIGN,
        arguments=INPUT,
        on=on_prescription("COSIGN"),
    )
    annul_prescription: "PrescriptionPayload | None" = act(
        signing.annul,
        "Annul a prescription that is not dispensed in full (аннулировать рецепт).",
        permission=P.CLINICAL_PRESCRIPTION_ANNUL,
        arguments=INPUT,
        on=on_prescription("ANNUL"),
    )
    record_dispensing: "DispensingPayload | None" = act(
        dispensing.record_dispensing,
        "Of a pharmacy's system: keep what was dispensed by a prescription, or that it waits (сообщить об отпуске).",
        permission=P.CLINICAL_PRESCRIPTION_DISPENSE,
        arguments=INPUT,
        store="clinical",
    )
    mark_entered_in_error: "MarkEnteredInErrorPayload | None" = act(
        entered_in_error.mark,
        "Mark a record as entered in error: it stays, and counts no more (отметить как внесённое ошибочно).",
        permission=P.CLINICAL_ERROR_MARK,
        arguments=INPUT,
        on=entered_in_error.ON_RECORDS,
    )
    open_emergency_access: "EmergencyOpeningPayload | None" = act(
        start.open_access,
        "Open the history of a patient in an emergency (экстренный доступ); he and those who lead are told at once.",
        permission=P.CLINICAL_EMERGENCY_OPEN,
        arguments=INPUT,
    )
    confirm_emergency_access: "EmergencyOpeningPayload | None" = act(
        steps.confirm,
        "Let another's emergency access reach what is specially protected (подтвердить экстренный доступ).",
        permission=P.CLINICAL_EMERGENCY_CONFIRM,
        arguments=INPUT,
        on=steps.ON_CONFIRMING,
    )
    close_emergency_access: "EmergencyOpeningPayload | None" = act(
        steps.close,
        "End one's own emergency access before its time (закрыть экстренный доступ).",
        permission=P.CLINICAL_EMERGENCY_CLOSE,
        arguments=INPUT,
        on=steps.ON_CLOSING,
    )
    review_emergency_access: "EmergencyOpeningPayload | None" = act(
        steps.review,
        "Say whether another's emergency access was right (проверить экстренный доступ).",
        permission=P.CLINICAL_EMERGENCY_REVIEW,
        arguments=INPUT,
        on=steps.ON_REVIEWING,
    )
    give_consent: "PatientConsentPayload | None" = act(
        consent.give,
        "Keep that a patient consents (оформить согласие).",
        permission=P.CLINICAL_CONSENT_WRITE,
        arguments=INPUT,
    )
    withdraw_consent: "PatientConsentPayload | None" = act(
        consent.withdraw,
        "Take a patient's consent back; what rested on it ends at once (отозвать согласие).",
        permission=P.CLINICAL_CONSENT_WRITE,
        arguments=INPUT,
    )
    restrict_record: "RestrictRecordPayload | None" = act(
        restriction.restrict,
        "Restrict a record to those on its list, or open it again (ограничить доступ к записи).",
        permission=P.CLINICAL_LABEL_WRITE,
        arguments=INPUT,
        on=restriction.ON_RECORDS,
    )
    ask_consultation: "ConsultationPayload | None" = act(
        consultation.ask,
        "Ask a colleague to consult; he sees the patient for a while (запросить консультацию).",
        permission=P.CLINICAL_CONSULTATION_WRITE,
        arguments=INPUT,
        on=on_patients(P.CLINICAL_CONSULTATION_WRITE, worker),
    )
    end_consultation: "ConsultationPayload | None" = act(
        consultation.end,
        "End a consultation before its term (завершить консультацию).",
        permission=P.CLINICAL_CONSULTATION_WRITE,
        arguments=INPUT,
    )
    request_teleconsultation: "TeleconsultationPayload | None" = act(
        requesting.request,
        "Ask a doctor, or an organisation, to be consulted from afar (запросить телемедицинскую консультацию).",
        permission=P.CLINICAL_TELECONSULTATION_REQUEST,
        arguments=INPUT,
    )
    withdraw_teleconsultation: "TeleconsultationPayload | None" = act(
        requesting.withdraw,
        "Take that back while nobody began (отозвать запрос консультации).",
        permission=P.CLINICAL_TELECONSULTATION_REQUEST,
        arguments=INPUT,
        on=requesting.ON_WITHDRAWING,
    )
    start_teleconsultation: "TeleconsultationPayload | None" = act(
        conducting.start,
        "Begin a session of telemedicine; its doctor cares for the patient meanwhile (начать консультацию).",
        permission=P.CLINICAL_TELECONSULTATION_CONDUCT,
        arguments=INPUT,
        on=conducting.ON_STARTING,
    )
    finish_teleconsultation: "TeleconsultationPayload | None" = act(
        conducting.finish,
        "Finish a session of telemedicine with a conclusion that is signed (завершить консультацию).",
        permission=P.CLINICAL_TELECONSULTATION_CONDUCT,
        arguments=INPUT,
        on=conducting.ON_FINISHING,
    )
    cancel_teleconsultation: "TeleconsultationPayload | None" = act(
        conducting.cancel,
        "Call a session of telemedicine off, asked for or under way (отменить консультацию).",
        permission=P.CLINICAL_TELECONSULTATION_CONDUCT,
        arguments=INPUT,
        on=conducting.ON_CANCELLING,
    )
    register_patient: "RegistrationPayload | None" = act(
        registration.register,
        "Register a patient at the viewer's organisation, or find him again there (зарегистрировать пациента); whether "
        "others know him, the answer does not tell.",
        permission=P.CLINICAL_CARD_WRITE,
        arguments=INPUT,
    )
    book_appointment: "BookingPayload | None" = act(
        appointing.book,
        "Book a patient in a slot (записать на приём); the booking opens his record to whom he is to see.",
        permission=P.SCHEDULE_BOOKING_WRITE,
        arguments=INPUT,
    )
    cancel_appointment: "BookingPayload | None" = act(
        appointing.cancel,
        "Call a booking off before it begins (отменить запись); what it opened is closed.",
        permission=P.SCHEDULE_BOOKING_WRITE,
        arguments=INPUT,
    )
    publish_slots: "SlotsPayload | None" = act(
        publication.publish,
        "Publish slots, so that everybody may know them and be booked in them (опубликовать талоны).",
        permission=P.SCHEDULE_SLOT_WRITE,
        arguments=INPUT,
    )
    withdraw_slots: "SlotsPayload | None" = act(
        publication.withdraw,
        "Withdraw slots in which nobody is booked (снять талоны с записи).",
        permission=P.SCHEDULE_SLOT_WRITE,
        arguments=INPUT,
    )
    open_inquiry: "InquiryPayload | None" = act(
        inquiry.open_,
        "Open an inquiry about a patient and a time, on a basis (открыть запрос сведений); it ends by itself.",
        permission=P.CLINICAL_INQUIRY_OPEN,
        arguments=INPUT,
    )
    close_inquiry: "InquiryPayload | None" = act(
        inquiry.close,
        "End an inquiry: what it opened is closed with the act (закрыть запрос сведений).",
        permission=P.CLINICAL_INQUIRY_CLOSE,
        arguments=INPUT,
        on=inquiry.ON_CLOSING,
    )
