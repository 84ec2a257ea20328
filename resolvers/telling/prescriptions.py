"""What a prescription has to tell, and to whom: who signs it besides, the patient, its author; never what it is for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from resolvers.telling.letters import Person, Told

KIND: Final = "PRESCRIPTION"
# What pharmacies say, as its author is told.
_BACK: Final = {"DISPENSED": "prescription_dispensed", "DELAYED": "prescription_delayed"}


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a prescription concerns: who wrote it, whom he needs, who leads where the patient is, the patient."""

    author: Person | None = None
    cosigner: Person | None = None
    leaders: Sequence[Person] = field(default=())
    patients: Sequence[Person] = field(default=())


def told(step: str, prescription: Any, concerned: Concerned) -> Iterator[Told]:
    """Who is told of a step; of a prescription that waits no longer, nobody who would have to sign it."""
    said = {"organizationId": prescription.organization_id}
    waiting = [] if concerned.cosigner is None else [concerned.cosigner]
    if step == "SIGNED":
        waiting = [*concerned.leaders]
    if step in {"DRAFTED", "SIGNED"} and prescription.waits:
        written_by = {**said, "practitionerId": prescription.practitioner_id}
        yield from ((person, KIND, "prescription_awaits_signature", written_by) for person in waiting)
    if step == "REGISTERED":
        yield from ((person, KIND, "prescription_registered", said) for person in concerned.patients)
        if prescription.by_others and concerned.author is not None:
            yield concerned.author, KIND, "prescription_signed", said
    if step == "ANNULLED":
        yield from ((person, KIND, "prescription_annulled", said) for person in concerned.patients)
    if step in _BACK and concerned.author is not None:
        yield concerned.author, KIND, _BACK[step], said
