"""Whom prescriptions concern, by the events of the clinical store."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from auth.accounts import Reach
from gateway.jobs.addressees import accounts_known, leaders_of_departments, people_known
from gateway.jobs.delivery import told_by_event
from resolvers.telling.letters import Person, Told
from resolvers.telling.prescriptions import Concerned, told
from sources.clinical.prescriptions.told import ToldPrescription, told_prescriptions
from sources.stores import Stores


async def told_of_prescriptions(
    stores: Stores, connection: Any, steps: Mapping[object, Any], reach: Reach
) -> dict[object, list[Told]]:
    """Whom steps of prescriptions are told, by their events.

    Raises:
        SourceFailure: a store is lost.
    """
    if not steps:
        return {}
    at = datetime.now(UTC)
    rows = await told_prescriptions(connection, [one["prescriptionId"] for one in steps.values()], at)
    concerned = await _concerned_by(stores, rows.values(), at, reach)
    return told_by_event(steps, "prescriptionId", rows, lambda step, row: told(step, row, concerned[row.id]))


async def _concerned_by(
    stores: Stores, prescriptions: Iterable[ToldPrescription], at: datetime, reach: Reach
) -> dict[int, Concerned]:
    """Whom each concerns; accounts that may not speak for all organisations are no patient's."""
    rows = [*prescriptions]
    patients = {account for row in rows for account in row.accounts if reach.of(account) is None}
    accounts = await accounts_known(stores, patients)
    named = {key for row in rows for key in (row.practitioner_id, row.cosigner_id, row.signer_id) if key is not None}
    people = (await people_known(stores, sorted(named))).people
    # Only where somebody has signed, and another signature is missing, does whoever leads the department matter.
    wards = {ward for row in rows if row.waits and row.signer_id is not None for ward in row.wards}
    heads = await leaders_of_departments(stores, wards, at, reach)

    def leaders(row: ToldPrescription) -> list[Person]:
        signed = {people.get(row.practitioner_id), people.get(row.signer_id or 0)}
        led = dict.fromkeys(heads[ward] for ward in row.wards if ward in heads)
        return [one for one in led if one not in signed]

    return {
        row.id: Concerned(
            people.get(row.practitioner_id),
            people.get(row.cosigner_id or 0),
            leaders(row),
            [accounts[account] for account in row.accounts if account in patients],
        )
        for row in rows
    }
