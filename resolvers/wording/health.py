"""What self-diagnosis says of each tie of an account (самодиагностика), in Russian and in English."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sources.postgres.ask import AUTHORITY_ZONE, LANGUAGES


class Finding(StrEnum):
    """What was found of one tie."""

    WELL = "WELL"
    NOT_NEEDED = "NOT_NEEDED"
    UNKNOWN = "UNKNOWN"
    ACCOUNT_NOT_CONFIRMED = "ACCOUNT_NOT_CONFIRMED"
    ACCOUNT_BLOCKED = "ACCOUNT_BLOCKED"
    REGISTRY_LINK_MISSING = "REGISTRY_LINK_MISSING"
    IDENTITY_MISMATCH = "IDENTITY_MISMATCH"
    LINK_REQUIRED = "LINK_REQUIRED"
    ORG_CLOSED = "ORG_CLOSED"
    NOT_ACCREDITED = "NOT_ACCREDITED"
    NOT_AGREED = "NOT_AGREED"
    CONTACTS_UNVERIFIED = "CONTACTS_UNVERIFIED"
    CONTACTS_STALE = "CONTACTS_STALE"
    FACTOR_SHOWN = "FACTOR_SHOWN"
    FACTOR_NOT_SHOWN = "FACTOR_NOT_SHOWN"


F = Finding
SAID: Mapping[Finding, tuple[str, str]] = {
    F.WELL: ("Всё в порядке.", "All is well."),
    F.NOT_NEEDED: ("Для вашей функции это не нужно.", "Your function does not need it."),
    F.UNKNOWN: (
        "Сейчас это проверить нельзя: хранилище не отвечает.",
        "This cannot be checked now: a store does not answer.",
    ),
    F.ACCOUNT_NOT_CONFIRMED: ("Учётная запись не подтверждена.", "The account is not confirmed."),
    F.ACCOUNT_BLOCKED: (
        "Учётная запись заблокирована; блокировка закончится сама, или её снимет поддержка.",
        "The account is locked; that ends by itself, or support lifts it.",
    ),
    F.REGISTRY_LINK_MISSING: (
        "Учётная запись не связана с реестром медицинских работников.",
        "The account is not linked to the register of medical workers.",
    ),
    F.IDENTITY_MISMATCH: (
        "Сведения учётной записи и реестра расходятся.",
        "What the account and the register say differs.",
    ),
    F.LINK_REQUIRED: ("Действующего места работы нет.", "There is no employment in force."),
    F.ORG_CLOSED: ("Организация, в которой вы работали, закрыта.", "The organisation where you worked is closed."),
    F.NOT_ACCREDITED: ("Действующей аккредитации нет.", "There is no accreditation in force."),
    F.NOT_AGREED: (
        "Аккредитация есть, но нет согласия с условиями доступа.",
        "There is an accreditation, but no consent to the terms of access.",
    ),
    F.CONTACTS_UNVERIFIED: ("Адрес электронной почты не подтверждён.", "The e-mail address is not confirmed."),
    F.CONTACTS_STALE: (
        "Адрес электронной почты давно не подтверждали: последний раз {at}.",
        "The e-mail address was not confirmed for long: last on {at}.",
    ),
    F.FACTOR_SHOWN: ("Второй фактор показан {at}.", "A second factor was shown on {at}."),
    F.FACTOR_NOT_SHOWN: ("Второй фактор не показан.", "No second factor was shown."),
}


def found(finding: Finding, language: str, at: datetime | None = None) -> str:
    """What was found, in the words of a language; `at` in Moscow time."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    local = None if at is None else at.astimezone(AUTHORITY_ZONE)
    told = "" if local is None else f"{local:%d.%m.%Y %H:%M}" if place == 0 else f"{local:%Y-%m-%d %H:%M}"
    return SAID[finding][place].format(at=told)
