"""What is told of a grant as it happens: ids and the step, nothing of why."""

from collections.abc import Mapping
from typing import Any, Final

from engine.global_id import encode
from resolvers import prefixes

KIND: Final = "GRANT_CHANGED"


def event(step: str, key: int, row: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The event of a step: GIVEN, REQUESTED, EMERGENCY_GIVEN, CONFIRMED, REFUSED, REVOKED or REVIEWED."""
    return KIND, {
        "object": encode(prefixes.GRANT, key),
        "grantId": key,
        "grantorId": row["grantor_id"],
        "granteeId": row["grantee_id"],
        "organizationId": row["organization_id"],
        "step": step,
    }
