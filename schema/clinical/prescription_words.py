"""Words that prescriptions are told in."""

from enum import StrEnum

from resolvers.clinical.prescriptions.reading import PrescriptionStatus
from resolvers.live.prescriptions import PrescriptionStep
from resolvers.rules.prescribing import PrescriptionForm
from schema.enums import enum


class PrescriptionUrgency(StrEnum):
    """How soon a pharmacy serves a prescription."""

    CITO = "CITO"
    STATIM = "STATIM"


class PrescriptionFunding(StrEnum):
    """Who pays for a preferential prescription."""

    FEDERAL = "FEDERAL"
    REGIONAL = "REGIONAL"
    MUNICIPAL = "MUNICIPAL"


class MedicineControl(StrEnum):
    """How the turnover of a medicine is controlled."""

    NONE = "NONE"
    SUBJECT_QUANTITY = "SUBJECT_QUANTITY"
    LIST_II = "LIST_II"
    LIST_III = "LIST_III"


class PrescriptionCheckState(StrEnum):
    """Whether a checker of interactions answered."""

    CHECKED = "CHECKED"
    CHECK_UNAVAILABLE = "CHECK_UNAVAILABLE"


class InteractionSeverity(StrEnum):
    """How much a warning weighs."""

    LOW = "LOW"
    MODERATE = "MODERATE"
    HIGH = "HIGH"


class PrescriptionSignatureRole(StrEnum):
    """As whom somebody signs a prescription."""

    SIGNER = "SIGNER"
    LEADER = "LEADER"


enum(
    PrescriptionForm,
    "A form of prescription (рецептурный бланк).",
    F107_1="107-1/у: medicines without accounting (без учёта и контроля).",
    F107_NP="107/у-НП: narcotic and psychotropic ones of list II (специальный бланк).",
    F148_1_04="148-1/у-04 (л): preferential (льготный).",
    F148_1_88="148-1/у-88: list III and subject-quantity accounting (предметно-количественный учёт).",
)
enum(
    PrescriptionStatus,
    "Where a prescription stands (статус рецепта).",
    DRAFT="Being written (проект).",
    AWAITING_SIGNATURE="Waits for another's signature (ожидает подписи).",
    REGISTERED="Signed and registered: it can be dispensed (зарегистрирован).",
    PARTIALLY_DISPENSED="Dispensed in part (частично отпущен).",
    DISPENSED="Dispensed in full (отпущен).",
    DELAYED_SERVICE="A pharmacy serves it later (на отсроченном обслуживании).",
    CANCELLED="Thrown away before it was registered (отменён).",
    ANNULLED="Annulled: nothing is dispensed by it (аннулирован).",
    EXPIRED="Its term is over (истёк срок действия).",
)
enum(
    PrescriptionUrgency,
    "How soon a pharmacy serves a prescription (срочность).",
    CITO="Soon (cito, срочно).",
    STATIM="At once (statim, немедленно).",
)
enum(
    PrescriptionFunding,
    "Who pays (источник финансирования).",
    FEDERAL="The federal budget (федеральный бюджет).",
    REGIONAL="The budget of the region (бюджет субъекта).",
    MUNICIPAL="The municipal budget (муниципальный бюджет).",
)
enum(
    MedicineControl,
    "How the turnover of a medicine is controlled (учёт и контроль).",
    NONE="Not (без учёта).",
    SUBJECT_QUANTITY="By subject-quantity accounting (предметно-количественный учёт).",
    LIST_II="As a narcotic or psychotropic one of list II (список II).",
    LIST_III="As a psychotropic one of list III (список III).",
)
enum(
    PrescriptionCheckState,
    "Whether a checker of interactions answered (проверка взаимодействий).",
    CHECKED="It did (проверено).",
    CHECK_UNAVAILABLE="It did not; that hinders nothing (проверка недоступна).",
)
enum(
    InteractionSeverity,
    "How much a warning weighs (значимость).",
    LOW="Little (низкая).",
    MODERATE="Somewhat (средняя).",
    HIGH="Much (высокая).",
)
enum(
    PrescriptionSignatureRole,
    "As whom somebody signs (роль подписи).",
    SIGNER="As who prescribes (врач).",
    LEADER="As leader of a department (руководитель подразделения).",
)
enum(
    PrescriptionStep,
    "What happened to a prescription (шаг).",
    DRAFTED="It was drafted (подготовлен).",
    UPDATED="It was changed (изменён).",
    DISCARDED="It was thrown away (отменён).",
    SIGNED="Who prescribes signed it; another has to (подписан врачом).",
    REGISTERED="It was signed by all, and registered (зарегистрирован).",
    DISPENSED="A pharmacy dispensed something, or corrected what it had said (отпуск).",
    DELAYED="A pharmacy serves it later (отсроченное обслуживание).",
    ANNULLED="It was annulled (аннулирован).",
)
