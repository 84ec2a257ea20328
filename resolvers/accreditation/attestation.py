"""Attestations (подтверждения) as they are found, and the list of those that work from afar takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from engine.batch import many, one
from engine.rights import Keys
from resolvers.context import Context
from resolvers.rules import attestation_rules
from sources.accreditation import attestation as source
from sources.accreditation.attestation import AttestationRecord
from sources.postgres.ask import AUTHORITY_ZONE, Ask

PREFIX = "att"
KEYS: Keys = {"own": "practitioner_id", "org": "organization_id", "case": "practitioner_id"}


class AttestationState(StrEnum):
    """Whether an attestation counts."""

    FUTURE = "FUTURE"
    IN_FORCE = "IN_FORCE"
    EXPIRED = "EXPIRED"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class RequiredView:
    """A line of the list in force, in the language of its reader."""

    kind: str
    title: str
    most_days: int
    documents: list[str]
    version: str


def state_at(valid_from: datetime, valid_to: datetime, ended_at: datetime | None, at: datetime) -> AttestationState:
    """Whether an attestation counts at an instant."""
    if ended_at is not None and ended_at <= at:
        return AttestationState.ENDED
    if valid_to <= at:
        return AttestationState.EXPIRED
    return AttestationState.IN_FORCE if valid_from <= at else AttestationState.FUTURE


def first_day(valid_from: datetime) -> date:
    """The first day of its term."""
    return valid_from.astimezone(AUTHORITY_ZONE).date()


def last_day(valid_to: datetime) -> date:
    """The last day of its term, of which the store keeps the instant after it."""
    return (valid_to.astimezone(AUTHORITY_ZONE) - datetime.resolution).date()


@one("accreditation", AttestationRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, AttestationRecord]:
    """Attestations by key."""
    return await source.attestations(context.stores.accreditation, keys, ask)


@many("accreditation", AttestationRecord)
async def of_practitioner(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[AttestationRecord]]:
    """The attestations of each practitioner, those that began last first."""
    return await source.attestations_of(context.stores.accreditation, keys, ask)


@many(None, RequiredView)
async def required(context: Context, keys: Sequence[None], ask: Ask) -> dict[None, list[RequiredView]]:
    """The list that is in force, in its order."""
    rules = attestation_rules(ask.at)
    found = [
        RequiredView(one.kind, one.title[ask.language], one.most_days, sorted(one.documents), rules.version)
        for one in rules.required.values()
    ]
    return dict.fromkeys(keys, found)
