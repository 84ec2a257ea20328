"""What requests to the register and links to organisations have to tell, and to whom: the person, and who decides."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from resolvers.telling.letters import Person, Told

REQUEST: Final = "REGISTRY_REQUEST"
LINK: Final = "ORGANIZATION_LINK"
PENDING: Final = "PENDING"
_REQUESTED: Final = {"REGISTRATION": "registration", "CORRECTION": "correction"}
_DECIDED: Final = {"APPROVED": "approved", "REJECTED": "rejected"}
_LINKED: Final = {"CONFIRMED": "link_confirmed", "REFUSED": "link_refused"}


def told_of_request(step: str, request: Any, person: Person, officers: Sequence[Person]) -> Iterator[Told]:
    """Who is told of a step; of a request that waits no more, nobody who would decide it."""
    name, said = _REQUESTED[request.kind], {"organizationId": request.organization_id}
    if step == "MADE" and request.state == PENDING:
        yield from ((one, REQUEST, f"{name}_asked", said) for one in officers if one.subject != person.subject)
    elif step in _DECIDED:
        yield person, REQUEST, f"{name}_{_DECIDED[step]}", {**said, "practitionerId": request.practitioner_id}


def told_of_link(step: str, link: Any, person: Person, officers: Sequence[Person]) -> Iterator[Told]:
    """Who is told of a step; of a link that waits no more, nobody who would decide it."""
    said = {"organizationId": link.organization_id, "practitionerId": link.practitioner_id}
    others = [one for one in officers if one.subject != person.subject]
    if step == "ASKED" and link.state == PENDING:
        yield from ((one, LINK, "link_asked", said) for one in others)
    elif step == "WITHDRAWN":
        yield from ((one, LINK, "link_withdrawn", said) for one in others)
    elif step in _LINKED:
        yield person, LINK, _LINKED[step], said
