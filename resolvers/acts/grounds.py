"""What every audit entry says of whoever acted, beside his account: his roles, where he acted, and for whom."""

from dataclasses import replace
from typing import Any

from auth.permissions import Permission
from auth.rules import Rule
from engine.global_id import encode
from engine.rights import Keys
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


def relied_on(context: Context, permission: Permission, row: Any, keys: Keys) -> dict[str, Any]:
    """The grants by which somebody may do something to a row, as an entry names them; none where he may himself."""
    verdict = context.viewer[permission]
    own = replace(verdict, rules=tuple(one for one in verdict.rules if one[0] != Rule.GRANTED))
    column = keys.get(Rule.GRANTED)
    if column is None or len(own.rules) == len(verdict.rules) or own.allows(row, keys):
        return {}
    by = context.viewer.standing.granted_by(permission)
    found = sorted({key for text in getattr(row, column) for key in by.get(text, ())})
    return {"grant": [encode(prefixes.GRANT, key) for key in found]} if found else {}
