"""What an emergency access has to tell, and to whom: the patient, who leads, the auditors; no name of a patient."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolvers.telling.letters import Person, Told

KIND = "EMERGENCY_ACCESS"
# What is told of an access is told of each of these steps; of a review, whoever opened it is told.
_STEPS = {"OPENED": "emergency_opened", "CONFIRMED": "emergency_confirmed"}
REVIEWED = "REVIEWED"


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom an opening concerns."""

    opener: Person | None = None
    leader: Person | None = None
    patients: Sequence[Person] = field(default=())
    auditors: Sequence[Person] = field(default=())


def told(step: str, opening: Any, due: str, concerned: Concerned) -> Iterator[Told]:
    """Who is told of a step, in which words; `due` is the day until which the opening is to be reviewed."""
    said = parameters(opening, due)
    if step == REVIEWED and concerned.opener is not None:
        yield concerned.opener, KIND, f"emergency_{(opening.verdict or '').lower()}", said
    template = _STEPS.get(step)
    if template is None:
        return
    yield from ((person, KIND, f"{template}_patient", said) for person in concerned.patients)
    if concerned.leader is not None:
        yield concerned.leader, KIND, f"{template}_head", said
    yield from ((person, KIND, f"{template}_auditor", said) for person in concerned.auditors)


def parameters(opening: Any, due: str) -> Mapping[str, object]:
    """What a message may tell of an opening, and what it leads to: the doctor, and where he works."""
    return {
        "practitionerId": opening.practitioner_id,
        "organizationId": opening.organization_id,
        "starts": opening.opened_at.isoformat(),
        "ends": opening.ends_at.isoformat(),
        "day": due,
    }
