"""What appointments have to tell, and to whom: who is to confirm, who is appointed, who proposed it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from resolvers.telling.letters import Person, Told

KIND: Final = "APPOINTMENT"


def told(
    step: str, row: Any, people: Mapping[str, Person], confirming: Sequence[Person], at: datetime
) -> Iterator[Told]:
    """Who is told of a step at an instant; of a proposal that waits no more, nobody who would confirm it."""
    said = {
        "function": row.function,
        "organizationId": row.organization_id,
        "starts": None if row.valid_from is None else row.valid_from.isoformat(),
        "ends": None if row.lapses_at is None else row.lapses_at.isoformat(),
    }
    proposer = people.get(row.proposed_by or "")
    waits = row.valid_from is None and row.lapses_at is not None and row.lapses_at > at
    if step == "PROPOSED" and waits:
        aside = {row.subject, row.proposed_by}
        yield from ((one, KIND, "appointment_proposed", said) for one in confirming if one.subject not in aside)
    elif step == "CONFIRMED":
        yield people[row.subject], KIND, "appointment_confirmed", said
        if proposer is not None:
            yield proposer, KIND, "appointment_accepted", said
    elif step == "ENDED" and row.valid_from is not None and row.ended_by != row.subject:
        yield people[row.subject], KIND, "appointment_ended", said
    elif step == "ENDED" and row.valid_from is None and proposer is not None and row.ended_by != proposer.subject:
        yield proposer, KIND, "appointment_taken_back", said
