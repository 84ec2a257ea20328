"""What a report on procedures has to tell whoever submitted it: that the registration office answered, and how."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from resolvers.telling.letters import Person, Told

KIND: Final = "DOCUMENT_EXCHANGE"
_ANSWERS: Final[Mapping[str, str]] = {
    "ACCEPTED": "procedure_report_accepted",
    "RETURNED": "procedure_report_returned",
}


def told(step: str, report: Any, submitter: Person) -> Iterator[Told]:
    """Who is told of a step of a report: whoever submitted it, of the answer."""
    if step in _ANSWERS:
        said = {"day": report.last_on.isoformat(), "organizationId": report.organization_id}
        yield submitter, KIND, _ANSWERS[step], said
