"""How a person wants to be told: the defaults of `defaults.json`, and what he changed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

DEFAULT_LANGUAGE = "ru"
# Nobody needs to be told longer before than this; the scan looks no further.
LONGEST_LEAD = 365
MOST_LEADS = 10


class NotificationKind(StrEnum):
    """What a message is about."""

    APPLICATION_STATUS = "APPLICATION_STATUS"
    DECISION = "DECISION"
    ACCREDITATION_STATUS = "ACCREDITATION_STATUS"
    ACCREDITATION_EXPIRY = "ACCREDITATION_EXPIRY"
    STAFF_ACCREDITATION = "STAFF_ACCREDITATION"
    DOCUMENT_WARNING = "DOCUMENT_WARNING"
    LICENSE_UPDATE = "LICENSE_UPDATE"
    INSPECTION = "INSPECTION"
    TRAINING = "TRAINING"
    NEW_PROCEDURE = "NEW_PROCEDURE"
    MAINTENANCE = "MAINTENANCE"
    EMERGENCY_ACCESS = "EMERGENCY_ACCESS"
    NOTE_COSIGNATURE = "NOTE_COSIGNATURE"
    PATIENT_INQUIRY = "PATIENT_INQUIRY"
    DOCUMENT_EXCHANGE = "DOCUMENT_EXCHANGE"
    INFORMATION_REQUEST = "INFORMATION_REQUEST"
    ACCOUNT_SECURITY = "ACCOUNT_SECURITY"
    CONTACTS = "CONTACTS"
    REGISTRY_REQUEST = "REGISTRY_REQUEST"
    ORGANIZATION_LINK = "ORGANIZATION_LINK"
    ACCESS_GRANT = "ACCESS_GRANT"
    APPOINTMENT = "APPOINTMENT"
    ACCOUNT_LOCK = "ACCOUNT_LOCK"
    ORDER_RESULT = "ORDER_RESULT"
    REFERRAL = "REFERRAL"
    PRESCRIPTION = "PRESCRIPTION"


class NotificationChannel(StrEnum):
    """Where a message goes."""

    CABINET = "CABINET"
    EMAIL = "EMAIL"


class MailLanguage(StrEnum):
    """Languages of mail; the stores and the texts know them in small letters."""

    RU = "RU"
    EN = "EN"


@dataclass(frozen=True, slots=True)
class Wish:
    """How one kind is told by one channel.

    Attributes:
        lead_days: how many days before, for kinds that come before something; None for those that follow from it.
        required: whether it cannot be switched off.
    """

    kind: str
    channel: str
    enabled: bool
    lead_days: tuple[int, ...] | None
    required: bool = False


Wishes = Mapping[tuple[str, str], Wish]


def _defaults() -> Wishes:
    file = json.loads((Path(__file__).parent / "defaults.json").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], Wish] = {}
    for kind in NotificationKind:
        for channel in NotificationChannel:
            said = file[kind][channel]
            leads = tuple(said["leadDays"]) if "leadDays" in said else None
            found[kind.value, channel.value] = Wish(
                kind.value, channel.value, said["enabled"], leads, said.get("required", False)
            )
    return found


DEFAULTS: Wishes = _defaults()


def wishes(changed: Iterable[Any]) -> Wishes:
    """All wishes of one person, from rows with `kind`, `channel`, `enabled` and `lead_days`."""
    found = dict(DEFAULTS)
    for row in changed:
        wish = found[row.kind, row.channel]
        leads = wish.lead_days if wish.lead_days is None or row.lead_days is None else tuple(row.lead_days)
        found[row.kind, row.channel] = replace(wish, enabled=row.enabled or wish.required, lead_days=leads)
    return found


def lead(found: Wishes, kind: str, days: int) -> int | None:
    """The lead of which the time has come, so many days before; a lead that was missed is made up for."""
    leads = {
        lead
        for wish in (found[kind, channel.value] for channel in NotificationChannel)
        if wish.enabled
        for lead in wish.lead_days or ()
        if lead >= days
    }
    return min(leads, default=None)


def channels(found: Wishes, kind: str, days: int | None = None) -> frozenset[str]:
    """By which channels a person is told of a kind, so many days before what it is about."""
    return frozenset(
        wish.channel
        for wish in (found[kind, channel.value] for channel in NotificationChannel)
        if wish.enabled and (days is None or wish.lead_days is None or days in wish.lead_days)
    )
