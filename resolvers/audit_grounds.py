"""What the grounds of an entry of the journal tell: JSON, as the store keeps it."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.role import RoleName

_WORD: Final = re.compile("[A-Z][A-Z_]*")


@dataclass(frozen=True, slots=True)
class ReadBlock:
    """Coordinates, and the objects of which all of them were read or refused; none where no object was there."""

    coordinates: list[str]
    objects: list[str]


def hexadecimal(link: bytes) -> str:
    """A link as it is written."""
    return link.hex()


def roles(grounds: str) -> list[str]:
    """The roles that whoever acted had, as they were called then."""
    return [str(role) for role in _said(grounds, "roles") or ()]


def role_names(grounds: str) -> list[RoleName]:
    """Those of them that are still known."""
    return [RoleName(role) for role in roles(grounds) if role in RoleName.__members__]


def permission(grounds: str) -> str | None:
    """The permission that the act was done under."""
    return _text(grounds, "permission")


def request_id(grounds: str) -> str | None:
    """What the log knows the request by."""
    return _text(grounds, "requestId")


def as_of(grounds: str) -> datetime | None:
    """Since when the facts that the right rested on were known."""
    said = _text(grounds, "asOf")
    return None if said is None else datetime.fromisoformat(said)


def workplace(grounds: str) -> str | None:
    """The employment under which the act was done."""
    return _text(grounds, "workplace")


def on_behalf_of(grounds: str) -> str | None:
    """The practitioner on whose behalf the act was done."""
    return _text(grounds, "onBehalfOf")


def verdict(grounds: str) -> str | None:
    """What came of an access; None of an act."""
    return _text(grounds, "verdict")


def client(grounds: str) -> str | None:
    """What the client's program called itself."""
    return _text(grounds, "client")


def operation_name(grounds: str) -> str | None:
    """The name of the operation in its document."""
    return _of_operation(grounds, "name")


def operation_hash(grounds: str) -> str | None:
    """The hash of the document."""
    return _of_operation(grounds, "hash")


def accreditations(grounds: str) -> list[str]:
    """The records of accreditation that counted at the workplace."""
    return _texts(grounds, "accreditations")


def about(grounds: str) -> list[str]:
    """The persons whom an access is about."""
    return _texts(grounds, "about")


def opened(grounds: str) -> list[str]:
    """Those of them whom he had opened in an emergency."""
    return _texts(grounds, "emergency")


def granted(grounds: str) -> list[str]:
    """The grants by which it could be done, or that reach what was read."""
    return _texts(grounds, "grant")


def openings(grounds: str) -> list[str]:
    """The emergency openings that an access rested on."""
    return _texts(grounds, "openings")


def in_emergency(grounds: str) -> bool:
    """Whether any of them was opened in an emergency."""
    return bool(opened(grounds))


def kinds(grounds: str) -> list[str]:
    """The types of which one was looked for by its id."""
    return _texts(grounds, "kinds")


def count(grounds: str) -> int | None:
    """How many refusals an entry sums up."""
    return _number(grounds, "count")


def blocks(grounds: str) -> list[ReadBlock]:
    """What was read or refused, by objects."""
    found = _said(grounds, "read")
    if not isinstance(found, list):
        return []
    return [ReadBlock([*map(str, one["coordinates"])], [*map(str, one["objects"])]) for one in found]


def coordinates(grounds: str) -> list[str]:
    """All coordinates that were read or refused."""
    return sorted({coordinate for block in blocks(grounds) for coordinate in block.coordinates})


def asked(grounds: str) -> str | None:
    """By what kind of thing a patient was asked for."""
    return _text(grounds, "asked")


def version_before(grounds: str) -> int | None:
    """The version of the object that was found."""
    return _number(grounds, "versionBefore")


def version_after(grounds: str) -> int | None:
    """The version of the object that was left."""
    return _number(grounds, "versionAfter")


def reason(grounds: str) -> str | None:
    """Why it came so, where the entry has one word for it; what somebody wrote is none."""
    found = _text(grounds, "refused") or _text(grounds, "reason")
    return found if found is not None and _WORD.fullmatch(found) else None


def _said(grounds: str, name: str) -> Any:
    return json.loads(grounds).get(name)


def _texts(grounds: str, name: str) -> list[str]:
    said = _said(grounds, name)
    return [str(one) for one in said] if isinstance(said, list) else []


def _of_operation(grounds: str, name: str) -> str | None:
    said = _said(grounds, "operation")
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, str) else None


def _text(grounds: str, name: str) -> str | None:
    said = _said(grounds, name)
    return said if isinstance(said, str) else None


def _number(grounds: str, name: str) -> int | None:
    said = _said(grounds, name)
    return said if isinstance(said, int) else None
