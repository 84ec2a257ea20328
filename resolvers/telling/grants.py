"""What grants have to tell, and to whom: whose access it is, who has it, who asked, decides or reviews."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolvers.telling.emergencies import KIND
from resolvers.telling.letters import Person, Told

GRANT = "ACCESS_GRANT"
GIVEN, REVIEWED = "EMERGENCY_GIVEN", "REVIEWED"
# Steps by which access is there.
_HANDED = frozenset({"GIVEN", GIVEN, "CONFIRMED"})


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a grant concerns; the head only if he is none of those whom it is about, and so who decides a request."""

    giver: Person | None = None
    head: Person | None = None
    auditors: Sequence[Person] = field(default=())
    grantor: Person | None = None
    grantee: Person | None = None
    deciders: Sequence[Person] = field(default=())


def told_of_step(step: str, grant: Any, concerned: Concerned) -> Iterator[Told]:
    """Who is told of a step of any grant; nobody of what he did himself, or of a request that waits no more."""
    grantor, grantee, giver = concerned.grantor, concerned.grantee, concerned.giver
    said = {
        "module": grant.module,
        "organizationId": grant.organization_id,
        "starts": grant.starts_at.isoformat(),
        "ends": grant.ends_at.isoformat(),
    }
    of_grantor, of_grantee = ({**said, "practitionerId": one} for one in (grant.grantor_id, grant.grantee_id))
    if step in _HANDED:
        if grantee is not None:
            yield grantee, GRANT, "grant_given", of_grantor
        if grantor is not None and grantor.subject != grant.given_by:
            yield grantor, GRANT, "grant_given_of", of_grantee
        if step == "CONFIRMED" and giver is not None:
            yield giver, GRANT, "grant_confirmed", of_grantee
    elif step == "REQUESTED" and grant.decision is None and grant.revoked_at is None:
        yield from ((one, GRANT, "grant_requested", of_grantor) for one in concerned.deciders)
    elif step == "REFUSED" and giver is not None:
        yield giver, GRANT, "grant_refused", of_grantee
    elif step == "REVOKED":
        if grantee is not None and (grant.decision is not None or grant.kind != "REQUESTED"):
            yield grantee, GRANT, "grant_revoked", of_grantor
        if grantor is not None and grantor.subject != grant.revoked_by:
            yield grantor, GRANT, "grant_revoked_of", of_grantee


def told(step: str, grant: Any, due: str, concerned: Concerned) -> Iterator[Told]:
    """Who is told of a grant in an emergency; `due` is the day until which the grant is to be reviewed."""
    said = parameters(grant, due)
    if step == REVIEWED and concerned.giver is not None:
        yield concerned.giver, KIND, f"grant_{(grant.verdict or '').lower()}", said
    if step == GIVEN:
        yield from ((one, KIND, "grant_emergency", said) for one in waiting_for(concerned))


def waiting_for(concerned: Concerned) -> Iterator[Person]:
    """Those who can review a grant."""
    if concerned.head is not None:
        yield concerned.head
    yield from concerned.auditors


def parameters(grant: Any, due: str) -> Mapping[str, object]:
    """What a message may tell of a grant, and what it leads to: who has the access, and where."""
    return {
        "practitionerId": grant.grantee_id,
        "organizationId": grant.organization_id,
        "starts": grant.given_at.isoformat(),
        "ends": grant.ends_at.isoformat(),
        "day": due,
    }
