"""What an inquiry about a patient has to tell, and to whom, as far as the rules of its office let it be told."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from resolvers.rules.inquiry import InquiryTold
from resolvers.telling.letters import Person, Told

KIND: Final = "PATIENT_INQUIRY"
OPENED: Final = "OPENED"


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom an inquiry concerns: the patient and who stands for him, the head of his organisation, the auditors."""

    patients: Sequence[Person] = field(default=())
    heads: Sequence[Person] = field(default=())
    auditors: Sequence[Person] = field(default=())


def told(step: str, inquiry: Any, may_know: Collection[str], concerned: Concerned) -> Iterator[Told]:
    """Who is told that it was opened; never whoever opened it, and no message has a word of the patient."""
    if step != OPENED:
        return
    said = _parameters(inquiry)
    for kind, people, template in (
        (InquiryTold.PATIENT, concerned.patients, "inquiry_opened_patient"),
        (InquiryTold.HEAD, concerned.heads, "inquiry_opened_head"),
        (InquiryTold.AUDITOR, concerned.auditors, "inquiry_opened_auditor"),
    ):
        if kind in may_know:
            yield from ((person, KIND, template, said) for person in people if person.subject != inquiry.officer)


def _parameters(inquiry: Any) -> Mapping[str, object]:
    return {
        "office": inquiry.office,
        "organizationId": inquiry.place_id,
        "starts": inquiry.opened_at.isoformat(),
        "ends": inquiry.ends_at.isoformat(),
    }
