"""What every audit entry says of whoever acted, beside his account: his roles, where he acted, and for whom."""

from typing import Any

from engine.global_id import encode
from resolvers import prefixes
from resolvers.context import Context


def grounds_of(context: Context) -> dict[str, Any]:
    """The roles, the request, and the employment; on whose behalf, with that one's account where he has one."""
    viewer = context.viewer
    found: dict[str, Any] = {"roles": [role.name for role in viewer.roles], "requestId": context.request_id}
    if viewer.workplace is not None:
        found["workplace"] = encode(prefixes.EMPLOYMENT, viewer.workplace.id)
    principal = viewer.acting.principal
    if principal is not None and principal.practitioner_id is not None:
        found["onBehalfOf"] = encode(prefixes.PRACTITIONER, principal.practitioner_id)
        if principal.subject:
            found["onBehalfOfAccount"] = principal.subject
    return found
