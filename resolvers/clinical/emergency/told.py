"""What is told of an emergency access as it happens: ids and the step, nothing of why."""

from collections.abc import Mapping
from typing import Any, Final

from engine.global_id import encode
from resolvers.clinical.emergency import PREFIX

KIND: Final = "EMERGENCY_CHANGED"


def event(step: str, row: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The event of a step: OPENED, CONFIRMED, CLOSED or REVIEWED."""
    return KIND, {
        "object": encode(PREFIX, row["id"]),
        "openingId": row["id"],
        "patientId": row["patient_id"],
        "practitionerId": row["practitioner_id"],
        "organizationId": row["organization_id"],
        "step": step,
    }
