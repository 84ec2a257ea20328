"""What a note of a trainee has to tell, and to whom: whoever supervises him, and himself; nothing of the patient."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from resolvers.telling.letters import Person, Told

KIND: Final = "NOTE_COSIGNATURE"
# The steps of a note that are told; others concern nobody but their author.
BEGUN: Final = frozenset({"ADDED", "CORRECTION_BEGUN"})
COSIGNED: Final = "COSIGNED"


def told(step: str, note: Any, people: Mapping[int, Person]) -> Iterator[Told]:
    """Who is told of a step; of a note that waits no longer, nobody who would have to sign it."""
    said = {"organizationId": note.organization_id}
    author, cosigner = people.get(note.practitioner_id), people.get(note.cosigner_id or 0)
    if step in BEGUN and note.waits and cosigner is not None:
        yield cosigner, KIND, "note_awaits_cosignature", {**said, "practitionerId": note.practitioner_id}
    if step == COSIGNED and author is not None:
        yield author, KIND, "note_cosigned", {**said, "practitionerId": note.signer_id}
