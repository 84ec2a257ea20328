"""What the result of an order has to tell whoever ordered it: that it is not normal; nothing of the patient."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from resolvers.telling.letters import Person, Told

KIND: Final = "ORDER_RESULT"
# The steps of an order at which its result becomes known.
FOUND: Final = frozenset({"RECORDED", "FULFILLED"})
_TEMPLATES: Final = {"ABNORMAL": "result_abnormal", "CRITICAL": "result_critical"}


def told(step: str, row: Any, people: Mapping[int, Person]) -> Iterator[Told]:
    """Who is told of a step: whoever made the order, unless he found it himself; all as it should be is not told."""
    template, author = _TEMPLATES.get(row.significance), people.get(row.practitioner_id)
    if step in FOUND and template is not None and author is not None and row.recorder_id != row.practitioner_id:
        yield author, KIND, template, {"organizationId": row.performer_id}
