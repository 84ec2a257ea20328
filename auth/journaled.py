"""Which permissions the journal of reads knows: those of clinical data and of what identifies a person."""

from typing import Final

from auth.permissions import Permission as P

# Every domain of patients: their records, and who is booked when.
_CLINICAL: Final = ("clinical:", "schedule:booking:")

JOURNALED: Final = frozenset(
    permission
    for permission in P
    if permission.startswith(_CLINICAL) or permission in {P.PRACTITIONER_IDENTITY_READ, P.PRACTITIONER_IDENTITY_MASKED}
)
