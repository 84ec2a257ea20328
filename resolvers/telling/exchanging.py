"""What exchange has to tell, and to whom: who sent a package, who leads where one came in, who asks, who is asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from resolvers.telling.letters import Person, Told

PACKAGE: Final = "DOCUMENT_EXCHANGE"
REQUEST: Final = "INFORMATION_REQUEST"
_OF_SENDER: Final[Mapping[str, str]] = {"REJECTED": "package_rejected", "DEAD": "package_dead"}
_OF_REQUEST: Final[Mapping[str, str]] = {"OPEN": "information_requested", "WITHDRAWN": "information_withdrawn"}


def told_of_package(
    step: str, package: Any, number: str, sender: Person | None, leaders: Sequence[Person]
) -> Iterator[Told]:
    """Who is told of a step of a package: its sender what went wrong, those who lead that one came in."""
    said = {"package": number, "organizationId": package.organization_id}
    if package.direction == "OUTGOING" and step in _OF_SENDER and sender is not None:
        yield sender, PACKAGE, _OF_SENDER[step], said
    if package.direction == "INCOMING" and step == "ACCEPTED":
        yield from ((person, PACKAGE, "package_received", said) for person in leaders)


def told_of_request(step: str, request: Any, asker: Person, leaders: Sequence[Person]) -> Iterator[Told]:
    """Who is told of a step of a request: those who lead that it is made or taken back, its author of the answer."""
    if step in _OF_REQUEST:
        yield from ((person, REQUEST, _OF_REQUEST[step], said_of(request)) for person in leaders)
    if step == "ANSWERED":
        yield asker, REQUEST, "information_answered", said_of(request)


def said_of(request: Any) -> Mapping[str, object]:
    """What a message may tell of a request."""
    return {
        "office": request.office,
        "day": request.due_on.isoformat(),
        "organizationId": request.organization_id,
    }
