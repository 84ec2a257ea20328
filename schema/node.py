"""Global ids at the root: which type an id means, and the batch that finds it."""

import strawberry

from engine.batch import Batch
from engine.errors import BadArgument, Finding
from engine.global_id import split
from resolvers import (
    accreditation,
    application,
    appointment,
    audit,
    employment,
    exchange,
    external_service,
    granting,
    message,
    organization,
    practitioner,
    schedule,
    viewer,
)
from resolvers.accreditation import attestation
from resolvers.clinical import emergency, inquiry, patient, record, telemedicine
from resolvers.clinical.document import reading as charted
from resolvers.clinical.prescriptions import reading as prescriptions
from resolvers.clinical.procedures import reports
from resolvers.clinical.referrals import reading as referrals
from resolvers.document import reading as documents
from resolvers.identity import locks, tickets
from resolvers.registering import asked, link
from resolvers.schedule import booking, slot

MAX_IDS = 100

_BY_PREFIX: dict[str, Batch] = {
    practitioner.PREFIX: practitioner.by_id,
    organization.PREFIX: organization.by_id,
    organization.DEPARTMENT_PREFIX: organization.department,
    organization.LICENCE_PREFIX: organization.licence,
    practitioner.AWARD_PREFIX: practitioner.award,
    employment.PREFIX: employment.by_id,
    accreditation.PREFIX: accreditation.by_id,
    application.PREFIX: application.by_id,
    attestation.PREFIX: attestation.by_id,
    external_service.PREFIX: external_service.by_id,
    documents.PREFIX: documents.by_id,
    schedule.PREFIX: schedule.by_id,
    slot.PREFIX: slot.by_id,
    booking.PREFIX: booking.by_id,
    message.PREFIX: message.by_id,
    audit.PREFIX: audit.at,
    locks.PREFIX: locks.by_id,
    tickets.PREFIX: tickets.by_id,
    appointment.PREFIX: appointment.by_id,
    viewer.PREFIX: viewer.by_id,
    patient.PREFIX: patient.by_id,
    emergency.PREFIX: emergency.by_id,
    inquiry.PREFIX: inquiry.by_id,
    referrals.PREFIX: referrals.by_id,
    telemedicine.PREFIX: telemedicine.by_id,
    asked.PREFIX: asked.by_id,
    link.PREFIX: link.by_id,
    granting.PREFIX: granting.by_id,
    exchange.PREFIX: exchange.by_id,
    exchange.REQUEST_PREFIX: exchange.request_by_id,
    reports.PREFIX: reports.by_id,
    charted.PREFIX: charted.by_id,
    **{ways.prefix: ways.by_id for ways in record.WAYS},
    prescriptions.PRESCRIPTIONS.prefix: prescriptions.PRESCRIPTIONS.by_id,
}
NODES = tuple(_BY_PREFIX.values())
_NUMBERS = {prefix: number for number, prefix in enumerate(_BY_PREFIX)}


def key_of_node(*, id: strawberry.ID) -> tuple[int, int] | None:
    """The batch and the key of an id; an id that is none of ours means nothing."""
    parts = split(id)
    number = _NUMBERS.get(parts[0]) if parts else None
    return None if parts is None or number is None else (number, parts[1])


def keys_of_nodes(*, ids: list[strawberry.ID]) -> list[tuple[int, int] | None]:
    """The batches and the keys of many ids.

    Raises:
        BadArgument: more than 100 ids.
    """
    if len(ids) > MAX_IDS:
        raise BadArgument("ids", f"expected at most {MAX_IDS} ids", Finding.TOO_MANY, most=MAX_IDS)
    return [key_of_node(id=one) for one in ids]
