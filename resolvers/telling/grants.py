"""What a grant in an emergency has to tell, and to whom: whoever heads the organisation, the auditors, its giver."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolvers.telling.emergencies import KIND
from resolvers.telling.letters import Person, Told

GIVEN, REVIEWED = "EMERGENCY_GIVEN", "REVIEWED"


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a grant concerns; the head only if he is none of those whom it is about."""

    giver: Person | None = None
    head: Person | None = None
    auditors: Sequence[Person] = field(default=())


def told(step: str, grant: Any, due: str, concerned: Concerned) -> Iterator[Told]:
    """Who is told of a step, in which words; `due` is the day until which the grant is to be reviewed."""
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
