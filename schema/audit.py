"""The journal of acts (журнал действий) as the auditor sees it: ids and grounds, nothing of what the objects say."""

from datetime import datetime

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import audit
from sources.audit import AuditEntryRecord


# No rule but `all` holds on any of them.
@shows(AuditEntryRecord, prefix=audit.PREFIX, node=audit.at, gate=P.AUDIT_EVENT_READ, keys={"own": None})
class AuditEvent(Node):
    """One act that was done; never changed, never removed."""

    id: strawberry.ID = derived(Ids(audit.PREFIX), NODE_DESCRIPTION, needs=("id",))
    position: int = public("Its place in the journal: 1, 2, 3 … without gaps, in the order of arrival.", column="id")
    link: str = derived(
        audit.hexadecimal,
        "SHA-256 over the link of the entry before and all of this one; `kabinet journal verify` makes it anew.",
        needs=("link",),
    )
    at: datetime = public("When the act was done.")
    arrived_at: datetime = public("When the entry arrived in the journal.")
    store: str = public("Name of the store in which the act was done.")
    act: str = public("The act, as the field of `Mutation` is called; or what the service does by itself.")
    actor: str = public(
        "Who did it: the account; `kabinet` is the service itself, `operator:…` who ran a command of it.",
        column="subject",
    )
    object: strawberry.ID | None = public("Global id of the object that it was done to.")
    roles: list[str] = derived(audit.roles, "The roles that whoever did it had at that instant.", needs=("grounds",))
    permission: str | None = derived(
        audit.permission, "The permission that it was done under; null for the service itself.", needs=("grounds",)
    )
    workplace: strawberry.ID | None = derived(
        audit.workplace, "The employment under which it was done; null where he had none to choose.", needs=("grounds",)
    )
    on_behalf_of: strawberry.ID | None = derived(
        audit.on_behalf_of, "The practitioner on whose behalf a service account did it.", needs=("grounds",)
    )
    facts_as_of: datetime | None = derived(
        audit.as_of, "Since when the facts that the right rested on were known to hold.", needs=("grounds",)
    )
    request_id: str | None = derived(
        audit.request_id, "Id of the request, by which the log knows it too.", needs=("grounds",)
    )
    version_before: int | None = derived(
        audit.version_before, "Version of the object before the act.", needs=("grounds",)
    )
    version_after: int | None = derived(audit.version_after, "Version of the object after it.", needs=("grounds",))
