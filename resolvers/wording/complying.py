"""What is out of order with somebody's own facts, and what he can do about it, in Russian and in English."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sources.postgres.ask import AUTHORITY_ZONE, LANGUAGES


class Issue(StrEnum):
    """What is out of order, the most pressing first."""

    REGISTER_MISMATCH = "REGISTER_MISMATCH"
    ATTESTATION_MISSING = "ATTESTATION_MISSING"
    ATTESTATION_ENDS = "ATTESTATION_ENDS"
    ACCREDITATION_ENDS = "ACCREDITATION_ENDS"
    RESULT_NOT_ACKNOWLEDGED = "RESULT_NOT_ACKNOWLEDGED"
    COSIGNATURE_AWAITED = "COSIGNATURE_AWAITED"
    DRAFT_OVERDUE = "DRAFT_OVERDUE"


W = Issue
SAID: Mapping[Issue, tuple[str, str]] = {
    W.REGISTER_MISMATCH: (
        "Сведения учётной записи и реестра расходятся. Попросите внести вас в реестр или исправить сведения.",
        "What the account and the register say differs. Ask to be entered, or to have it put right.",
    ),
    W.ATTESTATION_MISSING: (
        "Подтверждение «{what}» прекратилось {day}. Попросите кадровую службу продлить его.",
        "The attestation “{what}” ended on {day}. Ask the personnel office to renew it.",
    ),
    W.ATTESTATION_ENDS: (
        "Подтверждение «{what}» действует по {day}. Попросите кадровую службу продлить его.",
        "The attestation “{what}” is in force until {day}. Ask the personnel office to renew it.",
    ),
    W.ACCREDITATION_ENDS: (
        "Аккредитация действует по {day}. Подайте заявление о продлении.",
        "The accreditation is in force until {day}. Apply for its renewal.",
    ),
    W.RESULT_NOT_ACKNOWLEDGED: (
        "По вашему назначению есть результат с отклонением. Подтвердите, что ознакомились с ним.",
        "Something that is not as it should be was found by your order. Acknowledge it.",
    ),
    W.COSIGNATURE_AWAITED: ("Ждёт вашей подписи.", "It waits for your signature."),
    W.DRAFT_OVERDUE: (
        "Черновик записи следовало подписать до {day}. Подпишите его или удалите.",
        "The draft of a note was to be signed by {day}. Sign it or throw it away.",
    ),
}


def told(issue: Issue, language: str, at: datetime | None = None, what: str = "") -> str:
    """What is out of order, in the words of a language; the day of `at` in Moscow time."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    local = None if at is None else at.astimezone(AUTHORITY_ZONE)
    day = "" if local is None else f"{local:%d.%m.%Y}" if place == 0 else f"{local:%Y-%m-%d}"
    return SAID[issue][place].format(day=day, what=what)
