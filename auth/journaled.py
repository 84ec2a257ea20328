"""Which permissions the journal of reads knows: those of clinical data and of what identifies a person."""

from typing import Final

from auth.permissions import Permission as P

# Every domain of patients: their records, and who is booked when.
_CLINICAL: Final = ("clinical:", "schedule:booking:")
_IDENTITY: Final = frozenset({P.PRACTITIONER_IDENTITY_READ, P.PRACTITIONER_IDENTITY_MASKED, P.REGISTRY_REQUEST_VALUES})

JOURNALED: Final = frozenset(
    permission for permission in P if permission.startswith(_CLINICAL) or permission in _IDENTITY
)
