"""Words that patients and their records are told in."""

from enum import StrEnum

from schema.enums import enum


class Sex(StrEnum):
    """Sex of a patient."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    UNKNOWN = "UNKNOWN"


class RepresentativeKind(StrEnum):
    """Why somebody stands for a patient."""

    PARENT = "PARENT"
    GUARDIAN = "GUARDIAN"
    TRUSTEE = "TRUSTEE"
    PROXY = "PROXY"


class Confidentiality(StrEnum):
    """Labels of records."""

    NORMAL = "NORMAL"
    RESTRICTED = "RESTRICTED"
    SPECIAL = "SPECIAL"


class SpecialKind(StrEnum):
    """What the law protects beyond the rest."""

    PSYCHIATRY = "PSYCHIATRY"
    HIV = "HIV"
    GENETICS = "GENETICS"
    REPRODUCTIVE = "REPRODUCTIVE"


class CareKind(StrEnum):
    """Conditions of care."""

    AMBULATORY = "AMBULATORY"
    DAY_HOSPITAL = "DAY_HOSPITAL"
    INPATIENT = "INPATIENT"
    HOME = "HOME"
    EMERGENCY = "EMERGENCY"


class EpisodeBasis(StrEnum):
    """What an episode was opened on."""

    BOOKING = "BOOKING"
    DUTY = "DUTY"
    REFERRAL = "REFERRAL"
    ASSIGNMENT = "ASSIGNMENT"


class EpisodeOutcome(StrEnum):
    """How an episode ended."""

    RECOVERED = "RECOVERED"
    IMPROVED = "IMPROVED"
    UNCHANGED = "UNCHANGED"
    WORSENED = "WORSENED"
    TRANSFERRED = "TRANSFERRED"
    DIED = "DIED"


class EncounterKind(StrEnum):
    """Where a patient was met."""

    AMBULATORY = "AMBULATORY"
    INPATIENT = "INPATIENT"
    HOME = "HOME"
    EMERGENCY = "EMERGENCY"
    TELEMEDICINE = "TELEMEDICINE"


class ConditionKind(StrEnum):
    """What a condition is among those of an encounter."""

    MAIN = "MAIN"
    COMPLICATION = "COMPLICATION"
    CONCOMITANT = "CONCOMITANT"


class Certainty(StrEnum):
    """How sure a condition is."""

    PRELIMINARY = "PRELIMINARY"
    CONFIRMED = "CONFIRMED"
    REFUTED = "REFUTED"
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"


class ResultFlag(StrEnum):
    """How a value stands to its range."""

    NORMAL = "NORMAL"
    LOW = "LOW"
    HIGH = "HIGH"
    CRITICALLY_LOW = "CRITICALLY_LOW"
    CRITICALLY_HIGH = "CRITICALLY_HIGH"
    ABNORMAL = "ABNORMAL"


class ResultState(StrEnum):
    """Whether a value counts."""

    FINAL = "FINAL"
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"


class NoteKind(StrEnum):
    """What an entry of the case history is."""

    EXAMINATION = "EXAMINATION"
    DIARY = "DIARY"
    CONSULTATION = "CONSULTATION"
    EPICRISIS = "EPICRISIS"
    PROTOCOL = "PROTOCOL"
    NURSING = "NURSING"


class NoteState(StrEnum):
    """How far an entry of the case history has come."""

    DRAFT = "DRAFT"
    AWAITING_COSIGNATURE = "AWAITING_COSIGNATURE"
    SIGNED = "SIGNED"
    CORRECTED = "CORRECTED"
    DISCARDED = "DISCARDED"


class PatientConsentKind(StrEnum):
    """What a patient consents to."""

    TREATMENT = "TREATMENT"
    EXCHANGE = "EXCHANGE"
    SPECIAL = "SPECIAL"
    DISCLOSURE = "DISCLOSURE"
    TELEMEDICINE = "TELEMEDICINE"


enum(Sex, "Sex (пол).", FEMALE="Female (женский).", MALE="Male (мужской).", UNKNOWN="Not known (не указан).")
enum(
    RepresentativeKind,
    "Why somebody stands for a patient (вид представительства).",
    PARENT="Parent of a child (родитель).",
    GUARDIAN="Guardian (опекун).",
    TRUSTEE="Trustee (попечитель).",
    PROXY="By a power of attorney (по доверенности).",
)
enum(
    Confidentiality,
    "How confidential a record is (уровень конфиденциальности).",
    NORMAL="Open to whoever has a relation of care (обычный).",
    RESTRICTED="Open to those on its list (ограниченный).",
    SPECIAL="Specially protected: a specialty that fits, and a consent (особо защищаемый).",
)
enum(
    SpecialKind,
    "What is specially protected (особо защищаемые сведения).",
    PSYCHIATRY="Psychiatric care (психиатрическая помощь).",
    HIV="HIV (ВИЧ-инфекция).",
    GENETICS="Genetics (генетические сведения).",
    REPRODUCTIVE="Reproductive health (репродуктивное здоровье).",
)
enum(
    CareKind,
    "Conditions under which care is given (условия оказания помощи).",
    AMBULATORY="Out of hospital (амбулаторно).",
    DAY_HOSPITAL="In a day hospital (дневной стационар).",
    INPATIENT="In hospital (стационарно).",
    HOME="At home (на дому).",
    EMERGENCY="By the ambulance service (скорая помощь).",
)
enum(
    EpisodeBasis,
    "What an episode was opened on (основание).",
    BOOKING="A booking (запись на приём).",
    DUTY="Duty in the unit (дежурство).",
    REFERRAL="A referral (направление).",
    ASSIGNMENT="Assigned by the registration desk (прикрепление).",
)
enum(
    EpisodeOutcome,
    "How an episode ended (исход).",
    RECOVERED="Recovered (выздоровление).",
    IMPROVED="Better (улучшение).",
    UNCHANGED="As before (без перемен).",
    WORSENED="Worse (ухудшение).",
    TRANSFERRED="Transferred (переведён).",
    DIED="Died (смерть).",
)
enum(
    EncounterKind,
    "Where and how a patient was met (вид посещения).",
    AMBULATORY="At the clinic (на приёме).",
    INPATIENT="In hospital (в стационаре).",
    HOME="At home (на дому).",
    EMERGENCY="In an emergency (неотложное).",
    TELEMEDICINE="By telemedicine (телемедицинская консультация).",
)
enum(
    ConditionKind,
    "What a condition is among those of an encounter (вид диагноза).",
    MAIN="The main one (основной).",
    COMPLICATION="A complication (осложнение).",
    CONCOMITANT="Beside the main one (сопутствующий).",
)
enum(
    Certainty,
    "How sure a condition is (обоснованность диагноза).",
    PRELIMINARY="Preliminary (предварительный).",
    CONFIRMED="Confirmed (заключительный).",
    REFUTED="Refuted (снят).",
    ENTERED_IN_ERROR="Recorded by mistake (внесён ошибочно).",
)
enum(
    ResultFlag,
    "How a value stands to its range (отклонение от нормы).",
    NORMAL="Within it (норма).",
    LOW="Below it (ниже нормы).",
    HIGH="Above it (выше нормы).",
    CRITICALLY_LOW="So low that it is told at once (критически низкое).",
    CRITICALLY_HIGH="So high that it is told at once (критически высокое).",
    ABNORMAL="Not as it should be, where there is no range (отклонение).",
)
enum(
    ResultState,
    "Whether a value counts (состояние).",
    FINAL="It does (окончательный).",
    ENTERED_IN_ERROR="Recorded by mistake (внесён ошибочно).",
)
enum(
    NoteKind,
    "What an entry of the case history is (вид записи).",
    EXAMINATION="An examination (осмотр).",
    DIARY="A diary entry (дневник).",
    CONSULTATION="A consultation (консультация).",
    EPICRISIS="A summary (эпикриз).",
    PROTOCOL="A protocol of what was done (протокол).",
    NURSING="A nurse's entry (сестринская запись).",
)
enum(
    NoteState,
    "How far an entry of the case history has come (состояние записи).",
    DRAFT="Being written (черновик).",
    AWAITING_COSIGNATURE="Waits for the supervisor (ожидает подписи наставника).",
    SIGNED="Signed (подписана).",
    CORRECTED="Signed, and corrected by another entry (исправлена).",
    DISCARDED="Thrown away (удалена).",
)
enum(
    PatientConsentKind,
    "What a patient consents to (вид согласия).",
    TREATMENT="To medical care (информированное добровольное согласие).",
    EXCHANGE="That other organisations' records are read (обмен сведениями между организациями).",
    SPECIAL="That what is specially protected is read (доступ к особо защищаемым сведениям).",
    DISCLOSURE="That others are told (разглашение врачебной тайны).",
    TELEMEDICINE="To be consulted by telemedicine (консультации с применением телемедицинских технологий).",
)
