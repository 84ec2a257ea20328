"""What is hidden of the work of the accredited: of rows that the village has, for what was signed is never removed."""

from collections.abc import Iterator, Mapping
from typing import Any

from sources.sealing import PersonalKey
from tests.authorization import world
from tests.authorization.world import World
from tests.keys import KEYRING

# Tables whose rows tell by their version that something became otherwise: the store, the type, the permission.
TOLD = {
    "service_order": ("clinical", "Order", "clinical:order:masked"),
    "prescription": ("clinical", "Prescription", "clinical:prescription:masked"),
    "referral": ("clinical", "Referral", "clinical:referral:masked"),
    "procedure": ("clinical", "Procedure", "clinical:procedure:read"),
    "teleconsultation": ("clinical", "Teleconsultation", "clinical:teleconsultation:read"),
    "attestation": ("accreditation", "Attestation", "accreditation:attestation:read"),
    "external_service": ("registry", "ExternalService", "organization:service:read"),
}
PREFIXES = {kind: world.PREFIXES[kind] for _, kind, _ in TOLD.values()}
OPEN_STATES = {"DRAFT", "ACTIVE"}


def rows(village: World) -> Mapping[str, Mapping[str, Any]]:
    """One row of each table: a draft where there are any, of which nothing is signed yet."""
    return {
        table: next(
            (row for row in village.table(table) if row.get("state") in OPEN_STATES), next(iter(village.table(table)))
        )
        for table in TOLD
    }


def words(village: World) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """What is read by more than that there is a row: the permission, the table, the row, and what it says instead."""
    found = rows(village)
    order, referral, prescription = found["service_order"], found["referral"], found["prescription"]
    yield "clinical:order:read", "service_order", order, {"text": _sealed(village, "service_order", "text", order)}
    yield "clinical:referral:read", "referral", referral, {"reason": _sealed(village, "referral", "reason", referral)}
    yield "clinical:prescription:read", "prescription", prescription, {"over_dose": not prescription["over_dose"]}


def _sealed(village: World, table: str, column: str, row: Mapping[str, Any]) -> bytes:
    patient = row["patient_id"]
    key = KEYRING.unwrap(village.rows["patient"][patient]["sealed_key"], "patient", "sealed_key", patient)
    return PersonalKey(key).seal("Тайна", table, column, row["id"])
