"""How audit entries are found, and what their grounds tell."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from auth.role import RoleName
from engine.batch import one, page
from engine.errors import BadArgument, Finding
from resolvers.bounds import between
from resolvers.codes import codes
from resolvers.context import Context
from sources import audit as source
from sources.audit import AuditEntryRecord
from sources.postgres.ask import Ask, Slice, Window

PREFIX = "aud"
LONGEST = 128


class AuditedAct(StrEnum):
    """Acts that leave an entry, by the word that it has for them."""

    CREATE_APPLICATION = "createApplication"
    UPDATE_APPLICATION = "updateApplication"
    DISCARD_APPLICATION = "discardApplication"
    SUBMIT_APPLICATION = "submitApplication"
    WITHDRAW_APPLICATION = "withdrawApplication"
    ANSWER_CLARIFICATION = "answerClarification"
    RESUBMIT_APPLICATION = "resubmitApplication"
    RENEW_ACCREDITATION = "renewAccreditation"
    CLAIM_APPLICATION = "claimApplication"
    RELEASE_APPLICATION = "releaseApplication"
    REQUEST_CLARIFICATION = "requestClarification"
    ADVANCE_APPLICATION = "advanceApplication"
    APPROVE_APPLICATION = "approveApplication"
    REJECT_APPLICATION = "rejectApplication"
    COMMENT_APPLICATION = "commentApplication"
    LAPSE_CLARIFICATION = "lapseClarification"
    RECOMPUTE_DEADLINE = "recomputeDeadline"
    SUSPEND_ACCREDITATION = "suspendAccreditation"
    REINSTATE_ACCREDITATION = "reinstateAccreditation"
    REVOKE_ACCREDITATION = "revokeAccreditation"
    REQUEST_RECHECK = "requestRecheck"
    CONFIRM_ACCESS_TERMS = "confirmAccessTerms"
    WITHDRAW_ACCESS_TERMS = "withdrawAccessTerms"
    OPEN_EPISODE = "openEpisode"
    CLOSE_EPISODE = "closeEpisode"
    RECORD_ENCOUNTER = "recordEncounter"
    RECORD_CONDITION = "recordCondition"
    RECORD_OBSERVATION = "recordObservation"
    RECORD_LABORATORY_RESULT = "recordLaboratoryResult"
    ASK_EMERGENCY_ACCESS = "askEmergencyAccess"
    OPEN_EMERGENCY_ACCESS = "openEmergencyAccess"
    CONFIRM_EMERGENCY_ACCESS = "confirmEmergencyAccess"
    CLOSE_EMERGENCY_ACCESS = "closeEmergencyAccess"
    REVIEW_EMERGENCY_ACCESS = "reviewEmergencyAccess"
    GIVE_CONSENT = "giveConsent"
    WITHDRAW_CONSENT = "withdrawConsent"
    RESTRICT_RECORD = "restrictRecord"
    ASK_CONSULTATION = "askConsultation"
    END_CONSULTATION = "endConsultation"
    CHANGE_NOTIFICATION_SETTINGS = "changeNotificationSettings"
    ANNOUNCE = "announce"
    WITHDRAW_ANNOUNCEMENT = "withdrawAnnouncement"
    ANNOUNCE_WORKS = "announceWorks"
    CORRECT_WORKS = "correctWorks"
    WITHDRAW_WORKS = "withdrawWorks"


@dataclass(frozen=True)
class AuditFilter:
    """Which audit entries are wanted: all conditions must hold."""

    since: datetime | None = None
    until: datetime | None = None
    action: list[AuditedAct] | None = None
    act: list[str] | None = None
    object: str | None = None
    actor: str | None = None


def hexadecimal(link: bytes) -> str:
    """A link as it is written."""
    return link.hex()


def roles(grounds: str) -> list[str]:
    """The roles that whoever acted had, as they were called then."""
    return [str(role) for role in _said(grounds, "roles") or ()]


def role_names(grounds: str) -> list[RoleName]:
    """Those of them that are still known."""
    return [RoleName(role) for role in roles(grounds) if role in RoleName.__members__]


def permission(grounds: str) -> str | None:
    """The permission that the act was done under."""
    return _text(grounds, "permission")


def request_id(grounds: str) -> str | None:
    """What the log knows the request by."""
    return _text(grounds, "requestId")


def as_of(grounds: str) -> datetime | None:
    """Since when the facts that the right rested on were known."""
    said = _text(grounds, "asOf")
    return None if said is None else datetime.fromisoformat(said)


def workplace(grounds: str) -> str | None:
    """The employment under which the act was done."""
    return _text(grounds, "workplace")


def on_behalf_of(grounds: str) -> str | None:
    """The practitioner on whose behalf the act was done."""
    return _text(grounds, "onBehalfOf")


def asked(grounds: str) -> str | None:
    """By what kind of thing a patient was asked for."""
    return _text(grounds, "asked")


def version_before(grounds: str) -> int | None:
    """The version of the object that was found."""
    return _number(grounds, "versionBefore")


def version_after(grounds: str) -> int | None:
    """The version of the object that was left."""
    return _number(grounds, "versionAfter")


def filters(given: AuditFilter | None) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: a time that ends before it begins, or what cannot be the name of anything.
    """
    if given is None:
        return {}
    found = between({"since": given.since, "until": given.until}, "filter.")
    if given.action is not None:
        found["action"] = [*dict.fromkeys(action.value for action in given.action)]
    if given.act is not None:
        found["act"] = codes(given.act, "filter.act", LONGEST)
    for name, column in (("object", "object"), ("actor", "subject")):
        if (text := getattr(given, name)) is not None:
            if len(text) > LONGEST:
                raise BadArgument(
                    f"filter.{name}", f"expected at most {LONGEST} characters", Finding.TOO_LONG, most=LONGEST
                )
            if not text.isprintable():
                raise BadArgument(f"filter.{name}", "expected characters that can be printed", Finding.ILL_FORMED)
            found[column] = text
    return found


@one("journal", AuditEntryRecord)
async def at(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, AuditEntryRecord]:
    """Audit entries by position."""
    return await source.at_positions(context.stores.journal, keys, ask)


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: AuditFilter | None = None
) -> dict[None, int]:
    return await source.entries_count(context.stores.journal, keys, ask, filters(filter))


@page("journal", AuditEntryRecord, _count)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: AuditFilter | None = None
) -> dict[None, Slice[AuditEntryRecord]]:
    """All audit entries that fit the filter, the last that arrived first."""
    return await source.entries(context.stores.journal, keys, ask, window, filters(filter))


def _said(grounds: str, name: str) -> Any:
    return json.loads(grounds).get(name)


def _text(grounds: str, name: str) -> str | None:
    said = _said(grounds, name)
    return said if isinstance(said, str) else None


def _number(grounds: str, name: str) -> int | None:
    said = _said(grounds, name)
    return said if isinstance(said, int) else None
