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
from resolvers.clinical.emergency import start, steps
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
    from schema.clinical.patient import RegistrationPayload
    from schema.clinical.trust import ConsultationPayload, PatientConsentPayload, RestrictRecordPayload


@shows(Root)
class ClinicalActs:
    """Acts on patients: registered and booked, treated, opened to others and closed to them."""

    open_episode: "EpisodePayload | None" = act(
        episode.open_one,
        "Open an episode of care on a booking, a duty, a referral or an assignment that is there (открыть случай).",
        permission=P.CLINICAL_EPISODE_WRITE,
        arguments=INPUT,
    )
    close_episode: "EpisodePayload | None" = act(
        episode.close,
        "Close an episode of care; relations that rest on it end with it (закрыть случай).",
        permission=P.CLINICAL_EPISODE_WRITE,
        arguments=INPUT,
    )
    record_encounter: "EncounterPayload | None" = act(
        encounter.record,
        "Record that the viewer met a patient (внести посещение).",
        permission=P.CLINICAL_EPISODE_WRITE,
        arguments=INPUT,
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
    )
    discard_note: "NotePayload | None" = act(
        notes.discard,
        "Throw away an entry that is not signed (удалить запись).",
        permission=P.CLINICAL_NOTE_WRITE,
        arguments=INPUT,
    )
    sign_note: "NotePayload | None" = act(
        signature.sign,
        "Sign one's own entry: from then on it stands (подписать запись).",
        permission=P.CLINICAL_NOTE_SIGN,
        arguments=INPUT,
    )
    cosign_note: "NotePayload | None" = act(
        signature.cosign,
        "Sign what a trainee wrote, so that it counts (подписать запись стажёра).",
        permission=P.CLINICAL_NOTE_COSIGN,
        arguments=INPUT,
    )
    correct_note: "NotePayload | None" = act(
        new_note.correct,
        "Begin the correction of a signed entry; it takes its place once it is signed (исправить запись).",
        permission=P.CLINICAL_NOTE_WRITE,
        arguments=INPUT,
    )
    mark_entered_in_error: "MarkEnteredInErrorPayload | None" = act(
        entered_in_error.mark,
        "Mark a record as entered in error: it stays, and counts no more (отметить как внесённое ошибочно).",
        permission=P.CLINICAL_ERROR_MARK,
        arguments=INPUT,
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
    )
    close_emergency_access: "EmergencyOpeningPayload | None" = act(
        steps.close,
        "End one's own emergency access before its time (закрыть экстренный доступ).",
        permission=P.CLINICAL_EMERGENCY_CLOSE,
        arguments=INPUT,
    )
    review_emergency_access: "EmergencyOpeningPayload | None" = act(
        steps.review,
        "Say whether another's emergency access was right (проверить экстренный доступ).",
        permission=P.CLINICAL_EMERGENCY_REVIEW,
        arguments=INPUT,
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
    )
    ask_consultation: "ConsultationPayload | None" = act(
        consultation.ask,
        "Ask a colleague to consult; he sees the patient for a while (запросить консультацию).",
        permission=P.CLINICAL_CONSULTATION_WRITE,
        arguments=INPUT,
    )
    end_consultation: "ConsultationPayload | None" = act(
        consultation.end,
        "End a consultation before its term (завершить консультацию).",
        permission=P.CLINICAL_CONSULTATION_WRITE,
        arguments=INPUT,
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
    )
